"""Tests that training is bit-identical under guard in the set-ups people use; the manual's list of
them is made here.

    python tests/test_setups.py      # writes the list into the manual's page `setups`
"""

import contextlib
import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import peft
import pytest
import torch
from transformers import LlamaForCausalLM, PreTrainedTokenizerFast

from ftguard import GuardCallback, Probe
from ftguard.testing import tiny_run

pytestmark = [
    pytest.mark.filterwarnings("ignore:.*pin_memory.*"),
    pytest.mark.filterwarnings("ignore:.*requires_grad=True.*"),
    pytest.mark.filterwarnings("ignore:`is_gradient_checkpointing` is deprecated:FutureWarning"),
    pytest.mark.filterwarnings("ignore:Model has `tie_word_embeddings=True` and a tied layer"),
    pytest.mark.filterwarnings("ignore:Unsupported layer type"),
]
PAGE = Path(__file__).parents[1] / "ftguard" / "manual" / "setups.md"
BEGIN, END = "<!-- set-ups -->\n", "<!-- end -->\n"
LAYERS = ["q_proj", "v_proj"]
RATE = 1e-3


def _adapters(config: Callable[..., Any], **given: Any) -> Callable[[Any], torch.nn.Module]:
    return lambda model: peft.get_peft_model(model, config(**{"task_type": "CAUSAL_LM", **given}))


@dataclass(frozen=True, kw_only=True)
class SetUp:
    """One way to train."""

    name: str
    arguments: Mapping[str, Any] = field(default_factory=dict)
    wrap: Callable[[Any], torch.nn.Module] = lambda model: model


def _optimizer(name: str, **more: Any) -> SetUp:
    return SetUp(name=f"optimizer {name}", arguments={"optim": name, **more})


def _schedule(name: str, **more: Any) -> SetUp:
    return SetUp(
        name=f"schedule {name}",
        arguments={"lr_scheduler_type": name, "lr_scheduler_kwargs": more, "warmup_steps": 1},
    )


def _lora(name: str, **more: Any) -> SetUp:
    given = {"r": 4, "lora_dropout": 0.1, "target_modules": LAYERS, **more}
    return SetUp(name=name, wrap=_adapters(peft.LoraConfig, **given))


SET_UPS = (
    SetUp(name="full fine-tuning"),
    *map(
        _optimizer, ("adamw_torch", "adamw_torch_fused", "adafactor", "sgd", "adagrad", "rmsprop")
    ),
    *map(_schedule, ("linear", "cosine", "constant", "constant_with_warmup", "inverse_sqrt")),
    _schedule("polynomial", power=2.0),
    _schedule("cosine_with_restarts", num_cycles=2),
    _schedule("cosine_with_min_lr", min_lr=1e-5),
    _schedule("warmup_stable_decay", num_decay_steps=2),
    SetUp(
        name="schedule reduce_lr_on_plateau, with evaluation",
        arguments={
            "lr_scheduler_type": "reduce_lr_on_plateau",
            "eval_strategy": "steps",
            "eval_steps": 2,
            "metric_for_best_model": "loss",
        },
    ),
    SetUp(name="bf16 autocast", arguments={"bf16": True, "use_cpu": True}),
    SetUp(name="gradient accumulation", arguments={"gradient_accumulation_steps": 2}),
    SetUp(name="activation checkpointing", arguments={"activation_checkpointing": True}),
    SetUp(name="NEFTune", arguments={"neftune_noise_alpha": 5.0}),
    SetUp(name="label smoothing", arguments={"label_smoothing_factor": 0.1}),
    SetUp(name="weight decay, clipping", arguments={"weight_decay": 0.1, "max_grad_norm": 0.1}),
    SetUp(name="data loader with workers", arguments={"dataloader_num_workers": 1}),
    SetUp(
        name="rows of like lengths together",
        arguments={"train_sampling_strategy": "group_by_length"},
    ),
    SetUp(name="rows in order", arguments={"train_sampling_strategy": "sequential"}),
    SetUp(
        name="best model loaded at the end",
        arguments={
            "eval_strategy": "steps",
            "eval_steps": 2,
            "load_best_model_at_end": True,
            "metric_for_best_model": "loss",
        },
    ),
    SetUp(name="model saved alone", arguments={"save_only_model": True}),
    _lora("LoRA, with dropout"),
    _lora("LoRA on all linear layers", target_modules="all-linear"),
    _lora("DoRA", use_dora=True),
    _lora("rank-stabilised LoRA", use_rslora=True),
    _lora("LoRA with embeddings saved", modules_to_save=["embed_tokens"]),
    SetUp(
        name="IA3",
        wrap=_adapters(
            peft.IA3Config, target_modules=[*LAYERS, "down_proj"], feedforward_modules=["down_proj"]
        ),
    ),
    SetUp(name="LoHa", wrap=_adapters(peft.LoHaConfig, r=4, target_modules=LAYERS)),
    SetUp(name="LoKr", wrap=_adapters(peft.LoKrConfig, r=4, target_modules=LAYERS)),
    SetUp(name="VeRA", wrap=_adapters(peft.VeraConfig, r=4, target_modules=["q_proj"])),
    SetUp(name="layer norms", wrap=_adapters(peft.LNTuningConfig)),
)


