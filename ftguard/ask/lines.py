"""Ends a generated answer with its first line, as a base model that continues a text needs it."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from transformers import PreTrainedTokenizerBase, PreTrainedTokenizerFast

_LINE = re.compile(r"\s*\S[^\n]*")
_WHOLE_LINE = re.compile(r"\S.*\n", re.DOTALL)


@dataclass(frozen=True, kw_only=True)
class LineTokens:
    """Ids of tokens by what they do to a line, so that no step of generation needs to decode."""

    blank: frozenset[int]
    """Nothing is said by them: blanks and special tokens."""
    breaking: frozenset[int]
    """Their text holds a newline."""
    whole: frozenset[int]
    """Their text says something and breaks the line after it, as `.` and a newline in one."""


def line_tokens(tokenizer: PreTrainedTokenizerBase, special_ids: frozenset[int]) -> LineTokens:
    """Sort a tokenizer's tokens."""
    ids = range(len(tokenizer))
    texts = _each_decoded(tokenizer, ids)
    texts = ["" if i in special_ids else text for i, text in zip(ids, texts, strict=True)]
    return LineTokens(
        blank=frozenset(i for i in ids if not texts[i].strip()),
        breaking=frozenset(i for i in ids if "\n" in texts[i]),
        whole=frozenset(i for i in ids if _WHOLE_LINE.search(texts[i])),
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


def line_end(tokens: LineTokens) -> Callable[[Sequence[int]], bool]:
    """What ends one answer at the first newline after something was said in it."""
    spoke = False

    def ends(said: Sequence[int]) -> bool:
        nonlocal spoke
        token = said[-1]
        over = token in tokens.whole or (spoke and token in tokens.breaking)
        spoke = spoke or token not in tokens.blank
        return over

    return ends
