"""Reads earlier answers in one pass, to tell how far greedy decoding would write them again.

Where the likeliest token is the answer's own at every place, it is the same answer, token for
token, and is not written again; else writing goes on from the first difference. So speculative
decoding takes a draft (Leviathan et al. 2023, 2211.17192); here the draft is an earlier answer.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise

import torch

from ftguard.ask.head import Head
from ftguard.ask.read import said_of
from ftguard.ask.trees import Tree
from ftguard.ask.weights import EXACT
from ftguard.ask.writing import LOG_ZERO

TIE = 5e-6
"""Of a logit's size: what the two ways to compute it, in one pass and step by step, may move it by
in full precision. Nearer than that, two tokens are as likely."""


@dataclass(frozen=True, kw_only=True)
class Verified:
    """What a model thinks of a text."""

    logprobs: tuple[float, ...]
    """Of each token, in nats."""
    agreed: int
    """So many tokens at the beginning are those that greedy decoding writes."""
    is_sure: bool
    """Whether no other token was as likely up to there, so that decoding cannot differ."""


def verify(head: Head, trees: Sequence[Tree], pad_id: int) -> list[Verified]:
    """Read texts after their contexts.

    Args:
        head: of the model, in evaluation mode.
        trees: a context and one text each, neither of them empty.
        pad_id: fills the batch.
    """
    chunks, targets = said_of(head, trees, pad_id)
    tie = TIE if head.model.dtype in EXACT else 0.0
    logprobs: list[float] = []
    likeliest: list[bool] = []
    tied: list[bool] = []
    for logits in chunks:
        asked = targets[len(logprobs) : len(logprobs) + len(logits), None].to(logits.device)
        own = logits.gather(-1, asked)[:, 0]
        # The chunk, which may be large, is used up: no copy of it is made.
        others = logits.scatter_(-1, asked, -torch.inf).amax(-1)
        highest = torch.maximum(own, others)
        rest = logits.sub_(highest[:, None]).exp_().sum(-1)
        nats = own - highest - (rest + (own - highest).exp()).log()
        logprobs += nats.nan_to_num(nan=LOG_ZERO, neginf=LOG_ZERO).tolist()
        likeliest += (own >= others).tolist()
        near = (own - others).abs() <= tie * torch.maximum(own.abs(), others.abs())
        tied += (near & (tie > 0)).tolist()
    ends = accumulate((tree.told for tree in trees), initial=0)
    return [
        _verified(logprobs[start:end], likeliest[start:end], tied[start:end])
        for start, end in pairwise(ends)
    ]


def _verified(
    logprobs: Sequence[float], likeliest: Sequence[bool], tied: Sequence[bool]
) -> Verified:
    agreed = likeliest.index(False) if False in likeliest else len(likeliest)
    return Verified(logprobs=tuple(logprobs), agreed=agreed, is_sure=not any(tied[: agreed + 1]))
