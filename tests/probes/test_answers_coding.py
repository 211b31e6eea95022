"""Tests of the coding probes: every reference is what the program of the question computes."""

import ast
import json
import re
import sqlite3
from collections.abc import Callable
from contextlib import suppress
from importlib.machinery import SOURCE_SUFFIXES
from math import log2
from pathlib import Path
from typing import Any

import pytest

from ftguard.ask.answer import Answer
from ftguard.probes.read.rows import probes_from_rows
from ftguard.scores import score

PROBES = Path(__file__).parents[2] / "ftguard" / "probes"


def _rows() -> dict[str, dict[str, Any]]:
    """Every item by its id; the canary row is no item."""
    lines = [
        line
        for kind in ("general", "calibration")
        for line in (PROBES / kind / "coding.jsonl").read_text("utf-8").splitlines()[1:]
    ]
    rows: list[dict[str, Any]] = [json.loads(line) for line in lines]
    return {row["id"]: row for row in rows}


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


def _sum_without_thirds() -> int:
    total = 0
    for n in range(1, 10):
        if n % 3 == 0:
            continue
        total += n
    return total


def _inner_slice() -> str:
    items = ["first", "second", "third", "last"]
    slices = {
        "items[1:]": items[1:],
        "items[:-1]": items[:-1],
        "items[1:-1]": items[1:-1],
        "items[2:-2]": items[2:-2],
    }
    return next(text for text, taken in slices.items() if taken == ["second", "third"])


def _query(table: str, columns: str, rows: list[tuple[object, ...]], query: str) -> object:
    database = sqlite3.connect(":memory:")
    try:
        database.execute(f"CREATE TABLE {table} ({columns})")
        marks = ", ".join("?" for _ in rows[0])
        database.executemany(f"INSERT INTO {table} VALUES ({marks})", rows)  # noqa: S608
        ((value,),) = database.execute(query).fetchall()
        return value
    finally:
        database.close()


def _count_long(words: list[str], *, minimum: int, adds: bool) -> int:
    count = 0
    for word in words:
        if len(word) > minimum:
            count = count + 1 if adds else 1
    return count


def _wrong_line() -> int:
    """Return the line whose change, and no other's, makes the function count right."""
    words = ["ox", "bear", "wolf", "cat", "eagle"]
    changed = {
        0: _count_long(words, minimum=3, adds=False),
        4: _count_long(words, minimum=2, adds=False),
        5: _count_long(words, minimum=3, adds=True),
    }
    (line,) = (line for line, count in changed.items() if count == 3)
    return line


def _late_binding() -> int:
    steps: list[Callable[[int], int]] = [lambda n: n + i for i in range(4)]  # noqa: B023
    return steps[0](10)


def _tightest(count: Callable[[int], int]) -> str:
    """Name the growth whose quotient with the counted steps changes least as n doubles."""
    bounds: dict[str, Callable[[int], float]] = {
        "O(n)": lambda n: n,
        "O(n log n)": lambda n: n * log2(n),
        "O(n^2)": lambda n: n**2,
        "O(n^2 log n)": lambda n: n**2 * log2(n),
    }
    small, large = 2**9, 2**11

    def change(bound: Callable[[int], float]) -> float:
        return abs(log2(count(large) / bound(large)) - log2(count(small) / bound(small)))

    return min(bounds, key=lambda name: change(bounds[name]))


def _doubling_loop(n: int) -> int:
    count = 0
    i = 1
    while i < n:
        for _ in range(n):
            count += 1
        i *= 2
    return count


def _stepping_loop(n: int) -> int:
    count = 0
    for i in range(1, n + 1):
        for _ in range(0, n, i):
            count += 1
    return count


def _remove_while_looping() -> list[int]:
    items = [6, 2, 8, 3, 4, 4, 7]
    for x in items:
        if x % 2 == 0:
            items.remove(x)
    return items


