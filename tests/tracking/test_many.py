"""Several trackers as one: who fails or hangs is warned about, once."""

import sqlite3
import threading
import time
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from transformers import Trainer

from ftguard import Gate, GuardCallback
from ftguard.tracking import Kept, ManyTrackers, Opening, SoFar
from ftguard.verdict.checkup import Checkup
from ftguard.verdict.choice import Choice
from ftguard.verdict.conclusion import Conclusion
from ftguard.verdict.gate import State

pytestmark = pytest.mark.filterwarnings("ignore:.*pin_memory.*")

MakeCheckup = Callable[[Sequence[State]], Checkup]
Telling = Callable[..., SoFar]
Build = Callable[..., Trainer]
Guarding = Callable[..., GuardCallback]

PATIENCE = 120
"""Seconds after which something has gone wrong, however slow the machine is."""


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
class Diary(Notebook):
    """Remembers all that can be told."""

    def begin(self, opening: Opening) -> None:
        """Remember the run."""
        self.told.append(opening.run.id)

    def examined(self, so_far: SoFar) -> None:
        """Remember the steps so far."""
        self.told.append([checkup.step for checkup in so_far.checkups])

    def kept(self, kept: Kept) -> None:
        """Remember where the files are."""
        self.told.append(kept.files.name)


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
    checkup: MakeCheckup, telling: Telling, conclusion: Conclusion
) -> None:
    """Two broken trackers of one class are two warnings over three messages, none is raised."""
    first, last = Notebook(), Notebook()
    many = ManyTrackers((first, Broken("disk full"), Broken("offline"), last))
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        many.examined(telling(checkup([])))
        many.examined(telling(checkup([]), share=0.5))
        many.finish(conclusion)

    assert [str(warning.message) for warning in caught] == [
        f"ftguard: Broken failed (OSError: {why} at step 20, 0.25); training goes on and the "
        "ledger holds everything"
        for why in ("disk full", "offline")
    ]
    assert first.told == last.told == [(20, 0.25), (20, 0.5), "nothing"]


def test_no_trackers_are_the_null_tracker(
    checkup: MakeCheckup, telling: Telling, conclusion: Conclusion
) -> None:
    """With nobody to tell, telling is silent."""
    ManyTrackers().examined(telling(checkup([])))
    ManyTrackers().finish(conclusion)


def test_a_tracker_may_want_to_know_more(
    checkup: MakeCheckup, telling: Telling, opening: Opening, conclusion: Conclusion
) -> None:
    """What has `begin`, `examined` and `kept` is told so, and `log` is then not called."""
    diary, notebook = Diary(), Notebook()
    many = ManyTrackers((diary, notebook))
    first = checkup(["clear"])
    second = replace(first, step=40)
    choice = Choice(checkup=second, verdict=second.verdict)
    many.begin(opening)
    many.examined(telling(first, second))
    many.kept(Kept(opening=opening, choice=choice, files=Path("best")))
    many.finish(conclusion)
    assert diary.told == ["r", [20, 40], "best", "nothing"]
    assert notebook.told == [(40, 0.25), "nothing"]


def test_methods_that_only_have_such_a_name_are_left_alone(
    checkup: MakeCheckup, telling: Telling, opening: Opening
) -> None:
    """A tracker whose own `begin()` takes nothing and whose `kept` is a list is told as before."""

    @dataclass(frozen=True)
    class Database(Notebook):
        kept: tuple[str, ...] = ()

        def begin(self) -> None:
            self.told.append("a transaction")

    own = Database()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        many = ManyTrackers((own,))
        many.begin(opening)
        many.examined(telling(checkup([])))
    assert own.told == [(20, 0.25)]


