"""Makes `Reply`, what a model behind a server said, from the body of a response."""

from dataclasses import dataclass
from typing import Annotated

import msgspec

LONGEST_BODY = 1_000_000
"""Bytes; a longer body is no reply."""
EXCERPT = 160
"""Characters of a server's words that a reason quotes."""


@dataclass(frozen=True, kw_only=True)
class Reply:
    """What the model said; whether that is of use is for the asker to say."""

    text: str = ""
    finish: str | None = None
    """`stop`, `length`, `content_filter`, ...: as the server says it."""
    refusal: str | None = None
    """The model's words where it declined."""
    input_tokens: int | None = None
    """As the server counts them; None where it does not say."""
    output_tokens: int | None = None


class NoReply(Exception):  # noqa: N818
    """The call brought no reply; its text is the reason, in which no key stands."""

    def __init__(self, reason: str, *, fatal: bool = False, billed: bool = False) -> None:
        super().__init__(reason)
        self.fatal = fatal
        """Whether every further call would end the same way."""
        self.billed = billed
        """Whether the server may have read the prompt, and charge for it."""


class _Message(msgspec.Struct):
    content: str | None = None
    refusal: str | None = None


class _Choice(msgspec.Struct):
    message: _Message
    finish_reason: str | None = None


class _TokenCounts(msgspec.Struct):
    prompt_tokens: Annotated[int, msgspec.Meta(ge=0)] | None = None
    completion_tokens: Annotated[int, msgspec.Meta(ge=0)] | None = None


class _Body(msgspec.Struct):
    choices: list[_Choice]
    usage: msgspec.Raw = msgspec.Raw(b"null")


def read_body(body: bytes) -> Reply:
    """The reply in a chat completion.

    Raises:
        NoReply: the body is none.
    """
    if len(body) > LONGEST_BODY:
        raise NoReply(f"the server sent {len(body):,} bytes, no chat completion", billed=True)
    try:
        completion = msgspec.json.decode(body, type=_Body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise NoReply(f"the server sent no chat completion: {excerpt(body)}", billed=True) from None
    if not completion.choices:
        raise NoReply("the server sent a chat completion without choices", billed=True)
    choice = completion.choices[0]
    counts = _token_counts(completion.usage)
    return Reply(
        text=choice.message.content or "",
        finish=choice.finish_reason,
        refusal=choice.message.refusal,
        input_tokens=counts.prompt_tokens,
        output_tokens=counts.completion_tokens,
    )


def excerpt(body: bytes) -> str:
    """The beginning of a server's words on one line, in backticks."""
    words = " ".join(body[: 4 * EXCERPT].decode(errors="replace").split())
    shown = "".join(c if c.isprintable() else "?" for c in words[:EXCERPT])
    return f"`{shown}`" if shown else "nothing"


def _token_counts(raw: msgspec.Raw) -> _TokenCounts:
    """The token counts; none of them where they make no sense, which costs no reply."""
    try:
        return msgspec.json.decode(raw, type=_TokenCounts | None) or _TokenCounts()
    except msgspec.DecodeError:
        return _TokenCounts()
