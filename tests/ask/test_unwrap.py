"""Tests of `inner_model`, `adapted` and `only_base`: what can be asked, and what is refused."""

import copy
from typing import Any

import pytest
import torch
from peft import (
    LoraConfig,
    LoraGAConfig,
    PeftMixedModel,
    PeftModel,
    PromptTuningConfig,
    TaskType,
    get_peft_model,
    inject_adapter_in_model,
)
from peft.tuners.lora import preprocess_loraga
from peft.tuners.lora.config import KasaConfig
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
from ftguard.ask.unwrap import adapted, check_base, inner_model

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


CHANGED = {
    "init_lora_weights='pissa'": {"init_lora_weights": "pissa"},
    "init_lora_weights='pissa_niter_2'": {"init_lora_weights": "pissa_niter_2"},
    "init_lora_weights='olora'": {"init_lora_weights": "olora"},
    "init_lora_weights='OLoRA'": {"init_lora_weights": "OLoRA"},
    "init_lora_weights='lora_ga'": {"init_lora_weights": "lora_ga"},
    "kasa_config": {"kasa_config": KasaConfig()},
    "layer_replication": {"layer_replication": [[0, 2], [1, 2]]},
}


def changed(model: LlamaForCausalLM, arguments: dict[str, Any]) -> PeftModel:
    """The model with such adapters, and what their method does before."""
    config = LoraConfig(target_modules=["q_proj"], r=4, **copy.deepcopy(arguments))
    if arguments.get("init_lora_weights") == "lora_ga":
        config.lora_ga_config = LoraGAConfig()
        ids = torch.arange(4, 30)[None]

        def train_step() -> None:
            model(ids, labels=ids).loss.backward()

        preprocess_loraga(model, config, train_step)
    return get_peft_model(model, config)


@pytest.mark.parametrize("name", CHANGED)
@pytest.mark.filterwarnings("ignore:Full backward hook is firing:UserWarning")
def test_a_base_that_peft_has_changed_is_refused(name: str, model: LlamaForCausalLM) -> None:
    """What these methods leave without their adapters is not the base: it answers otherwise."""
    ids = torch.arange(4, 30)[None]
    with torch.no_grad():
        before = model(ids).logits
    tuned = changed(model, CHANGED[name])

    with torch.no_grad(), tuned.disable_adapter():
        assert (tuned.get_base_model()(ids).logits - before).abs().max() > 0.1
    with pytest.raises(InputError, match=f"`{name}`.*so the base cannot be asked any more"):
        check_base(tuned)
    with pytest.raises(InputError), undisturbed(tuned, base=True):
        pass
    with undisturbed(tuned) as inner:
        assert inner is model


def test_every_adapter_counts_and_not_the_active_one_alone(model: LlamaForCausalLM) -> None:
    """A second adapter on a base that the first one changed."""
    tuned = changed(model, {"init_lora_weights": "olora"})
    tuned.add_adapter("second", LoraConfig(target_modules=["q_proj"]))
    tuned.set_adapter("second")

    with pytest.raises(InputError, match="`init_lora_weights='olora'`"):
        check_base(tuned)


@pytest.mark.parametrize(
    "arguments",
    [
        {"init_lora_weights": value}
        for value in (True, False, "gaussian", "eva", "orthogonal", "mica")
    ]
    + [{"use_dora": True}, {"use_rslora": True}, {"lora_bias": True}, {"bias": "all"}],
    ids=str,
)
@pytest.mark.filterwarnings("ignore::UserWarning")
def test_other_initialisations_leave_the_base_as_it_is(
    arguments: dict[str, Any], model: LlamaForCausalLM
) -> None:
    """With the adapters disabled the logits are the base's, bit for bit, trained ones too."""
    ids = torch.arange(4, 30)[None]
    model.eval()
    with torch.no_grad():
        before = model(ids).logits
    config = LoraConfig(target_modules=["q_proj"], r=4, **arguments)
    tuned = get_peft_model(model, config)
    with torch.no_grad():
        for parameter in tuned.parameters():
            parameter.add_(0.1 if parameter.requires_grad else 0.0)

    check_base(tuned)
    with undisturbed(tuned, base=True) as inner:
        assert torch.equal(inner(ids).logits, before)


def test_adapters_inside_of_a_plain_model_are_refused_as_base(model: LlamaForCausalLM) -> None:
    """`model.add_adapter` leaves a plain model, whose base would answer with the adapters on."""
    # What `model.add_adapter` does, where transformers asks for no newer peft than there is.
    inject_adapter_in_model(LORA, model)
    model._hf_peft_config_loaded = True  # noqa: SLF001

    with pytest.raises(InputError, match="get_peft_model"), undisturbed(model, base=True):
        pass
    with undisturbed(model) as inner:
        assert inner is model
