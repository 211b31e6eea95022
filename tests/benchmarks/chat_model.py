"""A real chat model: what it answers, whether the scorers see it, and what a fine-tune costs it.

    python tests/benchmarks/chat_model.py MODEL                # SmolLM2-135M-Instruct, 3 minutes
    python tests/benchmarks/chat_model.py MODEL --runs INPUTS  # four fine-tunes, half an hour

`chat_model.jsonl` holds its answers to the built-in general probes as they were read and labelled:
right, wrong, or undecided where they were cut off before they decided. The fine-tunes are on
CLINC150 as chat (`INPUTS/data/clinc150/data_imbalanced.json`): LoRA and in full, at two rates each.
"""

import argparse
import json
import random
import tempfile
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from datasets import Dataset
from peft import LoraConfig
from transformers import AutoModelForCausalLM, AutoTokenizer
from trl import SFTConfig, SFTTrainer

from ftguard import Checkup, GuardCallback, Probe, ProbeSet
from ftguard.ask.asking import ask
from ftguard.ask.prompts import prepare
from ftguard.folders import RunFolder
from ftguard.scores import score
from ftguard.scores.snapshot import load_snapshot, values

LABELS = Path(__file__).with_suffix(".jsonl")
RUNS = (("lora", 2e-4), ("lora", 1e-3), ("full", 1e-5), ("full", 1e-4))
STEPS = 60
ASK = "What is the intent of this query? Reply with the label only.\n"


def written_answers() -> list[Probe]:
    """The built-in general probes that are answered in words, not by a letter."""
    probes = ProbeSet.builtin("general").probes
    return [replace(p, role="general") for p in probes if not p.choices and p.kind == "answer"]


def read_it(path: str) -> None:
    """Ask a model, and compare what the scorers say with what a reader said."""
    model = AutoModelForCausalLM.from_pretrained(path, dtype=torch.float32)
    batch = prepare(written_answers(), model, AutoTokenizer.from_pretrained(path), {})
    asked = ask(model, batch, base_answers=(), progress="asking")
    scores = {s.probe_id: s.value for s in score(batch.probes, asked.answers)}
    by_category = defaultdict(list)
    for probe in batch.probes:
        by_category[probe.slices[0]].append(scores[probe.id])
    for category, found in by_category.items():
        scored = [value for value in found if value is not None]
        print(f"{category:22} {np.mean(scored):6.3f}  of {len(scored):2}, {len(found)} asked")
    known = [value for value in scores.values() if value is not None]
    cut = sum(answer.finish == "length" for answer in asked.answers)
    print(f"{'all':22} {np.mean(known):6.3f}  of {len(known)}; cut off {cut} of {len(scores)}")
    texts = {answer.probe_id: answer.text for answer in asked.answers}
    pairs, changed = [], 0
    for line in LABELS.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        if texts.get(row["id"]) != row["answer"]:
            changed += 1
        elif (row["right"] is None) != (scores[row["id"]] is None) or row["right"] is not None:
            pairs.append((row["id"], row["right"], scores[row["id"]]))
    print(f"labels: {len(pairs)} answers are the ones that were read, {changed} are others")
    _agreement(pairs)
    for name, label, value in pairs:
        if value is None or bool(value) != label:
            print(f"    {name}: read as {label}, scored {value}: {texts[name]!r}")


def _agreement(pairs: Sequence[tuple[str, bool, float | None]]) -> None:
    read = np.array([bool(label) for _, label, _ in pairs])
    said = np.array([bool(value) for _, _, value in pairs])
    agree = float((read == said).mean())
    chance = float(read.mean() * said.mean() + (1 - read.mean()) * (1 - said.mean()))
    print(f"agreement {agree:.1%}, kappa {(agree - chance) / (1 - chance):.2f} of {len(pairs)}")


def intents(inputs: Path, split: str, count: int) -> list[dict[str, list[dict[str, str]]]]:
    """Queries of CLINC150 as chats, in an order drawn with seed 0."""
    path = inputs / "data" / "clinc150" / "data_imbalanced.json"
    rows = json.loads(path.read_text(encoding="utf-8"))[split]
    random.Random(0).shuffle(rows)
    return [
        {
            "prompt": [{"role": "user", "content": ASK + query}],
            "completion": [{"role": "assistant", "content": intent.replace("_", " ")}],
        }
        for query, intent in rows[:count]
    ]


def fine_tune(
    path: str,
    inputs: Path,
    method: str,
    rate: float,
    out: Path,
    *,
    steps: int = STEPS,
    checks: int = 1,
    max_probes: int = 252,
) -> Sequence[Checkup]:
    """One short run under guard, examined so many times, the last time at its end."""
    guard = GuardCallback(
        target=intents(inputs, "val", 100),
        tail=None,
        calibration=None,
        max_probes=max_probes,
        budget=None,
    )
    config = SFTConfig(
        str(out),
        max_steps=steps,
        per_device_train_batch_size=8,
        learning_rate=rate,
        lr_scheduler_type="constant_with_warmup",
        warmup_steps=5,
        save_steps=steps // checks,
        weight_decay=0.0,
        bf16=False,
        gradient_checkpointing=False,
        report_to=[],
        disable_tqdm=True,
    )
    lora = LoraConfig(r=16, lora_alpha=32, target_modules="all-linear")
    trainer = SFTTrainer(
        model=AutoModelForCausalLM.from_pretrained(path, dtype=torch.float32),
        processing_class=AutoTokenizer.from_pretrained(path),
        args=config,
        train_dataset=Dataset.from_list(intents(inputs, "train", 8 * steps)),
        peft_config=lora if method == "lora" else None,
        callbacks=[guard],
    )
    trainer.train()
    return guard.checkups


def tell(checkup: Checkup, folder: RunFolder, probes: Sequence[Probe]) -> None:
    """What was forgotten, by category, and three answers before and after."""
    print(f"  verdict: {checkup.verdict.passed}")
    for m in checkup.measurements:
        if m.base is not None and m.now is not None and m.name not in ("forgotten", "gained"):
            drop = f"{m.estimate.value:+.3f}" if m.estimate else m.note[:40]
            print(f"  {m.key:36} {m.base:.3f} -> {m.now:.3f}  {drop}")
    base, now = load_snapshot(folder.base), load_snapshot(folder.answers(checkup.id))
    before, after = values(base.scores), values(now.scores)
    lost = [name for name, value in before.items() if value == 1 and after.get(name) == 0]
    texts = [{a.probe_id: a.text for a in side.answers} for side in (base, now)]
    prompts = {f"general/{probe.id}": str(probe.prompt) for probe in probes}
    for name in [name for name in lost if texts[0][name] and name in prompts][:3]:
        print(f"  {name}: {prompts[name][-120:]!r}")
        print(f"      before: {texts[0][name]!r}\n      after:  {texts[1][name]!r}")


def main() -> None:
    """Ask and label, or fine-tune and tell."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("model", help="folder of the chat model")
    parser.add_argument("--runs", type=Path, help="folder of real data; fine-tunes instead")
    args = parser.parse_args()
    if args.runs is None:
        read_it(args.model)
        return
    for method, rate in RUNS:
        with tempfile.TemporaryDirectory() as out:
            print(f"\n{method} {rate:g}, {STEPS} steps", flush=True)
            checkup = fine_tune(args.model, args.runs, method, rate, Path(out))[-1]
            tell(checkup, RunFolder(Path(out)), written_answers())


if __name__ == "__main__":
    main()
