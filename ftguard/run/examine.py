"""The whole way from probes to a checkup, as one function that knows no trainer."""

import hashlib
import importlib.metadata
import time
from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from functools import cache

import msgspec
import torch

from ftguard.ask.answer import Answer
from ftguard.ask.asking import ask
from ftguard.ask.batches import BatchPlan
from ftguard.ask.prompts import PromptBatch
from ftguard.errors import told
from ftguard.measures import Measure, measure
from ftguard.measures.measurement import Measurement
from ftguard.scores import SCORER_VERSION, decided, known_scores, score
from ftguard.scores.record import Score
from ftguard.scores.snapshot import Fingerprint, Snapshot
from ftguard.stats.alpha_spending import Look
from ftguard.verdict.again import decided as decided_by
from ftguard.verdict.checkup import Checkup
from ftguard.verdict.gates import UNDECIDED
from ftguard.verdict.remedies import Remedy
from ftguard.verdict.run import Run

_LIBRARIES = ("ftguard", "torch", "transformers", "tokenizers")


@dataclass(frozen=True, kw_only=True)
class EvalConfig:
    """What is asked, and how: the same for the base and for every checkpoint of a run."""

    prompt_batch: PromptBatch
    fingerprint: Fingerprint
    """Of the base under these questions."""
    plan: BatchPlan
    """How questions are batched; halved where memory runs out."""
    progress: bool
    """Whether to show a progress bar."""
    measures: tuple[Measure, ...] = ()
    """The user's own, measured after the built-in ones."""


@dataclass(frozen=True, kw_only=True)
class Advising:
    """What is advised by."""

    patience: int
    """Breached checkpoints in a row before stopping is advised."""
    remedies: tuple[Remedy, ...] = ()
    """The user's own, asked after the built-in ones."""


@dataclass(frozen=True, kw_only=True)
class Moment:
    """Where training stands when a checkpoint is examined."""

    step: int
    epoch: float
    progress: float
    """Share of the planned steps that are done."""
    checkpoint: str | None
    eval_loss: float | None


@dataclass(frozen=True, kw_only=True)
class Sides:
    """What is compared."""

    base: Snapshot
    now: Snapshot


@dataclass(frozen=True, kw_only=True)
class Examination:
    """What came of examining a checkpoint."""

    checkup: Checkup
    snapshot: Snapshot | None = None
    """The checkpoint's, where it could be taken now."""
    is_new: bool = True
    """Whether it was examined just now, and not before."""


Grade = Callable[[Sides], Sides]
"""Fills in the scores of open answers, of the base and of the checkpoint."""
Take = Callable[[], Snapshot]
"""Asks the checkpoint."""


def label_of(moment: Moment) -> str:
    """What the progress bar of a checkpoint is called."""
    return f"ftguard: {moment.step}"


def fingerprint(
    prompt_batch: PromptBatch, weights: str, dtype: str, judge: str = ""
) -> Fingerprint:
    """What a snapshot of these prompts is compared by.

    Args:
        prompt_batch: what is asked.
        weights: the fingerprint of the base's weights.
        dtype: of the weights.
        judge: the digest of the judge that scores open answers; empty without one.
    """
    rendering = prompt_batch.rendering
    tokenizer = rendering.tokenizer
    vocabulary = sorted(tokenizer.get_vocab().items())
    template = [getattr(tokenizer, "chat_template", None), dict(rendering.chat_template_kwargs)]
    return Fingerprint(
        weights=weights,
        dtype=dtype,
        tokenizer=_hash(vocabulary),
        template=_hash(template),
        probes=prompt_batch.fingerprint,
        scorers=f"{SCORER_VERSION} {judge}".strip(),
    )


