"""Tests of the texts that end an answer."""

from dataclasses import replace

from transformers import LlamaForCausalLM, PreTrainedTokenizerFast

from ftguard.ask.asking import ask
from ftguard.ask.prompts import prepare
from ftguard.ask.until import cut_at
from ftguard.probes.probe import Probe
from ftguard.probes.verbatim import Verbatim


def test_the_first_of_them_counts() -> None:
    """Wherever it stands; an empty one ends nothing."""
    assert cut_at("one. two\nthree", ("\n", ". ")) == "one"
    assert cut_at("one", ("x", "")) == "one"


def test_an_answer_ends_where_a_text_comes_up(
    model: LlamaForCausalLM, tokenizer: PreTrainedTokenizerFast
) -> None:
    """Generation stops there, row by row: the text is that of a longer answer up to it, and the
    tokens go up to its end.
    """
    free = [
        Probe(
            id=f"{n}",
            prompt=f"{n}+1=",
            scorer="open",
            max_new_tokens=24,
            role="general",
            verbatim=Verbatim(question=f"{n}"),
        )
        for n in range(4)
    ]
    whole = ask(model, prepare(free, model, tokenizer, {})).answers
    ends = [answer.text[5:7] for answer in whole]
    ended = [
        replace(probe, verbatim=Verbatim(question="q", until=(end, "never said")))
        for probe, end in zip(free, ends, strict=True)
    ]
    found = ask(model, prepare(ended, model, tokenizer, {})).answers

    for answer, longer, end in zip(found, whole, ends, strict=True):
        place = longer.text.index(end)
        assert answer.text == longer.text[:place]
        assert answer.token_ids == longer.token_ids[: place + 2]
        assert answer.finish == "stop"
