"""Whether the last checkpoint of a long run is recorded as fast as the first.

    python tests/benchmarks/ledger.py

Appends 1,000 examined checkpoints of 40 measurements to a run's journal in a temporary folder, as
the guard does (event written and synced, state folded, best and next look read), and prints
the median time of one in each hundred, with the time of writing alone beside it.
"""

import tempfile
import time
from pathlib import Path
from statistics import median

from ftguard import Checkup, Estimate, Measurement, Verdict
from ftguard.run.journal import Journal
from ftguard.run.ledger import Examined, Ledger
from ftguard.run.state import RunState

CHECKPOINTS, MEASUREMENTS, GROUP = 1000, 40, 100


def checkup(step: int) -> Checkup:
    """A passing checkpoint whose target rises and falls."""
    estimate = Estimate(value=0.1, low=0.0, high=0.2, level=0.95, n=200, stderr=0.05, dof=199)
    names = ["target", *(f"measure-{index}" for index in range(MEASUREMENTS - 1))]
    return Checkup(
        run="r",
        attempt=1,
        step=step,
        epoch=step / 100,
        progress=step / CHECKPOINTS,
        checkpoint=f"checkpoint-{step}",
        eval_loss=None,
        measurements=tuple(
            Measurement(name=name, slice="all", estimate=estimate, base=0.5, now=step % 97 / 97)
            for name in names
        ),
        verdict=Verdict(outcomes=(), passed=True, proven=True),
        advice=(),
        seconds=1.0,
    )


def main() -> None:
    """Time the run and print the table."""
    whole, writing = [], []
    with tempfile.TemporaryDirectory() as folder:
        journal = Journal(Ledger(Path(folder) / "ledger.jsonl"), RunState(run="r"))
        alone = Ledger(Path(folder) / "alone.jsonl")
        for step in range(1, CHECKPOINTS + 1):
            event = Examined(run="r", attempt=1, step=step, checkup=checkup(step))
            started = time.perf_counter()
            alone.append(event)
            between = time.perf_counter()
            journal.append(event)
            assert journal.state.best is not None
            assert journal.state.next_look.number == step + 1
            journal.share()
            writing.append(between - started)
            whole.append(time.perf_counter() - between)
    print("checkpoints    recorded    of it written")
    for first in range(0, CHECKPOINTS, GROUP):
        one, other = (1e3 * median(times[first : first + GROUP]) for times in (whole, writing))
        print(f"{first + 1:>5}-{first + GROUP:<5} {one:>8.2f} ms {other:>12.2f} ms")
    print(f"last hundred / first: {median(whole[-GROUP:]) / median(whole[:GROUP]):.2f}")


if __name__ == "__main__":
    main()
