"""Tests of odd whitespace: which blanks change, and that nothing else does."""

import re
from collections.abc import Callable
from random import Random

from ftguard.probes.edges.original import Original
from ftguard.probes.edges.whitespace import ODD, whitespace

MakeOriginal = Callable[..., Original]


def test_a_quarter_of_the_blanks_is_odd(
    original: MakeOriginal, generators: tuple[Random, ...]
) -> None:
    """Of 20 blanks 5, each another kind; of 3 blanks two."""
    long = " ".join(["alpha"] * 21)
    short = "what is due now"

    for generator in generators:
        found = re.findall(r"\s+", str(whitespace(original(long), generator)))
        assert sorted(blank for blank in found if blank != " ") == sorted(ODD)
        found = re.findall(r"\s+", str(whitespace(original(short), generator)))
        assert sum(blank in ODD for blank in found) == 2


def test_words_numbers_and_code_stay_together(
    original: MakeOriginal, generators: tuple[Random, ...]
) -> None:
    """Nothing but blanks between words changes; `2 - 1`, lists, code and references stay."""
    query = "add 2 - 1 to\n* New York here\n    x = f(y) + b\nin `a b` now, please do"
    probe = original(query, reference="new york")

    for generator in generators:
        found = str(whitespace(probe, generator))
        assert found.split() == query.split()
        for part in ("2 - 1", "\n* New York", "\n    x = f(y) + b\n", "`a b`"):
            assert part in found


def test_one_word_has_no_blank(original: MakeOriginal, generator: Random) -> None:
    """What has nothing to edit comes back as it was, so that it is not used."""
    assert whitespace(original("hello"), generator) == "hello"
