"""Renders `Contents` as plain text, 80 columns wide, for a mail or a log."""

from collections.abc import Iterator, Sequence

from rich.padding import Padding
from rich.text import Text

from ftguard.report.page.page import HEAT_SAID, SIDE_BY_SIDE
from ftguard.report.shown.contents import Answered, Answers, Cell, Column, Contents, RunShown
from ftguard.report.shown.naming import NOTHING
from ftguard.text.formatting import WIDTH, drawn

EXCERPT = 240
"""Characters of a prompt or an answer; the page has more of them."""
HEATS = 6
"""Checkpoints of the heat map, the last ones."""
NAME = 20


def render_text(shown: Contents) -> str:
    """The same in the same order, but for the list of all answers."""
    parts = [part for run in shown.runs for part in _run(run)]
    if shown.compared:
        parts = [*_compared(shown), *parts]
    parts += _titled("10  Glossary", (f"{t.name}: {t.meaning}. {t.more}" for t in shown.glossary))
    parts.append(Text(f"\nftguard {shown.version}, {shown.made}"))
    return drawn(*parts, colour=False)


def _titled(title: str, lines: Iterator[str] | Sequence[str]) -> Iterator[Text | Padding]:
    yield Text(f"\n{title}\n{'-' * len(title)}")
    found = list(lines)
    for line in found or ["Nothing to tell."]:
        yield _hung(line)


def _hung(line: str) -> Padding:
    """A line whose wrapped rest is indented as its beginning is, and two columns more."""
    start = len(line) - len(line.lstrip(" "))
    return Padding(Text(line.strip()), (0, 0, 0, start))


def _compared(shown: Contents) -> Iterator[Text | Padding]:
    lines = [*shown.verdict, *(f"{run.name}: {run.headline.answer}" for run in shown.runs)]
    for row in shown.compared:
        told = row.texts or tuple(cell.told if cell else NOTHING for cell in row.cells)
        values = (f"{run.name} {text}" for run, text in zip(shown.runs, told, strict=True))
        lines.append(f"{row.title}: {'; '.join(values)}")
    yield from _titled("Runs side by side", lines)


def _run(run: RunShown) -> Iterator[Text | Padding]:
    title = f"{run.name}: {run.headline.answer.upper()}"
    yield Text(f"\n{title}\n{'=' * min(WIDTH, len(title))}")
    for line in (*run.headline.sentences, run.status):
        yield Text(line)
    yield from _titled("2  Gain beside cost", _costs(run))
    opened = (f"{o.title}: {o.why} {o.remedy}" for o in run.open)
    yield from _titled("3  What could not be measured", opened)
    yield from _titled("4  Answers before and after", _answers(run))
    yield from _titled("5  The tail, by slice", _tail(run))
    yield from _titled("6  Confidence", _confidence(run))
    advice = (f"{a.what}: {a.text} {a.sure}" for a in run.advice)
    yield from _titled("7  What to change", advice)
    yield from _titled("8  The course of the run", _course(run))
    yield from _titled("9  How it was measured", _account(run))


def _costs(run: RunShown) -> Iterator[str]:
    for place, checkpoint in enumerate(run.checkpoints):
        kept = ", kept" if checkpoint.kept else ""
        yield f"step {checkpoint.step}: {checkpoint.verdict}{kept}"
        for column in run.columns:
            cell = column.cells[place]
            if cell is None:
                continue
            limit = f", limit {column.limit_told}" if column.limit_told else ""
            state = f", {cell.state}" if cell.state and cell.state != cell.told else ""
            ends = f" ({cell.interval}, n={cell.n}{_part(cell)})" if cell.interval else ""
            noted = f"; {cell.note}" if cell.note else ""
            yield f"  {column.title}: {cell.told}{ends}{limit}{state}{noted}"
            if cell.before_after:
                yield f"    {cell.before_after}"
    if run.checkpoints:
        yield "The same in sentences"
    for place, checkpoint in enumerate(run.checkpoints):
        rate = f", learning rate {checkpoint.rate}" if checkpoint.rate else ""
        yield f"step {checkpoint.step}, epoch {checkpoint.epoch:.2f}{rate}"
        cells = (column.cells[place] for column in run.columns)
        yield from (f"  {cell.sentence}" for cell in cells if cell and cell.sentence)
        yield from (f"  {note}" for note in checkpoint.notes)


