"""The page in a real browser, used as a person uses it: choose, guess, run, watch, stop, reload."""

import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from ftguard.folders import RunFolder
from ftguard.play.record import PlayRecord
from ftguard.play.runs import Runs
from ftguard.text.visible import visible

KeepRun = Callable[..., PlayRecord]
Serve = Callable[[Path], AbstractContextManager[tuple[str, Runs]]]

PHONE = {"width": 390, "height": 844}
DESK = {"width": 1280, "height": 800}
HOSTILE = (
    "<script>document.title = 'pwned'</script>",
    '"><img src=x onerror="document.title=1"><svg onload=alert(1)><a href="javascript:alert(1)">',
    "abc \u202egnp.exe\u202c zero\u200bwidth nul\x00 bell\x07 \x1b[31mred",
    "[link](javascript:alert(1)) **bold** {{ 7 * 7 }} &lt;b&gt; " + "y" * 100_000,
)
SLOW = 120_000
"""Milliseconds for what waits for a process to load torch, however busy the machine is."""


def open_page(chromium: Browser, url: str, **options: object) -> Page:
    """Open the address; whatever the page or its security policy complains of fails the test."""
    context = chromium.new_context(**({"viewport": DESK} | options))  # type: ignore[arg-type]
    context.set_default_timeout(60_000)
    page = context.new_page()
    page.on("pageerror", lambda error: pytest.fail(f"the page's script failed: {error}"))
    page.on("console", lambda message: _complaint(message.text))
    page.on("dialog", lambda dialog: pytest.fail(f"a dialog was opened: {dialog.message}"))
    page.goto(url)
    page.wait_for_function("document.getElementById('what').textContent !== ''")
    return page


def _complaint(text: str) -> None:
    # What the server refuses is told on the page; the browser tells it here too.
    if "status of 400" not in text:
        pytest.fail(f"the console says: {text}")


@pytest.mark.long
def test_a_run_is_guessed_at_watched_reloaded_and_stopped(
    chromium: Browser, tmp_path: Path, serve: Serve
) -> None:
    """By keyboard alone: dials, guess, run; two tabs see it; it stops, with a verdict so far."""
    with serve(tmp_path) as (url, runs):
        runs.workers.warm()
        page = open_page(chromium, url)
        page.get_by_text("Turn the dials yourself").focus()
        page.keyboard.press("Enter")
        for label, value in {
            "Learning rate": "2e-4",
            "Steps": "120",
            "Checkpoints": "12",
            "Questions, share of 680": "0.05",
        }.items():
            page.get_by_role("spinbutton", name=label, exact=True).focus()
            page.keyboard.press("Control+A")
            page.keyboard.type(value)
        expect(page.get_by_role("radio", name="Your own dials")).to_be_checked()
        page.get_by_role("button", name="Run it").focus()
        page.keyboard.press("Enter")
        # Nothing runs without a guess.
        assert len(runs.records) == 0
        page.get_by_role("radio", name="undecided").focus()
        page.keyboard.press("Space")
        page.keyboard.press("Enter")

        pane = page.get_by_role("article", name="Run 1: Your own dials")
        expect(pane.locator(".word")).to_contain_text("undecided so far", timeout=SLOW)
        assert page.url.endswith("?left=1")
        page.reload()
        expect(pane.locator(".word")).to_contain_text("so far")
        other = open_page(chromium, page.url)
        expect(other.get_by_role("article", name="Run 1")).to_contain_text("training: step")
        drawn = pane.get_by_role("img", name=re.compile("Tail: rare teams lost"))
        expect(drawn).to_have_accessible_name(re.compile(r"step 0 0 %, step 10 .* limit 15 %"))

        other.get_by_role("button", name="Stop this run").click()
        for each in (page, other):
            expect(each.get_by_role("article")).to_contain_text("stopped at step", timeout=SLOW)
            expect(each.get_by_role("button", name="Stop this run")).to_be_hidden()
        expect(page.locator("#tally")).to_have_text("")
        expect(pane.get_by_role("heading", name="What happened")).to_have_count(0)
        record = runs.find(1)
        assert record.how == "stopped"
        assert record.last is not None
        assert 10 <= record.last.step < 120
        assert RunFolder(tmp_path / record.name).verdict.exists()
        page.context.close()
        other.context.close()


