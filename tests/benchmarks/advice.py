"""Whether the advised learning rate is a good one: it is trained with, beside a sweep of rates.

    python tests/benchmarks/advice.py                                # the demo: 5 minutes
    python tests/benchmarks/advice.py --inputs INPUTS                # stories260K on GSM8K, 20
    python tests/benchmarks/advice.py --inputs INPUTS --model MODEL  # SmolLM2-135M, 30

Every rate of the sweep is trained with under guard, and so is every rate that is advised after it.
Of each run the table has the target at its end, the losses at its gates with their verdict, what
was advised, and what the advised rate in fact gives: the target of the best checkpoint that passed
(on the chat model its likelihood, of one that is not blocked), and which share that is of the best
one of the whole sweep. `steady` is how far the advice moved over the checkpoints of the run: the
highest advised rate by the lowest. `INPUTS` holds `models/stories260K`, `data/gsm8k` and
`data/clinc150`; on the chat model the sweep is of full fine-tuning, with `--lora` of LoRA.
"""

import argparse
import contextlib
import io
import json
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from chat_model import fine_tune
from rates import gsm8k, recipe, write_texts

from ftguard import Checkup
from ftguard.demo.dials import Dials
from ftguard.demo.tune import tune
from ftguard.folders import RunFolder
from ftguard.run.ledger import Ledger, current_run
from ftguard.run.state import fold
from ftguard.text.formatting import rate as written
from ftguard.verdict.advice import GoFurther, LowerLearningRate
from ftguard.verdict.checkup import target_score
from ftguard.verdict.remedies.reasons import LOSSES

KEPT = 0.90
"""The share of the best passing target that advice is to keep."""
Train = Callable[[float, Path], Sequence[Checkup]]
"""One guarded run at a rate, into a folder: its checkups, oldest first."""


@dataclass(frozen=True, kw_only=True)
class Sweep:
    """What is trained at which rates."""

    name: str
    rates: tuple[float, ...]
    train: Train
    likelihood: bool = False
    """Whether the target is told by its likelihood: answers to a task that is hardly begun are all
    wrong, whatever the rate."""
    undecided: bool = False
    """Whether a checkpoint that is not blocked will do: a weak base proves few to have passed."""


def demo() -> Sweep:
    """The small model of `ftguard demo` on support tickets, without replay."""

    def train(rate: float, out: Path) -> Sequence[Checkup]:
        return tune(Dials(learning_rate=rate), out).checkups

    return Sweep(name="demo", rates=(2e-5, 5e-5, 1e-4, 2e-4, 4e-4, 7e-4), train=train)


def stories(inputs: Path, work: Path) -> Sweep:
    """stories260K on GSM8K as plain text: what it forgets are its own stories."""
    model, probes = inputs / "models/stories260K", work / "probes.jsonl"
    recipe("own_texts.py", model, "--out", probes, "--count", 200, "--name", "stories")
    sums = gsm8k(inputs / "data/gsm8k/train.jsonl")
    target = write_texts(work / "target.jsonl", gsm8k(inputs / "data/gsm8k/test.jsonl"))
    texts = write_texts(work / "gsm8k.jsonl", sums)

    def train(rate: float, out: Path) -> Sequence[Checkup]:
        recipe(
            "trainer_full.py", model, texts, "--target", target, "--general", probes,
            "--rate", rate, "--steps", 100, "--save-steps", 20, "--save-total-limit", 1,
            "--out", out,
        )  # fmt: skip
        events = Ledger(RunFolder(out).ledger).read()
        run = current_run(events)
        if run is None:
            sys.exit(f"no run in {out}")
        return fold(events, run.id).checkups

    return Sweep(name="stories260K", rates=(5e-6, 1e-5, 2e-5, 3e-5, 1e-4, 3e-4, 1e-3), train=train)


def chat(model: Path, inputs: Path, method: str) -> Sweep:
    """SmolLM2-135M-Instruct on CLINC150 as chat."""

    def train(rate: float, out: Path) -> Sequence[Checkup]:
        found: Sequence[Checkup] = fine_tune(
            str(model), inputs, method, rate, out, steps=30, checks=2, max_probes=40
        )
        return found

    usual = (5e-6, 1e-5, 2e-5, 5e-5, 1e-4)
    rates = usual if method == "full" else tuple(10 * rate for rate in usual)
    return Sweep(
        name=f"SmolLM2-135M, {method}", rates=rates, train=train, likelihood=True, undecided=True
    )


def runs(sweep: Sweep, work: Path) -> Callable[[float], Sequence[Checkup]]:
    """Train at a rate, once each, quietly."""
    known: dict[float, Sequence[Checkup]] = {}

    def at(rate: float) -> Sequence[Checkup]:
        if rate not in known:
            with contextlib.redirect_stdout(io.StringIO()):
                known[rate] = sweep.train(rate, work / f"{rate:g}")
        return known[rate]

    return at


