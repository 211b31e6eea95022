"""The page in a real browser, used as a rater uses it: keys, clicks, taps, notes, going away."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from ftguard import Probe
from ftguard.folders import RunFolder
from ftguard.rating.session import RatingSession
from ftguard.rating.store import standing
from ftguard.text.visible import visible

MakeRun = Callable[..., RunFolder]
Ask = Callable[..., list[tuple[Probe, str, str]]]
MakeProbe = Callable[..., Probe]
Serve = Callable[..., AbstractContextManager[tuple[str, RatingSession]]]

PHONE = {"width": 390, "height": 844}
DESK = {"width": 1280, "height": 800}
HOSTILE = (
    "<script>document.title = 'pwned'</script>",
    '"><img src=x onerror="document.title=\'pwned\'"><svg onload=alert(1)>',
    "</div></form><form action='https://evil.example'><button>1</button>",
    "<!-- --> ]]> &lt;b&gt; [link](javascript:alert(1)) **bold** {{ 7 * 7 }}",
    "abc \u202egnp.exe\u202c \u2066x\u2069 zero\u200bwidth nul\x00 bell\x07",
    "👩‍💻 👨‍👩‍👧 ❤️ 日本語 مرحبا z̷̧a̴l̵g̶o̴",
    "def f(x):\n\tif x < 1:\n\t\treturn '<i>'\n\n    # four blanks\n" + "=" * 300,
    "y" * 100_000,
    "word " * 20_000,
    "",
)


@pytest.fixture
def context(chromium: Browser) -> Iterator[BrowserContext]:
    """A fresh profile with a desk's window."""
    fresh = chromium.new_context(viewport=DESK)  # type: ignore[arg-type]
    fresh.set_default_timeout(60_000)
    yield fresh
    fresh.close()


def enter(context: BrowserContext, url: str, name: str) -> Page:
    """Open the address and say who one is; whatever the page complains of fails the test."""
    page = context.new_page()
    page.on("pageerror", lambda error: pytest.fail(f"the page's script failed: {error}"))
    page.on("dialog", lambda dialog: pytest.fail(f"a dialog was opened: {dialog.message}"))
    page.goto(url)
    page.get_by_label("name").fill(name)
    page.keyboard.press("Enter")
    return settled(page)


def settled(page: Page) -> Page:
    """The page, once it takes choices."""
    page.wait_for_selector("html[data-settled]")
    return page


def press(page: Page, key: str) -> None:
    """Press a key that leads on, and wait for what comes."""
    with page.expect_navigation():
        page.keyboard.press(key)
    settled(page)


def click(page: Page, name: str) -> None:
    """Click a button that leads on, and wait for what comes."""
    with page.expect_navigation():
        page.get_by_role("button", name=name).click()
    settled(page)


def first_answer(page: Page) -> str:
    """What stands on the left."""
    return page.get_by_role("group", name="Answer 1").inner_text()


def test_keys_and_clicks_rate(
    context: BrowserContext, make_run: MakeRun, ask: Ask, serve: Serve
) -> None:
    """1, 2, 3, s and the buttons; each is on disk when the next item shows, sides resolved."""
    with serve(make_run(ask(8))) as (url, session):
        page = enter(context, url, "Anna")
        texts = {pair.base.text: "base" for pair in session.sample}
        texts |= {pair.tuned.text: "tuned" for pair in session.sample}
        other = {"base": "tuned", "tuned": "base"}
        actions: list[tuple[Callable[[Page, str], None], str, str]] = [
            (press, "1", "left"),
            (click, "Answer 2 is better", "right"),
            (press, "3", "tie"),
            (press, "s", "skip"),
            (press, "Numpad2", "right"),
            (click, "Answer 1 is better", "left"),
            (click, "Tie", "tie"),
            (click, "Skip", "skip"),
        ]
        for number, (act, on, pick) in enumerate(actions):
            expect(page.locator(".place strong")).to_have_text(f"{number} of 8")
            expect(page).to_have_title(f"{number + 1} of 8 · ftguard rate")
            left = texts[first_answer(page)]
            act(page, on)
            rating = session.read()[number]
            wanted = {"left": left, "right": other[left]}.get(pick, pick)
            assert (rating.choice, rating.left, rating.rater) == (wanted, left, "Anna")
            assert rating.seconds is not None
            assert rating.seconds < 100
        expect(page.get_by_role("heading", name="All done. Thank you!")).to_be_visible()
        expect(page.get_by_text("skipped 2 of them")).to_be_visible()


