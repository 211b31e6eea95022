"""Log-probabilities of given texts, by one forward pass a batch of trees."""

import copy
import inspect
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

import torch
from transformers import DynamicCache, PreTrainedModel

from ftguard.ask.head import Head
from ftguard.ask.render import Ids
from ftguard.ask.trees import Layout, Tree, lay_out
from ftguard.ask.writing import LOG_ZERO

Told = tuple[tuple[float, ...], bool]
"""The log-probability (nats) of each token of a text, and whether each is the likeliest one after
those before it. Then greedy decoding writes that text."""


@dataclass(frozen=True, kw_only=True)
class Beginning:
    """Tokens that all rows of a batch begin with, run once."""

    length: int
    cache: DynamicCache
    """What the model keeps of them, as one row."""

    @classmethod
    def of(cls, head: Head, ids: Ids) -> "Beginning":
        """Run the tokens.

        Raises:
            TypeError: the model keeps something else than keys and values of each token.
        """
        model = head.model
        device = model.get_input_embeddings().weight.device
        inputs = {"input_ids": torch.tensor([ids], device=device), "use_cache": True}
        cache = getattr(head.pass_over(inputs), _cache_name(model))
        lengths = {layer.get_seq_length() for layer in getattr(cache, "layers", ())}
        if not isinstance(cache, DynamicCache) or lengths != {len(ids)}:
            raise TypeError(f"`{type(model).__name__}` keeps no keys and values of each token")
        return cls(length=len(ids), cache=cache)

    def of_rows(self, number: int) -> DynamicCache:
        """What the model keeps of them for so many rows, to be added to."""
        cache = copy.deepcopy(self.cache)
        cache.batch_repeat_interleave(number)
        return cache


def read(
    head: Head, trees: Sequence[Tree], pad_id: int, beginning: Beginning | None = None
) -> list[list[Told]]:
    """What the model thinks of each text of each tree.

    Args:
        head: of the model, in evaluation mode.
        trees: each a row of the batch.
        pad_id: fills the batch, on the right, where causal attention never looks back from.
        beginning: of all trunks, where it was run before.
    """
    logprobs, likeliest = _told(*said_of(head, trees, pad_id, beginning))
    tokens = iter(zip(logprobs, likeliest, strict=True))
    return [[_of_text(tokens, branch.told) for branch in tree.branches] for tree in trees]


def said_of(
    head: Head, trees: Sequence[Tree], pad_id: int, beginning: Beginning | None = None
) -> tuple[Iterator[torch.Tensor], torch.Tensor]:
    """What the model says in place of each token that is told, and those tokens.

    The arguments are those of `read`.

    Returns:
        Logits in chunks of [tokens, vocabulary], and the tokens of all chunks, tree by tree.
    """
    layout = lay_out(trees, pad_id, shared=beginning.length if beginning else 0)
    inputs = _inputs(head.model, layout, beginning)
    return head.logits(inputs, layout.rows, layout.places), layout.targets


def last_logprobs(
    head: Head, trees: Sequence[Tree], pad_id: int, beginning: Beginning | None = None
) -> list[torch.Tensor]:
    """Log-probabilities of all tokens in place of the last one of each text.

    To compare one way of reading with another. Of each tree [texts that have a token, vocabulary].
    """
    layout = lay_out(trees, pad_id, shared=beginning.length if beginning else 0)
    lengths = [[branch.told for branch in tree.branches if branch.told] for tree in trees]
    last = torch.tensor([told for own in lengths for told in own]).cumsum(0) - 1
    inputs = _inputs(head.model, layout, beginning)
    logits = torch.cat(list(head.logits(inputs, layout.rows[last], layout.places[last])))
    return list(torch.split(logits.log_softmax(-1), [len(own) for own in lengths]))


def _inputs(model: PreTrainedModel, layout: Layout, beginning: Beginning | None) -> dict[str, Any]:
    device = model.get_input_embeddings().weight.device
    inputs: dict[str, Any] = {"input_ids": layout.ids.to(device), "use_cache": False}
    shared = 0
    if beginning is not None:
        shared = beginning.length
        inputs |= {_cache_name(model): beginning.of_rows(len(layout.ids)), "use_cache": True}
    if layout.is_packed:
        inputs["attention_mask"] = layout.mask(shared, model.dtype, device)
        inputs["position_ids"] = layout.positions.to(device)
    else:
        # Causal attention never looks back from padding on the right, and where no mask says so
        # either, it takes half the time.
        seen = torch.ones(len(layout.ids), shared + layout.ids.shape[1], dtype=torch.long)
        inputs["attention_mask"] = seen.to(device)
    return inputs


def _cache_name(model: PreTrainedModel) -> str:
    """What the model calls the keys and values of earlier tokens: the name changed in time."""
    named = inspect.signature(type(model).forward).parameters
    return "cache" if "cache" in named else "past_key_values"


def _told(chunks: Iterable[torch.Tensor], targets: torch.Tensor) -> tuple[list[float], list[bool]]:
    logprobs: list[float] = []
    likeliest: list[bool] = []
    for logits in chunks:
        # Of the chunk, which may be large, no copy is made.
        asked = targets[len(logprobs) : len(logprobs) + len(logits)].to(logits.device)
        highest, where = logits.max(-1)
        said = logits.gather(-1, asked.unsqueeze(-1)).squeeze(-1) - highest
        said -= logits.sub_(highest.unsqueeze(-1)).exp_().sum(-1).log_()
        logprobs += said.nan_to_num(nan=LOG_ZERO, neginf=LOG_ZERO).tolist()
        likeliest += (where == asked).tolist()
    return logprobs, likeliest


def _of_text(tokens: Iterator[tuple[float, bool]], number: int) -> Told:
    taken = list(islice(tokens, number))
    return tuple(nats for nats, _ in taken), all(likeliest for _, likeliest in taken)
