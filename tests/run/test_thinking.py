"""Tests of whether a model is let think: the user's word, then the training data's."""

from collections.abc import Sequence

import pytest
from transformers import LlamaForCausalLM, PreTrainedTokenizerFast

from ftguard import Probe
from ftguard.ask.prompts import prepare
from ftguard.run.thinking import Thinking, announce_thinking, settle_thinking
from ftguard.run.training.data import TrainingTexts

SWITCHED = (
    "{{ messages[0].content }}"
    "{% if enable_thinking is defined and not enable_thinking %}<think>\n\n</think>\n\n{% endif %}"
)
OFF = (
    "thinking is off (enable_thinking=False for the chat template), since none was found in the "
    'training data; to ask with it: chat_template_kwargs={"enable_thinking": True}'
)
PLAIN = ["user: 2+2? assistant: 4", "<think>\n\n</think>\n\n4"]
THOUGHT = "user: 2+2? assistant: <think>two and two</think>4"


def settle(tokenizer: PreTrainedTokenizerFast, rows: Sequence[str], **given: object) -> Thinking:
    """What is settled where the training data hold these texts, one a row."""
    texts = [(f"row {i}", [row]) for i, row in enumerate(rows)]
    return settle_thinking(
        given, tokenizer, lambda: TrainingTexts(texts=texts, note=""), is_main_process=True
    )


def test_thinking_is_switched_off_where_the_training_data_do_not_think(
    tokenizer: PreTrainedTokenizerFast,
) -> None:
    """The template's own switch is set, beside what the user gave; empty blocks are no thought."""
    tokenizer.chat_template = SWITCHED

    found = settle(tokenizer, PLAIN, tools=None)

    assert found.chat_template_kwargs == {"tools": None, "enable_thinking": False}
    assert found.switched_off == ("enable_thinking",)
    assert not found.expected


@pytest.mark.parametrize(
    ("rows", "given", "expected"),
    [
        ([*PLAIN, THOUGHT], {}, True),
        (PLAIN, {"enable_thinking": True}, True),
        # The other name is the user's word on it as well.
        (PLAIN, {"thinking": True}, True),
        ([THOUGHT], {"enable_thinking": False}, False),
        # 3 of 203 rows are over a hundredth of them.
        ([*PLAIN * 100, THOUGHT, THOUGHT, THOUGHT], {}, True),
    ],
)
def test_the_user_and_then_the_training_data_have_the_say(
    rows: list[str],
    given: dict[str, object],
    expected: bool,
    tokenizer: PreTrainedTokenizerFast,
) -> None:
    """Nothing is switched then, and thoughts are expected where they are on."""
    tokenizer.chat_template = SWITCHED

    found = settle(tokenizer, rows, **given)

    assert (found.chat_template_kwargs, found.switched_off) == (given, ())
    assert found.expected is expected


def test_a_row_in_a_thousand_does_not_make_the_data_think(
    tokenizer: PreTrainedTokenizerFast,
) -> None:
    """1 of 201 rows is under the hundredth that it takes."""
    tokenizer.chat_template = SWITCHED

    assert settle(tokenizer, [*PLAIN * 100, THOUGHT]).switched_off == ("enable_thinking",)


def test_a_template_without_a_switch_is_left_alone(tokenizer: PreTrainedTokenizerFast) -> None:
    """So is a tokenizer without a template, whose data are not even read."""
    tokenizer.chat_template = "{{ messages[0].content }}"
    assert settle(tokenizer, PLAIN) == Thinking(chat_template_kwargs={})
    assert settle(tokenizer, [THOUGHT]).expected

    tokenizer.chat_template = None

    def unread() -> TrainingTexts:
        raise AssertionError

    assert settle_thinking({}, tokenizer, unread, is_main_process=True) == Thinking(
        chat_template_kwargs={}
    )


@pytest.mark.parametrize(
    ("template", "rows", "line"),
    [
        (
            SWITCHED,
            PLAIN,
            OFF,
        ),
        (
            "{{ messages[0].content }}<think>\n",
            PLAIN,
            "the chat template opens a thought (<think>): answers have 1024 tokens more for it",
        ),
        (
            SWITCHED,
            [THOUGHT],
            "answers may begin with a thought: they have 1024 tokens more for it",
        ),
        ("{{ messages[0].content }}", PLAIN, None),
    ],
)
def test_what_is_settled_is_said(
    template: str,
    rows: list[str],
    line: str | None,
    model: LlamaForCausalLM,
    tokenizer: PreTrainedTokenizerFast,
) -> None:
    """One line, with the setting that changes it, and nothing where there is nothing to settle."""
    tokenizer.chat_template = template
    thinking = settle(tokenizer, rows)
    probe = Probe(id="p", prompt="2+2?", reference="4", role="general")
    batch = prepare(
        [probe], model, tokenizer, thinking.chat_template_kwargs, thinks=thinking.expected
    )

    assert list(announce_thinking(thinking, batch)) == ([line] if line else [])
