"""Tests of `topics`: groups that people would make, names that they would give, for every seed."""

import random
import subprocess
import sys
import warnings
from collections import Counter

import numpy as np
import pytest

from ftguard.probes.logs.topics import NO_TOPIC, num_topics, topics

SAID = {
    "music": (
        "play {} song by the band",
        "skip this {} song",
        "add the {} song to my playlist",
        "what song is {} playing",
    ),
    "flights": (
        "book a {} flight to paris",
        "is my {} flight delayed",
        "cancel the {} flight to rome",
        "which gate for the {} flight",
    ),
    "cards": (
        "my {} credit card is lost",
        "raise the {} credit card limit",
        "freeze my {} credit card",
        "is the {} credit card blocked",
    ),
}
FILLED = ("red", "new", "old", "big", "small", "best", "next", "good", "one", "two", "last", "top")
TEXTS = [form.format(word) for forms in SAID.values() for form in forms for word in FILLED]
"""144 texts: 48 on each of three subjects, in this order; sqrt(14.4) is 4 topics."""
SUBJECTS = [subject for subject in SAID for _ in range(48)]


@pytest.mark.parametrize(
    ("num_texts", "number"), [(0, 1), (10, 1), (100, 3), (1_000, 10), (4_000, 20), (10**6, 20)]
)
def test_topics_grow_with_the_root_of_the_texts(num_texts: int, number: int) -> None:
    """sqrt(n / 10), and no more than can be looked at."""
    assert num_topics(num_texts) == number


@pytest.mark.parametrize("seed", range(3))
def test_each_subject_has_topics_of_its_own(seed: int) -> None:
    """Three subjects with words of their own are not mixed; four topics split one of them."""
    names = topics(TEXTS, seed=seed).names

    pairs = Counter(zip(names, SUBJECTS, strict=True))
    assert len({name for name, _ in pairs}) == len(pairs) == 4


def test_topics_are_named_after_their_words() -> None:
    """Names are two words of the topic that are no function words, and are their own."""
    found = dict(zip(topics(TEXTS, most=3, seed=0).names, SUBJECTS, strict=True))

    assert set(found.values()) == set(SAID)
    for name, subject in found.items():
        words = " ".join(SAID[subject]).split()
        assert all(word in (*words, *FILLED) for word in name.split("-"))
        assert {"music": "song", "flights": "flight", "cards": "card"}[subject] in name


def test_families_are_finer_than_topics() -> None:
    """Texts of one form and many families: each family is of one subject."""
    found = topics(TEXTS, num_families=12, seed=0)

    subjects: dict[int, set[str]] = {}
    for family, subject in zip(found.families, SUBJECTS, strict=True):
        subjects.setdefault(family, set()).add(subject)
    assert 4 < len(subjects) <= 12
    assert all(len(of_one) == 1 for of_one in subjects.values())


@pytest.mark.parametrize(
    "texts",
    [
        [],
        ["one text"],
        ["a few", "short", "texts"],
        ["the same text"] * 100,
        ["?"] * 100,
        [""] * 100,
        # No two share a word or three characters in a row.
        [f"{chr(0x4E00 + at)}{chr(0x5E00 + at)}" for at in range(100)],
    ],
)
def test_texts_without_topics_have_one(texts: list[str]) -> None:
    """Too few, too alike or without anything in common: all are `any`, and nothing fails."""
    found = topics(texts, seed=0)

    assert (found.names, found.families) == ((NO_TOPIC,) * len(texts), (0,) * len(texts))


def test_names_are_found_without_words() -> None:
    """Numbers and long compounds make topics too; those have numbers for names."""
    texts = [f"{at % 2}{at % 2}{at % 2}{at % 2} {at % 7}" for at in range(200)]

    assert all(name.startswith("topic-") for name in topics(texts, seed=0).names)


def test_other_scripts_have_topics() -> None:
    """Chinese, without blanks, is told apart by its characters."""
    texts = ["\u6211\u60f3\u542c\u6b4c" + str(at) for at in range(50)]
    texts += ["\u8ba2\u4e00\u5f20\u673a\u7968" + str(at) for at in range(50)]

    names = topics(texts, most=2, seed=0).names

    assert len(set(names[:50])) == len(set(names[50:])) == 1
    assert names[0] != names[-1]


def _outside() -> tuple[object, ...]:
    """What a process shares."""
    return str(np.random.get_state()), random.getstate(), warnings.filters[:]


def test_nothing_outside_is_touched() -> None:
    """Random states and warning filters are as before, and no warning comes out."""
    before = _outside()

    with warnings.catch_warnings(record=True) as warned:
        topics(TEXTS, seed=-1)
        topics(["a b", "a b", "b a", "b c"] * 30, num_families=30, seed=2**40)

    assert _outside() == before
    assert warned == []


def test_every_process_finds_the_same() -> None:
    """Hash seeds and numbers of threads do not count."""
    code = (
        "import sys; from ftguard.probes.logs.topics import topics;"
        "print(topics(sys.stdin.read().splitlines(), num_families=9, seed=1))"
    )
    expected = f"{topics(TEXTS, num_families=9, seed=1)}\n"

    for hashed, threads in (("1", "1"), ("2", "2")):
        told = subprocess.run(
            [sys.executable, "-c", code],
            input="\n".join(TEXTS),
            env={"PYTHONHASHSEED": hashed, "OMP_NUM_THREADS": threads, "PATH": ""},
            capture_output=True,
            text=True,
            check=True,
        )
        assert told.stdout == expected
