"""Reads what was asked from one row of a log: chats, prompts, and requests as OpenAI logs them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from ftguard.errors import InputError
from ftguard.probes.logs.duplicates import plain
from ftguard.probes.probe import Message
from ftguard.probes.read.beside import with_what_came_before
from ftguard.probes.read.chat import ROLES, SPOKEN, speaker_of
from ftguard.probes.read.prompt import prompt_of as asked_in
from ftguard.probes.read.row import Row, unpacked
from ftguard.probes.read.trained import CHATS

ENVELOPES = ("request", "body")
ASKED_AS_CHAT = ("prompt", "query", "question", "input", "text")
"""Columns that may hold a chat in place of a text."""
SHAPES = (
    "`messages`, with or without the reply; `prompt`, `query`, `question`, `input`, `text` or "
    "`instruction`; or an API request with one of these in `request` or `body`"
)

Prompt = str | tuple[Message, ...]
Reason = Literal["blank", "with images, files or tools"]

_TASK = 60
"""Characters of a system message that tell its task."""
_TEXT_PARTS = frozenset({"text", "input_text", "output_text"})


@dataclass(frozen=True)
class LeftOut:
    """A row that nothing can be asked from, although nothing is wrong with it."""

    reason: Reason


def prompt_of(where: str, row: Mapping[str, object] | InputError) -> Prompt | LeftOut:
    """What was asked, without the reply.

    Raises:
        InputError: the row has none of the shapes; the message says where it stands.
    """
    try:
        if isinstance(row, InputError):
            raise row
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


def _read(given: Mapping[str, object]) -> Prompt | LeftOut:
    row = Row(given)
    for name in CHATS:
        if row.kept(name) is not None:
            return _with_system(row, _chat(name, row[name]))
    for name in ENVELOPES:
        inner = unpacked(row.kept(name))
        if isinstance(inner, Mapping):
            return _read(inner)
    for name in ASKED_AS_CHAT:
        value = row.kept(name)
        if value is not None and not isinstance(value, str):
            return _chat(name, value)
    asked = asked_in(row)
    if isinstance(asked, str):
        return _with_system(row, asked)
    if any(isinstance(row.kept(name), str) for name in ASKED_AS_CHAT):
        return LeftOut("blank")
    raise InputError(f"no query in the columns {sorted(row.columns)}; allowed are {SHAPES}.")


def _with_system(row: Row, found: Prompt | LeftOut) -> Prompt | LeftOut:
    return found if isinstance(found, LeftOut) else with_what_came_before(row, found)


def _chat(name: str, given: object) -> Prompt | LeftOut:
    messages = unpacked(given)
    if not isinstance(messages, Sequence) or isinstance(messages, (str, bytes)):
        raise InputError(
            f"`{name}` is {type(messages).__name__}; allowed are "
            + ("" if name in CHATS else "text or ")
            + "a list of messages."
        )
    asked = list(messages)
    while asked and isinstance(asked[-1], Mapping) and _role(asked[-1]) == "assistant":
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
    speaker, role = speaker_of(message), _role(message)
    calls = {"tool_calls", "function_call"} & {key for key, value in message.items() if value}
    if role == "tool" or calls or (speaker is None and "type" in message):
        return LeftOut("with images, files or tools")
    if role is None:
        raise InputError(
            f"each of `{name}` needs a `role` of {sorted(set(ROLES.values()))} and `content`; one "
            f"has {sorted(map(str, message))}, its role is {speaker!r:.40}."
        )
    content = next((message[key] for key in SPOKEN if key in message), None)
    text = _text(name, content)
    return text if isinstance(text, LeftOut) else Message(role=role, content=text)


def _role(message: Mapping[str, object]) -> str | None:
    return ROLES.get(str(speaker_of(message)).strip().lower())


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
        elif isinstance(part, Mapping) and part.get("type", "text") in _TEXT_PARTS:
            texts.append(str(part.get("text") or ""))
        else:
            return LeftOut("with images, files or tools")
    return "\n".join(texts)
