"""Makes `Tree`: texts that go on from the same tokens, which one row can hold; and lays them out.

The branches of a tree stand behind its trunk one after the other. Each sees the trunk and itself
alone, and counts its places from the trunk's end.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

import torch

from ftguard.ask.render import Ids, num_shared

LEAST_SAVED = 0.25
"""Of the tokens of the texts one by one, the share that a tree must save to be one."""
_PADDING = -1


@dataclass(frozen=True, kw_only=True)
class Branch:
    """What stands behind the trunk up to the end of one text."""

    ids: Ids
    told: int
    """How many of its last tokens are the text, of which the log-probability is asked."""


@dataclass(frozen=True, kw_only=True)
class Tree:
    """Texts that go on from the same tokens."""

    trunk: Ids
    branches: tuple[Branch, ...]

    @property
    def width(self) -> int:
        """The tokens that are run: the last one of a branch speaks of nothing."""
        return len(self.trunk) + sum(max(0, len(branch.ids) - 1) for branch in self.branches)

    @property
    def told(self) -> int:
        """The tokens of which the log-probability is asked."""
        return sum(branch.told for branch in self.branches)

    @property
    def is_packed(self) -> bool:
        """Whether branches stand side by side, which takes a mask of its own."""
        return len(self.branches) > 1 and any(len(branch.ids) > 1 for branch in self.branches)

    @property
    def apart(self) -> tuple["Tree", ...]:
        """Each branch on a trunk of its own."""
        return tuple(Tree(trunk=self.trunk, branches=(branch,)) for branch in self.branches)


def trees_of(reads: Sequence[tuple[Ids, Ids]]) -> tuple[Tree, ...]:
    """One tree for all the texts of a question, where that saves something, else one for each.

    Args:
        reads: (context, text); a context has at least one token.
    """
    contexts = [context for context, _ in reads]
    shared = min(num_shared(contexts[0], context) for context in contexts)
    trunk = contexts[0][:shared]
    branches = tuple(Branch(ids=context[shared:] + text, told=len(text)) for context, text in reads)
    whole = Tree(trunk=trunk, branches=branches)
    one_by_one = sum(len(context) + len(text) - 1 for context, text in reads)
    if trunk and (len(reads) == 1 or one_by_one - whole.width >= LEAST_SAVED * one_by_one):
        return (whole,)
    return tuple(
        Tree(trunk=context, branches=(Branch(ids=text, told=len(text)),)) for context, text in reads
    )


@dataclass(frozen=True, kw_only=True)
class Layout:
    """A batch of trees as rows of tokens, padded on the right."""

    ids: torch.Tensor
    """[rows, width]"""
    positions: torch.Tensor
    """[rows, width], counted from the beginning of what all rows share."""
    segments: torch.Tensor
    """[rows, width]: 0 in the trunk, n in the nth branch."""
    rows: torch.Tensor
    places: torch.Tensor
    """Row and place of what speaks of each token that is told, in the order of the branches."""
    targets: torch.Tensor
    """Those tokens."""
    is_packed: bool

    def mask(self, shared: int, dtype: torch.dtype, device: torch.device) -> torch.Tensor:
        """What is added to attention: nothing where a token is seen, else the least number.

        Args:
            shared: tokens before all rows.
            dtype: of the model.
            device: where it is made.

        Returns:
            [rows, 1, width, shared + width]; padding sees the trunk, so that no row of it is empty.
        """
        segments, width = self.segments.to(device), self.ids.shape[1]
        seen = segments[:, None, :] == segments[:, :, None]
        seen |= segments[:, None, :] == 0
        seen &= torch.ones(width, width, dtype=torch.bool, device=device).tril()
        mask = torch.zeros(len(segments), 1, width, shared + width, dtype=dtype, device=device)
        mask[:, 0, :, shared:].masked_fill_(~seen, torch.finfo(dtype).min)
        return mask


def lay_out(trees: Sequence[Tree], pad_id: int, *, shared: int = 0) -> Layout:
    """Make a batch.

    Args:
        trees: each a row.
        pad_id: fills the rows.
        shared: tokens that all trunks begin with, and that are run before; fewer than any has.
    """
    rows = [_Row.of(tree, shared) for tree in trees]
    width = max(len(row.ids) for row in rows)
    return Layout(
        ids=torch.tensor([[*row.ids, *[pad_id] * (width - len(row.ids))] for row in rows]),
        positions=torch.tensor([_filled(row.positions, width, row.positions[-1]) for row in rows]),
        segments=torch.tensor([_filled(row.segments, width, _PADDING) for row in rows]),
        rows=torch.tensor([n for n, row in enumerate(rows) for _ in row.places], dtype=torch.long),
        places=torch.tensor([place for row in rows for place in row.places], dtype=torch.long),
        targets=torch.tensor(
            [
                token
                for tree in trees
                for branch in tree.branches
                for token in branch.ids[len(branch.ids) - branch.told :]
            ],
            dtype=torch.long,
        ),
        is_packed=any(tree.is_packed for tree in trees),
    )


@dataclass(frozen=True, kw_only=True)
class _Row:
    ids: Ids
    positions: Ids
    segments: Ids
    places: Ids

    @classmethod
    def of(cls, tree: Tree, shared: int) -> "_Row":
        trunk = tree.trunk[shared:]
        # The last token of a branch speaks of nothing that is asked.
        runs = [branch.ids[:-1] for branch in tree.branches]
        ends = list(accumulate(map(len, runs), initial=len(trunk)))
        places: list[int] = []
        for branch, start in zip(tree.branches, ends, strict=False):
            # Token i is told of by the one before it, the first one by the trunk's last.
            first = len(branch.ids) - branch.told
            places += [
                start + i - 1 if i else len(trunk) - 1 for i in range(first, len(branch.ids))
            ]
        length, after = len(trunk), len(tree.trunk)
        return cls(
            ids=trunk + tuple(token for run in runs for token in run),
            positions=(
                *range(shared, shared + length),
                *(after + i for run in runs for i in range(len(run))),
            ),
            segments=(0,) * length + tuple(n for n, run in enumerate(runs, 1) for _ in run),
            places=tuple(places),
        )


def _filled(values: Ids, width: int, by: int) -> list[int]:
    return [*values, *[by] * (width - len(values))]
