"""Opens the run when training begins: what is asked, the base, and what is said before it."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

import torch

from ftguard.ask.ranks import made_by_main
from ftguard.ask.rendered import write_rendered
from ftguard.ask.unwrap import inner_model
from ftguard.folders import RunFolder
from ftguard.judge import refuse_self
from ftguard.measures import Measurement, measure
from ftguard.probes import Gathered, Sets, write_probes
from ftguard.pulse import Pulse
from ftguard.run.announce import announce, as_flags
from ftguard.run.as_seen import as_seen
from ftguard.run.as_trained import unlike_training
from ftguard.run.baseline import Baseline
from ftguard.run.clock import Clock
from ftguard.run.descent.known_here import note
from ftguard.run.descent.lineage import (
    descent_of_state,
    remember,
)
from ftguard.run.given import Host, Settings
from ftguard.run.grading import Grading
from ftguard.run.guarded_run import GuardedRun
from ftguard.run.journal import Journal
from ftguard.run.learning_rate import replayed
from ftguard.run.ledger import (
    AnyEvent,
    BaseTaken,
    Chosen,
    Ledger,
    RunStarted,
    Superseded,
)
from ftguard.run.past import next_attempt, on_the_past, state_before
from ftguard.run.preparing import Prepared, prepare_run
from ftguard.run.trainer import half_precision, loaded_from
from ftguard.text.glossary import OF_SEVERAL
from ftguard.tracking import ManyTrackers, say, say_words
from ftguard.verdict.defaults import applicable, left_out, unmeasured
from ftguard.verdict.run import Run


def begin(
    settings: Settings, host: Host, tracker: ManyTrackers, clock: Clock | None = None
) -> GuardedRun:
    """Prepare the questions, get the base snapshot, and open the run in the ledger.

    Args:
        settings: what the user asked for.
        host: what the Trainer hands over.
        tracker: where results are told.
        clock: one that runs since the hook began.
    """
    model, folder = host.model, RunFolder(host.output_dir)
    if settings.judge is not None:
        refuse_self(settings.judge, str(loaded_from(model) or _name(model)))
    clock = clock or Clock()
    clock.count_all()
    with clock:
        renamed = made_by_main(folder.check_writable, is_main_process=host.is_main_process)
        pulse = Pulse.begin(folder.pulse) if host.is_main_process else None
        mark = descent_of_state(host.state, host.output_dir) if host.resuming else None
        before = made_by_main(
            partial(state_before, folder, host, mark, settings),
            is_main_process=host.is_main_process,
        )
        prepared = prepare_run(settings, host, folder, before.run, mark, clock=clock)
        base, probes = prepared.baseline.snapshot, prepared.config.prompt_batch.probes
        measured = measure(probes, base, base, prepared.config.measures)
        lowered = before.lowered[-1] if before.lowered else None
        replay = lowered.learning_rate if lowered and settings.act_on_breach else None
        gates = applicable(settings.gates, measured, settings.limits)
        run = replace(
            next_attempt(before, host),
            rate=replayed(host.rate, replay),
            gates=gates,
            not_measured=unmeasured(measured, settings.limits, gates),
            left_out=left_out(settings.gates, measured, settings.limits),
            strict=settings.strict,
            budget=str(prepared.spending.budget) if prepared.spending else "",
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
            spending=prepared.spending,
            original=prepared.baseline.original,
            start=prepared.start,
            cache=settings.cache,
            in_place=host.kind == "check",
            pulse=pulse,
        )
        if host.is_main_process:
            note(prepared.baseline.original, run.id)
            _open(guarded, settings, prepared, measured)
            past = (prepared.descent, prepared.start, lowered, host.rate)
            for line in (*on_the_past(guarded.run, *past), half_precision(model)):
                if line is not None:
                    say(line)
            if renamed is not None:
                say(f"the run's folder is now `{renamed}`, which no upload to a hub takes along")
        journal.share()
        remember(host.state, prepared.baseline.original, run.id, host.output_dir)
    return guarded


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
        spending=guarded.spending,
        replaced=settings.gates is not None,
        form=(prepared.as_trained.note, *unlike_training(batch, prepared.as_trained.rows)),
    )
    by_command = guarded.run.kind != "training"
    for line in lines:
        say(as_flags(line) if by_command else line)
    guarded.tracker.begin(guarded.opening)
    if guarded.run.attempt == 1:
        say_words(OF_SEVERAL if guarded.run.kind == "check" else ())


def _name(model: torch.nn.Module) -> str:
    return str(getattr(inner_model(model).config, "_name_or_path", ""))


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
