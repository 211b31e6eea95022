"""Tests that every answer of the built-in word problems is what Python computes from the story."""

import json
from calendar import WEDNESDAY, day_name
from collections.abc import Callable
from fractions import Fraction
from itertools import combinations, count, product
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
        for line in (PROBES / kind / "word-problems.jsonl").read_text("utf-8").splitlines()
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


def _minutes(clock: str) -> int:
    hours, minutes = clock.split(":")
    return 60 * int(hours) + int(minutes)


def _clock(minutes: int) -> str:
    return f"{minutes // 60}:{minutes % 60:02d}"


def _hours(minutes: int) -> str:
    return f"{minutes // 60} hours {minutes % 60:02d} minutes"


def _first(fits: Callable[[int], bool]) -> int:
    """The smallest whole number that fits the story."""
    return next(number for number in count() if fits(number))


def _both(total: int, first: int, second: int, neither: int) -> int:
    """How many are in both of two groups, if so many are in the first, the second or neither."""
    return _first(lambda both: first + second - both + neither == total)


def _savings(start: int, rate: Fraction, years: int) -> str:
    amount = Fraction(start)
    for _ in range(years):
        amount += amount * rate
    return f"{float(amount):.2f}"


def _trains_meet(apart: int, first: int, second: int, delay: int) -> Fraction:
    """Minutes from the first train's start to the meeting of the two."""
    left = apart - first * Fraction(delay, 60)
    return delay + left / (first + second) * 60


def _committees(women: int, men: int, size: int, least_men: int) -> int:
    club = ["woman"] * women + ["man"] * men
    return sum(chosen.count("man") >= least_men for chosen in combinations(club, size))


def _change(*percents: int) -> str:
    factor = Fraction(1)
    for percent in percents:
        factor *= 1 + Fraction(percent, 100)
    if factor == 1:
        return "It is exactly the same"
    size = abs(factor - 1) * 100
    return f"It is {size} percent {'lower' if factor < 1 else 'higher'}"


def _colour_pages(pages: int, minutes: int, black: int, colour: int) -> int:
    """How many of the pages are in colour, where so many of either kind are printed in a minute."""

    def fits(coloured: int) -> bool:
        return Fraction(pages - coloured, black) + Fraction(coloured, colour) == minutes

    return _first(fits)


def _north(pages: int) -> int:
    """Cents that the shop charges for a month's pages."""
    return 900 + 4 * pages


def _south(pages: int) -> int:
    return 300 + sum(7 if page <= 100 else 5 for page in range(1, pages + 1))


def _water_to_add(weight: int, salt: Fraction, wanted: Fraction) -> Fraction:
    return weight * salt / wanted - weight


def _even_with_different_digits() -> int:
    return sum(len(set(str(number))) == 4 for number in range(1000, 10000, 2))


def _seven_or_a_six() -> Fraction:
    rolls = list(product(range(1, 7), repeat=2))
    return Fraction(sum(sum(roll) == 7 or 6 in roll for roll in rolls), len(rolls))


COMPUTED: dict[str, object] = {
    "word-problems-01": 7 + 9,
    "word-problems-02": 3 * 4 - 2,
    "word-problems-03": Fraction(24, 4),
    "word-problems-04": 18 - 5 + 9,
    "word-problems-05": 50 - 20,
    "word-problems-06": Fraction(2, 3) * 12,
    "word-problems-07": 18 * Fraction(2 * 60 + 30, 60),
    "word-problems-08": _first(lambda lena: lena + (lena - 4) == 30),
    "word-problems-09": _hours(_minutes("13:15") - _minutes("9:40") - 25),
    "word-problems-10": day_name[(WEDNESDAY + 10) % 7],
    "word-problems-11": 72 / (Fraction(120, 100) * Fraction(75, 100)),
    "word-problems-12": 1 / (Fraction(1, 10) + Fraction(1, 15)),
    "word-problems-13": _clock(_minutes("8:00") - 8 * 3),
    "word-problems-14": 6 * 14 - 5 * 12,
    "word-problems-15": float(_water_to_add(40, Fraction(25, 100), Fraction(16, 100))),
    "word-problems-16": _savings(750, Fraction(36, 1000), 3),
    "word-problems-17": _trains_meet(300, 70, 80, delay=30),
    "word-problems-18": _committees(women=5, men=4, size=4, least_men=2),
    "cal-word-problems-01": 5 * 6,
    "cal-word-problems-02": 15 - 8,
    "cal-word-problems-03": 3 * 9,
    "cal-word-problems-04": 20 - 12,
    "cal-word-problems-05": 11 - 4,
    "cal-word-problems-06": 8 - 3 - 2,
    "cal-word-problems-07": Fraction(10, 4) * 6,
    "cal-word-problems-08": 2 * (12 + 7),
    "cal-word-problems-09": _clock(_minutes("18:45") + _minutes("1:50")),
    "cal-word-problems-10": Fraction(300, 4) * 10,
    "cal-word-problems-11": 40 * (1 - Fraction(15, 100)),
    "cal-word-problems-12": Fraction(6, 100) * 450,
    "cal-word-problems-13": _first(lambda son: 4 * son + 6 == 3 * (son + 6)),
    "cal-word-problems-14": 1 / (Fraction(1, 20) - Fraction(1, 30)),
    "cal-word-problems-15": _change(+10, -10),
    "cal-word-problems-16": _colour_pages(75, minutes=8, black=12, colour=5),
    "cal-word-problems-17": _both(80, first=45, second=50, neither=5),
    "cal-word-problems-18": _first(lambda pages: _north(pages) == _south(pages)),
    "cal-word-problems-19": float(300 / (10 * (84 / (6 * Fraction("3.5"))))),
    "cal-word-problems-20": _first(lambda more: 30 * 8 + 55 * more == 45 * (8 + more)),
    "cal-word-problems-21": _even_with_different_digits(),
    "cal-word-problems-22": _seven_or_a_six(),
}


def test_every_answer_is_computed() -> None:
    """No word problem, general or for calibration, goes without a computed answer."""
    assert COMPUTED.keys() == ROWS.keys()
    assert len(COMPUTED) == 40


@pytest.mark.parametrize(("probe_id", "answer"), COMPUTED.items())
def test_the_answer_is_right(probe_id: str, answer: object) -> None:
    """The reference, or the right option, is what Python computes from the story's numbers."""
    assert _reference(ROWS[probe_id]) == str(answer)


def test_the_copy_shops_charge_the_same_only_once() -> None:
    """Up to two thousand pages a month there is no second number for which they do."""
    assert [pages for pages in range(2_000) if _north(pages) == _south(pages)] == [400]


RIGHT = {
    "word-problems-10": [
        "Saturday.",
    ],
    "word-problems-13": [
        "07:36",
        "7:36 PM",
        "7:36pm",
        "19:36",
    ],
    "word-problems-16": [
        "833.950",
        "833.95 euros",
        "750 * 1.036^3 = 833.95",
    ],
}
"""Other forms that right answers take."""

WRONG = {
    "word-problems-10": [
        "Sunday",
        "Not Saturday",
        "It arrives on Friday.",
        "Wednesday",
        "Before Saturday",
        "10",
    ],
    "word-problems-13": [
        "8:24",
        "7:24",
        "7:36 am",
        "7:36 in the morning",
        "736",
        "The clock shows 8:24.",
    ],
    "word-problems-16": [
        "833.94",
        "833.951",
        "833.96",
        "833.9",
        "834",
        "831",
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
