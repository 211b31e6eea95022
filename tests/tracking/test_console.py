"""The block that a checkup is in a terminal: narrow, aligned, and deaf to hostile text."""

import builtins
import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, get_args

import pytest
from rich.cells import cell_len

from ftguard.measures.measurement import Measurement
from ftguard.stats.estimates import Estimate
from ftguard.tracking.console import render_checkup, say
from ftguard.verdict.advice import LowerLearningRate, Stop
from ftguard.verdict.checkup import Checkup
from ftguard.verdict.gate import Gate, State
from ftguard.verdict.gates import Outcome, Verdict

MakeCheckup = Callable[[Sequence[State]], Checkup]

STATES: tuple[State, ...] = get_args(State)
HOSTILE = "[bold red]all clear[/] \x1b[2J\x1b[1;32mpassed\x1b[0m \r\x08\x9b31m\u202e\nftguard ok"


def with_measurement(checkup: Checkup, measurement: Measurement) -> Checkup:
    """The checkup with its first outcome's measurement replaced."""
    first, *rest = checkup.verdict.outcomes
    outcome: Outcome = replace(
        first,
        measurement=measurement,
        gate=replace(first.gate, measurement=measurement.name, slice=measurement.slice),
    )
    return replace(checkup, verdict=replace(checkup.verdict, outcomes=(outcome, *rest)))


def test_a_block_is_gain_gates_advice_and_cost(checkup: MakeCheckup) -> None:
    """The whole block of one breach, as it reads."""
    breached = checkup(["breach"])
    advice = LowerLearningRate(
        learning_rate=1e-5,
        outcome=breached.verdict.outcomes[0],
        finding=True,
        text="lower the learning rate to 1e-5.",
    )
    verdict = replace(breached.verdict, passed=False)
    block = render_checkup(
        replace(breached, verdict=verdict, advice=(advice,)), 0.125, colour=False
    )
    assert block.splitlines() == [
        "ftguard step 20 · epoch 0.50 · BLOCKED",
        "  target/all          0.500→0.750  +0.250 +0.125..+0.375 n=100        gain",
        "  forgetting/breach   0.800→0.700  12.5 %    5.0..20.0 % n=200   10 % breach",
        "  advice: lower the learning rate to 1e-5.",
        "  4.0 s for this check; 12.5 % of the run so far",
    ]


def test_every_state_has_its_row_and_what_is_unsure_its_sentence(checkup: MakeCheckup) -> None:
    """All seven states are named at their rows; nothing to lose and missing are explained."""
    block = render_checkup(checkup(STATES), 0.5, colour=False)
    rows = [line for line in block.splitlines() if line.startswith("  forgetting/")]
    assert len(rows) >= len(STATES) == 7
    for row, state in zip(rows, STATES, strict=False):
        assert row.endswith(f" {state}")
    assert "  forgetting/missing is missing." in block
    assert "  forgetting/nothing-to-lose is nothing to lose." in block
    assert "is breach." not in block


def test_what_the_curve_says_otherwise_is_said(checkup: MakeCheckup) -> None:
    """12.5 % here and 8 % by the curve, against 10 %: one more line; 12 % by both needs none."""
    found = checkup(["within", "suspect"])
    within, suspect = found.verdict.outcomes
    by_curve = [
        Estimate(value=value, low=low, high=high, level=0.95, n=200, stderr=0.03, dof=1000)
        for value, low, high in ((0.08, 0.02, 0.14), (0.12, 0.06, 0.18))
    ]
    outcomes = (replace(within, curve=by_curve[0]), replace(suspect, curve=by_curve[1]))
    found = replace(found, verdict=replace(found.verdict, outcomes=outcomes))

    block = render_checkup(found, 0.5, colour=False)
    assert "  forgetting/within by the curve so far: 8.0 % (2.0 to 14.0 %)\n" in block
    assert "forgetting/suspect by the curve" not in block


def test_numbers_stand_below_each_other(checkup: MakeCheckup) -> None:
    """One long name, one wide interval and a large n move every row alike."""
    wide = checkup(["clear", "within", "suspect"])
    first = wide.verdict.outcomes[0].measurement
    wide = with_measurement(
        wide,
        replace(
            first,
            slice="following several instructions at once",
            estimate=Estimate(
                value=-1.25,
                low=-1.333,
                high=-1.0,
                level=0.95,
                n=12345,
                stderr=(-1.0 + 1.333) / 3.92,
                dof=1000,
            ),
        ),
    )
    rows = render_checkup(wide, 0.5, colour=False).splitlines()[1:5]
    assert len({row.index("→") for row in rows}) == 1
    assert len({row.index("n=") for row in rows}) == 1
    assert len({row.index(" 10 % ") for row in rows[1:]}) == 1
    assert max(map(cell_len, rows)) <= 80
    assert rows[1].startswith("  forgetting/foll")


