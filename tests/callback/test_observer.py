"""The guard leaves no trace in the training, and ends none."""

import random
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from peft import LoraConfig, get_peft_model
from transformers import (
    LlamaForCausalLM,
    PreTrainedTokenizerFast,
    TrainerCallback,
)

from ftguard import Gate, GuardCallback, InputError, Probe
from ftguard.testing import tiny_run

pytestmark = [
    pytest.mark.filterwarnings("ignore:.*pin_memory.*"),
    # peft's own use of what transformers is about to rename
    pytest.mark.filterwarnings("ignore:`is_gradient_checkpointing` is deprecated:FutureWarning"),
]

TARGET = [{"prompt": f"{n}+1=", "completion": f"{n + 1}"} for n in range(20)]


@pytest.mark.parametrize("adapters", [False, True], ids=["full", "lora"])
@pytest.mark.parametrize("checkpointing", [False, True], ids=["plain", "checkpointing"])
@pytest.mark.parametrize("sampler", ["random", "sequential"])
@pytest.mark.filterwarnings("ignore:.*requires_grad=True.*")
def test_the_observer_leaves_no_trace(
    tmp_path: Path,
    tokenizer: PreTrainedTokenizerFast,
    own_texts: tuple[Probe, ...],
    adapters: bool,
    checkpointing: bool,
    sampler: str,
    model: LlamaForCausalLM,
) -> None:
    """Losses, final weights and every random state are bit-identical with and without the guard."""
    state = {name: value.clone() for name, value in model.state_dict().items()}
    model.config.attention_dropout = 0.1

    def run(name: str, callbacks: list[TrainerCallback]) -> tuple[list[float], Any, Any]:
        twin = LlamaForCausalLM(model.config)
        twin.load_state_dict(state)
        net: torch.nn.Module = twin
        if adapters:
            torch.manual_seed(5)
            net = get_peft_model(
                twin, LoraConfig(r=4, lora_dropout=0.1, target_modules=["q_proj", "v_proj"])
            )
        built = tiny_run(
            tmp_path / name,
            *callbacks,
            model=net,
            tokenizer=tokenizer,
            learning_rate=1e-3,
            activation_checkpointing=checkpointing,
            train_sampling_strategy=sampler,
        )
        built.train()
        losses = [row["loss"] for row in built.state.log_history if "loss" in row]
        rng = (
            random.getstate(),
            str(np.random.get_state()),
            torch.get_rng_state().tolist(),
        )
        return losses, {k: v.clone() for k, v in net.state_dict().items()}, rng

    guard = GuardCallback(
        target=TARGET, general=[*own_texts, Probe(id="asked", prompt="Q", reference="a")]
    )
    plain = run("plain", [])
    guarded = run("guarded", [guard])

    assert len(guard.checkups) == 3
    assert plain[0] == guarded[0]
    assert all(torch.equal(plain[1][name], guarded[1][name]) for name in plain[1])
    assert plain[2] == guarded[2]


def test_a_tracker_that_fails_is_one_warning(
    tmp_path: Path,
    model: LlamaForCausalLM,
    tokenizer: PreTrainedTokenizerFast,
    own_texts: tuple[Probe, ...],
) -> None:
    """Training goes on to its end when the attached trainer's log raises."""

    class NoLog(TrainerCallback):  # type: ignore[misc]
        def on_log(self, args: Any, state: Any, control: Any, logs: Any, **kwargs: Any) -> None:
            if any(key.startswith("eval_ftguard") for key in logs):
                raise OSError("disk full")

    guard = GuardCallback(TARGET, own_texts, tail=None)
    built = tiny_run(tmp_path, guard, NoLog(), model=model, tokenizer=tokenizer)
    guard.attach(built)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        built.train()
    assert len([w for w in caught if "TrainerReporters failed" in str(w.message)]) == 1
    assert len(guard.checkups) == 3


def test_what_cannot_be_guarded_is_refused_before_a_step(
    tmp_path: Path,
    model: LlamaForCausalLM,
    tokenizer: PreTrainedTokenizerFast,
    own_texts: tuple[Probe, ...],
) -> None:
    """Each mistake is an InputError that says what to do, at the earliest moment it is known."""
    guard = GuardCallback(TARGET, own_texts)
    with pytest.raises(InputError, match="save_strategy"):
        tiny_run(tmp_path, guard, model=model, tokenizer=tokenizer, save_strategy="no")
    built = tiny_run(tmp_path, guard, model=model, tokenizer=tokenizer)
    built.callback_handler.processing_class = None
    with pytest.raises(InputError, match="processing_class"):
        built.train()
    gates = [Gate(measurement="tail", slice="worst", limit=0.15)]
    guard = GuardCallback(TARGET, own_texts, tail=None, gates=gates)
    built = tiny_run(tmp_path, guard, model=model, tokenizer=tokenizer)
    with pytest.raises(InputError, match="nothing measures `tail/worst`"):
        built.train()
    with pytest.raises(InputError, match="did you mean `forgetting`"):
        GuardCallback(TARGET, own_texts, limits={"forgeting": 0.2})
    with pytest.raises(InputError, match="either `limits`, which moves default limits, or `gates`"):
        GuardCallback(TARGET, own_texts, gates=gates, limits={"forgetting": 0.2})
    with pytest.raises(InputError, match="names and numbers are `limits`"):
        GuardCallback(TARGET, own_texts, gates={"forgetting": 0.2})  # type: ignore[arg-type]
    guard = GuardCallback(TARGET, own_texts, tail=None, limits={"tail": 0.2})
    with pytest.raises(InputError, match="nothing measures `tail/worst`"):
        tiny_run(tmp_path, guard, model=model, tokenizer=tokenizer).train()
    with pytest.raises(InputError, match="no completion"):
        GuardCallback([{"prompt": "Why?"}])
    with pytest.raises(InputError, match="patience"):
        GuardCallback(patience=0)
    turns = [{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}]
    built = tiny_run(
        tmp_path, GuardCallback([{"messages": turns}], own_texts), model=model, tokenizer=tokenizer
    )
    with pytest.raises(InputError, match="chat template"):
        built.train()
    blocked = tmp_path / "blocked"
    blocked.mkdir()
    (blocked / "_ftguard").write_text("a file where the folder should be")
    with pytest.raises(InputError, match="cannot write"):
        tiny_run(blocked, guard, model=model, tokenizer=tokenizer).train()
