"""A run whose limits a resume has changed is shown by one set of limits, and says so."""

from dataclasses import replace
from datetime import UTC, datetime

from ftguard.report.recorded import RecordedRun
from ftguard.report.shown.alike import SAID, decided_alike
from ftguard.report.shown.gathering import contents
from ftguard.run.again import decided_anew
from ftguard.verdict.limits import read_limits


def test_every_checkpoint_is_shown_by_the_last_limits(three: RecordedRun) -> None:
    """The first two were decided by other limits: they are decided anew, as the page does too."""
    assert decided_alike(three) is three
    loose = decided_anew(three.state, read_limits({"forgetting": 1.0, "tail": 1.0}))
    tight = three.state.checkups[-1]
    mixed = replace(
        three,
        state=replace(three.state, checkups=(*loose.checkups[:-1], tight)),
    )
    shown = decided_alike(mixed)
    assert [c.verdict for c in shown.checkups] == [c.verdict for c in three.checkups]
    (page,) = contents([mixed], now=datetime(2026, 1, 1, tzinfo=UTC)).runs
    (plain,) = contents([three], now=datetime(2026, 1, 1, tzinfo=UTC)).runs
    assert SAID in page.status
    assert SAID not in plain.status
    assert [c.verdict for c in page.checkpoints] == [c.verdict for c in plain.checkpoints]
