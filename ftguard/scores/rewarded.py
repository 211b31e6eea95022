"""Rewarded: what a reward function of TRL's signature gives, as a score."""

import asyncio
import inspect
from collections.abc import Awaitable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor

from ftguard.ask.answer import Answer
from ftguard.probes.probe import Probe
from ftguard.probes.reward import Reward
from ftguard.scores.record import Unscorable

OUTSIDE = "which is outside of"
"""Stands in the reason of an answer whose reward is beyond its range."""


def rewarded(reward: Reward, probe: Probe, answer: Answer) -> float:
    """The function's reward of one completion, as a share of its range.

    It is called as TRL calls it, by names, with lists of one: texts, or lists of messages where the
    prompt is a chat; the probe's columns; no `trainer_state`, since base and checkpoints are
    measured alike. None is no reward.
    """
    found = reward.function(**_taken(reward, _given(probe, answer)))
    rewards = _awaited(found) if inspect.isawaitable(found) else found
    if not isinstance(rewards, Iterable) or len(listed := list(rewards)) != 1:
        raise Unscorable("its reward function gave no list of one reward for one completion")
    value = listed[0].item() if hasattr(listed[0], "item") else listed[0]
    if value is None or value != value:  # noqa: PLR0124 - NaN, which TRL makes of None
        raise Unscorable("its reward function gave no reward (None)")
    if not isinstance(value, (int, float)):
        raise Unscorable(f"its reward function gave a {type(value).__name__} and no number")
    if not reward.holds(value):
        raise Unscorable(
            f"its reward is {value:g}, {OUTSIDE} {reward.range}: say the range that the function "
            "has, `Reward(function, low=..., high=...)`"
        )
    return reward.score(float(value))


def _given(probe: Probe, answer: Answer) -> Mapping[str, object]:
    prompt: object = probe.prompt
    said: object = answer.text
    if not isinstance(probe.prompt, str):
        prompt = [dict(turn) for turn in probe.prompt]
        said = [{"role": "assistant", "content": answer.text}]
    return {
        **{name: [value] for name, value in probe.columns.items()},
        "trainer_state": None,
        "log_extra": _not_logged,
        "log_metric": _not_logged,
        "prompts": [prompt],
        "completions": [said],
        "completion_ids": [list(answer.token_ids)],
    }


def _taken(reward: Reward, given: Mapping[str, object]) -> Mapping[str, object]:
    parameters = inspect.signature(reward.function).parameters
    if any(p.kind is inspect.Parameter.VAR_KEYWORD for p in parameters.values()):
        return given
    return {name: value for name, value in given.items() if name in parameters}


def _awaited(found: Awaitable[object]) -> object:
    async def wait() -> object:
        return await found

    # In a notebook this thread has a loop that runs already.
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, wait()).result()


def _not_logged(*args: object, **kwargs: object) -> None:
    """What a reward function logs for the trainer's tables is not kept."""
    del args, kwargs
