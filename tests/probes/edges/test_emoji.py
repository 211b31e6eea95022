"""Tests of emoji: where they stand, and that the words stay."""

from collections.abc import Callable
from random import Random

from ftguard.probes.edges.emoji import NEUTRAL, emoji
from ftguard.probes.edges.original import Original

MakeOriginal = Callable[..., Original]


def _without(text: str | None) -> str:
    """The text without its emoji and the blank in front of each."""
    for symbol in NEUTRAL:
        text = (text or "").replace(f" {symbol}", "").replace(symbol, "")
    return text or ""


def test_a_few_emoji_at_the_end(original: MakeOriginal, generators: tuple[Random, ...]) -> None:
    """One or two different ones, after a blank."""
    ends = {str(emoji(original("what is due"), g)).removeprefix("what is due ") for g in generators}

    assert {len(end) for end in ends} == {1, 2}
    assert all(set(end) <= set(NEUTRAL) and len(set(end)) == len(end) for end in ends)


def test_emoji_between_sentences(original: MakeOriginal, generators: tuple[Random, ...]) -> None:
    """After a whole sentence, at most two, and never behind an abbreviation or a quoted one."""
    query = 'I met Mr. Lee. He said "Stop it. Go." This was odd. Was that right? Tell me now.'

    for generator in generators:
        found = str(emoji(original(query), generator))
        first, *parts = [part for part in found.split(" ") if part]
        before = {
            word for word, symbol in zip([first, *parts], parts, strict=False)
            if set(symbol) <= set(NEUTRAL)
        }  # fmt: skip
        assert before <= {"Lee.", "odd.", "right?", "now."}
        assert "now." in before
        assert 2 <= len(before) <= 3
        assert _without(found) == query


def test_a_code_fence_stays_closed(original: MakeOriginal, generator: Random) -> None:
    """Behind a fence the emoji have a line of their own."""
    query = "fix this\n```\nx = 1\n```"

    assert str(emoji(original(query), generator)).startswith(query + "\n")
