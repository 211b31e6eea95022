"""Reads earlier answers in one pass, to tell how far greedy decoding would write them again.

Where the likeliest token is the answer's own at every place, it is the same answer, token for
token, and is not written again; else writing goes on from the first difference. So speculative
decoding takes a draft (Leviathan et al. 2023, 2211.17192); here the draft is an earlier answer.
"""

import inspect
from dataclasses import dataclass

import torch
from transformers import PreTrainedModel

from ftguard.ask.render import Ids
from ftguard.ask.weights import EXACT
from ftguard.ask.writing import LOG_ZERO

MOST_LOGITS = 2**24
"""Of one batch on a CPU, in float32 64 megabytes: larger ones leave its caches."""
MOST_LOGITS_ON_DEVICE = 2**27
"""The same on any other device."""
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


def most_logits(device: torch.device) -> int:
    """How many logits of a batch are held at once."""
    return MOST_LOGITS if device.type == "cpu" else MOST_LOGITS_ON_DEVICE


def verify(model: PreTrainedModel, rows: list[tuple[Ids, Ids]], pad_id: int) -> list[Verified]:
    """Read texts after their contexts.

    Args:
        model: in evaluation mode.
        rows: (context, text) in tokens; neither is empty.
        pad_id: fills the batch, on the right, where causal attention never looks back from.
    """
    lengths = torch.tensor([len(context) + len(text) for context, text in rows])
    width, first = int(lengths.max()), min(len(context) for context, _ in rows) - 1
    ids = torch.tensor([[*c, *t, *[pad_id] * (width - len(c) - len(t))] for c, t in rows])
    mask = (torch.arange(width) < lengths[:, None]).long()
    device = model.get_input_embeddings().weight.device
    takes = inspect.signature(type(model).forward).parameters
    keep = {"logits_to_keep": width - first} if "logits_to_keep" in takes else {}
    logits = model(
        input_ids=ids.to(device), attention_mask=mask.to(device), use_cache=False, **keep
    ).logits[:, first - width :]
    tie = TIE if model.dtype in EXACT else 0.0
    found = []
    for row, (context, text) in enumerate(rows):
        start = len(context) - 1 - first
        said = logits[row, start : start + len(text)].float()
        found.append(_verified(said, torch.tensor(text, device=logits.device), tie))
    return found


def _verified(logits: torch.Tensor, targets: torch.Tensor, tie: float) -> Verified:
    """From the logits at the places of a text, [tokens, vocabulary], which are used up."""
    own = logits.gather(-1, targets[:, None])[:, 0]
    others = logits.scatter_(-1, targets[:, None], -torch.inf).amax(-1)
    highest = torch.maximum(own, others)
    rest = logits.sub_(highest[:, None]).exp_().sum(-1)
    logprobs = own - highest - (rest + (own - highest).exp()).log()
    differs = ~(own >= others)
    agreed = int(differs.long().argmax()) if bool(differs.any()) else len(targets)
    near = (own - others).abs() <= tie * torch.maximum(own.abs(), others.abs())
    return Verified(
        logprobs=tuple(logprobs.nan_to_num(nan=LOG_ZERO, neginf=LOG_ZERO).tolist()),
        agreed=agreed,
        is_sure=tie == 0 or not bool(near[: agreed + 1].any()),
    )
