"""Tests of answers that end as their score is decided, on a real tiny model."""

from transformers import LlamaForCausalLM, PreTrainedTokenizerFast

from ftguard import Probe
from ftguard.ask.asking import ask
from ftguard.ask.early import EVERY
from ftguard.ask.prompts import prepare

SAY = "Say something"


def test_only_answers_of_which_the_score_alone_counts_end_early(
    model: LlamaForCausalLM, tokenizer: PreTrainedTokenizerFast
) -> None:
    """General and tail answers end at the first look after five characters; those whose confidence
    is measured, and those that a judge or people read, are written to their end.
    """
    written = {
        "general": Probe(id="a", prompt=SAY, reference="no\nno", role="general", max_new_tokens=24),
        "tail": Probe(id="b", prompt=SAY, reference="no\nno", role="tail", max_new_tokens=24),
        "target": Probe(id="c", reference="no\nno", role="target", max_new_tokens=25, prompt="Say"),
        "open": Probe(id="d", scorer="open", role="general", prompt="Tell", max_new_tokens=24),
    }
    model.generation_config.eos_token_id = None
    sheet = prepare(tuple(written.values()), model, tokenizer, {})

    whole = ask(model, sheet, base_answers=()).answers
    early = ask(model, sheet, base_answers=(), decided=lambda _, text: len(text) > 5).answers

    for name, answer, full in zip(written, early, whole, strict=True):
        if name in ("general", "tail"):
            assert answer.finish == "decided"
            assert answer.token_ids == full.token_ids[: 2 * EVERY]
            assert full.text.startswith(answer.text)
            assert len(answer.logprobs) == len(answer.token_ids)
        else:
            assert (answer.token_ids, answer.finish) == (full.token_ids, full.finish)


def test_an_answer_that_ended_early_is_verified_as_it_is(
    model: LlamaForCausalLM, tokenizer: PreTrainedTokenizerFast
) -> None:
    """It is taken over by the same rule, and written to its end where there is none."""
    probe = Probe(id="a", prompt=SAY, reference="no\nno", max_new_tokens=24, role="general")
    sheet = prepare([probe], model, tokenizer, {})
    whole = ask(model, sheet, base_answers=()).answers
    early = ask(model, sheet, decided=lambda _, text: len(text) > 5)

    again = ask(model, sheet, base_answers=early.answers, decided=lambda _, text: len(text) > 5)
    without = ask(model, sheet, base_answers=early.answers)

    assert again.num_unchanged == 1
    assert [a.token_ids for a in again.answers] == [a.token_ids for a in early.answers]
    assert without.num_unchanged == 0
    assert [a.token_ids for a in without.answers] == [a.token_ids for a in whole]
