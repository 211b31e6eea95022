"""Makes the `Confidence`s: reliability before and after on both splits, with its direction."""

from collections.abc import Iterator

from ftguard.errors import FtguardError
from ftguard.measures.reliability import reliability
from ftguard.report.recorded import RecordedRun
from ftguard.report.shown.contents import Confidence
from ftguard.report.shown.naming import title, told
from ftguard.verdict.calibration_words import AGREES, direction
from ftguard.verdict.checkup import Checkup

NO_GATE = "No limit is held here: it is shown, and decides nothing."


def confidences(run: RecordedRun, shown: Checkup | None) -> Iterator[Confidence]:
    """One a split that has answers; none where they are gone."""
    if shown is None:
        return
    try:
        base, now = run.sides(shown)
        diagrams = list(reliability(run.probes, base, now))
    except FtguardError:
        return
    for diagram in diagrams:
        key = f"calibration/{diagram.split}"
        measurement = shown.find("calibration", diagram.split)
        outcome = next((o for o in shown.verdict.outcomes if o.gate.key == key), None)
        after = direction(measurement) if measurement is not None else ""
        yield Confidence(
            diagram=diagram,
            title=title(key),
            direction_before=_direction(diagram.overconfidence_before),
            direction_after=after or _direction(diagram.overconfidence_after),
            sentence=told(outcome.explanation.removeprefix(f"{key}: ")) if outcome else NO_GATE,
        )


def _direction(gap: float) -> str:
    if abs(gap) < AGREES:
        return "on average neither over- nor underconfident"
    return f"{'over' if gap > 0 else 'under'}confident by {abs(gap):.2f}"
