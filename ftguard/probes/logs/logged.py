"""Reads what was asked from one row of a log: chats, prompts, and requests as OpenAI logs them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from ftguard.errors import InputError
from ftguard.probes.logs.duplicates import plain
from ftguard.probes.probe import Message

CHATS = ("messages", "conversation")
ENVELOPES = ("request", "body")
TEXTS = ("prompt", "query", "question", "input", "text")
SHAPES = (
    "`messages`, with or without the reply; `prompt`, `query`, `question`, `input` or `text`; or "
    "an API request with one of these in `request` or `body`"
)

Prompt = str | tuple[Message, ...]
Reason = Literal["blank", "with images, files or tools"]

_ROLES: Mapping[str, str] = {
    "system": "system",
    # OpenAI's newer name; chat templates know the older one.
    "developer": "system",
    "user": "user",
    "assistant": "assistant",
}
_TASK = 60
"""Characters of a system message that tell its task."""
_TOOL_ROLES = frozenset({"tool", "function"})
_TEXT_PARTS = frozenset({"text", "input_text", "output_text"})


@dataclass(frozen=True)
class LeftOut:
    """A row that nothing can be asked from, although nothing is wrong with it."""

    reason: Reason


def prompt_of(where: str, row: Mapping[str, object]) -> Prompt | LeftOut:
    """What was asked, without the reply.

    Raises:
        InputError: the row has none of the shapes; the message says where it stands.
    """
    try:
        return _read(row)
    except InputError as error:
        raise InputError(f"{where}: {error}") from None


def turns(prompt: Prompt) -> tuple[str, ...]:
    """What people and the model said."""
    if isinstance(prompt, str):
        return (prompt,)
    return tuple(message["content"] for message in prompt if message["role"] != "system")


def task(prompt: Prompt) -> str:
    """How the system message begins: it tells tasks apart whose queries are the same.

    The rest, and its digits, are left out: a date or a name there makes no other task.
    """
    if isinstance(prompt, str):
        return ""
    said = plain("\n".join(turn["content"] for turn in prompt if turn["role"] == "system"))
    return "".join(character for character in said if not character.isdigit())[:_TASK]


def _read(row: Mapping[str, object]) -> Prompt | LeftOut:
    given = {name: value for name, value in row.items() if value is not None}
    for name in CHATS:
        if name in given:
            return _chat(name, given[name])
    for name in ENVELOPES:
        inner = given.get(name)
        if isinstance(inner, Mapping):
            return _read(inner)
    for name in TEXTS:
        if name in given:
            value = given[name]
            if not isinstance(value, str):
                return _chat(name, value)
            return value if value.strip() else LeftOut("blank")
    raise InputError(f"no query in the columns {sorted(row)}; allowed are {SHAPES}.")


def _chat(name: str, messages: object) -> Prompt | LeftOut:
    if not isinstance(messages, Sequence) or isinstance(messages, (str, bytes)):
        raise InputError(
            f"`{name}` is {type(messages).__name__}; allowed are "
            + ("" if name in CHATS else "text or ")
            + "a list of messages."
        )
    asked = list(messages)
    while asked and isinstance(asked[-1], Mapping) and asked[-1].get("role") == "assistant":
        asked.pop()
    read = [_message(name, message) for message in asked]
    if any(isinstance(message, LeftOut) for message in read):
        return next(message for message in read if isinstance(message, LeftOut))
    chat = tuple(message for message in read if not isinstance(message, LeftOut))
    said = any(message["role"] == "user" and message["content"].strip() for message in chat)
    return chat if said else LeftOut("blank")


def _message(name: str, message: object) -> Message | LeftOut:
    if not isinstance(message, Mapping):
        raise InputError(f"each of `{name}` must be a message, got {type(message).__name__}.")
    role = message.get("role")
    calls = {"tool_calls", "function_call"} & {key for key, value in message.items() if value}
    if role in _TOOL_ROLES or calls or (role is None and "type" in message):
        return LeftOut("with images, files or tools")
    if not isinstance(role, str) or role not in _ROLES:
        raise InputError(
            f"each of `{name}` needs a `role` of {sorted(_ROLES)} and `content`; one has "
            f"{sorted(map(str, message))}, its role is {role!r:.40}."
        )
    text = _text(name, message.get("content"))
    return text if isinstance(text, LeftOut) else Message(role=_ROLES[role], content=text)


def _text(name: str, content: object) -> str | LeftOut:
    if content is None:
        return ""
    if isinstance(content, str):
        return content
    if not isinstance(content, Sequence):
        raise InputError(
            f"the `content` of one of `{name}` is {type(content).__name__}; allowed are text or a "
            "list of parts."
        )
    texts = []
    for part in content:
        if isinstance(part, str):
            texts.append(part)
        elif isinstance(part, Mapping) and part.get("type") in _TEXT_PARTS:
            texts.append(str(part.get("text") or ""))
        else:
            return LeftOut("with images, files or tools")
    return "\n".join(texts)
