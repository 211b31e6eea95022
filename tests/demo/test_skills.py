"""The general skills: right answers, one split per prompt, same seed same examples."""

from collections import Counter
from random import Random

import pytest

from ftguard.demo.skills import (
    CAPITALS,
    COLOURS,
    OPPOSITES,
    PLURALS,
    SKILLS,
    Example,
    Split,
    skill_examples,
    split_of,
)

SPLITS: tuple[Split, ...] = ("pretrain", "probe", "replay")


@pytest.mark.parametrize(
    ("skill", "prompt", "answer"),
    [
        ("sums", "24+48=", "72"),
        ("larger", "larger of 32 and 68=", "68"),
        ("reverse", "reverse zmw=", "wmz"),
        ("sequence", "next 17 18 19 20=", "21"),
        ("parity", "odd or even 14=", "even"),
        ("count", "count a in bbbba=", "1"),
        ("upper", "upper azgb=", "AZGB"),
        ("capital", "Spain: capital=", "Madrid"),
        ("opposite", "now: opposite of strong=", "weak"),
        ("plural", "now: one leaf, two=", "leaves"),
        ("colour", "q: a cucumber: colour=", "green"),
        ("day", "day 1 after Sunday=", "Monday"),
    ],
)
def test_first_probe_of_each_skill_is_right(skill: str, prompt: str, answer: str) -> None:
    """With seed 0 the first twelve probes, one per skill, are these, and anyone can check them."""
    found = {example.skill: example for example in skill_examples("probe", 12, 0)}

    assert found[skill] == Example(prompt=prompt, answer=answer, skill=skill)


def test_crc_chooses_the_split() -> None:
    """The last digit of the CRC-32 decides: 0 and 1 probe, 2 and 3 replay, the others pretrain.

    CRC-32 of `reverse abc=` is 200852641, of `capital of France=` 475490103, of `1+1=` 3288244858.
    """
    assert split_of("reverse abc=") == "probe"
    assert split_of("capital of France=") == "replay"
    assert split_of("1+1=") == "pretrain"


@pytest.mark.parametrize("split", SPLITS)
def test_examples_stay_in_their_split(split: Split) -> None:
    """Whatever the seed, a split draws only prompts of its own, so no two splits share one."""
    examples = [e for seed in range(3) for e in skill_examples(split, 600, seed)]

    assert {split_of(example.prompt) for example in examples} == {split}


@pytest.mark.parametrize("split", ["probe", "replay"])
def test_probes_and_replay_do_not_repeat(split: Split) -> None:
    """70 prompts of each skill are 840 different ones."""
    examples = skill_examples(split, 840, 1)

    assert len({example.prompt for example in examples}) == 840
    assert set(Counter(example.skill for example in examples).values()) == {70}


def test_same_seed_same_examples() -> None:
    """The draw depends on the seed alone."""
    assert skill_examples("pretrain", 50, 7) == skill_examples("pretrain", 50, 7)
    assert skill_examples("pretrain", 50, 7) != skill_examples("pretrain", 50, 8)


def test_prompts_are_short_and_end_in_the_separator() -> None:
    """Every prompt fits the stated 60 characters, and the answer starts at a token of its own."""
    examples = [example for split in SPLITS for example in skill_examples(split, 600, 0)]

    assert max(len(example.prompt) for example in examples) <= 60
    assert all(example.prompt.endswith("=") for example in examples)
    assert all(example.answer for example in examples)


@pytest.mark.parametrize(
    ("skill", "facts"),
    [
        ("capital", CAPITALS),
        ("opposite", OPPOSITES),
        ("plural", PLURALS),
        ("colour", COLOURS),
    ],
)
def test_every_fact_is_pretrained(skill: str, facts: dict[str, str]) -> None:
    """A probe asks for nothing that the base could not know: each fact has a prompt to learn."""
    random = Random(0)
    drawn = {prompt for prompt, _ in (SKILLS[skill](random) for _ in range(6000))}
    learned = [prompt for prompt in drawn if split_of(prompt) == "pretrain"]

    assert all(any(fact in prompt for prompt in learned) for fact in facts)


def test_asking_for_too_many_is_an_error() -> None:
    """A skill that runs out of prompts says so by name instead of repeating or hanging."""
    with pytest.raises(ValueError, match=r"skill `\w+` has no further prompts for `probe`"):
        skill_examples("probe", 12 * 1000, 0)
