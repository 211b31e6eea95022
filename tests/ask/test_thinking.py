"""Tests of what chat templates can be told, as the models of the day have them."""

import pytest
from transformers import PreTrainedTokenizerFast

from ftguard.ask.thinking import in_channels, switches

QWEN = (
    "{%- if add_generation_prompt %}<|im_start|>assistant\n"
    "{%- if enable_thinking is defined and enable_thinking is false %}<think>\n\n</think>"
    "{%- endif %}{%- endif %}"
)
SMOLLM = "{%- if enable_thinking is not defined %}{% set enable_thinking = true %}{% endif %}"
DEEPSEEK = "{% if not thinking is defined %}{% set thinking = false %}{% endif %}"
OWN = "{% for m in messages %}{{ m.thinking }}{% set thinking = 1 %}{{ thinking }}{% endfor %}"
TRAINING = "{% for m in messages %}{% generation %}{{ m.content }}{% endgeneration %}{% endfor %}"


@pytest.mark.parametrize(
    ("template", "found"),
    [
        (QWEN, ("enable_thinking",)),
        (SMOLLM, ("enable_thinking",)),
        (DEEPSEEK, ("thinking",)),
        ("{{ enable_thinking | default(1) }}{{ thinking }}", ("enable_thinking", "thinking")),
        ("{% if reasoning is undefined %}<|START_THINKING|>{% endif %}", ("reasoning",)),
        (TRAINING + QWEN, ("enable_thinking",)),
        # A message's own thought, a variable of the template's and a text are no switch.
        (OWN, ()),
        ("{% set enable_thinking = true %}{{ enable_thinking }}", ()),
        ("{{ 'Say /no_think, or set enable_thinking.' }}", ()),
        # Rendering will say what is wrong with it.
        ("{% if enable_thinking %}", ()),
        (None, ()),
        ({"default": QWEN, "tool_use": DEEPSEEK}, ("enable_thinking",)),
    ],
)
def test_the_switches_are_the_arguments_that_a_template_reads(
    template: str, found: tuple[str, ...], tokenizer: PreTrainedTokenizerFast
) -> None:
    """They are told from the template's own variables, not from its words."""
    tokenizer.chat_template = template

    assert switches(tokenizer) == found


def test_harmony_thinks_in_a_channel(tokenizer: PreTrainedTokenizerFast) -> None:
    """Its template has no switch, and its prompts open no thought."""
    assert not in_channels(tokenizer)
    tokenizer.chat_template = "<|start|>assistant<|channel|>analysis<|message|>{{ thought }}"
    assert in_channels(tokenizer)
