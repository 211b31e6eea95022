"""Tests of `inner_model`, `adapted` and `only_base`: what can be asked, and what is refused."""

import pytest
import torch
from peft import (
    LoraConfig,
    PeftMixedModel,
    PeftModel,
    PromptTuningConfig,
    TaskType,
    get_peft_model,
    inject_adapter_in_model,
)
from transformers import (
    GPT2Config,
    GPT2LMHeadModel,
    LlamaConfig,
    LlamaForCausalLM,
    LlamaForSequenceClassification,
    T5Config,
    T5ForConditionalGeneration,
)

from ftguard import InputError
from ftguard.ask.quiet import undisturbed
from ftguard.ask.unwrap import adapted, inner_model

pytestmark = pytest.mark.filterwarnings(
    # what transformers is about to rename, used here and in peft
    "ignore:`\\w*gradient_checkpointing\\w*` is deprecated:FutureWarning"
)

LORA = LoraConfig(target_modules=["q_proj"])


def reward_model() -> LlamaForSequenceClassification:
    """One number for a text, as TRL's RewardTrainer has it."""
    config = LlamaConfig(
        vocab_size=20,
        hidden_size=16,
        intermediate_size=16,
        num_hidden_layers=1,
        num_attention_heads=2,
        num_labels=1,
        pad_token_id=0,
    )
    return LlamaForSequenceClassification(config)


def test_a_plain_language_model_is_its_own_inner_model(model: LlamaForCausalLM) -> None:
    """Llama and GPT-2 are asked as they are, and have no adapters."""
    gpt2 = GPT2LMHeadModel(GPT2Config(vocab_size=20, n_embd=8, n_layer=1, n_head=2))

    assert inner_model(model) is model
    assert inner_model(gpt2) is gpt2
    assert adapted(model) is None


def test_the_inner_model_of_a_peft_model_is_the_transformers_model(
    model: LlamaForCausalLM,
) -> None:
    """`get_peft_model` puts the adapters into the model that it was given."""
    tuned: PeftModel = get_peft_model(model, LORA)

    assert inner_model(tuned) is model
    assert adapted(tuned) is tuned


@pytest.mark.parametrize("wrapped", [False, True])
def test_a_reward_model_is_refused(wrapped: bool) -> None:
    """A sequence classifier cannot be asked, nor can one whose PEFT wrapper claims to generate."""
    reward = reward_model()
    asked = PeftModel(reward, LORA) if wrapped else reward

    with pytest.raises(InputError, match="`LlamaForSequenceClassification` cannot generate"):
        inner_model(asked)


def test_what_is_no_transformers_model_is_refused() -> None:
    """A bare module cannot be asked."""
    with pytest.raises(InputError, match="`Linear` cannot generate"):
        inner_model(torch.nn.Linear(1, 1))


def test_an_encoder_decoder_is_refused() -> None:
    """T5 generates, but its answers do not follow the prompt: they would be cut wrongly."""
    config = T5Config(
        vocab_size=20,
        d_model=8,
        d_kv=4,
        d_ff=8,
        num_layers=1,
        num_heads=2,
        decoder_start_token_id=0,
    )
    with pytest.raises(InputError, match="`T5ForConditionalGeneration` has an encoder"):
        inner_model(T5ForConditionalGeneration(config))


def test_prompt_learning_is_refused(model: LlamaForCausalLM) -> None:
    """Prompt tuning lives outside of the inner model, which would answer as the base."""
    config = PromptTuningConfig(task_type=TaskType.CAUSAL_LM, num_virtual_tokens=4)

    with pytest.raises(InputError, match="prompt-learning kind are not supported"):
        inner_model(get_peft_model(model, config))


def test_mixed_adapters_are_refused(model: LlamaForCausalLM) -> None:
    """A `PeftMixedModel` is no `PeftModel`: asked as one, its base would answer with adapters."""
    with pytest.raises(InputError, match="mixed kinds of adapters are not supported"):
        inner_model(PeftMixedModel(model, LORA))


@pytest.mark.parametrize("init", ["pissa", "pissa_niter_2", "olora"])
def test_a_base_that_peft_has_changed_is_refused(init: str, model: LlamaForCausalLM) -> None:
    """PiSSA and OLoRA move weights into the adapter: without it, what is left is not the base."""
    before = model.model.layers[0].self_attn.q_proj.weight.detach().clone()
    tuned: PeftModel = get_peft_model(
        model, LoraConfig(target_modules=["q_proj"], init_lora_weights=init)
    )
    after = model.model.layers[0].self_attn.q_proj.base_layer.weight

    assert not torch.equal(before, after)
    with (
        pytest.raises(InputError, match=f"`init_lora_weights='{init}'` changes the base"),
        undisturbed(tuned, base=True),
    ):
        pass
    with undisturbed(tuned) as inner:
        assert inner is model


def test_adapters_inside_of_a_plain_model_are_refused_as_base(model: LlamaForCausalLM) -> None:
    """`model.add_adapter` leaves a plain model, whose base would answer with the adapters on."""
    # What `model.add_adapter` does, where transformers asks for no newer peft than there is.
    inject_adapter_in_model(LORA, model)
    model._hf_peft_config_loaded = True  # noqa: SLF001

    with pytest.raises(InputError, match="get_peft_model"), undisturbed(model, base=True):
        pass
    with undisturbed(model) as inner:
        assert inner is model
