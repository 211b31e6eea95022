"""Ends a generated answer where one of some texts comes up in it, as benchmarks want it."""

from collections.abc import Sequence

from transformers import PreTrainedTokenizerBase

from ftguard.ask.writing import End

SPARE = 8
"""Tokens beyond one for each byte of a text: those that stand for no text of their own."""


def cut_at(text: str, until: Sequence[str]) -> str:
    """A text up to the first of some others; all of it where none comes up."""
    places = [place for each in until if each and (place := text.find(each)) >= 0]
    return text[: min(places, default=len(text))]


def text_end(until: Sequence[str], tokenizer: PreTrainedTokenizerBase) -> End:
    """What ends one answer as soon as one of some texts has come up in it."""
    texts = [text for text in until if text]
    most = max((len(text.encode()) for text in texts), default=0) + SPARE

    def ends(said: Sequence[int]) -> bool:
        text = tokenizer.decode(list(said[-most:]), skip_special_tokens=True)
        return any(each in text for each in texts)

    return ends
