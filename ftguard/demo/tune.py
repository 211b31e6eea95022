"""Fine-tunes the demo's model on narrow tickets, guarded: the same code for both runs."""

import random
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Literal

import torch
from transformers import (
    DataCollatorForSeq2Seq,
    LlamaForCausalLM,
    PreTrainedTokenizerBase,
    PreTrainedTokenizerFast,
    Trainer,
    TrainingArguments,
)

from ftguard.callback import GuardCallback
from ftguard.demo.routing import routing_examples
from ftguard.demo.skills import SKILLS, skill_examples
from ftguard.probes import Probe, ProbeSet

STEPS, BATCH, TICKETS, CHECKS = 240, 16, 600, 4
Row = tuple[str, str]


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """How one of the two runs trains."""

    name: str
    rate: float
    replay: float
    """Share of the rows that are the base's own answers to general prompts."""


def load() -> tuple[LlamaForCausalLM, PreTrainedTokenizerBase]:
    """The model that ships with the package."""
    folder = str(files("ftguard.demo") / "model")
    model = LlamaForCausalLM.from_pretrained(folder, dtype=torch.float32)
    return model, PreTrainedTokenizerFast.from_pretrained(folder)


def tune(recipe: Recipe, out: Path) -> GuardCallback:
    """Fine-tune the model under guard, into the folder `out`."""
    # On so small a model a second thread costs more than it gains.
    torch.set_num_threads(1)
    model, tokenizer = load()
    tickets = [(t.prompt, t.answer) for t in routing_examples("train", TICKETS, seed=0)]
    replayed = replay(model, tokenizer, round(len(tickets) * recipe.replay / (1 - recipe.replay)))
    rows = tickets + replayed
    random.Random(0).shuffle(rows)
    guard = GuardCallback(
        target=ticket_probes("target", 200),
        general=skill_probes(20, seed=1),
        tail=ticket_probes("tail", 120),
        calibration=skill_probes(10, seed=2),
        max_probes=300,
    )
    Trainer(
        model=model,
        args=TrainingArguments(
            str(out),
            max_steps=STEPS,
            save_steps=STEPS // CHECKS,
            per_device_train_batch_size=BATCH,
            learning_rate=recipe.rate,
            lr_scheduler_type="constant_with_warmup",
            warmup_steps=STEPS // 20,
            save_total_limit=1,
            logging_strategy="no",
            report_to=[],
            use_cpu=True,
            dataloader_pin_memory=False,
        ),
        train_dataset=[encode(prompt, answer, tokenizer) for prompt, answer in rows],
        data_collator=DataCollatorForSeq2Seq(tokenizer, label_pad_token_id=-100),
        processing_class=tokenizer,
        callbacks=[guard],
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


def skill_probes(each: int, seed: int) -> ProbeSet:
    """So many held-out questions of each skill, the skill as their category."""
    found = skill_examples("probe", each * len(SKILLS), seed)
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
