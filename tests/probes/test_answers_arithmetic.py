"""Tests that every answer of the built-in arithmetic probes is what Python computes."""

import json
from fractions import Fraction
from math import gcd, lcm
from pathlib import Path
from typing import Any

import pytest

from ftguard.ask.answer import Answer
from ftguard.probes.read.rows import probes_from_rows
from ftguard.scores import score

PROBES = Path(__file__).parents[2] / "ftguard" / "probes"


def _rows() -> dict[str, dict[str, Any]]:
    lines = [
        line
        for kind in ("general", "calibration")
        for line in (PROBES / kind / "arithmetic.jsonl").read_text("utf-8").splitlines()
    ]
    rows: list[dict[str, Any]] = [json.loads(line) for line in lines]
    return {row["id"]: row for row in rows if "canary" not in row}


ROWS = _rows()


def _reference(row: dict[str, Any]) -> str:
    if "choices" in row:
        return str(row["choices"][row["answer"]])
    reference = row["reference"]
    return str(reference[0] if isinstance(reference, list) else reference)


def _score(row: dict[str, Any], text: str) -> float | None:
    (probe,) = probes_from_rows([("the item", row)]).probes
    (found,) = score([probe], [Answer(probe_id=probe.id, text=text)])
    return found.value


def _value(number: str) -> Fraction:
    """The exact value of `0.6` or `3/8`."""
    return Fraction(number)


def _divisors(number: int) -> list[int]:
    return [divisor for divisor in range(1, number + 1) if number % divisor == 0]


def _only_prime(numbers: list[str]) -> str:
    (prime,) = [number for number in numbers if len(_divisors(int(number))) == 2]
    return prime


COMPUTED: dict[str, object] = {
    "arithmetic-01": 9 + 6,
    "arithmetic-02": 8 * 7,
    "arithmetic-03": 52 - 17,
    "arithmetic-04": 68 // 2,
    "arithmetic-05": 345 + 23,
    "arithmetic-06": 386 + 257,
    "arithmetic-07": Fraction(15, 100) * 240,
    "arithmetic-08": Fraction(18, 24),
    "arithmetic-09": 6 + 4 * 7 - 3,
    "arithmetic-10": Fraction("3.5") * 60,
    "arithmetic-11": 43 * 27,
    "arithmetic-12": Fraction(5, 6) - Fraction(3, 8),
    "arithmetic-13": ", ".join(sorted(["0.6", "3/8", "0.09", "5/7"], key=_value)),
    "arithmetic-14": lcm(18, 24, 30),
    "arithmetic-15": 384 * 276,
    "arithmetic-16": f"{619 / 83:.3f}",
    "arithmetic-17": 7**100 % 13,
    "arithmetic-18": sum(number for number in range(1, 201) if number % 7 == 0),
    "cal-arithmetic-01": 8 + 7,
    "cal-arithmetic-02": 20 - 6,
    "cal-arithmetic-03": 6 * 4,
    "cal-arithmetic-04": Fraction(45, 5),
    "cal-arithmetic-05": max(ROWS["cal-arithmetic-05"]["choices"], key=int),
    "cal-arithmetic-06": 30 + 58,
    "cal-arithmetic-07": 704 - 268,
    "cal-arithmetic-08": f"{Fraction(3, 4) * 100}%",
    "cal-arithmetic-09": 5 * (9 - 4) + 2,
    "cal-arithmetic-10": _only_prime(ROWS["cal-arithmetic-10"]["choices"]),
    "cal-arithmetic-11": Fraction(25, 100) * 360,
    "cal-arithmetic-12": float(Fraction("0.4") + Fraction("0.35")),
    "cal-arithmetic-13": 63 * 48,
    "cal-arithmetic-14": 2**10 - 3**5,
    "cal-arithmetic-15": Fraction(2, 3) + Fraction(5, 8) - Fraction(1, 2),
    "cal-arithmetic-16": gcd(126, 198),
    "cal-arithmetic-17": float(Fraction(7, 100) * 350),
    "cal-arithmetic-18": 847 * 693,
    "cal-arithmetic-19": str(3**50)[-2:],
    "cal-arithmetic-20": len(_divisors(2520)),
    "cal-arithmetic-21": Fraction(1, 7) + Fraction(1, 11) + Fraction(1, 13),
    "cal-arithmetic-22": 123456 * 789 % 11,
}


