"""Tries whether a model says in a padded batch what it says alone.

Most do. Models that carry a state from token to token without looking at the mask (RWKV), and
decoders that count positions from the batch's edge (BART's), do not, and give no error.
"""

from collections.abc import Sequence

import torch
from transformers import PreTrainedModel

from ftguard.ask.quiet import undisturbed
from ftguard.ask.render import Ids

ROUNDING = 1e-3
"""Of the spread of the log-probabilities: what a batch's other kernels may move them by."""
ROUNDING_HALF = 0.05
"""The same in 16 bits or fewer."""
PADDING = 7
"""Tokens of it that are tried."""


def next_logprobs(model: PreTrainedModel, rows: Sequence[Ids], width: int = 0) -> torch.Tensor:
    """The log-probabilities of the next token after each row, padded on the left to a width."""
    width = max(width, *(len(row) for row in rows))
    device = model.get_input_embeddings().weight.device
    ids = [[*[row[0]] * (width - len(row)), *row] for row in rows]
    mask = [[0] * (width - len(row)) + [1] * len(row) for row in rows]
    output = model.generate(
        input_ids=torch.tensor(ids, device=device),
        attention_mask=torch.tensor(mask, device=device),
        max_new_tokens=1,
        do_sample=False,
        pad_token_id=rows[0][0],
        return_dict_in_generate=True,
        output_logits=True,
    )
    logits: torch.Tensor = output.logits[0]
    return logits.float().log_softmax(-1)


def apart(one: torch.Tensor, other: torch.Tensor, rounding: float = ROUNDING) -> bool:
    """Whether two rows of log-probabilities differ by more than rounding; not so where broken."""
    gap, spread = (one - other).abs().mean(), one.std()
    return bool(torch.isfinite(gap) and gap > rounding * spread.clamp(min=1e-3))


def minds_padding(model: torch.nn.Module, row: Ids) -> bool:
    """Whether padding on either side changes what the model says next after a row of tokens.

    What cannot be tried is no finding: asking will say so.
    """
    if not row:
        return False
    width = len(row) + PADDING
    try:
        with undisturbed(model) as inner:
            exact = inner.dtype in (torch.float32, torch.float64)
            alone, on_the_left = next_logprobs(inner, [row]), next_logprobs(inner, [row], width)
            on_the_right = _read_last(inner, row, width)
    except Exception:  # noqa: BLE001 - whatever a model raises
        return False
    rounding = ROUNDING if exact else ROUNDING_HALF
    return any(apart(alone, padded, rounding) for padded in (on_the_left, on_the_right))


def _read_last(model: PreTrainedModel, row: Ids, width: int) -> torch.Tensor:
    """The same as one pass reads it, padded on the right."""
    device, more = model.get_input_embeddings().weight.device, width - len(row)
    ids = torch.tensor([[*row, *[row[0]] * more]], device=device)
    mask = torch.tensor([[1] * len(row) + [0] * more], device=device)
    logits: torch.Tensor = model(input_ids=ids, attention_mask=mask, use_cache=False).logits
    return logits[:, len(row) - 1].float().log_softmax(-1)
