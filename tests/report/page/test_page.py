"""The report in a real browser, used as a reader uses it: clicks, keys, drags, a phone, paper."""

import json
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import axe_playwright_python
import pytest
from playwright.sync_api import Page, expect

from ftguard.report.page.page import SECTIONS
from ftguard.report.recorded import RecordedRun
from ftguard.report.writing import render_report, write_page
from ftguard.run.again import decided_anew
from ftguard.verdict.limits import read_limits

OpenPage = Callable[..., Page]
AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text(encoding="utf-8")
FORGETTING = 1
"""The place of its column, behind the target's."""
PHONE = {"width": 390, "height": 844}
DRAWN = """
[...document.querySelectorAll("svg text")]
  .filter((text) => text.checkVisibility() && text.textContent.trim())
  .map((text) => parseFloat(getComputedStyle(text).fontSize) * text.getScreenCTM().d)
"""
"""How high the letters of each drawing are, in pixels of the screen."""
WRITTEN = """
[...document.body.querySelectorAll("*")]
  .filter((one) => !one.closest("svg, script, style") && one.checkVisibility())
  .filter((one) => [...one.childNodes].some((n) => n.nodeType === 3 && n.data.trim()))
  .map((one) => parseFloat(getComputedStyle(one).fontSize))
"""
"""The same of all other text."""
OPEN_ALL = "document.querySelectorAll('details').forEach((each) => { each.open = true; })"
WIDER = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
WORDS = {True: "passed", False: "blocked", None: "undecided"}


def moved(page: Page) -> dict[str, str]:
    """What the address says of limits."""
    return dict(parse_qsl(urlsplit(page.url).fragment))


def rows(page: Page) -> dict[int, tuple[str, bool]]:
    """Each checkpoint's verdict, and whether it is marked as kept, as they are read."""
    found = {}
    for row in page.locator(".costs tbody tr").all():
        text = row.locator("th").inner_text()
        step = re.search(r"step (\d+)", text)
        assert step is not None
        word = row.locator(".verdict .word").inner_text()
        found[int(step[1])] = (word, "kept" in text)
    return found


def by_python(run: RecordedRun, limits: Mapping[str, float | None]) -> dict[int, tuple[str, bool]]:
    """The same by the product's own rule."""
    again = decided_anew(run.state, read_limits(limits))
    kept = again.choice
    return {
        checkup.step: (
            WORDS[
                kept.verdict.passed
                if kept is not None and kept.checkup.step == checkup.step
                else checkup.verdict.passed
            ],
            kept is not None and kept.checkup.step == checkup.step,
        )
        for checkup in again.checkups
    }


def test_sections_stand_in_the_order_of_the_questions(page_file: Path, open_page: OpenPage) -> None:
    """The answer first, in two sentences; then nine sections, each of which has something."""
    page = open_page(page_file)
    expect(page.locator("h1")).to_have_count(1)
    expect(page.locator(".lead")).to_have_count(2)
    headings = [text.split("\n")[-1] for text in page.locator("h2").all_inner_texts()]
    assert [re.sub(r"^\d+\s*", "", text) for text in headings] == [name for _, name in SECTIONS]
    assert page.locator("h2 .number").all_inner_texts() == [str(n) for n in range(2, 11)]


def test_a_dragged_limit_decides_as_python_does(
    page_file: Path, three: RecordedRun, open_page: OpenPage
) -> None:
    """Every verdict, the kept checkpoint and the address follow the slider; a reload keeps it."""
    page = open_page(page_file)
    page.get_by_text("Move the limits").click()
    assert rows(page) == by_python(three, {})
    slider = page.get_by_role("slider", name="Forgetting")
    box = slider.bounding_box()
    assert box is not None
    y = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + 20, y)
    page.mouse.down()
    seen = set()
    for share in (0.05, 0.3, 0.6, 0.95):
        page.mouse.move(box["x"] + share * box["width"], y, steps=3)
        limit = float(moved(page)["forgetting/all"])
        found = rows(page)
        assert found == by_python(three, {"forgetting/all": limit})
        seen.add(tuple(sorted(found.items())))
    page.mouse.up()
    assert len(seen) > 1
    expect(page.locator("p.kept")).to_contain_text("With these limits")
    expect(page.locator(f'[data-limit-of="{FORGETTING}"]')).to_contain_text("limit ")

    kept, address = rows(page), page.url
    again = open_page(page_file, "#" + urlsplit(address).fragment)
    assert rows(again) == kept
    again.get_by_role("button", name="As in the run").click()
    assert rows(again) == by_python(three, {})
    assert urlsplit(again.url).fragment == ""


