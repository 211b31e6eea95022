"""Draws one checkup as a block of text: compact, aligned, 80 columns wide."""

from collections.abc import Iterator, Sequence

from rich.cells import cell_len, set_cell_size
from rich.text import Text

from ftguard.measures.change import change_of, score_read
from ftguard.measures.measurement import Measurement
from ftguard.text.formatting import (
    PERCENT,
    WIDTH,
    bound,
    decimal,
    drawn,
    duration,
    percent,
    printable,
    quantity,
    span,
    wrapped,
)
from ftguard.verdict.advice import GoFurther
from ftguard.verdict.calibration_words import direction
from ftguard.verdict.checkup import Checkup
from ftguard.verdict.defaults import FORGETTING, OWN_ANSWERS
from ftguard.verdict.gate import CALIBRATION, State
from ftguard.verdict.gates import Outcome, Verdict

INDENT = "  "
HANGING = "    "
SHOWN = 3
"""Categories that are named, and gates in the title; the others are in the ledger."""
HEADER = ("", "base→now", "change", "95 % interval", "probes", "limit")
COLUMNS = (19, 11, 6, 16, 6, 5)
"""Least widths of key, before and after, estimate, interval, n and limit; the state follows."""
LEFT = (0, 1)
"""Columns that are aligned to the left."""
LONGEST = 30
"""Columns of a gate's name in the title."""
LEAST_NAME = 8
"""Columns that are left to a name, whatever the numbers beside it."""
KINDS = {"format": "form", "pairs": "gain", "dpo_reward": "gain"}
"""What stands behind measurements that no gate looks at."""
VERDICTS = {
    True: ("passed", "bold green"),
    None: ("undecided", "bold yellow"),
    False: ("BLOCKED", "bold red"),
}
COLOURS: dict[State, str] = {
    "clear": "green",
    "within": "green",
    "breach": "bold red",
    "too wide": "yellow",
    "not asked": "yellow",
    "suspect": "yellow",
    "nothing to lose": "dim",
    "missing": "yellow",
}
_WITHOUT_CHANGE: tuple[State, ...] = ("missing", "not asked", "nothing to lose")
_BREACHED: tuple[State, ...] = ("breach",)
_UNSURE: tuple[State, ...] = ("suspect", "missing", "not asked", "too wide", "nothing to lose")


def render_checkup(checkup: Checkup, share: float | None = None, *, colour: bool) -> str:
    """One checkup as text, at most 80 columns wide.

    Shown are the target's gain, every gated measurement with its interval, n and limit, and what
    to do; the rest is in the ledger.

    Args:
        checkup: what is told.
        share: of the run's time that checks took so far, where that is known.
        colour: whether verdict and states are coloured.
    """
    if _nothing_asked(checkup):
        line = f"{_start(checkup)}nothing asked: the budget's rest is for later checkpoints"
        return drawn(Text(wrapped(line, then=HANGING), "dim"), colour=colour)
    rows = _aligned(list(_rows(checkup)))
    below = [Text(_hanging(line)) for line in _lines(checkup)]
    spent = f"this check took {duration(checkup.seconds)}"
    if share is not None:
        spent += f", all checks {percent(share)} of the run so far"
    return drawn(_title(checkup), *rows, *below, Text(_hanging(spent), "dim"), colour=colour)


def reason(verdict: Verdict) -> str:
    """Which gates keep a checkpoint from passing: ` by forgetting and tail`; "" where none does."""
    if verdict.passed is True:
        return ""
    states = _BREACHED if verdict.passed is False else _UNSURE
    found = [outcome for outcome in verdict.outcomes if outcome.state in states]
    if verdict.passed is False:
        names = [short_name(outcome) for outcome in found[:SHOWN]]
    else:
        names = [f"{short_name(outcome)} {outcome.state}" for outcome in found[:SHOWN]]
    if len(found) > SHOWN:
        names.append(f"{len(found) - SHOWN} more")
    if not names:
        return ""
    return f"{' by ' if verdict.passed is False else ': '}{_listed(names)}"


def short_name(outcome: Outcome) -> str:
    """A gate's name in a sentence: `forgetting`, `tail`, `calibration of target`."""
    name, slice_name = outcome.gate.measurement, outcome.gate.slice
    told = printable(name if slice_name in ("all", "worst") else f"{name} of {slice_name}")
    return _fitted(told, LONGEST, left=True).rstrip()


