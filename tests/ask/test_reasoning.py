"""Tests of what is thought and what is said, by texts as models write them."""

import pytest

from ftguard.ask.reasoning import answer_span, holds_reasoning, opened_by, without_reasoning

HARMONY = (
    "<|channel|>analysis<|message|>Two and two.<|end|>"
    "<|start|>assistant<|channel|>final<|message|>4<|return|>"
)
CUT = "its thinking was cut off"


def said(text: str, opened: str = "", *, ended: bool = True, specials: tuple[str, ...] = ()) -> str:
    """The answer in a text, or that there is none yet."""
    span = answer_span(text, opened=opened, specials=specials, ended=ended)
    return CUT if span.is_open else text[span.start : span.end]


@pytest.mark.parametrize(
    "text",
    [
        "<think>\n2 + 2\n</think>\n\n4",
        "<thinking>2 + 2</thinking>4",
        "<reasoning>2 + 2</reasoning>\n4",
        "<thought>\n2 + 2\n</thought>\n\n4",
        "<seed:think>2 + 2</seed:think>4",
        "<longcat_think>2 + 2</longcat_think>4",
        "[THINK]2 + 2[/THINK]4",
        "<|begin_of_thought|>2 + 2<|end_of_thought|><|begin_of_solution|>4<|end_of_solution|>",
        "<|START_THINKING|>2 + 2<|END_THINKING|><|START_RESPONSE|>4<|END_RESPONSE|>",
        "<|channel>thought\n2 + 2<channel|>4",
        "<|inner_prefix|>2 + 2<|inner_suffix|>4",
        "<|think:start|>2 + 2<|think:end|>4",
        "◁think▷2 + 2◁/think▷4",
        "<think>2 + 2</think><response>4</response>",
        "<think>\n2 + 2\n</think>\n<answer>\n4</answer>",
        "Here is my thought process: 2 + 2. Here is my response: 4",
        "Here are my reasoning steps:\n2 + 2\n[BEGIN FINAL RESPONSE]\n4[END FINAL RESPONSE]\n",
        HARMONY,
        "analysisTwo and two.assistantfinal4",
    ],
)
def test_only_the_answer_is_left(text: str) -> None:
    """Whatever a model's template writes around its thought and its answer, `4` is what it says."""
    assert said(text) == "4"
    assert without_reasoning(text) == "4"


@pytest.mark.parametrize(
    ("opened", "text"),
    [
        ("<think>\n", "2 + 2\n</think>\n\n4"),
        ("[THINK]", "2 + 2[/THINK]4"),
        ("Here are my reasoning steps:\n", "2 + 2\n[BEGIN FINAL RESPONSE]\n4"),
        (
            "<|channel|>analysis<|message|>",
            "2 + 2<|end|><|start|>assistant<|channel|>final<|message|>4",
        ),
    ],
)
def test_a_thought_may_be_opened_by_the_prompt(opened: str, text: str) -> None:
    """Where the prompt ends with the opening tag, the answer holds only the closing one."""
    assert opened_by(f"<|user|>2+2?<|assistant|>{opened}") == opened
    assert said(text, opened) == "4"


def test_only_the_end_of_a_prompt_opens_a_thought() -> None:
    """A tag that the question speaks of, a closed block, and harmony's final channel do not."""
    assert opened_by("What does <think> mean?<|assistant|>") == ""
    assert opened_by("<|assistant|><think>\n\n</think>\n\n") == ""
    assert opened_by("<|start|>assistant<|channel|>final<|message|>") == ""


def test_several_blocks_and_empty_ones_come_before_the_answer() -> None:
    """An empty block, a full one and one of another name all go; blanks and BOS are no answer."""
    assert said("<think>\n\n</think>\n\n4") == "4"
    assert said("<think></think>\n<think>a</think> <thought>b</thought>\n4") == "4"
    assert said("<s> \n<think>a</think>4", specials=("<s>",)) == "4"


@pytest.mark.parametrize(
    ("opened", "text"),
    [
        ("", "<think>\n2 + 2"),
        ("", "[THINK]2 + 2"),
        ("", "<|channel|>anal"),
        ("", "<|channel|>analysis<|message|>Two and"),
        ("", "<|channel|>analysis<|message|>Two.<|end|><|start|>assist"),
        ("", "analysisTwo and"),
        ("", "<think>2 + 2</think>\n\n"),
        ("<think>\n", "2 + 2"),
    ],
)
def test_a_thought_that_is_cut_off_has_no_answer_yet(opened: str, text: str) -> None:
    """Nothing after the opening tag is taken for an answer, and what is cut off is told apart."""
    assert said(text, opened, ended=False) == CUT


def test_a_thought_that_ends_without_an_answer() -> None:
    """A model that stopped in a thought of its own said nothing; in one that the prompt opened it
    never thought, and all of it is its answer.
    """
    assert said("<think>\n2 + 2") == ""
    assert said("furniture", "<think>\n") == "furniture"
    # A special token, here one that generation does not stop at, ends it as well.
    assert said("<think>2<|im_end|>\n", ended=False, specials=("<|im_end|>",)) == ""


@pytest.mark.parametrize(
    "text",
    [
        "Put it in <think> and </think> tags.",
        "`<think>2 + 2</think>` is a block of thought.",
        "2 + 2</think>4",
        "<answer>4</answer>",
        "An analysis of it: <|channel|>final",
        "analysis of variance, then assistant",
        "  4 ",
        "",
    ],
)
def test_a_tag_within_an_answer_is_a_part_of_it(text: str) -> None:
    """Blocks that do not begin the text, closing tags that nothing opened, and plain words stay."""
    assert said(text) == said(text, ended=False) == text


def test_a_wrapped_answer_needs_no_thought_before_it() -> None:
    """Cohere marks the response also where thinking is off; its marks may be special tokens."""
    marks = ("<|START_RESPONSE|>", "<|END_RESPONSE|>")

    assert said("<|START_RESPONSE|>4<|END_RESPONSE|>", specials=marks) == "4"


@pytest.mark.parametrize(
    ("text", "thinks"),
    [
        ("user\n2+2?\nassistant\n<think>\n2 + 2\n</think>\n\n4", True),
        ("user\n2+2?\nassistant\n<think>\n\n</think>\n\n4", False),
        ("<|channel>thought\n<channel|>4", False),
        (f"<|start|>user<|message|>2+2?<|end|><|start|>assistant{HARMONY}", True),
        ("<|start|>assistant<|channel|>final<|message|>4<|return|>", False),
        ("2+2? 4", False),
    ],
)
def test_training_texts_that_think(text: str, thinks: bool) -> None:
    """A thought anywhere in a chat counts where it is not empty."""
    assert holds_reasoning(text) is thinks
