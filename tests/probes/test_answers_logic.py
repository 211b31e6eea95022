"""Tests that every answer of the built-in logic probes is the only one that brute force finds."""

import json
from calendar import FRIDAY, TUESDAY, day_name
from collections.abc import Callable, Iterable, Mapping
from itertools import combinations, cycle, islice, pairwise, permutations, product
from pathlib import Path
from typing import Any

import pytest

from ftguard.ask.answer import Answer
from ftguard.probes.read.rows import probes_from_rows
from ftguard.scores import score

PROBES = Path(__file__).parents[2] / "ftguard" / "probes"

# What a person or thing is: {"robin", "bird"}.
Thing = frozenset[str]
# A world: its things, the named one first; as many as the sentences need to be refuted.
World = tuple[Thing, ...]


def _rows() -> dict[str, dict[str, Any]]:
    lines = [
        line
        for kind in ("general", "calibration")
        for line in (PROBES / kind / "logic.jsonl").read_text("utf-8").splitlines()
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


def _only(answers: Iterable[str]) -> str:
    """The answer that all solutions share; none or two of them is an error."""
    (answer,) = set(answers)
    return answer


def _the_option(probe_id: str, right: Mapping[str, bool]) -> str:
    """The one right option, where every option of the question has been judged."""
    assert set(right) == set(ROWS[probe_id]["choices"])
    return _only(option for option, is_right in right.items() if is_right)


# --- Sentences about all, some and no things, in every world of up to three things.


def _worlds(*words: str) -> list[World]:
    things = [
        frozenset(word for word, holds in zip(words, row, strict=True) if holds)
        for row in product([True, False], repeat=len(words))
    ]
    return list(product(things, repeat=3))


def _all(world: World, subject: set[str], *predicates: str) -> bool:
    """Every thing that is all of the subject is at least one of the predicates."""
    return all(bool(thing & set(predicates)) for thing in world if subject <= thing)


def _some(world: World, *words: str) -> bool:
    return any(set(words) <= thing for thing in world)


def _some_not(world: World, subject: set[str], predicate: str) -> bool:
    return not _all(world, subject, predicate)


def _follows(
    probe_id: str, worlds: Iterable[World], options: Mapping[str, Callable[[World], bool]]
) -> str:
    """The only option that holds in every world in which what is said holds."""
    left = list(worlds)
    assert left
    return _the_option(
        probe_id, {option: all(map(holds, left)) for option, holds in options.items()}
    )


def _robin() -> str:
    said = (
        world
        for world in _worlds("robin", "bird")
        if _all(world, {"robin"}, "bird") and "robin" in world[0]
    )
    return _follows(
        "logic-01",
        said,
        {
            "Every bird is a robin": lambda world: _all(world, {"bird"}, "robin"),
            "Pippin must be a bird": lambda world: "bird" in world[0],
            "Pippin cannot be a bird": lambda world: "bird" not in world[0],
            "Some robins are not birds": lambda world: _some_not(world, {"robin"}, "bird"),
        },
    )


def _books() -> str:
    said = (
        world
        for world in _worlds("boxed", "old", "blue")
        if _all(world, {"boxed"}, "old") and _some(world, "boxed", "blue")
    )
    return _follows(
        "logic-08",
        said,
        {
            "Some old books are blue": lambda world: _some(world, "old", "blue"),
            "All old books in the box are blue": lambda world: _all(
                world, {"boxed", "old"}, "blue"
            ),
            "No blue books are old": lambda world: not _some(world, "blue", "old"),
            "Some old books are not blue": lambda world: _some_not(world, {"old"}, "blue"),
        },
    )


def _prize() -> str:
    said = (
        world
        for world in _worlds("blue card", "wins")
        if _all(world, {"blue card"}, "wins") and "blue card" in world[0]
    )
    return _follows(
        "cal-logic-01",
        said,
        {
            "Sam wins nothing": lambda world: "wins" not in world[0],
            "Sam wins a prize": lambda world: "wins" in world[0],
            "Only Sam wins a prize": lambda world: not _some(world[1:], "wins"),
            "Only blue cards win": lambda world: _all(world, {"wins"}, "blue card"),
        },
    )


def _painters() -> str:
    said = (
        world
        for world in _worlds("painter", "poet", "baker")
        if _some(world, "painter", "poet") and not _some(world, "poet", "baker")
    )
    return _follows(
        "cal-logic-15",
        said,
        {
            "No painters are bakers": lambda world: not _some(world, "painter", "baker"),
            "Some painters are bakers": lambda world: _some(world, "painter", "baker"),
            "Some painters are not bakers": lambda world: _some_not(world, {"painter"}, "baker"),
            "Some bakers are not painters": lambda world: _some_not(world, {"baker"}, "painter"),
        },
    )


def _runners() -> str:
    said = (
        world
        for world in _worlds("runner", "swimmer", "climber", "diver", "judge")
        if _all(world, {"runner"}, "swimmer", "climber")
        and not _some(world, "climber", "diver")
        and _some(world, "runner", "diver")
        and _all(world, {"swimmer", "diver"}, "judge")
    )
    return _follows(
        "cal-logic-22",
        said,
        {
            "All judges are swimmers": lambda world: _all(world, {"judge"}, "swimmer"),
            "No judges are climbers": lambda world: not _some(world, "judge", "climber"),
            "Some climbers are judges": lambda world: _some(world, "climber", "judge"),
            "Some runners are judges": lambda world: _some(world, "runner", "judge"),
        },
    )


# --- If-sentences, in every row of the truth table.

TABLE = list(product([True, False], repeat=2))


def _if(condition: bool, consequence: bool) -> bool:
    return not condition or consequence


def _equivalent() -> str:
    options: dict[str, Callable[[bool, bool], bool]] = {
        "If the guard wakes, then the alarm rings": lambda rings, wakes: _if(wakes, rings),
        "If the alarm does not ring, then the guard does not wake": lambda rings, wakes: _if(
            not rings, not wakes
        ),
        "If the guard does not wake, then the alarm does not ring": lambda rings, wakes: _if(
            not wakes, not rings
        ),
        "The alarm rings, and the guard does not wake": lambda rings, wakes: rings and not wakes,
    }
    return _the_option(
        "logic-14",
        {
            option: all(holds(rings, wakes) == _if(rings, wakes) for rings, wakes in TABLE)
            for option, holds in options.items()
        },
    )


def _bell() -> str:
    ways = [(bell, dog) for bell, dog in TABLE if _if(bell, dog) and bell]
    return _the_option(
        "cal-logic-05",
        {
            "The dog is barking": all(dog for _, dog in ways),
            "The bell is silent": all(not bell for bell, _ in ways),
            "The dog is silent": all(not dog for _, dog in ways),
            "Neither makes a sound": all(not bell and not dog for bell, dog in ways),
        },
    )


def _rosa() -> str:
    """Where Rosa is, and whether the car is in the drive, far away or used by her."""
    ways = [
        (home, car)
        for home in (True, False)
        for car in ("in the drive", "near", "far away", "driven near", "driven far away")
        if _if(home, car == "in the drive")
        and _if(car.startswith("driven"), not home)
        and car != "in the drive"
    ]
    return _the_option(
        "cal-logic-08",
        {
            "Rosa is still at home": all(home for home, _ in ways),
            "The car is far away": all(car.endswith("far away") for _, car in ways),
            "Rosa is out in her car": all(car.startswith("driven") for _, car in ways),
            "Rosa is not at home": all(not home for home, _ in ways),
        },
    )


def _terrace() -> str:
    rain = {rains for rains, wet in TABLE if _if(rains, wet) and wet}
    # Rain before now is not spoken of: with rain now or without, there may or may not have been.
    stopped = {before and not rains for rains in rain for before in (True, False)}
    return _the_option(
        "cal-logic-09",
        {
            "It is certainly raining": rain == {True},
            "It may be raining or not": rain == {True, False},
            "It is certainly not raining": rain == {False},
            "It has just stopped raining": stopped == {True},
        },
    )


def _negation() -> str:
    """Windows that are closed or open, in houses with two to four of them."""
    options: dict[str, Callable[[tuple[bool, ...]], bool]] = {
        "At least one window is open": lambda closed: closed.count(False) >= 1,
        "All the windows are open": lambda closed: closed.count(False) == len(closed),
        "Exactly one window is open": lambda closed: closed.count(False) == 1,
        "At least one window is closed": lambda closed: closed.count(True) >= 1,
    }
    houses = [house for size in (2, 3, 4) for house in product([True, False], repeat=size)]
    return _the_option(
        "cal-logic-07",
        {
            option: all(holds(closed) == (not all(closed)) for closed in houses)
            for option, holds in options.items()
        },
    )


def _fined() -> str:
    cases: list[str] = ROWS["cal-logic-17"]["choices"]
    return _the_option(
        "cal-logic-17",
        {
            case: not _if("and fined" in case, "by night" in case and "without a permit" in case)
            for case in cases
        },
    )


def _lamps() -> int:
    return sum(
        _if(p, q) and _if(q, not r) and r != s for p, q, r, s in product([True, False], repeat=4)
    )


def _lamp_of_the_door() -> str:
    return _only("on" if on else "off" for on, locked in TABLE if _if(on, locked) and not locked)


# --- Islanders who always tell the truth or always lie.


def _truthful(*said: Callable[..., bool]) -> tuple[bool, ...]:
    """Who tells the truth: the one way in which each statement is true just if its speaker is."""
    (way,) = [
        way
        for way in product([True, False], repeat=len(said))
        if all(speaker == statement(*way) for speaker, statement in zip(way, said, strict=True))
    ]
    return way


def _names(names: str, way: tuple[bool, ...]) -> str:
    """`Only Ana` or `Ana and Ben`."""
    found = [name for name, truthful in zip(names.split(), way, strict=True) if truthful]
    return f"Only {found[0]}" if len(found) == 1 else " and ".join(found)


# --- Orders and places.


def _at(order: tuple[str, ...]) -> Callable[[str], int]:
    return lambda name: order.index(name) + 1


def _orders(
    names: str, *clues: Callable[[Callable[[str], int]], bool]
) -> Iterable[tuple[str, ...]]:
    """The orders of the names in which every clue holds; a clue is given each name's place."""
    return (
        order for order in permutations(names.split()) if all(clue(_at(order)) for clue in clues)
    )


def _place(number: int, orders: Iterable[tuple[str, ...]]) -> str:
    """Who has this place in all the orders, counted from 1 (or from the end: -1)."""
    return _only(order[number - 1 if number > 0 else number] for order in orders)


def _party() -> str:
    return _only(
        " and ".join(guests)
        for guests in combinations(["Ann", "Bob", "Cem", "Dan"], 2)
        if _if("Ann" in guests, "Bob" in guests)
        and _if("Bob" in guests, "Dan" in guests)
        and not ("Cem" in guests and "Dan" in guests)
    )


def _queue() -> str:
    """The length of a queue in which the third from the front is the fifth from the back."""
    return _only(str(size) for size in range(3, 100) if size - 5 == 3 - 1)


def _pets() -> str:
    houses = list(permutations(range(1, 5)))
    return _only(
        owner
        for ida, jon, kay, leo in houses
        for cat, dog, fish, parrot in houses
        if cat == dog + 1
        and jon == fish
        and abs(ida - leo) == 2
        and kay != dog
        and parrot < kay
        and ida < jon
        for owner, house in {"Ida": ida, "Jon": jon, "Kay": kay, "Leo": leo}.items()
        if house == dog
    )


def _boxes() -> str:
    places = list(permutations(range(1, 5)))
    return _only(
        colour
        for red, blue, green, white in places
        for coin, key, pen, ring in places
        if abs(red - blue) == 1
        and coin == green + 1
        and white not in {1, 4}
        and key > red
        and pen < ring
        for colour, place in {"red": red, "blue": blue, "green": green, "white": white}.items()
        if place == key
    )


def _round_table() -> str:
    """The friend between Cem and Bo, in every seating of six chairs in a circle."""

    def gap(one: int, other: int) -> int:
        return min((one - other) % 6, (other - one) % 6)

    return _only(
        friend
        for ana, bo, cem, dia, eva, fay in permutations(range(6))
        if gap(ana, bo) == 3 and gap(cem, dia) == 3 and gap(cem, ana) == 1 and gap(eva, ana) == 1
        for friend, chair in {"Ana": ana, "Dia": dia, "Eva": eva, "Fay": fay}.items()
        if gap(chair, cem) == 1 and gap(chair, bo) == 1
    )


def _judges() -> str:
    """How many of five judges praise each cake, in every way to praise two of three cakes each."""
    pairs = list(combinations(range(3), 2))
    ways = [
        [sum(cake in pair for pair in praised) for cake in range(3)]
        for praised in product(pairs, repeat=5)
    ]
    return _the_option(
        "cal-logic-13",
        {
            "Some cake is praised by at least four judges": all(max(way) >= 4 for way in ways),
            "Every cake is praised by at least two judges": all(min(way) >= 2 for way in ways),
            "Some cake is praised by all five judges": all(max(way) == 5 for way in ways),
            "No cake is praised by more than four judges": all(max(way) <= 4 for way in ways),
        },
    )


def _stars() -> str:
    """The column of the second row's star; rows and columns are counted from 0."""
    columns = ("The first", "The second", "The third", "The fourth")
    return _only(
        columns[stars[1]]
        for stars in permutations(range(4))
        if all(abs(upper - lower) > 1 for upper, lower in pairwise(stars)) and stars[0] < stars[3]
    )


def _two_of_three() -> str:
    """The number from 1 to 8 of which two of the three statements are true."""
    return _only(
        str(number)
        for number in range(1, 9)
        if [number % 2 == 0, number > 5, number % 3 == 0].count(True) == 2
    )


def _next_number() -> int:
    seen = [3, 6, 9, 12]
    return seen[-1] + int(_only(str(after - before) for before, after in pairwise(seen)))


def _next_word() -> str:
    shown = ["sun", "moon", "star", "sun", "moon", "star", "sun"]
    assert list(islice(cycle(shown[:3]), len(shown))) == shown
    return next(islice(cycle(shown[:3]), len(shown), None))


def _coded(word: str) -> str:
    return "".join(chr(ord(letter) + 1) for letter in word)


COMPUTED: dict[str, object] = {
    "logic-01": _robin(),
    # From the oldest to the youngest.
    "logic-02": _place(
        -1,
        _orders("Tom Ana Kai", lambda at: at("Tom") < at("Ana"), lambda at: at("Ana") < at("Kai")),
    ),
    "logic-03": {"green": "run", "red": "stop"}["red"],
    "logic-04": _only({"red", "blue", "green"} - {"red"} - {"green"}),
    "logic-05": _next_word(),
    # From the tallest to the shortest.
    "logic-06": _place(
        2,
        _orders(
            "Lena Omar Kim Pia",
            lambda at: at("Lena") < at("Omar") < at("Kim"),
            lambda at: at("Pia") < at("Lena"),
        ),
    ),
    "logic-07": _queue(),
    "logic-08": _books(),
    "logic-09": _lamp_of_the_door(),
    "logic-10": day_name[(FRIDAY + 2 + 2) % 7],
    "logic-11": _names(
        "Ana Ben", _truthful(lambda _ana, ben: not ben, lambda ana, ben: ana == ben)
    ),
    "logic-12": _place(
        5,
        _orders(
            "Ava Bo Cy Dee Eve",
            lambda at: at("Dee") == 1,
            lambda at: at("Ava") == 3,
            lambda at: at("Bo") == at("Cy") - 1,
        ),
    ),
    "logic-13": _party(),
    "logic-14": _equivalent(),
    "logic-15": _pets(),
    "logic-16": sum(
        1
        for _ in _orders(
            "Ada Bob Cem Dot Eli",
            lambda at: at("Ada") < at("Bob"),
            lambda at: at("Cem") not in {1, 5},
        )
    ),
    "logic-17": _names(
        "Eda Finn Gus Hana",
        _truthful(
            lambda _eda, finn, _gus, hana: finn == hana,
            lambda _eda, _finn, gus, _hana: not gus,
            lambda *all_four: sum(all_four) == 3,
            lambda eda, _finn, gus, _hana: eda or gus,
        ),
    ),
    "logic-18": _place(
        4,
        _orders(
            "P Q R S T U",
            lambda at: abs(at("P") - at("Q")) == 1,
            lambda at: at("R") - at("P") == 3,
            lambda at: at("S") < at("Q"),
            lambda at: at("U") == 6,
        ),
    ),
    "cal-logic-01": _prize(),
    # From the tallest to the shortest.
    "cal-logic-02": _place(
        1, _orders("Ben Eva Ron Liv", lambda at: at("Ben") < at("Eva") < at("Ron") < at("Liv"))
    ),
    "cal-logic-03": _next_number(),
    "cal-logic-04": _only(
        {"In the coat", "In the desk", "In the sack", "In the tray"}
        - {"In the coat", "In the sack", "In the tray"}
    ),
    "cal-logic-05": _bell(),
    "cal-logic-06": day_name[(TUESDAY + 1 + 1) % 7],
    "cal-logic-07": _negation(),
    "cal-logic-08": _rosa(),
    "cal-logic-09": _terrace(),
    "cal-logic-10": _place(
        3,
        _orders(
            "Uma Vic Wes Xia Yan",
            lambda at: at("Uma") < at("Yan") < at("Vic"),
            lambda at: at("Vic") < at("Wes") < at("Xia"),
        ),
    ),
    "cal-logic-11": _two_of_three(),
    "cal-logic-12": _coded("DOG"),
    "cal-logic-13": _judges(),
    "cal-logic-14": _stars(),
    "cal-logic-15": _painters(),
    "cal-logic-16": _round_table(),
    "cal-logic-17": _fined(),
    "cal-logic-18": _names(
        "Ari Bex Cal Dot",
        _truthful(
            lambda _ari, bex, cal, _dot: bex != cal,
            lambda *all_four: sum(all_four) % 2 == 0,
            lambda ari, _bex, _cal, dot: not (ari and dot),
            lambda _ari, _bex, cal, _dot: not cal,
        ),
    ),
    "cal-logic-19": _boxes(),
    "cal-logic-20": sum(
        1
        for _ in _orders(
            "A B C D E", lambda at: at("A") < at("B") < at("C"), lambda at: at("D") != 1
        )
    ),
    "cal-logic-21": _lamps(),
    "cal-logic-22": _runners(),
}


def test_every_answer_is_computed() -> None:
    """No logic probe, general or for calibration, goes without a computed answer."""
    assert COMPUTED.keys() == ROWS.keys()
    assert len(COMPUTED) == 40


@pytest.mark.parametrize(("probe_id", "answer"), COMPUTED.items())
def test_the_answer_is_right(probe_id: str, answer: object) -> None:
    """The reference, or the right option, is the only one left by brute force over all cases."""
    assert _reference(ROWS[probe_id]) == str(answer)


def test_the_code_is_the_one_of_the_example() -> None:
    """The code that is used for DOG makes DBU of CAT, as the question says."""
    assert _coded("CAT") == "DBU"


RIGHT = {
    "logic-02": [
        "kai",
        "**Kai**",
    ],
    "logic-03": [
        "Stop.",
        "Stops",
    ],
    "logic-04": [
        "Blue.",
    ],
    "logic-10": [
        "Tuesday.",
    ],
    "logic-13": [
        "Dan and Bob",
        "Bob, Dan",
        "Bob & Dan",
    ],
    "logic-18": [
        "T.",
        "Talk T",
    ],
}
"""Other forms that right answers take."""

WRONG = {
    "logic-02": [
        "Ana",
        "Tom is the youngest.",
        "Not Kai",
        "Kai is the oldest.",
        "Kai and Ana",
        "Ana is the youngest.",
    ],
    "logic-03": [
        "Run",
        "It runs.",
        "The machine runs.",
        "It does not stop.",
        "Run or stop",
        "The machine will run.",
    ],
    "logic-04": [
        "Red",
        "The green cup.",
        "It is not blue.",
        "Blue or green",
        "The cup is red.",
        "The coin is under the green cup.",
    ],
    "logic-10": [
        "Monday",
        "It is Wednesday.",
        "Today is Tuesday.",
        "Tomorrow is Tuesday.",
        "Not Tuesday",
        "Sunday",
    ],
    "logic-13": [
        "Ann and Bob",
        "Bob",
        "Bob or Dan",
        "Ann, Bob and Dan",
        "Cem and Dan came.",
        "Bob and Dan did not come.",
    ],
    "logic-18": [
        "P",
        "Talk R",
        "The fourth talk is Q.",
        "T is given fifth.",
        "R is given fourth.",
        "S, P, Q, T, R, U",
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
