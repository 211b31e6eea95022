"""Full fine-tuning with `transformers.Trainer`, guarded.

    python recipes/trainer_full.py MODEL train.jsonl --target held_out.jsonl --general probes.jsonl

Rows are {"text": ...}, packed into blocks, or {"prompt": ..., "completion": ...}, learnt from the
completion. Without --general the probes that ship with ftguard are asked.
"""

import argparse
import json
from pathlib import Path

import torch
from transformers import (
    AutoModelForCausalLM,
    AutoTokenizer,
    DataCollatorForSeq2Seq,
    PreTrainedTokenizerBase,
    Trainer,
    TrainingArguments,
)

from ftguard import GuardCallback

Row = dict[str, list[int]]


def packed(texts: list[str], tokenizer: PreTrainedTokenizerBase, length: int) -> list[Row]:
    """All texts after one another, cut into blocks of `length` tokens."""
    stream = [token for text in texts for token in tokenizer(text, truncation=False)["input_ids"]]
    blocks = [stream[i : i + length] for i in range(0, len(stream) - length + 1, length)]
    return [{"input_ids": block, "labels": block} for block in blocks]


def completed(row: dict[str, str], tokenizer: PreTrainedTokenizerBase, length: int) -> Row:
    """One prompt with its completion and EOS; the prompt carries no loss."""
    prompt = tokenizer(row["prompt"])["input_ids"]
    whole = tokenizer(row["prompt"] + row["completion"])["input_ids"] + [tokenizer.eos_token_id]
    labels = [-100] * len(prompt) + whole[len(prompt) :]
    return {"input_ids": whole[:length], "labels": labels[:length]}


def main() -> None:
    """Read, train under guard, and say which checkpoint is kept."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model", help="model folder or name")
    parser.add_argument("train", type=Path, help="JSON lines to train on")
    parser.add_argument("--target", type=Path, help="held-out rows of the same kind")
    parser.add_argument("--general", type=Path, help="probes of general capability")
    parser.add_argument("--out", type=Path, default=Path("out"))
    parser.add_argument("--rate", type=float, default=2e-5)
    parser.add_argument("--steps", type=int, default=100)
    parser.add_argument("--batch", type=int, default=16)
    parser.add_argument("--length", type=int, default=256, help="tokens a row")
    parser.add_argument("--save-steps", type=int, default=20)
    parser.add_argument("--save-total-limit", type=int)
    parser.add_argument("--resume", help="checkpoint folder to go on from")
    parser.add_argument(
        "--act-on-breach", action="store_true", help="do what is advised, on findings"
    )
    parser.add_argument("--report-to", nargs="*", default=[], help="wandb, tensorboard, ...")
    args = parser.parse_args()

    tokenizer = AutoTokenizer.from_pretrained(args.model)
    model = AutoModelForCausalLM.from_pretrained(args.model, dtype=torch.float32)
    rows = [json.loads(line) for line in args.train.read_text("utf-8").splitlines()]
    if "text" in rows[0]:
        train = packed([row["text"] for row in rows], tokenizer, args.length)
    else:
        train = [completed(row, tokenizer, args.length) for row in rows]

    guard = GuardCallback(
        target=args.target,
        general=args.general,
        train_dataset=args.train,
        act_on_breach=args.act_on_breach,
    )
    trainer = Trainer(
        model=model,
        args=TrainingArguments(
            str(args.out),
            max_steps=args.steps,
            per_device_train_batch_size=args.batch,
            learning_rate=args.rate,
            lr_scheduler_type="constant_with_warmup",
            warmup_steps=max(1, args.steps // 20),
            save_steps=args.save_steps,
            save_total_limit=args.save_total_limit,
            logging_steps=args.save_steps,
            report_to=args.report_to,
        ),
        train_dataset=train,
        data_collator=DataCollatorForSeq2Seq(tokenizer, label_pad_token_id=-100),
        processing_class=tokenizer,
        callbacks=[guard],
    )
    trainer.train(resume_from_checkpoint=args.resume)
    print("kept:", args.out / "_ftguard" / "best" if guard.best else None)


if __name__ == "__main__":
    main()
