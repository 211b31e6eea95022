"""Tests of finding the tokenizer and the template in what a Trainer processes data with."""

from types import SimpleNamespace

from transformers import CLIPImageProcessor, PreTrainedTokenizerFast

from ftguard.ask.processing import tokenizer_of


def test_a_tokenizer_is_its_own(tokenizer: PreTrainedTokenizerFast) -> None:
    """With its template or without one; an image processor and None have none."""
    assert tokenizer_of(tokenizer) is tokenizer
    assert tokenizer_of(None) is None
    assert tokenizer_of(CLIPImageProcessor()) is None


def test_a_processors_template_is_put_on_a_copy(tokenizer: PreTrainedTokenizerFast) -> None:
    """It wins over that of its tokenizer, which stays as it is."""
    tokenizer.chat_template = "own"
    processor = SimpleNamespace(tokenizer=tokenizer, chat_template="{{ messages[0].content }}!")

    found = tokenizer_of(processor)

    assert found is not None
    chat = [{"role": "user", "content": "Hi"}]
    assert found.apply_chat_template(chat, tokenize=False) == "Hi!"
    assert found("Hi")["input_ids"] == tokenizer("Hi")["input_ids"]
    assert tokenizer.chat_template == "own"
    processor.chat_template = None
    assert tokenizer_of(processor) is tokenizer