def test_a_note_is_written_not_rated(
    context: BrowserContext, make_run: MakeRun, ask: Ask, serve: Serve
) -> None:
    """Within the notes 1, 2, 3, s and u are letters; Esc leads back to the keys."""
    with serve(make_run(ask(3))) as (url, session):
        page = enter(context, url, "Anna")
        note = "1 is shorter, so 2 suits us; 3, s & u stay <b>here</b>"
        page.keyboard.press("n")
        expect(page.get_by_label("Notes")).to_be_focused()
        page.keyboard.type(note)
        page.keyboard.press("Enter")
        page.keyboard.type("s1s")
        expect(page.get_by_label("Notes")).to_have_value(f"{note}\ns1s")
        assert session.read() == ()

        page.keyboard.press("Escape")
        press(page, "2")
        assert [rating.notes for rating in session.read()] == [f"{note}\ns1s"]
        expect(page.get_by_label("Notes")).to_have_value("")
        expect(page.locator(".place strong")).to_have_text("1 of 3")


def test_undo_shows_the_last_again(
    context: BrowserContext, make_run: MakeRun, ask: Ask, serve: Serve
) -> None:
    """By key and by button, twice, with its note; from the end of all items too."""
    with serve(make_run(ask(2))) as (url, session):
        page = enter(context, url, "Anna")
        expect(page.get_by_role("button", name="Undo")).to_be_disabled()
        first = first_answer(page)
        page.get_by_label("Notes").fill("a first thought")
        click(page, "Answer 1 is better")
        second = first_answer(page)
        press(page, "2")

        click(page, "Undo the last")
        assert first_answer(page) == second
        press(page, "u")
        assert first_answer(page) == first
        expect(page.get_by_label("Notes")).to_have_value("a first thought")
        assert standing(session.read()) == ()

        press(page, "3")
        press(page, "3")
        assert [rating.choice for rating in standing(session.read())] == ["tie", "tie"]


def test_a_closed_browser_loses_nothing(
    chromium: Browser, make_run: MakeRun, ask: Ask, serve: Serve
) -> None:
    """Closed in the middle, the page goes on where it was; after a new start of the command too."""
    folder = make_run(ask(4))
    with serve(folder) as (url, session):
        first = chromium.new_context()
        page = enter(first, url, "Anna")
        press(page, "1")
        press(page, "2")
        waiting = first_answer(page)
        first.close()
        assert len(session.read()) == 2

        again = chromium.new_context()
        page = again.new_page()
        page.goto(url)
        page.get_by_role("link", name="Anna").click()
        expect(page.locator(".place strong")).to_have_text("2 of 4")
        assert first_answer(settled(page)) == waiting
        press(page, "3")
        again.close()
    with serve(folder) as (url, session):
        last = chromium.new_context()
        page = enter(last, url, "ANNA")
        expect(page.locator(".place strong")).to_have_text("3 of 4")
        press(page, "1")
        expect(page.get_by_role("heading", name="All done")).to_be_visible()
        assert {rating.rater for rating in session.read()} == {"Anna"}
        assert len({rating.probe_id for rating in session.read()}) == 4
        last.close()


def test_two_raters_do_not_meet(
    chromium: Browser, make_run: MakeRun, ask: Ask, serve: Serve
) -> None:
    """In turns on one page each, with a progress and an undo of their own."""
    with serve(make_run(ask(4))) as (url, session):
        contexts = [chromium.new_context(), chromium.new_context()]
        anna, ben = enter(contexts[0], url, "Anna"), enter(contexts[1], url, "Ben")
        press(anna, "1")
        press(ben, "3")
        press(anna, "1")
        press(ben, "u")
        expect(anna.locator(".place strong")).to_have_text("2 of 4")
        expect(ben.locator(".place strong")).to_have_text("0 of 4")
        assert [rating.rater for rating in standing(session.read())] == ["Anna", "Anna"]

        anna.get_by_role("link", name="not you?").click()
        anna.get_by_label("name").fill("Cleo")
        anna.get_by_role("button", name="Begin").click()
        expect(anna.locator(".place strong")).to_have_text("0 of 4")
        for each in contexts:
            each.close()


