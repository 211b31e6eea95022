"""Whether the last checkpoint of a long run is recorded as fast as the first.

    python tests/benchmarks/ledger.py

Examines and saves 1,000 checkpoints of 40 measurements as the guard does: two events each, written
and synced, the state folded, best and next look read. Prints the median time of a checkpoint in
each hundred, writing and folding apart, for a run in which all pass and one in which none does.
"""

import tempfile
import time
from pathlib import Path
from statistics import median

from ftguard import Checkup, Estimate, Measurement, Verdict
from ftguard.run.ledger import Examined, Ledger
from ftguard.run.state import RunState, after

CHECKPOINTS, MEASUREMENTS, GROUP = 1000, 40, 100


def checkup(step: int, *, saved: bool, passed: bool) -> Checkup:
    """A checkpoint whose target rises and falls."""
    estimate = Estimate(value=0.1, low=0.0, high=0.2, level=0.95, n=200, stderr=0.05, dof=199)
    names = ["target", *(f"measure-{index}" for index in range(MEASUREMENTS - 1))]
    return Checkup(
        run="r",
        attempt=1,
        step=step,
        epoch=step / 100,
        progress=step / CHECKPOINTS,
        checkpoint=f"checkpoint-{step}" if saved else None,
        eval_loss=None,
        measurements=tuple(
            Measurement(name=name, slice="all", estimate=estimate, base=0.5, now=step % 97 / 97)
            for name in names
        ),
        verdict=Verdict(outcomes=(), passed=passed, proven=passed),
        advice=(),
        seconds=1.0,
    )


def run(*, passed: bool) -> None:
    """Time one run and print its table."""
    writing, folding = [], []
    with tempfile.TemporaryDirectory() as folder:
        ledger, state = Ledger(Path(folder) / "ledger.jsonl"), RunState(run="r")
        for step in range(1, CHECKPOINTS + 1):
            spent = [0.0, 0.0]
            for saved in (False, True):
                found = checkup(step, saved=saved, passed=passed)
                event = Examined(run="r", attempt=1, step=step, checkup=found)
                started = time.perf_counter()
                ledger.append(event)
                written = time.perf_counter()
                state = after(state, event)
                assert state.next_look.number == step + 1
                assert (state.best is not None) == (passed and (saved or step > 1))
                spent[0] += written - started
                spent[1] += time.perf_counter() - written
            writing.append(spent[0])
            folding.append(spent[1])
    print(f"\nevery checkpoint {'passes' if passed else 'is blocked'}")
    print("checkpoints      written     folded")
    for first in range(0, CHECKPOINTS, GROUP):
        one, other = (1e3 * median(times[first : first + GROUP]) for times in (writing, folding))
        print(f"{first + 1:>5}-{first + GROUP:<5} {one:>9.2f} ms {other:>7.3f} ms")


def main() -> None:
    """Time both runs."""
    for passed in (True, False):
        run(passed=passed)


if __name__ == "__main__":
    main()
