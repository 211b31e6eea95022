"""Tests of what users bring, from the outside: a measure and a tracker of their own."""

import json
from collections.abc import Iterable, Sequence
from pathlib import Path

import pytest

from ftguard import Checkup, Estimate, Gate, GuardCallback, Measurement, Probe, Snapshot
from ftguard.testing import tiny_run

SHORTER = [Probe(id=f"t{i}", prompt=f"{i}+1=", reference=str(i + 1)) for i in range(8)]


def lengths(probes: Sequence[Probe], base: Snapshot, now: Snapshot) -> Iterable[Measurement]:
    """How many tokens longer answers have become; exact, so that any growth is beyond chance."""
    del probes
    before, after = (
        sum(len(answer.token_ids) for answer in side.answers) / len(side.answers)
        for side in (base, now)
    )
    grown = after - before
    yield Measurement(
        name="length",
        slice="all",
        estimate=Estimate(
            value=grown, low=grown, high=grown, level=0.95, n=len(now.answers), stderr=0, dof=9
        ),
        base=before,
        now=after,
        unit="points",
    )


class Told:
    """A tracker that keeps what it is told."""

    def __init__(self) -> None:
        self.steps: list[int] = []
        self.summaries: list[str] = []

    def log(self, checkup: Checkup, share: float) -> None:
        """Keep the step."""
        assert 0 <= share <= 1
        self.steps.append(checkup.step)

    def finish(self, conclusion: object) -> None:
        """Keep the summary."""
        self.summaries.append(str(getattr(conclusion, "summary", "")))


def test_a_measure_and_a_tracker_of_ones_own(
    tmp_path: Path,
    own_texts: tuple[Probe, ...],
    capsys: pytest.CaptureFixture[str],
) -> None:
    """What a measure yields is gated, printed and in the ledger; a tracker hears of everything."""
    told = Told()
    gate = Gate(measurement="length", limit=1000.0)
    guard = GuardCallback(
        SHORTER, own_texts, measures=[lengths], gates=[gate], trackers=[told], tail=None
    )

    tiny_run(tmp_path, guard, max_steps=4).train()

    for checkup in guard.checkups:
        (outcome,) = checkup.verdict.outcomes
        assert (outcome.gate, outcome.state) == (gate, "clear")
    assert told.steps == [2, 4]
    assert len(told.summaries) == 1
    assert "length/all" in capsys.readouterr().out
    written = (tmp_path / "ftguard/ledger.jsonl").read_text().splitlines()
    checkups = [event["checkup"] for line in written if "checkup" in (event := json.loads(line))]
    names = {measurement["name"] for found in checkups for measurement in found["measurements"]}
    assert "length" in names


def test_an_ungated_measure_is_printed_too(
    tmp_path: Path,
    own_texts: tuple[Probe, ...],
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Without a gate on it the console has it as one of the user's own."""
    guard = GuardCallback(SHORTER, own_texts, measures=[lengths])
    tiny_run(tmp_path, guard, max_steps=4).train()

    rows = [line for line in capsys.readouterr().out.splitlines() if "length/all" in line]
    assert len(rows) == 2
    assert all(row.endswith("yours") for row in rows)
