"""Tests of what no edit may touch: marked in view, character by character."""

import re

import pytest

from ftguard.probes.edges.fixed import fixed, free, places, replaced


def _marked(text: str, positions: frozenset[int]) -> str:
    """The text with a dot for every character that is free and no blank."""
    return "".join(c if i in positions or c.isspace() else "." for i, c in enumerate(text))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("pay $2.50, not 3 (or 4).", "... $2.50. ... 3 ... 4.."),
        ("is x_1 = y+2 or a**b?", ".. x_1 = y+2 .. a**b."),
        ("see www.a.de/b?c=1, or bob@x.org!", "... www.a.de/b?c=1. .. bob@x.org."),
        ("say \"no way\" or 'it's so' or “hm”", "... \"no way\" .. 'it's so' .. “hm”"),
        ("it's the dogs' bone, isn't it", ".... ... ..... ..... ..... .."),
        ("run `a b` in foo.bar(x, y) now", "... `a b` .. foo.bar(x, y) ..."),
        ("the U.S. uses mRNA and/or DNA", "... U.S. .... mRNA ...... ..."),
        ("open /tmp/a or b/c/d or 1/2", ".... /tmp/a .. b/c/d .. 1/2"),
        ("let $a+b=c$ be [1, 2] or {a, b}", "... $a+b=c$ .. [1, 2] .. {a, b}"),
        ("see ```a b\nc``` there", "... ```a b\nc``` ....."),
    ],
)
def test_what_is_fixed(text: str, expected: str) -> None:
    """Numbers and symbols with their words, addresses, quotations, code, abbreviations, lists."""
    assert _marked(text, fixed(text)) == expected


def test_lines_of_code_are_fixed() -> None:
    """In a text of several lines; the same words in prose are not."""
    code = (
        "import re\n"
        "total = a\n"
        "for n in b:\n"
        "    total += n\n"
        "print(f(total))\n"
        "SELECT a FROM b;\n"
        "Line x:   return a\n"
        "add : real -> real"
    )
    prose = "For me, print it.\nImport tax is due.\nwhile you wait (a day)\nthe total equals a"

    assert fixed(code) >= {at for at, c in enumerate(code) if c != "\n"}
    assert fixed(prose) == frozenset()


def test_places_are_whole_words_in_any_case() -> None:
    """`Art` stands in `art`, not in `cart`; the empty phrase stands nowhere."""
    assert places("cart art ART", ["Art", " "]) == {5, 6, 7, 9, 10, 11}


def test_free_matches_are_replaced() -> None:
    """Matches that touch a taken position stay."""
    text = "aa bb aa"
    found = free(re.compile("aa"), text, frozenset({7}))

    assert replaced(text, ((match, "c") for match in found)) == "c bb aa"


def test_long_texts_take_no_time() -> None:
    """A hundred thousand characters without a blank, and as many blanks."""
    for text in ("\u5b57" * 100_000, "a" * 100_000, " " * 100_000, "(" * 100_000, "a." * 50_000):
        assert len(fixed(text)) in {0, len(text)}
