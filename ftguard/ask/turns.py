"""The usual ways to tell a chat to a template that refuses it as it is."""

import itertools
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ftguard.probes.calls import calls_of
from ftguard.probes.probe import Message

Turn = Mapping[str, Any]
"""A message as the chat template is given it, whose content may be missing."""

SYSTEM = ("system", "developer")
APART = "\n\n"
"""What stands between two texts that become one turn."""


@dataclass(frozen=True, kw_only=True)
class Shape:
    """One way to tell a chat."""

    turns: tuple[Turn, ...]
    ways: tuple[str, ...] = ()
    """What was done to it, a few words each; nothing where it is told as it is."""


def shapes_of(messages: Sequence[Message]) -> Iterator[Shape]:
    """The chat as it is, then told otherwise, what changes least first."""
    as_it_is = tuple(_without_empty(message) for message in messages)
    yield Shape(turns=as_it_is)
    seen = [as_it_is]
    for chosen in _CHOICES:
        turns = as_it_is
        for way in chosen:
            changed = way.gone(turns)
            if changed == turns:
                break
            turns = changed
        else:
            if turns not in seen:
                seen.append(turns)
                yield Shape(turns=turns, ways=tuple(way.name for way in chosen if way.name))


def _without_empty(message: Message) -> Turn:
    """Without a content where a turn only calls tools, as None is told to templates."""
    if message["content"] or not message.get("tool_calls"):
        return message
    return {name: value for name, value in message.items() if name != "content"}


def _with_content(turns: Sequence[Turn]) -> tuple[Turn, ...]:
    return tuple({**turn, "content": turn.get("content", "")} for turn in turns)


def _arguments_read(turns: Sequence[Turn]) -> tuple[Turn, ...]:
    def read(arguments: object) -> object:
        try:
            return json.loads(arguments) if isinstance(arguments, str) else arguments
        except (ValueError, RecursionError):
            return arguments

    return _with_arguments(turns, read)


def _arguments_written(turns: Sequence[Turn]) -> tuple[Turn, ...]:
    def written(arguments: object) -> object:
        return (
            arguments if isinstance(arguments, str) else json.dumps(arguments, ensure_ascii=False)
        )

    return _with_arguments(turns, written)


def _with_arguments(turns: Sequence[Turn], change: Callable[[object], object]) -> tuple[Turn, ...]:
    def changed(call: Any) -> Any:
        function = call.get("function") if isinstance(call, Mapping) else None
        if not isinstance(function, Mapping) or "arguments" not in function:
            return call
        return {**call, "function": {**function, "arguments": change(function["arguments"])}}

    return tuple(
        {**turn, "tool_calls": [changed(call) for call in turn["tool_calls"]]}
        if turn.get("tool_calls")
        else turn
        for turn in turns
    )


def _developer_as_system(turns: Sequence[Turn]) -> tuple[Turn, ...]:
    return tuple(
        {**turn, "role": "system"} if turn["role"] == "developer" else turn for turn in turns
    )


def _system_in_user(turns: Sequence[Turn]) -> tuple[Turn, ...]:
    """System texts stand before the words of the user's turn that comes next, or are one."""
    found: list[Turn] = []
    waiting: list[str] = []
    for turn in turns:
        if turn["role"] in SYSTEM:
            waiting.append(turn["content"])
        elif waiting and turn["role"] == "user":
            found.append({**turn, "content": _joined(*waiting, turn["content"])})
            waiting = []
        else:
            found.append(turn)
    if waiting:
        found.append({"role": "user", "content": _joined(*waiting)})
    return tuple(found)


def _tools_in_words(turns: Sequence[Turn]) -> tuple[Turn, ...]:
    return tuple(_in_words(turn) for turn in turns)


def _in_words(turn: Turn) -> Turn:
    content = turn.get("content", "")
    if turn["role"] in ("tool", "function", "ipython"):
        return {"role": "user", "content": content}
    if not turn.get("tool_calls"):
        return turn
    calls = calls_of(list(turn["tool_calls"])) or ()
    written = [
        json.dumps({"name": c.name, "arguments": c.arguments}, ensure_ascii=False) for c in calls
    ]
    return {"role": turn["role"], "content": _joined(content, "\n".join(written))}


def _one_role_joined(turns: Sequence[Turn]) -> tuple[Turn, ...]:
    found: list[Turn] = []
    for turn in turns:
        plain = {"role", "content"} == set(turn)
        if found and plain and {"role", "content"} == set(found[-1]):
            last = found[-1]
            if last["role"] == turn["role"]:
                found[-1] = {**last, "content": _joined(last["content"], turn["content"])}
                continue
        found.append(turn)
    return tuple(found)


def _user_first(turns: Sequence[Turn]) -> tuple[Turn, ...]:
    led = next((at for at, turn in enumerate(turns) if turn["role"] not in SYSTEM), 0)
    if turns[led]["role"] == "user":
        return tuple(turns)
    return (*turns[:led], {"role": "user", "content": ""}, *turns[led:])


def _joined(*texts: str) -> str:
    return APART.join(text for text in texts if text)


@dataclass(frozen=True)
class _Way:
    name: str
    """Empty where nobody needs to hear of it."""
    gone: Callable[[Sequence[Turn]], tuple[Turn, ...]]
    weight: int
    """How much it changes: more than all lighter ones together."""


_WAYS = (
    _Way("", _with_content, 1),
    _Way("the arguments of calls read as JSON", _arguments_read, 2),
    _Way("the arguments of calls written as JSON", _arguments_written, 4),
    _Way("`developer` told as `system`", _developer_as_system, 8),
    _Way("the system text put before the user's words", _system_in_user, 16),
    _Way("calls and results of tools told in words", _tools_in_words, 128),
    _Way("turns of one role joined", _one_role_joined, 32),
    _Way("an empty turn of the user's put in front", _user_first, 64),
)
"""In the order in which they are gone."""
_CHOICES = sorted(
    (
        chosen
        for count in range(1, len(_WAYS) + 1)
        for chosen in itertools.combinations(_WAYS, count)
    ),
    key=lambda chosen: sum(way.weight for way in chosen),
)
