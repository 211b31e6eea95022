"""Asks a model a whole `PromptBatch` and makes its `Answer`s."""

import time
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

import torch
from transformers import PreTrainedModel

from ftguard.ask.answer import Answer
from ftguard.ask.batches import BatchPlan, in_batches
from ftguard.ask.early import Decided
from ftguard.ask.padding import apart, next_logprobs, rounding_of
from ftguard.ask.prompts import PromptBatch, Question
from ftguard.ask.quiet import undisturbed
from ftguard.ask.read import read, read_greedy, read_next
from ftguard.ask.render import Ids
from ftguard.ask.write import write
from ftguard.terminal import bar as progress_bar

Key = TypeVar("Key", bound=Hashable)
Found = TypeVar("Found")

MAX_LOGITS = 2**27
"""Logits of one batch that is read, in float32 half a gigabyte."""


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What came of asking a model once."""

    answers: tuple[Answer, ...]
    """One for each question, in order."""
    base_answer_logprobs: tuple[Answer, ...]
    """Generated answers of the base, read by this model: its tokens, this model's logprobs."""
    num_unchanged: int
    """So many answers were the same as an earlier one, and not written again."""
    seconds: float
    writing_seconds: float
    """Of these, what writing answers took; the rest is reading."""
    notes: tuple[str, ...]
    """What did not go by plan."""


Read = Callable[[PreTrainedModel, list[tuple[Ids, Ids]], int], list[Found]]
"""Reads a batch of (context, text), padded with a token."""


def ask(
    model: torch.nn.Module,
    prompt_batch: PromptBatch,
    *,
    base: bool = False,
    base_answers: Sequence[Answer] | None = None,
    plan: BatchPlan | None = None,
    progress: str | None = None,
    previous: Mapping[str, Answer] | None = None,
    decided: Decided | None = None,
) -> Asked:
    """Ask everything, leaving no trace in the model or in any random state.

    Args:
        model: as the Trainer hands it to callbacks.
        prompt_batch: what to ask; questions with the same tokens are asked once.
        base: whether to disable adapters, so that the base answers.
        base_answers: answers of the base, to be read by this model (for drift); None for its own.
        plan: batch limits; changed where memory runs out.
        progress: label of a progress bar on standard error; None for no bar.
        previous: answers of an earlier checkpoint, by probe; those that come out the same again
            are read and not written.
        decided: whether the score of a probe's answer is decided by a text, whatever would follow;
            such answers are written no further.
    """
    plan = plan or BatchPlan()
    started, noted = time.perf_counter(), len(plan.notes)
    unique = {question.fingerprint: question for question in prompt_batch.questions}
    next_tokens = {f: row for f, q in unique.items() if (row := q.next_tokens) is not None}
    greedy = {f: question.reads[0] for f, question in unique.items() if question.is_greedy}
    texts = {
        (fingerprint, place): row
        for fingerprint, question in unique.items()
        if fingerprint not in next_tokens and fingerprint not in greedy
        for place, row in enumerate(question.reads)
    }
    prompted = [question for question in unique.values() if question.max_new_tokens]
    prompts = {question.probe_id: question.prompt for question in prompt_batch.questions}
    of_base = [a for a in base_answers or () if a.token_ids and prompts.get(a.probe_id)]
    with (
        undisturbed(model, base=base) as inner,
        progress_bar(
            label=progress,
            total=len(next_tokens) + len(texts) + len(greedy) + len(prompted) + len(of_base),
        ) as bar,
    ):
        began = time.perf_counter()
        written = write(
            inner,
            prompted,
            prompt_batch,
            plan,
            bar.update,
            base_answers=None if base_answers is None else of_base,
            previous=previous,
            decided=decided,
        )
        writing_seconds = time.perf_counter() - began
        options = _read_all(inner, next_tokens, prompt_batch, plan, bar.update, by=read_next)
        read_texts = _read_all(inner, texts, prompt_batch, plan, bar.update, by=read)
        likeliest = _read_all(inner, greedy, prompt_batch, plan, bar.update, by=read_greedy)
        found: dict[str, Answer] = {}
        for fingerprint, question in unique.items():
            if fingerprint in written.answers:
                found[fingerprint] = written.answers[fingerprint]
            elif fingerprint in options:
                found[fingerprint] = _options_answer(question, options[fingerprint])
            elif fingerprint in likeliest:
                token_logprobs, is_likeliest = likeliest[fingerprint]
                answer = _read_answer(question, [token_logprobs])
                found[fingerprint] = replace(answer, likeliest=is_likeliest)
            else:
                places = range(len(question.reads))
                found[fingerprint] = _read_answer(
                    question, [read_texts[fingerprint, i] for i in places]
                )
        answers = tuple(
            replace(found[question.fingerprint], probe_id=question.probe_id)
            for question in prompt_batch.questions
        )
        if base_answers is None:
            of_base = [answer for answer in answers if prompts[answer.probe_id]]
        by_base = tuple(
            replace(answer, logprobs=written.of_base[answer.probe_id]) for answer in of_base
        )
    return Asked(
        answers=answers,
        base_answer_logprobs=by_base,
        num_unchanged=written.num_unchanged,
        seconds=time.perf_counter() - started,
        writing_seconds=writing_seconds,
        notes=tuple(plan.notes[noted:]),
    )


def changes_answers(model: torch.nn.Module, prompt_batch: PromptBatch) -> bool:
    """Whether the model's adapters change what its base would say; fresh ones do not."""
    contexts = [(q.prompt, *(context for context, _ in q.reads)) for q in prompt_batch.questions]
    shown = next((ids for several in contexts for ids in several if ids), None)
    if shown is None:
        return False
    with undisturbed(model) as inner:
        own = next_logprobs(inner, [shown])[0]
    with undisturbed(model, base=True) as inner:
        of_base = next_logprobs(inner, [shown])[0]
        return apart(own, of_base, rounding_of(inner))


def _read_all(
    model: PreTrainedModel,
    rows: Mapping[Key, tuple[Ids, Ids]],
    prompt_batch: PromptBatch,
    plan: BatchPlan,
    done: Callable[[int], object],
    *,
    by: Read[Found],
) -> dict[Key, Found]:
    vocabulary: int = model.get_input_embeddings().weight.shape[0]
    max_positions: int = max(1, MAX_LOGITS // vocabulary)

    def cost(row: tuple[Ids, Ids]) -> int:
        # Long texts over a large vocabulary are bounded by their logits, not by their tokens.
        logits = (len(row[0]) + len(row[1])) * plan.max_tokens // max_positions
        return max(len(row[0]) + len(row[1]), logits)

    values = in_batches(
        list(rows.values()), cost, lambda batch: by(model, batch, prompt_batch.pad_id), plan, done
    )
    return dict(zip(rows, values, strict=True))


def _options_answer(question: Question, logprobs: tuple[float, ...]) -> Answer:
    return Answer(
        probe_id=question.probe_id, option_logprobs=logprobs, fingerprint=question.fingerprint
    )


def _read_answer(question: Question, logprobs: list[tuple[float, ...]]) -> Answer:
    if len(logprobs) > 1:
        return _options_answer(question, tuple(sum(values) for values in logprobs))
    return Answer(
        probe_id=question.probe_id,
        token_ids=question.reads[0][1],
        logprobs=logprobs[0],
        fingerprint=question.fingerprint,
    )
