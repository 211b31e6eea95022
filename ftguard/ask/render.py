"""Turns a probe's prompt and the texts that follow it into token ids, as training saw them."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from transformers import PreTrainedTokenizerBase

from ftguard.ask.template import AnsweredChat, ChatTemplate, UserTurn
from ftguard.ask.turns import Shape
from ftguard.errors import InputError
from ftguard.probes.calls import reference_calls
from ftguard.probes.probe import MULTIPLE_CHOICE, OPTION_LETTERS, TOOL_CALL, Message, Probe
from ftguard.text.words import joins

_TEMPLATED_ROLES = ("general", "calibration")
TASK_ROLES = ("target", "tail")

Ids = tuple[int, ...]


@dataclass(frozen=True, kw_only=True)
class Chat:
    """A probe that goes through the chat template, in the shape that the template takes."""

    template: ChatTemplate
    """With what the probe gives it."""
    shape: Shape

    @property
    def prompt(self) -> str:
        """Up to where the answer is to be written."""
        return self.template.prompt(self.shape.turns)

    def answered(self, probe: Probe, text: str) -> AnsweredChat:
        """With a text as its answer; where that is a call of the probe's tools, as such a call."""
        if probe.tools or probe.scorer == TOOL_CALL:
            try:
                called = self.template.called(self.shape.turns, reference_calls(text))
            except InputError:
                called = None
            if called is not None:
                return called
        return self.template.answered(self.shape.turns, text)


@dataclass(frozen=True, kw_only=True)
class Rendering:
    """How prompts become tokens: the tokenizer, and what its chat template is given."""

    tokenizer: PreTrainedTokenizerBase
    chat_template_kwargs: Mapping[str, object] = field(default_factory=dict)
    task_turn: UserTurn | None = None
    """Where the task is trained as chats, the template's text around a plain prompt of it, which
    then becomes a user message (unless that text stands in it); None where it stays plain."""

    @property
    def template(self) -> ChatTemplate:
        """The tokenizer's chat template."""
        return ChatTemplate(tokenizer=self.tokenizer, kwargs=self.chat_template_kwargs)

    def prompt(self, probe: Probe) -> Ids:
        """The prompt's tokens, with at most one BOS and no EOS.

        Raises:
            InputError: the prompt is a chat and the tokenizer has no chat template.
            Refused: the template takes it in no shape.
        """
        chat = self.chat(probe)
        return self._encode(str(probe.prompt)) if chat is None else self.tokens(chat.prompt)

    def continued(self, probe: Probe, text: str) -> tuple[Ids, Ids]:
        """The tokens of the prompt and those of `text` after it, split where they part.

        After a chat it is the text as the assistant's message, in context and without what ends
        the turn; what the template writes before it, such as an empty thinking block, is the
        prompt's. Where the tokenizer merges the end of the prompt with the beginning of the text,
        the merged token counts as the text's. An empty prompt without BOS lends the text's first
        token as context.
        """
        chat = self.chat(probe)
        if chat is None:
            return parted(self.prompt(probe), self._encode(str(probe.prompt) + text))
        answered = chat.answered(probe, text)
        return parted(self.tokens(answered.before), self.tokens(answered.before + answered.answer))

    def options(self, probe: Probe) -> list[tuple[Ids, Ids]]:
        """Prompt and continuation for each option: its letter where the prompt lists letters.

        All begin at the same token, so that where one merges with the prompt all count from there.
        """
        by_letter = probe.verbatim is None and lists_letters(probe)
        texts = OPTION_LETTERS[: len(probe.choices)] if by_letter else probe.choices
        prompt = str(probe.prompt)
        apart = self.messages(probe) is not None or prompt[-1:].isspace() or joins(prompt)
        found = [self.continued(probe, text if apart else f" {text}") for text in texts]
        start = min(len(context) for context, _ in found)
        return [(context[:start], context[start:] + text) for context, text in found]

    def verbatim(self, context: str, text: str) -> tuple[Ids, Ids]:
        """The tokens of a plain context and those of a text behind it, as lm-eval parts them.

        Blanks at the context's end are the text's; the text's tokens are those of the whole behind
        as many as the context has alone. Where nothing is left for one side they part as in
        `continued`; an empty context is BOS, else EOS.
        """
        if not context:
            start = self.tokenizer.bos_token_id
            start = self.tokenizer.eos_token_id if start is None else start
            ids = self.tokens(text)
            return ((start,), ids) if start is not None else (ids[:1], ids[1:])
        bare = context.rstrip()
        before, whole = self._encode(bare), self._encode(context + text)
        if not bare or not 0 < len(before) < len(whole):
            return parted(before, whole)
        return before, whole[len(before) :]

    def num_tokens(self, text: str) -> int:
        """The number of tokens of a text on its own."""
        return len(self.tokens(text))

    def is_templated(self, probe: Probe) -> bool:
        """Whether the prompt goes through the chat template."""
        return self.messages(probe) is not None

    def chat(self, probe: Probe) -> Chat | None:
        """The chat that a probe is asked as, as its template takes it; None for plain text.

        Raises:
            InputError: the prompt is a chat and the tokenizer has no chat template.
            Refused: the template takes it in no shape.
        """
        messages = self.messages(probe)
        if messages is None:
            return None
        template = replace(
            self.template,
            kwargs={**self.chat_template_kwargs, **probe.chat_template_kwargs},
            tools=probe.tools,
        )
        return Chat(template=template, shape=template.shape(messages))

    def messages(self, probe: Probe) -> Sequence[Message] | None:
        """The chat that a probe is asked as; None where it is asked as plain text.

        Raises:
            InputError: the prompt is a chat and the tokenizer has no chat template.
        """
        templated = bool(getattr(self.tokenizer, "chat_template", None))
        if isinstance(probe.prompt, str) and probe.verbatim is not None:
            return None
        if not isinstance(probe.prompt, str):
            if not templated:
                raise InputError(
                    f"probe `{probe.id}` is a chat and the tokenizer has no chat template: "
                    "set `tokenizer.chat_template`, or give prompts as text."
                )
            return probe.prompt
        as_chat = probe.role in _TEMPLATED_ROLES or (
            self.task_turn is not None
            and probe.role in TASK_ROLES
            and not self.task_turn.stands_in(probe.prompt)
        )
        if templated and probe.prompt and as_chat:
            return [{"role": "user", "content": probe.prompt}]
        return None

    def tokens(self, text: str) -> Ids:
        """The text's tokens, without special tokens around them."""
        return tuple(self.tokenizer(text, add_special_tokens=False)["input_ids"])

    def _encode(self, text: str) -> Ids:
        ids = list(self.tokenizer(text)["input_ids"])
        bos, eos = self.tokenizer.bos_token_id, self.tokenizer.eos_token_id
        if len(ids) > 1 and ids[0] == ids[1] == bos:
            del ids[0]
        if ids and ids[-1] == eos and (eos != bos or len(ids) > 1):
            del ids[-1]
        return tuple(ids)


