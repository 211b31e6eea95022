"""Loads the base that a model descends from, so that it can be asked anew."""

from pathlib import Path

import torch
from transformers import PreTrainedModel

from ftguard.ask.quiet import same_random_state
from ftguard.ask.weights import weights_fingerprint
from ftguard.errors import FtguardError, told


class OriginalGoneError(FtguardError):
    """The original base cannot be loaded; the message is a clause that says why."""


def load_original(
    name: str,
    like: PreTrainedModel,
    *,
    revision: str = "",
    weights: str = "",
    dtype: str = "",
) -> PreTrainedModel:
    """The base model, of the class, precision and device of the model that descends from it.

    Args:
        name: its folder, or its name on the hub.
        like: the model that descends from it.
        revision: the commit on the hub.
        weights: the fingerprint that it must have; empty for any.
        dtype: of the weights with that fingerprint, such as `torch.float32`.

    Raises:
        OriginalGoneError: it cannot be loaded, or holds other weights now.
    """
    if not name:
        raise OriginalGoneError("it was made in memory, so that no folder holds it")
    if name.startswith("…/"):
        raise OriginalGoneError(f"where `{name}` is was not told by those who made it")
    path = Path(name)
    if path.is_absolute() and not path.is_dir():
        raise OriginalGoneError(f"`{name}` is gone")
    kept = {"revision": revision} if revision and not path.is_dir() else {}
    quantized = getattr(like.config, "quantization_config", None)
    if quantized is not None:
        kept["quantization_config"] = quantized
    try:
        with same_random_state():
            kind: type[PreTrainedModel] = _kind(like)
            wanted = getattr(torch, dtype.removeprefix("torch."), like.dtype)
            base = kind.from_pretrained(name, dtype=wanted, **kept)
    except Exception as error:  # noqa: BLE001 - whatever a loader raises
        raise OriginalGoneError(f"`{name}` cannot be loaded ({told(error)})") from None
    if weights and weights_fingerprint(base) != weights:
        raise OriginalGoneError(f"`{name}` holds other weights now")
    if quantized is None:
        base.to(device=like.get_input_embeddings().weight.device, dtype=like.dtype)
    return base.eval().requires_grad_(requires_grad=False)


def _kind(like: PreTrainedModel) -> type[PreTrainedModel]:
    # A sharded module is of a class made of its own and the sharding one.
    kinds = [cls for cls in type(like).__mro__ if not cls.__name__.startswith("FSDP")]
    return next(iter(kinds), type(like))


def where_loaded(model: torch.nn.Module) -> tuple[str, str]:
    """The folder or hub name that a model was loaded from, and its commit there; empty if none."""
    config = getattr(model, "config", None)
    name = str(getattr(config, "_name_or_path", "") or "")
    if Path(name).is_dir() and name:
        return str(Path(name).resolve()), ""
    return name, str(getattr(config, "_commit_hash", "") or "")
