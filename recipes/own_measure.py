"""A measure of your own (how many answers no longer end) with a gate, and curves as CSV rows.

On rows in any of TRL's formats:
    python recipes/own_measure.py MODEL train.jsonl --target held_out.jsonl --out out
"""

import argparse
import csv
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
from datasets import load_dataset
from trl import SFTConfig, SFTTrainer

from ftguard import Checkup, GuardCallback, Measurement, Probe, Snapshot, mean_estimate


def unended(probes: Sequence[Probe], base: Snapshot, now: Snapshot) -> Iterable[Measurement]:
    """By how much the share of target answers that are cut off has risen."""
    cut = [{a.probe_id: a.finish == "length" for a in side.answers} for side in (base, now)]
    asked = [p.id for p in probes if p.role == "target" and p.kind == "answer" and not p.holdout]
    if asked:
        before, after = np.array([[side[name] for name in asked] for side in cut], float)
        change = mean_estimate(after - before, discrete=True)  # paired, probe by probe
        was, is_now = float(before.mean()), float(after.mean())
        yield Measurement(
            name="unended", slice="all", estimate=change, base=was, now=is_now, unit="points"
        )


class CsvTracker:
    """Appends a row for each measurement: step, name, value, low, high."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def log(self, checkup: Checkup, share: float) -> None:  # noqa: ARG002
        """Write the rows of one checkpoint."""
        shown = [(m.key, m.estimate) for m in checkup.measurements if m.estimate]
        with self.path.open("a", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows((checkup.step, k, e.value, e.low, e.high) for k, e in shown)

    def finish(self, conclusion: object) -> None:
        """Nothing more to write."""


def main() -> None:
    """Train under guard."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model", help="model folder or name")
    parser.add_argument("train", type=Path, help="JSON lines to train on")
    parser.add_argument("--target", type=Path, required=True, help="held-out rows of the same kind")
    parser.add_argument("--general", type=Path, help="probes of general capability")
    parser.add_argument("--out", type=Path, default=Path("out"))
    parser.add_argument("--steps", type=int, default=100, help="half of them between checkpoints")
    args = parser.parse_args()
    limits = {"unended": 0.10}
    tracker = CsvTracker(args.out / "curves.csv")
    guard = GuardCallback(
        args.target, args.general, measures=[unended], limits=limits, trackers=[tracker]
    )
    config = SFTConfig(str(args.out), max_steps=args.steps, save_steps=args.steps // 2, bf16=False)
    train = load_dataset("json", data_files=str(args.train), split="train")
    SFTTrainer(model=args.model, args=config, train_dataset=train, callbacks=[guard]).train()


if __name__ == "__main__":
    main()
