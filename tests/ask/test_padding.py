"""Tests of models that padding disturbs: they are found by trying, and asked without it."""

import copy
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from transformers import (
    BartConfig,
    BartForCausalLM,
    BloomConfig,
    BloomForCausalLM,
    GPT2Config,
    GPT2LMHeadModel,
    LlamaForCausalLM,
    MambaConfig,
    MambaForCausalLM,
    PreTrainedModel,
    PreTrainedTokenizerFast,
    RwkvConfig,
    RwkvForCausalLM,
)

from ftguard import GuardCallback, Probe
from ftguard.ask.asking import ask
from ftguard.ask.batches import BatchPlan
from ftguard.ask.padding import plan_batches
from ftguard.ask.prompts import prepare
from ftguard.ask.quiet import undisturbed
from ftguard.testing import tiny_run

pytestmark = pytest.mark.filterwarnings("ignore:.*pin_memory.*")

SIZE = 32
ROW = tuple(range(10, 22))


def rwkv(vocabulary: int) -> PreTrainedModel:
    """A state from token to token, and weights that are rescaled in place to evaluate."""
    return RwkvForCausalLM(
        RwkvConfig(
            vocab_size=vocabulary,
            context_length=128,
            hidden_size=SIZE,
            num_hidden_layers=3,
            rescale_every=1,
            bos_token_id=1,
            eos_token_id=2,
            use_cache=True,
        )
    )


def bart(vocabulary: int) -> PreTrainedModel:
    """A decoder that counts positions from the batch's left edge."""
    return BartForCausalLM(
        BartConfig(
            vocab_size=vocabulary,
            d_model=SIZE,
            decoder_layers=2,
            decoder_attention_heads=2,
            decoder_ffn_dim=SIZE,
            max_position_embeddings=128,
            init_std=0.3,
            is_encoder_decoder=False,
        )
    )


def mamba(vocabulary: int) -> PreTrainedModel:
    """A state that looks at the mask."""
    return MambaForCausalLM(
        MambaConfig(
            vocab_size=vocabulary,
            hidden_size=SIZE,
            state_size=4,
            num_hidden_layers=2,
            bos_token_id=1,
            eos_token_id=2,
        )
    )


def gpt2(vocabulary: int) -> PreTrainedModel:
    """Learnt positions, counted by the mask."""
    return GPT2LMHeadModel(
        GPT2Config(vocab_size=vocabulary, n_embd=SIZE, n_layer=2, n_head=2, n_positions=128)
    )


def bloom(vocabulary: int) -> PreTrainedModel:
    """Distances in place of positions."""
    return BloomForCausalLM(
        BloomConfig(vocab_size=vocabulary, hidden_size=SIZE, n_layer=2, n_head=2)
    )


Make = Callable[[int], PreTrainedModel]


def loud(make: Make, vocabulary: int) -> PreTrainedModel:
    """The model with weights that make it say something definite."""
    torch.manual_seed(0)
    model = make(vocabulary)
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if parameter.dim() > 1 and "conv" not in name:
                parameter.normal_(0, 0.3)
    return model.train()


def plan(model: torch.nn.Module, row: tuple[int, ...] = ROW) -> tuple[bool, bool]:
    """Whether rows go together, and whether shorter ones are padded to do so."""
    found = plan_batches(model, row, 0)
    return found.max_rows > 1, found.padded


@pytest.mark.parametrize(
    ("make", "expected"),
    [
        (rwkv, (False, True)),
        (bart, (True, False)),
        (mamba, (True, True)),
        (gpt2, (True, True)),
        (bloom, (True, True)),
    ],
)
def test_a_model_that_a_batch_disturbs_is_found_by_trying(
    make: Make, expected: tuple[bool, bool]
) -> None:
    """RWKV answers otherwise beside another row, BART's decoder where it is padded; no error."""
    model = loud(make, 101)

    assert plan(model) == expected
    assert model.training


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16])
def test_rounding_is_no_finding(model: LlamaForCausalLM, dtype: torch.dtype) -> None:
    """In 16 bits a padded batch moves the last bits of most logits; that is no other answer."""
    assert plan(copy.deepcopy(model).to(dtype)) == (True, True)
    assert plan(loud(bart, 101).to(torch.bfloat16)) == (True, False)


