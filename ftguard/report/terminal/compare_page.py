"""Draws several runs side by side in the terminal, 80 columns wide."""

from collections.abc import Iterator, Sequence

from rich.table import Table
from rich.text import Text

from ftguard.measures.change import change_of, score_read
from ftguard.measures.measurement import Measurement
from ftguard.report.several.caveats import caveats
from ftguard.report.several.compared import Contender, Shared, common_of, differences
from ftguard.report.several.shipping import which_to_ship
from ftguard.text.formatting import (
    POINTS,
    bound,
    decimal,
    drawn,
    printable,
    quantity,
    rate,
    span,
    wrapped,
)
from ftguard.tracking.block import COLOURS, VERDICTS
from ftguard.verdict.calibration_words import direction
from ftguard.verdict.gate import CALIBRATION
from ftguard.verdict.gates import Outcome

MOST_COLUMNS = 3
"""Of more runs each is a row."""
MEASURED = (
    ("target/all", "target"),
    ("target/likelihood", "target, likelihood"),
    ("forgetting/all", "forgetting"),
    ("own_answers/all", "own answers"),
    ("tail/worst", "tail, worst slice"),
    ("calibration/target", "calibration, target"),
    ("calibration/general", "calibration, gen."),
    ("drift/nats", "drift (nats)"),
)


_CONFIDENCE = {"target": "confidence, target", "general": "confidence, gen."}


def render_comparison(contenders: Sequence[Contender], *, colour: bool) -> str:
    """What to ship, the figures side by side, how they differ and in what the runs do.

    Args:
        contenders: two or more runs.
        colour: whether verdicts and states are coloured.
    """
    shared = common_of(contenders)
    parts: list[Text | Table] = [
        Text(_line(which_to_ship(contenders, shared)), "bold"),
        *(Text(_line(line), "bold yellow") for line in caveats(contenders, shared)),
        Text(),
        _columns(contenders) if len(contenders) <= MOST_COLUMNS else _rows(contenders),
    ]
    for lines in (list(_differences(contenders, shared)), list(settings(contenders))):
        if lines:
            parts += [Text(), *(Text(_line(line)) for line in lines)]
    return drawn(*parts, colour=colour)


def settings(contenders: Sequence[Contender]) -> Iterator[str]:
    """What was set differently, a line each; limits, gates left out, method, versions."""
    told = {
        "gates": [_gates(c) for c in contenders],
        "not held": [", ".join((*c.run.run.not_measured, *c.run.run.left_out)) for c in contenders],
        "method": [c.run.run.method for c in contenders],
        "strict": ["yes" if c.run.run.strict else "no" for c in contenders],
        "versions": [_versions(c) for c in contenders],
    }
    for name, values in told.items():
        if len(set(values)) > 1:
            each = (f"{c.name}: {v or '-'}" for c, v in zip(contenders, values, strict=True))
            yield f"{name}: {'; '.join(each)}"


def _gates(contender: Contender) -> str:
    units = {m.key: m.unit for m in contender.checkup.measurements}
    gates = contender.run.run.gates
    return ", ".join(f"{g.key} {bound(g.limit, units.get(g.key, POINTS))}" for g in gates)


def _versions(contender: Contender) -> str:
    try:
        versions = contender.run.base.versions
    except Exception:  # noqa: BLE001 - what is gone is told of where it counts
        return ""
    return ", ".join(f"{name} {version}" for name, version in sorted(versions.items()))


def _differences(contenders: Sequence[Contender], shared: Shared) -> Iterator[str]:
    first = contenders[0]
    for other in contenders[1:]:
        both = shared[first.name, other.name]
        found = differences(other, first, both, num_comparisons=len(contenders) - 1)
        if not found:
            continue
        yield f"{other.name} against {first.name}, on the {len(both.probes)} probes of both:"
        for difference in found:
            estimate = difference.estimate
            says = "within chance"
            if difference.beyond_chance:
                says = "better" if difference.better else "worse"
            ends = span(estimate.low, estimate.high, POINTS)
            yield (
                f"  {difference.what:<28} {quantity(estimate.value, POINTS)} ({ends}, "
                f"n={estimate.n})  {says}"
            )


