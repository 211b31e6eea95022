"""Keeps what was chosen to be asked, so that a run of the same data need not search them again."""

import hashlib
import warnings
from functools import cache
from pathlib import Path

import msgspec

import ftguard.probes
from ftguard.disk import replaced_folder
from ftguard.errors import FtguardError
from ftguard.folders import chosen_folder
from ftguard.probes import Gathered, Leak, Sets, read_probes, write_probes

PROBES, REST = "probes.jsonl", "chosen.json"


class _Rest(msgspec.Struct, frozen=True):
    leaks: tuple[Leak, ...]
    notes: tuple[str, ...]


def name_of(sets: Sets, training: str) -> str:
    """One name for all that a choice follows from; empty where that is not known.

    Args:
        sets: what may be asked, and how it is chosen.
        training: of the training data, what `TrainingTexts.fingerprint` says.
    """
    if not training:
        return ""
    settled = msgspec.json.encode([sets.digest, sets.notes, training, _code()])
    return hashlib.blake2b(settled, digest_size=12).hexdigest()


def chosen_before(name: str) -> Gathered | None:
    """What an earlier run chose; what cannot be read is chosen anew."""
    folder = chosen_folder(name)
    try:
        rest = msgspec.json.decode((folder / REST).read_bytes(), type=_Rest)
        probes = read_probes(folder / PROBES)
    except (OSError, msgspec.DecodeError, UnicodeDecodeError, FtguardError):
        return None
    return Gathered(probes=probes, leaks=rest.leaks, notes=rest.notes)


def keep_chosen(name: str, gathered: Gathered) -> None:
    """Leave it for later runs; where it cannot be written, that is warned about."""
    try:
        with replaced_folder(chosen_folder(name)) as draft:
            draft.mkdir(parents=True)
            write_probes(gathered.probes, draft / PROBES)
            rest = _Rest(leaks=gathered.leaks, notes=gathered.notes)
            (draft / REST).write_bytes(msgspec.json.encode(rest))
    except OSError as error:
        warnings.warn(f"ftguard: what is asked was not cached ({error})", stacklevel=2)


@cache
def _code() -> str:
    """The code that chooses, so that no version of it takes over what another one chose."""
    digest = hashlib.blake2b(digest_size=12)
    for path in sorted(Path(str(ftguard.probes.__file__)).parent.rglob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()
