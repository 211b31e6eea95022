"""What is shown is what was measured: places, letters and orders worked out from the run."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from ftguard.measures.side_by_side import gained, lost
from ftguard.report.page.page import HEAT_SAID, coded, heat
from ftguard.report.page.plain import render_text
from ftguard.report.page.scales import Scale, scale, tick_told, ticks
from ftguard.report.page.svg import element
from ftguard.report.recorded import RecordedRun
from ftguard.report.shown.contents import LETTERS, RunShown
from ftguard.report.shown.gathering import contents
from ftguard.report.shown.naming import homeless, in_sentence, named, title


@pytest.fixture(scope="module")
def shown(three: RecordedRun) -> RunShown:
    """The contents of the run of three checkpoints."""
    return contents([three], now=datetime(2026, 1, 1, tzinfo=UTC)).runs[0]


def test_each_answer_has_its_history(shown: RunShown, three: RecordedRun) -> None:
    """One letter a checkpoint, as both models' answers at each of them come out."""
    by_step = [three.pairs(checkup) for checkup in three.checkups]
    assert len(shown.answers.all) == len(three.probes)
    for place, answered in enumerate(shown.answers.all):
        expected = "".join(LETTERS[pairs[place].change] for pairs in by_step)
        assert answered.history == expected


def test_lost_and_gained_are_all_there_one_of_each_kind_first(
    shown: RunShown, three: RecordedRun
) -> None:
    """Every lost answer once; the first four are of four roles, so that ten tell of many."""
    pairs = three.pairs(three.checkup_at())
    answers = shown.answers
    for places, found in ((answers.lost, lost(pairs)), (answers.gained, gained(pairs))):
        assert sorted(answers.all[place].id for place in places) == sorted(
            pair.probe.id for pair in found
        )
    roles = {pair.probe.role for pair in lost(pairs)}
    assert {answers.all[place].role for place in answers.lost[: len(roles)]} == roles


def test_cells_hold_what_was_measured(shown: RunShown, three: RecordedRun) -> None:
    """The target's gain first, then each gate; value, limit and state of each checkpoint."""
    assert [column.key for column in shown.columns] == [
        "target/all",
        *(gate.key for gate in three.run.gates),
    ]
    for column in shown.columns:
        name, _, slice_name = column.key.partition("/")
        for checkup, cell in zip(three.checkups, column.cells, strict=True):
            measurement = checkup.find(name, slice_name)
            assert measurement is not None
            assert measurement.estimate is not None
            assert cell is not None
            assert (cell.value, cell.n) == (measurement.estimate.value, measurement.estimate.n)


def test_the_frontier_has_what_no_other_beats(shown: RunShown) -> None:
    """Of two checkpoints on it the one that costs more gains more; each other one is beaten."""
    found = shown.frontier
    assert found is not None
    points = [
        (cost.value, gain.value)
        for cost, gain in zip(found.cost.cells, found.gain.cells, strict=True)
        if cost and gain and cost.value is not None and gain.value is not None
    ]
    best = [points[place] for place in found.best]
    assert best == sorted(best)
    for place, (cost, gain) in enumerate(points):
        beaten = any(c <= cost and g >= gain and (c, g) != (cost, gain) for c, g in points)
        assert beaten != (place in found.best)


def test_a_category_without_a_loss_of_its_own_is_not_marked(
    shown: RunShown, three: RecordedRun
) -> None:
    """Each cell is the category's own change, whatever the whole's; those that are alike say so."""
    rows = {row.name: row for row in shown.heat}
    unchanged = 0
    for place, checkup in enumerate(three.checkups):
        for m in checkup.measurements:
            if m.name != "forgetting" or m.slice not in rows or m.estimate is None:
                continue
            row = rows[m.slice]
            assert row.drops[place] == m.estimate.value
            assert not row.sure[place] or m.estimate.low > 0 or m.estimate.high < 0
            if m.base == m.now:
                unchanged += 1
                assert (row.told[place], row.sure[place]) == ("0.0 %", False)
    assert unchanged
    assert any(any(row.sure) for row in rows.values())
    pulled = [
        {m.shrunk.value for m in checkup.measurements if m.name == "forgetting" and m.shrunk}
        for checkup in three.checkups
    ]
    steps = [c.step for c, values in zip(three.checkups, pulled, strict=True) if len(values) == 1]
    assert steps
    assert all(str(step) in shown.alike or "every checkpoint" in shown.alike for step in steps)


def test_a_report_in_text_says_what_the_page_says(three: RecordedRun) -> None:
    """Every sentence and note of every gate, the measurements over steps, every category."""
    all_shown = contents([three], now=datetime(2026, 1, 1, tzinfo=UTC))
    run, words = all_shown.runs[0], " ".join(render_text(all_shown).split())
    cells = [cell for column in run.columns for cell in column.cells if cell is not None]
    assert any(cell.note for cell in cells)
    for cell in cells:
        for text in (cell.sentence, cell.note, cell.before_after):
            assert " ".join(text.split()) in words
    assert "Over steps" in words
    assert f"{run.columns[0].title}: step {run.checkpoints[0].step} " in words
    assert HEAT_SAID in words
    assert words.count(" •") >= sum(map(sum, (row.sure for row in run.heat)))


def test_axes_have_round_numbers() -> None:
    """1, 2 or 5 times a power of ten apart, 0 among them; what is beyond an end lies at it."""
    assert ticks(Scale(low=0, high=0.9, start=0, end=100)) == pytest.approx((0, 0.5))
    assert ticks(Scale(low=-30, high=50, start=0, end=1)) == pytest.approx((-20, 0, 20, 40))
    across = Scale(low=0, high=2, start=10, end=110)
    assert [across(value) for value in (-1, 0, 1, 2, 9)] == [10, 10, 60, 110, 110]
    held = scale([0.2, -0.1], 0, 1)
    assert held.low < -0.1 < 0.2 < held.high
    assert scale([], 0, 1).low < 0 < scale([], 0, 1).high
    assert [tick_told(0.1, "relative"), tick_told(-0.5, "points")] == ["10 %", "-0.5"]


def test_what_is_drawn_is_escaped() -> None:
    """Texts and attributes of drawings, and sentences of which a part is code."""
    assert element("text", "<b>&", x=1.25, title='"<') == (
        '<text x="1.2" title="&#34;&lt;">&lt;b&gt;&amp;</text>'
    )
    assert coded("give `<x>` & more") == "give <code>&lt;x&gt;</code> &amp; more"
    assert coded("one ` alone <b>") == "one ` alone &lt;b&gt;"
    assert [heat(drop) for drop in (0.0, 0.05, 0.2, 3.0, -0.4)] == [0, 0, 2, 4, -4]


def test_names_are_words_on_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keys of ours in words, a user's as they are; the home folder only where it is one."""
    assert title("calibration/target") == "Calibration, target"
    assert title("forgetting/math") == "Forgetting, math"
    assert in_sentence("tail/worst") == "the worst tail slice"
    assert named("a\n b\u202e" + "c" * 200) == "a b\\u202e" + "c" * 110 + "…"
    monkeypatch.setattr(Path, "home", lambda: Path("/home/anna"))
    assert homeless("/home/anna/x /home/annabel /home/anna: ~") == "~/x /home/annabel ~: ~"
