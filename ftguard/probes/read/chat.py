"""Reads chats in the spellings that people keep them in: OpenAI's, ShareGPT's, a list of texts."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from ftguard.errors import InputError
from ftguard.probes.probe import Message
from ftguard.probes.read.row import plain_value, unpacked, without_gaps

ROLES: Mapping[str, str] = {
    "system": "system",
    # OpenAI's newer name; chat templates know the older one.
    "developer": "system",
    "user": "user",
    "human": "user",
    "prompter": "user",
    "assistant": "assistant",
    "gpt": "assistant",
    "chatgpt": "assistant",
    "bot": "assistant",
    "model": "assistant",
    "chatbot": "assistant",
    "ai": "assistant",
    "function_call": "assistant",
    "tool": "tool",
    "function": "tool",
    "observation": "tool",
    "tool_response": "tool",
    "ipython": "tool",
}
"""Who speaks, as data sets name them, and as chat templates do."""
SPEAKER, SPOKEN = ("role", "from", "speaker"), ("content", "value", "parts", "text")
CALLS = ("tool_calls", "function_call")
EXCHANGED = (
    ("input", "output"),
    ("user", "assistant"),
    ("human", "assistant"),
    ("prompt", "response"),
    ("instruction", "output"),
    ("question", "answer"),
)
"""What both sides of an exchange are called."""
_TEXT_PARTS = frozenset({"text", "input_text", "output_text"})
_LANGCHAIN = frozenset({"human", "ai", "system"})
"""What LangChain's messages have as their `type`."""
_UNSPOKEN = frozenset({"thinking", "redacted_thinking", "reasoning", "tool_result"})
"""Parts that are no answer: what was thought, and results, which are turns of their own."""
_CALLED = ("functionCall", "function_call", "toolUse")
"""What other makers call a part that calls a tool."""


@dataclass(frozen=True, kw_only=True)
class Chat:
    """The turns of a chat."""

    turns: tuple[Message, ...]
    has_media: bool = False
    """Whether it shows images, sounds or files, which are not asked."""


def is_chat(value: object) -> bool:
    """Whether a value is a list of messages, or JSON text of one."""
    turns = unpacked(value)
    return (
        isinstance(turns, Sequence)
        and not isinstance(turns, (str, bytes))
        and len(turns) > 0
        and all(isinstance(turn, Mapping) and speaker_of(turn) is not None for turn in turns)
    )


def read_chat(name: str, value: object) -> Chat:
    """Read a list of messages.

    Args:
        name: the column, for complaints.
        value: messages with `role` and `content`, or `from` and `value`; JSON text of them.

    Raises:
        InputError: it is no list of messages, or one has an unknown role or no text.
    """
    given = unpacked(value)
    if not isinstance(given, Sequence) or isinstance(given, (str, bytes)):
        raise InputError(f"`{name}` is {type(given).__name__}; allowed are text or messages.")
    turns, has_media = [], False
    for item in given:
        turn, shows = _turn(name, item)
        turns.append(turn)
        has_media = has_media or shows
    return Chat(turns=tuple(turns), has_media=has_media)


def exchanges(value: object) -> tuple[Message, ...]:
    """A list of exchanges, each a pair of texts or a mapping that has both; empty if it is none."""
    turns: list[Message] = []
    for item in value if isinstance(value, list) else ():
        said = _exchange(item)
        if said is None:
            return ()
        turns += [
            Message(role=r, content=t) for r, t in zip(("user", "assistant"), said, strict=True)
        ]
    return tuple(turns)


def _exchange(item: object) -> tuple[str, str] | None:
    if isinstance(item, Mapping):
        item = next(([item[a], item[b]] for a, b in EXCHANGED if a in item and b in item), None)
    match item:
        case [str(asked), str(said)]:
            return asked, said
    return None


def speaker_of(turn: Mapping[str, object]) -> object:
    """Who speaks, as the turn names it; None where it does not."""
    name = next((key for key in SPEAKER if turn.get(key) is not None), None)
    if name is None and turn.get("type") in _LANGCHAIN:
        name = "type"
    return turn[name] if name else None


def calls_of(turn: Message) -> str | None:
    """The tool calls of a turn as JSON text, `{"name": ..., "arguments": {...}}` or a list."""
    found = [dict(call["function"]) for call in cast(Any, turn).get("tool_calls") or ()]
    if not found:
        return None
    return json.dumps(found[0] if len(found) == 1 else found, ensure_ascii=False)


