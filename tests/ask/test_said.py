"""Tests of `said`: texts and tokens of answers, with a real tokenizer that has special tokens."""

import pytest
from transformers import LlamaForCausalLM, PreTrainedTokenizerFast

from ftguard import Probe
from ftguard.ask.answer import Answer, Finish
from ftguard.ask.prompts import Question, prepare
from ftguard.ask.said import said
from ftguard.ask.writing import Generated

MARKS = ["<|im_start|>", "<|im_end|>", "<|start|>", "<|end|>", "<|message|>", "<|channel|>"]
HARMONY = "<|channel|>analysis<|message|>Hm.<|end|><|start|>assistant<|channel|>final<|message|>42"


@pytest.fixture
def marked(tokenizer: PreTrainedTokenizerFast) -> PreTrainedTokenizerFast:
    """The character tokenizer with the special tokens of two chat formats, each one token."""
    tokenizer.add_special_tokens({"additional_special_tokens": MARKS})
    return tokenizer


def answer(
    text: str,
    model: LlamaForCausalLM,
    tokenizer: PreTrainedTokenizerFast,
    *,
    stopped: bool = False,
    opened: str = "",
    line: bool = False,
) -> Answer:
    """The answer of a model that said this; token i has the log-probability -i."""
    tokens = tuple(tokenizer(text, add_special_tokens=False)["input_ids"])
    batch = prepare([Probe(id="p", prompt="q", reference="a", role="tail")], model, tokenizer, {})
    logprobs = tuple(-float(i) for i in range(len(tokens)))
    finish: Finish = "stop" if stopped else "length"
    generated = Generated(token_ids=tokens, logprobs=logprobs, finish=finish)
    question = Question(probe_id="p", ends_at_newline=line, opened=opened)
    found = said(generated, question, batch)
    assert found.logprobs == logprobs[: len(found.token_ids)]
    assert found.token_ids == tokens[: len(found.token_ids)]
    return found


@pytest.mark.parametrize(
    ("text", "expected", "num_tokens"),
    [
        ("furniture<|im_end|>\n<|im_start|>assistant", "furniture", 10),
        # What stands in front says nothing yet.
        ("<s><pad><|im_start|> 4<|im_end|>5", " 4", 6),
        ("<|im_start|>\n4</s>5", "\n4", 4),
    ],
)
def test_a_special_token_ends_an_answer(
    text: str,
    expected: str,
    num_tokens: int,
    model: LlamaForCausalLM,
    marked: PreTrainedTokenizerFast,
) -> None:
    """Also where generation does not stop at it: text and tokens end there, and it is finished."""
    found = answer(text, model, marked)

    assert (found.text, found.finish) == (expected, "stop")
    assert len(found.token_ids) == num_tokens
    assert found.num_reasoning_tokens == 0


def test_a_marker_ends_the_final_message(
    model: LlamaForCausalLM, marked: PreTrainedTokenizerFast
) -> None:
    """What harmony's `<|end|>` is followed by is no part of the answer, in text or in tokens."""
    found = answer(HARMONY + "<|end|><|start|>user", model, marked)

    assert (found.text, found.finish) == ("42", "stop")
    assert len(found.token_ids) == 31 + 2 + 1


def test_an_unknown_character_ends_nothing(
    model: LlamaForCausalLM, marked: PreTrainedTokenizerFast
) -> None:
    """Its token is a special one that stands for text."""
    found = answer("caf<unk> noir", model, marked)

    assert (found.text, found.finish) == ("caf<unk> noir", "length")


@pytest.mark.parametrize(
    ("text", "num_reasoning"),
    [
        # A marker is one token: 1 + 8 + 1 + 3 + 1 + 1 + 9 + 1 + 5 + 1.
        (HARMONY, 31),
        ("<think>hm</think>\n\n42", 19),
        ("42", 0),
    ],
)
@pytest.mark.parametrize("stopped", [True, False])
def test_tokens_of_thinking_are_counted(
    text: str,
    num_reasoning: int,
    stopped: bool,
    model: LlamaForCausalLM,
    marked: PreTrainedTokenizerFast,
) -> None:
    """All tokens are kept, those of the thought are counted, and only the rest is text."""
    found = answer(text + "</s>" * stopped, model, marked, stopped=stopped)

    assert found.text == "42"
    assert found.num_reasoning_tokens == num_reasoning
    assert len(found.token_ids) == num_reasoning + 2 + stopped
    assert found.finish == ("stop" if stopped else "length")
    assert not found.is_open_thought


