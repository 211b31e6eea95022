"""Several runs side by side: what differs, what is chance, and what may be shipped."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from rich.cells import cell_len

from ftguard.report.recorded import RecordedRun, read_run
from ftguard.report.several.compared import (
    Contender,
    common,
    common_of,
    contender,
    differences,
)
from ftguard.report.several.shipping import which_to_ship
from ftguard.report.terminal.compare_page import render_comparison
from ftguard.scores.record import Score


@pytest.fixture
def run(forgetful: Path) -> RecordedRun:
    """A finished run, read anew."""
    return read_run(forgetful)


def passing(name: str, run: RecordedRun, right: Sequence[float] = (0.9, 0.9)) -> Contender:
    """A contender that passed, and that is right on these shares of its target and other probes."""
    checkup = run.checkup_at(12)
    base, now = run.sides(checkup)
    roles = {probe.id: probe.role == "target" for probe in run.probes}
    scores, seen = [], {True: 0, False: 0}
    for score in now.scores:
        target = roles[score.probe_id]
        seen[target] += 1
        # Of every ten probes the first ones are right.
        value = float(seen[target] % 10 < 10 * right[0 if target else 1])
        scores.append(Score(probe_id=score.probe_id, value=value))
    sides = {12: (base, replace(now, scores=tuple(scores)))}
    of_target = checkup.target
    assert of_target is not None
    measured = tuple(
        replace(m, now=right[0]) if m is of_target else m for m in checkup.measurements
    )
    verdict = replace(checkup.verdict, passed=True)
    checkup = replace(checkup, measurements=measured, verdict=verdict)
    return Contender(
        name=name, run=replace(run, _sides=sides), checkup=checkup, kept=True, verdict=verdict
    )


def ship(*contenders: Contender) -> str:
    """The sentence."""
    return which_to_ship(contenders, common_of(contenders))


def test_what_passed_alone_is_shipped(run: RecordedRun) -> None:
    """One of two passed: its step is named; none passed, or none is kept: none is shipped."""
    good = passing("good", run)
    bad = replace(good, name="bad", verdict=replace(good.verdict, passed=False))
    open_ = replace(good, name="open", verdict=replace(good.verdict, passed=None))

    assert ship(good, bad) == "ship good (step 12): the only one that passed every gate."
    assert ship(bad, replace(good, name="none", kept=False)).startswith("ship none of them")
    assert ship(bad, open_).startswith(
        "none is known to be fit to ship: no gate speaks against open"
    )


def test_the_higher_target_wins_only_beyond_chance(run: RecordedRun) -> None:
    """0.9 against 0.3 of 28 target probes is beyond chance and 0.9 against 0.8 is not; then who has
    kept more of the general skills, and where nothing is beyond chance, either.
    """
    high, low, near = (passing(n, run, (t, 0.9)) for n, t in (("a", 0.9), ("b", 0.3), ("c", 0.8)))
    forgot = passing("d", run, (0.9, 0.2))

    assert ship(low, high).startswith(
        "ship a (step 12): its target is higher beyond chance, by +0."
    )
    assert ship(near, high).startswith("ship a (step 12) or c (step 12): no difference")
    kept = ship(forgot, near)
    assert kept.startswith("ship c (step 12): the targets are alike within chance, and it has kept")
    assert "general skills, by +0." in kept


def test_a_run_against_itself_differs_in_nothing(run: RecordedRun) -> None:
    """Every difference is 0, its interval holds 0, and more runs widen it."""
    one, same = contender("one", run), contender("same", run)
    both = common(one, same)
    found = differences(one, same, both)
    wide = differences(one, same, both, num_comparisons=5)

    assert (len(both.probes), both.of, both.base) == (len(run.probes), len(run.probes), ())
    assert {d.what for d in found} >= {"target", "general skills", "tail"}
    assert all(d.estimate.value == 0 and not d.beyond_chance for d in found)
    assert wide[0].estimate.high > found[0].estimate.high > 0


def test_differences_are_of_the_same_probes(run: RecordedRun) -> None:
    """Right on 9 of 10 target probes against 3 of 10: what is measured is the paired mean."""
    high, low = passing("a", run, (0.9, 0.9)), passing("b", run, (0.3, 0.9))
    target = differences(high, low, common(high, low))[0]

    members = [p for p in run.probes if p.role == "target" and not p.holdout]
    gains = [
        a.after.value - b.after.value
        for a, b in zip(high.pairs, low.pairs, strict=True)
        if a.probe in members and a.after.value is not None and b.after.value is not None
    ]
    assert target.what == "target"
    assert target.estimate.n == len(members)
    assert target.estimate.value == pytest.approx(sum(gains) / len(gains))
    assert target.beyond_chance
    assert target.better


def test_another_base_and_other_probes_are_said_loudly(run: RecordedRun) -> None:
    """Another base: no difference at all. Half of the probes: differences on those."""
    one = contender("one", run)
    base = replace(run.base, fingerprint=replace(run.base.fingerprint, weights="other"))
    half = replace(run, _sides={})
    vars(half)["probes"] = run.probes[::2]
    other = replace(run, _sides={})
    vars(other)["base"] = base
    now = replace(run.base, answers=tuple(replace(a, fingerprint="x") for a in run.base.answers))
    unlike = replace(run, _sides=dict.fromkeys((6, 12, 18), (now, now)))

    for second, told, compared in (
        (other, "NOT THE SAME BASE: one and two differ in weights", False),
        (half, f"NOT THE SAME PROBES: one and two share {len(run.probes[::2])} of", True),
        (unlike, "NOT THE SAME PROBES: one and two share none", False),
    ):
        page = render_comparison([one, contender("two", second)], colour=False)
        assert told in page
        assert ("two against one, on the" in page) is compared


def test_two_and_four_runs_fit_80_columns(run: RecordedRun) -> None:
    """Two are columns, four are rows; names of any length and script are folded or cut."""
    names = ["a", "b" * 60, "東京" * 30, "\x1b[2Jd"]
    contenders = [replace(passing("x", run), name=name) for name in names]
    for some in (contenders[:2], contenders[:3], contenders):
        page = render_comparison(some, colour=False)
        assert max(map(cell_len, page.splitlines())) <= 80
        assert "\x1b" not in page
    page = render_comparison([contender("one", run), passing("two", run)], colour=False)
    assert "learning rate        2e-3" in page
    assert "passed" in page


def test_what_was_set_differently_is_told(run: RecordedRun) -> None:
    """A limit that one of two moved, and a rule that one of them has."""
    moved = tuple(
        replace(gate, limit=0.5, advise_at=None) if gate.key == "forgetting/all" else gate
        for gate in run.run.gates
    )
    other = replace(run, run=replace(run.run, gates=moved, strict=True))
    page = " ".join(
        render_comparison([contender("one", run), contender("two", other)], colour=False).split()
    )
    assert "gates: one: forgetting/all 10 %," in page
    assert "two: forgetting/all 50 %," in page
    assert "strict: one: no; two: yes" in page