def _until(is_so: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE
    while not is_so() and time.monotonic() < end:
        time.sleep(0.01)


def test_a_tracker_that_hangs_is_waited_for_once(
    checkup: MakeCheckup, telling: Telling, conclusion: Conclusion
) -> None:
    """Of 12 messages two are waited for, the first and the last, 0.5 s each: in less than the 6 s
    of them all. The next tracker hears all of them; once it answers again it is told what waited.
    """
    goes_on = threading.Event()

    class Hangs(Notebook):
        def log(self, checkup: Checkup, share: float) -> None:
            goes_on.wait(PATIENCE)
            super().log(checkup, share)

    hangs, other = Hangs(), Notebook()
    many = ManyTrackers((hangs, other), patience=0.5)
    started = time.monotonic()
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        for _ in range(11):
            many.examined(telling(checkup([])))
        many.finish(conclusion)
    assert time.monotonic() - started < 5.5
    assert len(other.told) == 12
    assert [str(warning.message) for warning in caught] == [
        (
            "ftguard: Hangs failed (TimeoutError: it has not answered for 0.5 s); training goes on "
            "and the ledger holds everything"
        )
    ]
    goes_on.set()
    _until(lambda: len(hangs.told) == 12)
    assert hangs.told == other.told


def test_a_tracker_that_answers_no_more_is_told_no_more(
    checkup: MakeCheckup, telling: Telling
) -> None:
    """After 16 messages that wait in line the next ones are dropped, at once."""
    goes_on = threading.Event()

    class Hangs(Notebook):
        def log(self, checkup: Checkup, share: float) -> None:
            goes_on.wait(PATIENCE)
            super().log(checkup, share)

    hangs = Hangs()
    many = ManyTrackers((hangs,), patience=0.05)
    with warnings.catch_warnings(record=True):
        warnings.simplefilter("always")
        for _ in range(40):
            many.examined(telling(checkup([])))
    goes_on.set()
    _until(lambda: len(hangs.told) == 17)
    # One more that was not dropped would come next.
    time.sleep(0.1)
    assert len(hangs.told) == 17


def test_what_needs_the_thread_that_made_it_is_called_there(
    tmp_path: Path, checkup: MakeCheckup, telling: Telling, conclusion: Conclusion
) -> None:
    """A connection of SQLite, opened by the constructor, holds every message and no warning is."""

    class Table:
        def __init__(self) -> None:
            self.connection = sqlite3.connect(tmp_path / "told.sqlite")
            self.connection.execute("create table told (step, share)")

        def log(self, checkup: Checkup, share: float) -> None:
            self.connection.execute("insert into told values (?, ?)", (checkup.step, share))

        def finish(self, conclusion: Conclusion) -> None:
            self.connection.commit()

    table = Table()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        many = ManyTrackers((table,))
        many.examined(telling(checkup([])))
        many.examined(telling(checkup([]), share=0.5))
        many.finish(conclusion)
    assert table.connection.execute("select * from told").fetchall() == [(20, 0.25), (20, 0.5)]
    table.connection.close()


def test_a_tracker_that_wants_to_end_the_process_does_not(
    checkup: MakeCheckup, telling: Telling
) -> None:
    """`sys.exit` in a tracker is one more failure."""

    class Exits(Notebook):
        def log(self, checkup: Checkup, share: float) -> None:
            raise SystemExit(3)

    with pytest.warns(UserWarning, match=r"Exits failed \(RuntimeError: SystemExit: 3\)"):
        ManyTrackers((Exits(),)).examined(telling(checkup([])))


def test_in_a_real_run_a_tracker_hears_of_both_models_answers_and_of_what_is_kept(
    build: Build, guarding: Guarding
) -> None:
    """One that has no `log`: the opening with gates and base first, three checkpoints with all
    answers, what is kept with its files whenever that changed, the conclusion last.
    """
    told: list[str] = []

    class Full:
        def begin(self, opening: Opening) -> None:
            told.append(f"begin with {len(opening.run.gates)} gate")
            assert len(opening.base.answers) == len(opening.probes) > 50

        def examined(self, so_far: SoFar) -> None:
            told.append(f"examined {[checkup.step for checkup in so_far.checkups]}")
            assert so_far.now is not None
            assert len(so_far.now.answers) == len(so_far.base.answers)

        def kept(self, kept: Kept) -> None:
            told.append(f"kept {kept.choice.checkup.step}")
            assert (kept.files / "model.safetensors").is_file()

        def finish(self, conclusion: Conclusion) -> None:
            told.append(f"best is {conclusion.best_step}")

    # The tiny model never ends an answer: the other gates have too few scores to decide.
    guard = guarding(gates=[Gate(measurement="forgetting", limit=0.10)], trackers=[Full()])
    build(guard, report_to=[]).train()
    assert guard.best is not None
    best = guard.best.step
    assert told[:3] == ["begin with 1 gate", "examined [2]", "kept 2"]
    assert [line for line in told if line.startswith("examined")][-1] == "examined [2, 4, 6]"
    assert told[-2:] == [f"kept {best}", f"best is {best}"]