def test_keys_move_limits_and_links_keep_them(
    page_file: Path, three: RecordedRun, open_page: OpenPage
) -> None:
    """Tab and arrows do all that a mouse does; a link within the page leaves the setting alone."""
    page = open_page(page_file)
    page.keyboard.press("Tab")
    expect(page.get_by_text("To the answer")).to_be_focused()
    for _ in range(14):
        if page.evaluate("document.activeElement.textContent") == "Move the limits":
            break
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    expect(page.get_by_role("slider").first).to_be_focused()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("PageUp")
    limit = float(moved(page)["forgetting/all"])
    assert limit == pytest.approx(0.10 + 11 * 0.005)
    assert rows(page) == by_python(three, {"forgetting/all": limit})
    page.get_by_label("Keep only what is proven").press("Space")
    assert moved(page)["strict"] == "1"
    before = moved(page)
    page.get_by_role("link", name="Confidence").press("Enter")
    expect(page.locator("#confidence-1")).to_be_focused()
    assert moved(page) == before


def test_an_answer_says_that_limits_are_moved(
    page_file: Path, three: RecordedRun, open_page: OpenPage
) -> None:
    """From a link on, beside the answer, aloud and on paper: what would be kept by which limits."""
    page = open_page(page_file)
    said = page.locator(".answer [role=status]")
    expect(said).to_have_text("")
    expect(page.get_by_role("button", name="Back to the run's own limits")).to_be_hidden()

    for limit in ("0.005", "off"):
        page = open_page(page_file, f"#forgetting/all={limit}")
        said = page.locator(".answer [role=status]")
        moved_to = {"forgetting/all": None if limit == "off" else float(limit)}
        kept = [step for step, (_, is_kept) in by_python(three, moved_to).items() if is_kept]
        which = f"step {kept[0]}" if kept else "no checkpoint"
        expect(said).to_contain_text(f"Limits moved: by these limits {which} would be kept")
        now = "Forgetting not held" if limit == "off" else "Forgetting 0.5 % instead of"
        expect(said).to_contain_text(now)
        expect(said).to_have_attribute("aria-live", "polite")
    expect(said).to_be_in_viewport()
    page.emulate_media(media="print")
    expect(said).to_be_visible()
    back = page.get_by_role("button", name="Back to the run's own limits")
    expect(back).to_be_hidden()
    page.emulate_media(media="screen")
    back.focus()
    page.keyboard.press("Enter")
    expect(said).to_have_text("")
    expect(page.locator("h1")).to_be_focused()
    assert rows(page) == by_python(three, {})
    assert urlsplit(page.url).fragment == ""


def test_a_limit_is_switched_off_and_on(
    page_file: Path, three: RecordedRun, open_page: OpenPage
) -> None:
    """As Python decides without that gate; its column says that nothing is held there."""
    page = open_page(page_file, "#forgetting%2Fall=off&tail%2Fworst=nonsense")
    assert rows(page) == by_python(three, {"forgetting/all": None})
    expect(page.locator(f'[data-limit-of="{FORGETTING}"]')).to_have_text("not held")
    expect(page.locator(f'.costs [data-key="{FORGETTING}"] .state').first).to_contain_text("held")
    expect(page.get_by_role("slider", name="Forgetting")).to_be_disabled()
    page.get_by_label("Forgetting", exact=True).first.check()
    assert moved(page) == {}
    assert rows(page) == by_python(three, {})


def test_all_answers_are_searched_and_filtered(
    page_file: Path, three: RecordedRun, open_page: OpenPage
) -> None:
    """As many as there are; a row opens on both answers, and what became of it over the run."""
    shown = three.checkup_at()
    pairs = three.pairs(shown)
    page = open_page(page_file)
    page.locator("#all-1").scroll_into_view_if_needed()
    found = page.locator(".found")
    expect(found).to_have_text("480 of 480")
    listed = page.locator(".row")
    expect(listed).to_have_count(40)
    page.get_by_role("button", name="Show 40 more").click()
    expect(listed).to_have_count(80)

    lost = [pair for pair in pairs if pair.change == "lost" and pair.probe.role == "general"]
    page.get_by_label("Change").select_option("lost")
    page.get_by_label("Asked for").select_option("general")
    expect(found).to_have_text(f"{len(lost)} of 480")
    name = lost[0].probe.id
    page.get_by_label("Search").fill(f"{name.upper()} YES")
    # The list is made anew a moment after the last key.
    expect(listed).to_have_count(1)
    expect(listed.first).to_contain_text(name)
    expect(listed.first).to_contain_text("lost")
    listed.first.locator("summary").press("Enter")
    expect(listed.first.locator(".sides")).to_contain_text(lost[0].now.text[:20])
    expect(listed.first.locator(".was")).to_have_count(3)
    expect(listed.first.locator("del, ins")).not_to_have_count(0)
    page.get_by_label("Search").fill("no such words anywhere")
    expect(found).to_have_text("0 of 480")