def lost_most(measurements: Sequence[Measurement]) -> tuple[Measurement, ...]:
    """The categories that lost most beyond chance, the worst first; none where all lost alike.

    Categories are told apart as they are shown, pulled towards the whole.
    """
    shrunk = [(m, m.shrunk) for m in measurements if m.shrunk is not None]
    told = {_told_loss(measurement) for measurement, _ in shrunk}
    # One that lost nothing itself can be pulled beyond chance by the others.
    worst = [
        (m, estimate.value)
        for m, estimate in shrunk
        if estimate.low > 0 and m.estimate is not None and m.estimate.low > 0
    ]
    if len(told) < 2:  # noqa: PLR2004
        return ()
    return tuple(m for m, _ in sorted(worst, key=lambda pair: -pair[1]))


def _told_loss(measurement: Measurement) -> str:
    if measurement.shrunk is None:
        return ""
    change = change_of(measurement, measurement.shrunk)
    return quantity(change.value, change.unit)


def _start(checkup: Checkup) -> str:
    return f"ftguard step {checkup.step} · epoch {checkup.epoch:.2f} · "


def _nothing_asked(checkup: Checkup) -> bool:
    """Whether a budget left everything out that gates look at."""
    outcomes = checkup.verdict.outcomes
    return bool(outcomes) and all(outcome.measurement.not_asked for outcome in outcomes)


def _title(checkup: Checkup) -> Text:
    word, style = VERDICTS[checkup.verdict.passed]
    start = _start(checkup)
    lines = wrapped(f"{start}{word}{reason(checkup.verdict)}", then=HANGING)
    title = Text(lines)
    title.stylize("bold", 0, len("ftguard"))
    at = lines.find(word, len(start.rstrip()) - 1)
    title.stylize(style, at, at + len(word))
    return title


def _hanging(line: str) -> str:
    return wrapped(printable(line), first=INDENT, then=HANGING)


def _listed(names: Sequence[str]) -> str:
    if len(names) == 1:
        return names[0]
    return f"{', '.join(names[:-1])} and {names[-1]}"


def _aligned(rows: Sequence[tuple[Sequence[str], Text]]) -> Iterator[Text]:
    """Cells padded into columns, and what ends each row; long names are cut to fit the width."""
    widths = [
        max([least, *(cell_len(cells[column]) for cells, _ in rows if column < len(cells))])
        for column, least in enumerate(COLUMNS)
    ]
    ending = max([end.cell_len for cells, end in rows if len(cells) == len(COLUMNS)], default=0)
    spare = WIDTH - len(INDENT) - sum(widths) - len(widths) - ending
    widths[0] = max(LEAST_NAME, widths[0] + min(0, spare))
    for cells, end in [(HEADER, Text()), *rows] if rows else []:
        fitted = (
            _fitted(cell, width, left=column in LEFT)
            for column, (cell, width) in enumerate(zip(cells, widths, strict=False))
        )
        row = Text(f"{INDENT}{' '.join(fitted)} ", "dim" if cells is HEADER else "")
        if not end:
            row.rstrip()
        yield row.append_text(end)


def _fitted(cell: str, width: int, *, left: bool) -> str:
    if cell_len(cell) > width:
        return set_cell_size(cell, width - 1) + "…"
    blank = " " * (width - cell_len(cell))
    return cell + blank if left else blank + cell


def _rows(checkup: Checkup) -> Iterator[tuple[Sequence[str], Text]]:
    gated = {outcome.gate.key for outcome in checkup.verdict.outcomes}
    for measurement in checkup.measurements:
        if measurement.key in gated:
            continue
        if measurement.name == "target":
            yield _cells(measurement, ""), Text("gain")
        elif measurement.name in KINDS:
            yield _cells(measurement, ""), Text(KINDS[measurement.name], "dim")
        elif measurement.headline:
            yield _cells(measurement, ""), Text("yours", "dim")
    for outcome in checkup.verdict.outcomes:
        cells = _cells(outcome.measurement, bound(_limit(outcome), outcome.measurement.unit))
        # Its words are too long for the last column; there is no change that they could displace.
        floor = outcome.state == "nothing to lose"
        yield cells[:2] if floor else cells, Text(outcome.state, COLOURS[outcome.state])


def _limit(outcome: Outcome) -> float:
    """The limit that tells: of calibration it may be that on the checkpoint's own error."""
    gate, rise = outcome.gate, outcome.measurement.estimate
    if gate.measurement != CALIBRATION or rise is None or rise.value > gate.limit:
        return gate.limit
    by_own = outcome.state in ("breach", "suspect", "too wide")
    return gate.largest_error if by_own else gate.limit


