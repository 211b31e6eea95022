"""Tests of numeric match: which number an answer ends up with."""

import pytest

from ftguard.ask.answer import Answer
from ftguard.errors import InputError
from ftguard.probes import Probe
from ftguard.scores.numeric import final_number, numeric
from ftguard.scores.record import Unscorable


def _probe(*references: str) -> Probe:
    return Probe(id="a", prompt="q", reference=references, scorer="numeric")


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("18", 18),
        ("18.", 18),
        ("-3.5", -3.5),
        (".5", 0.5),
        ("6.02e23", 6.02e23),
        ("1,234,567.5", 1_234_567.5),
        ("She sells 16 - 3 = 13 eggs for $1,300.", 1300),
        ("9 * 2 = 18\n#### 18", 18),
        ("#### 1,018\n\nQ: 2 + 2?\n#### 4", 1018),
        ("#### none, so 7 stays open", 7),
        ("42\nQ: What is 5 + 5?\nA: 10", 42),
        ("  42 \nand 7 more", 42),
        ("First 3, then 5", 5),
        ("", None),
        ("no idea", None),
        ("3 of them\n####", None),
    ],
)
def test_the_final_number(text: str, number: float | None) -> None:
    """After `####`, else alone on the first line, else the last one; with thousands separators."""
    assert final_number(text) == number


def test_a_text_that_did_not_end_has_no_last_number() -> None:
    """An unfinished calculation ends up with a number only after `####` or on a line of its own."""
    assert final_number("16 - 3 = 13\n13 - 4 = 9", ended=False) is None
    assert final_number("9\nQ: 16 - 3", ended=False) == 9
    assert final_number("So 9.\n#### 9\nQ: 16 - 3", ended=False) == 9


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("72", 1.0),
        ("The total is 72.0", 1.0),
        ("so 1,200 in all", 1.0),
        ("71", 0.0),
        ("", 0.0),
        ("many", 0.0),
    ],
)
def test_any_reference_counts_and_no_number_is_wrong(text: str, value: float) -> None:
    """One of several references is enough; an answer without a number is wrong, not unscored."""
    probe = _probe("48 + 24 = 72\n#### 72", "1,200")

    assert numeric(probe, Answer(probe_id="a", text=text)) == value


@pytest.mark.parametrize(
    ("said", "value"),
    [("1000000.9", 1.0), ("999999.1", 1.0), ("1000001.1", 0.0), ("999998.9", 0.0)],
)
def test_numbers_agree_to_a_millionth(said: str, value: float) -> None:
    """1e-6 of a million is 1: so far on either side is right, further is wrong."""
    assert numeric(_probe("1000000"), Answer(probe_id="a", text=said)) == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("72", 0.0),
        ("48 + 24 = 72\nand the", 0.0),
        ("72\nQ: 1 + 1", 1.0),
        ("#### 72\n\nQ: 1 + 1", 1.0),
        ("It is\n#### 7", 0.0),
    ],
)
def test_a_cut_off_answer_counts_only_with_its_final_number_behind_it(
    text: str, value: float
) -> None:
    """Cut off within its answer it is wrong; a base model cut off while running on is right."""
    said = Answer(probe_id="a", text=text, finish="length")

    assert numeric(_probe("72"), said) == value


def test_a_reference_without_a_number_is_unscored() -> None:
    """That is not the model's fault; the first reference is refused when the probe is built."""
    with pytest.raises(Unscorable, match="the reference holds no number"):
        numeric(_probe("72", "seventy-two"), Answer(probe_id="a", text="72"))
    with pytest.raises(InputError, match="needs a number"):
        _probe("seventy-two")
