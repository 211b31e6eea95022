"""Tests of pasted queries: both forms, line by line."""

from collections.abc import Callable
from random import Random

from ftguard.probes.edges.original import Original
from ftguard.probes.edges.pasted import pasted

MakeOriginal = Callable[..., Original]


def test_both_forms_appear(original: MakeOriginal, generators: tuple[Random, ...]) -> None:
    """A quotation as in an e-mail, with bare `>` for empty lines, or a code fence."""
    probe = original("first line\n\nsecond line")

    assert {pasted(probe, generator) for generator in generators} == {
        "> first line\n>\n> second line",
        "```\nfirst line\n\nsecond line\n```",
    }


def test_a_fence_is_not_put_into_a_fence(
    original: MakeOriginal, generators: tuple[Random, ...]
) -> None:
    """A query with a fence of its own is quoted."""
    probe = original("fix\n```\nx\n```")

    assert {pasted(probe, generator) for generator in generators} == {"> fix\n> ```\n> x\n> ```"}
