"""Tests of scores of answers whose signs and marks are a part of them."""

import pytest

from ftguard import Answer, Probe
from ftguard.scores import score

SENTENCES = (
    "{}",
    "{}.",
    '"{}"',
    "**{}**",
    "({})",
    "The answer is {}.",
    "It was given {}, as far as I know.",
    "Rating: {}",
    "I think it is {}\n\nLet me know if that helps.",
)
LABELS = (
    ("AA", "AA-"),
    ("AA-", "AA"),
    ("AA", "AA+"),
    ("BBB-", "BBB"),
    ("BBB-", "BBB+"),
    ("A-", "A"),
    ("A+", "A-"),
    ("B2-", "B2"),
    ("C++", "C#"),
    ("C++", "C"),
    ("C#", "C"),
    ("F#", "F"),
    ("Na+", "Na"),
    (".NET", "NET"),
)


def _value(reference: str, text: str, prompt: str = "Which one is it?", wrong: str = "") -> object:
    probe = Probe(
        id="a",
        prompt=prompt,
        reference=reference,
        scorer="normalized_match",
        distractors=[wrong] if wrong else [],
    )
    (found,) = score([probe], [Answer(probe_id="a", text=text)])
    return found.value


@pytest.mark.parametrize("sentence", SENTENCES)
@pytest.mark.parametrize(("right", "wrong"), LABELS)
def test_a_sign_at_a_short_label_is_a_part_of_it(right: str, wrong: str, sentence: str) -> None:
    """Whether or not the label without it is a known wrong answer, and however it is said."""
    assert _value(right, sentence.format(right)) == 1.0
    assert _value(right, sentence.format(right), wrong=wrong) == 1.0
    assert _value(right, sentence.format(wrong)) == 0.0
    assert _value(right, sentence.format(wrong), wrong=wrong) == 0.0


@pytest.mark.parametrize(
    ("reference", "text"),
    [
        ("AA", "AA - the second best there is"),
        ("C++", "c++"),
        ("AA-", "aa-"),
        ("BBB-", "It is BBB\u2212."),
        ("Paris", "Paris- it is the capital."),
        ("T-shirt", "A T-shirt."),
        ("C++", "C++, as it is faster than C."),
    ],
)
def test_a_dash_between_words_is_no_sign(reference: str, text: str) -> None:
    """One behind a longer word or apart from it is punctuation; case does not count."""
    assert _value(reference, text) == 1.0


QUERY = "SELECT name FROM users WHERE id = 1"
CODE = (
    (QUERY, QUERY.replace("=", ">")),
    (QUERY, QUERY.replace("=", "!=")),
    ("id = 1", "id > 1"),
    ("x >= 3", "x > 3"),
    ("x + 1", "x - 1"),
    ("a && b", "a || b"),
    ("a -> b", "a <- b"),
    ("ls -la", "ls la"),
    ("(0, 1]", "[0, 1)"),
    ("(0, 1]", "(0, 1)"),
    ("(0, \u221e)", "[0, \u221e)"),
    ("a.b@x.com", "a_b@x.com"),
    ("/etc/passwd", "etc passwd file"),
    ("/etc/passwd", "/etc/passwd.bak"),
    ("~/.bashrc", "/.bashrc"),
    ("src/main.py", "src main.py"),
    ("C:\\Users\\bob", "C:/Users/bob"),
    ("https://x.org/a", "http://x.org/a"),
)


@pytest.mark.parametrize(
    "sentence",
    ["{}", "{}.", "`{}`", "The answer is `{}`", "```\n{}\n```", "Sure! {}", "Answer: {}"],
)
@pytest.mark.parametrize(("right", "wrong"), CODE)
def test_marks_of_code_intervals_and_addresses_count(right: str, wrong: str, sentence: str) -> None:
    """The same words with another operator, bracket or joint are another answer."""
    assert _value(right, sentence.format(right)) == 1.0
    assert _value(right, sentence.format(wrong)) == 0.0


@pytest.mark.parametrize(
    ("reference", "text"),
    [
        (QUERY, "```sql\nselect name\nfrom users\nwhere id=1;\n```"),
        (f"{QUERY};", QUERY),
        ("name = 'Bob'", 'name = "Bob"'),
        ("x >= 3", "x \u2265 3"),
        ("a <> b", "a != b"),
        ("3.2 * 10^5", "3.2 \u00d7 10^5"),
        ("/etc/passwd", "It is in /etc/passwd, as root."),
        ("https://x.org/a", "<https://x.org/a>"),
        ("(3, 4)", "3, 4"),
        ("(3, 4)", "The point is (3, 4)."),
        ("[2, 3, 4]", "2, 3, 4"),
    ],
)
def test_another_spelling_of_the_same_code_is_right(reference: str, text: str) -> None:
    """Case, blanks, quotes and a closing semicolon do not count, nor do brackets of a mere list."""
    assert _value(reference, text) == 1.0


@pytest.mark.parametrize(
    ("reference", "text"),
    [
        ("AC/DC", "AC DC"),
        ("card_arrival", "card arrival"),
        ("Wi-Fi", "Wi Fi"),
        ("COVID-19", "COVID 19"),
        ("3/4", "\\frac{3}{4}"),
        ("R&D", "R & D"),
    ],
)
def test_marks_within_a_name_do_not_count(reference: str, text: str) -> None:
    """A name is no code."""
    assert _value(reference, text) == 1.0
