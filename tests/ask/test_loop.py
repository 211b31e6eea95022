"""Tests of our own decoding loop against `model.generate`, on real tiny models of several kinds."""

from collections.abc import Callable
from typing import Any

import pytest
import torch
from transformers import (
    GenerationConfig,
    GPT2Config,
    GPT2LMHeadModel,
    LlamaConfig,
    LlamaForCausalLM,
    MambaConfig,
    MambaForCausalLM,
    MistralConfig,
    MistralForCausalLM,
    PreTrainedModel,
    PreTrainedTokenizerFast,
)

from ftguard import Probe
from ftguard.ask.asking import ask
from ftguard.ask.batches import BatchPlan
from ftguard.ask.generate import generate
from ftguard.ask.loop import as_generate, can_loop
from ftguard.ask.prompts import Question, prepare

VOCABULARY = 64
SIZES = {"vocab_size": VOCABULARY, "initializer_range": 0.2, "bos_token_id": 1, "eos_token_id": 2}
DIMS = {
    "hidden_size": 32,
    "intermediate_size": 64,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "max_position_embeddings": 128,
}


def llama() -> PreTrainedModel:
    """Two heads of queries for each of keys."""
    return LlamaForCausalLM(LlamaConfig(**SIZES, **DIMS))


def gpt2() -> PreTrainedModel:
    """Positions are learned, and so padding must not shift them."""
    return GPT2LMHeadModel(GPT2Config(**SIZES, n_embd=32, n_layer=2, n_head=4, n_positions=128))


def sliding() -> PreTrainedModel:
    """Each token sees eight: fewer than its answer and its prompt have."""
    return MistralForCausalLM(MistralConfig(**SIZES, **DIMS, sliding_window=8))


def mamba() -> PreTrainedModel:
    """It keeps a state, and no keys and values."""
    return MambaForCausalLM(MambaConfig(**SIZES, hidden_size=32, num_hidden_layers=2, state_size=8))


class Suppressing(LlamaForCausalLM):  # type: ignore[misc]
    """A model with a `generate` of its own, as some come with: it leaves tokens out."""

    def generate(self, *args: Any, **kwargs: Any) -> Any:
        """Never say the first half of the vocabulary."""
        kwargs["suppress_tokens"] = list(range(VOCABULARY // 2))
        return super().generate(*args, **kwargs)


def made(model: Callable[[], PreTrainedModel]) -> PreTrainedModel:
    """The same weights each time, ready to be asked."""
    torch.manual_seed(3)
    found = model().eval()
    found.generation_config = GenerationConfig()
    return found


def questions(*, tokens: int = 20) -> list[Question]:
    """Twenty-four prompts of 3 to 26 tokens, which are read in two groups."""
    draw = torch.Generator().manual_seed(0)
    prompts = [torch.randint(3, VOCABULARY, (3 + n,), generator=draw).tolist() for n in range(24)]
    return [
        Question(probe_id=str(n), prompt=tuple(prompt), max_new_tokens=tokens)
        for n, prompt in enumerate(prompts)
    ]


@pytest.mark.parametrize("kind", [llama, gpt2, sliding])
@torch.no_grad()
def test_answers_are_those_of_generate(kind: Callable[[], PreTrainedModel]) -> None:
    """Token for token, also where rows end at different places and leave the batch; the
    log-probabilities to a hundred-thousandth.
    """
    model, asked = made(kind), questions()
    whole = [answer.token_ids for answer in generate(model, asked, (), 0)]
    # Tokens that end some rows early, and others not at all.
    stops = tuple({said[3 + n] for n, said in enumerate(whole[:6])})

    assert as_generate(model, asked, 0)
    theirs = generate(model, asked, stops, 0)
    ours = generate(model, asked, stops, 0, own_loop=True)

    assert [a.token_ids for a in ours] == [a.token_ids for a in theirs]
    assert [a.finish for a in ours] == [a.finish for a in theirs]
    assert len({len(answer.token_ids) for answer in ours}) > 3
    for one, other in zip(ours, theirs, strict=True):
        assert one.logprobs == pytest.approx(other.logprobs, abs=1e-5)


@torch.no_grad()
def test_an_answer_goes_on_from_what_is_known_of_it() -> None:
    """Rows that begin at different places of their answers end as the whole ones do."""
    model, asked = made(llama), questions()
    whole = generate(model, asked, (), 0, own_loop=True)
    begun = [(a.token_ids[:n], a.logprobs[:n]) for n, a in enumerate(whole)]

    for own_loop in (True, False):
        found = generate(model, asked, (), 0, own_loop=own_loop, begun=begun)
        assert [a.token_ids for a in found] == [a.token_ids for a in whole]


@torch.no_grad()
def test_a_model_without_keys_and_values_is_left_to_generate() -> None:
    """A state-space model is told by its kind."""
    assert not can_loop(made(mamba))


def test_a_loop_that_says_something_else_is_not_used(tokenizer: PreTrainedTokenizerFast) -> None:
    """A model whose `generate` does more is told by its first tokens, and answers by `generate`."""
    model = made(lambda: Suppressing(LlamaConfig(**{**SIZES, "vocab_size": 128}, **DIMS)))
    plan = BatchPlan()
    probes = [Probe(id=t, prompt=t, scorer="open", max_new_tokens=8, role="general") for t in "ab"]

    answers = ask(model, prepare(probes, model, tokenizer, {}), plan=plan).answers

    assert can_loop(model)
    assert plan.own_loop is False
    assert min(token for answer in answers for token in answer.token_ids) >= VOCABULARY // 2
