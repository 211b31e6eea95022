"""Tests of `undisturbed`: right answers in the midst of training, and no trace of having asked."""

import random
from contextlib import suppress
from typing import Any

import numpy as np
import pytest
import torch
from peft import LoraConfig, PeftModel, get_peft_model
from transformers import (
    GenerationConfig,
    LlamaConfig,
    LlamaForCausalLM,
    PreTrainedTokenizerFast,
)

from ftguard import Probe
from ftguard.ask.asking import ask
from ftguard.ask.prompts import prepare
from ftguard.ask.quiet import undisturbed

pytestmark = pytest.mark.filterwarnings(
    # what transformers is about to rename, used here and in peft
    "ignore:`\\w*gradient_checkpointing\\w*` is deprecated:FutureWarning"
)

PROBES = [
    Probe(id="short", prompt="a", reference="b", role="target"),
    Probe(id="long", prompt="What is the capital of Italy?", reference="Rome", role="target"),
    Probe(id="read", prompt="Once", reference=" upon", scorer="likelihood", role="general"),
]


def dropping_model(vocabulary: int) -> LlamaForCausalLM:
    """A Llama that drops half of its attention in training mode."""
    torch.manual_seed(0)
    config = LlamaConfig(
        vocab_size=vocabulary,
        hidden_size=32,
        intermediate_size=64,
        num_hidden_layers=2,
        num_attention_heads=4,
        max_position_embeddings=128,
        initializer_range=0.2,
        attention_dropout=0.5,
        attn_implementation="eager",
    )
    return LlamaForCausalLM(config)


def state(model: torch.nn.Module) -> dict[str, Any]:
    """Everything that asking must leave as it found it."""
    numpy = np.random.get_state(legacy=False)
    return {
        "modes": [(name, module.training) for name, module in model.named_modules()],
        "grads": [(name, p.requires_grad) for name, p in model.named_parameters()],
        "weights": {name: p.detach().clone() for name, p in model.named_parameters()},
        "python": random.getstate(),
        "numpy": (numpy["state"]["key"].tolist(), numpy["state"]["pos"], numpy["gauss"]),
        "torch": torch.get_rng_state().tolist(),
        "grad mode": torch.is_grad_enabled(),
    }


def assert_same(before: dict[str, Any], after: dict[str, Any]) -> None:
    """Every part is equal, bit by bit."""
    for name, weight in before.pop("weights").items():
        assert torch.equal(weight, after["weights"][name])
    after.pop("weights")
    assert before == after


def test_answers_in_training_are_those_of_evaluation(tokenizer: PreTrainedTokenizerFast) -> None:
    """Training mode, gradient checkpointing and dropout change no bit of any answer."""
    model = dropping_model(len(tokenizer))
    sheet = prepare(PROBES, model, tokenizer, {})
    right = ask(model.eval(), sheet)

    model.gradient_checkpointing_enable()
    model.train()
    prompts = torch.tensor([sheet.questions[1].prompt])
    unguarded = model.generate(prompts, max_new_tokens=16, do_sample=False)[0, prompts.shape[1] :]
    now = ask(model, sheet)

    assert now.answers == right.answers
    assert now.base_answer_logprobs == right.base_answer_logprobs
    assert model.training
    assert model.is_gradient_checkpointing
    # Why it matters: asked without care, this model says something else.
    assert tuple(unguarded.tolist()) != right.answers[1].token_ids


