"""Whether the guard's clock knows all that the guard costs a run.

    python tests/benchmarks/accounting.py

Trains the demo's model without and with the guard, in turn, and compares three figures of each
guarded run: what the clock says, what passed in the guard's hooks, and by how much more the process
worked than in the run before it without a guard (processor seconds, which other work on the machine
does not change). Medians of the runs.
"""

import argparse
import functools
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import Any

import torch
from transformers import DataCollatorForSeq2Seq, Trainer, TrainingArguments

from ftguard import GuardCallback
from ftguard.demo.tickets import tickets
from ftguard.demo.tune import encode, load, skill_probes, ticket_probes

HOOKS = ("on_init_end", "on_train_begin", "on_step_end", "on_evaluate", "on_save", "on_train_end")


class Watched(GuardCallback):
    """The guard, and the time that passes in its hooks."""

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self.in_hooks: dict[str, float] = dict.fromkeys(HOOKS, 0.0)
        for name in HOOKS:
            setattr(self, name, functools.partial(self._timed, name, getattr(self, name)))

    def _timed(self, name: str, hook: Any, *given: Any, **named: Any) -> None:
        begun = time.perf_counter()
        hook(*given, **named)
        self.in_hooks[name] += time.perf_counter() - begun

    @property
    def counted(self) -> float:
        """Seconds that the clock has counted."""
        return self._guarded.clock.spent if self._guarded else 0.0


def run(guard: GuardCallback | None, steps: int, checkpoints: int) -> float:
    """Processor seconds that one run takes."""
    model, tokenizer = load()
    torch.manual_seed(0)
    rows = [encode(t.prompt, t.answer, tokenizer) for t in tickets("narrow", 400, held_out=200)]
    with tempfile.TemporaryDirectory() as out:
        trainer = Trainer(
            model=model,
            args=TrainingArguments(
                str(Path(out)),
                max_steps=steps,
                save_steps=steps // checkpoints,
                per_device_train_batch_size=16,
                learning_rate=1e-4,
                report_to=[],
                use_cpu=True,
                disable_tqdm=True,
                seed=1,
                dataloader_pin_memory=False,
            ),
            train_dataset=rows,
            data_collator=DataCollatorForSeq2Seq(tokenizer, label_pad_token_id=-100),
            processing_class=tokenizer,
            callbacks=[] if guard is None else [guard],
        )
        begun = time.process_time()
        trainer.train()
        return time.process_time() - begun


def guarded() -> Watched:
    """A guard of the demo's questions, 60 of each set."""
    return Watched(
        target=ticket_probes("target", 60),
        general=skill_probes(60, seed=1),
        tail=ticket_probes("tail", 60),
        calibration=skill_probes(60, seed=2),
        cache=False,
    )


def main() -> None:
    """Print what each of them says."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--steps", type=int, default=60)
    parser.add_argument("--checkpoints", type=int, default=6)
    args = parser.parse_args()
    torch.set_num_threads(1)
    run(None, args.steps, args.checkpoints)  # What is imported late is no part of it.
    found = []
    for _ in range(args.runs):
        guard = guarded()
        without = run(None, args.steps, args.checkpoints)
        process = run(guard, args.steps, args.checkpoints)
        hooks = sum(guard.in_hooks.values()) - guard.in_hooks["on_init_end"]
        found.append((guard.counted, hooks, process - without, without))
        told = ", ".join(f"{name} {seconds:.3f}" for name, seconds in guard.in_hooks.items())
        print(f"in hooks: {told}")
    counted, hooks, more, without = (median(column) for column in zip(*found, strict=True))
    print(f"the clock {counted:.3f} s, the hooks {hooks:.3f} s: {counted / hooks:.1%} is counted")
    print(f"processor: {more:.3f} s more than the {without:.3f} s without the guard")


if __name__ == "__main__":
    main()
