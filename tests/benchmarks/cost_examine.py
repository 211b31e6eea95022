"""What a checkup takes beside the calls of the model that it makes.

    python tests/benchmarks/cost_examine.py [--chat-model FOLDER] [--only demo] [--probes 100]

Trains each model for four steps under guard and examines all four checkpoints: the built-in general
probes, four-choice questions and texts to read. `calls` is the time within the model and its output
layer, `all` that of the whole checkup: asking, scoring, measuring, deciding, and writing snapshot,
ledger and report. The first checkpoint, which warms up, does not count; the median of the others
does. `floor` is one pass over the prompts and the answers, without logits. Some 5 minutes on two
cores with a chat model.
"""

import argparse
import statistics
import tempfile
import time
import warnings
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from cost_models import Loaded, Words, known_models, question
from transformers import DataCollatorForLanguageModeling, Trainer, TrainingArguments

from ftguard import GuardCallback, Probe, Snapshot
from ftguard.folders import RunFolder
from ftguard.scores.snapshot import load_snapshot

STEPS = 4


@dataclass
class Stopwatch:
    """Seconds within calls of some modules, those within another call counted once."""

    seconds: float = 0.0
    _depth: int = 0
    _started: float = 0.0

    def watch(self, module: torch.nn.Module) -> None:
        """Count its calls."""
        module.register_forward_pre_hook(self._enter)
        module.register_forward_hook(self._leave, always_call=True)

    def _enter(self, *_: object) -> None:
        if not self._depth:
            self._started = time.perf_counter()
        self._depth += 1

    def _leave(self, *_: object) -> None:
        self._depth -= 1
        if not self._depth:
            self.seconds += time.perf_counter() - self._started


@dataclass
class Times:
    """Of each checkup."""

    calls: list[float] = field(default_factory=list)
    examine: list[float] = field(default_factory=list)
    whole: list[float] = field(default_factory=list)


class TimedGuard(GuardCallback):
    """The guard, with its checkups timed."""

    def __init__(self, watch: Stopwatch, times: Times, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._watch, self._times = watch, times

    def on_save(self, *args: Any, **kwargs: Any) -> None:
        """Examine the checkpoint."""
        before, started = self._watch.seconds, time.perf_counter()
        super().on_save(*args, **kwargs)
        self._times.whole.append(time.perf_counter() - started)
        self._times.calls.append(self._watch.seconds - before)
        self._times.examine.append(self.checkups[-1].seconds)


def probes(loaded: Loaded, number: int) -> list[Probe]:
    """Half four-choice questions, half texts to read; a model's context holds them."""
    words = Words(loaded[1])
    return [
        question(f"q{n}", words.text(40), [words.text(3) for _ in range(4 if n % 2 else 1)])
        for n in range(number)
    ]


def examined(loaded: Loaded, number: int) -> tuple[Times, Snapshot]:
    """The times of each checkup, and what the last one was of."""
    model, tokenizer = loaded
    watch, times, words = Stopwatch(), Times(), Words(loaded[1], seed=1)
    watch.watch(model)
    head = model.get_output_embeddings()
    if isinstance(head, torch.nn.Module):
        watch.watch(head)
    guard = TimedGuard(
        watch, times, probes(loaded, number), tail=None, max_probes=number, budget=None
    )
    with tempfile.TemporaryDirectory() as out:
        Trainer(
            model=model.train(),
            args=TrainingArguments(
                out,
                max_steps=STEPS,
                save_steps=1,
                save_total_limit=1,
                per_device_train_batch_size=1,
                learning_rate=1e-6,
                report_to=[],
                disable_tqdm=True,
                use_cpu=True,
                dataloader_pin_memory=False,
            ),
            train_dataset=[tokenizer(words.text(20)) for _ in range(STEPS)],
            data_collator=DataCollatorForLanguageModeling(tokenizer, mlm=False),
            processing_class=tokenizer,
            callbacks=[guard],
        ).train()
        folder = RunFolder(Path(out))
        return times, load_snapshot(folder.answers(guard.checkups[-1].id))


def floor(loaded: Loaded, snapshot: Snapshot, asked: int) -> float:
    """Seconds of one pass over as many tokens as prompts and answers have, without logits."""
    model, tokenizer = loaded
    words = Words(tokenizer)
    written = [len(answer.token_ids) for answer in snapshot.answers if answer.text]
    lengths = sorted([40 + n for n in written] + [46] * asked)
    most = model.config.max_position_embeddings
    ids = tokenizer(words.text(40))["input_ids"]
    model.eval()
    started = time.perf_counter()
    with torch.no_grad():
        for start in range(0, len(lengths), 32):
            some = lengths[start : start + 32]
            row = (ids * (some[-1] // len(ids) + 1))[: min(some[-1], most)]
            model.base_model(input_ids=torch.tensor([row] * len(some)), use_cache=False)
    return time.perf_counter() - started


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--chat-model", type=Path, help="folder of a real chat model")
    parser.add_argument("--probes", type=int, default=100)
    parser.add_argument("--only", default="", help="part of a model's name")
    args = parser.parse_args()
    warnings.simplefilter("ignore")
    rows = []
    for name, make in known_models(args.chat_model).items():
        if args.only not in name:
            continue
        loaded = make()
        if loaded[1].pad_token is None:
            loaded[1].pad_token = loaded[1].eos_token
        times, snapshot = examined(loaded, args.probes)
        measured = (times.calls, times.examine, times.whole)
        calls, examine, whole = (statistics.median(one[1:]) for one in measured)
        least = floor(loaded, snapshot, args.probes)
        rows.append(
            f"{name:<18}{len(snapshot.answers):>7}{least:>8.2f}{calls:>8.2f}{examine:>9.2f}"
            f"{whole:>8.2f}{examine / calls:>15.2f}{whole / calls:>11.2f}{whole / least:>11.1f}"
        )
    print(f"{torch.get_num_threads()} threads, seconds a checkup")
    heads = f"{'floor':>8}{'calls':>8}{'examine':>9}{'all':>8}{'examine/calls':>15}"
    print(f"{'model':<18}{'probes':>7}{heads}{'all/calls':>11}{'all/floor':>11}", *rows, sep="\n")


if __name__ == "__main__":
    main()