@pytest.mark.parametrize("viewport", [DESK, PHONE], ids=["desk", "phone"])
def test_hostile_answers_stay_text(
    chromium: Browser,
    make_run: MakeRun,
    make_probe: MakeProbe,
    serve: Serve,
    viewport: dict[str, int],
    tmp_path: Path,
) -> None:
    """No script, tag, link or hidden character of a model does anything; all of it can be read."""
    halves = zip(HOSTILE[::2], HOSTILE[1::2], strict=True)
    answers = [
        (make_probe(n, prompt=one[:200]), one, other) for n, (one, other) in enumerate(halves)
    ]
    asked: list[str] = []
    complaints: list[str] = []
    with serve(make_run(answers)) as (url, session):
        context = chromium.new_context(viewport=viewport)  # type: ignore[arg-type]
        context.on("request", lambda request: asked.append(request.url))
        context.on("console", lambda message: complaints.append(message.text))
        page = enter(context, url, "Anna")
        for number in range(len(answers)):
            item = session.progress("Anna").item
            assert item is not None
            expect(page).to_have_title(f"{number + 1} of {len(answers)} · ftguard rate")
            boxes = page.locator(".answer .text")
            for place, answer in enumerate(item.answers):
                said = visible(answer.text) or "(an empty answer)"
                assert boxes.nth(place).evaluate("e => e.textContent").strip() == said.strip()
            assert page.locator(".said *:not(.escape)").count() == 0
            assert page.locator("form").count() == 2
            assert not _overflowing(page)
            expect(page.get_by_role("button", name="Tie")).to_be_in_viewport(ratio=1)
            page.screenshot(path=tmp_path / f"{number}.png")
            press(page, "3")
        context.close()
    assert {address[: len(url)] for address in asked} == {url}
    assert complaints == []
    assert len(standing(session.read())) == len(answers)


def _overflowing(page: Page) -> list[str]:
    """What is wider than its place: lines wrap, and nothing scrolls sideways."""
    found: list[str] = page.evaluate(
        """() => [document.documentElement, ...document.querySelectorAll("main, .text, .said")]
        .filter((e) => e.scrollWidth > e.clientWidth + 1).map((e) => e.outerHTML.slice(0, 80))"""
    )
    return found


def test_long_answers_scroll_and_the_buttons_stay(
    context: BrowserContext, make_run: MakeRun, make_probe: MakeProbe, serve: Serve
) -> None:
    """At a desk the page itself never scrolls; the answer does, by keyboard too."""
    with serve(make_run([(make_probe(1), "long " * 9000, "short")])) as (url, _):
        page = enter(context, url, "Anna")
        height = "document.documentElement.scrollHeight"
        assert page.evaluate(height) == DESK["height"]
        long = page.locator(".answer .text", has_text="long")
        assert long.evaluate("e => e.scrollHeight > 3 * e.clientHeight")
        long.focus()
        page.keyboard.press("End")
        page.wait_for_function("e => e.scrollTop > 1000", arg=long.element_handle())


AT_ONCE = """keys => {
  for (const key of keys)
    document.body.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true }));
}"""
"""Keys pressed before the page can lead on, however busy the machine is."""


def test_one_press_is_one_choice(
    context: BrowserContext, make_run: MakeRun, ask: Ask, serve: Serve
) -> None:
    """A second press or click before the next item is seen, a held key and Ctrl-1 rate nothing."""
    with serve(make_run(ask(6))) as (url, session):
        page = enter(context, url, "Anna")
        with page.expect_navigation():
            page.evaluate(AT_ONCE, ["1", "1"])
        settled(page)
        # As in the first moment of an item, when a press still belongs to the one before.
        page.evaluate("() => { delete document.documentElement.dataset.settled }")
        page.keyboard.press("1")
        page.evaluate("() => { document.documentElement.dataset.settled = '' }")
        expect(page.locator(".place strong")).to_have_text("1 of 6")
        with page.expect_navigation():
            page.get_by_role("button", name="Tie").evaluate("b => { b.click(); b.click() }")
        settled(page)
        with page.expect_navigation():
            for _ in range(5):
                page.keyboard.down("3")
        settled(page)
        page.keyboard.down("3")
        page.keyboard.up("3")
        for combination in ("Control+1", "Alt+2", "Meta+3"):
            page.keyboard.press(combination)
        page.wait_for_timeout(200)
        expect(page.locator(".place strong")).to_have_text("3 of 6")
        assert len(session.read()) == 3


def test_what_cannot_be_saved_is_told_and_kept(
    context: BrowserContext, make_run: MakeRun, ask: Ask, serve: Serve
) -> None:
    """When the command has ended, the page says so, and the note stands where it was written."""
    with serve(make_run(ask(2))) as (url, session):
        page = enter(context, url, "Anna")
        page.get_by_label("Notes").fill("do not lose me")
    page.get_by_role("button", name="Tie").click()
    expect(page.get_by_role("alert")).to_contain_text("Not saved: ftguard rate is no longer")
    expect(page.get_by_label("Notes")).to_have_value("do not lose me")
    assert session.read() == ()


