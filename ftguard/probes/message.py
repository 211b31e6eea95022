"""Makes `Message`, one turn of a chat, from the spellings that people have of one."""

from collections.abc import Mapping, Sequence
from typing import NotRequired, TypedDict, cast

from ftguard.errors import InputError

TEXT_PARTS = ("text", "input_text", "output_text")
"""The types of a part that holds text."""


class Message(TypedDict):
    """One turn of a chat. What stands beside these reaches the chat template as it is."""

    role: str
    content: str
    """What is said; empty where a turn does nothing but call tools."""
    tool_calls: NotRequired[Sequence[Mapping[str, object]]]
    """What the assistant calls, as the chat template wants it."""
    tool_call_id: NotRequired[str]
    """Which call a tool's result belongs to."""
    name: NotRequired[str]
    """Of the tool, or of who speaks."""


def messages_of(turns: Sequence[Mapping[str, object]]) -> tuple[Message, ...]:
    """The turns of a chat, each with its content as text.

    Raises:
        InputError: a turn has no role, no content (unless it calls tools), or one that is no text.
    """
    return tuple(_message(turn) for turn in turns)


def text_of(content: object) -> str:
    """A message's content as text: None is empty, and of a list of parts the texts are joined.

    Parts that would run into each other are joined by a line break.

    Raises:
        InputError: a part is no text, such as an image.
    """
    if content is None:
        return ""
    if isinstance(content, str):
        return content
    if not isinstance(content, Sequence):
        raise InputError(f"a message's content is text or a list of parts, got {content!r}.")
    joined = ""
    for text in map(_text_of_part, content):
        apart = not joined or not text or joined[-1].isspace() or text[0].isspace()
        joined += text if apart else f"\n{text}"
    return joined


def _message(turn: Mapping[str, object]) -> Message:
    if not hasattr(turn, "get") or not isinstance(turn.get("role"), str):
        raise InputError(f"each message needs `role` and `content`, got {turn!r}.")
    if turn.get("content") is None and not turn.get("tool_calls"):
        raise InputError(f"each message needs `role` and `content`, got {turn!r}.")
    # What a table fills in for a turn that has no such column is no part of it.
    said = {name: plain_json(value) for name, value in turn.items() if value is not None}
    return cast(Message, {**said, "content": text_of(turn.get("content"))})


def _text_of_part(part: object) -> str:
    if isinstance(part, str):
        return part
    kind = part.get("type", "text") if isinstance(part, Mapping) else type(part).__name__
    text = part.get("text") if isinstance(part, Mapping) else None
    if kind not in TEXT_PARTS or not isinstance(text, str):
        raise InputError(
            f"a message holds a part of the type `{kind}`, and only text can be asked: leave such "
            "rows out, or give their text alone."
        )
    return text


def plain_json(value: object) -> object:
    """The same in JSON's own kinds, so that what is read back from a file equals it."""
    if isinstance(value, Mapping):
        return {str(name): plain_json(item) for name, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain_json(item) for item in value]
    return value