def calls_in(value: object) -> str | None:
    """Tool calls that stand in a column of their own, as JSON text; None where they are none."""
    given = unpacked(value)
    listed = given if isinstance(given, list) else [given]
    if not listed or not all(_is_call(call) for call in listed):
        return None
    calls = [_call("the answer", call)["function"] for call in listed]
    return json.dumps(calls[0] if len(calls) == 1 else calls, ensure_ascii=False)


def _is_call(value: object) -> bool:
    return isinstance(value, Mapping) and (
        "function" in value or {"name", "arguments"} <= set(value)
    )


def _first(turn: Mapping[str, object], names: Sequence[str]) -> str | None:
    return next((name for name in names if name in turn), None)


def _turn(name: str, turn: object) -> tuple[Message, bool]:
    if not isinstance(turn, Mapping):
        raise InputError(f"each of `{name}` must be a message, got {type(turn).__name__}.")
    speaker = speaker_of(turn)
    role = ROLES.get(str(speaker).strip().lower())
    if role is None:
        raise InputError(
            f"each of `{name}` needs a `role` of {sorted(set(ROLES.values()))} and `content`; one "
            f"has {sorted(map(str, turn))}, its role is {speaker!r:.40}."
        )
    spoken = _first(turn, SPOKEN)
    text, shows = _text(name, turn.get(spoken) if spoken else None)
    calls = _calls(name, turn)
    if str(speaker) == "function_call":
        calls, text = calls or [_call(name, unpacked(text))], ""
    if not (calls or spoken or role == "tool"):
        raise InputError(
            f"each of `{name}` needs a `role` and `content`; one has {sorted(map(str, turn))}."
        )
    said: dict[str, object] = {"role": role, "content": text}
    if calls:
        said["tool_calls"] = calls
    for extra in ("tool_call_id", "name"):
        if isinstance(turn.get(extra), str) and role in ("tool", "assistant"):
            said[extra] = turn[extra]
    return cast(Message, said), shows


def _calls(name: str, turn: Mapping[str, object]) -> list[dict[str, Any]]:
    given = unpacked(next((turn[key] for key in CALLS if turn.get(key)), None))
    if given is None:
        parts = next((p for key in SPOKEN if isinstance(p := turn.get(key), list)), [])
        return [_call(name, called) for part in parts if (called := _called(part)) is not None]
    return [_call(name, call) for call in (given if isinstance(given, list) else [given])]


def _call(name: str, call: object) -> dict[str, Any]:
    """A call as chat templates expect it: its arguments are a mapping, not JSON text."""
    inner = call.get("function", call) if isinstance(call, Mapping) else None
    if not isinstance(inner, Mapping) or not isinstance(inner.get("name"), str):
        raise InputError(f"a tool call of `{name}` needs the `name` of a function.")
    given = inner.get("arguments", inner.get("parameters", {}))
    arguments = unpacked(given) if isinstance(given, str) else without_gaps(given)
    arguments = {} if arguments in (None, "") else arguments
    found: dict[str, Any] = {
        "type": "function",
        "function": {"name": inner["name"], "arguments": arguments},
    }
    if isinstance(call, Mapping) and isinstance(call.get("id"), str):
        found["id"] = call["id"]
    return found


def _called(part: object) -> Mapping[str, object] | None:
    """The call in a part of a message, as Anthropic, Google and Amazon write them."""
    if not isinstance(part, Mapping):
        return None
    inner = next((part[key] for key in _CALLED if isinstance(part.get(key), Mapping)), None)
    inner = part if part.get("type") == "tool_use" else inner
    if inner is None or "name" not in inner:
        return None
    given = (inner[key] for key in ("input", "args", "arguments") if key in inner)
    arguments: object = next(given, {})
    return {"name": inner["name"], "arguments": arguments}


def _text(name: str, content: object) -> tuple[str, bool]:
    """The text of a message, and whether something else stands beside it."""
    content = plain_value(content)
    if content is None:
        return "", False
    if isinstance(content, str):
        return content, False
    parts = content if isinstance(content, list) else [content]
    texts, shows = [], False
    for part in parts:
        if isinstance(part, str):
            texts.append(part)
        elif not isinstance(part, Mapping):
            raise InputError(
                f"the `content` of one of `{name}` holds {type(part).__name__}; allowed are text "
                "or a list of parts."
            )
        # Parts in a table have every part's keys, those of images without a value.
        elif isinstance(part.get("text"), str) and part.get("type", "text") in _TEXT_PARTS:
            texts.append(part["text"])
        elif _called(part) is None and part.get("type", "text") not in _UNSPOKEN:
            shows = shows or part.get("type", "text") not in _TEXT_PARTS
    return "\n".join(texts), shows
