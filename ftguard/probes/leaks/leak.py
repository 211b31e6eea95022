"""Makes `Leak`, a probe that stands in the training data."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Kind = Literal["exact", "contained", "near", "similar"]
"""How a probe stands there, strongest first."""
_STRENGTH: Mapping[Kind, int] = {"similar": 0, "near": 1, "contained": 2, "exact": 3}


@dataclass(frozen=True, kw_only=True)
class Leak:
    """A probe that stands in the training data, at its strongest place there."""

    probe_id: str
    """`CANARY` where a file of built-in probes itself is in the training data."""
    kind: Kind
    """`exact`: a whole piece, turn or line has its letters and digits; `contained`: a longer text
    has them (of a query that others may say within their own, a text that is none: a packed row, a
    document, marks or a frame around it, or the answer behind it); `near`: of a text of 20 words
    or more all but a few letters, or all its sentences in another order; `similar`: of such a text
    a half or as much of its wording; of a shorter one a text much like it, or another's longer
    query that holds it."""
    where: str
    """The training row, as its reader names it."""
    similarity: float
    """1 minus the share of letters to edit, or the share of letters that stand there close
    together, in (0, 1]; 1 for exact and contained."""
    excerpt: str
    """Up to 120 characters of the training text there, without escapes and markup."""
    rows: int = 1
    """Training rows that hold it; of a similar one, those that hold something similar."""

    @property
    def is_leak(self) -> bool:
        """Whether training shows the probe itself; a similar text is reported, no more."""
        return self.kind != "similar"

    @property
    def strength(self) -> tuple[int, float]:
        """The higher of two is the one to report."""
        return strength(self.kind, self.similarity)


def strength(kind: Kind, similarity: float) -> tuple[int, float]:
    """The same of a kind and a similarity."""
    return _STRENGTH[kind], similarity
