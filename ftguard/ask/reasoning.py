"""Tells what an answer says from what its model thought on the way to it, by the text alone."""

import re
from collections.abc import Collection
from dataclasses import dataclass, replace

_NAME = r"(?:\w+[:_])?(?:think|thinking|thoughts?|reasoning|reflection)"
_BLOCKS = (
    # DeepSeek, Qwen, GLM, EXAONE, Granite, Hunyuan and most others; <seed:think>, <longcat_think>.
    (rf"<(?P<name>{_NAME})>", r"</{name}>"),
    # Magistral and Ministral.
    (r"\[THINK\]", r"\[/THINK\]"),
    # OpenThinker and Sky-T1.
    (r"<\|begin_of_thought\|>", r"<\|end_of_thought\|>"),
    # Cohere's Command.
    (r"<\|START_THINKING\|>", r"<\|END_THINKING\|>"),
    # Gemma 4.
    (r"<\|channel>", r"<channel\|>"),
    # Apertus.
    (r"<\|inner_prefix\|>", r"<\|inner_suffix\|>"),
    # Solar.
    (r"<\|think:start\|>", r"<\|think:end\|>"),
    # Kimi.
    (r"◁think▷", r"◁/think▷"),
    # Pangu.
    (r"\[unused16\]", r"\[unused17\]"),
    # What recipes for reinforcement learning teach.
    (r"<start_working_out>", r"<end_working_out>"),
    # Granite 3.2.
    (r"Here(?:'s| is) my thought process:", r"Here(?:'s| is) my response:"),
    # Apriel.
    (r"Here are my reasoning steps:", r"(?=\[BEGIN FINAL RESPONSE\])"),
)
"""How a thought opens, and how it closes, in the chat templates of the day."""
_OPENINGS = tuple((re.compile(opening, re.IGNORECASE), closing) for opening, closing in _BLOCKS)
_OPENED = re.compile(rf"(?:{'|'.join(opening for opening, _ in _BLOCKS)})\s*\Z", re.IGNORECASE)

_MARKED = (
    (r"<\|begin_of_solution\|>", r"<\|end_of_solution\|>"),
    (r"<\|START_RESPONSE\|>", r"<\|END_RESPONSE\|>"),
)
"""What a template puts around the answer itself."""
_PLAIN = (
    (r"\[BEGIN FINAL RESPONSE\]", r"\[END FINAL RESPONSE\]"),
    (r"<(?P<name>answer|response|solution)>", r"</{name}>"),
)
"""What may be a part of the answer, unless a thought stands before it."""

_HEADER = re.compile(
    r"(?:<\|start\|>[^<]*)?<\|channel\|>(?P<channel>[^<]*)(?:<\|constrain\|>[^<]*)?<\|message\|>"
)
"""Of a message in harmony, the format of gpt-oss: its channel says whether it is the answer."""
_CHANNEL = "<|channel|>"
_CALLS = "to=functions."
"""In the header of a message that calls a function, which is what the model answers with."""
_MESSAGE_END = re.compile(r"<\|(?:end|call|return)\|>|(?=<\|(?:start|channel)\|>)")
_BARE = re.compile(r"(?:assistant)?(?:analysis|commentary).*?assistant\s*final", re.DOTALL)
"""Harmony up to its answer, where its markers are gone."""
_BARE_OPEN = re.compile(r"(?:assistant)?analysis(?=[A-Z])")
"""A letter right behind the channel's name, as no text of people has it."""


@dataclass(frozen=True, kw_only=True)
class Span:
    """Where the answer stands in a text; thought is before it."""

    start: int
    """0 where nothing was thought."""
    end: int
    is_open: bool = False
    """Whether the text was cut off before its thinking came to an answer."""


def answer_span(
    text: str, *, opened: str = "", specials: Collection[str] = (), ended: bool = True
) -> Span:
    """Find the answer in what a model said.

    Thoughts are blocks at the text's beginning, one after another, or messages of harmony. A tag
    anywhere else is a part of the answer, such as of one that explains tags.

    A thought that is never closed holds no answer. Only where the prompt opened it and the model
    brought its text to an end, all of it is the answer: so speaks a model that was tuned on data
    without thoughts under a template that opens one.

    Args:
        text: with special tokens.
        opened: what the prompt ends with, where that opens a thought (`opened_by`).
        specials: texts of special tokens; they may stand in front, and end an unclosed thought.
        ended: whether the model ended the text itself.
    """
    whole, at, thoughts = opened + text, 0, 0
    while True:
        at = _skip(whole, at, () if thoughts else specials)
        if whole.startswith(_CHANNEL, at) or _HEADER.match(whole, at):
            return _within(_in_channels(whole, at, ended=ended), opened)
        block = _opening(whole, at)
        if block is None:
            break
        opening, closing = block
        close = closing.search(whole, opening.end())
        if close is None:
            ended = ended or any(special in whole[opening.end() :] for special in specials)
            start = 0 if ended and opening.end() <= len(opened) else len(text)
            return Span(start=start, end=len(text), is_open=not ended)
        at, thoughts = close.end(), thoughts + 1
    if thoughts:
        span = _within(_unwrapped(whole, at, (*_MARKED, *_PLAIN)), opened)
        return replace(span, is_open=not ended and not text[span.start :].strip())
    bare = _BARE.match(text, at)
    if bare is None and not ended and _BARE_OPEN.match(text, at):
        return Span(start=len(text), end=len(text), is_open=True)
    found = Span(start=bare.end(), end=len(text)) if bare else _unwrapped(text, at, _MARKED)
    return found if found.start > at else Span(start=0, end=len(text))


