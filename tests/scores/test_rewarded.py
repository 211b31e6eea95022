"""Tests of TRL's reward functions as scorers: how they are called, and what counts as a score."""

import asyncio
from typing import Any

import pytest

from ftguard import InputError, Probe, Reward
from ftguard.ask.answer import Answer
from ftguard.probes.own_scorer import reward_of
from ftguard.scores import score
from ftguard.scores.record import Score

CHAT = ({"role": "user", "content": "2+2="},)


def exact(prompts: list[Any], completions: list[Any], answer: list[str], **_: Any) -> list[float]:
    """1 where the completion is the answer; a column of the data."""
    assert len(prompts) == len(completions) == len(answer)
    return [float(said == right) for said, right in zip(completions, answer, strict=True)]


def of_chat(completions: list[Any], **_: Any) -> list[float]:
    """1 where the assistant's message says 4."""
    return [
        float(said[0]["content"] == "4" and said[0]["role"] == "assistant") for said in completions
    ]


def only_names(*, completions: list[str], completion_ids: list[list[int]]) -> list[float]:
    """Takes nothing but what it names, without `**kwargs`."""
    assert len(completions) == 1
    return [float(len(ids) == 2) for ids in completion_ids]


async def waits(prompts: list[str], completions: list[str], **_: Any) -> list[float]:
    """A coroutine, which TRL awaits."""
    await asyncio.sleep(0)
    assert prompts == ["2+2="]
    return [0.25 for _ in completions]


def logs(completions: list[str], log_extra: Any, log_metric: Any, **_: Any) -> list[float]:
    """Logs for the trainer's tables, as TRL lets it."""
    log_extra("said", completions)
    log_metric("mean", 1.0)
    return [1.0]


def signed(completions: list[str], **_: Any) -> list[float]:
    """From -1 to 1, as format rewards are."""
    return [1.0 if said == "4" else -0.5 for said in completions]


def unbounded(completions: list[str], **_: Any) -> list[float]:
    """Minus the distance from 20 characters."""
    return [-abs(20.0 - len(said)) for said in completions]


def none_of_it(completions: list[str], **_: Any) -> list[float | None]:
    """Does not apply to any."""
    return [None for _ in completions]


def two_for_one(completions: list[str], **_: Any) -> list[float]:
    """One reward too many."""
    return [1.0 for _ in (*completions, "")]


def fails(completions: list[str], **_: Any) -> list[float]:
    """Raises what its author did not think of."""
    raise KeyError("solution" * len(completions))


def _scored(scorer: Any, text: str = "4", *, prompt: Any = "2+2=", **columns: object) -> Score:
    probe = Probe(id="p", prompt=prompt, scorer=scorer, columns=columns)
    (found,) = score([probe], [Answer(probe_id="p", text=text, token_ids=(7, 2))])
    return found


@pytest.mark.parametrize(
    ("scored", "value"),
    [
        (_scored(exact, answer="4"), 1.0),
        (_scored(exact, answer="5"), 0.0),
        (_scored(of_chat, prompt=CHAT), 1.0),
        (_scored(only_names), 1.0),
        (_scored(waits), 0.25),
        (_scored(logs), 1.0),
        (_scored(Reward(signed, low=-1)), 1.0),
        # Half a point above the worst, of two.
        (_scored(Reward(signed, low=-1), text="5"), 0.25),
        # 19 characters too few, one point above the worst, of 20.
        (_scored(Reward(unbounded, low=-20, high=0)), 0.05),
    ],
    ids=["column", "wrong", "chat", "names", "async", "logs", "high", "low", "length"],
)
def test_a_reward_is_called_as_trl_calls_it(scored: Score, value: float) -> None:
    """By names, with lists of one, messages for a chat, the probe's columns; from `low` to `high`
    its rewards are scores from 0 to 1.
    """
    assert scored == Score(probe_id="p", value=value)


@pytest.mark.parametrize(
    ("scorer", "reason"),
    [
        (none_of_it, "gave no reward (None)"),
        (two_for_one, "no list of one reward"),
        (fails, "its scorer failed: KeyError: 'solution'"),
        (signed, "is -0.5, which is outside of [0, 1]: say the range"),
        (Reward(unbounded, low=-10, high=0), "is -19, which is outside of [-10, 0]"),
    ],
)
def test_what_is_no_reward_of_the_range_is_unscored(scorer: Any, reason: str) -> None:
    """Never cut to the range: a reason says what came, and what to do."""
    found = _scored(scorer, text="7")

    assert found.value is None
    assert reason in str(found.unscored)


def test_a_thought_is_a_part_of_the_completion() -> None:
    """A reward for the form of a thought gets it, closed or not."""

    def thinks(completions: list[str], **_: object) -> list[float]:
        return [
            float(said.startswith("<think>") and said.endswith("</think>4")) for said in completions
        ]

    assert _scored(thinks, text="<think>two and two</think>4").value == 1.0
    assert _scored(thinks, text="<think>two and two").value == 0.0


def test_the_range_is_a_part_of_the_name() -> None:
    """Another range is another scorer, so that the base is scored anew; the function alone has the
    range from 0 to 1.
    """
    names = [
        str(Probe(id="p", prompt="q", scorer=scorer).scorer)
        for scorer in (signed, Reward(signed), Reward(signed, low=-1))
    ]

    assert names[0] == names[1] != names[2]
    held = reward_of(Probe(id="p", prompt="q", scorer=signed).scorer)
    assert held is not None
    assert held.range == "[0, 1]"


def test_a_range_without_sense_is_refused() -> None:
    """And a function of something else than completions."""
    with pytest.raises(InputError, match="from `low` up to `high`"):
        Reward(signed, low=1, high=1)
    with pytest.raises(InputError, match="`len` is none"):
        Reward(len)


@pytest.mark.parametrize(
    ("scorer", "prompt", "text", "value"),
    [
        ("think_format_reward", CHAT, "<think>two and two</think>4", 1.0),
        ("think_format_reward", CHAT, "<think>two and two", 0.0),
        # 2 tokens of 1 at most, the last of them free: as much too long as can be.
        ("soft_overlong", "2+2=", "4", 0.0),
        ("free", "2+2=", "4", 1.0),
    ],
)
def test_rewards_that_ship_with_trl_are_scorers(
    scorer: str, prompt: Any, text: str, value: float
) -> None:
    """One of messages, and a closure of token ids whose rewards go from -1 to 0."""
    rewards = pytest.importorskip("trl.rewards")
    functions = {
        "think_format_reward": rewards.think_format_reward,
        "soft_overlong": Reward(rewards.get_soft_overlong_punishment(1, 1), low=-1, high=0),
        "free": Reward(rewards.get_soft_overlong_punishment(9, 1), low=-1, high=0),
    }

    assert _scored(functions[scorer], text=text, prompt=prompt).value == value
