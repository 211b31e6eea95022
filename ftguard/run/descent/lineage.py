"""What a model descends from: the record beside its files, and what a resume or a cache tells."""

import os
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import msgspec

from ftguard.ask.weights import Tensors, differ_in_matrices_alone
from ftguard.disk import write_json, write_whole
from ftguard.folders import OURS, RunFolder, descent_folder
from ftguard.run.descent.known_here import found, told
from ftguard.run.descent.original import Original
from ftguard.run.ledger import Ledger, current_run
from ftguard.verdict.checkup import Checkup

RECORD = "ftguard.json"
IN_STATE = "ftguard"
"""Where the Trainer's own state, which each checkpoint holds, keeps what the run descends from."""


@dataclass(frozen=True, kw_only=True)
class Examined:
    """Which checkpoint a record lies beside, and no more: such folders are published."""

    run: str
    attempt: int
    step: int
    passed: bool | None = None
    """Its verdict."""

    @property
    def name(self) -> str:
        """The checkpoint's name."""
        return f"{self.run}-attempt-{self.attempt}-step-{self.step}"


@dataclass(frozen=True, kw_only=True)
class Lineage:
    """What a checkpoint's `ftguard.json` says: which checkpoint it is, and its original base.

    It holds no prompt, reference or answer. Records of older versions are read too.
    """

    base: str
    base_folder: str
    checkup: Examined
    base_weights: str = ""
    base_model: str = ""
    base_revision: str = ""
    base_dtype: str = ""


@dataclass(frozen=True, kw_only=True)
class Descent:
    """A model's original base, and how it came to be known."""

    original: Original
    source: str
    """What says so, for people."""
    run: str = ""
    """The run that the model came from, where that is known."""
    stated: bool = True
    """Whether a record or the user says so, rather than the weights alone."""


def examined(checkup: Checkup) -> Examined:
    """What the record beside a checkpoint says of it."""
    return Examined(
        run=checkup.run,
        attempt=checkup.attempt,
        step=checkup.step,
        passed=checkup.verdict.passed,
    )


def read_lineage(folder: Path) -> Lineage | None:
    """The record beside a checkpoint's weights, where there is one."""
    try:
        return msgspec.json.decode((folder / RECORD).read_bytes(), type=Lineage)
    except (OSError, ValueError):
        return None


def write_lineage(folder: Path, original: Original, checkpoint: Examined) -> None:
    """Leave the record beside a checkpoint's weights; where both move together, it stays true."""
    lineage = Lineage(
        base=original.digest,
        base_folder=_relative(Path(original.folder), folder),
        base_weights=original.weights,
        base_model=told(original, Path(original.folder).parent.parent).model,
        base_revision=original.revision,
        base_dtype=original.dtype,
        checkup=checkpoint,
    )
    if read_lineage(folder) != lineage:
        write_json(folder / RECORD, lineage)


def descent_of_folder(folder: Path) -> Descent | None:
    """What a model's folder says: its own record, or a run's folder that lies in it."""
    lineage = read_lineage(folder)
    if lineage is not None:
        recorded = Original(
            digest=lineage.base,
            folder=str(_present(folder / lineage.base_folder)),
            weights=lineage.base_weights,
            model=lineage.base_model,
            revision=lineage.base_revision,
            dtype=lineage.base_dtype,
        )
        original = _with_own_name(recorded, lineage.checkup.run)
        return Descent(original=original, source=str(folder / RECORD), run=lineage.checkup.run)
    run = RunFolder(folder)
    known = _read(run.original)
    if known is None:
        return None
    latest = current_run(Ledger(run.ledger).read())
    return Descent(
        original=replace(known, folder=str(run.base)),
        source=str(run.original),
        run=latest.id if latest else "",
    )


def _with_own_name(recorded: Original, run: str) -> Original:
    """With the model's folder, which its run's own record has, and this machine's notes."""
    output_dir = Path(recorded.folder).parent.parent
    own = _read(Path(recorded.folder).parent / "original.json")
    if own is not None and own.digest == recorded.digest and own.model:
        return replace(recorded, model=own.model)
    return found(recorded, output_dir, run)


def remember(state: Any, original: Original, run: str, output_dir: Path) -> None:
    """Put it into the Trainer's state, so that a checkpoint resumed from elsewhere names it.

    The state is uploaded with the checkpoint: where folders are is `note`d on this machine alone.
    """
    state.stateful_callbacks[IN_STATE] = {
        "args": {},
        "attributes": {"run": run, **asdict(told(original, output_dir))},
    }


def descent_of_state(state: Any, output_dir: Path) -> Descent | None:
    """What the state of a resumed checkpoint says.

    Args:
        state: of the Trainer.
        output_dir: where the resume writes to: mostly where the run did.
    """
    recorded: Any = (state.stateful_callbacks or {}).get(IN_STATE)
    try:
        attributes = dict(recorded["attributes"])
        run = str(attributes.pop("run"))
        original = found(msgspec.convert(attributes, Original), output_dir, run)
    except (TypeError, KeyError, ValueError):
        return None
    return Descent(original=original, source="the checkpoint's `trainer_state.json`", run=run)


def read_original(folder: RunFolder) -> Original | None:
    """The original base's name in a run's folder."""
    return _read(folder.original)


def write_original(folder: RunFolder, original: Original) -> None:
    """Leave the original base's name in a run's folder."""
    write_json(folder.original, original)


def cache_descent(weights: str, original: Original) -> None:
    """Note in the cache that a model of these weights descends from a base."""
    _cache(f"{weights}.json", original)


def cache_tensors(original: Original, tensors: Tensors) -> None:
    """Note in the cache what a base's tensors look like, one by one."""
    _cache(f"{original.weights}.tensors.json", (original, tensors))


def descent_of_weights(weights: str, tensors: Tensors) -> Descent | None:
    """What the cache says of a model of these weights: its own note, or one base of its matrices.

    Merging adapters leaves norms, biases and embeddings bit for bit as they were.
    """
    cache = descent_folder()
    original = _read(cache / f"{weights}.json")
    if original is not None:
        known = "" if original.weights == weights else "its weights, which a guarded run saved"
        return Descent(original=original, source=known, stated=False) if known else None
    if (cache / f"{weights}.tensors.json").exists():
        return None
    for path in sorted(cache.glob("*.tensors.json")):
        try:
            base, of_base = msgspec.json.decode(path.read_bytes(), type=tuple[Original, Tensors])
        except (OSError, ValueError):
            continue
        if differ_in_matrices_alone(tensors, of_base):
            source = "its norms and embeddings, which are bit for bit that base's"
            return Descent(original=base, source=source, stated=False)
    return None


def _cache(name: str, record: object) -> None:
    folder = descent_folder()
    if not (folder / name).exists():
        folder.mkdir(parents=True, exist_ok=True)
        write_whole(folder / name, msgspec.json.encode(record))


def _read(path: Path) -> Original | None:
    try:
        return msgspec.json.decode(path.read_bytes(), type=Original)
    except (OSError, ValueError):
        return None


def _present(base: Path) -> Path:
    """The base's folder, also where its run's folder has been renamed since."""
    renamed = base.parent.with_name(OURS) / base.name
    return renamed if not base.is_dir() and renamed.is_dir() else base


def _relative(target: Path, start: Path) -> str:
    try:
        return os.path.relpath(target.resolve(), start.resolve())
    except ValueError:  # another drive
        return str(target.resolve())
