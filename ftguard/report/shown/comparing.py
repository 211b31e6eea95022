"""Makes the `Compared`s of several runs: what each came to, and what was set differently."""

from collections.abc import Iterator, Sequence

from ftguard.report.shown.contents import Cell, Compared, RunShown
from ftguard.report.shown.naming import NOTHING


def compared(runs: Sequence[RunShown]) -> tuple[Compared, ...]:
    """Every measurement of the runs' shown checkpoints, then every setting; nothing of one run."""
    return (*_measured(runs), *_settings(runs)) if len(runs) > 1 else ()


def _measured(runs: Sequence[RunShown]) -> Iterator[Compared]:
    titles = {column.key: column.title for run in runs for column in run.columns}
    for key, name in titles.items():
        yield Compared(title=name, cells=tuple(_cell(run, key) for run in runs))


def _cell(run: RunShown, key: str) -> Cell | None:
    column = next((column for column in run.columns if column.key == key), None)
    place = next((n for n, checkpoint in enumerate(run.checkpoints) if checkpoint.shown), None)
    return None if column is None or place is None else column.cells[place]


def _settings(runs: Sequence[RunShown]) -> Iterator[Compared]:
    by_run = [{fact.name: fact.text for fact in run.account.settings} for run in runs]
    for name in dict.fromkeys(name for facts in by_run for name in facts):
        texts = tuple(facts.get(name, NOTHING) for facts in by_run)
        yield Compared(title=name, cells=(), texts=texts)
