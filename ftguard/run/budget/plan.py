"""Makes `Plan`, what one checkpoint is asked, and `Ahead`, what is still to come of a run."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from ftguard.run.budget.rotation import Turn, Unit


@dataclass(frozen=True, kw_only=True)
class Ahead:
    """What is to come of a run when a checkpoint is examined."""

    steps_done: int
    """Of this attempt."""
    steps: int
    """That this attempt has in all."""
    checks: int | None
    """Checkpoints to come, this one included; None where that depends on results."""

    @property
    def is_last(self) -> bool:
        """Whether no other checkpoint comes."""
        return self.steps_done >= self.steps


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What a checkpoint is asked."""

    first: frozenset[str]
    """Ids of what is asked in any case."""
    turns: Mapping[str, Turn] = field(default_factory=dict)
    """What is asked as well where it may be the best, by role."""

    @property
    def more(self) -> frozenset[str]:
        """Ids of what is asked as well where it may be the best."""
        return ids_of(unit for one in self.turns.values() for unit in one.units)

    @property
    def next(self) -> Mapping[str, int]:
        """Where the next turns begin then."""
        return {name: one.next for name, one in self.turns.items()}


def ids_of(units: Iterable[Unit]) -> frozenset[str]:
    """The probes of some units."""
    return frozenset(probe_id for unit in units for probe_id in unit)
