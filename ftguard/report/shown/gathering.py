"""Gathers the `Contents` of a report from what runs left on disk; nothing is drawn here."""

import importlib.metadata
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

import msgspec

from ftguard.errors import InputError
from ftguard.report.limits.figures import figures
from ftguard.report.recorded import RecordedRun
from ftguard.report.several.caveats import caveats
from ftguard.report.several.compared import common_of, contender
from ftguard.report.several.shipping import which_to_ship
from ftguard.report.shown.accounts import account
from ftguard.report.shown.advised import advised
from ftguard.report.shown.alike import SAID, decided_alike, gates_changed
from ftguard.report.shown.answers import answers
from ftguard.report.shown.columns import checkpoints, columns, frontier
from ftguard.report.shown.comparing import compared
from ftguard.report.shown.confidences import confidences
from ftguard.report.shown.contents import Contents, RunShown
from ftguard.report.shown.headline import headline
from ftguard.report.shown.naming import named
from ftguard.report.shown.tails import alike, heat_map, tail_slices
from ftguard.report.shown.undecided import undecided
from ftguard.text.glossary import GLOSSARY
from ftguard.verdict.checkup import Checkup
from ftguard.verdict.conclusion import Conclusion


def contents(runs: Sequence[RecordedRun], *, now: datetime) -> Contents:
    """What a page of these runs shows.

    Args:
        runs: one or more.
        now: when the page is made.
    """
    shown = tuple(_run(run, number) for number, run in enumerate(runs, start=1))
    return Contents(
        made=f"{now:%Y-%m-%d %H:%M}",
        version=importlib.metadata.version("ftguard"),
        runs=shown,
        verdict=tuple(_verdict_on(runs, shown)),
        compared=compared(shown),
        glossary=GLOSSARY,
    )


def _verdict_on(runs: Sequence[RecordedRun], shown: Sequence[RunShown]) -> Iterator[str]:
    """Which of several runs to ship, then what makes that less sure, each as a sentence."""
    if len(runs) < 2 or not all(run.checkups for run in runs):  # noqa: PLR2004
        return
    names = [_called(one, shown) for one in shown]
    contenders = [contender(name, run) for name, run in zip(names, runs, strict=True)]
    shared = common_of(contenders)
    for line in (which_to_ship(contenders, shared), *caveats(contenders, shared)):
        yield _sentence(line, names)


def _called(one: RunShown, shown: Sequence[RunShown]) -> str:
    """Its name; with its number where another one is called so too."""
    alone = [other.name for other in shown].count(one.name) == 1
    return one.name if alone else f"{one.name} (run {one.number})"


def _sentence(line: str, names: Sequence[str]) -> str:
    """With a capital letter at its beginning alone; a run's name stays as it is written."""
    start, colon, rest = line.partition(": ")
    if colon and start.isupper() and start not in names:
        return f"{start.capitalize()}: {rest}"
    if any(line.startswith(name) for name in names):
        return line
    return line[:1].upper() + line[1:]


def _run(recorded: RecordedRun, number: int) -> RunShown:
    run = decided_alike(recorded)
    shown = _shown(run)
    outcome = run.so_far
    all_answers = answers(run, shown)
    shown_columns = columns(run)
    return RunShown(
        number=number,
        name=named(run.folder.output_dir.resolve().name),
        status=_status(run, outcome) + f" {SAID}" * gates_changed(recorded),
        headline=headline(outcome, run.checkups),
        checkpoints=checkpoints(run, shown),
        columns=shown_columns,
        open=tuple(undecided(run, shown)),
        answers=all_answers,
        tail=tail_slices(shown, all_answers),
        confidence=tuple(confidences(run, shown)),
        advice=tuple(advised(outcome.advice, run.run)),
        heat=heat_map(run),
        alike=alike(run),
        frontier=frontier(shown_columns),
        account=account(run, all_answers),
        figures=_figures(run),
    )


def _shown(run: RecordedRun) -> Checkup | None:
    """The checkpoint to keep, else the last."""
    try:
        return run.checkup_at()
    except InputError:
        return run.checkups[-1] if run.checkups else None


def _figures(run: RecordedRun) -> Mapping[str, object] | None:
    """What `page/static/rule.js` decides by; what is not finite is left out as JSON has it."""
    if not run.checkups or not run.run.gates:
        return None
    found: Mapping[str, object] = msgspec.json.decode(msgspec.json.encode(figures(run)))
    return found


def _status(run: RecordedRun, outcome: Conclusion) -> str:
    many = len(run.checkups)
    examined = f"{many} checkpoint{'s' * (many != 1)} examined"
    if outcome.finished:
        return f"Training ended; {examined}."
    if outcome.interrupted:
        return f"{outcome.state[:1].upper()}{outcome.state[1:]}; {examined}."
    # A run writes this page while it trains, and cannot write it once it was interrupted.
    at = f", the last at step {outcome.last_step} of {run.run.max_steps}" if many else ""
    return f"Training goes on or was interrupted; {examined} so far{at}."
