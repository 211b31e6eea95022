"""What a chat template writes around what people say, told apart from their own words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from transformers import PreTrainedTokenizerBase

from ftguard.probes.probe import Message

MARK = "zqxj"
"""Stands for somebody's words where only the template's own text is wanted."""
_SYSTEM_MARK = "qzjx"
_ANSWER_MARK = "jxqz"
THINKING = "<think>"


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
    """From the beginning of a chat on (without BOS), and from the end of a system message on."""
    after: str
    """Up to the answer, without a thinking block."""

    def stands_in(self, text: str) -> bool:
        """Whether the text has gone through the template."""
        return any(
            (start := text.find(before)) >= 0 and self.after in text[start + len(before) :]
            for before in self.openings
        )

    def is_touched(self, text: str) -> bool:
        """Whether one side of it stands in the text, which may be cut anywhere."""
        return any(side.strip() and side in text for side in (*self.openings, self.after))


@dataclass(frozen=True, kw_only=True)
class ChatTemplate:
    """A tokenizer's chat template with what it is given; both renderings get the same."""

    tokenizer: PreTrainedTokenizerBase
    kwargs: Mapping[str, object] = field(default_factory=dict)

    def prompt(self, messages: Sequence[Message]) -> str:
        """The chat up to where the answer is to be written."""
        return self._rendered(messages, to_be_answered=True)

    def answered(self, messages: Sequence[Message], text: str) -> AnsweredChat:
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

    def user_turn(self) -> UserTurn | None:
        """The text around a user message as it is seen in decoded tokens; None without any."""
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

    def _with_answer(self, messages: Sequence[Message], text: str) -> str:
        answer: Message = {"role": "assistant", "content": text}
        return self._rendered([*messages, answer], to_be_answered=False)

    def _rendered(self, messages: Sequence[Message], *, to_be_answered: bool) -> str:
        return str(
            self.tokenizer.apply_chat_template(
                list(messages),
                tokenize=False,
                add_generation_prompt=to_be_answered,
                **self.kwargs,
            )
        )


def seen(tokenizer: PreTrainedTokenizerBase, ids: Sequence[int]) -> str:
    """Tokens as text, special ones in full and nothing tidied up."""
    return str(tokenizer.decode(list(ids), clean_up_tokenization_spaces=False))
