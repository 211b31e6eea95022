"""Tests of what is said of a base whose answers were cut off."""

from dataclasses import replace

import pytest
from transformers import LlamaForCausalLM, PreTrainedTokenizerFast

from ftguard import Probe, Snapshot
from ftguard.ask.answer import Answer
from ftguard.ask.prompts import PromptBatch, prepare
from ftguard.run.cut_off import announce_cut_off
from ftguard.scores.snapshot import Fingerprint

ENDED = Answer(probe_id="", text="4", token_ids=(4, 2))
CUT = Answer(probe_id="", text="4 an", token_ids=(4, 5, 6), finish="length")
LOOP = Answer(probe_id="", text="4" * 12, token_ids=(4,) * 12, finish="length")
THOUGHT = Answer(probe_id="", token_ids=(4, 5), num_reasoning_tokens=2, finish="length")


@pytest.fixture
def batch(model: LlamaForCausalLM, tokenizer: PreTrainedTokenizerFast) -> PromptBatch:
    """20 questions that are answered, and one text that is read."""
    tokenizer.chat_template = "{{ messages[0].content }}{{ enable_thinking }}"
    probes = [Probe(id=f"p{i}", prompt=f"q{i}", reference="4", role="target") for i in range(20)]
    read = Probe(id="read", prompt="q", reference="4", scorer="likelihood", role="target")
    return prepare([*probes, read], model, tokenizer, {})


def told(batch: PromptBatch, *answers: Answer) -> str:
    """What is said of a base with these answers first, and ended ones up to 20."""
    said = [*answers, *[ENDED] * (20 - len(answers))]
    read = Answer(probe_id="read", token_ids=(4,), logprobs=(-1.0,))
    base = Snapshot(
        run="r",
        step=0,
        fingerprint=Fingerprint(
            weights="", dtype="", tokenizer="", template="", probes="", scorers=""
        ),
        answers=(*(replace(a, probe_id=f"p{i}") for i, a in enumerate(said)), read),
        scores=(),
    )
    return "\n".join(announce_cut_off(batch, base))


def test_up_to_a_tenth_is_not_worth_a_line(batch: PromptBatch) -> None:
    """2 of 20 answers are 10 %; the text that is read is no answer."""
    assert told(batch, CUT, THOUGHT) == ""


def test_more_than_a_tenth_is_said_with_what_mends_it(batch: PromptBatch) -> None:
    """3 of 20 are 15 %; thoughts and loops are counted apart, and only thoughts can be switched."""
    assert told(batch, CUT, CUT, CUT) == (
        "3 of the base's 20 written answers (15 %) were cut off: "
        "`Probe.max_new_tokens` gives more room"
    )
    assert told(batch, CUT, LOOP, THOUGHT, THOUGHT) == (
        "4 of the base's 20 written answers (20 %) were cut off, "
        "2 of them in the midst of thinking, "
        "1 of them while repeating themselves, which no room would end: "
        "`Probe.max_new_tokens` gives more room; "
        'chat_template_kwargs={"enable_thinking": False} switches thinking off'
    )


def test_nothing_mends_what_only_repeats_itself(batch: PromptBatch) -> None:
    """The counts are said alone."""
    assert told(batch, LOOP, LOOP, LOOP) == (
        "3 of the base's 20 written answers (15 %) were cut off, "
        "3 of them while repeating themselves, which no room would end"
    )


def test_a_switch_that_is_off_is_not_advised(
    batch: PromptBatch, model: LlamaForCausalLM, tokenizer: PreTrainedTokenizerFast
) -> None:
    """Where thinking is off already, only room is left to give."""
    off = prepare(batch.probes, model, tokenizer, {"enable_thinking": False})

    assert told(off, THOUGHT, THOUGHT, THOUGHT) == (
        "3 of the base's 20 written answers (15 %) were cut off, "
        "3 of them in the midst of thinking: `Probe.max_new_tokens` gives more room"
    )
