"""Tests of `plain`, and of probes that stand in training rows as HTML, Markdown or JSON."""

import html
import json
import timeit
from functools import partial

import pytest

from ftguard.probes.leaks.leak import Leak
from ftguard.probes.leaks.leakage import find_leaks
from ftguard.probes.leaks.markup import plain
from ftguard.probes.probe import Probe

LONG = (
    "Wie kann ich meine verlorene Kreditkarte f\u00fcr Auslandsgesch\u00e4fte sperren lassen, wenn "
    "ich gerade in \u00d6sterreich unterwegs bin & nirgends ein Telefon habe, um 'Hilfe' zu rufen?"
)
CHINESE = (
    "\u8bf7\u95ee\u6211\u7684\u4fe1\u7528\u5361\u4ec0\u4e48\u65f6\u5019\u80fd\u591f\u5bc4\u5230"
)
SHORT = "When will I get my card?"

TAKEN = [
    (r"Gesch\u00e4ft", "Gesch\u00e4ft"),
    (r"{\"q\": \"\\u8bf7\"}", '{\\"q\\": \\"\u8bf7\\"}'),
    (r"\ud83d\ude00", "\U0001f600"),
    (r'{"q": "one\ntwo \"x\""}', '{"q": "one\ntwo "x""}'),
    ("Tom&#39;s caf&eacute; &amp; bar", "Tom's caf\u00e9 & bar"),
    ("&amp;#39;", "'"),
    ("a <b>bold</b> <a href='https://x.io/p'>word</a>", "a bold word"),
    ("<p>one<br/>two</p>", "\none\ntwo\n"),
    ("&lt;p class=&quot;x&quot;&gt;one", "\none"),
    ('see [the page](https://x.io/a_(b) "title") now', "see the page now"),
    ("![a cat](cat.png)", "a cat"),
]

STAYS = [
    "if a <b and c> d",
    "AT&T and R&D; a && b",
    "f[i](x) and g[0](1)",
    "x < 3 > y, List<int>, <s>, <|im_start|>user",
    r"\alpha \nu \text{x} C:\new\users",
    'he said "let $\\alpha$ be", then "a',
    "[1] (see below)",
]

PLANTED = [
    ("JSON", CHINESE, json.dumps({"q": CHINESE})),
    ("JSON", LONG, json.dumps({"q": LONG, "a": 1})),
    ("JSON in JSON", LONG, json.dumps(json.dumps({"q": LONG}))),
    (
        "JSON of two lines",
        LONG.replace(" wenn", "\nwenn"),
        json.dumps(LONG.replace(" wenn", "\nwenn")),
    ),
    ("HTML", LONG, html.escape(LONG).replace("\u00fc", "&uuml;").replace("\u00e4", "&#228;")),
    ("tags", LONG, f"<p>{LONG.replace('Kreditkarte', '<b>Kreditkarte</b>')}</p>"),
    (
        "a link",
        LONG,
        LONG.replace("Kreditkarte", "[Kreditkarte](https://example.com/karten/verloren)"),
    ),
    ("a short one", SHORT, "<div class='q'>When will I get <b>my card</b>?</div><p>Soon.</p>"),
    ("escaped itself", "What does &amp; mean in this page?", "What does &amp; mean in this page?"),
    ("marked itself", "Close <b>this</b> tag for me please", "Close <b>this</b> tag for me please"),
]


@pytest.mark.parametrize(("text", "left"), TAKEN)
def test_escapes_tags_and_addresses_of_links_are_taken_off(text: str, left: str) -> None:
    """What is left is what a reader sees."""
    assert plain(text) == left


@pytest.mark.parametrize("text", STAYS)
def test_what_only_looks_so_stays(text: str) -> None:
    """Comparisons, calls, LaTeX, paths, and the markers of chat formats."""
    assert plain(text) == text


def _leaks(query: str, text: str) -> tuple[Leak, ...]:
    probe = Probe(id="a", prompt=query, reference="no", scorer="exact_match")
    return find_leaks([probe], [("row 1", [text])])


@pytest.mark.parametrize(("_form", "query", "text"), PLANTED)
def test_a_probe_within_markup_leaked(_form: str, query: str, text: str) -> None:
    """It stands there word for word, not nearly so, and is shown as it reads."""
    (leak,) = _leaks(query, text)

    assert leak.kind in ("exact", "contained")
    assert plain(query)[:10] in leak.excerpt


def test_another_text_within_markup_is_no_leak() -> None:
    """Tags and escapes alone make no two texts alike."""
    assert _leaks(SHORT, "<p>Where is <b>the bank</b>?</p> &amp; &#39;more&#39;") == ()
    assert _leaks(CHINESE, json.dumps({"q": CHINESE[::-1]})) == ()


@pytest.mark.parametrize(
    "part", ['\\"', '"', "<a ", "<a b=c ", "&amp;", "[", "[a](", "\\u00e4", "<!--"]
)
def test_time_grows_with_the_length_alone(part: str) -> None:
    """A text of 80 times the length takes less than 800 times as long, and not 6,400 times."""
    seconds = []
    for length in (500, 40_000):
        text = (part * length)[:length]
        seconds.append(min(timeit.repeat(partial(plain, text), number=1, repeat=3)))

    assert seconds[1] < 800 * max(seconds[0], 1e-5)
