"""The narrow protocol behind which results are told, and the scalars that every tracker gets."""

from typing import Protocol

from ftguard.verdict.checkup import Checkup
from ftguard.verdict.conclusion import Conclusion

PASSED = {True: 1.0, None: 0.5, False: 0.0}


class Tracker(Protocol):
    """Where results are told; it may fail without harm."""

    def log(self, checkup: Checkup, share: float) -> None:
        """Tell one checkup; `share` is the guard's share of the run's time so far."""

    def finish(self, conclusion: Conclusion) -> None:
        """Tell the run's outcome."""


def scalars(checkup: Checkup, share: float) -> dict[str, float]:
    """The curves of one checkup: `ftguard/NAME/SLICE` with `/low`, `/high`, `/now`; totals."""
    found: dict[str, float] = {}
    for measurement in checkup.measurements:
        estimate, key = measurement.shown, f"ftguard/{measurement.key}"
        if measurement.now is not None:
            found[f"{key}/now"] = measurement.now
        if estimate is None:
            continue
        found[key] = estimate.value
        found[f"{key}/low"] = estimate.low
        found[f"{key}/high"] = estimate.high
    return found | {
        "ftguard/gates/passed": PASSED[checkup.verdict.passed],
        "ftguard/seconds": checkup.seconds,
        "ftguard/share": share,
    }