@pytest.mark.parametrize("fails", [False, True])
def test_everything_comes_back(fails: bool, model: LlamaForCausalLM) -> None:
    """Modes, `requires_grad`, configs, gradients and random states return, after an error too."""
    model.model.layers[1].eval()
    model.model.layers[0].mlp.requires_grad_(requires_grad=False)
    model.config.use_cache = False
    model.generation_config = own = GenerationConfig(do_sample=True, temperature=0.3)
    random.seed(1)
    np.random.seed(2)
    torch.manual_seed(3)
    before = state(model)

    with suppress(ZeroDivisionError), undisturbed(model) as inner:
        assert inner is model
        assert not any(module.training for module in model.modules())
        assert not torch.is_grad_enabled()
        assert inner.generation_config.do_sample in (None, False)
        random.random()
        np.random.rand()
        torch.rand(3)
        inner.config.use_cache = True
        inner.requires_grad_(requires_grad=False)
        inner.model.layers[1].train()
        if fails:
            raise ZeroDivisionError

    assert_same(before, state(model))
    assert model.generation_config is own
    assert model.config.use_cache is False
    assert (model.training, model.model.layers[1].training) == (True, False)


def test_an_error_reaches_the_caller(model: LlamaForCausalLM) -> None:
    """What the body raises is not swallowed."""
    with pytest.raises(ZeroDivisionError), undisturbed(model):
        raise ZeroDivisionError


@pytest.mark.parametrize("base", [True, False])
@pytest.mark.parametrize("fails", [False, True])
def test_adapters_come_back(
    base: bool,
    fails: bool,
    model: LlamaForCausalLM,
) -> None:
    """Adapters are off only within, and train on after: peft's own switch would change grads."""
    tuned: PeftModel = get_peft_model(
        model,
        LoraConfig(target_modules=["q_proj"], modules_to_save=["norm"], lora_dropout=0.5),
    )
    frozen = next(p for name, p in tuned.named_parameters() if "lora_A" in name)
    frozen.requires_grad_(requires_grad=False)
    before = state(tuned)
    layer = tuned.get_base_model().model.layers[0].self_attn.q_proj

    with suppress(ZeroDivisionError), undisturbed(tuned, base=base):
        assert layer.disable_adapters is base
        if fails:
            raise ZeroDivisionError

    assert layer.disable_adapters is False
    assert tuned.active_adapter == "default"
    assert_same(before, state(tuned))


def test_adapters_that_were_off_stay_off(model: LlamaForCausalLM) -> None:
    """Asking the base within somebody's own `disable_adapter` does not switch adapters on."""
    tuned: PeftModel = get_peft_model(model, LoraConfig(target_modules=["q_proj"]))
    layer = tuned.get_base_model().model.layers[0].self_attn.q_proj

    with tuned.disable_adapter():
        with undisturbed(tuned, base=True):
            assert layer.disable_adapters
        assert layer.disable_adapters
    assert not layer.disable_adapters


def test_asking_leaves_no_trace(
    model: LlamaForCausalLM, tokenizer: PreTrainedTokenizerFast
) -> None:
    """A whole prompt_batch, in training mode, leaves model, tokenizer and chance as they were."""
    tokenizer.padding_side = "right"
    model.gradient_checkpointing_enable()
    own, cached = model.generation_config, model.config.use_cache
    sheet = prepare(PROBES, model, tokenizer, {})
    before = state(model)

    ask(model, sheet)

    assert_same(before, state(model))
    assert tokenizer.padding_side == "right"
    assert (model.generation_config is own, model.config.use_cache) == (True, cached)
    assert model.is_gradient_checkpointing


def test_a_training_step_after_asking_is_the_same_step(tokenizer: PreTrainedTokenizerFast) -> None:
    """The loss with dropout and its gradients are bit-identical with and without asking before."""
    steps = []
    for asks in (False, True):
        model = dropping_model(len(tokenizer)).train()
        torch.manual_seed(7)
        if asks:
            ask(model, prepare(PROBES, model, tokenizer, {}))
        ids = torch.tensor([[1, 20, 30, 40, 50]])
        loss = model(input_ids=ids, labels=ids).loss
        loss.backward()
        steps.append((loss.item(), model.model.layers[0].self_attn.q_proj.weight.grad))

    assert steps[0][0] == steps[1][0]
    assert torch.equal(steps[0][1], steps[1][1])
