"""Says how large batches may be for the memory that is free, and gives back what asking took."""

from pathlib import Path

import torch
from transformers import PreTrainedModel

from ftguard.ask.batches import MAX_ROWS, MAX_TOKENS

MOST_ROWS, MOST_TOKENS = 512, 2**17
"""Of a batch on a GPU, where larger ones are no quicker."""
LEAST_TOKENS = 512
SHARE = 0.5
"""Of the free memory that a batch may take."""
_TRAINED = 12
"""Bytes that training is still to take for each parameter: its gradient, and Adam's two states."""
_MEMINFO, _CGROUP = Path("/proc/meminfo"), Path("/sys/fs/cgroup")


def batch_limits(model: PreTrainedModel) -> tuple[int, int]:
    """The most rows and tokens of a batch, padding included, as powers of two.

    On a CPU never more than by default, where larger batches are no quicker.

    Args:
        model: where it stands before training: what its optimizer will take is left to it.
    """
    device = model.get_input_embeddings().weight.device
    free = _free_on_gpu(model, device) if device.type == "cuda" else free_for_cpu()
    if free is None or device.type not in ("cpu", "cuda"):
        return MAX_ROWS, MAX_TOKENS
    most = MOST_TOKENS if device.type == "cuda" else MAX_TOKENS
    fitting = max(LEAST_TOKENS, int(free * SHARE) // token_bytes(model))
    tokens = min(most, 2 ** (fitting.bit_length() - 1))
    rows = min(MOST_ROWS, max(MAX_ROWS, MAX_ROWS * tokens // MAX_TOKENS))
    return rows, tokens


def token_bytes(model: PreTrainedModel) -> int:
    """About what one token of a batch takes: its states within a layer, and what is kept of it.

    Logits are held in chunks of their own.
    """
    config = model.config.get_text_config()
    hidden = getattr(config, "hidden_size", None) or model.get_input_embeddings().weight.shape[-1]
    inner = getattr(config, "intermediate_size", None) or 4 * hidden
    layers = getattr(config, "num_hidden_layers", None) or 1
    heads = getattr(config, "num_attention_heads", None) or 1
    kept = hidden * (getattr(config, "num_key_value_heads", None) or heads) // heads
    return int(model.dtype.itemsize * (12 * hidden + 4 * inner + 2 * layers * kept))


def free_for_cpu() -> int | None:
    """Bytes that this process may still take without swapping; None where that is not known."""
    try:
        lines = dict(line.split(":") for line in _MEMINFO.read_text().splitlines())
        found = 1024 * int(lines["MemAvailable"].split()[0])
    except (OSError, KeyError, ValueError):
        return None
    try:
        most = int((_CGROUP / "memory.max").read_text())
        taken = int((_CGROUP / "memory.current").read_text())
        stats = dict(line.split() for line in (_CGROUP / "memory.stat").read_text().splitlines())
        return min(found, most - taken + int(stats["inactive_file"]))
    except (OSError, KeyError, ValueError):  # No container, or one without a limit.
        return found


def give_back() -> None:
    """Hand memory that nothing holds any more back to the device, for whoever needs it next."""
    if torch.cuda.is_available():
        torch.cuda.empty_cache()


def _free_on_gpu(model: PreTrainedModel, device: torch.device) -> int:
    free, _ = torch.cuda.mem_get_info(device)
    unused = torch.cuda.memory_reserved(device) - torch.cuda.memory_allocated(device)
    trained = sum(p.numel() for p in model.parameters() if p.requires_grad)
    return int(max(0, free + unused - _TRAINED * trained))
