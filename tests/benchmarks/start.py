"""How soon a command answers, and how soon a run on a known base makes its first step.

    python tests/benchmarks/start.py                    # the demo's model
    python tests/benchmarks/start.py --model FOLDER     # another one, such as SmolLM2

Processor seconds, which other work on the machine does not change; medians. Commands are measured
as processes of their own. A run is begun twice in a cache of its own, each time in a process of its
own: the first asks the base, the second finds all of it, and is what counts. Its phases are told as
shares of the second.
"""

import argparse
import cProfile
import os
import pstats
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from statistics import median
from typing import Any

COMMAND = str(Path(sys.executable).with_name("ftguard"))
COMMANDS = {
    "python": [sys.executable, "-c", "pass"],
    "import ftguard": [sys.executable, "-c", "import ftguard"],
    "ftguard --version": [COMMAND, "--version"],
    "ftguard --help": [COMMAND, "--help"],
    "ftguard best --help": [COMMAND, "best", "--help"],
    "ftguard glossary": [COMMAND, "glossary"],
}
TIMES = 5
PHASES = {
    "choosing probes": "probes_to_ask",
    "reading and tokenising them": "prepare",
    "trying batches": "plan_batches",
    "finding the base": "get_baseline",
    "opening the run, console": "_open",
    "report": "_rewrite_report",
}
"""By the function that does it."""
WORDS = [
    "card",
    "transfer",
    "weather",
    "flight",
    "order",
    "number",
    "time",
    "reset",
    "cancel",
    "meeting",
    "song",
    "bank",
]


def processor_seconds(command: list[str]) -> float:
    """What a process of its own takes."""
    taken = []
    for _ in range(TIMES):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        taken.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return median(taken)


def begin(model_folder: str, out: str, *, profiled: bool) -> tuple[float, Mapping[str, float]]:
    """Processor seconds of the guard before the first step, and the share of each phase."""
    import torch
    from transformers import (
        AutoModelForCausalLM,
        AutoTokenizer,
        DataCollatorForLanguageModeling,
        Trainer,
        TrainerCallback,
        TrainingArguments,
    )

    from ftguard import GuardCallback

    torch.set_num_threads(1)
    model = AutoModelForCausalLM.from_pretrained(model_folder)
    tokenizer = AutoTokenizer.from_pretrained(model_folder)
    tokenizer.pad_token = tokenizer.pad_token or tokenizer.eos_token or tokenizer.unk_token
    rows, held = _rows(500, 0), _rows(200, 1)
    profile, seen = cProfile.Profile(), []

    class Before(TrainerCallback):  # type: ignore[misc]
        def on_train_begin(self, *_: Any, **__: Any) -> None:
            seen.append(time.process_time())
            if profiled:
                profile.enable()

    class After(TrainerCallback):  # type: ignore[misc]
        def on_train_begin(self, *_: Any, **__: Any) -> None:
            profile.disable()
            seen.append(time.process_time())
            raise StopIteration

    trainer = Trainer(
        model=model,
        args=TrainingArguments(
            out, max_steps=1, save_steps=1000, per_device_train_batch_size=1, report_to=[],
            disable_tqdm=True, use_cpu=True, dataloader_pin_memory=False,
        ),
        train_dataset=[
            {"input_ids": tokenizer(f"{row['prompt']}\n{row['completion']}")["input_ids"]}
            for row in rows
        ],
        data_collator=DataCollatorForLanguageModeling(tokenizer, mlm=False),
        processing_class=tokenizer,
        callbacks=[Before(), GuardCallback(target=held), After()],
    )  # fmt: skip
    with suppress(StopIteration):
        trainer.train()
    spent = seen[1] - seen[0]
    if not profiled:
        return spent, {}
    stats: Any = pstats.Stats(profile)
    by_name = {name[2]: found[3] for name, found in stats.stats.items() if "ftguard" in name[0]}
    return spent, {phase: by_name.get(of, 0.0) / stats.total_tt for phase, of in PHASES.items()}


def _rows(count: int, seed: int) -> list[dict[str, str]]:
    rng = random.Random(seed)
    return [
        {"prompt": " ".join(rng.choices(WORDS, k=12)), "completion": rng.choice(WORDS)}
        for _ in range(count)
    ]


def main() -> None:
    """Print both tables."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    default = Path(__file__).parents[2] / "ftguard" / "demo" / "model"
    parser.add_argument("--model", default=str(default), help="a folder")
    parser.add_argument("--begin", metavar="OUT", help=argparse.SUPPRESS)
    parser.add_argument("--profiled", action="store_true", help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.begin:
        spent, shares = begin(args.model, args.begin, profiled=args.profiled)
        print(f"{spent:.3f} s")
        for phase, share in shares.items():
            print(f"  {phase:<30} {share:.0%}")
        return
    for name, command in COMMANDS.items():
        print(f"{name:<22} {processor_seconds(command):.3f} s")
    with tempfile.TemporaryDirectory() as folder:
        os.environ["FTGUARD_CACHE"] = f"{folder}/cache"
        for number, name in enumerate(("first", "second", "second, by phases")):
            told = subprocess.run(
                [
                    sys.executable, __file__, "--model", args.model, "--begin",
                    f"{folder}/{number}", *(["--profiled"] if number > 1 else []),
                ],
                check=True, capture_output=True, text=True,
            ).stdout  # fmt: skip
            shown = len(PHASES) + 1 if number > 1 else 1
            lines = [line for line in told.splitlines() if line.endswith((" s", "%"))]
            print(f"{name} start: " + "\n".join(lines[-shown:]))


if __name__ == "__main__":
    main()
