"""Reads and scales the learning rate of a running optimizer and its scheduler."""

import math
from typing import Any, Protocol


class HasGroups(Protocol):
    """What is used of an optimizer."""

    param_groups: list[dict[str, Any]]


def peak_rate(optimizer: HasGroups, scheduler: object) -> float:
    """The rate of the first group that the scheduler works from.

    0 where none is told: the optimizer works out its own, as Adafactor with relative steps does.
    """
    rates = getattr(_inner(scheduler), "base_lrs", None)
    if rates:
        return _number(rates[0])
    groups = optimizer.param_groups
    if not groups:
        return 0.0
    return _number(groups[0].get("initial_lr", groups[0].get("lr")))


def scale_rate(optimizer: HasGroups, scheduler: object, factor: float) -> None:
    """Multiply the current rate, and all that the schedule works from, in place."""
    for group in optimizer.param_groups:
        for name in ("lr", "initial_lr", "max_lr", "min_lr"):
            if _tells(group.get(name)):
                group[name] *= factor
    _scale_schedule(_inner(scheduler), factor)


def replayed(rate: float, lowered: float | None) -> float:
    """The rate to resume with: a lowered one, unless the user's own is as low already."""
    return lowered if lowered is not None and 0 < lowered < rate else rate


def _number(value: object) -> float:
    if not _tells(value):
        return 0.0
    rate = float(value)  # type: ignore[arg-type]
    return rate if math.isfinite(rate) else 0.0


def _tells(value: object) -> bool:
    # A compiled optimizer's rate is a tensor.
    return isinstance(value, int | float) or hasattr(value, "item")


def _scale_schedule(scheduler: object, factor: float) -> None:
    for name in ("base_lrs", "_last_lr", "min_lrs"):
        rates = getattr(scheduler, name, None)
        if rates:
            setattr(scheduler, name, [rate * factor for rate in rates if rate is not None])
    if hasattr(scheduler, "eta_min"):
        scheduler.eta_min *= factor
    for part in getattr(scheduler, "_schedulers", ()):
        _scale_schedule(part, factor)


def _inner(scheduler: object) -> object:
    # accelerate wraps the schedulers that it prepares
    return getattr(scheduler, "scheduler", scheduler)
