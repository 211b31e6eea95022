"""Opens the watch at the beginning of training: the questions, the base, the run, what it costs."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import torch
from transformers import PreTrainedTokenizerBase, TrainerState, TrainingArguments

from ftguard.ask.batches import BatchPlan
from ftguard.ask.prompts import prepare
from ftguard.ask.ranks import made_by_main
from ftguard.ask.unwrap import adapted, inner_model
from ftguard.ask.weights import weights_fingerprint
from ftguard.errors import InputError
from ftguard.folders import RunFolder
from ftguard.judge import Judge, refuse_self
from ftguard.measures import Measure, measure
from ftguard.probes import Encoder, Gathered, Probe, Sets, write_probes
from ftguard.run.announce import announce
from ftguard.run.baseline import Baseline, get_baseline, read_lineage
from ftguard.run.chosen_probes import probes_to_ask
from ftguard.run.clock import Clock
from ftguard.run.examine import Advising, EvalConfig, fingerprint
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
from ftguard.run.trainer import loaded_from, planned_checkpoints
from ftguard.run.training_data import TrainingTexts, given_texts, trainer_texts
from ftguard.tracking import Tracker, say
from ftguard.verdict.gate import Gate
from ftguard.verdict.gates import applicable, unmeasured
from ftguard.verdict.run import Run


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What the user asked for, read once."""

    sets: Sets
    encoder: Encoder | None
    judge: Judge | None
    gates: tuple[Gate, ...] | None
    measures: tuple[Measure, ...]
    act_on_breach: bool
    advising: Advising
    strict: bool
    cache: bool
    chat_template_kwargs: Mapping[str, object]


def begin(
    settings: Settings,
    args: TrainingArguments,
    state: TrainerState,
    model: torch.nn.Module,
    tokenizer: PreTrainedTokenizerBase,
    *,
    loader: object,
    rate: float,
    weights: str | None,
    tracker: Tracker,
) -> GuardedRun:
    """Prepare the questions, get the base snapshot, and open the run in the ledger.

    Args:
        settings: what the user asked for.
        args: the Trainer's arguments.
        state: the Trainer's state; a global step above 0 is a resume.
        model: the model, plain or with adapters.
        tokenizer: renders the prompts.
        loader: the Trainer's training data loader.
        rate: the peak learning rate before any action.
        weights: fingerprint of the weights as the user loaded them; None where the callback was
            added after the Trainer was made, and then taken now (on the resume of a full
            fine-tune the base is then identified by the ledger alone).
        tracker: where results are told.
    """
    if settings.judge is not None:
        refuse_self(settings.judge, str(loaded_from(model) or _name(model)))
    clock, folder = Clock(), RunFolder(Path(args.output_dir))
    is_main_process = state.is_world_process_zero
    with clock:
        made_by_main(folder.check_writable, is_main_process=is_main_process)
        progress = is_main_process and not args.disable_tqdm
        before = made_by_main(
            partial(_state_before, folder, state.global_step, strict=settings.strict),
            is_main_process=is_main_process,
        )
        journal = Journal(Ledger(folder.ledger), before)
        gathered = probes_to_ask(
            settings.sets,
            folder,
            before.run,
            training=partial(_training, settings.sets, loader, tokenizer),
            encoder=settings.encoder,
            progress=progress,
            is_main_process=is_main_process,
        )
        exam = _exam(settings, gathered.probes, model, tokenizer, weights, progress=progress)
        baseline = get_baseline(
            model,
            exam,
            folder,
            run=before.run,
            resuming=state.global_step > 0,
            loaded_from=loaded_from(model),
            weights_known=weights is not None or adapted(model) is not None,
            cache=settings.cache,
            is_main_process=is_main_process,
        )
        base = baseline.snapshot
        measured = measure(exam.prompt_batch.probes, base, base, exam.measures)
        run = replace(
            _next_attempt(before, args, state, rate),
            method="full" if adapted(model) is None else "adapters",
            gates=applicable(settings.gates, measured),
            not_measured=unmeasured(measured),
        )
        grading = None
        if is_main_process and settings.judge is not None:
            grading = Grading.open(settings.judge, exam.prompt_batch.probes, run, journal)
        watch = GuardedRun(
            run=run,
            exam=replace(exam, fingerprint=base.fingerprint),
            base=base,
            folder=folder,
            journal=journal,
            tracker=tracker,
            clock=clock,
            advising=settings.advising,
            is_main_process=is_main_process,
            grading=grading,
        )
        if is_main_process:
            # Only now is it sure that the base fits these probes.
            write_probes(gathered.probes, folder.probes)
            for event in _opening(run, settings.sets, gathered, baseline):
                journal.append(event)
            watch.reconcile_best()
            for line in announce(gathered, exam, run, baseline, grading):
                say(line)
        journal.share()
    return watch


def _next_attempt(
    before: RunState, args: TrainingArguments, state: TrainerState, rate: float
) -> Run:
    """What the Trainer says of the attempt; the run's first one set its rate and its looks."""
    first = before.attempts[0] if before.attempts else None
    planned = planned_checkpoints(args, state)
    return Run(
        id=before.run,
        attempt=max((run.attempt for run in before.attempts), default=0) + 1,
        resumed_from=state.global_step,
        learning_rate=first.learning_rate if first else rate,
        max_steps=state.max_steps,
        planned_checkpoints=planned,
        planned_looks=first.planned_looks if first else planned,
    )


def _training(
    sets: Sets, loader: object, tokenizer: PreTrainedTokenizerBase | None
) -> TrainingTexts:
    if sets.train_dataset or tokenizer is None:
        return given_texts(sets.train_dataset)
    return trainer_texts(loader, tokenizer, sets.seed)


def _name(model: torch.nn.Module) -> str:
    return str(getattr(inner_model(model).config, "_name_or_path", ""))


def _exam(
    settings: Settings,
    probes: Sequence[Probe],
    model: torch.nn.Module,
    tokenizer: PreTrainedTokenizerBase | None,
    weights: str | None,
    *,
    progress: bool,
) -> EvalConfig:
    if tokenizer is None:
        raise InputError(
            "the Trainer has no tokenizer to ask with: pass `processing_class=tokenizer` to it."
        )
    inner = inner_model(model)
    prompt_batch = prepare(probes, inner, tokenizer, settings.chat_template_kwargs)
    return EvalConfig(
        prompt_batch=prompt_batch,
        fingerprint=fingerprint(
            prompt_batch,
            weights or weights_fingerprint(model),
            str(inner.dtype),
            settings.judge.digest if settings.judge else "",
        ),
        plan=BatchPlan(),
        progress=progress,
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