def _trained(
    set_up: SetUp, folder: Path, model: LlamaForCausalLM, tokenizer: Any, *guards: GuardCallback
) -> tuple[list[dict[str, Any]], dict[str, torch.Tensor]]:
    """What was logged and the final weights of one run; all of its chance is seeded."""
    twin = LlamaForCausalLM(model.config)
    twin.load_state_dict(model.state_dict())
    torch.manual_seed(5)
    net = set_up.wrap(twin)
    run = tiny_run(
        folder,
        *guards,
        model=net,
        tokenizer=tokenizer,
        **{"learning_rate": RATE, **set_up.arguments},
    )
    with contextlib.redirect_stdout(io.StringIO()):
        run.train()
    timed = ("runtime", "per_second")
    logs = [
        {key: value for key, value in row.items() if not key.endswith(timed)}
        for row in run.state.log_history
    ]
    return logs, {name: value.clone() for name, value in net.state_dict().items()}


@pytest.mark.parametrize("set_up", SET_UPS, ids=lambda set_up: set_up.name)
def test_training_is_bit_identical_under_guard(
    tmp_path: Path,
    model: LlamaForCausalLM,
    tokenizer: PreTrainedTokenizerFast,
    own_texts: tuple[Probe, ...],
    set_up: SetUp,
) -> None:
    """Every number that the Trainer logs, and every weight at the end, is the same."""
    asked = Probe(id="asked", prompt="Q", reference="a")
    guard = GuardCallback(
        target=[{"prompt": "1+1=", "completion": "2"}], general=[*own_texts, asked]
    )
    plain = _trained(set_up, tmp_path / "plain", model, tokenizer)
    guarded = _trained(set_up, tmp_path / "guarded", model, tokenizer, guard)

    assert guard.checkups
    assert plain[0] == guarded[0]
    assert all(torch.equal(value, guarded[1][name]) for name, value in plain[1].items())


def table() -> str:
    """The manual's list."""
    return "\n".join(f"- {set_up.name}" for set_up in SET_UPS) + "\n"


def test_the_manual_has_every_set_up() -> None:
    """Its list is the one that is tested."""
    page = PAGE.read_text("utf-8")

    assert page[page.index(BEGIN) + len(BEGIN) : page.index(END)] == table()


if __name__ == "__main__":
    page = PAGE.read_text("utf-8")
    begin, end = page.index(BEGIN) + len(BEGIN), page.index(END)
    PAGE.write_text(page[:begin] + table() + page[end:], "utf-8")
