"""Tries whether a model says in a batch what it says alone, and plans batches by that.

Most models do. Decoders that count positions from the batch's edge (BART's) do not where a row is
padded; RWKV, which carries a state from token to token, not even beside a row of the same length.
None of them gives an error.
"""

from collections.abc import Sequence
from dataclasses import replace

import torch
from transformers import PreTrainedModel

from ftguard.ask.batches import BatchPlan
from ftguard.ask.memory import batch_limits
from ftguard.ask.quiet import undisturbed
from ftguard.ask.ranks import broadcast_from_main
from ftguard.ask.render import Ids
from ftguard.ask.unwrap import inner_model
from ftguard.ask.weights import EXACT

ROUNDING = 1e-3
"""Of the spread of the log-probabilities: what a batch's other kernels may move them by."""
ROUNDING_HALF = 0.05
"""The same in 16 bits or fewer."""
LEAST_SPREAD = 1e-3
"""A smaller spread of log-probabilities (nats) is read as this."""
STEPS = 3
"""Tokens of an answer that are tried: a state goes wrong from the second on."""
LEAST_ROW = 2


def next_logprobs(
    model: PreTrainedModel, rows: Sequence[Ids], pad_id: int | None = None
) -> torch.Tensor:
    """Log-probabilities at the first tokens of each row's answer, [rows, tokens, vocabulary].

    Shorter rows are padded on the left.
    """
    pad_id = rows[0][0] if pad_id is None else pad_id
    width = max(len(row) for row in rows)
    device = model.get_input_embeddings().weight.device
    ids = [[*[pad_id] * (width - len(row)), *row] for row in rows]
    mask = [[0] * (width - len(row)) + [1] * len(row) for row in rows]
    output = model.generate(
        input_ids=torch.tensor(ids, device=device),
        attention_mask=torch.tensor(mask, device=device),
        max_new_tokens=STEPS,
        do_sample=False,
        pad_token_id=pad_id,
        return_dict_in_generate=True,
        output_logits=True,
    )
    return torch.stack(output.logits, dim=1).float().log_softmax(-1)


def apart(one: torch.Tensor, other: torch.Tensor, rounding: float) -> bool:
    """Whether log-probabilities of the same answer differ by more than rounding.

    [tokens, vocabulary]; from where another token is the likeliest it is another answer, which only
    the token before tells of. Not so where a model is broken.
    """
    for mine, theirs in zip(one, other, strict=True):
        gap, spread = (mine - theirs).abs().mean(), mine.std()
        if not torch.isfinite(gap):
            return False
        if gap > rounding * spread.clamp(min=LEAST_SPREAD):
            return True
        if mine.argmax() != theirs.argmax():
            return False
    return False


def plan_batches(model: torch.nn.Module, row: Ids, pad_id: int) -> BatchPlan:
    """As large batches as say what the model says alone.

    What cannot be tried is no finding: asking will say so.

    Args:
        model: as the Trainer hands it to callbacks.
        row: the tokens to try it with; empty where there are none.
        pad_id: fills batches.
    """
    # One process decides for all: those that hold a part each must run the same batches.
    rows, tokens = broadcast_from_main(batch_limits(inner_model(model)))
    plan = BatchPlan(max_rows=rows, max_tokens=tokens)
    if len(row) < LEAST_ROW:
        return plan
    try:
        with undisturbed(model) as inner:
            return _plan(inner, row, pad_id, plan)
    except Exception:  # noqa: BLE001 - whatever a model raises
        return plan


def rounding_of(model: PreTrainedModel) -> float:
    """By how much, of their spread, its log-probabilities may differ and be the same."""
    return ROUNDING if model.dtype in EXACT else ROUNDING_HALF


def _plan(model: PreTrainedModel, row: Ids, pad_id: int, plan: BatchPlan) -> BatchPlan:
    other, rounding = row[::-1], rounding_of(model)
    alone = next_logprobs(model, [row], pad_id)[0]
    if apart(alone, next_logprobs(model, [row, other], pad_id)[0], rounding):
        return replace(plan, max_rows=1, packs=False, shares=False)
    padded = next_logprobs(model, [row, other + row], pad_id)[0]
    read = _read_last(model, [row], pad_id)[0]
    beside = _read_last(model, [row, other + row], pad_id)[0]
    minds = apart(alone, padded, rounding) or apart(read[None], beside[None], rounding)
    return replace(plan, padded=False, packs=False, shares=False) if minds else plan


def _read_last(model: PreTrainedModel, rows: Sequence[Ids], pad_id: int) -> torch.Tensor:
    """Log-probabilities after each row as one pass reads it, padded on the right."""
    width, device = max(map(len, rows)), model.get_input_embeddings().weight.device
    ids = torch.tensor([[*row, *[pad_id] * (width - len(row))] for row in rows], device=device)
    lengths = torch.tensor([len(row) for row in rows], device=device)
    mask = (torch.arange(width, device=device) < lengths[:, None]).long()
    logits: torch.Tensor = model(input_ids=ids, attention_mask=mask, use_cache=False).logits
    return logits[torch.arange(len(rows)), lengths - 1].float().log_softmax(-1)
