"""Gets the base snapshot of a run: stored, cached, or asked now; never a half-trained one."""

import warnings
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import msgspec
import torch

from ftguard.ask.ranks import broadcast_from_main, made_by_main
from ftguard.ask.unwrap import adapted
from ftguard.ask.weights import repeatable
from ftguard.disk import write_json
from ftguard.errors import BaseMismatchError, FtguardError
from ftguard.folders import RunFolder, cache_folder
from ftguard.measures import measure
from ftguard.probes.own_scorer import OwnScorer
from ftguard.run.examine import EvalConfig, take_snapshot
from ftguard.run.ledger import Origin
from ftguard.scores import score
from ftguard.scores.snapshot import Fingerprint, Snapshot, load_snapshot, save_snapshot
from ftguard.verdict.checkup import Checkup


@dataclass(frozen=True, kw_only=True)
class Lineage:
    """What a checkpoint's `ftguard.json` says: its checkup, and the base it descends from."""

    base: str
    """Digest of the base snapshot's fingerprint."""
    base_folder: str
    checkup: Checkup


@dataclass(frozen=True, kw_only=True)
class Baseline:
    """The base snapshot, and where it came from."""

    snapshot: Snapshot
    origin: Origin
    """Asked now, stored by an earlier attempt, from the cache, or named by the model's record."""


def read_lineage(folder: Path) -> Lineage | None:
    """The record beside a checkpoint's weights, where there is one."""
    try:
        return msgspec.json.decode((folder / "ftguard.json").read_bytes(), type=Lineage)
    except (OSError, ValueError):
        return None


def write_lineage(folder: Path, lineage: Lineage) -> None:
    """Leave the record beside a checkpoint's weights."""
    write_json(folder / "ftguard.json", lineage)


def get_baseline(
    model: torch.nn.Module,
    config: EvalConfig,
    folder: RunFolder,
    *,
    run: str,
    resuming: bool,
    loaded_from: Path | None,
    weights_known: bool,
    cache: bool,
    is_main_process: bool,
) -> Baseline:
    """Find the base snapshot that fits, or ask the base now.

    Args:
        model: as it is at the beginning of training.
        config: what is asked; its fingerprint holds the weights as the user loaded them.
        folder: the run's files.
        run: the run's id.
        resuming: whether the weights in memory are a checkpoint's already.
        loaded_from: the folder that the model was loaded from, where it is one.
        weights_known: whether the fingerprint of the weights was taken before a resume could
            overwrite them.
        cache: whether to look in the cache and to fill it.
        is_main_process: whether this process writes.

    Raises:
        BaseMismatchError: a base is stored, or named by the model's record, but does not fit; or
            a resumed full fine-tune has none.
    """
    found = made_by_main(
        partial(
            _find,
            config,
            folder,
            resuming=resuming,
            askable=adapted(model) is not None,
            loaded_from=loaded_from,
            weights_known=weights_known,
            cache=cache,
        ),
        is_main_process=is_main_process,
    )
    if found is not None:
        found = replace(found, snapshot=_scored_anew(found.snapshot, config))
    if found is None:
        taken = _take_base(model, config, run)
        found = Baseline(snapshot=broadcast_from_main(taken), origin="asked")
    if is_main_process and found.origin != "stored":
        save_snapshot(found.snapshot, folder.base)
    if is_main_process and cache and found.origin == "asked":
        _fill_cache(found.snapshot)
    return found


def _take_base(model: torch.nn.Module, config: EvalConfig, run: str) -> Snapshot:
    """Ask the base; where that is not repeatable, twice, for the noise floor."""
    first = take_snapshot(model, config, run=run, step=0, label="ftguard: base")
    if repeatable(model):
        return first
    second = take_snapshot(model, config, run=run, step=0, label="ftguard: base again")
    against_itself = measure(config.prompt_batch.probes, first, second, config.measures)
    noise = {m.key: abs(m.estimate.value) for m in against_itself if m.estimate is not None}
    return replace(first, noise=noise)


def _find(
    config: EvalConfig,
    folder: RunFolder,
    *,
    resuming: bool,
    askable: bool,
    loaded_from: Path | None,
    weights_known: bool,
    cache: bool,
) -> Baseline | None:
    stored = _load(folder.base)
    lineage = read_lineage(loaded_from) if loaded_from is not None else None
    if resuming:
        if stored is not None:
            own = lineage is not None and lineage.base == stored.fingerprint.digest
            _require_fit(stored, config.fingerprint, folder.base, weights=weights_known and not own)
            return Baseline(snapshot=stored, origin="stored")
        if not askable:
            raise BaseMismatchError(
                f"this resume has no base snapshot in `{folder.base}`, and the base itself is gone "
                "from memory: restore that folder, or start without `resume_from_checkpoint`."
            )
    if lineage is not None:
        return Baseline(
            snapshot=_descent(lineage, config, Path(loaded_from or "")), origin="descent"
        )
    if stored is not None and not stored.fingerprint.differences(config.fingerprint):
        return Baseline(snapshot=stored, origin="stored")
    cached = _cached(config.fingerprint.digest) if cache else None
    return Baseline(snapshot=cached, origin="cache") if cached is not None else None


def _descent(lineage: Lineage, config: EvalConfig, loaded_from: Path) -> Snapshot:
    for folder in (Path(lineage.base_folder), cache_folder(lineage.base)):
        snapshot = _load(folder)
        if snapshot is not None and snapshot.fingerprint.digest == lineage.base:
            _require_fit(snapshot, config.fingerprint, folder, weights=False)
            return snapshot
    raise BaseMismatchError(
        f"`{loaded_from}` is a fine-tune of another base, whose snapshot is not in "
        f"`{lineage.base_folder}` any more: forgetting is measured against the original base. "
        f"Restore that folder, or delete `{loaded_from}/ftguard.json` to take this model as base."
    )


def _require_fit(stored: Snapshot, wanted: Fingerprint, folder: Path, *, weights: bool) -> None:
    differing = stored.fingerprint.differences(wanted)
    if not weights:
        differing = [part for part in differing if part != "weights"]
    if differing:
        raise BaseMismatchError(
            f"the base snapshot in `{folder}` does not fit this run: other {', '.join(differing)}. "
            "Start with the same base model, probes and settings as it was taken with, or train "
            "from the start in another `output_dir`."
        )


def _load(folder: Path) -> Snapshot | None:
    try:
        return load_snapshot(folder)
    except FileNotFoundError:
        return None


def _scored_anew(snapshot: Snapshot, config: EvalConfig) -> Snapshot:
    """With what the user's scorers say now: what they said once may rest on what has changed."""
    own = [p for p in config.prompt_batch.probes if isinstance(p.scorer, OwnScorer)]
    new = {found.probe_id: found for found in score(own, snapshot.answers)}
    return replace(snapshot, scores=tuple(new.get(s.probe_id, s) for s in snapshot.scores))


def _cached(digest: str) -> Snapshot | None:
    """What an earlier run left in the cache; what cannot be read is asked anew."""
    try:
        return _load(cache_folder(digest))
    except FtguardError as error:
        warnings.warn(f"ftguard: the base is asked anew: {error}", stacklevel=2)
        return None


def _fill_cache(snapshot: Snapshot) -> None:
    try:
        save_snapshot(snapshot, cache_folder(snapshot.fingerprint.digest))
    except OSError as error:
        warnings.warn(f"ftguard: the base snapshot was not cached ({error})", stacklevel=2)
