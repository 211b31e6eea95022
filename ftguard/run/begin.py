"""Opens the run when training begins: what is asked, the base, and what is said before it."""

import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import torch
from transformers import PreTrainedTokenizerBase

from ftguard.ask.padding import plan_batches
from ftguard.ask.prompts import PromptBatch, prepare
from ftguard.ask.ranks import made_by_main
from ftguard.ask.render import Ids
from ftguard.ask.rendered import write_rendered
from ftguard.ask.template import ChatTemplate
from ftguard.ask.unwrap import adapted, inner_model
from ftguard.errors import InputError
from ftguard.folders import RunFolder
from ftguard.formatting import rate
from ftguard.judge import refuse_self
from ftguard.measures import Measurement, measure
from ftguard.probes import Gathered, Probe, Sets, write_probes
from ftguard.run.announce import announce
from ftguard.run.as_seen import as_seen
from ftguard.run.as_trained import AsTrained, decide_on_template, unlike_training
from ftguard.run.baseline import Baseline, Known, get_baseline
from ftguard.run.bringing import bring
from ftguard.run.chosen_probes import probes_to_ask
from ftguard.run.clock import Clock
from ftguard.run.descending import find_descent, itself
from ftguard.run.examine import EvalConfig, fingerprint
from ftguard.run.given import Host, Settings
from ftguard.run.grading import Grading
from ftguard.run.guarded_run import GuardedRun
from ftguard.run.journal import Journal
from ftguard.run.learning_rate import replayed
from ftguard.run.ledger import (
    Acted,
    AnyEvent,
    BaseTaken,
    Chosen,
    Ledger,
    RunStarted,
    Superseded,
    current_run,
)
from ftguard.run.lineage import (
    Descent,
    cache_tensors,
    descent_of_state,
    read_lineage,
    remember,
)
from ftguard.run.original_base import ITSELF
from ftguard.run.stage import take_start
from ftguard.run.state import RunState, fold
from ftguard.run.thinking import ROWS, Thinking, settle_thinking
from ftguard.run.trainer import loaded_from, planned_checkpoints
from ftguard.run.training_data import TrainingTexts, given_texts, trainer_texts
from ftguard.scores.snapshot import Snapshot
from ftguard.tracking import Tracker, say
from ftguard.verdict.defaults import applicable, left_out, unmeasured
from ftguard.verdict.run import Run


@dataclass(frozen=True, kw_only=True)
class Prepared:
    """What a run asks, and what its base answered."""

    gathered: Gathered
    thinking: Thinking
    config: EvalConfig
    baseline: Baseline
    as_trained: AsTrained
    descent: Descent | None
    """The original base, where the model is a fine-tune of it."""
    start: Snapshot | None
    """Of the model as the run takes it up, where that is no longer its base."""


def begin(settings: Settings, host: Host, tracker: Tracker) -> GuardedRun:
    """Prepare the questions, get the base snapshot, and open the run in the ledger.

    Args:
        settings: what the user asked for.
        host: what the Trainer hands over.
        tracker: where results are told.
    """
    model, folder = host.model, RunFolder(Path(host.args.output_dir))
    if settings.judge is not None:
        refuse_self(settings.judge, str(loaded_from(model) or _name(model)))
    clock = Clock()
    with clock:
        renamed = made_by_main(folder.check_writable, is_main_process=host.is_main_process)
        mark = descent_of_state(host.state) if host.resuming else None
        before = made_by_main(
            partial(_state_before, folder, host, mark, settings),
            is_main_process=host.is_main_process,
        )
        prepared = _prepare(settings, host, folder, before.run, mark)
        base, probes = prepared.baseline.snapshot, prepared.config.prompt_batch.probes
        measured = measure(probes, base, base, prepared.config.measures)
        lowered = before.lowered[-1] if before.lowered else None
        replay = lowered.learning_rate if lowered and settings.act_on_breach else None
        run = replace(
            _next_attempt(before, host),
            rate=replayed(host.rate, replay),
            gates=applicable(settings.gates, measured, settings.limits),
            not_measured=unmeasured(measured),
            left_out=left_out(settings.gates, measured, settings.limits),
        )
        journal = Journal(Ledger(folder.ledger), before)
        grading = None
        if host.is_main_process and settings.judge is not None:
            grading = Grading.open(settings.judge, probes, run, journal)
        guarded = GuardedRun(
            run=run,
            config=replace(prepared.config, fingerprint=base.fingerprint),
            base=base,
            folder=folder,
            journal=journal,
            tracker=tracker,
            clock=clock,
            advising=settings.advising,
            is_main_process=host.is_main_process,
            grading=grading,
            original=prepared.baseline.original,
            start=prepared.start,
            cache=settings.cache,
        )
        if host.is_main_process:
            _open(guarded, settings, prepared, measured)
            for line in _on_the_past(guarded, prepared, lowered, host.rate):
                say(line)
            if renamed is not None:
                say(f"the run's folder is now `{renamed}`, which no upload to a hub takes along")
        journal.share()
        remember(host.state, prepared.baseline.original, run.id)
    return guarded


