"""For tests of your own measures, trackers and gates: real runs on a model made tiny.

    from ftguard import Gate, GuardCallback, Probe
    from ftguard.testing import tiny_run

    def test_my_measure_is_gated(tmp_path):
        probe = Probe(id="sum", prompt="3-1=", reference="2", scorer="likelihood")
        gate = Gate(measurement="mine", limit=0.5)
        guard = GuardCallback(general=[probe], tail=None, measures=[mine], gates=[gate])
        tiny_run(tmp_path, guard, max_steps=2, save_steps=2).train()
        assert guard.checkups[0].find("mine") is not None

Everything is a real object of transformers, on the CPU and offline; a run takes seconds. The
Trainer needs accelerate (`pip install 'ftguard[demo]'`).
"""

import string
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers, processors
from transformers import (
    DataCollatorForLanguageModeling,
    LlamaConfig,
    LlamaForCausalLM,
    PreTrainedTokenizerFast,
    Trainer,
    TrainerCallback,
    TrainingArguments,
)

SUMS = tuple(f"{n}+1={n + 1}" for n in range(40))
"""The texts that a run trains on unless told otherwise; probes among them count as leaked."""


def tiny_tokenizer() -> PreTrainedTokenizerFast:
    """Every printable ASCII character is a token, `<s>` is in front; there is no chat template."""
    special = ["<pad>", "<s>", "</s>", "<unk>"]
    characters = [c for c in string.printable if c not in "\r\x0b\x0c"]
    vocabulary = {token: index for index, token in enumerate([*special, *characters])}
    backend = Tokenizer(models.WordLevel(vocabulary, unk_token="<unk>"))  # noqa: S106
    backend.pre_tokenizer = pre_tokenizers.Split(Regex("[\\s\\S]"), "isolated")
    backend.post_processor = processors.TemplateProcessing(
        single="<s> $A", special_tokens=[("<s>", vocabulary["<s>"])]
    )
    backend.decoder = decoders.Fuse()
    return PreTrainedTokenizerFast(
        tokenizer_object=backend,
        pad_token="<pad>",  # noqa: S106
        bos_token="<s>",  # noqa: S106
        eos_token="</s>",  # noqa: S106
        unk_token="<unk>",  # noqa: S106
        model_max_length=128,
    )


def tiny_model(tokenizer: PreTrainedTokenizerFast, seed: int = 0) -> LlamaForCausalLM:
    """A Llama of 20 thousand random parameters and context 128, in training mode.

    Args:
        tokenizer: of `tiny_tokenizer`, whose special tokens the model's configuration names.
        seed: given to torch; the same one gives the same weights.
    """
    config = LlamaConfig(
        vocab_size=len(tokenizer),
        hidden_size=32,
        intermediate_size=64,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        max_position_embeddings=128,
        bos_token_id=tokenizer.bos_token_id,
        eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.pad_token_id,
        tie_word_embeddings=True,
        initializer_range=0.2,
    )
    torch.manual_seed(seed)
    return LlamaForCausalLM(config).train()


def tiny_run(
    folder: str | Path,
    *callbacks: TrainerCallback,
    model: torch.nn.Module | None = None,
    tokenizer: PreTrainedTokenizerFast | None = None,
    texts: Sequence[str] = SUMS,
    max_steps: int = 6,
    save_steps: int = 2,
    learning_rate: float = 1e-5,
    **training_arguments: Any,
) -> Trainer:
    """A `transformers.Trainer` with the guard in it, not yet trained: call `train()`.

    Args:
        folder: its output folder.
        callbacks: the guard, and others beside it.
        model: another one than `tiny_model`, such as one with adapters.
        tokenizer: that of the model, by default `tiny_tokenizer`.
        texts: what it trains on, 4 a step; the first 8 are its evaluation data.
        max_steps: optimizer steps.
        save_steps: steps between checkpoints.
        learning_rate: constant; at 1e-5 such a model keeps what it has, at 3e-2 it loses it.
        training_arguments: any others of `transformers.TrainingArguments`.
    """
    tokenizer = tokenizer or tiny_tokenizer()
    arguments: dict[str, Any] = {
        "max_steps": max_steps,
        "save_steps": save_steps,
        "logging_steps": 1,
        "per_device_train_batch_size": 4,
        "learning_rate": learning_rate,
        "lr_scheduler_type": "constant",
        "report_to": [],
        "disable_tqdm": True,
        "use_cpu": True,
        "seed": 3,
    }
    rows = [{"input_ids": tokenizer(text)["input_ids"]} for text in texts]
    return Trainer(
        model=tiny_model(tokenizer) if model is None else model,
        args=TrainingArguments(str(folder), **(arguments | training_arguments)),
        train_dataset=rows,
        eval_dataset=rows[:8],
        data_collator=DataCollatorForLanguageModeling(tokenizer, mlm=False),
        processing_class=tokenizer,
        callbacks=list(callbacks),
    )


def unwrapped(told: str) -> str:
    """What a run printed, each of its lines whole again where it was wrapped at 80 columns."""
    return told.replace("\n    ", " ")
