"""What a model's weights tell: their fingerprint, and whether asking twice gives the same bits."""

import hashlib
from collections.abc import Iterator

import torch

from ftguard.ask.unwrap import inner_model

SAMPLES = 64
"""Elements read of each parameter, evenly spread."""
EXACT = (torch.float32, torch.float64)
"""Precisions in which the same batch gives the same bits on a CPU."""


def weights_fingerprint(model: torch.nn.Module) -> str:
    """A hash of the base model's weights: the same with and without adapters around them.

    Names are those of the plain model, so that a full fine-tune and a LoRA run of one base share
    a stored snapshot.
    """
    digest = hashlib.blake2b(digest_size=16)
    for name, parameter in sorted(_base_parameters(inner_model(model)), key=lambda i: i[0]):
        flat = parameter.detach().reshape(-1)
        if not flat.numel():
            continue
        count = min(SAMPLES, flat.numel())
        index = torch.linspace(0, flat.numel() - 1, count, dtype=torch.float64).long()
        sample = flat[index.to(flat.device)].cpu().contiguous()
        digest.update(f"{name}{tuple(parameter.shape)}{parameter.dtype}".encode())
        digest.update(sample.view(torch.uint8).numpy().tobytes())
    return digest.hexdigest()


def repeatable(model: torch.nn.Module) -> bool:
    """Whether the same batch gives the same bits: full precision on a CPU.

    Elsewhere greedy answers move with kernels and batching (2506.09501).
    """
    return all(p.device.type == "cpu" and p.dtype in EXACT for p in model.parameters())


def _base_parameters(
    module: torch.nn.Module, prefix: str = ""
) -> Iterator[tuple[str, torch.nn.Parameter]]:
    # A layer that PEFT wrapped, whatever the kind of adapter, stands for the layer within.
    while isinstance(
        within := getattr(module, "base_layer", getattr(module, "original_module", None)),
        torch.nn.Module,
    ):
        module = within
    for name, parameter in module.named_parameters(recurse=False):
        yield prefix + name, parameter
    for name, child in module.named_children():
        yield from _base_parameters(child, f"{prefix}{name}.")