def _prepare(
    settings: Settings, host: Host, folder: RunFolder, run: str, mark: Descent | None
) -> Prepared:
    gathered = probes_to_ask(
        settings.sets,
        folder,
        run,
        training=partial(_training, settings.sets, host.loader, host.tokenizer),
        encoder=settings.encoder,
        progress=host.progress,
        is_main_process=host.is_main_process,
    )
    tokenizer = _tokenizer(host)
    thinking = settle_thinking(
        settings.chat_template_kwargs,
        tokenizer,
        partial(_training, settings.sets, host.loader, tokenizer, ROWS),
        is_main_process=host.is_main_process,
    )
    as_trained = decide_on_template(
        gathered.probes,
        host.loader,
        ChatTemplate(tokenizer=tokenizer, kwargs=thinking.chat_template_kwargs),
        is_main_process=host.is_main_process,
    )
    config = _config(settings, host, gathered.probes, as_trained, thinks=thinking.expected)
    descent = made_by_main(
        partial(find_descent, settings, host), is_main_process=host.is_main_process
    )
    known = Known(
        resuming=host.resuming,
        weights_known=host.weights_known or adapted(host.model) is not None,
        descent=descent,
        mark=mark,
        itself=itself(host),
        cache=settings.cache,
        is_main_process=host.is_main_process,
    )
    baseline = get_baseline(host.model, config, folder, run=run, known=known)
    if descent is not None and baseline.original.weights == host.weights.fingerprint:
        descent = None  # Its base is gone, which was said: costs are counted from here.
    if host.is_main_process and settings.cache and descent is None and not host.resuming:
        cache_tensors(baseline.original, host.weights.tensors)
    start = take_start(
        host.model,
        replace(config, fingerprint=baseline.snapshot.fingerprint),
        baseline.snapshot,
        folder,
        run=run,
        resuming=host.resuming,
        descends=descent is not None,
        is_main_process=host.is_main_process,
    )
    return Prepared(
        descent=descent,
        start=start,
        gathered=gathered,
        thinking=thinking,
        config=config,
        baseline=baseline,
        as_trained=as_trained,
    )


def _open(
    guarded: GuardedRun,
    settings: Settings,
    prepared: Prepared,
    measured: Sequence[Measurement],
) -> None:
    """Write what the run begins with, and say it; only now is it sure that the base fits."""
    batch = prepared.config.prompt_batch
    write_probes(prepared.gathered.probes, guarded.folder.probes)
    write_rendered(as_seen(batch), guarded.folder)
    for event in _opening(guarded.run, settings.sets, prepared.gathered, prepared.baseline):
        guarded.journal.append(event)
    guarded.best.reconcile()
    guarded.write_so_far()
    lines = announce(
        prepared.gathered,
        batch,
        measured,
        guarded.run,
        prepared.baseline,
        thinking=prepared.thinking,
        grading=guarded.grading,
        replaced=settings.gates is not None,
        form=(prepared.as_trained.note, *unlike_training(batch, prepared.as_trained.rows)),
    )
    for line in lines:
        say(line)


def _next_attempt(before: RunState, host: Host) -> Run:
    """What the Trainer says of the attempt; the run's first one set its rate and its looks."""
    first = before.attempts[0] if before.attempts else None
    planned = planned_checkpoints(host.args, host.state)
    return Run(
        id=before.run,
        attempt=max((run.attempt for run in before.attempts), default=0) + 1,
        resumed_from=host.state.global_step,
        method="full" if adapted(host.model) is None else "adapters",
        learning_rate=first.learning_rate if first else host.rate,
        max_steps=host.state.max_steps,
        planned_checkpoints=planned,
        planned_looks=first.planned_looks if first else planned,
    )


