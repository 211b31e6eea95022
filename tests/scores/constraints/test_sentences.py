"""Tests of counting sentences."""

import pytest

from ftguard.scores.constraints.sentences import count_sentences


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("One. Two! Three?", 3),
        ("One without an end", 1),
        ("", 0),
        ("... !?", 0),
        (". Odd", 1),
        ("What?! Really?!", 2),
        ("hello there. how are you? fine.", 3),
        ("Dr. Smith met Mrs. Jones at 5 p.m. on Monday.", 1),
        ("It costs 3.50 euros. That is cheap.", 2),
        ("See www.example.com or v2.0. Then stop.", 2),
        ("He lives in the U.S. He likes it there.", 2),
        ("The U.S. Army came, e.g. by train.", 1),
        ("J. K. Rowling wrote it.", 1),
        ("So did I. Then we left.", 2),
        ("Apples, nuts, etc. are here. The end.", 2),
        ("See No. 5 for more. The answer is no. Maybe not.", 3),
        ("Well... maybe. Or not\u2026 Yes.", 3),
        ("1. First do this.\n2. Then do that.\n3. Stop.", 3),
        ("(1. say nothing; 2. wait) Then go.", 1),
        ("- a point\n- another point", 1),
        ("# A heading\n\nIt belongs to this sentence.", 1),
        ('"Stop!" he said. She did.', 2),
        ("She said \u201cGo.\u201d Then she left.", 2),
        ("(It works.) **Bold.** Good.", 3),
        ("你好。我很好\uff01你呢\uff1f", 3),
        ("यह है। वह है।", 2),
        ("ភ្នំពេញ។បាទ។", 2),
        ("မြို့တော်။ဟုတ်ကဲ့။", 2),
        ("هل هذا صحيح؟ نعم.", 2),
    ],
)
def test_sentences_are_counted_as_a_reader_does(text: str, count: int) -> None:
    """Abbreviations, decimals, initials, list numbers and dots in a row end none."""
    assert count_sentences(text) == count
