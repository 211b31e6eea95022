"""Ends a generated answer where one of some texts comes up in it, as benchmarks want it."""

from collections.abc import Sequence

import torch
from transformers import PreTrainedTokenizerBase, StoppingCriteria

SPARE = 8
"""Tokens beyond one for each byte of a text: those that stand for no text of their own."""


def cut_at(text: str, until: Sequence[str]) -> str:
    """A text up to the first of some others; all of it where none comes up."""
    places = [place for each in until if each and (place := text.find(each)) >= 0]
    return text[: min(places, default=len(text))]


class TextEnd(StoppingCriteria):  # type: ignore[misc]
    """Stops each row of a batch once one of some texts has come up in it."""

    def __init__(
        self,
        until: Sequence[str],
        tokenizer: PreTrainedTokenizerBase,
        *,
        start: int,
        rows: int,
        device: torch.device,
    ) -> None:
        self._until = [text for text in until if text]
        self._tokenizer = tokenizer
        self._start = start
        self._most = max((len(text.encode()) for text in self._until), default=0) + SPARE
        self._lengths = torch.zeros(rows, dtype=torch.long, device=device)

    def __call__(self, input_ids: torch.Tensor, scores: object, **kwargs: object) -> torch.Tensor:
        """Which rows have come to their end; asked by `generate` after each token."""
        del scores, kwargs
        said = input_ids[:, self._start :]
        tails = said[:, -self._most :].tolist()
        for row in (self._lengths == 0).nonzero().flatten().tolist():
            text = self._tokenizer.decode(tails[row], skip_special_tokens=True)
            if any(each in text for each in self._until):
                self._lengths[row] = said.shape[1]
        return self._lengths > 0

    @property
    def lengths(self) -> list[int]:
        """Tokens of each row up to that text, itself included; 0 where none came up."""
        return [int(length) for length in self._lengths]