def _training(
    sets: Sets,
    loader: object,
    tokenizer: PreTrainedTokenizerBase | None,
    most: int | None = None,
) -> TrainingTexts:
    """The training data's texts, or those of so many rows from all over them."""
    rows = sets.train_dataset
    if rows or tokenizer is None:
        return given_texts(rows[:: max(1, len(rows) // most)] if most else rows)
    return trainer_texts(loader, tokenizer, sets.seed, most)


def _name(model: torch.nn.Module) -> str:
    return str(getattr(inner_model(model).config, "_name_or_path", ""))


def _tokenizer(host: Host) -> PreTrainedTokenizerBase:
    if host.tokenizer is None:
        raise InputError(
            "the Trainer has no tokenizer to ask with: pass `processing_class=tokenizer` to it."
        )
    return host.tokenizer


def _shown(prompt_batch: PromptBatch) -> Ids:
    """A prompt to try the model with."""
    return next(
        (question.prompt[-16:] for question in prompt_batch.questions if question.prompt), ()
    )


def _config(
    settings: Settings,
    host: Host,
    probes: Sequence[Probe],
    as_trained: AsTrained,
    *,
    thinks: bool,
) -> EvalConfig:
    inner, template = inner_model(host.model), as_trained.template
    prompt_batch = prepare(
        probes,
        inner,
        template.tokenizer,
        template.kwargs,
        task_turn=as_trained.turn,
        thinks=thinks,
    )
    return EvalConfig(
        prompt_batch=prompt_batch,
        fingerprint=fingerprint(
            prompt_batch,
            host.weights.fingerprint,
            str(inner.dtype),
            settings.judge.digest if settings.judge else "",
        ),
        plan=plan_batches(host.model, _shown(prompt_batch), prompt_batch.pad_id),
        progress=host.progress,
        measures=settings.measures,
    )


def _state_before(
    folder: RunFolder, host: Host, mark: Descent | None, settings: Settings
) -> RunState:
    """A new run, or what has happened in the one that is resumed."""
    new = RunState(run=secrets.token_hex(4), strict=settings.strict)
    if not host.resuming:
        return new
    if mark is not None:
        bring(mark, folder, settings.sets.digest)
    events = Ledger(folder.ledger).read()
    lineage = read_lineage(folder.checkpoint(host.state.global_step))
    latest = current_run(events)
    named = mark.run if mark else lineage.checkup.run if lineage else latest.id if latest else ""
    if named not in {event.run for event in events}:
        return new
    return fold(events, named, strict=settings.strict)


def _on_the_past(
    guarded: GuardedRun, prepared: Prepared, lowered: Acted | None, own: float
) -> Iterator[str]:
    """What was taken over from before, a line each."""
    run, descent = guarded.run, prepared.descent
    if descent is not None:
        of = descent.original.model or "its original base"
        yield (
            f"this model is a fine-tune of {of} (by {descent.source}): costs are counted from that "
            f'base, and those of this stage beside; base="{ITSELF}" counts from here'
        )
    elif guarded.start is not None:
        yield "the adapters are trained already: this stage's costs are told beside those in all"
    if lowered is None or run.rate is None:
        return
    at = f"step {lowered.step} lowered the learning rate to {rate(lowered.learning_rate)}"
    if run.rate != own:
        yield f"{at}, which is done again: the remaining steps train at that, not at {rate(own)}"
    elif lowered.learning_rate < own:
        yield f"{at}; without `act_on_breach` yours is left alone, {rate(own)}"


def _opening(run: Run, sets: Sets, gathered: Gathered, baseline: Baseline) -> Sequence[AnyEvent]:
    step, digest = run.resumed_from, baseline.snapshot.fingerprint.digest
    superseded = Superseded(run=run.id, attempt=run.attempt, step=step)
    return [
        *([superseded] if run.attempt > 1 else []),
        RunStarted(run=run.id, attempt=run.attempt, step=step, record=run),
        Chosen(
            run=run.id,
            attempt=run.attempt,
            step=step,
            sets=sets.digest,
            leaks=gathered.leaks,
            notes=gathered.notes,
        ),
        BaseTaken(run=run.id, attempt=run.attempt, step=0, digest=digest, origin=baseline.origin),
    ]
