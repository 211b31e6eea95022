"""Reads many texts in few passes: what they share is run once, where the model takes that.

Whether it does is tried on the widest of them: what is said in one way is compared with what is
said of each text by itself. A way that says something else, or fails, is not gone.
"""

import sys
from collections.abc import Callable, Sequence

import torch
from transformers import PreTrainedModel

from ftguard.ask.batches import BatchPlan, in_batches
from ftguard.ask.head import Head
from ftguard.ask.padding import LEAST_SPREAD, rounding_of
from ftguard.ask.prefixes import Family, families
from ftguard.ask.read import Beginning, Told, last_logprobs, read
from ftguard.ask.trees import Tree

MAX_LOGITS = 2**27
"""Logits of one batch, where all of them are held; in float32 half a gigabyte."""
AT_ONCE = 1024
"""Tokens that are run at once on a CPU: the states of more do not stay in its caches."""
LEAST_SAVED = 128
"""Tokens that a shared beginning must save on a CPU to be run by itself."""
LEAST_SAVED_ON_DEVICE = 2048
"""The same on any other device, where a pass over few tokens takes as long as one over many."""
WIDEST = 4096
"""Tokens of a row with texts side by side: what each sees takes the square of it."""
_WINDOWS = ("sliding_window", "attention_chunk_size", "window_size")
_TAKES_MASKS = ("eager", "sdpa")
"""Attention that is given what each token sees."""


def read_all(
    model: PreTrainedModel,
    trees: Sequence[Tree],
    pad_id: int,
    plan: BatchPlan,
    done: Callable[[int], object],
) -> list[list[Told]]:
    """What the model thinks of each text of each tree.

    Args:
        model: in evaluation mode, without gradients.
        trees: what to read.
        pad_id: fills batches.
        plan: batch limits and ways; changed by what is found.
        done: told the number of texts after each batch.
    """
    if not trees:
        return []
    head = Head.of(model, trees[0].trunk + trees[0].branches[0].ids)
    packed = [tree for tree in trees if tree.is_packed and tree.width <= _packable(model)]
    if packed and plan.packs is None:
        plan.packs = _packs(head, packed, pad_id, plan)
    most = _packable(model) if plan.packs else 0
    parts = [tree.apart if tree.is_packed and tree.width > most else (tree,) for tree in trees]
    rows = [tree for part in parts for tree in part]
    found: dict[int, list[Told]] = {}
    for family in _families(head, rows, pad_id, plan):
        own = [rows[place] for place in family.members]
        beginning = _beginning(head, own, family)

        def run(batch: list[Tree], beginning: Beginning | None = beginning) -> list[list[Told]]:
            told = read(head, batch, pad_id, beginning)
            done(sum(len(tree.branches) for tree in batch))
            return told

        told = in_batches(
            own,
            lambda tree: tree.width,
            run,
            plan,
            lambda _: None,
            cost=cost_of(head, plan, family.shared),
        )
        found.update(zip(family.members, told, strict=True))
    each = iter(range(len(rows)))
    return [[told for _ in part for told in found[next(each)]] for part in parts]


def _beginning(head: Head, trees: Sequence[Tree], family: Family) -> Beginning | None:
    return Beginning.of(head, trees[0].trunk[: family.shared]) if family.shared else None


