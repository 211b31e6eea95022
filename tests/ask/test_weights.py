"""Tests of `weights_fingerprint`: one base, one fingerprint, whatever adapters are around it."""

import copy

import peft
import pytest
import torch
from peft import LoraConfig, PeftModel, get_peft_model
from transformers import LlamaForCausalLM

from ftguard.ask.unwrap import inner_model
from ftguard.ask.weights import weights_fingerprint

pytestmark = pytest.mark.filterwarnings(
    # what transformers is about to rename, used here and in peft
    "ignore:`\\w*gradient_checkpointing\\w*` is deprecated:FutureWarning",
    # peft on tied embeddings, and on tuned norms
    "ignore:Unsupported layer type:UserWarning",
    "ignore:Model has `tie_word_embeddings=True`:UserWarning",
)

QV = ["q_proj", "v_proj"]
ADAPTERS = {
    "lora": LoraConfig(target_modules=QV, init_lora_weights=False),
    "all": LoraConfig(target_modules="all-linear", task_type="CAUSAL_LM"),
    "dora": LoraConfig(target_modules=QV, use_dora=True),
    "bias": LoraConfig(target_modules=QV, bias="lora_only"),
    "embedding": LoraConfig(target_modules=[*QV, "embed_tokens"]),
    "saved head": LoraConfig(target_modules=QV, modules_to_save=["lm_head"]),
    "saved embedding": LoraConfig(target_modules=QV, modules_to_save=["embed_tokens"]),
    "tokens": LoraConfig(target_modules=QV, trainable_token_indices=[5, 6]),
    "adalora": peft.AdaLoraConfig(target_modules=QV, total_step=10),
    "ia3": peft.IA3Config(target_modules=QV, feedforward_modules=[]),
    "loha": peft.LoHaConfig(target_modules=QV),
    "oft": peft.OFTConfig(target_modules=QV, r=0, oft_block_size=8),
    "vera": peft.VeraConfig(target_modules=["q_proj"]),
    "hra": peft.HRAConfig(target_modules=QV, r=2),
    "norms": peft.LNTuningConfig(target_modules=["input_layernorm"]),
}


@pytest.mark.parametrize("kind", ADAPTERS)
def test_adapters_do_not_change_the_fingerprint(kind: str, model: LlamaForCausalLM) -> None:
    """A base has one fingerprint: plain, wrapped by any adapter, and with that adapter trained."""
    plain = weights_fingerprint(model)
    tuned: PeftModel = get_peft_model(copy.deepcopy(model), copy.deepcopy(ADAPTERS[kind]))
    assert weights_fingerprint(tuned) == plain

    trained = [p for p in tuned.parameters() if p.requires_grad]
    with torch.no_grad():
        for parameter in trained:
            parameter.add_(1.0)
    assert trained
    assert weights_fingerprint(tuned) == plain


@pytest.mark.parametrize("kind", [None, "lora", "tokens", "saved embedding"])
def test_every_base_tensor_changes_the_fingerprint(
    kind: str | None, model: LlamaForCausalLM
) -> None:
    """Any tensor of the base counts, also inside of adapters, and undoing a change restores it."""
    names = {name for name, _ in model.named_parameters()}
    asked = get_peft_model(model, copy.deepcopy(ADAPTERS[kind])) if kind else model
    before = weights_fingerprint(asked)
    adapter = ("lora_", "trainable_tokens_delta", "modules_to_save")
    tensors = {
        name: parameter
        for name, parameter in inner_model(asked).named_parameters()
        if not any(part in name for part in adapter)
    }
    assert len(tensors) == len(names)

    for name, parameter in tensors.items():
        kept = parameter.detach().clone()
        with torch.no_grad():
            parameter.mul_(1.5)
            assert weights_fingerprint(asked) != before, name
            parameter.copy_(kept)
        assert weights_fingerprint(asked) == before, name


def test_the_kind_of_numbers_counts(model: LlamaForCausalLM) -> None:
    """The same base in bfloat16 is another base, since it answers otherwise."""
    assert weights_fingerprint(model) != weights_fingerprint(copy.deepcopy(model).bfloat16())


def test_taking_it_changes_nothing(model: LlamaForCausalLM) -> None:
    """A fingerprint draws nothing at random and leaves modes and weights alone."""
    chance, weights = torch.get_rng_state(), copy.deepcopy(model.state_dict())

    assert weights_fingerprint(model) == weights_fingerprint(model)

    assert torch.equal(torch.get_rng_state(), chance)
    assert all(torch.equal(value, weights[name]) for name, value in model.state_dict().items())
    assert model.training