def test_two_runs_stand_side_by_side(
    chromium: Browser, tmp_path: Path, serve: Serve, keep_run: KeepRun
) -> None:
    """Those of an earlier page too, with guesses, numbers, answers, and advice that turns dials."""
    keep_run(tmp_path, 1, guess="undecided", failure="narrow-data")
    keep_run(tmp_path, 2, guess="tail/worst")
    with serve(tmp_path) as (url, _):
        page = open_page(chromium, url)
        expect(page.get_by_role("article", name="Run 2: Your own dials")).to_contain_text(
            "Your guess: blocked by the tail. That was not it."
        )
        expect(page.locator("#tally")).to_have_text("Your guesses: 1 of 2 right.")
        page.get_by_label("Beside it").select_option("1")
        first = page.get_by_role("article", name="Run 1: Narrow data")
        expect(first).to_contain_text("That was right.")
        expect(first).to_contain_text("there are two answers")
        assert page.url.endswith("?left=2&right=1")
        tops = page.evaluate(
            "[...document.querySelectorAll('article')].map((e) => e.getBoundingClientRect().top)"
        )
        assert tops[0] == tops[1]
        first.get_by_text("The numbers").click()
        expect(first.get_by_role("rowheader")).to_have_text(["0", "3", "6"])
        expect(first.get_by_role("img")).to_have_count(5)
        expect(first.locator(".gates li")).to_have_count(3)

        first.get_by_role("button", name="Turn the dials as advised").click()
        rate = page.get_by_role("spinbutton", name="Learning rate")
        expect(rate).to_be_focused()
        expect(rate).to_have_value("0.00015")
        expect(page.get_by_role("radio", name="Your own dials")).to_be_checked()
        page.get_by_role("radio", name="A diverging run").check()
        expect(page.locator("#what")).to_contain_text("left out the exponent")
        expect(rate).to_have_value("10")
        page.get_by_label("Data", exact=True).select_option("leaked")
        expect(page.get_by_role("radio", name="Your own dials")).to_be_checked()
        page.get_by_role("spinbutton", name="Replay").fill("0.89")
        page.get_by_role("radio", name="no guess").check()
        page.get_by_role("button", name="Run it").click()
        expect(page.get_by_role("alert").first).to_contain_text("give a smaller share")
        page.context.close()


def test_a_phone_shows_it_all_and_says_when_the_command_has_ended(
    chromium: Browser, tmp_path: Path, serve: Serve, keep_run: KeepRun
) -> None:
    """At 390 px nothing scrolls sideways, whatever a model said (which stays text), and every text
    has a contrast of 4.5 or more, in the light and in the dark. What was shown when the command
    ended stays, and what to do is told.
    """
    keep_run(tmp_path, 1)
    keep_run(tmp_path, 2, said=HOSTILE)
    with serve(tmp_path) as (url, _):
        context = chromium.new_context(viewport=PHONE)  # type: ignore[arg-type]
        page = context.new_page()
        page.goto(f"{url}?left=2&right=1")
        expect(page.get_by_role("article")).to_have_count(2)
        told = page.get_by_role("article").first.locator(".answers").inner_text()
        for text in map(visible, HOSTILE):
            # Of a long one the beginning.
            assert f"1 {text[:300]}" in told
            assert f"0 {text[:300]}" in told
        assert page.locator(".answers :is(script, img, svg, a, form, b)").count() == 0
        assert page.title() == "ftguard play"
        for summary in page.locator("summary").all():
            summary.click()
        for scheme, ground in (("light", "rgb(245, 246, 249)"), ("dark", "rgb(20, 22, 28)")):
            page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
            assert page.evaluate("getComputedStyle(document.body).backgroundColor") == ground
            assert page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]
            ratios: dict[str, float] = page.evaluate(CONTRASTS)
            seen = {"button.main", "text.tick", "text.limit-label", "span.state.too-wide"}
            assert seen <= set(ratios)
            assert min(ratios.values()) >= 4.5, ratios
    expect(page.locator("#alert")).to_contain_text("no longer running. Start it again")
    expect(page.get_by_role("article", name="Run 1")).to_be_visible()
    context.close()


CONTRASTS = """() => {
  const parse = (colour) => colour.match(/[\\d.]+/g).map(Number);
  const light = (rgb) => {
    const [r, g, b] = rgb.slice(0, 3).map((c) => c / 255)
      .map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const behind = (element) => {
    for (let e = element; e; e = e.parentElement) {
      const colour = parse(getComputedStyle(e).backgroundColor);
      if (colour.length === 3 || colour[3] === 1) return colour;
    }
    return [255, 255, 255];
  };
  const found = {};
  for (const element of document.querySelectorAll("body *")) {
    const own = [...element.childNodes].some((n) => n.nodeType === 3 && n.data.trim());
    if (!own || element.disabled || !element.checkVisibility()) continue;
    const style = getComputedStyle(element);
    const ink = element instanceof SVGElement ? style.fill : style.color;
    const [one, other] = [parse(ink), behind(element)].map(light);
    const ratio = (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
    const name = [element.tagName.toLowerCase(), ...element.classList].join(".");
    found[name] = Math.min(found[name] ?? 99, ratio);
  }
  return found;
}"""
