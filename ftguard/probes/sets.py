"""Makes `Sets`, all that a run may ask, each probe in its role, before anything is drawn."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace

from ftguard.errors import InputError
from ftguard.probes.builtin import calibrating_probes, calibration_probes, general_probes
from ftguard.probes.probe import JUDGED, Probe, Role
from ftguard.probes.probe_set import ProbeSet, ProbeSource
from ftguard.probes.sampling import draw
from ftguard.probes.store import encoded
from ftguard.probes.training.given import GivenRows, read_given

AUTO = "auto"
POOL = 10
"""A set is cut to so many times what is asked of it, before leaks and the tail are looked for."""


@dataclass(frozen=True, kw_only=True)
class Sets:
    """The sets as they were given, with ids `ROLE/ID`, and how they are to be drawn from."""

    target: tuple[Probe, ...]
    general: tuple[Probe, ...]
    tail: tuple[Probe, ...] | None
    """None where the tail is to be found among the target's probes."""
    calibration: tuple[Probe, ...]
    train_dataset: GivenRows
    """The training rows, where they were given; never asked."""
    notes: tuple[str, ...]
    """What was done to read them, a sentence each."""
    judged: bool
    """Whether there is a judge, so that open probes are scored."""
    max_probes: int
    holdout: float
    seed: int

    @property
    def given(self) -> tuple[Probe, ...]:
        """All that was given or ships with ftguard."""
        return (*self.target, *self.general, *(self.tail or ()), *self.calibration)

    @property
    def digest(self) -> str:
        """One name for all that the choice of probes follows from, but for the training data."""
        settings = (self.tail is None, self.judged, self.max_probes, self.holdout, self.seed)
        settled = encoded((self.given, self.train_dataset.settled, settings))
        return hashlib.blake2b(settled, digest_size=12).hexdigest()


def read_sets(
    *,
    target: ProbeSource | None,
    general: ProbeSource | None,
    tail: ProbeSource | None,
    calibration: ProbeSource | None,
    train_dataset: ProbeSource | None,
    judged: bool,
    max_probes: int,
    holdout: float,
    seed: int,
) -> Sets:
    """Read every set.

    Args:
        target: the held-out task; None where there is none.
        general: general capabilities; None for the built-in set.
        tail: queries off the beaten track; `auto` to find them among the target's, None for none.
        calibration: questions for general calibration; `auto` for built-in ones where the general
            set is built in or holds built-in probes (112 with `quick`), else for the
            multiple-choice questions among the general probes; None for those.
        train_dataset: the training rows.
        judged: whether there is a judge.
        max_probes: the size to draw to, for each set and kind.
        holdout: share of the target probes that checkpoints are not chosen by.
        seed: of every draw.

    Raises:
        InputError: a set cannot be read, `max_probes` is below 1, `holdout` no share, or a probe
            is to be judged and there is no judge.
    """
    if not 0 <= holdout < 1:
        raise InputError(f"`holdout` is a share in [0, 1), got {holdout}.")
    if max_probes < 1:
        raise InputError(f"`max_probes` must be at least 1, got {max_probes}.")
    loaded = {
        role: ProbeSet.load(source)
        for role, source in (
            ("target", target),
            ("general", general),
            ("tail", None if tail == AUTO else tail),
            ("calibration", None if calibration == AUTO else calibration),
        )
        if source is not None
    }
    given = GivenRows() if train_dataset is None else read_given(train_dataset, seed)
    waiting = [p.id for probes in loaded.values() for p in probes if p.scorer == JUDGED]
    if waiting and not judged:
        raise InputError(f"probe `{waiting[0]}` is to be judged: give `judge=Judge(model=...)`.")
    builtin: dict[Role, Sequence[Probe]] = {}
    if general is None:
        builtin["general"] = general_probes()
    if calibration == AUTO:
        theirs = calibrating_probes(tuple(loaded.get("general", ())))
        builtin["calibration"] = calibration_probes() if general is None else theirs
    most = POOL * max_probes

    def of(role: Role) -> tuple[Probe, ...]:
        probes = draw(tuple(loaded.get(role, ())) or tuple(builtin.get(role, ())), most, seed)
        return tuple(replace(p.renamed(lambda name: f"{role}/{name}"), role=role) for p in probes)

    return Sets(
        target=of("target"),
        general=of("general"),
        tail=None if tail == AUTO else of("tail"),
        calibration=of("calibration"),
        train_dataset=given,
        judged=judged,
        notes=(
            *(f"{role}: {note}" for role, probes in loaded.items() for note in probes.notes),
            *(f"train: {note}" for note in given.notes),
        ),
        max_probes=max_probes,
        holdout=holdout,
        seed=seed,
    )
