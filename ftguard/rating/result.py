"""Tells what people preferred: one compact block for the terminal."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rich.console import RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from ftguard.measures.measurement import Measurement
from ftguard.rating.agreement import RaterAgreement, agreement
from ftguard.rating.pairs import Comparison
from ftguard.rating.preference import EVEN, Counts, preference, tally
from ftguard.rating.store import Rating
from ftguard.stats.alpha_spending import Look
from ftguard.text.formatting import drawn, percent, printable
from ftguard.verdict.gate import Gate
from ftguard.verdict.gates import Outcome, Verdict, decide

INDENT = 2
NAMES = 24
"""Columns that a slice's name may take."""
SMALLEST = 5
"""Named slices with fewer pairs are counted, not shown."""
COLOURS = {1: "bold green", 0: "bold", -1: "bold red"}


@dataclass(frozen=True, kw_only=True)
class Result:
    """All that people's ratings say of one checkpoint."""

    step: int
    measurements: tuple[Measurement, ...]
    counts: tuple[Counts, ...]
    """One for each measurement."""
    raters: tuple[str, ...]
    ratings: tuple[Rating, ...]
    """Those that stand."""
    agreement: RaterAgreement | None
    verdict: Verdict | None
    """What the gate says, where there is one."""


def sum_up(
    comparison: Comparison, ratings: Sequence[Rating], *, gate: Gate | None = None
) -> Result:
    """Fold the ratings that stand into the result."""
    pairs = comparison.pairs
    measurements = tuple(preference(pairs, ratings))
    slices = [
        [pair for pair in pairs if measurement.slice in ("all", *pair.slices)]
        for measurement in measurements
    ]
    verdict = decide(measurements, [gate], Look(number=1, planned=1)) if gate else None
    return Result(
        step=comparison.step,
        measurements=measurements,
        counts=tuple(tally(members, ratings) for members in slices),
        raters=tuple(dict.fromkeys(rating.rater for rating in ratings)),
        ratings=tuple(ratings),
        agreement=agreement(ratings),
        verdict=verdict,
    )


def render_result(result: Result, *, colour: bool) -> str:
    """The result as text, at most 80 columns wide."""
    shown = any(_shown(measurement) for measurement in result.measurements)
    below: list[RenderableType] = [_table(result)] if shown else []
    below += [Text(printable(line)) for line in _lines(result)]
    indented = (Padding(part, (0, 0, 0, INDENT)) for part in below)
    return drawn(_title(result), *indented, colour=colour)


def _title(result: Result) -> Text:
    whole = result.measurements[0].estimate
    sign, words = 0, "nobody has rated yet"
    if whole is not None:
        sign = (whole.low > 0) - (whole.high < 0)
        words = ("no preference beyond chance", "fine-tuned preferred", "base preferred")[sign]
    return Text.assemble(
        ("ftguard rate ", "bold"), f"step {result.step} · ", (words, COLOURS[sign])
    )


def _table(result: Result) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False)
    table.add_column("fine-tuned is", no_wrap=True, max_width=NAMES, overflow="ellipsis")
    for name in ("preferred", "95 % interval", "better", "tie", "worse", "n"):
        table.add_column(name, justify="right", no_wrap=True)
    for measurement, counts in zip(result.measurements, result.counts, strict=True):
        if _shown(measurement):
            table.add_row(*_cells(measurement, counts))
    return table


def _shown(measurement: Measurement) -> bool:
    named = "/" in measurement.slice
    return measurement.estimate is not None and not (named and measurement.estimate.n < SMALLEST)


def _cells(measurement: Measurement, counts: Counts) -> Iterator[str | Text]:
    estimate = measurement.estimate
    if estimate is None:
        return
    yield Text(printable(measurement.slice))
    low, high = max(0.0, EVEN + estimate.low), min(1.0, EVEN + estimate.high)
    yield f"{100 * (EVEN + estimate.value):.1f} %"
    yield f"{100 * low:.1f}..{100 * high:.1f}"
    yield from (
        str(n) for n in (counts.better, counts.tie + counts.identical, counts.worse, estimate.n)
    )


def _lines(result: Result) -> Iterator[str]:
    whole = result.counts[0]
    seen = len({rating.probe_id for rating in result.ratings})
    names = f" by {', '.join(result.raters)}" * bool(result.raters)
    yield f"{_many(len(result.ratings), 'rating')} of {_many(seen, 'pair')}{names}"
    if whole.identical:
        yield (
            f"{whole.identical} of the ties are the same answer twice, which nobody was shown; "
            "they count in the proportion in which the other pairs were rated"
        )
    if whole.skipped:
        yield f"skipped, and not counted: {_many(whole.skipped, 'pair')}"
    small = [m for m in result.measurements if m.estimate is not None and not _shown(m)]
    if small:
        yield f"not shown: {_many(len(small), 'slice')} with fewer than {SMALLEST} pairs"
    yield from _sides(result.ratings)
    if result.agreement is not None:
        yield _agreed(result.agreement)
    if result.verdict is not None:
        yield from (_gate(outcome) for outcome in result.verdict.outcomes)


def _many(number: int, noun: str) -> str:
    return f"{number} {noun}" + "s" * (number != 1)


def _sides(ratings: Sequence[Rating]) -> Iterator[str]:
    decided = [rating for rating in ratings if rating.choice in ("base", "tuned")]
    if decided:
        left = sum(rating.choice == rating.left for rating in decided)
        yield f"the left answer was better in {left} of {len(decided)}"


def _agreed(found: RaterAgreement) -> str:
    same = found.same
    low, high = max(0.0, same.low), min(1.0, same.high)
    text = (
        f"{found.raters} raters chose the same on {percent(round(same.value, 3))} of "
        f"{same.n} shared pairs ({100 * low:.0f} to {100 * high:.0f} %)"
    )
    if found.alpha is None:
        return f"{text}; everybody always chose the same, so alpha has no value"
    span = f" ({found.low:.2f} to {found.high:.2f})" if found.low is not None else ""
    return f"{text}; Krippendorff's alpha {found.alpha:.2f}{span}"


def _gate(outcome: Outcome) -> str:
    return f"gate {outcome.state}: {outcome.explanation}"
