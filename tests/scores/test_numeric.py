"""Tests of numeric match: which number an answer comes to."""

import pytest

from ftguard.ask.answer import Answer
from ftguard.errors import InputError
from ftguard.probes import Probe
from ftguard.scores.numeric import final_number, numeric, stated_number
from ftguard.scores.record import CutOff, Unscorable
from ftguard.scores.stated.question import question_of


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
        ("9 * 2 = 18\n#### 18", 18),
        ("#### 1,018\n\nQ: 2 + 2?\n#### 4", 1018),
        ("First 3, then 5", 5),
        ("", None),
        ("no idea", None),
        ("3 of them\n####", None),
    ],
)
def test_the_final_number_of_a_reference(text: str, number: float | None) -> None:
    """After `####`, else the last one; with thousands separators."""
    assert final_number(text) == number


ASKED = Probe(
    id="a",
    prompt="A shop sells pens at $1.50 each. Maria buys 8 pens. How many dollars does she pay?",
    reference="12",
    scorer="numeric",
)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("12", 12),
        ("$12.00", 12),
        ("Maria pays 12 dollars for 8 pens.", 12),
        ("8 * 1.50 = 12", 12),
        ("12 = 8 * 1.50", 12),
        ("\\[ 8 \\times 1.5 = \\boxed{12} \\]", 12),
        ("She buys 8 pens at $1.50, so she pays $12.", 12),
        ("The answer is 12, since 10 pens would be 15.", 12),
        ("12, as 8 pens cost 12 dollars", 12),
        ("Four pens are $6.\nEight pens are $12.", 12),
        ("twelve", 12),
        ("\u0661\u0662", 12),
        ("It's 12,5 dollars", 12.5),
        ("1 161", 1161),
        ("minus 7 degrees", -7),
        ("Let me see: 8 + 1.5 = 9.5. Wait, no: 8 * 1.5 = 12.", 12),
        ("12 or 15", None),
        ("not 12", None),
        ("It could be 12, but I cannot say.", None),
        ("", None),
    ],
)
def test_the_number_that_an_answer_comes_to(text: str, number: float | None) -> None:
    """The right side of an equation, what is counted, what follows `the answer is`; not a step, not
    one of two.
    """
    found = stated_number(text, question_of(ASKED))

    assert (found.readings[0] if found else None) == number


@pytest.mark.parametrize(
    ("text", "value"),
    [("2.5 kg", 1.0), ("2.5", 1.0), ("2.5 kilograms", 1.0), ("2.5 g", 0.0), ("2.5 %", 0.0)],
)
def test_another_unit_is_another_number(text: str, value: float) -> None:
    """Kilograms were asked for; without a unit they are meant."""
    probe = Probe(
        id="a", prompt="How many kilograms are 2500 grams?", reference="2.5", scorer="numeric"
    )

    assert numeric(probe, Answer(probe_id="a", text=text)) == value


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
        ("72\nQ: 1 + 1", 1.0),
        ("#### 72\n\nQ: 1 + 1", 1.0),
        ("The answer is 72, because", 1.0),
        ("The answer is 71, because", 0.0),
        ("72", None),
        ("48 + 24 = 72\nand the", None),
        ("It is\n#### 7", None),
    ],
)
def test_a_cut_off_answer_counts_only_where_it_decided(text: str, value: float | None) -> None:
    """A number at the very end may have been on its way to another, and a step is no result; a base
    model cut off while running on is right.
    """
    said = Answer(probe_id="a", text=text, finish="length")

    if value is None:
        with pytest.raises(CutOff):
            numeric(_probe("72"), said)
    else:
        assert numeric(_probe("72"), said) == value


def test_a_reference_without_a_number_is_unscored() -> None:
    """That is not the model's fault; the first reference is refused when the probe is built."""
    with pytest.raises(Unscorable, match="the reference holds no number"):
        numeric(_probe("72", "seventy-two"), Answer(probe_id="a", text="72"))
    with pytest.raises(InputError, match="needs a number"):
        _probe("seventy-two")
