"""Reads and scales the learning rate of a running optimizer and its scheduler."""

from typing import Any, Protocol


class HasGroups(Protocol):
    """What is used of an optimizer."""

    param_groups: list[dict[str, Any]]


def peak_rate(optimizer: HasGroups, scheduler: object) -> float:
    """The rate of the first group that the scheduler works from."""
    rates = getattr(_inner(scheduler), "base_lrs", None)
    if rates:
        return float(rates[0])
    group = optimizer.param_groups[0]
    return float(group.get("initial_lr", group["lr"]))


def scale_rate(optimizer: HasGroups, scheduler: object, factor: float) -> None:
    """Multiply the current rate, and all that the schedule works from, in place."""
    for group in optimizer.param_groups:
        for name in ("lr", "initial_lr", "max_lr", "min_lr"):
            if name in group:
                group[name] *= factor
    _scale_schedule(_inner(scheduler), factor)


def _scale_schedule(scheduler: object, factor: float) -> None:
    for name in ("base_lrs", "_last_lr", "min_lrs"):
        rates = getattr(scheduler, name, None)
        if rates:
            setattr(scheduler, name, [rate * factor for rate in rates])
    if hasattr(scheduler, "eta_min"):
        scheduler.eta_min *= factor
    for part in getattr(scheduler, "_schedulers", ()):
        _scale_schedule(part, factor)


def _inner(scheduler: object) -> object:
    # accelerate wraps the schedulers that it prepares
    return getattr(scheduler, "scheduler", scheduler)
