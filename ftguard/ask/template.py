"""What a chat template writes around what people say, told apart from their own words."""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from transformers import PreTrainedTokenizerBase

from ftguard.ask.today import DATE_MARK, stopped_clock
from ftguard.ask.turns import Shape, Turn, shapes_of
from ftguard.errors import told
from ftguard.probes.calls import Call
from ftguard.probes.probe import Message

MARK = "zqxj"
"""Stands for somebody's words where only the template's own text is wanted."""
_SYSTEM_MARK = "qzjx"
_ANSWER_MARK = "jxqz"
THINKING = "<think>"
_EMPTY_THOUGHT = re.compile(r"\s*(?:<think>\s*)?</think>\s*")
_CALL_ENDS = ("<|call|>", "<|tool_response>", "<|observation|>")
"""What ends a call in harmony, and in Gemma's and GLM's templates."""
LONGEST_DATE = 40
"""Characters that a date takes at most."""


class Refused(Exception):  # noqa: N818
    """A chat that the template takes in no shape; its text is why it does not as it is."""


@dataclass(frozen=True, kw_only=True)
class AnsweredChat:
    """A chat with its answer as one text, in three parts."""

    before: str
    """All up to the answer, an empty thinking block included."""
    answer: str
    closing: str
    """What ends the assistant's turn."""


@dataclass(frozen=True, kw_only=True)
class UserTurn:
    """The template's own text around one user message that is to be answered."""

    openings: tuple[str, ...]
    """From the beginning of a chat on (without BOS), and from the end of a system message on; a
    mark stands for dates, which change from day to day."""
    after: str
    """Up to the answer, without a thinking block."""

    def stands_in(self, text: str) -> bool:
        """Whether the text has gone through the template."""
        return any(
            (start := end_of(before, text)) is not None and self.after in text[start:]
            for before in self.openings
        )

    def is_touched(self, text: str) -> bool:
        """Whether one side of it stands in the text, which may be cut anywhere."""
        sides = (*self.openings, self.after)
        return any(side.strip() and end_of(side, text) is not None for side in sides)


