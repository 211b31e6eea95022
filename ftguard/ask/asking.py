"""Asks a model a whole `PromptBatch` and makes its `Answer`s."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import torch
from transformers import PreTrainedModel

from ftguard.ask.answer import Answer
from ftguard.ask.batches import BatchPlan
from ftguard.ask.early import Decided
from ftguard.ask.memory import give_back
from ftguard.ask.padding import apart, next_logprobs, rounding_of
from ftguard.ask.prompts import PromptBatch, Question
from ftguard.ask.quiet import undisturbed
from ftguard.ask.read import Told
from ftguard.ask.reading import read_all
from ftguard.ask.trees import trees_of
from ftguard.ask.write import write
from ftguard.text.terminal import bar as progress_bar


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
    reading = {f: question for f, question in unique.items() if question.reads}
    num_reads = sum(len(question.reads) for question in reading.values())
    prompted = [question for question in unique.values() if question.max_new_tokens]
    prompts = {question.probe_id: question.prompt for question in prompt_batch.questions}
    of_base = [a for a in base_answers or () if a.token_ids and prompts.get(a.probe_id)]
    with (
        undisturbed(model, base=base) as inner,
        progress_bar(label=progress, total=num_reads + len(prompted) + len(of_base)) as bar,
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
        told = _read_all(inner, list(reading.values()), prompt_batch, plan, bar.update)
        found: dict[str, Answer] = {
            fingerprint: written.answers[fingerprint]
            if fingerprint in written.answers
            else _read_answer(question, told[fingerprint])
            for fingerprint, question in unique.items()
        }
        answers = tuple(
            replace(found[question.fingerprint], probe_id=question.probe_id)
            for question in prompt_batch.questions
        )
        if base_answers is None:
            of_base = [answer for answer in answers if prompts[answer.probe_id]]
        by_base = tuple(
            replace(answer, logprobs=written.of_base[answer.probe_id]) for answer in of_base
        )
    give_back()
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
    questions: list[Question],
    prompt_batch: PromptBatch,
    plan: BatchPlan,
    done: Callable[[int], object],
) -> dict[str, list[Told]]:
    """What the model thinks of each text of each question, by its fingerprint."""
    trees = [trees_of(question.reads) for question in questions]
    flat = [tree for several in trees for tree in several]
    told = iter(read_all(model, flat, prompt_batch.pad_id, plan, done))
    return {
        question.fingerprint: [text for _ in several for text in next(told)]
        for question, several in zip(questions, trees, strict=True)
    }


def _read_answer(question: Question, told: list[Told]) -> Answer:
    if len(told) > 1:
        return Answer(
            probe_id=question.probe_id,
            option_logprobs=tuple(sum(logprobs) for logprobs, _ in told),
            fingerprint=question.fingerprint,
        )
    logprobs, is_likeliest = told[0]
    return Answer(
        probe_id=question.probe_id,
        token_ids=question.reads[0][1],
        logprobs=logprobs,
        likeliest=question.is_greedy and is_likeliest,
        fingerprint=question.fingerprint,
    )
