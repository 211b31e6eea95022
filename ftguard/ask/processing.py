"""Finds the tokenizer in what a Trainer processes its data with, and the template beside it."""

import copy
from typing import Any

from transformers import PreTrainedTokenizerBase


def tokenizer_of(processing_class: Any) -> PreTrainedTokenizerBase | None:
    """The tokenizer, with the chat template that the Trainer's rows go through.

    A processor of a vision model has a tokenizer and mostly a template of its own, which the
    tokenizer may lack: it is then put on a copy, so that the user's stays as it is.

    Returns:
        None where there is no tokenizer, as in an image processor.
    """
    tokenizer = getattr(processing_class, "tokenizer", processing_class)
    if not hasattr(tokenizer, "decode"):
        return None
    template = getattr(processing_class, "chat_template", None)
    if template and template != getattr(tokenizer, "chat_template", None):
        tokenizer = copy.copy(tokenizer)
        tokenizer.chat_template = template
    found: PreTrainedTokenizerBase = tokenizer
    return found