def _columns(contenders: Sequence[Contender]) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False)
    table.add_column("", style="dim", no_wrap=True)
    for contender in contenders:
        table.add_column(Text(printable(contender.name)), overflow="fold", max_width=22)
    table.add_row("checkpoint", *(Text(_which(c)) for c in contenders))
    table.add_row("verdict", *(_verdict(c) for c in contenders))
    for key, label in MEASURED:
        cells = [_cell(c, key) for c in contenders]
        if any(cell.plain != "-" for cell in cells):
            table.add_row(label, *cells)
        worst = [_worst(c) for c in contenders]
        if key == "tail/worst" and any(worst):
            table.add_row("  which is that", *(Text(name or "-") for name in worst))
    for slice_name, label in _CONFIDENCE.items():
        ways = [_way(c.checkup.find("calibration", slice_name)) for c in contenders]
        if any(ways):
            table.add_row(label, *(Text(way or "-") for way in ways))
    table.add_row("learning rate", *(rate(c.run.run.learning_rate) for c in contenders))
    table.add_row("steps planned", *(str(c.run.run.max_steps) for c in contenders))
    return table


def _rows(contenders: Sequence[Contender]) -> Table:
    table = Table(box=None, padding=(0, 1, 0, 0), pad_edge=False)
    for name in ("run", "step", "verdict", "target", "forgetting", "tail", "cal. target", "rate"):
        table.add_column(name, overflow="fold", no_wrap=name != "run")
    keys = ("target/all", "forgetting/all", "tail/worst", "calibration/target")
    for c in contenders:
        cells = [_cell(c, key, short=True) for key in keys]
        step = f"{c.checkup.step}{'' if c.kept else '*'}"
        table.add_row(
            Text(printable(c.name)), step, _verdict(c), *cells, rate(c.run.run.learning_rate)
        )
    if not all(c.kept for c in contenders):
        table.caption = "* its last checkpoint: none was kept"
        table.caption_justify = "left"
    return table


def _which(contender: Contender) -> str:
    step = contender.checkup.step
    return f"step {step}, kept" if contender.kept else f"step {step}, last (none kept)"


def _verdict(contender: Contender) -> Text:
    word, style = VERDICTS[contender.verdict.passed]
    return Text(word, style)


def _cell(contender: Contender, key: str, *, short: bool = False) -> Text:
    outcomes: dict[str, Outcome] = {o.gate.key: o for o in contender.verdict.outcomes}
    measurement = next((m for m in contender.checkup.measurements if m.key == key), None)
    if measurement is None:
        return Text("-")
    told = _value(measurement, short=short)
    outcome = outcomes.get(key)
    if outcome is None:
        return Text(told)
    return Text.assemble(f"{told} ", (outcome.state, COLOURS[outcome.state]))


def _value(measurement: Measurement, *, short: bool) -> str:
    if measurement.name in ("target", CALIBRATION) and None not in (
        measurement.base,
        measurement.now,
    ):
        before, after = (
            decimal(score_read(measurement, value or 0.0))
            for value in (measurement.base, measurement.now)
        )
        return after if short else f"{before} → {after}"
    if measurement.estimate is None:
        return ""
    change = change_of(measurement, measurement.estimate)
    return quantity(change.value, change.unit)


def _worst(contender: Contender) -> str:
    found = contender.checkup.find("tail", "worst")
    return "" if found is None else printable(found.worst_slice)


def _way(measurement: Measurement | None) -> str:
    return "" if measurement is None else direction(measurement)


def _line(text: str) -> str:
    indent = text[: len(text) - len(text.lstrip(" "))]
    if indent:
        return printable(text)
    return wrapped(printable(text), then="  ")