def _hostile(low: float, value: float, high: float, **more: Any) -> Measurement:
    estimate = Estimate(
        value=value, low=low, high=high, level=0.95, n=1_000_000, stderr=1.0, dof=99
    )
    return Measurement(name="forgetting", slice="東京都" * 20, estimate=estimate, **more)


@pytest.mark.parametrize(
    "measurement",
    [
        _hostile(-53.0, -51.889, -50.0, base=0.019, now=0.019 * 52.889),
        _hostile(-53.0, -51.889, -50.0, base=100.0, now=3.0),
        _hostile(-8.2e6, -5.2e6, -2.2e6, base=100.0, now=3.0),
        _hostile(-1.5e12, -1.2e12, -9e11, base=-1.3e12, now=-6.6e10, unit="tokens"),
        _hostile(40741.5, 41975.4, 43210.9, base=12345.678, now=54321.123, unit="tokens"),
        replace(_hostile(0, 0, 0, base=0.5, now=0.5), estimate=None),
    ],
)
def test_rows_keep_their_columns_whatever_the_numbers(
    checkup: MakeCheckup, measurement: Measurement
) -> None:
    """One absurd row and two usual ones: n, limit and state stand below each other, each row is
    one line of 80 columns at most, and the name keeps eight of them.
    """
    full = with_measurement(checkup(["missing", "breach", "within"]), measurement)
    rows = render_checkup(full, 0.5, colour=False).splitlines()[1:5]
    assert len({cell_len(row[: row.index(" n=")]) for row in rows}) == 1
    states = [("gain", "missing", "breach", "within")[number] for number in range(4)]
    assert [row.split()[-1] for row in rows] == states
    ends = {cell_len(row) - len(state) for row, state in zip(rows, states, strict=True)}
    assert len(ends) == 1
    assert max(map(cell_len, rows)) <= 80
    assert all(row[2:9] == "forgett" for row in rows[1:])


def test_a_drop_from_a_small_base_is_shown_in_points(checkup: MakeCheckup) -> None:
    """0.019 to 1.000 is no drop of -5163.2 % but a change of +0.981; so are categories' losses."""
    value = -0.981 / 0.019
    row = _hostile(value - 1, value, value + 1, base=0.019, now=1.0)
    lost = _hostile(0.5, 0.75, 1.0, base=0.04, now=0.01)
    lost = replace(lost, slice="small", shrunk=lost.estimate)
    full = replace(with_measurement(checkup(["clear"]), row), measurements=(lost,))
    block = render_checkup(full, 0.5, colour=False)

    assert "0.019→1.000  +0.981 +0.962..+1.000 n=1000000  10 % clear" in block
    assert "lost most: small -0.030" in block
    assert " %" not in block.replace("10 %", "").replace("50 % of the run", "")


def _calibration(slice_name: str, rise: float, gap: float, state: State) -> Outcome:
    estimate = Estimate(
        value=rise, low=rise - 0.06, high=rise + 0.06, level=0.95, n=200, stderr=0.03, dof=201
    )
    measurement = Measurement(
        name="calibration",
        slice=slice_name,
        estimate=estimate,
        base=0.31,
        now=0.31 + rise,
        unit="points",
        own=replace(estimate, value=0.31 + rise),
        overconfidence=gap,
    )
    return Outcome(
        gate=Gate(measurement="calibration", slice=slice_name, limit=0.05),
        measurement=measurement,
        state=state,
        explanation=f"{measurement.key} is explained.",
    )


