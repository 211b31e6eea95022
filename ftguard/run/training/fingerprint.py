"""Tells training data from others without reading them through: by what they call themselves."""

import hashlib
from typing import Any

import msgspec
from transformers import PreTrainedTokenizerBase

from ftguard.probes.training.columns import is_table
from ftguard.probes.training.row_texts import read_row
from ftguard.probes.training.unread import Unread


def fingerprint_of(rows: Any, tokenizer: PreTrainedTokenizerBase | None, *settings: object) -> str:
    """One name for the texts of a data set as a tokenizer decodes them; empty where there is none.

    A table of the `datasets` library knows one of all that made it. Rows of a list are gone
    through, for they are in memory; those of any other data set may be slow, or drawn by chance.

    Args:
        rows: the data set.
        tokenizer: decodes token ids.
        settings: whatever else the texts follow from.
    """
    named = getattr(rows, "_fingerprint", None) if is_table(rows) else None
    if named is None and isinstance(rows, list | tuple):
        named = _of_rows(rows)
    if not isinstance(named, str) or not named:
        return ""
    parts = [named, *map(str, settings), "" if tokenizer is None else _of_tokenizer(tokenizer)]
    return hashlib.blake2b(msgspec.json.encode(parts), digest_size=12).hexdigest()


def _of_rows(rows: list[Any] | tuple[Any, ...]) -> str:
    digest, unread = hashlib.blake2b(digest_size=12), Unread()
    for place, row in enumerate(rows):
        found = read_row(place, row, unread)
        texts = [text.encode("utf-8", "surrogatepass") for text in found.texts]
        ids = [list(tokens) for tokens in found.ids]
        digest.update(msgspec.msgpack.encode([found.kind, texts, ids]))
    return digest.hexdigest()


def _of_tokenizer(tokenizer: PreTrainedTokenizerBase) -> str:
    backend = getattr(tokenizer, "backend_tokenizer", None)
    whole = backend.to_str() if backend is not None else str(sorted(tokenizer.get_vocab().items()))
    return hashlib.blake2b(whole.encode("utf-8", "surrogatepass"), digest_size=12).hexdigest()
