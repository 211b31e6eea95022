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
    """Multiply the current rate, and the one that the schedule works from, in place."""
    for group in optimizer.param_groups:
        group["lr"] *= factor
        if "initial_lr" in group:
            group["initial_lr"] *= factor
    inner = _inner(scheduler)
    for name in ("base_lrs", "_last_lr", "min_lrs"):
        rates = getattr(inner, name, None)
        if rates:
            setattr(inner, name, [rate * factor for rate in rates])


def _inner(scheduler: object) -> object:
    # accelerate wraps the schedulers that it prepares
    return getattr(scheduler, "scheduler", scheduler)
