"""Tests of `sample`: what is counted, how likely each query is kept, and that it repeats."""

from collections.abc import Iterable, Iterator, Mapping

import pytest

from ftguard.errors import InputError
from ftguard.probes.logs.reservoir import sample


def _rows(texts: Iterable[str]) -> Iterator[tuple[str, Mapping[str, object]]]:
    return ((f"log:{at}", {"prompt": text}) for at, text in enumerate(texts, start=1))


def test_repetitions_and_blanks_are_counted() -> None:
    """Case, punctuation and blanks make no other query; the first way to write it is kept."""
    read = sample(_rows(["Why?", "how", "", "why ", "WHY!", "how", "Who?"]), 10, seed=0)

    assert read.prompts == {1: "Why?", 2: "how", 7: "Who?"}
    assert (read.num_rows, read.num_queries, read.num_different) == (7, 6, 3)
    assert read.left_out == {"blank": 1}


def test_the_same_query_in_the_same_task_is_one() -> None:
    """A date in the system message makes no other query; another task, or an earlier turn, does."""
    asked = {"role": "user", "content": "Why?"}
    bank = "You are the assistant of a bank. Answer in one sentence, politely. "
    rows: list[dict[str, object]] = [
        {"messages": [{"role": "system", "content": f"{bank} It is Monday."}, asked]},
        {"messages": [{"role": "system", "content": f"{bank} It is Tuesday."}, asked]},
        {"messages": [{"role": "system", "content": "Translate to French."}, asked]},
        {"messages": [asked]},
        {"prompt": "why"},
        {"messages": [asked, {"role": "assistant", "content": "So."}, asked]},
    ]

    read = sample(((f"row {at}", row) for at, row in enumerate(rows)), 10, seed=0)

    assert (list(read.prompts), read.num_different) == ([1, 3, 4, 6], 4)


def test_no_more_are_kept_than_asked_for() -> None:
    """Of 1,000 rows with 500 different queries, 20 are kept in order, and all are counted."""
    read = sample(_rows(f"query {at % 500}" for at in range(1_000)), 20, seed=0)

    assert len(read.prompts) == 20
    assert list(read.prompts) == sorted(read.prompts)
    assert (read.num_queries, read.num_different) == (1_000, 500)


def test_each_different_query_is_as_likely() -> None:
    """One that makes up 90 % of the log is kept as often as others: 10 of 100, in 30 of 300 draws.

    The exact 99.9 % interval of a binomial with n = 300 and p = 0.1 is 14 to 48.
    """
    texts = [f"query {max(0, at - 900)}" for at in range(1_000)]

    kept = sum(1 in sample(_rows(texts), 10, seed=seed).prompts for seed in range(300))

    assert 14 <= kept <= 48


def test_the_order_of_the_log_does_not_count() -> None:
    """A log read backwards gives the same queries, and so does one that says all twice."""
    texts = [f"query {at}" for at in range(300)]
    expected = set(sample(_rows(texts), 20, seed=3).prompts.values())

    assert set(sample(_rows(reversed(texts)), 20, seed=3).prompts.values()) == expected
    assert set(sample(_rows(texts * 2), 20, seed=3).prompts.values()) == expected
    assert set(sample(_rows(texts), 20, seed=4).prompts.values()) != expected


def test_an_empty_log_has_no_queries() -> None:
    """Nothing read is nothing kept."""
    read = sample(_rows([]), 10, seed=0)

    assert (dict(read.prompts), read.num_rows, read.num_different) == ({}, 0, 0)


def test_a_row_that_cannot_be_read_stops_the_pass() -> None:
    """It is named by its place."""
    with pytest.raises(InputError, match=r"log:2: no query in the columns \['user'\]"):
        sample([("log:1", {"prompt": "Why?"}), ("log:2", {"user": "u"})], 10, seed=0)