def _not_asked(answers: Answers) -> str:
    number = answers.num_not_asked
    return f"; {number} more of the run were not asked at this checkpoint" * bool(number)


def _part(cell: Cell) -> str:
    return f" of {cell.num_in_all}" * bool(cell.num_in_all)


def _answers(run: RunShown) -> Iterator[str]:
    answers = run.answers
    if answers.missing:
        yield f"There are none to show: {answers.missing}"
        return
    yield (
        f"At step {answers.step}: of {len(answers.all)} probes {len(answers.lost)} "
        f"{'was' if len(answers.lost) == 1 else 'were'} lost and "
        f"{len(answers.gained)} gained{_not_asked(answers)}."
    )
    for name, places in (("Lost", answers.lost), ("Gained", answers.gained)):
        for place in places[:SIDE_BY_SIDE]:
            yield from _side_by_side(name, answers.all[place])


def _side_by_side(name: str, one: Answered) -> Iterator[str]:
    yield f"{name}: {one.id}"
    yield f"  asked:  {_excerpt(one.prompt[-1].text if one.prompt else '')}"
    if one.reference:
        yield f"  right:  {_excerpt(one.reference)}"
    yield f"  before: {_excerpt(''.join(piece.text for piece in one.base)) or '(nothing)'}"
    yield f"  after:  {_excerpt(''.join(piece.text for piece in one.now)) or '(nothing)'}"


def _excerpt(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= EXCERPT else f"{line[:EXCERPT]}…"


def _tail(run: RunShown) -> Iterator[str]:
    for found in run.tail:
        worst = ", the worst" if found.is_worst else ""
        cell = found.cell
        ends = f" ({cell.interval}, n={cell.n}{_part(cell)})" if cell.interval else ""
        yield f"{found.name}{worst}: {cell.told}{ends} {cell.before_after}"
        if cell.sentence:
            yield f"  {cell.sentence}"
        for place in found.examples[:1]:
            yield from (f"  {line}" for line in _side_by_side("such as", run.answers.all[place]))


def _confidence(run: RunShown) -> Iterator[str]:
    for split in run.confidence:
        yield f"{split.title}: before {split.direction_before}; after {split.direction_after}."
        yield f"  {split.sentence}"


def _course(run: RunShown) -> Iterator[str]:
    if run.frontier is not None:
        steps = ", ".join(str(run.checkpoints[place].step) for place in run.frontier.best)
        names = f"{run.frontier.gain.title} and {run.frontier.cost.title}"
        yield f"No other checkpoint beats these in both {names}: step {steps}."
    drawn_columns = [column for column in run.columns if column.is_drawn]
    if drawn_columns:
        yield "Over steps"
    for column in drawn_columns:
        yield f"  {column.title}: {'; '.join(_over_steps(run, column))}"
    yield from _heat(run)


def _over_steps(run: RunShown, column: Column) -> Iterator[str]:
    for checkpoint, cell in zip(run.checkpoints, column.cells, strict=True):
        told = NOTHING if cell is None else cell.told
        ends = f" ({cell.interval})" if cell is not None and cell.interval else ""
        yield f"step {checkpoint.step} {told}{ends}"


def _heat(run: RunShown) -> Iterator[str]:
    if not run.heat:
        return
    yield "General skills by category"
    yield f"  {HEAT_SAID} {run.alike}"
    steps = "".join(f"{c.step:>9}" for c in run.checkpoints[-HEATS:])
    yield f"{'at step':<{NAME}}{'n':>6}{steps}"
    for heat in run.heat:
        name = heat.name if len(heat.name) < NAME else f"{heat.name[: NAME - 2]}…"
        found = zip(heat.told[-HEATS:], heat.sure[-HEATS:], strict=True)
        cells = "".join(f"{told + ' •' * sure:>9}" for told, sure in found)
        yield f"{name:<{NAME}}{heat.n:>6}{cells}"


def _account(run: RunShown) -> Iterator[str]:
    account = run.account
    for fact in (*account.settings, *account.cost):
        yield f"{fact.name}: {fact.text}"
    yield f"Probes in the training data, left out: {account.num_leaks}"
    for leak in account.leaks[:SIDE_BY_SIDE]:
        yield f"  {leak.id}: {leak.kind}, {leak.where}"
    for fact in account.repeat:
        yield f"{fact.name}: {fact.text}"
    yield "For those who repeat it"
    yield from (f"  {note}" for note in account.data)
    for fact in account.exact:
        yield f"  {fact.name}: {fact.text}"
