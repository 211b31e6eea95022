"""Makes `Budget`, what the guard may cost a run, as the user said it."""

import math
import numbers
import os
from dataclasses import dataclass

import numpy as np

from ftguard.errors import InputError
from ftguard.text.formatting import duration, percent

DEFAULT = 0.05
"""The share of a run's time that checks take unless told otherwise."""
VARIABLE = "FTGUARD_BUDGET"
"""The environment variable that moves the default, as a CI that wants everything asked needs."""
EVERYTHING, AUTO = "none", "auto"
_WHAT = (
    "the share of the run's time that checks may take, such as 0.05, or seconds a checkpoint, "
    "such as 30, or None to ask everything"
)


@dataclass(frozen=True, kw_only=True)
class Budget:
    """What checks may take: a share of the run's time, or seconds a checkpoint."""

    share: float | None = None
    """Of the whole run's time, checks included; below 1."""
    seconds: float | None = None
    """For each checkpoint, and for the base."""

    def __str__(self) -> str:
        if self.share is not None:
            return f"{percent(self.share)} of the run"
        return f"{duration(self.seconds or 0.0)} a checkpoint"

    def total(self, training: float, checks: int) -> float:
        """Seconds for everything.

        Args:
            training: seconds that training takes by itself.
            checks: checkpoints planned.
        """
        if self.share is not None:
            return self.share / (1 - self.share) * training
        return (self.seconds or 0.0) * (checks + 1)


def read_budget(given: object) -> Budget | None:
    """The argument as the user meant it; None asks everything.

    Raises:
        InputError: it is no budget; the message says what one is.
    """
    if isinstance(given, str) and given == AUTO:
        given = _of_environment()
    if given is None:
        return None
    if isinstance(given, np.ndarray) and given.ndim == 0:
        given = given.item()
    number = isinstance(given, numbers.Real) and not isinstance(given, bool | np.bool_)
    if not number or not math.isfinite(float(given)) or float(given) <= 0:  # type: ignore[arg-type]
        raise InputError(f"`budget` is {_WHAT}; got {given!r}.")
    value = float(given)  # type: ignore[arg-type]
    return Budget(share=value) if value < 1 else Budget(seconds=value)


def _of_environment() -> object:
    told = os.environ.get(VARIABLE, "").strip()
    if not told or told.lower() == AUTO:
        return DEFAULT
    if told.lower() == EVERYTHING:
        return None
    try:
        return float(told)
    except ValueError:
        raise InputError(
            f"the environment variable {VARIABLE} is {_WHAT.replace('None', EVERYTHING)}; "
            f"got {told!r}."
        ) from None