def take_snapshot(
    model: torch.nn.Module,
    config: EvalConfig,
    *,
    run: str,
    step: int,
    base: Snapshot | None = None,
    only: AbstractSet[str] | None = None,
    previous: Snapshot | None = None,
    label: str,
) -> Snapshot:
    """Ask a model, and score its answers.

    Args:
        model: as the Trainer hands it to callbacks.
        config: what to ask.
        run: the run's id.
        step: optimizer steps trained.
        base: the base's snapshot; None where the base itself is asked (adapters disabled).
        only: ids of the probes that are asked; None for all that the base was asked.
        previous: of the checkpoint before; what comes out as it did there is not written again.
        label: of the progress bar.
    """
    if only is None and base is not None:
        only = {found.probe_id for found in base.scores}
    batch = config.prompt_batch if only is None else config.prompt_batch.only(only)
    by_base = () if base is None else base.base_answer_logprobs
    before = {a.probe_id: a for a in previous.answers} if previous else None
    asked = ask(
        model,
        batch,
        base=base is None,
        base_answers=None
        if base is None
        else [a for a in by_base if only is None or a.probe_id in only],
        plan=config.plan,
        progress=label if config.progress else None,
        previous=before,
        decided=decided,
    )
    known: dict[Answer, Score] = {}
    for earlier in (base, previous):
        if earlier is not None and earlier.fingerprint == config.fingerprint:
            known |= known_scores(batch.probes, earlier.answers, earlier.scores)
    return Snapshot(
        run=run,
        step=step,
        fingerprint=config.fingerprint,
        answers=asked.answers,
        scores=score(batch.probes, asked.answers, known),
        base_answer_logprobs=asked.base_answer_logprobs,
        versions=_versions(),
        seconds=asked.seconds,
        writing_seconds=asked.writing_seconds,
        notes=asked.notes,
        batches=config.plan.limits,
    )


def examine(
    model: torch.nn.Module,
    config: EvalConfig,
    base: Snapshot,
    run: Run,
    moment: Moment,
    *,
    look: Look,
    past: Sequence[Checkup],
    current_rate: float,
    advising: Advising,
    grade: Grade | None = None,
    take: Take | None = None,
    previous: Snapshot | None = None,
) -> Examination:
    """Ask, score, measure, decide and advise on one checkpoint.

    A failure to ask is an explicit missing measurement: what was measured before is kept, and
    training goes on. `grade` has the open answers of both judged; `take` asks, where not everything
    is asked; `previous` is what the checkpoint before answered, where it is at hand.
    """
    started = time.perf_counter()
    try:
        now = (
            take()
            if take
            else take_snapshot(
                model,
                config,
                run=run.id,
                step=moment.step,
                base=base,
                previous=previous,
                label=label_of(moment),
            )
        )
        sides, notes = Sides(base=base, now=now), now.notes
        try:
            sides = grade(sides) if grade else sides
        except Exception as error:  # noqa: BLE001
            notes = (*notes, f"judging failed: {told(error)}")
        measurements = measure_against(config, sides)
    except Exception as error:  # noqa: BLE001
        now, notes = None, (f"asking failed: {told(error)}",)
        measurements = _missing(config, base, notes[0])
    checkup = assess(
        measurements,
        run,
        moment,
        look=look,
        past=past,
        current_rate=current_rate,
        advising=advising,
    )
    seconds = time.perf_counter() - started
    return Examination(checkup=replace(checkup, seconds=seconds, notes=notes), snapshot=now)


def measure_against(config: EvalConfig, sides: Sides) -> tuple[Measurement, ...]:
    """Everything measured, with the base's own noise beside it."""
    measured = measure(config.prompt_batch.probes, sides.base, sides.now, config.measures)
    return tuple(replace(m, noise=sides.base.noise.get(m.key, 0.0)) for m in measured)


def assess(
    measurements: tuple[Measurement, ...],
    run: Run,
    moment: Moment,
    *,
    look: Look,
    past: Sequence[Checkup],
    current_rate: float,
    advising: Advising,
) -> Checkup:
    """Decide and advise on what was measured."""
    checkup = Checkup(
        run=run.id,
        attempt=run.attempt,
        step=moment.step,
        epoch=moment.epoch,
        progress=moment.progress,
        checkpoint=moment.checkpoint,
        eval_loss=moment.eval_loss,
        measurements=measurements,
        verdict=UNDECIDED,
        advice=(),
        seconds=0.0,
        learning_rate=current_rate,
    )
    return decided_by(
        checkup, past, run, look=look, patience=advising.patience, remedies=advising.remedies
    )


def _missing(config: EvalConfig, base: Snapshot, note: str) -> tuple[Measurement, ...]:
    known = measure(config.prompt_batch.probes, base, base, config.measures)
    return tuple(replace(m, estimate=None, now=None, at_floor=False, note=note) for m in known)


@cache
def _versions() -> Mapping[str, str]:
    return {name: importlib.metadata.version(name) for name in _LIBRARIES}


def _hash(value: object) -> str:
    return hashlib.blake2b(msgspec.json.encode(value), digest_size=12).hexdigest()
