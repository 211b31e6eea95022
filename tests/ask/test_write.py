"""Tests of answers that are read and not written again, on real models, against plain decoding."""

import copy
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from transformers import (
    AutoModelForCausalLM,
    AutoTokenizer,
    LlamaForCausalLM,
    PreTrainedModel,
    PreTrainedTokenizerFast,
)

from ftguard import Probe
from ftguard.ask.answer import Answer
from ftguard.ask.asking import Asked, ask
from ftguard.ask.prompts import PromptBatch, prepare

TEXTS = [f"{word} {n}" for n in range(6) for word in ("Once", "Two words", "What is it?", "7 and")]


def sheet_of(model: PreTrainedModel, tokenizer: PreTrainedTokenizerFast) -> PromptBatch:
    """Twenty-four open questions with room for twenty tokens each."""
    probes = [
        Probe(id=text, prompt=text, scorer="open", max_new_tokens=20, role="general")
        for text in TEXTS
    ]
    return prepare(probes, model, tokenizer, {})


def moved(model: PreTrainedModel, by: float) -> PreTrainedModel:
    """A checkpoint: the weights with a little noise, each in proportion."""
    torch.manual_seed(5)
    other = copy.deepcopy(model)
    with torch.no_grad():
        for parameter in other.parameters():
            parameter.mul_(1 + by * torch.randn_like(parameter))
    return other


def plain(model: PreTrainedModel, sheet: PromptBatch) -> Asked:
    """What greedy decoding says, with nothing to verify."""
    return ask(model, sheet, base_answers=())


def assert_same(answers: Sequence[Answer], others: Sequence[Answer]) -> None:
    """All of each answer but the last bits of its log-probabilities."""
    for answer, other in zip(answers, others, strict=True):
        assert replace(answer, logprobs=()) == replace(other, logprobs=())
        assert answer.logprobs == pytest.approx(other.logprobs, abs=1e-4)


def test_a_checkpoint_answers_as_without_the_bases_answers(
    model: LlamaForCausalLM, tokenizer: PreTrainedTokenizerFast
) -> None:
    """Some answers are the base's and are not written again, others go on from where they differ;
    all are those of plain decoding, and the base's are read as before.
    """
    sheet, tuned = sheet_of(model, tokenizer), moved(model, 0.02)
    base = ask(model, sheet)

    found = ask(tuned, sheet, base_answers=base.base_answer_logprobs)

    whole = plain(tuned, sheet)
    assert_same(found.answers, whole.answers)
    same = sum(a.token_ids == b.token_ids for a, b in zip(whole.answers, base.answers, strict=True))
    assert 0 < same < len(TEXTS)
    assert found.num_unchanged == same
    assert whole.num_unchanged == 0
    read = ask(tuned, sheet, base_answers=[replace(a, fingerprint="") for a in base.answers])
    for one, other in zip(found.base_answer_logprobs, read.base_answer_logprobs, strict=True):
        assert one.logprobs == pytest.approx(other.logprobs, abs=1e-5)


def test_the_base_does_not_read_what_it_wrote(
    model: LlamaForCausalLM, tokenizer: PreTrainedTokenizerFast
) -> None:
    """Its log-probabilities are those that writing told, and another reading finds the same."""
    sheet = sheet_of(model, tokenizer)

    base = ask(model, sheet)

    assert base.base_answer_logprobs == base.answers
    read = ask(model, sheet, base_answers=base.answers)
    assert read.num_unchanged == len(TEXTS)
    assert_same(read.answers, base.answers)
    assert_same(read.base_answer_logprobs, base.answers)


def test_the_checkpoint_before_is_verified_where_the_base_is_far(
    model: LlamaForCausalLM, tokenizer: PreTrainedTokenizerFast
) -> None:
    """With answers of the same model for the checkpoint before, none is written; with answers of
    another one they are all as without.
    """
    sheet, near, far = sheet_of(model, tokenizer), moved(model, 0.3), moved(model, 0.6)
    base, before, other = ask(model, sheet), plain(near, sheet), plain(far, sheet)

    again = ask(
        near,
        sheet,
        base_answers=base.base_answer_logprobs,
        previous={answer.probe_id: answer for answer in before.answers},
    )
    unlike = ask(
        near,
        sheet,
        base_answers=base.base_answer_logprobs,
        previous={answer.probe_id: answer for answer in other.answers},
    )

    assert_same(again.answers, before.answers)
    assert_same(unlike.answers, before.answers)
    assert again.num_unchanged == len(TEXTS)
    assert unlike.num_unchanged < len(TEXTS) // 2


def test_tokens_that_are_as_likely_are_decoded(
    model: LlamaForCausalLM, tokenizer: PreTrainedTokenizerFast
) -> None:
    """Where all tokens are as likely, one pass cannot tell which one decoding takes."""
    model.get_output_embeddings().weight.data.fill_(0.0)
    sheet = sheet_of(model, tokenizer)
    whole = plain(model, sheet)

    found = ask(model, sheet, base_answers=whole.answers)

    assert found.num_unchanged == 0
    assert_same(found.answers, whole.answers)


def test_a_real_model_answers_as_without_earlier_answers(shared: Path) -> None:
    """stories260K, moved a little: every answer is that of plain decoding."""
    folder = shared / "models" / "stories260K"
    story = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32)
    sheet, tuned = sheet_of(story, AutoTokenizer.from_pretrained(folder)), moved(story, 0.01)
    base = ask(story, sheet)

    found = ask(tuned, sheet, base_answers=base.base_answer_logprobs)

    assert_same(found.answers, plain(tuned, sheet).answers)
    assert 0 < found.num_unchanged < len(TEXTS)
