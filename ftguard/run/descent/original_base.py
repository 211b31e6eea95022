"""Gets the answers of the base that a model descends from: stored, cached, or asked of it anew."""

import warnings
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import torch

from ftguard.ask.original import OriginalGoneError, load_original, where_loaded
from ftguard.ask.unwrap import inner_model
from ftguard.ask.weights import weights_fingerprint
from ftguard.errors import BaseMismatchError, FtguardError, FtguardWarning
from ftguard.folders import cache_folder
from ftguard.run.descent.lineage import Descent
from ftguard.run.descent.original import Original
from ftguard.run.examine import EvalConfig
from ftguard.run.ledger import Origin
from ftguard.scores.snapshot import Snapshot, load_snapshot

ITSELF = "self"
"""Given as the base: the model as it is loaded."""


@dataclass(frozen=True, kw_only=True)
class OriginalAnswers:
    """What the original base answered, and where that came from."""

    snapshot: Snapshot
    origin: Origin
    original: Original


Take = Callable[[torch.nn.Module, EvalConfig, str], Snapshot]
"""Asks a model, as the base of a run."""


def ask_original(
    model: torch.nn.Module,
    config: EvalConfig,
    descent: Descent,
    *,
    run: str,
    near: Snapshot | None,
    take: Take,
    cache: bool,
) -> OriginalAnswers:
    """The original base's answers to these questions; it is loaded where they are nowhere.

    Args:
        model: the fine-tune of it.
        config: what is asked.
        descent: which base, and what says so.
        run: the run's id.
        near: a base snapshot in the run's own folder.
        take: asks the base.
        cache: whether the cache may be read.

    Raises:
        BaseMismatchError: the base has to be asked and is gone; the message says both ways out.
    """
    original = descent.original
    there = load_stored(Path(original.folder)) if original.folder else None
    if there is None and original.digest and cache:
        there = load_cached(original.digest)
    if there is not None and there.fingerprint.digest == original.digest:
        original = replace(
            original, weights=there.fingerprint.weights, dtype=there.fingerprint.dtype
        )
    wanted = replace(config.fingerprint, weights=original.weights)
    for snapshot in (there, near, load_cached(wanted.digest) if cache else None):
        if snapshot is not None and not snapshot.fingerprint.differences(wanted):
            return _known(snapshot, original)
    return _of_loaded(model, config, replace(descent, original=original), run, take, cache=cache)


def load_stored(folder: Path) -> Snapshot | None:
    """The base snapshot in a folder, where there is one."""
    try:
        return load_snapshot(folder)
    except FileNotFoundError:
        return None


def load_cached(digest: str) -> Snapshot | None:
    """What an earlier run left in the cache; what cannot be read is asked anew."""
    try:
        return load_stored(cache_folder(digest))
    except FtguardError as error:
        warnings.warn(
            f"ftguard: the base is asked anew: {error}", category=FtguardWarning, stacklevel=2
        )
        return None


def _of_loaded(
    model: torch.nn.Module,
    config: EvalConfig,
    descent: Descent,
    run: str,
    take: Take,
    *,
    cache: bool,
) -> OriginalAnswers:
    original = descent.original
    try:
        base = load_original(
            original.model,
            inner_model(model),
            revision=original.revision,
            weights=original.weights,
            dtype=original.dtype,
        )
    except OriginalGoneError as error:
        raise BaseMismatchError(
            f"this model is a fine-tune of another base (by {descent.source}), which has to be "
            f"asked these questions, and {error}. Either give the base, by its folder or name, as "
            f"`GuardCallback(base=...)`, or start a new account of costs from the model as it is "
            f'now: base="{ITSELF}".'
        ) from None
    name, revision = where_loaded(base)
    # Checked above; in another precision it has another fingerprint.
    own = replace(config.fingerprint, weights=weights_fingerprint(base), dtype=str(base.dtype))
    original = Original(
        digest=own.digest,
        folder="",
        weights=own.weights,
        model=name,
        revision=revision,
        dtype=own.dtype,
    )
    cached = load_cached(own.digest) if cache else None
    if cached is not None:
        return _known(cached, original)
    taken = take(base, replace(config, fingerprint=own), run)
    return OriginalAnswers(snapshot=taken, origin="reloaded", original=original)


def _known(snapshot: Snapshot, original: Original) -> OriginalAnswers:
    return OriginalAnswers(
        snapshot=snapshot,
        origin="descent",
        original=replace(original, digest=snapshot.fingerprint.digest),
    )
