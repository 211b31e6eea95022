"""Gathers all that is asked in one run: each set in its role, its tail found, drawn to size."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from ftguard.errors import InputError
from ftguard.probes.builtin import general_probes
from ftguard.probes.draw import draw, hold_back
from ftguard.probes.probe import Probe, Role
from ftguard.probes.probe_set import ProbeSet, ProbeSource
from ftguard.probes.tail import tail_of

AUTO = "auto"


@dataclass(frozen=True, kw_only=True)
class Gathered:
    """The probes of one run, with ids `ROLE/ID`, and what was done to get them."""

    probes: tuple[Probe, ...]
    notes: tuple[str, ...]
    """One sentence for each set that was drawn from."""


def gather(  # noqa: PLR0913
    *,
    target: ProbeSource | None,
    general: ProbeSource | None,
    tail: ProbeSource | None,
    calibration: ProbeSource | None,
    train: ProbeSource | None,
    max_probes: int,
    held_back: float,
    seed: int,
) -> Gathered:
    """Read every set and draw at most `max_probes` answers and likelihoods from each.

    Args:
        target: the held-out task; None where there is none.
        general: general capabilities; None for the built-in set.
        tail: queries off the beaten track; `auto` for what the target probes say, None for none.
        calibration: questions for general calibration; `auto` or None for the multiple-choice
            questions among the general probes.
        train: the training rows, to tell which classes are rare.
        max_probes: the size to draw to, for each set and kind.
        held_back: share of the target probes that checkpoints are not chosen by.
        seed: of the draws.

    Raises:
        InputError: a set cannot be read, `max_probes` is below 1, or `held_back` no share.
    """
    if not 0 <= held_back < 1:
        raise InputError(f"`held_back` is a share in [0, 1), got {held_back}.")
    if max_probes < 1:
        raise InputError(f"`max_probes` must be at least 1, got {max_probes}.")
    target_probes = _load(target)
    sets: dict[Role, Sequence[Probe]] = {
        "target": target_probes,
        "general": tuple(general_probes()) if general is None else _load(general),
        "tail": tail_of(target_probes, _labels(train)) if tail == AUTO else _load(tail),
        "calibration": () if calibration == AUTO else _load(calibration),
    }
    gathered: list[Probe] = []
    notes = []
    for role, probes in sets.items():
        drawn = draw(probes, max_probes, seed)
        if role == "target" and held_back:
            drawn = hold_back(drawn, held_back, seed)
        gathered.extend(replace(p, role=role, id=f"{role}/{p.id}") for p in drawn)
        if len(drawn) < len(probes):
            notes.append(
                f"{role}: drew {len(drawn)} of {len(probes)} probes, stratified by slice "
                f"(seed {seed}; `max_probes` changes it)"
            )
    return Gathered(probes=tuple(gathered), notes=tuple(notes))


def _load(source: ProbeSource | None) -> tuple[Probe, ...]:
    return () if source is None else tuple(ProbeSet.load(source))


def _labels(train: ProbeSource | None) -> list[str]:
    return [probe.references[0] for probe in _unlike(_load(train))]


def _unlike(probes: Iterable[Probe]) -> list[Probe]:
    # A row's likelihood companion repeats its reference.
    return [probe for probe in probes if not probe.id.endswith("#likelihood")]