def test_a_thought_that_was_cut_off_is_told_apart(
    model: LlamaForCausalLM, marked: PreTrainedTokenizerFast
) -> None:
    """It has no text and nothing but tokens of thinking; an answer cut off after it has some."""
    opened = answer("hm, so", model, marked, opened="<think>\n")
    own = answer("<think>hm", model, marked)
    channel = answer(HARMONY[:40], model, marked)

    for found in (opened, own, channel):
        assert (found.text, found.finish) == ("", "length")
        assert found.num_reasoning_tokens == len(found.token_ids)
        assert found.is_open_thought
    assert not answer("hm</think>so", model, marked, opened="<think>\n").is_open_thought


def test_a_model_that_ends_in_its_thought_said_nothing(
    model: LlamaForCausalLM, marked: PreTrainedTokenizerFast
) -> None:
    """That is an answer, an empty one; what ended it is not counted as thinking."""
    by_stop = answer("<think>hm</s>", model, marked, stopped=True)
    by_mark = answer("<think>hm<|im_end|>\n", model, marked)

    assert (by_stop.text, by_stop.finish, by_stop.num_reasoning_tokens) == ("", "stop", 9)
    assert (by_mark.text, by_mark.finish) == ("", "stop")
    assert not by_stop.is_open_thought
    assert not by_mark.is_open_thought


def test_a_closing_tag_ends_an_answer_that_runs_on(
    model: LlamaForCausalLM, marked: PreTrainedTokenizerFast
) -> None:
    """What was said within `<answer>` is all there, though generation went on to its limit."""
    found = answer("<think>hm</think><answer>42</answer> and", model, marked)

    assert (found.text, found.finish) == ("42", "stop")


def test_the_newline_that_ends_a_line_is_no_text(
    model: LlamaForCausalLM, marked: PreTrainedTokenizerFast
) -> None:
    """It stays among the tokens, as a stop token does; blank lines before it are no end."""
    found = answer("\n 42\n", model, marked, stopped=True, line=True)

    assert found.text == "\n 42"
    assert len(found.token_ids) == 5
    assert found.finish == "stop"


CALL = '<call>{"name": "f"}</call>'


def called(
    text: str, model: LlamaForCausalLM, tokenizer: PreTrainedTokenizerFast, scorer: str
) -> Answer:
    """What a model said to a probe of that scorer, whose tags are special tokens."""
    tokenizer.add_special_tokens({"additional_special_tokens": ["<call>", "</call>", *MARKS]})
    tokenizer.chat_template = (
        "{% for m in messages %}<|im_start|>{{ m.content }}<|im_end|>{% endfor %}"
        "{% if add_generation_prompt %}<|im_start|>{% endif %}"
    )
    probe = Probe(id="p", prompt="q", reference='{"name": "f"}', scorer=scorer, role="general")
    batch = prepare([probe], model, tokenizer, {})
    tokens = tuple(tokenizer(text, add_special_tokens=False)["input_ids"])
    generated = Generated(token_ids=tokens, logprobs=(0.0,) * len(tokens), finish="length")
    return said(generated, batch.questions[0], batch)


@pytest.mark.parametrize(
    ("text", "finish"),
    [
        (CALL, "length"),
        (f"So: {CALL}{CALL}", "length"),
        (f"{CALL}<|im_end|>\n{CALL}", "stop"),
        (f"{CALL}<|im_start|>{CALL}", "stop"),
        (f"{CALL}</s>", "stop"),
    ],
)
def test_the_marks_of_a_call_stay_in_its_answer(
    text: str, finish: str, model: LlamaForCausalLM, tokenizer: PreTrainedTokenizerFast
) -> None:
    """They may be special tokens; it ends where a turn ends or another one begins."""
    found = called(text, model, tokenizer, "tool_call")

    assert found.text == text.partition("</s>")[0].partition("<|im_")[0]
    assert found.finish == finish


def test_elsewhere_the_same_marks_end_an_answer(
    model: LlamaForCausalLM, tokenizer: PreTrainedTokenizerFast
) -> None:
    """Special tokens are no text of an answer that is no call."""
    found = called(f"So: {CALL}", model, tokenizer, "exact_match")

    assert (found.text, found.finish) == ("So: ", "stop")
