"""Log-probabilities of given texts, by one forward pass a batch."""

import inspect
from typing import Any

import torch
from transformers import PreTrainedModel

from ftguard.ask.render import Ids
from ftguard.ask.writing import LOG_ZERO


def read(
    model: PreTrainedModel, rows: list[tuple[Ids, Ids]], pad_id: int
) -> list[tuple[float, ...]]:
    """The log-probability (nats) of each token of each text after its context.

    Args:
        model: in evaluation mode.
        rows: (context, text) in tokens; a context has at least one token.
        pad_id: fills the batch.
    """
    logits, targets, first = _logits(model, rows, pad_id)
    return _of_texts(_logprobs(logits, targets), rows, first)


def read_greedy(
    model: PreTrainedModel, rows: list[tuple[Ids, Ids]], pad_id: int
) -> list[tuple[tuple[float, ...], bool]]:
    """The same, and whether each token of a text is the likeliest one after those before it.

    Then greedy decoding writes that text.
    """
    logits, targets, first = _logits(model, rows, pad_id)
    likeliest = _of_texts(logits.argmax(-1) == targets, rows, first)
    logprobs = _of_texts(_logprobs(logits, targets), rows, first)
    return list(zip(logprobs, map(all, likeliest), strict=True))


def _logits(
    model: PreTrainedModel, rows: list[tuple[Ids, Ids]], pad_id: int
) -> tuple[torch.Tensor, torch.Tensor, int]:
    """What is said of each place from the batch's first text on, the token there, and that place.

    Rows are padded on the right, where causal attention never looks back from. Logits are kept
    from the batch's first text on only.
    """
    width = max(len(context) + len(text) for context, text in rows)
    device = model.get_input_embeddings().weight.device
    ids = torch.full((len(rows), width), pad_id)
    mask = torch.zeros((len(rows), width), dtype=torch.long)
    for row, (context, text) in enumerate(rows):
        length = len(context) + len(text)
        ids[row, :length] = torch.tensor(context + text)
        mask[row, :length] = 1
    ids = ids.to(device)
    first = min(len(context) for context, _ in rows) - 1
    keep = {"logits_to_keep": width - first} if _keeps_logits(model) else {}
    logits = model(input_ids=ids, attention_mask=mask.to(device), use_cache=False, **keep).logits
    # Position i speaks of token i + 1, so the last one speaks of nothing.
    logits = logits[:, -(width - first) : -1].float()
    return logits, ids[:, first + 1 :].to(logits.device), first


def _logprobs(logits: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
    said = logits.gather(-1, targets.unsqueeze(-1)).squeeze(-1) - logits.logsumexp(-1)
    return said.nan_to_num(nan=LOG_ZERO, neginf=LOG_ZERO)


def _of_texts(
    values: torch.Tensor, rows: list[tuple[Ids, Ids]], first: int
) -> list[tuple[Any, ...]]:
    """The values at the tokens of each text, reduced within the batch."""
    listed = values.tolist()
    return [
        tuple(listed[row][len(context) - 1 - first :][: len(text)])
        for row, (context, text) in enumerate(rows)
    ]


def read_next(
    model: PreTrainedModel, rows: list[tuple[Ids, Ids]], pad_id: int
) -> list[tuple[float, ...]]:
    """The log-probability (nats) of each of some tokens as the next one after its context.

    One pass over a context tells of all its options, where `read` takes one for each.

    Args:
        model: in evaluation mode.
        rows: (context, tokens that may come next); a context has at least one token.
        pad_id: fills the batch, on the right.
    """
    lengths = torch.tensor([len(context) for context, _ in rows])
    width, first = int(lengths.max()), int(lengths.min()) - 1
    device = model.get_input_embeddings().weight.device
    ids = torch.tensor([[*context, *[pad_id] * (width - len(context))] for context, _ in rows])
    mask = (torch.arange(width) < lengths[:, None]).long()
    keep = {"logits_to_keep": width - first} if _keeps_logits(model) else {}
    logits = model(
        input_ids=ids.to(device), attention_mask=mask.to(device), use_cache=False, **keep
    ).logits
    logits = logits[:, -(width - first) :]
    last = logits[torch.arange(len(rows)), (lengths - 1 - first).to(logits.device)].float()
    said = (last - last.logsumexp(-1, keepdim=True)).nan_to_num(nan=LOG_ZERO, neginf=LOG_ZERO)
    return [tuple(said[row, list(tokens)].tolist()) for row, (_, tokens) in enumerate(rows)]


def _keeps_logits(model: PreTrainedModel) -> bool:
    return "logits_to_keep" in inspect.signature(type(model).forward).parameters
