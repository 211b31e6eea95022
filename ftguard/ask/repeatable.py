"""Tells where asking twice may give two answers."""

import torch

EXACT = (torch.float32, torch.float64)


def repeatable(model: torch.nn.Module) -> bool:
    """Whether the same batch gives the same bits: full precision on a CPU.

    Elsewhere greedy answers move with kernels and batching (2506.09501).
    """
    return all(p.device.type == "cpu" and p.dtype in EXACT for p in model.parameters())
