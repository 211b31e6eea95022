"""Keeps a bounded random sample of the different queries of a log, in one pass over it."""

from array import array
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import blake2b
from heapq import heappush, heappushpop

import numpy as np

from ftguard.errors import InputError
from ftguard.probes.logs.duplicates import plain
from ftguard.probes.logs.logged import LeftOut, Prompt, prompt_of, task, turns
from ftguard.probes.read.unreadable import Unreadable


@dataclass(frozen=True, kw_only=True)
class Sample:
    """What one pass over a log leaves."""

    prompts: Mapping[int, Prompt]
    """Different queries by their number in the log, from 1, in its order."""
    num_rows: int
    """All rows."""
    num_queries: int
    """Rows that something can be asked from."""
    num_different: int
    """Queries without exact duplicates."""
    left_out: Mapping[str, int]
    """The other rows, by reason."""


def sample(
    rows: Iterable[tuple[str, Mapping[str, object] | InputError]], most: int, seed: int
) -> Sample:
    """Draw `most` of the different queries of a log; each is as likely, however often it is asked.

    Those are kept whose hashes are the smallest (bottom-k sampling; Cohen and Kaplan 2007), so
    that a query which comes again needs no memory to be known. To count the different ones, 8
    bytes are kept for each row. Two queries are one where only case, punctuation or blanks differ,
    or what comes after the beginning of the system message.

    Args:
        rows: pairs of where the row stands and the row.
        most: queries to keep.
        seed: keys the hash.

    Raises:
        InputError: more than `UNREADABLE` of the rows have no query; the message says where the
            first of them stands.
    """
    refused = Unreadable()
    left_out: Counter[str] = Counter()
    seen = array("Q")
    kept: dict[int, tuple[int, Prompt]] = {}
    largest_first: list[int] = []
    number = 0
    for number, (where, row) in enumerate(rows, start=1):
        try:
            prompt = prompt_of(where, row)
        except InputError as error:
            refused.add(where, error, number)
            continue
        if isinstance(prompt, LeftOut):
            left_out[prompt.reason] += 1
            continue
        found = _hash(prompt, seed)
        seen.append(found)
        if found in kept or (len(kept) == most and found > -largest_first[0]):
            continue
        kept[found] = number, prompt
        if len(kept) <= most:
            heappush(largest_first, -found)
        else:
            del kept[-heappushpop(largest_first, -found)]
    refused.check(number)
    if refused.complaints:
        left_out["that cannot be read"] = len(refused.complaints)
    return Sample(
        prompts=dict(sorted(kept.values(), key=lambda numbered: numbered[0])),
        num_rows=number,
        num_queries=len(seen),
        num_different=len(np.unique(np.frombuffer(seen, np.uint64))) if seen else 0,
        left_out=left_out,
    )


def _hash(prompt: Prompt, seed: int) -> int:
    asked = "\x1e".join((task(prompt), *map(plain, turns(prompt)))).encode("utf-8", "replace")
    keyed = blake2b(asked, digest_size=8, key=str(seed).encode())
    return int.from_bytes(keyed.digest(), "big")