def test_every_answer_is_computed() -> None:
    """No arithmetic probe, general or for calibration, goes without a computed answer."""
    assert COMPUTED.keys() == ROWS.keys()
    assert len(COMPUTED) == 40


@pytest.mark.parametrize(("probe_id", "answer"), COMPUTED.items())
def test_the_answer_is_right(probe_id: str, answer: object) -> None:
    """The reference, or the right option, is what Python computes from the question's numbers."""
    assert _reference(ROWS[probe_id]) == str(answer)


@pytest.mark.parametrize("row", [row for row in ROWS.values() if "choices" in row])
def test_no_second_option_has_the_right_value(row: dict[str, Any]) -> None:
    """The four options are four different numbers, so that none is right in another writing."""
    assert len({_value(choice.rstrip("%")) for choice in row["choices"]}) == 4


RIGHT = {
    "arithmetic-07": [
        "36.",
        "36.0",
        "**36**",
        "$36$",
        "$\\boxed{36}$",
        "15% of 240 is 36.",
        "0.15 * 240 = 36",
        "The answer is:\n36",
        "36\n\nWhat is 20 percent of 50?\n10",
    ],
    "arithmetic-08": [
        "3/4.",
        "**3/4**",
        "\\frac{3}{4}",
        "¾",
        "```\n3/4\n```",
        "3/4\n\nWrite 5/10 in lowest terms.",
    ],
    "arithmetic-12": [
        "11/24.",
        "11 / 24",
    ],
    "arithmetic-13": [
        "0.09, 3/8, 0.6 and 5/7",
        "0.09, 3/8, 0.6, and 5/7.",
        "**0.09, 3/8, 0.6, 5/7**",
    ],
    "arithmetic-16": [
        "7.458.",
        "7.4580",
        "619 / 83 = 7.458",
    ],
}
"""Other forms that right answers take."""

WRONG = {
    "arithmetic-07": [
        "-36",
        "The answer is -36",
        "0.36",
        "136",
        "36.5",
        "36/100",
    ],
    "arithmetic-08": [
        "$-\\frac{3}{4}$",
        "18/24 = -3/4",
        "9/12",
        "13/4",
        "1 3/4",
        "3/40",
        "34",
        "4/3",
        "0.75",
        "\\frac{34}",
    ],
    "arithmetic-12": [
        "5/6 - 3/8 = -11/24",
        "22/48",
        "111/24",
        "11/240",
        "24/11",
    ],
    "arithmetic-13": [
        "0.09, 0.6, 3/8, 5/7",
        "5/7, 0.6, 3/8, 0.09",
        "0.09, 3/8, 0.6",
        "0.9, 3/8, 0.6, 5/7",
    ],
    "arithmetic-16": [
        "7.457",
        "7.4578",
        "7.4585",
        "7.459",
        "7.46",
    ],
}
"""What may look right and is not."""


@pytest.mark.parametrize(
    ("probe_id", "text"), [(probe_id, text) for probe_id in RIGHT for text in RIGHT[probe_id]]
)
def test_right_answers_are_right_in_every_form(probe_id: str, text: str) -> None:
    """Marks, sentences and what a base model runs on with do not make an answer wrong."""
    assert _score(ROWS[probe_id], text) == 1


@pytest.mark.parametrize(
    ("probe_id", "text"), [(probe_id, text) for probe_id in WRONG for text in WRONG[probe_id]]
)
def test_answers_that_look_right_are_wrong(probe_id: str, text: str) -> None:
    """Another sign, unit, order or separator makes another answer."""
    assert _score(ROWS[probe_id], text) == 0