def passing(sweep: Sweep, checkups: Sequence[Checkup]) -> float | None:
    """The target of the best checkpoint that will do; None where none does."""
    enough = (True, None) if sweep.undecided else (True,)
    scores = [reached(sweep, c) for c in checkups if c.verdict.passed in enough]
    return max(scores, default=None)


def reached(sweep: Sweep, checkup: Checkup) -> float:
    """The target of a checkpoint."""
    read = checkup.find("target", "likelihood") if sweep.likelihood else None
    return target_score(checkup) if read is None or read.now is None else read.now


def advised(checkup: Checkup) -> LowerLearningRate | GoFurther | None:
    """The rate that a checkup advises, down or up."""
    found = (a for a in checkup.advice if isinstance(a, LowerLearningRate | GoFurther))
    return next(found, None)


def steady(checkups: Sequence[Checkup]) -> float | None:
    """The highest by the lowest rate that a run's checkpoints advised to lower to."""
    lowered = [
        advice.learning_rate
        for checkup in checkups
        if isinstance(advice := advised(checkup), LowerLearningRate)
    ]
    return max(lowered) / min(lowered) if lowered else None


def in_words(advice: LowerLearningRate | GoFurther | None) -> str:
    """The advised rate with its range, or up to which there is room."""
    if advice is None:
        return "none"
    if isinstance(advice, GoFurther):
        return f"up to {written(advice.learning_rate)}"
    low, high = (written(end or advice.learning_rate) for end in (advice.low, advice.high))
    return f"{written(advice.learning_rate)} ({low} to {high})"


def lost(checkup: Checkup) -> str:
    """What is lost at each gate that a rate can keep, the largest first."""
    drops = [
        (outcome.judged.value, outcome.gate.measurement)
        for outcome in checkup.verdict.outcomes
        if outcome.gate.measurement in LOSSES[:3] and outcome.judged is not None
    ]
    return ", ".join(f"{name} {drop:.0%}" for drop, name in sorted(drops, reverse=True))


def compare(sweep: Sweep, work: Path) -> list[dict[str, object]]:
    """Train with every rate and with what it advises; print and return the rows."""
    at = runs(sweep, work)
    best = max((score for rate in sweep.rates if (score := passing(sweep, at(rate)))), default=None)
    print(f"\n{sweep.name}: best passing target of the sweep {best or 0:.3f}")
    head = ("rate", "target", "verdict", "advised", "steady", "gives", "share", "lost")
    widths = (8, 7, 10, 25, 7, 7, 6, 0)
    print("".join(name.ljust(width) for name, width in zip(head, widths, strict=True)))
    rows: list[dict[str, object]] = []
    for rate in sweep.rates:
        last, advice = at(rate)[-1], advised(at(rate)[-1])
        gives = passing(sweep, at(advice.learning_rate if advice else rate))
        share = gives / best if gives is not None and best else 0.0
        moved = steady(at(rate))
        cells = (
            written(rate),
            f"{reached(sweep, last):.3f}",
            {True: "passed", None: "undecided", False: "BLOCKED"}[last.verdict.passed],
            in_words(advice),
            f"{moved:.1f}" if moved else "",
            "none" if gives is None else f"{gives:.3f}",
            f"{share:.0%}",
            lost(last),
        )
        print("".join(c.ljust(w) for c, w in zip(cells, widths, strict=True)).rstrip(), flush=True)
        rows.append({"rate": rate, "advised": in_words(advice), "share": share})
    kept = sum(float(str(row["share"])) >= KEPT for row in rows)
    print(f"advice keeps {KEPT:.0%} of the best from {kept} of {len(rows)} rates")
    return rows


def main() -> None:
    """Compare on what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--inputs", type=Path, help="folder of real models and data")
    parser.add_argument("--model", type=Path, help="folder of the chat model")
    parser.add_argument("--lora", action="store_true", help="of the chat model: LoRA")
    parser.add_argument("--rates", type=float, nargs="*", help="others than those of the sweep")
    parser.add_argument("--json", type=Path, help="also write the rows there")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="ftguard-advice-") as folder:
        work = Path(folder)
        if args.inputs is None:
            sweep = demo()
        elif args.model is None:
            sweep = stories(args.inputs, work)
        else:
            sweep = chat(args.model, args.inputs, "lora" if args.lora else "full")
        if args.rates:
            sweep = replace(sweep, rates=tuple(args.rates))
        rows = compare(sweep, work)
    if args.json:
        args.json.write_text(json.dumps(rows, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
