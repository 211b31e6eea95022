"""Fingerprints of weights, from a sample of every parameter of the base model."""

import hashlib

import torch

from ftguard.ask.unwrap import inner_model

SAMPLES = 64
"""Elements read of each parameter, evenly spread."""
_ADAPTER_PARTS = ("lora_", "modules_to_save", "token_adapter", "ia3_", "hada_", "lokr_", "oft_")


def weights_fingerprint(model: torch.nn.Module) -> str:
    """A hash of the base model's weights: the same with and without adapters around them.

    Names are those of the plain model, so that a full fine-tune and a LoRA run of one base share
    a stored snapshot.
    """
    digest = hashlib.blake2b(digest_size=16)
    for name, parameter in sorted(_base_parameters(model), key=lambda item: item[0]):
        flat = parameter.detach().reshape(-1)
        if not flat.numel():
            continue
        count = min(SAMPLES, flat.numel())
        index = torch.linspace(0, flat.numel() - 1, count, dtype=torch.float64).long()
        sample = flat[index.to(flat.device)].cpu().contiguous()
        digest.update(f"{name}{tuple(parameter.shape)}{parameter.dtype}".encode())
        digest.update(sample.view(torch.uint8).numpy().tobytes())
    return digest.hexdigest()


def _base_parameters(model: torch.nn.Module) -> list[tuple[str, torch.nn.Parameter]]:
    return [
        (name.replace(".base_layer.", ".").replace(".original_module.", "."), parameter)
        for name, parameter in inner_model(model).named_parameters()
        if not any(part in name for part in _ADAPTER_PARTS)
    ]
