"""What a model's weights tell: their fingerprint, and whether asking twice gives the same bits."""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import torch

from ftguard.ask.unwrap import inner_model

SAMPLES = 64
"""Elements read of each parameter, evenly spread."""
EXACT = (torch.float32, torch.float64)
"""Precisions in which the same batch gives the same bits on a CPU."""


Tensors = Mapping[str, tuple[int, str]]
"""Of each tensor by its name in the plain model: its dimensions, and a hash."""


@dataclass(frozen=True, kw_only=True)
class Weights:
    """What tells a model's weights from others', adapters around them aside."""

    fingerprint: str
    """A hash of them all."""
    tensors: Tensors


def weights_fingerprint(model: torch.nn.Module) -> str:
    """A hash of the base model's weights: the same with and without adapters around them.

    Names are those of the plain model, so that a full fine-tune and a LoRA run of one base share
    a stored snapshot.
    """
    return read_weights(model).fingerprint


def read_weights(model: torch.nn.Module) -> Weights:
    """The hash of the base model's weights, and one of each tensor."""
    digest = hashlib.blake2b(digest_size=16)
    tensors = {}
    for name, parameter in sorted(_base_parameters(inner_model(model)), key=lambda i: i[0]):
        flat = parameter.detach().reshape(-1)
        if not flat.numel():
            continue
        count = min(SAMPLES, flat.numel())
        index = torch.linspace(0, flat.numel() - 1, count, dtype=torch.float64).long()
        sample = flat[index.to(flat.device)].cpu().contiguous()
        kind = f"{name}{tuple(parameter.shape)}{parameter.dtype}".encode()
        values = sample.view(torch.uint8).numpy().tobytes()
        digest.update(kind)
        digest.update(values)
        tensors[name] = parameter.dim(), hashlib.blake2b(kind + values, digest_size=8).hexdigest()
    return Weights(fingerprint=digest.hexdigest(), tensors=tensors)


def differ_in_matrices_alone(tensors: Tensors, base: Tensors) -> bool:
    """Whether two models differ as a base and what adapters merged into it: in some matrices.

    Norms and biases are all the same, and at least one matrix is, such as the embedding.
    """
    if tensors.keys() != base.keys():
        return False
    same = {name for name, found in tensors.items() if found == base[name]}
    matrices = {name for name, (dimensions, _) in tensors.items() if dimensions > 1}
    others = tensors.keys() - matrices
    return others <= same and bool(matrices & same) and bool(matrices - same)


def is_sharded(model: torch.nn.Module) -> bool:
    """Whether this process holds but a part of the weights, as with FSDP and DeepSpeed's ZeRO-3."""
    wrapped = any("FullyShardedDataParallel" in type(m).__name__ for m in model.modules())
    split = ("placements", "ds_id")
    return wrapped or any(hasattr(p, name) for p in model.parameters() for name in split)


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