def _cells(measurement: Measurement, limit: str) -> Sequence[str]:
    before_after, estimate = "", measurement.estimate
    if measurement.base is not None and measurement.now is not None:
        before_after = (
            f"{_shown(measurement, measurement.base)}→{_shown(measurement, measurement.now)}"
        )
    value, ends, n = "", "", measurement.num_scored
    if estimate is not None:
        change, n = change_of(measurement, estimate), estimate.n
        value = quantity(change.value, change.unit)
        ends = span(change.low, change.high, change.unit)
    size = f"{n}/{measurement.num_in_all}" if measurement.num_in_all else str(n)
    return _row_name(measurement), before_after, value, ends, size, limit


def _shown(measurement: Measurement, value: float) -> str:
    return decimal(score_read(measurement, value))


def _row_name(measurement: Measurement) -> str:
    """Its key, and which slice is the worst where the column has room for that."""
    key = printable(measurement.key)
    named = f"{key}: {printable(measurement.worst_slice)}"
    return named if measurement.worst_slice and cell_len(named) <= COLUMNS[0] else key


def _part(checkup: Checkup) -> Iterator[str]:
    """What `62/200` means, by the first row that has it."""
    gated = [outcome.measurement for outcome in checkup.verdict.outcomes]
    parts = [m.part for m in gated if m.num_in_all and not m.not_asked]
    if parts:
        yield f"a part was asked at this checkpoint, such as {parts[0]} probes (budget)"


def _lines(checkup: Checkup) -> Iterator[str]:
    yield from _part(checkup)
    yield from _worst_lines(checkup)
    forgotten, gained = (checkup.find(name) for name in ("forgotten", "gained"))
    if forgotten and gained and forgotten.estimate and gained.estimate:
        yield (
            f"general questions: {quantity(forgotten.estimate.value, PERCENT)} turned wrong, "
            f"{quantity(gained.estimate.value, PERCENT)} turned right, guessing aside"
        )
    worst = lost_most(checkup.measurements)[:SHOWN]
    if worst:
        yield f"lost most: {', '.join(f'{m.slice} {_told_loss(m)}' for m in worst)}"
    directions = [
        f"{outcome.gate.slice} {which_way}"
        for outcome in checkup.verdict.outcomes
        if (which_way := direction(outcome.measurement))
    ]
    if directions:
        yield f"confidence: {', '.join(directions)}"
    for advice in checkup.advice:
        suspected = advice.outcome.state == "suspect" and not isinstance(advice, GoFurther)
        kind = "advice (on a suspicion)" if suspected and not advice.finding else "advice"
        yield f"{kind}: {advice.text}"
    for outcome in checkup.verdict.outcomes:
        yield from _explained(outcome)
    yield from _stands_in(checkup.verdict.outcomes)
    for note in checkup.notes:
        yield f"note: {note}"


def _stands_in(outcomes: Sequence[Outcome]) -> Iterator[str]:
    """Why a checkpoint passes though forgetting is told too roughly."""
    states = {outcome.gate.key: outcome.state for outcome in outcomes}
    if states.get(FORGETTING) == "too wide" and states.get(OWN_ANSWERS.key) in ("clear", "within"):
        yield (
            f"{FORGETTING} is too wide and does not count against it: {OWN_ANSWERS.key} stands in, "
            f"{states[OWN_ANSWERS.key]}"
        )


def _worst_lines(checkup: Checkup) -> Iterator[str]:
    """Which slice is the worst, where its row does not say."""
    for outcome in checkup.verdict.outcomes:
        measurement = outcome.measurement
        name = measurement.worst_slice
        if not name or measurement.estimate is None:
            continue
        if "no slice stands out" in measurement.note:
            yield f"{measurement.key}: {measurement.note.partition('; ')[2]}"
        elif name not in ("all", "likelihood") and name not in _row_name(measurement):
            yield f"{measurement.key} is {name}"


def _explained(outcome: Outcome) -> Iterator[str]:
    """What an outcome's row alone would not tell."""
    by_other = outcome.state == "too wide" and outcome.curve is not None
    if outcome.state in _WITHOUT_CHANGE or by_other or _says_otherwise(outcome):
        yield outcome.explanation
    elif outcome.curve is not None and outcome.curve_differs:
        change = change_of(outcome.measurement, outcome.curve)
        same = outcome.curve_slice in ("", outcome.gate.slice)
        of = "" if same else f" of {outcome.curve_slice}"
        yield (
            f"{outcome.gate.key} by the curve so far{of}: "
            f"{quantity(change.value, change.unit)} "
            f"({span(change.low, change.high, change.unit)})"
        )


def _says_otherwise(outcome: Outcome) -> bool:
    """Whether a calibration gate's row alone would read as another state: the rise is not all."""
    rise = outcome.measurement.estimate
    if outcome.gate.measurement != CALIBRATION or rise is None:
        return False
    return outcome.state in ("breach", "suspect") or rise.value > outcome.gate.limit
