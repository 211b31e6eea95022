"""Tests of taking what ends a turn off references."""

import pytest
from transformers import PreTrainedTokenizerFast

from ftguard import Probe
from ftguard.ask.endings import endings_of, header_ids, without_ending, without_endings
from ftguard.ask.template import ChatTemplate

ENDINGS = ("<|endoftext|>", "<|im_end|>", "</s>")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Paris<|im_end|>", "Paris"),
        ("Paris <|im_end|>\n<|endoftext|>\n", "Paris"),
        ("Paris</s>", "Paris"),
        ("Paris", "Paris"),
        ("Paris ", "Paris "),
        ("a<|im_end|>b", "a<|im_end|>b"),
        # Words that are struck out, and a reference that is nothing else.
        ("It was <s>red</s>", "It was <s>red</s>"),
        ("It was <s>red</s></s>", "It was <s>red</s>"),
        ("<|endoftext|>", "<|endoftext|>"),
    ],
)
def test_endings_are_taken_off_the_end_alone(text: str, expected: str) -> None:
    """With the blanks around them; elsewhere, and where nothing else is there, they stay."""
    assert without_ending(text, ENDINGS) == expected


def test_probes_say_what_was_taken_off() -> None:
    """References, options and wrong answers lose them alike, and one note counts the probes."""
    plain = Probe(id="p", prompt="q", reference="Paris")
    several = Probe(id="s", prompt="q", reference=("A</s>", "B"), distractors=("C</s>",))
    choice = Probe(id="c", prompt="q", reference="A</s>", choices=("A</s>", "B</s>"))

    found = without_endings((plain, several, choice), ENDINGS)

    assert found.probes[0] is plain
    assert found.probes[1].references == ("A", "B")
    assert found.probes[1].distractors == ("C",)
    assert (found.probes[2].reference, found.probes[2].choices) == ("A", ("A", "B"))
    assert found.notes == (
        "took what ends a turn, such as `</s>`, off the references of 2 probes, such as `s`",
    )
    assert without_endings((plain,), ENDINGS).notes == ()


def test_a_template_tells_its_own_endings(tokenizer: PreTrainedTokenizerFast) -> None:
    """The special tokens that it writes behind an answer, with the tokenizer's and common ones."""
    tokenizer.add_special_tokens({"additional_special_tokens": ["<done>", "<go>", "<other>"]})
    tokenizer.chat_template = (
        "{% for m in messages %}<go>{{ m.role }}:{{ m.content }}<done>.{% endfor %}"
        "{% if add_generation_prompt %}<go>assistant:{% endif %}"
    )
    template = ChatTemplate(tokenizer=tokenizer)

    found = endings_of(template)

    assert {"<done>", "</s>", "<|im_end|>", "<end_of_turn>", "<|endoftext|>"} <= set(found)
    assert not {"<go>", "<other>", ".", ""} & set(found)
    assert header_ids(template) == {tokenizer.convert_tokens_to_ids("<go>")}
    tokenizer.chat_template = None
    assert "<done>" not in endings_of(template)
    assert header_ids(template) == set()
