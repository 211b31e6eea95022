"""Opens the run when training begins: what is asked, the base, and what is said before it."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import torch
from transformers import PreTrainedTokenizerBase

from ftguard.ask.batches import BatchPlan
from ftguard.ask.prompts import prepare
from ftguard.ask.ranks import made_by_main
from ftguard.ask.rendered import write_rendered
from ftguard.ask.template import ChatTemplate
from ftguard.ask.unwrap import adapted, inner_model
from ftguard.ask.weights import weights_fingerprint
from ftguard.errors import InputError
from ftguard.folders import RunFolder
from ftguard.judge import refuse_self
from ftguard.measures import Measurement, measure
from ftguard.probes import Gathered, Probe, Sets, write_probes
from ftguard.run.announce import announce
from ftguard.run.as_seen import as_seen
from ftguard.run.as_trained import AsTrained, decide_on_template, unlike_training
from ftguard.run.baseline import Baseline, get_baseline, read_lineage
from ftguard.run.chosen_probes import probes_to_ask
from ftguard.run.clock import Clock
from ftguard.run.examine import EvalConfig, fingerprint
from ftguard.run.given import Host, Settings
from ftguard.run.grading import Grading
from ftguard.run.guarded_run import GuardedRun
from ftguard.run.journal import Journal
from ftguard.run.ledger import (
    AnyEvent,
    BaseTaken,
    Chosen,
    Ledger,
    RunStarted,
    Superseded,
    current_run,
)
from ftguard.run.state import RunState, fold
from ftguard.run.thinking import ROWS, Thinking, settle_thinking
from ftguard.run.trainer import loaded_from, planned_checkpoints
from ftguard.run.training_data import TrainingTexts, given_texts, trainer_texts
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
        made_by_main(folder.check_writable, is_main_process=host.is_main_process)
        before = made_by_main(
            partial(_state_before, folder, host.state.global_step, strict=settings.strict),
            is_main_process=host.is_main_process,
        )
        prepared = _prepare(settings, host, folder, before.run)
        base, probes = prepared.baseline.snapshot, prepared.config.prompt_batch.probes
        measured = measure(probes, base, base, prepared.config.measures)
        run = replace(
            _next_attempt(before, host),
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
        )
        if host.is_main_process:
            _open(guarded, settings, prepared, measured)
        journal.share()
    return guarded


def _prepare(settings: Settings, host: Host, folder: RunFolder, run: str) -> Prepared:
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
    baseline = get_baseline(
        host.model,
        config,
        folder,
        run=run,
        resuming=host.state.global_step > 0,
        loaded_from=loaded_from(host.model),
        weights_known=host.weights is not None or adapted(host.model) is not None,
        cache=settings.cache,
        is_main_process=host.is_main_process,
    )
    return Prepared(
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
            host.weights or weights_fingerprint(host.model),
            str(inner.dtype),
            settings.judge.digest if settings.judge else "",
        ),
        plan=BatchPlan(),
        progress=host.progress,
        measures=settings.measures,
    )


def _state_before(folder: RunFolder, step: int, *, strict: bool) -> RunState:
    """A new run, or what has happened in the one that is resumed at `step`."""
    events = Ledger(folder.ledger).read()
    lineage = read_lineage(folder.checkpoint(step))
    latest = current_run(events)
    resumed = lineage.checkup.run if lineage else latest.id if latest else None
    if step == 0 or resumed is None:
        return RunState(run=secrets.token_hex(4), strict=strict)
    return fold(events, resumed, strict=strict)


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
