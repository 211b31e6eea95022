"""Finds out whether a model is a fine-tune, and of which original base."""

from pathlib import Path

from ftguard.ask.original import where_loaded
from ftguard.ask.unwrap import inner_model
from ftguard.run.descent.lineage import Descent, descent_of_folder, descent_of_weights
from ftguard.run.descent.original import Original
from ftguard.run.descent.original_base import ITSELF
from ftguard.run.given import Host, Settings
from ftguard.run.trainer import loaded_from


def itself(host: Host) -> Original:
    """The model as it was loaded, taken as a base."""
    inner = inner_model(host.model)
    name, revision = where_loaded(inner)
    return Original(
        digest="",
        folder="",
        weights=host.weights.fingerprint,
        model=name,
        revision=revision,
        dtype=str(inner.dtype),
    )


def find_descent(settings: Settings, host: Host) -> Descent | None:
    """The original base of what is in memory, adapters aside; None where that is the base.

    Told by the user, else by what this process trained before, by the record beside the files
    that were loaded, or by the weights themselves.
    """
    own = itself(host)
    if settings.base is not None:
        return None if _is_self(settings.base, own) else _given(settings.base)
    found = _left(host)
    folder = loaded_from(host.model)
    if found is None and folder is not None:
        found = descent_of_folder(folder)
    if found is None and settings.cache:
        found = descent_of_weights(own.weights, host.weights.tensors)
    if found is None or found.original.weights == own.weights:
        return None
    return found


def _left(host: Host) -> Descent | None:
    if host.left is None or host.left.weights != host.weights.fingerprint:
        return None
    source = "the run that this process trained before"
    return Descent(original=host.left.original, source=source, stated=False)


def _given(base: str) -> Descent:
    name = str(Path(base).resolve()) if Path(base).is_dir() else base
    return Descent(original=Original(digest="", folder="", model=name), source="`base=`")


def _is_self(base: str, own: Original) -> bool:
    return base in (ITSELF, own.model) or str(Path(base).resolve()) == own.model
