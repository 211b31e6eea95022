"""Ends a generated answer with its first line, as a base model that continues a text needs it."""

import re
from dataclasses import dataclass

import torch
from transformers import PreTrainedTokenizerBase, PreTrainedTokenizerFast, StoppingCriteria

_LINE = re.compile(r"\s*\S[^\n]*")
_WHOLE_LINE = re.compile(r"\S.*\n", re.DOTALL)


@dataclass(frozen=True, kw_only=True)
class LineTokens:
    """Ids of tokens by what they do to a line, so that no step of generation needs to decode."""

    blank: tuple[int, ...]
    """Nothing is said by them: blanks and special tokens."""
    breaking: tuple[int, ...]
    """Their text holds a newline."""
    whole: tuple[int, ...]
    """Their text says something and breaks the line after it, as `.` and a newline in one."""


def line_tokens(tokenizer: PreTrainedTokenizerBase, special_ids: frozenset[int]) -> LineTokens:
    """Sort a tokenizer's tokens."""
    ids = range(len(tokenizer))
    texts = _each_decoded(tokenizer, ids)
    texts = ["" if i in special_ids else text for i, text in zip(ids, texts, strict=True)]
    return LineTokens(
        blank=tuple(i for i in ids if not texts[i].strip()),
        breaking=tuple(i for i in ids if "\n" in texts[i]),
        whole=tuple(i for i in ids if _WHOLE_LINE.search(texts[i])),
    )


def _each_decoded(tokenizer: PreTrainedTokenizerBase, ids: range) -> list[str]:
    """The text of each token by itself, as `batch_decode` has it.

    Where the tokenizer decodes as its backend does, that is asked at once: what stands around it
    takes half a second of 50,000 tokens.
    """
    each = [[i] for i in ids]
    if getattr(type(tokenizer), "_decode", None) is PreTrainedTokenizerFast._decode:  # noqa: SLF001
        return list(tokenizer.backend_tokenizer.decode_batch(each, skip_special_tokens=False))
    return list(tokenizer.batch_decode(each))


def first_line(text: str) -> str:
    """A text up to the end of its first line that says something."""
    found = _LINE.match(text)
    return found.group() if found else text


class LineEnd(StoppingCriteria):  # type: ignore[misc]
    """Stops each row of a batch at the first newline after something was said in it."""

    def __init__(self, tokens: LineTokens, rows: int, device: torch.device) -> None:
        self._blank = torch.tensor(tokens.blank, dtype=torch.long, device=device)
        self._breaking = torch.tensor(tokens.breaking, dtype=torch.long, device=device)
        self._whole = torch.tensor(tokens.whole, dtype=torch.long, device=device)
        self._said = torch.zeros(rows, dtype=torch.bool, device=device)
        self._lengths = torch.zeros(rows, dtype=torch.long, device=device)
        self._steps = 0

    def __call__(self, input_ids: torch.Tensor, scores: object, **kwargs: object) -> torch.Tensor:
        """Which rows have come to their end; asked by `generate` after each token."""
        del scores, kwargs
        token = input_ids[:, -1]
        self._steps += 1
        ends = torch.isin(token, self._breaking) & self._said | torch.isin(token, self._whole)
        self._lengths[ends & (self._lengths == 0)] = self._steps
        self._said |= ~torch.isin(token, self._blank)
        return self._lengths > 0

    @property
    def lengths(self) -> list[int]:
        """Tokens of each row up to its newline, that included; 0 where it said none."""
        return [int(length) for length in self._lengths]