def test_a_note_outlives_a_reload_and_an_error_is_shown(
    context: BrowserContext, make_run: MakeRun, ask: Ask, serve: Serve
) -> None:
    """What was typed comes back; what the server refuses is told in its words."""
    with serve(make_run(ask(2))) as (url, session):
        page = enter(context, url, "Anna")
        page.get_by_label("Notes").fill("half a thou")
        page.reload()
        expect(page.get_by_label("Notes")).to_have_value("half a thou")
        session.file.path.mkdir()
        settled(page).keyboard.press("1")
        expect(page.get_by_role("alert")).to_contain_text("Not saved. 500:")
        session.file.path.rmdir()
        press(page, "1")
        assert [rating.notes for rating in session.read()] == ["half a thou"]


def test_without_scripts_the_buttons_rate(
    chromium: Browser, make_run: MakeRun, ask: Ask, serve: Serve
) -> None:
    """The forms need none."""
    with serve(make_run(ask(2))) as (url, session):
        context = chromium.new_context(java_script_enabled=False)
        page = context.new_page()
        page.goto(url)
        page.get_by_label("Your name").fill("Anna")
        page.get_by_role("button", name="Begin").click()
        page.get_by_label("Notes").fill("plain")
        page.get_by_role("button", name="Tie").click()
        expect(page.locator(".place strong")).to_have_text("1 of 2")
        page.get_by_role("button", name="Undo").click()
        expect(page.get_by_label("Notes")).to_have_value("plain")
        page.get_by_role("button", name="Answer 1").click()
        expect(page.locator(".place strong")).to_have_text("1 of 2")
        (rating,) = standing(session.read())
        assert rating.choice == rating.left
        context.close()


def test_a_phone_is_tapped(chromium: Browser, make_run: MakeRun, ask: Ask, serve: Serve) -> None:
    """At 390 px: big buttons in reach, no key hints, nothing sideways."""
    answers = [(probe, one, f"{other} " * 40) for probe, one, other in ask(4)]
    with serve(make_run(answers)) as (url, session):
        context = chromium.new_context(
            viewport=PHONE,  # type: ignore[arg-type]
            has_touch=True,
            is_mobile=True,
        )
        page = enter(context, url, "Anna")
        page.get_by_label("Notes").tap()
        page.keyboard.type("typed with thumbs")
        page.wait_for_function(UNCOVERED, arg="notes")
        for number, name in enumerate(("Answer 1", "Tie", "Answer 2", "Skip"), start=1):
            button = page.get_by_role("button", name=name)
            expect(button).to_be_in_viewport(ratio=1)
            box = button.bounding_box()
            assert box is not None
            assert box["height"] >= 44
            assert box["width"] >= 44
            assert page.locator("kbd").first.is_hidden()
            assert not _overflowing(page)
            with page.expect_navigation():
                button.tap()
            settled(page)
            assert len(session.read()) == number
        context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_colours_can_be_read(
    chromium: Browser, make_run: MakeRun, make_probe: MakeProbe, serve: Serve, scheme: str
) -> None:
    """Every text has a contrast of 4.5 or more to what is behind it (WCAG 2.2, 1.4.3)."""
    with serve(make_run([(make_probe(1), "a\u202eb", "")])) as (url, _):
        context = chromium.new_context(
            color_scheme=scheme,  # type: ignore[arg-type]
        )
        page = enter(context, url, "Anna")
        ratios: dict[str, float] = page.evaluate(CONTRASTS)
        assert {"button", "span", "span.escape", "p.remark", "h2"} <= ratios.keys()
        assert min(ratios.values()) >= 4.5, ratios
        assert page.evaluate("getComputedStyle(document.body).backgroundColor") == (
            "rgb(245, 246, 249)" if scheme == "light" else "rgb(20, 22, 28)"
        )
        context.close()


UNCOVERED = """(id) => {
  const element = document.getElementById(id);
  const box = element.getBoundingClientRect();
  return document.elementFromPoint(box.left + 20, box.bottom - 4) === element;
}"""
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
    const [one, other] = [parse(getComputedStyle(element).color), behind(element)].map(light);
    const ratio = (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
    const name = [element.tagName.toLowerCase(), ...element.classList].join(".");
    found[name] = Math.min(found[name] ?? 99, ratio);
  }
  return found;
}"""