def opened_by(prompt: str) -> str:
    """The end of a prompt that opens a thought and leaves it open, such as `<think>`; else ''."""
    found = _OPENED.search(prompt)
    if found:
        return found.group()
    headers = [h for h in _HEADER.finditer(prompt) if h.end() == len(prompt)]
    return headers[0].group() if headers and not _is_final(headers[0]) else ""


def without_reasoning(text: str) -> str:
    """The answer in a text that was written to its end, such as a reference."""
    span = answer_span(text)
    return text[span.start : span.end] or text


def holds_reasoning(text: str) -> bool:
    """Whether a thought that is not empty stands anywhere in a text, such as in a whole chat."""
    for pattern, closing in _OPENINGS:
        for opening in pattern.finditer(text):
            close = _named(closing, opening).search(text, opening.end())
            # Gemma names its channel in the first line.
            if close and text[opening.end() : close.start()].removeprefix("thought\n").strip():
                return True
    return any(
        not _is_final(header) and text[header.end() : _message_end(text, header)].strip()
        for header in _HEADER.finditer(text)
    )


def _opening(text: str, at: int) -> tuple[re.Match[str], re.Pattern[str]] | None:
    """The opening of a thought that stands here, and what closes it."""
    for pattern, closing in _OPENINGS:
        opening = pattern.match(text, at)
        if opening:
            return opening, _named(closing, opening)
    return None


def _named(closing: str, opening: re.Match[str]) -> re.Pattern[str]:
    name = opening.groupdict().get("name") or ""
    return re.compile(closing.replace("{name}", re.escape(name)), re.IGNORECASE)


def _in_channels(text: str, at: int, *, ended: bool) -> Span:
    """The final message of harmony, whose first header stands here, or its calls of functions."""
    header = _HEADER.match(text, at)
    while header:
        end = _message_end(text, header)
        if _is_final(header):
            return Span(start=header.end(), end=end)
        if _CALLS in header.group():
            return Span(start=header.start(), end=len(text))
        header = _HEADER.match(text, _skip(text, end, ("<|end|>", "<|call|>")))
    return Span(start=len(text), end=len(text), is_open=not ended)


def _is_final(header: re.Match[str]) -> bool:
    return header["channel"].strip().startswith("final")


def _message_end(text: str, header: re.Match[str]) -> int:
    end = _MESSAGE_END.search(text, header.end())
    return end.start() if end else len(text)


def _unwrapped(text: str, at: int, wraps: Collection[tuple[str, str]]) -> Span:
    """The rest of the text, or what is within the wrapping that stands here."""
    for pattern, closing in wraps:
        opening = re.compile(pattern, re.IGNORECASE).match(text, at)
        if opening:
            start = _skip(text, opening.end())
            end = _named(closing, opening).search(text, start)
            return Span(start=start, end=end.start() if end else len(text))
    return Span(start=at, end=len(text))


def _within(span: Span, opened: str) -> Span:
    """The span in the text alone, without what the prompt put in front of it."""
    start, end = (max(0, place - len(opened)) for place in (span.start, span.end))
    return Span(start=start, end=end, is_open=span.is_open)


def _skip(text: str, at: int, specials: Collection[str] = ()) -> int:
    """Past blanks, and past special tokens that mean nothing here."""
    while at < len(text):
        special = next((s for s in specials if s and text.startswith(s, at)), "")
        means = special and (special == _CHANNEL or _opens(text, at))
        if means or not (special or text[at].isspace()):
            break
        at += len(special) or 1
    return at


def _opens(text: str, at: int) -> bool:
    marked = (re.compile(pattern) for pattern, _ in _MARKED)
    return bool(
        _opening(text, at) or _HEADER.match(text, at) or any(m.match(text, at) for m in marked)
    )