def test_what_cannot_be_tried_is_no_finding(model: LlamaForCausalLM) -> None:
    """No prompt to try it with, or a model that is broken: asking will say so."""
    assert plan(model, ()) == (True, True)
    model.model.norm.weight.data.fill_(float("nan"))
    assert plan(model) == (True, True)


@pytest.mark.parametrize("make", [rwkv, bart])
def test_each_answer_is_what_the_model_says_alone(
    make: Make, tokenizer: PreTrainedTokenizerFast
) -> None:
    """Twelve prompts of four lengths, and texts to read: by the plan they are answered as one by
    one, where padded batches answer otherwise.
    """
    model = loud(make, len(tokenizer))
    prompts = [letter * (1 + 3 * (n % 4)) for n, letter in enumerate("abcdefghijkl")]
    probes = [
        Probe(id=f"written-{prompt}", prompt=prompt, reference="x", max_new_tokens=6)
        for prompt in prompts
    ] + [
        Probe(id=f"read-{prompt}", prompt=prompt, reference=f"{n}x", scorer="likelihood")
        for n, prompt in enumerate(prompts)
    ]
    batch = prepare(probes, model, tokenizer, {})

    alone = ask(model, batch, plan=BatchPlan(max_rows=1)).answers
    planned = ask(model, batch, plan=plan_batches(model, ROW, 0)).answers
    padded = ask(model, batch, plan=BatchPlan()).answers

    assert [answer.token_ids for answer in planned] == [answer.token_ids for answer in alone]
    for one, other in zip(alone, planned, strict=True):
        assert other.logprobs == pytest.approx(one.logprobs, abs=1e-4)
    assert [answer.token_ids for answer in padded] != [answer.token_ids for answer in alone]


def test_asking_takes_the_rescaling_of_weights_back() -> None:
    """RWKV halves weights in place to evaluate: after asking they are as before, bit for bit."""
    model = loud(rwkv, 101)
    before = {name: value.clone() for name, value in model.state_dict().items()}
    with undisturbed(model) as inner:
        inner(input_ids=torch.tensor([ROW]))
        assert any(not torch.equal(before[n], v) for n, v in model.state_dict().items())

    assert all(torch.equal(before[name], value) for name, value in model.state_dict().items())


@pytest.mark.parametrize("make", [rwkv, bart])
def test_a_run_of_such_a_model_is_guarded_and_bit_identical(
    make: Make, tmp_path: Path, tokenizer: PreTrainedTokenizerFast
) -> None:
    """Two checkups, and the same losses and weights as without a guard."""
    probes = [
        Probe(id=str(n), prompt="abcdef"[: n % 5 + 1], reference=f"{n}", max_new_tokens=4)
        for n in range(12)
    ]

    def train(name: str, *guards: GuardCallback) -> tuple[list[float], dict[str, Any]]:
        model = loud(make, len(tokenizer))
        random.seed(0)
        built = tiny_run(
            tmp_path / name,
            *guards,
            model=model,
            tokenizer=tokenizer,
            max_steps=4,
            learning_rate=1e-3,
            save_total_limit=1,
        )
        built.train()
        losses = [row["loss"] for row in built.state.log_history if "loss" in row]
        return losses, {name: value.clone() for name, value in model.state_dict().items()}

    guard = GuardCallback(probes, probes, tail=None)
    plain, guarded = train("plain"), train("guarded", guard)

    assert [checkup.step for checkup in guard.checkups] == [2, 4]
    assert plain[0] == guarded[0]
    assert all(torch.equal(plain[1][name], value) for name, value in guarded[1].items())