def test_dark_and_light_are_worn_by_wish(page_file: Path, open_page: OpenPage) -> None:
    """The system's look at first, then the reader's, also after a reload."""
    page = open_page(page_file, color_scheme="dark")
    colour = "getComputedStyle(document.body).backgroundColor"
    dark = page.evaluate(colour)
    page.get_by_role("button", name="Look").click()
    light = page.evaluate(colour)
    assert light != dark
    page.reload()
    assert page.evaluate(colour) == light
    page.get_by_role("button", name="Look: light").click()
    assert page.evaluate(colour) == dark


@pytest.mark.parametrize("width", [390, 320])
def test_a_phone_scrolls_down_alone(page_file: Path, open_page: OpenPage, width: int) -> None:
    """With everything opened nothing is wider than the screen."""
    page = open_page(page_file, viewport=PHONE | {"width": width})
    page.locator("#all-1").scroll_into_view_if_needed()
    expect(page.locator(".row")).to_have_count(40)
    page.evaluate(OPEN_ALL)
    assert page.evaluate(WIDER) == 0


def test_a_phone_can_be_read_with_limits_moved(page_file: Path, open_page: OpenPage) -> None:
    """390 px wide, limits moved by a link and by hand, with everything opened: nothing is wider
    than the screen, no letter of a drawing lower than 11 px and no other one lower than 12.
    """
    page = open_page(page_file, "#forgetting%2Fall=0.005&tail%2Fworst=off", viewport=PHONE)
    page.locator("#all-1").scroll_into_view_if_needed()
    expect(page.locator(".row")).to_have_count(40)
    page.evaluate(OPEN_ALL)
    page.get_by_role("slider", name="Forgetting").press("PageUp")
    expect(page.locator(".answer [role=status]")).to_contain_text("Limits moved")
    assert page.evaluate(WIDER) == 0
    drawn, written = page.evaluate(DRAWN), page.evaluate(WRITTEN)
    assert len(drawn) > 50
    assert len(written) > 500
    assert min(drawn) >= 11
    assert min(written) >= 12


def test_what_is_closed_holds_what_its_summary_says(
    page_file: Path, three: RecordedRun, open_page: OpenPage
) -> None:
    """Sentences of each checkpoint, the numbers of drawings, fingerprints: hidden at first, and
    there, whole, at a click.
    """
    page = open_page(page_file)
    closed = page.locator(".sentences, .exact, #course-1 details, #confidence-1 details")
    assert closed.count() >= 4
    for one in closed.all():
        content = one.locator("tbody, li, dd, p").first
        expect(content).to_be_hidden()
        one.locator("summary").click()
        expect(content).to_be_visible()
    checkups = three.checkups
    sentences = page.locator(".sentences")
    expect(sentences.locator("h3")).to_have_count(len(checkups))
    told = sentences.inner_text()
    for checkup in checkups:
        assert f"step {checkup.step}, epoch {checkup.epoch:.2f}" in told
        for outcome in checkup.verdict.outcomes:
            estimate = outcome.measurement.estimate
            assert estimate is None or f"n={estimate.n}" in told
    steps = page.locator("#course-1 table.numbers tbody th").all_inner_texts()
    assert steps == [str(checkup.step) for checkup in checkups]
    bins = page.locator("#confidence-1 table.numbers tbody")
    for place in range(bins.count()):
        when = bins.nth(place).locator("tr td:first-child").all_inner_texts()
        assert {"before", "after"} == set(when)
    exact = page.locator(".exact").inner_text()
    found = three.base.fingerprint
    for digest in (found.weights, found.tokenizer, found.probes):
        assert digest in exact


def test_paper_has_what_the_screen_has(page_file: Path, open_page: OpenPage) -> None:
    """What is closed is opened for printing, what is pressed is left out; then all is back."""
    page = open_page(page_file)
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    page.emulate_media(media="print")
    expect(page.locator(".sentences li").first).to_be_visible()
    expect(page.locator(".limits")).to_be_hidden()
    expect(page.get_by_role("button", name="Look")).to_be_hidden()
    page.emulate_media(media="screen")
    page.evaluate("window.dispatchEvent(new Event('afterprint'))")
    expect(page.locator(".sentences li").first).to_be_hidden()


