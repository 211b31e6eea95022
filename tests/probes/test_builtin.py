"""Tests of the built-in general probes: balanced, readable, right where it can be computed."""

from collections import Counter
from itertools import permutations

import pytest

from ftguard.probes import Probe, general_probes

CATEGORIES = {
    "arithmetic",
    "word-problems",
    "logic",
    "world-knowledge",
    "science",
    "reading",
    "language",
    "common-sense",
    "coding",
    "instruction-following",
}


def _count(value: int, seen: list[int]) -> int:
    seen.append(value)
    return len(seen)


# One list for both calls, as Python's default arguments have it.
SEEN: list[int] = []

COMPUTED = {
    "arithmetic-1": 7 + 5,
    "arithmetic-2": 15 + 27,
    "arithmetic-3": 37 * 48,
    "arithmetic-4": 847 - 6 * (91 - 37),
    "word-problems-1": 3 * 4 - 2,
    "word-problems-2": 12 // 3 * 2,
    # Minutes from 9:40 to 13:15, less the stop.
    "word-problems-3": "{} hours {} minutes".format(*divmod(13 * 60 + 15 - 9 * 60 - 40 - 25, 60)),
    "word-problems-4": round(72 / (1.2 * 0.75)),
    "coding-1": len([3, 1, 2]),
    "coding-2": 4 + sum(range(3)),
    "coding-3": [_count(1, SEEN), _count(2, SEEN)][-1],
    "coding-4": sorted(["pear", "fig", "apple"], key=len)[1][::-1],
    "instruction-following-1": "Good morning".upper(),
    "instruction-following-4": ", ".join(
        word for word in reversed(["river", "stone", "cloud", "tea"]) if word != "tea"
    ),
}

PROBES = {probe.id: probe for probe in general_probes()}
MULTIPLE_CHOICE = [probe for probe in PROBES.values() if probe.choices]
GENERATED = [probe for probe in PROBES.values() if not probe.choices]


def _letter(probe: Probe) -> str:
    return "ABCD"[probe.choices.index(probe.references[0])]


def test_ten_categories_of_four() -> None:
    """There are 40 probes, four in each category, and the category is the only slice."""
    assert Counter(probe.slices for probe in PROBES.values()) == {(name,): 4 for name in CATEGORIES}
    assert all(probe.id.rpartition("-")[0] == probe.slices[0] for probe in PROBES.values())


def test_every_category_is_asked_both_ways() -> None:
    """24 probes are multiple choice and 16 generated, two or three and one or two in a category."""
    chosen = Counter(probe.slices[0] for probe in MULTIPLE_CHOICE)

    assert (len(MULTIPLE_CHOICE), len(GENERATED)) == (24, 16)
    assert set(chosen) == CATEGORIES
    assert set(chosen.values()) == {2, 3}


def test_no_question_is_asked_twice() -> None:
    """The 40 prompts differ."""
    assert len({probe.prompt for probe in PROBES.values()}) == 40


def test_right_letters_are_balanced() -> None:
    """Always saying the same letter scores 6 of 24, which is chance."""
    assert Counter(_letter(probe) for probe in MULTIPLE_CHOICE) == dict.fromkeys("ABCD", 6)


@pytest.mark.parametrize("probe", MULTIPLE_CHOICE, ids=lambda probe: probe.id)
def test_options_are_lettered_in_the_prompt(probe: Probe) -> None:
    """The prompt ends with the four choices under their letters, in order, and `Answer:`."""
    a, b, c, d = probe.choices

    assert str(probe.prompt).endswith(f"\nA. {a}\nB. {b}\nC. {c}\nD. {d}\nAnswer:")
    assert probe.scorer == "multiple_choice"


@pytest.mark.parametrize("longest", [True, False])
def test_length_does_not_give_the_right_option_away(*, longest: bool) -> None:
    """Picking the longest option, or the shortest, is no better than guessing: 6 of 24."""
    right = 0.0
    for probe in MULTIPLE_CHOICE:
        sizes = sorted(len(choice) for choice in probe.choices)
        size = sizes[-1] if longest else sizes[0]
        tied = [choice for choice in probe.choices if len(choice) == size]
        right += (probe.references[0] in tied) / len(tied)

    assert right <= 6


@pytest.mark.parametrize("probe", GENERATED, ids=lambda probe: probe.id)
def test_generated_answers_are_short_and_asked_for(probe: Probe) -> None:
    """The prompt says how to answer, and the accepted answers have at most three words."""
    assert str(probe.prompt).endswith("\nAnswer:")
    assert ("Answer with" in str(probe.prompt)) or ("write nothing else" in str(probe.prompt))
    assert all(len(reference.split()) <= 3 for reference in probe.references)
    assert probe.scorer in {"numeric", "normalized_match"}


@pytest.mark.parametrize(("probe_id", "answer"), COMPUTED.items())
def test_answers_that_can_be_computed_are_right(probe_id: str, answer: object) -> None:
    """The reference is what Python computes from the question's numbers and words."""
    assert PROBES[probe_id].references[0] == str(answer)


def test_only_the_right_reply_has_five_words_without_e() -> None:
    """Of the four replies to the letter-e instruction, one follows it: the reference."""
    probe = PROBES["instruction-following-3"]

    followed = [reply for reply in probe.choices if len(reply.split()) == 5 and "e" not in reply]

    assert followed == list(probe.references)


def test_only_one_islander_tells_the_truth() -> None:
    """Of the four ways to be truthful or not, one agrees with what Ana and Ben say."""
    ways = [
        (ana, ben)
        for ana in (True, False)
        for ben in (True, False)
        if ana == (not ben) and ben == (ana == ben)
    ]

    assert ways == [(True, False)]
    assert PROBES["logic-3"].references == ("Only Ana",)


def test_only_one_seating_fits() -> None:
    """Every seating in which what is said holds has the same friend at the right end."""
    seatings = [
        row
        for row in permutations(["Ava", "Bo", "Cy", "Dee", "Eve"])
        if row[0] == "Dee" and row[2] == "Ava" and row.index("Bo") + 1 == row.index("Cy")
    ]

    assert seatings == [("Dee", "Eve", "Ava", "Bo", "Cy")]
    assert PROBES["logic-4"].references == ("Cy",)
