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
