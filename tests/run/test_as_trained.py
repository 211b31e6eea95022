"""Tests of asking the task as it is trained: what is decided, said and warned of."""

from collections.abc import Sequence
from types import SimpleNamespace

import pytest
from transformers import LlamaForCausalLM, PreTrainedTokenizerFast

from ftguard import Probe
from ftguard.ask.prompts import PromptBatch, prepare
from ftguard.ask.template import ChatTemplate
from ftguard.run.as_trained import AsTrained, decide_on_template, unlike_training
from ftguard.run.training.rows import TrainingRow, training_rows

TEMPLATE = (
    "{% for m in messages %}[{{ m.role }}]{{ m.content }}</s>{% endfor %}"
    "{% if add_generation_prompt %}[assistant]{% endif %}"
)
CHATS = [f"[user]Is it {word}?</s>[assistant]Yes</s>" for word in ("dog", "a cat", "the bird")]
TEXTS = [f"<s>Is it {word}? Yes</s>" for word in ("dog", "a cat", "the bird")]
IN_CHATS = "as user messages through the chat template, as the training rows are"
IN_TEXT = "as plain text, as the training rows are, not through the chat template"
PLAIN = "plain prompts of target and tail are asked "
TARGET = Probe(id="t", prompt="Is it 2?", reference="Yes", role="target")
CHAT = Probe(id="c", prompt=[{"role": "user", "content": "Hi"}], reference="Yes", role="target")
GENERAL = Probe(id="g", prompt="Is it 3?", reference="Yes", role="general")


def decided(tokenizer: PreTrainedTokenizerFast, texts: Sequence[str], *probes: Probe) -> AsTrained:
    """What is decided by rows of these texts."""
    rows = [{"input_ids": tokenizer(t, add_special_tokens=False)["input_ids"]} for t in texts]
    template = ChatTemplate(tokenizer=tokenizer)
    loader = SimpleNamespace(dataset=rows)
    return decide_on_template(probes or (TARGET,), loader, template, is_main_process=True)


@pytest.mark.parametrize(
    ("texts", "in_chats", "note"),
    [
        (CHATS, True, IN_CHATS),
        (TEXTS, False, IN_TEXT),
        # Most of them decide.
        ([*CHATS, *TEXTS[:2]], True, IN_CHATS),
        ([*CHATS, *TEXTS], False, IN_TEXT),
        # Packed ones are cut anywhere.
        (["r]Is it dog?</s>[assistant]Y", "es</s>[user]Is it a cat?</s>[as"], True, IN_CHATS),
        ([], False, "as plain text, not through the chat template (no training rows to go by)"),
    ],
)
def test_training_rows_decide_on_plain_prompts(
    texts: Sequence[str], in_chats: bool, note: str, tokenizer: PreTrainedTokenizerFast
) -> None:
    """A user message where most rows are chats of the template, and a sentence that says so."""
    tokenizer.chat_template = TEMPLATE
    found = decided(tokenizer, texts)

    assert (found.turn is not None) is in_chats
    assert found.note == PLAIN + note


def test_nothing_is_said_where_nothing_is_decided(tokenizer: PreTrainedTokenizerFast) -> None:
    """Without a template, or without a plain prompt of the task."""
    assert decided(tokenizer, TEXTS).note == ""
    tokenizer.chat_template = TEMPLATE
    assert decided(tokenizer, CHATS, CHAT, GENERAL).note == ""


def warned(batch: PromptBatch, texts: Sequence[str]) -> tuple[str, ...]:
    """What is said of rows of these texts."""
    encode = batch.rendering.tokenizer
    rows = [TrainingRow(ids=tuple(encode(t, add_special_tokens=False)["input_ids"])) for t in texts]
    return unlike_training(batch, rows)


def test_a_warning_shows_both_renderings(
    model: LlamaForCausalLM, tokenizer: PreTrainedTokenizerFast
) -> None:
    """One headline, the target's prompt and answer with a bar between, a row, and what to do."""
    tokenizer.chat_template = TEMPLATE
    batch = prepare([CHAT, GENERAL], model, tokenizer, {})

    assert warned(batch, CHATS) == ()
    head, asked, trained, advice = warned(batch, TEXTS)
    assert head == (
        "WARNING: target prompts are not asked as they are trained: 0 BOS in front, in training 1; "
        "the text before the user's words is another one; "
        "the text between the user's words and the answer is another one"
    )
    assert asked == "  asked:   [user]Hi</s>[assistant]|Yes</s>"
    assert trained == "  trained: <s>Is it dog? Yes</s>"
    assert "`chat_template_kwargs=`" in advice


def test_a_long_rendering_shows_both_ends_on_one_line(
    model: LlamaForCausalLM, tokenizer: PreTrainedTokenizerFast
) -> None:
    """Line breaks are written out, and of 140 characters the middle is left out."""
    batch = prepare([TARGET], model, tokenizer, {})
    long = f"<s><s>Is it\n{'x' * 200}? Yes</s>"

    trained = warned(batch, [long, long + "."])[2].removeprefix("  trained: ")

    assert trained.startswith("<s><s>Is it\\nxxx")
    assert " ... " in trained
    assert trained.endswith("xxx? Yes</s>")
    assert len(trained) == 139


def test_only_the_target_is_compared(
    model: LlamaForCausalLM, tokenizer: PreTrainedTokenizerFast
) -> None:
    """General prompts go through the template whatever is trained."""
    tokenizer.chat_template = TEMPLATE

    assert warned(prepare([GENERAL], model, tokenizer, {}), TEXTS) == ()


def test_a_comparison_that_fails_says_nothing(
    model: LlamaForCausalLM, tokenizer: PreTrainedTokenizerFast
) -> None:
    """A template that refuses the marks that stand for words, or rows that are no tokens."""
    refuses = "{% if 'zqxj' in messages[0].content %}{{ raise_exception('no') }}{% endif %}"
    tokenizer.chat_template = refuses + TEMPLATE
    batch = prepare([CHAT], model, tokenizer, {})

    assert warned(batch, TEXTS) == ()
    rows = training_rows(SimpleNamespace(dataset=[{"input_ids": ["a", "b"]}]))
    assert unlike_training(batch, rows) == ()
