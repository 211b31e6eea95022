"""Gets the base snapshot of a run: stored, cached, or asked now; never a half-trained one."""

import warnings
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import torch

from ftguard.ask.ranks import broadcast_from_main, made_by_main
from ftguard.ask.unwrap import adapted
from ftguard.errors import BaseMismatchError, FtguardWarning
from ftguard.folders import RunFolder, cache_folder
from ftguard.probes.own_scorer import OwnScorer
from ftguard.run.budget.spending import Spending
from ftguard.run.budget.taking import take_base
from ftguard.run.descent.lineage import Descent, read_original, write_original
from ftguard.run.descent.original import Original
from ftguard.run.descent.original_base import ask_original, load_cached, load_stored
from ftguard.run.examine import EvalConfig
from ftguard.run.ledger import Origin
from ftguard.scores import score
from ftguard.scores.snapshot import Fingerprint, Snapshot, save_snapshot
from ftguard.tracking import say


@dataclass(frozen=True, kw_only=True)
class Baseline:
    """The base snapshot, and where it came from."""

    snapshot: Snapshot
    origin: Origin
    """Asked now, stored by an earlier attempt, from the cache, named by what the model descends
    from, or asked of that base, loaded anew."""
    original: Original
    """Where the base is to be found again."""


@dataclass(frozen=True, kw_only=True)
class Known:
    """What is known of the model at the beginning of training, and of its base."""

    resuming: bool
    """Whether the weights in memory are a checkpoint's already."""
    weights_known: bool
    """Whether the fingerprint of the weights was taken before a resume could overwrite them."""
    descent: Descent | None
    """The original base, where the model is a fine-tune of it."""
    mark: Descent | None
    """What the state of the checkpoint that is resumed names."""
    itself: Original
    """The model as the user loaded it, taken as a base."""
    spending: Spending | None
    """What limits how much the base is asked; None asks it everything."""
    cache: bool
    """Whether to look in the cache and to fill it."""
    is_main_process: bool
    """Whether this process writes."""


def get_baseline(
    model: torch.nn.Module, config: EvalConfig, folder: RunFolder, *, run: str, known: Known
) -> Baseline:
    """Find the base snapshot that fits, or ask the base now.

    Args:
        model: as it is at the beginning of training.
        config: what is asked; its fingerprint holds the weights as the user loaded them.
        folder: the run's files.
        run: the run's id.
        known: of the model and its base.

    Raises:
        BaseMismatchError: a base is stored but does not fit, or the original base is gone.
    """
    found = made_by_main(
        partial(_find, model, config, folder, run, known), is_main_process=known.is_main_process
    )
    before = None if found is None else found.snapshot
    if found is not None:
        found = replace(found, snapshot=_scored_anew(found.snapshot, config))
    take = partial(take_base, spending=known.spending)
    if found is None:
        taken = broadcast_from_main(take(model, config, run))
        original = replace(known.itself, digest=taken.fingerprint.digest)
        found = Baseline(snapshot=taken, origin="asked", original=original)
    elif found.origin in ("cache", "stored") and not known.resuming:
        # An earlier run could not afford to ask it everything.
        taken = broadcast_from_main(take(model, config, run, known=found.snapshot))
        found = replace(found, snapshot=taken)
    found = replace(found, original=replace(found.original, folder=str(folder.base)))
    if known.is_main_process:
        grown = before is None or len(before.scores) < len(found.snapshot.scores)
        if found.origin != "stored" or grown:
            save_snapshot(found.snapshot, folder.base)
        write_original(folder, found.original)
        if known.cache and (found.origin in ("asked", "reloaded") or grown):
            _fill_cache(found.snapshot)
    return found


def _find(
    model: torch.nn.Module, config: EvalConfig, folder: RunFolder, run: str, known: Known
) -> Baseline | None:
    stored, wanted, descent = load_stored(folder.base), config.fingerprint, known.descent
    if known.resuming and stored is not None:
        check = known.weights_known and not _is_base_of(stored, wanted, descent)
        _require_fit(stored, wanted, folder.base, weights=check)
        original = read_original(folder) or known.itself
        return Baseline(snapshot=stored, origin="stored", original=original)
    if known.resuming and known.mark is not None:
        descent = _marked(model, wanted, known)
    if descent is not None:
        try:
            found = ask_original(
                model,
                config,
                descent,
                run=run,
                near=stored,
                take=partial(take_base, spending=known.spending),
                cache=known.cache,
            )
        except BaseMismatchError as error:
            if descent.stated or known.resuming:
                raise
            say(f"costs are counted from the model as it is now: {error}")
        else:
            return Baseline(snapshot=found.snapshot, origin=found.origin, original=found.original)
    if stored is not None and not stored.fingerprint.differences(wanted):
        return Baseline(snapshot=stored, origin="stored", original=known.itself)
    cached = load_cached(wanted.digest) if known.cache else None
    if cached is not None:
        return Baseline(snapshot=cached, origin="cache", original=known.itself)
    if known.resuming and adapted(model) is None:
        raise BaseMismatchError(
            f"this resume has no base snapshot in `{folder.base}`, and the base itself is gone "
            "from memory: restore that folder, give the model that training began from as "
            "`GuardCallback(base=...)`, or start without `resume_from_checkpoint`."
        )
    return None


def _is_base_of(stored: Snapshot, wanted: Fingerprint, descent: Descent | None) -> bool:
    """Whether what is stored is the base of what is in memory, which may be a fine-tune of it."""
    if descent is None:
        return stored.fingerprint.weights == wanted.weights
    original = descent.original
    given = not original.weights and not original.digest
    return given or (
        original.digest == stored.fingerprint.digest
        or original.weights == stored.fingerprint.weights
    )


def _marked(model: torch.nn.Module, wanted: Fingerprint, known: Known) -> Descent | None:
    """What the resumed checkpoint names; adapters go on the base that they were trained on."""
    if known.mark is None or adapted(model) is None or not known.weights_known:
        return known.mark
    weights = {wanted.weights, known.descent.original.weights if known.descent else ""}
    if known.mark.original.weights not in weights:
        raise BaseMismatchError(
            "the checkpoint to resume was trained on another base model than the one that is "
            f"loaded: load `{known.mark.original.model or 'its own'}`."
        )
    return known.mark


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


def _scored_anew(snapshot: Snapshot, config: EvalConfig) -> Snapshot:
    """With what the user's scorers say now: what they said once may rest on what has changed."""
    own = [p for p in config.prompt_batch.probes if isinstance(p.scorer, OwnScorer)]
    new = {found.probe_id: found for found in score(own, snapshot.answers)}
    return replace(snapshot, scores=tuple(new.get(s.probe_id, s) for s in snapshot.scores))


def _fill_cache(snapshot: Snapshot) -> None:
    try:
        save_snapshot(snapshot, cache_folder(snapshot.fingerprint.digest))
    except OSError as error:
        warnings.warn(
            f"ftguard: the base snapshot was not cached ({error})",
            category=FtguardWarning,
            stacklevel=2,
        )