def parted(prompt: Ids, whole: Ids) -> tuple[Ids, Ids]:
    """The whole, split where it parts from the prompt; both parts have a token."""
    shared = max(1, min(num_shared(prompt, whole), len(whole) - 1))
    return whole[:shared], whole[shared:]


def num_shared(left: Sequence[int], right: Sequence[int]) -> int:
    """How many tokens two sequences begin with alike."""
    pairs = enumerate(zip(left, right, strict=False))
    return next((at for at, (a, b) in pairs if a != b), min(len(left), len(right)))


def lists_letters(probe: Probe) -> bool:
    """Whether the prompt lists the options under letters: `A. Rome`, `B) Oslo`, `(C) Bonn`.

    Wide letters and marks are their narrow kin, and in Chinese a comma may follow the letter.
    """
    text = (
        probe.prompt
        if isinstance(probe.prompt, str)
        else "\n".join(message["content"] for message in probe.prompt)
    )
    text = unicodedata.normalize("NFKC", text)
    choices = [unicodedata.normalize("NFKC", choice) for choice in probe.choices]
    return probe.scorer == MULTIPLE_CHOICE and all(
        any(_stands_at(choice, text, found.end()) for found in _LETTERED[letter].finditer(text))
        for letter, choice in zip(OPTION_LETTERS, choices, strict=False)
    )


_LETTERED = {
    letter: re.compile(rf"(?m)(?:^|(?<=[\s:?!\u3002]))\(?{letter}[.):\u3001]")
    for letter in OPTION_LETTERS
}


def _stands_at(choice: str, text: str, start: int) -> bool:
    """Whether an option stands there, after any white space."""
    end = start
    while text[end : end + 1].isspace():
        end += 1
    return any(text.startswith(choice, at) for at in range(start, end + 1))
