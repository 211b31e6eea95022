"""Several trackers as one: who fails is warned about, once."""

import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import pytest

from ftguard.tracking import ManyTrackers
from ftguard.verdict.checkup import Checkup
from ftguard.verdict.conclusion import Conclusion
from ftguard.verdict.gate import State

MakeCheckup = Callable[[Sequence[State]], Checkup]


@dataclass(frozen=True)
class Notebook:
    """Remembers what it was told."""

    told: list[object] = field(default_factory=list)

    def log(self, checkup: Checkup, share: float) -> None:
        """Remember the step and the share."""
        self.told.append((checkup.step, share))

    def finish(self, conclusion: Conclusion) -> None:
        """Remember the summary."""
        self.told.append(conclusion.summary)


@dataclass(frozen=True)
class Broken:
    """Fails whatever it is told."""

    why: str

    def log(self, checkup: Checkup, share: float) -> None:
        """Fail."""
        raise OSError(f"{self.why} at step {checkup.step}, {share}")

    def finish(self, conclusion: Conclusion) -> None:
        """Fail."""
        raise RuntimeError(f"{self.why} at the end: {conclusion.summary}")


@pytest.fixture
def conclusion() -> Conclusion:
    """The outcome of a run in which nothing happened."""
    return Conclusion(
        run="r",
        best_step=None,
        best_folder=None,
        chosen=None,
        confirmed=None,
        best_gates=(),
        last_step=None,
        last_passed=None,
        last_gates=(),
        advice=(),
        summary="nothing",
    )


def test_each_failing_tracker_is_one_warning_and_the_others_hear_everything(
    checkup: MakeCheckup, conclusion: Conclusion
) -> None:
    """Two broken trackers of one class are two warnings over three messages, none is raised."""
    first, last = Notebook(), Notebook()
    many = ManyTrackers((first, Broken("disk full"), Broken("offline"), last))
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        many.log(checkup([]), 0.25)
        many.log(checkup([]), 0.5)
        many.finish(conclusion)

    assert [str(warning.message) for warning in caught] == [
        f"ftguard: Broken failed (OSError: {why} at step 20, 0.25); training goes on and the "
        "ledger holds everything"
        for why in ("disk full", "offline")
    ]
    assert first.told == last.told == [(20, 0.25), (20, 0.5), "nothing"]


def test_no_trackers_are_the_null_tracker(checkup: MakeCheckup, conclusion: Conclusion) -> None:
    """With nobody to tell, telling is silent."""
    ManyTrackers().log(checkup([]), 0.25)
    ManyTrackers().finish(conclusion)
