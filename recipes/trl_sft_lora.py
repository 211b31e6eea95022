"""LoRA fine-tuning with TRL's `SFTTrainer`, guarded.

    python recipes/trl_sft_lora.py MODEL train.jsonl --target held_out.jsonl

Rows are in any of TRL's formats: {"text"}, {"messages"}, {"prompt", "completion"}.
"""

import argparse
from pathlib import Path

import torch
from datasets import Dataset, load_dataset
from peft import LoraConfig
from trl import SFTConfig, SFTTrainer

from ftguard import GuardCallback, ProbeSet


def read(path: Path) -> Dataset:
    """A dataset from JSON lines."""
    return load_dataset("json", data_files=str(path), split="train")


def main() -> None:
    """Read, train under guard, and say which checkpoint is kept."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model", help="model folder or name")
    parser.add_argument("train", type=Path, help="JSON lines to train on")
    parser.add_argument("--target", type=Path, help="held-out rows of the same kind")
    parser.add_argument("--out", type=Path, default=Path("out"))
    parser.add_argument("--rate", type=float, default=1e-4)
    parser.add_argument("--rank", type=int, default=16)
    parser.add_argument("--steps", type=int, default=100)
    parser.add_argument("--batch", type=int, default=16)
    parser.add_argument("--save-steps", type=int, default=20)
    parser.add_argument("--quick", action="store_true", help="60 general probes instead of 200")
    parser.add_argument("--report-to", nargs="*", default=[], help="wandb, tensorboard, ...")
    args = parser.parse_args()

    guard = GuardCallback(
        target=read(args.target) if args.target else None,
        general=ProbeSet.builtin("quick") if args.quick else None,
    )
    trainer = SFTTrainer(
        model=args.model,
        args=SFTConfig(
            str(args.out),
            max_steps=args.steps,
            per_device_train_batch_size=args.batch,
            learning_rate=args.rate,
            warmup_steps=max(1, args.steps // 20),
            save_steps=args.save_steps,
            save_total_limit=2,
            bf16=torch.cuda.is_available(),  # TRL's default fails without a GPU
            report_to=args.report_to,
        ),
        train_dataset=read(args.train),
        peft_config=LoraConfig(r=args.rank, lora_alpha=2 * args.rank, target_modules="all-linear"),
        callbacks=[guard],
    )
    trainer.train()
    print("kept:", args.out / "_ftguard" / "best" if guard.best else None)


if __name__ == "__main__":
    main()
