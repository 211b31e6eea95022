"""What learning rates cost a real model: stories260K, full fine-tuning on GSM8K text.

    python tests/benchmarks/rates.py ../shared/inputs

Runs `recipes/trainer_full.py` (100 steps of 16 x 256 tokens) once a row, reads each run's ledger
and snapshots back, and prints nats per token on the model's own stories, the drop that the guard
saw and its verdict; then the exponent of the hazard with the rate, one of those that
`ftguard/verdict/remedies/rate_range.py` rests on.
Some 10 minutes on two cores.
"""

import argparse
import json
import math
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from itertools import chain, cycle
from pathlib import Path

import numpy as np

from ftguard.folders import RunFolder
from ftguard.run.ledger import Ledger, current_run
from ftguard.run.state import fold
from ftguard.scores.snapshot import Snapshot, load_snapshot
from ftguard.verdict.advice import (
    Advice,
    GoFurther,
    LowerLearningRate,
    MoreProbes,
    Replay,
    Stop,
    Suggestion,
)
from ftguard.verdict.checkup import Checkup

RECIPES = Path(__file__).parents[2] / "recipes"
RATES = (1e-3, 1e-4, 3e-5, 1e-5)
EXPECTED = {
    ("gsm8k", 1e-3): 2.27,
    ("gsm8k", 1e-4): 1.60,
    ("half own", 1e-3): 1.46,
    ("own", 1e-4): 1.31,
}
"""Nats per token that an independent loop measured; the guard is to agree within 8 %."""


def recipe(name: str, *arguments: object) -> None:
    """Run a recipe, showing nothing unless it fails."""
    command = [sys.executable, str(RECIPES / name), *map(str, arguments)]
    # So short a training is asked everything, whatever share of it that takes.
    env = os.environ | {"FTGUARD_BUDGET": "none"}
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=env)
    if done.returncode:
        sys.exit(done.stderr[-2000:])


def write_texts(path: Path, texts: Iterator[str] | list[str]) -> Path:
    """JSON lines with one text each."""
    path.write_text("".join(json.dumps({"text": text}) + "\n" for text in texts), "utf-8")
    return path


def gsm8k(path: Path) -> list[str]:
    """Question and answer of each row."""
    rows = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    return [f"{row['question']}\n{row['answer']}" for row in rows]


def references(path: Path) -> list[str]:
    """The texts of a file of likelihood probes."""
    return [json.loads(line)["reference"] for line in path.read_text("utf-8").splitlines()]


def nats(snapshot: Snapshot) -> float:
    """Nats per token over all general probes."""
    logprobs = [a.logprobs for a in snapshot.answers if a.probe_id.startswith("general/")]
    return -math.fsum(chain(*logprobs)) / sum(map(len, logprobs))


def last(folder: RunFolder) -> tuple[Checkup, Snapshot]:
    """The last checkup of the run in a folder, and what was answered."""
    events = Ledger(folder.ledger).read()
    run = current_run(events)
    assert run is not None
    checkup = fold(events, run.id).checkups[-1]
    return checkup, load_snapshot(folder.answers(checkup.id))


def number(advice: Advice) -> float:
    """What is advised, in its own unit."""
    match advice:
        case LowerLearningRate() | GoFurther():
            return advice.learning_rate
        case Replay():
            return advice.share
        case Stop():
            return advice.best_step or 0
        case MoreProbes():
            return advice.num_probes
        case Suggestion():
            return 0


def main() -> None:
    """Run every row and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("inputs", type=Path, help="folder with models/stories260K and data/gsm8k")
    parser.add_argument("--steps", type=int, default=100)
    args = parser.parse_args()
    model = args.inputs / "models/stories260K"
    work = Path(tempfile.mkdtemp(prefix="ftguard-rates-"))
    probes, more = work / "probes.jsonl", work / "more.jsonl"
    recipe("own_texts.py", model, "--out", probes, "--count", 200, "--name", "stories")
    recipe("own_texts.py", model, "--out", more, "--count", 600, "--seed", 1)
    sums, own = gsm8k(args.inputs / "data/gsm8k/train.jsonl"), references(more)
    target = write_texts(work / "target.jsonl", gsm8k(args.inputs / "data/gsm8k/test.jsonl"))
    train = {
        "gsm8k": write_texts(work / "gsm8k.jsonl", sums),
        "own": write_texts(work / "own.jsonl", own * 3),
        "half own": write_texts(
            work / "half.jsonl", list(chain(*zip(sums[:3000], cycle(own), strict=False)))
        ),
    }
    rows = [("gsm8k", rate) for rate in RATES] + [("half own", 1e-3), ("own", 1e-4)]
    print(f"{'trained on':<10} {'rate':>7} {'nats':>6} {'known':>6} {'drop':>7}  verdict   advice")
    drops = {}
    for data, rate in rows:
        folder = work / f"{data} {rate}"
        recipe(
            "trainer_full.py", model, train[data], "--target", target, "--general", probes,
            "--rate", rate, "--steps", args.steps, "--save-steps", args.steps, "--out", folder,
        )  # fmt: skip
        checkup, snapshot = last(RunFolder(folder))
        forgetting = checkup.find("forgetting")
        assert forgetting is not None
        assert forgetting.estimate is not None
        drop = forgetting.estimate.value
        if data == "gsm8k":
            drops[rate] = drop
        known = EXPECTED.get((data, rate))
        verdict = {True: "passed", None: "undecided", False: "BLOCKED"}[checkup.verdict.passed]
        advice = ", ".join(f"{a.do} {number(a):.2g}" for a in checkup.advice)
        print(
            f"{data:<10} {rate:>7g} {nats(snapshot):>6.3f} {known or '':>6} {drop:>7.1%}  "
            f"{verdict:<9} {advice}",
            flush=True,
        )
    hazards = -np.log1p(-np.array(list(drops.values())))
    slope = np.polyfit(np.log(list(drops)), np.log(hazards), 1)[0]
    print(f"the hazard -ln(1 - drop) grows with rate^{slope:.2f}")


if __name__ == "__main__":
    main()
