"""Turns a probe's prompt and the texts that follow it into token ids, as training saw them."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from transformers import PreTrainedTokenizerBase

from ftguard.errors import InputError
from ftguard.probes.probe import MULTIPLE_CHOICE, OPTION_LETTERS, Message, Probe

_TEMPLATED_ROLES = ("general", "calibration")

Ids = tuple[int, ...]


@dataclass(frozen=True, kw_only=True)
class Rendering:
    """How prompts become tokens: the tokenizer, and what its chat template is given."""

    tokenizer: PreTrainedTokenizerBase
    chat_template_kwargs: Mapping[str, object] = field(default_factory=dict)

    def prompt(self, probe: Probe) -> Ids:
        """The prompt's tokens, with at most one BOS and no EOS.

        Raises:
            InputError: the prompt is a chat and the tokenizer has no chat template.
        """
        messages = self._messages(probe)
        if messages is None:
            return self._encode(str(probe.prompt))
        text = self.tokenizer.apply_chat_template(
            list(messages), tokenize=False, add_generation_prompt=True, **self.chat_template_kwargs
        )
        return self._plain(str(text))

    def continued(self, probe: Probe, text: str) -> tuple[Ids, Ids]:
        """The tokens of the prompt and those of `text` after it, split where they part.

        Where the tokenizer merges the end of the prompt with the beginning of the text, the
        merged token counts as the text's. An empty prompt without BOS lends the text's first
        token as context.
        """
        prompt = self.prompt(probe)
        if self._messages(probe) is not None:
            return prompt, self._plain(text)
        whole = self._encode(str(probe.prompt) + text)
        shared = 0
        for left, right in zip(prompt, whole, strict=False):
            if left != right:
                break
            shared += 1
        shared = max(1, min(shared, len(whole) - 1))
        return whole[:shared], whole[shared:]

    def options(self, probe: Probe) -> list[tuple[Ids, Ids]]:
        """Prompt and continuation for each option: its letter where the prompt lists letters."""
        texts = OPTION_LETTERS[: len(probe.choices)] if lists_letters(probe) else probe.choices
        apart = self._messages(probe) is not None or str(probe.prompt)[-1:].isspace()
        return [self.continued(probe, text if apart else f" {text}") for text in texts]

    def num_tokens(self, text: str) -> int:
        """The number of tokens of a text on its own."""
        return len(self._plain(text))

    def is_templated(self, probe: Probe) -> bool:
        """Whether the prompt goes through the chat template."""
        return self._messages(probe) is not None

    def _messages(self, probe: Probe) -> Sequence[Message] | None:
        templated = bool(getattr(self.tokenizer, "chat_template", None))
        if not isinstance(probe.prompt, str):
            if not templated:
                raise InputError(
                    f"probe `{probe.id}` is a chat and the tokenizer has no chat template: "
                    "set `tokenizer.chat_template`, or give prompts as text."
                )
            return probe.prompt
        if templated and probe.prompt and probe.role in _TEMPLATED_ROLES:
            return [{"role": "user", "content": probe.prompt}]
        return None

    def _encode(self, text: str) -> Ids:
        ids = list(self.tokenizer(text)["input_ids"])
        bos, eos = self.tokenizer.bos_token_id, self.tokenizer.eos_token_id
        if len(ids) > 1 and ids[0] == ids[1] == bos:
            del ids[0]
        if ids and ids[-1] == eos and (eos != bos or len(ids) > 1):
            del ids[-1]
        return tuple(ids)

    def _plain(self, text: str) -> Ids:
        return tuple(self.tokenizer(text, add_special_tokens=False)["input_ids"])


def lists_letters(probe: Probe) -> bool:
    """Whether the prompt lists the options under letters: `A. Rome`, `B) Oslo`, `(C) Bonn`."""
    text = (
        probe.prompt
        if isinstance(probe.prompt, str)
        else "\n".join(message["content"] for message in probe.prompt)
    )
    return probe.scorer == MULTIPLE_CHOICE and all(
        re.search(rf"(?m)(?:^|\s)\(?{letter}[.):]\s*{re.escape(choice)}", text)
        for letter, choice in zip(OPTION_LETTERS, probe.choices, strict=False)
    )
