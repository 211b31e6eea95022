"""Fine-tunes the demo's model on narrow tickets, guarded: the same code for both runs."""

import math
import random
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path
from typing import Literal

import torch
from transformers import (
    DataCollatorForSeq2Seq,
    LlamaForCausalLM,
    PreTrainedModel,
    PreTrainedTokenizerBase,
    PreTrainedTokenizerFast,
    Trainer,
    TrainerCallback,
    TrainingArguments,
)

from ftguard.callback import GuardCallback
from ftguard.demo.dials import BATCH, Dials
from ftguard.demo.routing import routing_examples
from ftguard.demo.skills import skill_examples
from ftguard.demo.tickets import tickets
from ftguard.probes import Probe, ProbeSet

Row = tuple[str, str]

PROBES = {"target": 200, "general": 240, "tail": 120, "calibration": 120}
"""How many of each there are."""
LEAST_PROBES = 2
RANK = 16
"""Of the adapter, with an alpha of twice as much."""
LOGGED = 2
"""Steps from one loss that is told to the next."""


def load() -> tuple[LlamaForCausalLM, PreTrainedTokenizerBase]:
    """The model that ships with the package."""
    folder = str(files("ftguard.demo") / "model")
    model = LlamaForCausalLM.from_pretrained(folder, dtype=torch.float32)
    return model, PreTrainedTokenizerFast.from_pretrained(folder)


def tune(dials: Dials, out: Path, *, callbacks: Sequence[TrainerCallback] = ()) -> GuardCallback:
    """Fine-tune the model under guard, into the folder `out`.

    Args:
        dials: how.
        out: the output directory.
        callbacks: further ones, which hear the loss every few steps.
    """
    # On so small a model a second thread costs more than it gains.
    torch.set_num_threads(1)
    model, tokenizer = load()
    asked = {name: max(LEAST_PROBES, round(n * dials.probes)) for name, n in PROBES.items()}
    drawn = tickets(dials.data, dials.rows - dials.replayed, held_out=asked["target"])
    rows = [(t.prompt, t.answer) for t in drawn] + replay(model, tokenizer, dials.replayed)
    random.Random(0).shuffle(rows)
    guard = GuardCallback(
        target=ticket_probes("target", asked["target"]),
        general=skill_probes(asked["general"], seed=1),
        tail=ticket_probes("tail", asked["tail"]),
        calibration=skill_probes(asked["calibration"], seed=2),
        limits=dials.limits,
        max_probes=300,
        # Its training takes seconds, of which 5 % would buy no evidence.
        budget=None,
    )
    Trainer(
        model=_with_adapter(model, dials.seed) if dials.lora else model,
        args=TrainingArguments(
            str(out),
            max_steps=dials.steps,
            save_steps=math.ceil(dials.steps / dials.checkpoints),
            per_device_train_batch_size=BATCH,
            learning_rate=dials.learning_rate,
            lr_scheduler_type="constant_with_warmup",
            warmup_steps=round(dials.steps * dials.warmup),
            save_total_limit=1,
            logging_strategy="steps" if callbacks else "no",
            logging_steps=LOGGED,
            # What is not finite is what a diverging run has to show.
            logging_nan_inf_filter=False,
            report_to=[],
            use_cpu=True,
            seed=dials.seed,
            dataloader_pin_memory=False,
        ),
        train_dataset=[encode(prompt, answer, tokenizer) for prompt, answer in rows],
        data_collator=DataCollatorForSeq2Seq(tokenizer, label_pad_token_id=-100),
        processing_class=tokenizer,
        callbacks=[guard, *callbacks],
    ).train()
    return guard


def replay(model: LlamaForCausalLM, tokenizer: PreTrainedTokenizerBase, count: int) -> list[Row]:
    """The base's own greedy answers to prompts that are no probes: skills, and tickets for all."""
    if not count:
        return []
    tickets = count // 3
    prompts = [t.prompt for t in routing_examples("pretrain", tickets, seed=3)]
    prompts += [e.prompt for e in skill_examples("replay", count - tickets, seed=3)]
    inputs = tokenizer(prompts, return_tensors="pt", padding=True, padding_side="left")
    said = model.generate(**inputs, max_new_tokens=24, do_sample=False)
    answers = tokenizer.batch_decode(
        said[:, inputs["input_ids"].shape[1] :], skip_special_tokens=True
    )
    return list(zip(prompts, answers, strict=True))


def skill_probes(count: int, seed: int) -> ProbeSet:
    """So many held-out questions, the skills taking turns, the skill as their category."""
    found = skill_examples("probe", count, seed)
    return ProbeSet(
        [
            Probe(
                id=f"{example.skill}-{index}",
                prompt=example.prompt,
                reference=example.answer,
                scorer="exact_match",
                slices=(example.skill,),
            )
            for index, example in enumerate(found)
        ]
    )


def ticket_probes(split: Literal["target", "tail"], count: int) -> ProbeSet:
    """Held-out tickets of the frequent teams, or of the rare ones."""
    return ProbeSet(
        [
            Probe(
                id=f"{ticket.label}-{index}",
                prompt=ticket.prompt,
                reference=ticket.answer,
                scorer="exact_match",
                slices=("rare",) if ticket.rare else (),
            )
            for index, ticket in enumerate(routing_examples(split, count, seed=1))
        ]
    )


def encode(prompt: str, answer: str, tokenizer: PreTrainedTokenizerBase) -> dict[str, list[int]]:
    """A row to train on, of which only the answer and its end are learned."""
    asked = tokenizer(prompt)["input_ids"]
    whole = [*tokenizer(prompt + answer)["input_ids"], tokenizer.eos_token_id]
    labels = [-100] * len(asked) + whole[len(asked) :]
    return {"input_ids": whole, "labels": labels}


def _with_adapter(model: LlamaForCausalLM, seed: int) -> PreTrainedModel:
    from peft import LoraConfig, get_peft_model

    torch.manual_seed(seed)
    return get_peft_model(
        model, LoraConfig(r=RANK, lora_alpha=2 * RANK, target_modules="all-linear")
    )
