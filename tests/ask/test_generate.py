"""Tests of `generate` against greedy decoding written out, on a real tiny model."""

from collections.abc import Callable, Sequence

import pytest
import torch
from transformers import (
    GenerationConfig,
    GPT2Config,
    GPT2LMHeadModel,
    LlamaForCausalLM,
    PreTrainedModel,
    PreTrainedTokenizerFast,
)

from ftguard import Probe
from ftguard.ask.asking import ask
from ftguard.ask.generate import generate
from ftguard.ask.prompts import Question, prepare
from ftguard.ask.writing import LOG_ZERO

Greedy = Callable[[PreTrainedModel, Sequence[int], int], tuple[int, ...]]
Logprobs = Callable[[PreTrainedModel, Sequence[int], Sequence[int]], list[float]]

TEXTS = ("a", "Two words", "What is the capital of Italy?", "7")
"""Of 2, 10, 30 and 2 tokens with their BOS."""


def questions(tokenizer: PreTrainedTokenizerFast, max_new_tokens: int = 12) -> list[Question]:
    """The texts above, each with the same token budget."""
    return [
        Question(
            probe_id=text, prompt=tuple(tokenizer(text)["input_ids"]), max_new_tokens=max_new_tokens
        )
        for text in TEXTS
    ]


def gpt2(vocabulary: int) -> GPT2LMHeadModel:
    """A GPT-2, whose positions are learned: padding on the left must not shift them."""
    torch.manual_seed(0)
    config = GPT2Config(
        vocab_size=vocabulary,
        n_embd=32,
        n_layer=2,
        n_head=4,
        n_positions=128,
        initializer_range=0.2,
        bos_token_id=1,
        eos_token_id=2,
    )
    return GPT2LMHeadModel(config).eval()


@pytest.mark.parametrize("architecture", ["llama", "gpt2"])
def test_a_batch_says_what_each_row_says_alone(
    architecture: str,
    model: LlamaForCausalLM,
    tokenizer: PreTrainedTokenizerFast,
    greedy: Greedy,
) -> None:
    """Batched and padded answers equal those asked one by one, and greedy decoding by hand."""
    asked = model.eval() if architecture == "llama" else gpt2(len(tokenizer))
    rows = questions(tokenizer)

    together = [answer.token_ids for answer in generate(asked, rows, (), 0)]
    alone = [generate(asked, [row], (), 0)[0].token_ids for row in rows]

    assert together == alone == [greedy(asked, row.prompt, 12) for row in rows]
    assert len(set(together)) == len(TEXTS)


@pytest.mark.parametrize("architecture", ["llama", "gpt2"])
def test_logprobs_are_those_of_a_plain_forward_pass(
    architecture: str,
    model: LlamaForCausalLM,
    tokenizer: PreTrainedTokenizerFast,
    logprobs: Logprobs,
) -> None:
    """Every token's nats equal those of one pass over prompt and answer, without a cache."""
    asked = model.eval() if architecture == "llama" else gpt2(len(tokenizer))
    rows = questions(tokenizer)

    for row, answer in zip(rows, generate(asked, rows, (), 0), strict=True):
        by_hand = logprobs(asked, row.prompt, answer.token_ids)
        assert answer.logprobs == pytest.approx(by_hand, abs=1e-4)
        assert max(answer.logprobs) < 0


def test_each_stop_token_ends_an_answer(
    model: LlamaForCausalLM, tokenizer: PreTrainedTokenizerFast, greedy: Greedy
) -> None:
    """Two stop tokens each end the answer that comes to say them; the third runs to its length."""
    model.eval()
    rows = questions(tokenizer)[:3]
    unstopped = [greedy(model, row.prompt, 12) for row in rows]
    first = next(t for t in unstopped[0] if t not in unstopped[1] + unstopped[2])
    second = next(t for t in unstopped[1] if t not in unstopped[0] + unstopped[2])

    answers = generate(model, rows, (first, second), 0)

    assert [answer.token_ids for answer in answers] == [
        unstopped[0][: unstopped[0].index(first) + 1],
        unstopped[1][: unstopped[1].index(second) + 1],
        unstopped[2],
    ]
    assert [answer.stopped for answer in answers] == [True, True, False]
    assert all(len(answer.logprobs) == len(answer.token_ids) for answer in answers)


def test_stop_tokens_of_the_generation_config_reach_the_answer(
    model: LlamaForCausalLM, tokenizer: PreTrainedTokenizerFast, greedy: Greedy
) -> None:
    """A stop token, here a plain letter, is among an answer's tokens and not in its text."""
    model.eval()
    probes = [Probe(id=text, prompt=text, reference="x") for text in TEXTS[:3]]
    unstopped = [greedy(model, tuple(tokenizer(text)["input_ids"]), 16) for text in TEXTS[:3]]
    stops = [next(t for t in said if t > 3 and t not in unstopped[2]) for said in unstopped[:2]]
    model.generation_config.eos_token_id = stops

    answers = ask(model, prepare(probes, model, tokenizer, {})).answers

    assert [answer.finish for answer in answers] == ["stop", "stop", "length"]
    for answer, said in zip(answers, unstopped, strict=True):
        end = min([said.index(stop) for stop in stops if stop in said], default=16)
        assert answer.token_ids == said[: end + 1]
        assert answer.text == tokenizer.decode(said[:end], skip_special_tokens=True)


def test_what_is_said_after_a_stop_does_not_depend_on_the_batch(
    model: LlamaForCausalLM, tokenizer: PreTrainedTokenizerFast, greedy: Greedy
) -> None:
    """A row that stops early is cut there, though its batch goes on and fills it up."""
    model.eval()
    rows = questions(tokenizer)
    stop = greedy(model, rows[0].prompt, 1)[0]

    answers = generate(model, rows, (stop,), pad_id=stop)

    assert answers[0].token_ids == (stop,)
    assert len(answers[0].logprobs) == 1
    assert max(len(answer.token_ids) for answer in answers) > 1


def test_the_generation_config_changes_nothing(
    model: LlamaForCausalLM, tokenizer: PreTrainedTokenizerFast
) -> None:
    """Sampling, penalties, beams and least lengths of a model's own config do not reach answers."""
    probes = [Probe(id=text, prompt=text, reference="x") for text in TEXTS]
    sheet = prepare(probes, model, tokenizer, {})
    plain = ask(model, sheet).answers
    model.generation_config = loud = GenerationConfig(
        do_sample=True,
        temperature=5.0,
        top_k=3,
        top_p=0.5,
        repetition_penalty=9.0,
        no_repeat_ngram_size=1,
        min_length=100,
        num_beams=3,
        num_return_sequences=2,
        suppress_tokens=list(plain[0].token_ids),
        max_new_tokens=3,
        use_cache=False,
        return_dict_in_generate=True,
        eos_token_id=2,
    )
    before = loud.to_dict()

    assert ask(model, sheet).answers == plain
    assert model.generation_config is loud
    assert loud.to_dict() == before


def test_not_a_number_becomes_a_finite_logprob(
    model: LlamaForCausalLM, tokenizer: PreTrainedTokenizerFast
) -> None:
    """A model of NaN weights answers with the lowest log-probability that can be stored."""
    model.eval().get_input_embeddings().weight.data.fill_(float("nan"))

    answers = generate(model, questions(tokenizer), (), 0)

    assert {value for answer in answers for value in answer.logprobs} == {LOG_ZERO}