@dataclass(frozen=True, kw_only=True)
class ChatTemplate:
    """A tokenizer's chat template with what it is given; both renderings get the same."""

    tokenizer: PreTrainedTokenizerBase
    kwargs: Mapping[str, object] = field(default_factory=dict)
    tools: Sequence[Mapping[str, object]] = ()

    def shape(self, messages: Sequence[Message]) -> Shape:
        """The chat as the template takes it: as it is, else told in a usual way around that.

        Raises:
            Refused: it takes none.
        """
        refused: Exception | None = None
        for shape in shapes_of(messages):
            try:
                self.prompt(shape.turns)
            except Exception as error:  # noqa: BLE001 - a template is a program, and may fail
                refused = refused or error
            else:
                return shape
        raise Refused(told(refused) if refused else "it holds no message")

    def prompt(self, messages: Sequence[Turn]) -> str:
        """The chat up to where the answer is to be written."""
        return self._rendered(messages, to_be_answered=True)

    def called(self, messages: Sequence[Turn], calls: Sequence[Call]) -> AnsweredChat | None:
        """The chat with calls of tools as its answer, as training renders them.

        None where the template does not write calls behind the prompt.
        """
        functions = [{"name": call.name, "arguments": dict(call.arguments)} for call in calls]
        turn = {
            "role": "assistant",
            # Some templates want them.
            "tool_calls": [
                {"id": f"call{at:05}", "type": "function", "function": function}
                for at, function in enumerate(functions)
            ],
        }
        before = self.prompt(messages)
        closing = self.closing(messages)
        try:
            whole = self._rendered([*messages, turn], to_be_answered=False)
        except Exception:  # noqa: BLE001 - a template may know no tools
            return None
        if not whole.startswith(before):
            return None
        # A call may end otherwise than words do, or leave the turn open for its result.
        closing = next((end for end in (closing, *_CALL_ENDS) if whole.endswith(end)), "")
        answer = whole[len(before) : len(whole) - len(closing)]
        thought = _EMPTY_THOUGHT.match(answer)
        start = thought.end() if thought else 0
        if not all(json.dumps(call.name)[1:-1] in answer for call in calls):
            return None
        return AnsweredChat(before=before + answer[:start], answer=answer[start:], closing=closing)

    def answered(self, messages: Sequence[Turn], text: str) -> AnsweredChat:
        """The chat with the text as its answer, as training renders it.

        Blanks around the text are left out where the template leaves them out. Where it changes
        the text otherwise, or takes no answer, the text stands after the prompt.
        """
        plain = AnsweredChat(before=self.prompt(messages), answer=text, closing="")
        try:
            marked = self._with_answer(messages, _ANSWER_MARK)
            before, _, closing = marked.rpartition(_ANSWER_MARK)
            whole = self._with_answer(messages, text)
        except Exception:  # noqa: BLE001 - a template is a program, and may refuse an answer
            return plain
        for answer in (text, text.strip()):
            if answer and whole == before + answer + closing:
                return AnsweredChat(before=before, answer=answer, closing=closing)
        return plain

    def closing(self, messages: Sequence[Turn]) -> str:
        """What ends the assistant's answer to a chat; empty where that cannot be told."""
        return self._or_nothing(lambda: self.answered(messages, _ANSWER_MARK).closing)

    def header(self, messages: Sequence[Turn]) -> str:
        """What opens the assistant's answer to a chat; empty where that cannot be told."""

        def opens() -> str:
            ended = self._rendered(messages, to_be_answered=False)
            prompt = self.prompt(messages)
            return prompt.removeprefix(ended) if prompt.startswith(ended) else ""

        return self._or_nothing(opens)

    def _or_nothing(self, rendered: Callable[[], str]) -> str:
        if not getattr(self.tokenizer, "chat_template", None):
            return ""
        try:
            return rendered()
        except Exception:  # noqa: BLE001 - a template is a program, and may fail
            return ""

    def user_turn(self) -> UserTurn | None:
        """The text around a user message as it is seen in decoded tokens; None without any."""
        # A date would be another one in each row, and tomorrow another one here.
        with stopped_clock("mark"):
            return self._user_turn()

    def _user_turn(self) -> UserTurn | None:
        alone = self._seen([{"role": "user", "content": MARK}])
        if alone is None or alone.count(MARK) != 1:
            return None
        before, _, after = alone.partition(MARK)
        openings = [before.removeprefix(str(self.tokenizer.bos_token or ""))]
        led = self._seen(
            [{"role": "system", "content": _SYSTEM_MARK}, {"role": "user", "content": MARK}]
        )
        if led is not None and led.count(_SYSTEM_MARK) == 1:
            # A row has its own system text in place of a default one.
            openings.append(led.partition(_SYSTEM_MARK)[2].partition(MARK)[0])
        after = after.partition(THINKING)[0]
        openings = [text for text in openings if text.strip() or after.strip()]
        return UserTurn(openings=tuple(openings), after=after) if openings else None

    def _seen(self, messages: Sequence[Message]) -> str | None:
        try:
            text = self.prompt(messages)
        except Exception:  # noqa: BLE001 - a template may refuse a system message
            return None
        return seen(self.tokenizer, self.tokenizer(text, add_special_tokens=False)["input_ids"])

    def _with_answer(self, messages: Sequence[Turn], text: str) -> str:
        answer = {"role": "assistant", "content": text}
        return self._rendered([*messages, answer], to_be_answered=False)

    def _rendered(self, messages: Sequence[Turn], *, to_be_answered: bool) -> str:
        turns: list[Turn] = list(messages)
        if _wants_parts(self.tokenizer, str(getattr(self.tokenizer, "chat_template", ""))):
            turns = [_in_parts(turn) for turn in turns]
        kwargs = {**self.kwargs, "tools": list(self.tools)} if self.tools else self.kwargs
        return _apply(self.tokenizer, turns, add_generation_prompt=to_be_answered, **kwargs)


def _apply(tokenizer: PreTrainedTokenizerBase, turns: Sequence[Turn], **kwargs: Any) -> str:
    with stopped_clock():
        return str(tokenizer.apply_chat_template(list(turns), tokenize=False, **kwargs))


@lru_cache(maxsize=32)
def _wants_parts(tokenizer: PreTrainedTokenizerBase, template: str) -> bool:
    """Whether a template, as those of vision models may, passes over contents that are texts."""
    del template  # It is the cache's key: a tokenizer can be given another one.

    def shows(turn: Turn) -> bool:
        try:
            text = _apply(tokenizer, [turn], add_generation_prompt=True)
        except Exception:  # noqa: BLE001 - a template is a program, and may refuse it
            return False
        # A list of parts that is written out as such is not read as one.
        return MARK in text and f"'{MARK}'" not in text

    text = {"role": "user", "content": MARK}
    return not shows(text) and shows(_in_parts(text))


def _in_parts(turn: Turn) -> Turn:
    if not isinstance(turn.get("content"), str):
        return turn
    return {**turn, "content": [{"type": "text", "text": turn["content"]}]}


def end_of(wanted: str, text: str, start: int = 0) -> int | None:
    """Where a text that may hold marks of dates ends in another one; None where it is not in it."""
    pieces = wanted.split(DATE_MARK)
    at = text.find(pieces[0], start)
    if at < 0:
        return None
    end = at + len(pieces[0])
    for piece in pieces[1:]:
        place = text.find(piece, end, end + LONGEST_DATE + len(piece))
        if place < 0:
            return None
        end = place + len(piece)
    return end


def seen(tokenizer: PreTrainedTokenizerBase, ids: Sequence[int]) -> str:
    """Tokens as text, special ones in full and nothing tidied up."""
    return str(tokenizer.decode(list(ids), clean_up_tokenization_spaces=False))