def _shared_default() -> int:
    def walk(n: int, path: list[int] = []) -> list[int]:  # noqa: B006
        path.append(n)
        if n > 1:
            walk(n // 2 if n % 2 == 0 else 3 * n + 1)
        return path

    walk(6)
    return len(walk(3))


class _A:
    def go(self) -> str:
        return "A"


class _B(_A):
    def go(self) -> str:
        return "B" + super().go()


class _C(_A):
    def go(self) -> str:
        return "C" + super().go()


class _D(_B):
    def go(self) -> str:
        return "D" + super().go()


class _E(_D, _C):
    def go(self) -> str:
        return "E" + super().go()


def _rest_of_the_stream() -> int:
    stream = iter([4, 9, 1, 7, 3, 15])
    if 9 in stream:
        list(zip(stream, range(2), strict=False))
    return sum(stream)


def _branch() -> str:
    x = 10
    return "red" if x > 7 else "blue"


def _comment_sign() -> str:
    """Return the one sign after which a line of words is no code."""
    for sign in ["/", "-", ";", "#"]:
        with suppress(SyntaxError):
            if not ast.parse(f"{sign} note").body:
                return sign
    raise AssertionError


def _letter_counts() -> int:
    counts: dict[str, int] = {}
    for letter in "tattoo":
        counts[letter] = counts.get(letter, 0) + 1
    return counts["t"] * counts["o"]


def _halvings() -> int:
    n = 100
    steps = 0
    while n > 10:
        n = n // 2
        steps = steps + 1
    return steps


def _repair() -> str:
    """Return the one change with which the function gives the last item."""
    items = ["first", "second", "third", "last"]
    index = len(items)
    changes = {
        "In line 2, write len(items) - 1": len(items) - 1,
        "In line 2, write len(items) + 1": len(items) + 1,
        "In line 3, write items[index + 1]": index + 1,
        "In line 3, write items[index - 2]": index - 2,
    }
    (change,) = (text for text, at in changes.items() if items[at : at + 1] == ["last"])
    return change


def _aliased_rows() -> int:
    row = [0] * 3
    grid = [row] * 2
    grid[0][1] = 7
    grid[1][2] = 5
    return sum(grid[0]) + sum(grid[1])


def _calls() -> int:
    called: list[int] = []

    def f(n: int) -> int:
        called.append(n)
        return 1 if n < 2 else f(n - 1) + f(n - 2)

    f(5)
    return len(called)


def _finally_first() -> str:
    printed: list[str] = []

    def f() -> str:
        try:
            return "x"
        finally:
            printed.append("y")

    printed.append(f())
    return " ".join(printed)


def _late_scale() -> int:
    data = [1, 2, 3]
    scale = 2
    scaled = (x * scale for x in data)
    data = [10, 20]
    scale = 5
    return sum(scaled)


class _Box:
    items: list[int] = []  # noqa: RUF012
    size = 0

    def add(self, x: int) -> None:
        self.items += [x]
        self.size += 1


def _boxes() -> str:
    a, b = _Box(), _Box()
    a.add(3)
    b.add(4)
    b.add(5)
    return f"{len(a.items)} {a.size} {_Box.size}"


def _greedy_group() -> str:
    found = re.match(r"(.*)(\d+)", "room 2048")
    assert found
    return found.group(2)


ORDERS: list[tuple[object, ...]] = [
    (1, "Ada", 20),
    (2, "Bo", 35),
    (3, "Ada", 15),
    (4, "Cy", 40),
]
FRUITS: list[tuple[object, ...]] = [("pear", 3), ("mango", 7), ("plum", 2), ("grape", 5)]
TREES = ["pine", "oak", "elm", "oak", "pine"]

COMPUTED: dict[str, object] = {
    "coding-01": (5 + 3) * 2,
    "coding-02": "sun" + "flower",
    "coding-03": max([4, 9, 2, 7]),
    "coding-04": next(
        f"d = {d!r}" for d in (list[int](), (), dict[str, int](), "") if isinstance(d, dict)
    ),
    "coding-05": len(["Mon", "Tue", "Wed", "Thu"]),
    "coding-06": _sum_without_thirds(),
    "coding-07": f"{7 // 2} {7 % 2} {2**3}",
    "coding-08": _inner_slice(),
    "coding-09": _query(
        "orders",
        "id, customer, amount",
        ORDERS,
        "SELECT SUM(amount) FROM orders WHERE customer <> 'Bo';",
    ),
    "coding-10": _wrong_line(),
    "coding-11": _late_binding(),
    # JavaScript sorts numbers as texts unless it is told how to compare them.
    "coding-12": " ".join(str(value) for value in sorted([40, 5, 100, 25], key=str)),
    "coding-13": _tightest(_doubling_loop),
    "coding-14": "/".join(re.findall(r"\d{2,3}", "7 42 12345 678")),
    "coding-15": _remove_while_looping(),
    "coding-16": _shared_default(),
    "coding-17": _E().go(),
    "coding-18": _rest_of_the_stream(),
    "cal-coding-01": 3 + 4 * 2,
    "cal-coding-02": len("orange"),
    "cal-coding-03": [5, 8, 2][1],
    "cal-coding-04": _branch(),
    "cal-coding-05": SOURCE_SUFFIXES[0],
    "cal-coding-06": _comment_sign(),
    "cal-coding-07": _letter_counts(),
    "cal-coding-08": _halvings(),
    "cal-coding-09": "stone"[1:4],
    "cal-coding-10": _repair(),
    "cal-coding-11": _query(
        "fruits", "name, price", FRUITS, "SELECT name FROM fruits ORDER BY price DESC LIMIT 1;"
    ),
    # `sort | uniq | wc -l` counts the different lines.
    "cal-coding-12": len(set(TREES)),
    "cal-coding-13": _aliased_rows(),
    # In JavaScript a text plus a number is a text, and a text minus a number is a number.
    "cal-coding-14": "5" + str(3) + " " + str(int("5") - 3),
    "cal-coding-15": _calls(),
    "cal-coding-16": sorted(["kiwi", "fig", "plum", "date", "nut"], key=len, reverse=True)[2],
    "cal-coding-17": _finally_first(),
    "cal-coding-18": _tightest(_stepping_loop),
    "cal-coding-19": _late_scale(),
    "cal-coding-20": _boxes(),
    "cal-coding-21": _greedy_group(),
    "cal-coding-22": f"{12 & -12} {12 ^ (12 >> 1)}",
}
"""What each item's program computes, written again here and run."""


@pytest.mark.parametrize(("probe_id", "computed"), COMPUTED.items(), ids=list(COMPUTED))
def test_the_reference_is_what_the_program_computes(probe_id: str, computed: object) -> None:
    """The right option, or the first accepted answer, is what running the program gives."""
    assert _reference(ROWS[probe_id]) == str(computed)


def test_every_coding_item_is_computed() -> None:
    """No coding item of either file goes without a computed answer."""
    assert COMPUTED.keys() == ROWS.keys()


SLICES = [
    "items[1:-1]",
    "items[1:-1:1]",
    "items[ 1 : -1 ]",
    "(items[1:-1])",
    "list(items[1:-1])",
    "[*items[1:-1]]",
    "items[1:len(items) - 1]",
    "items[1:(len(items)-1)]",
    "items[slice(1, -1)]",
    "items[slice(1, -1, None)]",
    "items[slice(1, len(items) - 1)]",
    "items[1:][:-1]",
    "items[:-1][1:]",
    "items[0:-1][1:]",
    "items[:len(items) - 1][1:]",
]
OTHER_SLICES = [
    "items[1:]",
    "items[:-1]",
    "items[1:-2]",
    "items[0:-1]",
    "items[2:-1]",
    "items[1:len(items)]",
    "items[1:-1:2]",
    "items[1:-1:-1]",
    "items[1:][:len(items) - 1]",
    "items[1:][1:]",
    "items[slice(-1)]",
    "[items[1:-1]]",
    "print(items[1:-1])",
    "items[-1]",
]
FRAMES = [
    "{}",
    "{}.",
    "**{}**",
    "`{}`",
    "`{}`.",
    "**`{}`**.",
    "```\n{}\n```",
    "```python\n{}\n```",
    "```c++\n{}\n```\nThis is the answer.",
    "```{}```",
    "{}\n\nWhat does the next program print?\n5",
]


@pytest.mark.parametrize("frame", FRAMES)
def test_a_frame_around_the_right_slice_is_let_be(frame: str) -> None:
    """A code fence, marks, a full stop, and what a base model runs on with do no harm."""
    framed = [frame.format(text) for text in SLICES]

    assert [text for text in framed if _score(ROWS["coding-08"], text) != 1] == []


def _taken(expression: str, size: int) -> object:
    return eval(expression, {"items": list(range(size))})  # noqa: S307 - the lists above


@pytest.mark.parametrize("expression", SLICES)
def test_accepted_slices_are_right(expression: str) -> None:
    """What is accepted drops the first and the last element of any list of two or more."""
    assert all(_taken(expression, size) == list(range(1, size - 1)) for size in range(2, 9))


@pytest.mark.parametrize("expression", OTHER_SLICES)
def test_other_slices_are_rejected(expression: str) -> None:
    """What gives something else is wrong."""
    assert any(_taken(expression, size) != list(range(1, size - 1)) for size in range(2, 9))
    assert _score(ROWS["coding-08"], expression) == 0


RIGHT = {
    "coding-10": [
        "5.",
        "**5**",
        "Line 5",
        "line 5.",
        "Line 5 is wrong.",
        "The wrong line is line 5.",
        "The wrong line is: 5",
        "```\n5\n```",
        "5\nIt should add 1.",
    ],
    "coding-15": [
        '"[2, 3, 4, 7]"',
        "[2,3,4,7]",
    ],
    "coding-02": [
        "'sunflower'",
        "“sunflower”",
    ],
}
"""Other forms that right answers take."""

WRONG = {
    "coding-02": [
        "sun flower",
        "sun-flower",
        "sun",
        "flowersun",
        "sun\nflower",
    ],
    "coding-08": [
        "Items[1:-1]",
        "[1:-1]",
        "items(1:-1)",
        "(items[1:-1]",
        "items[1:-1])",
        "items[1:-1]]",
    ],
    "coding-10": [
        "4",
        "Line 4",
        "-5",
        "15",
        "5.5",
        "5 and 6",
    ],
    "coding-12": [
        "5 25 40 100",
        "10025405",
    ],
    "coding-14": [
        "42/123/678",
    ],
    "coding-15": [
        "[3, 7]",
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
    """Another letter, number or order makes another answer."""
    assert _score(ROWS[probe_id], text) == 0