def test_the_direction_of_calibration_is_told_and_what_its_row_does_not(
    checkup: MakeCheckup,
) -> None:
    """Over- or underconfident, in a line; a sentence where a rise beyond its limit is no breach,
    and for whatever refuses: the row shows one of two limits. None where the row says it all.
    """
    empty = checkup([])
    verdict = Verdict(
        outcomes=(
            _calibration("target", -0.06, 0.25, "breach"),
            _calibration("general", 0.08, -0.38, "within"),
        ),
        passed=False,
        proven=False,
    )

    lines = render_checkup(replace(empty, verdict=verdict), 0.5, colour=False).splitlines()

    assert lines[2:7] == [
        "  calibration/target  0.310→0.250  -0.060 -0.120..+0.000 n=200   0.05 breach",
        "  calibration/general 0.310→0.390  +0.080 +0.020..+0.140 n=200   0.05 within",
        "  confidence: target overconfident by 0.25, general underconfident by 0.38",
        "  calibration/target is explained.",
        "  calibration/general is explained.",
    ]
    plain = replace(verdict, outcomes=(_calibration("target", 0.02, 0.38, "within"),))
    assert "explained" not in render_checkup(replace(empty, verdict=plain), 0.5, colour=False)


@pytest.mark.parametrize("colour", [False, True])
def test_no_line_is_wider_than_80_columns(
    checkup: MakeCheckup,
    colour: bool,
) -> None:
    """Long notes, names in wide characters and extreme numbers wrap or are cut."""
    full = checkup(STATES)
    first = full.verdict.outcomes[0].measurement
    full = with_measurement(full, replace(first, slice="東京都" * 20))
    full = replace(full, notes=("word " * 100, "x" * 300), step=10**9)
    for line in render_checkup(full, 0.5, colour=colour).splitlines():
        assert cell_len(re.sub("\x1b\\[[0-9;]*m", "", line)) <= 80, line


def test_there_is_colour_only_where_it_is_asked_for(
    checkup: MakeCheckup, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without colour there is no escape code, whatever the environment says; with it there is."""
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm-256color")
    assert "\x1b" not in render_checkup(checkup(STATES), 0.5, colour=False)
    assert "\x1b[1;31mbreach" in render_checkup(checkup(STATES), 0.5, colour=True)
    monkeypatch.setenv("NO_COLOR", "1")
    assert "31m" not in render_checkup(checkup(STATES), 0.5, colour=True)


def test_hostile_text_is_shown_and_not_obeyed(
    checkup: MakeCheckup, capsys: pytest.CaptureFixture[str]
) -> None:
    """Markup stays text, and control characters are written out, in every free text of a block."""
    unsure = checkup(["missing", "breach"])
    missing, breach = unsure.verdict.outcomes
    outcomes = (
        replace(missing, explanation=HOSTILE),
        replace(breach, measurement=replace(breach.measurement, slice=HOSTILE)),
    )
    advice = Stop(best_step=1, outcome=breach, finding=False, text=HOSTILE)
    full = replace(
        unsure,
        verdict=Verdict(outcomes=outcomes, passed=False, proven=False),
        notes=(HOSTILE,),
        advice=(advice,),
    )
    plain = render_checkup(full, 0.5, colour=False)
    assert plain.count("[bold red]all clear[/]") >= 3
    assert "\\x1b[2J" in plain
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]", plain)
    assert not [line for line in plain.splitlines()[1:] if not line.startswith("  ")]
    coloured = render_checkup(full, 0.5, colour=True)
    assert re.sub("\x1b\\[[0-9;]*m", "", coloured) == plain

    say(HOSTILE)
    said = capsys.readouterr().out
    assert "\x1b" not in said
    assert said.count("\n") == 1


def test_a_notebook_gets_the_same_block(
    checkup: MakeCheckup, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Inside Jupyter, where rich displays instead of writing, the text is still returned."""
    expected = render_checkup(checkup(STATES), 0.5, colour=False)
    shell = type("ZMQInteractiveShell", (), {})()
    monkeypatch.setattr(builtins, "get_ipython", lambda: shell, raising=False)
    assert render_checkup(checkup(STATES), 0.5, colour=False) == expected


def test_the_categories_that_lost_most_are_named(checkup: MakeCheckup) -> None:
    """Of four shrunk drops three are named, the largest first; one within chance is not."""
    drops = {"small": 0.15, "large": 0.40, "middle": 0.30, "chance": 0.5}
    categories = tuple(
        Measurement(
            name="forgetting",
            slice=name,
            estimate=None,
            shrunk=Estimate(
                value=drop,
                low=-0.1 if name == "chance" else 0.1,
                high=0.9,
                level=0.95,
                n=12,
                stderr=0.1,
                dof=11,
            ),
        )
        for name, drop in drops.items()
    )
    block = render_checkup(replace(checkup([]), measurements=categories), 0.5, colour=False)

    assert "lost most: large 40.0 %, middle 30.0 %, small 15.0 %" in block