@pytest.mark.parametrize("look", ["light", "dark"])
def test_everybody_can_read_it(page_file: Path, open_page: OpenPage, look: str) -> None:
    """axe-core finds no breach of WCAG 2.2 AA with everything opened; in the dark of contrast."""
    page = open_page(page_file, color_scheme=look)
    page.locator("#all-1").scroll_into_view_if_needed()
    expect(page.locator(".row")).to_have_count(40)
    page.get_by_text("Move the limits").click()
    page.locator(".row summary").first.click()
    page.evaluate(
        "document.querySelectorAll('.section details:not(.row)')"
        ".forEach((each) => { each.open = true; })"
    )
    page.evaluate(AXE)
    every = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
    rules = every if look == "light" else ["color-contrast"]
    options = {"runOnly": rules, "resultTypes": ["violations"]}
    found = page.evaluate(f"axe.run(document, {json.dumps(options)})")
    wrong = [
        (each["id"], node["html"][:150], node["failureSummary"][:200])
        for each in found["violations"]
        for node in each["nodes"]
    ]
    assert wrong == []
    assert "color-contrast" in {each["id"] for each in found["passes"]}


def test_drawings_are_told_in_words(page_file: Path, open_page: OpenPage) -> None:
    """Each has a text that says its numbers, and a table; small bars stand beside theirs."""
    page = open_page(page_file)
    labels = page.locator("svg[role=img]").evaluate_all("all => all.map((a) => a.ariaLabel)")
    assert len(labels) >= 6
    assert all(re.search(r"\d", label) for label in labels)
    assert page.locator("svg.bar:not([aria-hidden=true])").count() == 0
    assert page.locator("svg.bar").count() == page.locator(".costs td .interval").count()
    assert page.locator("#course-1 table.numbers tbody tr").count() == 3


def test_runs_stand_side_by_side(
    three: RecordedRun, forgetful_run: RecordedRun, open_page: OpenPage, tmp_path: Path
) -> None:
    """A table of both, then each; limits are moved in one of them alone, and kept by its number."""
    path = tmp_path / "both.html"
    write_page(render_report([three, forgetful_run]), path)
    page = open_page(path)
    table = page.locator("table.compared")
    expect(table.locator("thead th")).to_have_count(3)
    expect(table.get_by_text("Peak learning rate")).to_be_visible()
    expect(page.locator("article.run")).to_have_count(2)
    second = page.locator("#run-2")
    before = second.locator(".costs").inner_text(), page.locator("#run-1 .costs").inner_text()
    second.get_by_text("Move the limits").click()
    slider = second.get_by_role("slider").first
    slider.press("PageUp")
    assert [key for key in moved(page) if not key.startswith("2.")] == []
    assert page.locator("#run-1 .costs").inner_text() == before[1]
    assert second.locator(".costs").inner_text() != before[0]


def test_several_runs_are_one_page_on_a_phone_too(
    three: RecordedRun, forgetful_run: RecordedRun, open_page: OpenPage, tmp_path: Path
) -> None:
    """Three runs: the sentence on which to ship, each with its own answer, steps and anchors, all
    anchors once, and with everything opened and a limit moved nothing wider than the screen.
    """
    path = tmp_path / "three.html"
    runs = [three, forgetful_run, three]
    write_page(render_report(runs), path)
    page = open_page(path, "#3.forgetting%2Fall=0.005", viewport=PHONE)
    expect(page.locator("h1").first).to_contain_text("3 runs side by side")
    expect(page.locator("#compared .which")).to_have_count(1)
    words = page.locator("table.compared .answer-word").all_inner_texts()
    assert len(words) == 3
    assert words[0] == words[2]
    for number, run in enumerate(runs, start=1):
        own = page.locator(f"#run-{number}")
        steps = own.locator(".costs tbody .step").all_inner_texts()
        assert steps == [f"step {checkup.step}" for checkup in run.checkups]
    moved_in = page.locator("#run-3 .costs").inner_text()
    assert moved_in != page.locator("#run-1 .costs").inner_text()
    names = page.evaluate("[...document.querySelectorAll('[id]')].map((one) => one.id)")
    assert len(names) == len(set(names))
    page.evaluate(OPEN_ALL)
    assert page.evaluate(WIDER) == 0