def cost_of(head: Head, plan: BatchPlan, shared: int = 0) -> Callable[[Tree], int]:
    """What a tree takes of a batch's tokens, where something else than they bounds it.

    Args:
        head: that reads it.
        plan: batch limits.
        shared: tokens of it that were run before.
    """
    model = head.model
    vocabulary: int = model.config.get_text_config().vocab_size
    on_cpu = model.get_input_embeddings().weight.device.type == "cpu"
    run_at_once = AT_ONCE if on_cpu else plan.max_tokens
    held_at_once = max(1, MAX_LOGITS // vocabulary)

    def cost(tree: Tree) -> int:
        held = {"streamed": 0, "gathered": tree.told, "full": tree.width}[head.way]
        return max(
            tree.width,
            (tree.width - shared) * plan.max_tokens // run_at_once,
            held * plan.max_tokens // held_at_once,
        )

    return cost


def _families(head: Head, rows: Sequence[Tree], pad_id: int, plan: BatchPlan) -> list[Family]:
    """The rows parted by what they share, where the model takes that.

    Those that are too wide to be told what each token sees are apart: a batch is told all or none.
    """
    found = [Family(shared=0, members=tuple(range(len(rows))))]
    if plan.shares is not False and max(row.width for row in rows) <= _window(head.model):
        sharing = families([tree.trunk for tree in rows], _least_saved(head.model))
        tried = [family for family in sharing if family.shared]
        if tried and plan.shares is None:
            plan.shares = _shares(head, rows, tried, pad_id, plan)
        found = sharing if plan.shares else found
    most = _packable(head.model)
    return [
        Family(shared=family.shared, members=members)
        for family in found
        for is_wide in (True, False)
        if (members := tuple(m for m in family.members if (rows[m].width > most) == is_wide))
    ]


def _packs(head: Head, packed: Sequence[Tree], pad_id: int, plan: BatchPlan) -> bool:
    """Whether the model says of texts in one row what it says of each."""
    tried = _outermost(packed)
    alone = [part for tree in tried for part in tree.apart]
    return _says_the_same(head, (tried, None), (alone, None), pad_id, plan)


def _shares(
    head: Head, rows: Sequence[Tree], sharing: Sequence[Family], pad_id: int, plan: BatchPlan
) -> bool:
    """Whether the model says the same behind a beginning that was run before."""
    family = max(sharing, key=lambda one: max(rows[place].width for place in one.members))
    tried = _outermost([rows[place] for place in family.members])
    return _says_the_same(head, (tried, family), (tried, None), pad_id, plan)


def _outermost(trees: Sequence[Tree]) -> list[Tree]:
    """The widest and the narrowest."""
    ordered = sorted(trees, key=lambda tree: -tree.width)
    return [ordered[0], *ordered[-1:]]


Trial = tuple[list[Tree], Family | None]
"""Trees, and the family that they are read as."""


def _says_the_same(head: Head, one: Trial, other: Trial, pad_id: int, plan: BatchPlan) -> bool:
    """Whether log-probabilities of all tokens at the texts' ends differ by rounding alone.

    What is no number tells nothing, and what fails is no way.
    """

    def last(trial: Trial) -> torch.Tensor:
        trees, family = trial
        beginning = _beginning(head, trees, family) if family else None
        found = in_batches(
            trees,
            lambda tree: tree.width,
            lambda batch: last_logprobs(head, batch, pad_id, beginning),
            plan,
            lambda _: None,
        )
        return torch.cat(found)

    try:
        reached, wanted = last(one), last(other)
    except Exception:  # noqa: BLE001 - whatever a model makes of it
        return False
    gap, spread = (reached - wanted).abs().mean(-1), wanted.std(-1).clamp(min=LEAST_SPREAD)
    return bool((gap <= rounding_of(head.model) * spread).all())


def _least_saved(model: PreTrainedModel) -> int:
    on_cpu = model.get_input_embeddings().weight.device.type == "cpu"
    return LEAST_SAVED if on_cpu else LEAST_SAVED_ON_DEVICE


def _packable(model: PreTrainedModel) -> int:
    """The widest row that can hold texts side by side: attention must be told what each sees."""
    takes_masks = getattr(model.config.get_text_config(), "_attn_implementation", None)
    return min(WIDEST, _window(model)) if takes_masks in _TAKES_MASKS else 0


def _window(model: PreTrainedModel) -> int:
    """As far as each token sees all before it; 0 where a state is passed from token to token."""
    config = model.config.get_text_config()
    windows = (getattr(config, name, None) for name in _WINDOWS)
    seen = min((size for size in windows if isinstance(size, int)), default=sys.maxsize)
    return 0 if getattr(model, "_is_stateful", False) else seen
