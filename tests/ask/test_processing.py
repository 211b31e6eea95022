"""Tests of finding the tokenizer in what a Trainer processes data with; see `test_vision`."""

from transformers import CLIPImageProcessor, PreTrainedTokenizerFast

from ftguard.ask.processing import tokenizer_of


def test_a_tokenizer_is_its_own(tokenizer: PreTrainedTokenizerFast) -> None:
    """With its template or without one; an image processor and None have none."""
    assert tokenizer_of(tokenizer) is tokenizer
    assert tokenizer_of(None) is None
    assert tokenizer_of(CLIPImageProcessor()) is None
