"""Tests of typos: how many, in which words, and what they never touch."""

from collections.abc import Callable
from random import Random

import pytest

from ftguard.probes.constraint import Constraint
from ftguard.probes.edges.original import Original
from ftguard.probes.edges.typos import typos

MakeOriginal = Callable[..., Original]


def _changed(before: str, after: str | None) -> list[tuple[str, str]]:
    """The words that differ; a typo neither makes nor ends a word."""
    assert after is not None
    return [
        (old, new) for old, new in zip(before.split(), after.split(), strict=True) if old != new
    ]


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("check this card", 1),
        ("please check whether this card works abroad", 1),
        ("please check whether this card works abroad when traveling through several", 2),
        (" ".join(["alpha", "gamma", "delta", "omega", "kappa"] * 4), 4),
        ("is it on or off", 0),
    ],
)
def test_about_every_fifth_word(
    original: MakeOriginal, generators: tuple[Random, ...], query: str, count: int
) -> None:
    """One typo a five words, at least one, and none where every word is short."""
    for generator in generators:
        assert len(_changed(query, typos(original(query), generator))) == count


def test_what_typos_never_touch(original: MakeOriginal, generators: tuple[Random, ...]) -> None:
    """Short words, names, numbers, words of the reference, code, addresses: `please` alone goes."""
    query = "please ask Anna about 12345 the freeze at `some code` https://some.site/now"
    probe = original(query, reference="freeze_about")

    for generator in generators:
        assert [old for old, _ in _changed(query, typos(probe, generator))] == ["please"]


def test_what_a_constraint_or_an_option_names_is_spared(
    original: MakeOriginal, generators: tuple[Random, ...]
) -> None:
    """Keywords, however deep, and the words of all options."""
    keywords = Constraint(id="keywords:any_of", arguments={"groups": [["moon", "stars"], ["sky"]]})
    demanding = original("write moon stars here", reference=None, constraints=[keywords])
    choosing = original(
        "which holds iron copper", reference="iron", choices=("iron", "copper", "which")
    )

    for generator in generators:
        assert {old for old, _ in _changed(demanding.query, typos(demanding, generator))} <= {
            "write",
            "here",
        }
        assert {old for old, _ in _changed(choosing.query, typos(choosing, generator))} == {"holds"}


def test_a_typo_is_none_of_the_sets_own_words(
    original: MakeOriginal, generators: tuple[Random, ...]
) -> None:
    """In a query about `cars`, `card` never becomes it."""
    probe = original("cars card")

    assert all(typos(probe, generator) != "cars cars" for generator in generators)
