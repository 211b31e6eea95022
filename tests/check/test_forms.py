"""Which tokenizer and template each of two models is asked with."""

from collections.abc import Sequence
from typing import Any

import pytest
from transformers import PreTrainedTokenizerFast

from ftguard import InputError, Probe
from ftguard.check.forms import Forms, decide_on_forms
from ftguard.testing import tiny_tokenizer

PLAIN = (Probe(id="a", prompt="1+1=", reference="2"),)
CHAT = (Probe(id="a", prompt=[{"role": "user", "content": "1+1="}], reference="2"),)
TEMPLATE = "{% for m in messages %}{{ m['content'] }}{% endfor %}"


def decided(
    base: PreTrainedTokenizerFast,
    tuned: PreTrainedTokenizerFast,
    probes: Sequence[Probe] = PLAIN,
    **given: Any,
) -> Forms:
    """What is decided for two models that have as many embeddings as tokens."""
    rows: dict[str, Any] = {"base_rows": len(base), "tuned_rows": len(tuned), "form": "own"}
    return decide_on_forms(base, tuned, probes, **(rows | given))


def test_equal_tokenizers_are_one() -> None:
    """Saved twice and loaded twice, they ask with the same tokens."""
    found = decided(tiny_tokenizer(), tiny_tokenizer())

    assert found.base is found.tuned
    assert not found.notes


def test_a_template_that_only_one_has_is_used_for_that_one_and_said(
    tokenizer: PreTrainedTokenizerFast,
) -> None:
    """Unless `--form tuned` asks both with it."""
    tuned = tiny_tokenizer()
    tuned.chat_template = TEMPLATE

    own, same = decided(tokenizer, tuned), decided(tokenizer, tuned, form="tuned")

    assert (own.base, own.tuned) == (tokenizer, tuned)
    assert "not the same chat template" in own.notes[0]
    assert (same.base, same.tuned) == (tuned, tuned)


def test_a_base_without_a_template_is_asked_chats_in_the_tuned_ones(
    tokenizer: PreTrainedTokenizerFast,
) -> None:
    """It could not be asked them otherwise."""
    tuned = tiny_tokenizer()
    tuned.chat_template = TEMPLATE

    found = decided(tokenizer, tuned, CHAT)

    assert found.base is found.tuned is tuned
    assert "no chat template" in found.notes[0]


def test_a_tuned_model_may_have_more_tokens_but_no_others(
    tokenizer: PreTrainedTokenizerFast,
) -> None:
    """Added tokens are asked with by the tuned model alone; moved ones are refused."""
    more, moved = tiny_tokenizer(), tiny_tokenizer()
    more.add_tokens(["<new>"])
    vocabulary = tokenizer.get_vocab()
    assert moved.get_vocab() == vocabulary
    other = PreTrainedTokenizerFast(tokenizer_object=more.backend_tokenizer)
    other.add_tokens(["<a>"])

    grown = decided(tokenizer, more)

    assert (grown.base, grown.tuned) == (tokenizer, more)
    with pytest.raises(InputError, match="knows no token '<new>'"):
        decided(tokenizer, more, form="tuned")
    shifted = tiny_tokenizer()
    shifted.add_tokens(["<z>", "<new>"])
    with pytest.raises(InputError, match="not the same vocabulary"):
        decided(more, shifted)


def test_a_tuned_model_that_lacks_embeddings_of_base_tokens_is_refused(
    tokenizer: PreTrainedTokenizerFast,
) -> None:
    """The base's answers are read by the tuned model, token by token."""
    with pytest.raises(InputError, match="not the same vocabulary"):
        decided(tokenizer, tiny_tokenizer(), tuned_rows=len(tokenizer) - 5)
