"""Whether a budget is kept: runs of 20 checkpoints whose full check would take 10, 30 and 70 %.

    python tests/benchmarks/budget.py [--minutes 2] [--shares 0.1 0.3 0.7] [--budget 0.05]

The small model of `ftguard demo` is fine-tuned on support tickets. How long asking everything and a
step of training take is measured first; then each run is planned so that its full checks would take
such a share of it, by the number of probes and steps, with about so many minutes of it. Printed
are the share that checks took, by the clock of the run and by a clock outside of it (all of its
time but that of its steps), the share that was foreseen after five steps, and how many probes the
base, the checkpoints between and the last one were asked.
"""

import argparse
import contextlib
import io
import re
import statistics
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from transformers import DataCollatorForSeq2Seq, Trainer, TrainerCallback, TrainingArguments

from ftguard import GuardCallback
from ftguard.demo.routing import routing_examples
from ftguard.demo.tune import encode, load, skill_probes, ticket_probes
from ftguard.folders import RunFolder
from ftguard.scores.snapshot import load_scores

CHECKS, BATCH = 20, 16
MOST = 300
"""Probes in a set: there are not more different ones."""
TOOK = re.compile(r"checks took [^,]+, ([\d.]+) % of")
FORESEEN = re.compile(r"cost to come:(?:[^%]*,)? ([\d.]+) % of the run")


class Steps(TrainerCallback):  # type: ignore[misc]
    """Times the steps from outside."""

    def __init__(self) -> None:
        self.seconds: list[float] = []
        self._began = 0.0

    def on_step_begin(self, *given: Any, **named: Any) -> None:
        """A step begins."""
        self._began = time.perf_counter()

    def on_optimizer_step(self, *given: Any, **named: Any) -> None:
        """Its weights are changed; what follows is hooks."""
        self.seconds.append(time.perf_counter() - self._began)


@dataclass
class Ran:
    """What came of a run."""

    guard: GuardCallback
    seconds: float
    steps: Steps
    told: str
    asked: list[int] = field(default_factory=list)
    base: int = 0


def train(out: Path, steps: int, size: int, budget: float | None) -> Ran:
    """One guarded run with so many probes in each of four sets; nothing of it is cached."""
    model, tokenizer = load()
    guard = GuardCallback(
        target=ticket_probes("target", size),
        general=skill_probes(size, seed=1),
        tail=ticket_probes("tail", size),
        calibration=skill_probes(max(100, size), seed=2),
        max_probes=10 * size,
        budget=budget,
        cache=False,
    )
    rows = routing_examples("train", 1000, seed=0)
    timer, told = Steps(), io.StringIO()
    trainer = Trainer(
        model=model,
        args=TrainingArguments(
            str(out),
            max_steps=steps,
            save_steps=max(1, steps // CHECKS),
            per_device_train_batch_size=BATCH,
            learning_rate=1e-4,
            save_total_limit=1,
            logging_strategy="no",
            report_to=[],
            disable_tqdm=True,
            use_cpu=True,
            dataloader_pin_memory=False,
        ),
        train_dataset=[encode(row.prompt, row.answer, tokenizer) for row in rows],
        data_collator=DataCollatorForSeq2Seq(tokenizer, label_pad_token_id=-100),
        processing_class=tokenizer,
        callbacks=[guard, timer],
    )
    began = time.perf_counter()
    with contextlib.redirect_stdout(told):
        trainer.train()
    found = Ran(guard=guard, seconds=time.perf_counter() - began, steps=timer, told=told.getvalue())
    folder = RunFolder(out)
    found.base = len(load_scores(folder.base))
    found.asked = [len(load_scores(folder.answers(c.id))) for c in guard.checkups]
    return found


def main() -> None:
    """Plan the runs, and run them."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--minutes", type=float, default=2.0, help="of training, at most")
    parser.add_argument("--shares", type=float, nargs="*", default=[0.1, 0.3, 0.7])
    parser.add_argument("--budget", type=float, default=0.05)
    parser.add_argument("--size", type=int, default=200, help="probes of each set, at most")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as work:
        tried = train(Path(work) / "tried", 20, args.size, None)
        step = statistics.median(tried.steps.seconds)
        full = statistics.median(c.seconds for c in tried.guard.checkups)
        print(f"a step takes {step:.3f} s, asking {tried.base} probes {full:.2f} s")
        print("full  steps  probes  share  outside  foreseen  base  between  last  seconds")
        for share in args.shares:
            # So large checks, up to a limit, that this is their share of so long a training.
            wanted = 60 * args.minutes * share / (1 - share) / (CHECKS * full)
            size = max(25, min(MOST, round(args.size * wanted)))
            training = CHECKS * full * size / args.size * (1 - share) / share
            steps = CHECKS * max(1, round(training / step / CHECKS))
            ran = train(Path(work) / f"{share}", steps, size, args.budget)
            told = " ".join(ran.told.split())
            by_clock, found = TOOK.search(told), FORESEEN.search(told)
            clock = by_clock[1] if by_clock else "?"
            outside = 1 - sum(ran.steps.seconds) / ran.seconds
            foreseen = found[1] if found else "?"
            between = statistics.mean(ran.asked[:-1])
            print(
                f"{share:4.0%}  {steps:5}  {4 * size:6}  {clock:>4}%  {outside:7.1%}  "
                f"{foreseen:>7}%  {ran.base:4}  {between:7.0f}  {ran.asked[-1]:4}  "
                f"{ran.seconds:7.0f}",
                flush=True,
            )


if __name__ == "__main__":
    main()
