"""The block that a checkup is in a terminal: narrow, aligned, and deaf to hostile text."""

import builtins
import io
import re
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, get_args

import pytest
from rich.cells import cell_len

from ftguard.measures.measurement import Measurement
from ftguard.stats.estimates import Estimate
from ftguard.text.glossary import GLOSSARY
from ftguard.tracking.block import render_checkup
from ftguard.tracking.console import ConsoleTracker, laid_out, say, say_words
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
        "ftguard step 20 · epoch 0.50 · BLOCKED by forgetting of breach",
        "                      base→now    change    95 % interval probes limit",
        "  target/all          0.500→0.750 +0.250 +0.125 to +0.375    100       gain",
        "  forgetting/breach   0.800→0.700 12.5 %    5.0 to 20.0 %    200  10 % breach",
        "  advice: lower the learning rate to 1e-5.",
        "  this check took 4.0 s, all checks 12.5 % of the run so far",
    ]


def test_every_state_has_its_row_and_what_is_unsure_its_sentence(checkup: MakeCheckup) -> None:
    """All eight states are named at their rows; those without a change are explained."""
    block = render_checkup(checkup(STATES), 0.5, colour=False)
    rows = [line for line in block.splitlines() if line.startswith("  forgetting/")]
    assert len(rows) >= len(STATES) == 8
    for row, state in zip(rows, STATES, strict=False):
        assert row.endswith(f" {state}")
    assert "  forgetting/missing is missing." in block
    assert "  forgetting/not-asked is not asked." in block
    assert "  forgetting/nothing-to-lose is nothing to lose." in block
    assert "is breach." not in block


def test_a_part_is_told_with_how_many_there_are(checkup: MakeCheckup) -> None:
    """62 of 200 probes: the row has both, and one line says what that means."""
    found = checkup(["within"])
    (outcome,) = found.verdict.outcomes
    assert outcome.measurement.estimate is not None
    estimate = replace(outcome.measurement.estimate, n=62)
    part = replace(outcome.measurement, estimate=estimate, num_in_all=200)
    block = render_checkup(with_measurement(found, part), colour=False)

    assert "62/200" in next(line for line in block.splitlines() if "forgetting/within" in line)
    assert "a part was asked at this checkpoint, such as 62 of 200 probes (budget)" in block
    assert max(map(cell_len, block.splitlines())) <= 80


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


def test_what_makes_it_too_wide_and_what_stands_in_are_said(checkup: MakeCheckup) -> None:
    """A row shows its own change alone; forgetting that does not count says why it passes."""
    found = checkup(["too wide", "clear"])
    wide, own = found.verdict.outcomes
    curve = Estimate(value=0.1, low=-0.2, high=0.4, level=0.95, n=9, stderr=0.1, dof=1000)
    wide = replace(
        wide,
        gate=replace(wide.gate, slice="all"),
        curve=curve,
        curve_slice="billing",
        explanation="billing is too wide.",
    )
    own = replace(own, gate=replace(own.gate, measurement="own_answers", slice="all"))
    found = replace(found, verdict=replace(found.verdict, outcomes=(wide, own)))

    block = render_checkup(found, 0.5, colour=False)
    assert "  billing is too wide.\n" in block
    told = " ".join(block.split())
    assert "does not count against it: own_answers/all stands in, clear" in told


def test_a_semicolon_within_brackets_begins_no_line() -> None:
    """Only the parts of an outcome do."""
    told = laid_out("best: 2; not held: forgetting/all (weak; own_answers stands in); kept in x")
    assert told.splitlines() == [
        "best: 2",
        "  not held: forgetting/all (weak; own_answers stands in)",
        "  kept in x",
    ]


def test_an_error_below_none_is_shown_as_none(checkup: MakeCheckup) -> None:
    """Its bias is taken off, which can leave less than nothing."""
    found = checkup(["clear"])
    measurement = replace(
        found.verdict.outcomes[0].measurement, name="calibration", slice="x", base=0.4, now=-0.012
    )
    block = render_checkup(with_measurement(found, measurement), 0.5, colour=False)
    assert "0.400→0.000" in block


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
    rows = render_checkup(wide, 0.5, colour=False).splitlines()[2:6]
    assert len({row.index("→") for row in rows}) == 1
    counts = [f" {n} " for n in ("100", "12345", "200", "200")]
    ends = {row.index(n) + len(n) for row, n in zip(rows, counts, strict=True)}
    assert len(ends) == 1
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
    rows = render_checkup(full, 0.5, colour=False).splitlines()[2:6]
    own = "1000000" if measurement.estimate else "0"
    counts = [f" {n} " for n in ("100", own, "200", "200")]
    ends = {cell_len(r[: r.rindex(n) + len(n)]) for r, n in zip(rows, counts, strict=True)}
    assert len(ends) == 1
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
    none = replace(lost, slice="none", shrunk=_hostile(-0.1, 0.0, 0.1).estimate)
    full = replace(with_measurement(checkup(["clear"]), row), measurements=(lost, none))
    block = render_checkup(full, 0.5, colour=False)

    assert "0.019→1.000 +0.981 +0.962 to +1.000 1000000  10 % clear" in block
    assert "lost most: small -0.030" in block
    shown = "".join(line for line in block.splitlines() if "this check" not in line)
    assert " %" not in shown.replace("10 %", "").replace("95 % interval", "")


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
    and for whatever refuses: the row shows that of two limits which was crossed. None where the row
    says it all.
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

    assert lines[3:8] == [
        "  calibration/target  0.310→0.250 -0.060 -0.120 to +0.000    200  0.14 breach",
        "  calibration/general 0.310→0.390 +0.080 +0.020 to +0.140    200  0.05 within",
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
    assert all(line.startswith("    ") for line in said.splitlines()[1:])


def test_a_notebook_gets_the_same_block(
    checkup: MakeCheckup, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Inside Jupyter, where rich displays instead of writing, the text is still returned."""
    expected = render_checkup(checkup(STATES), 0.5, colour=False)
    shell = type("ZMQInteractiveShell", (), {})()
    monkeypatch.setattr(builtins, "get_ipython", lambda: shell, raising=False)
    assert render_checkup(checkup(STATES), 0.5, colour=False) == expected


def test_the_categories_that_lost_most_are_named(checkup: MakeCheckup) -> None:
    """Of five shrunk drops three are named, the largest first: not one within chance, nor one that
    lost nothing itself and is pulled beyond chance by the others.
    """
    drops = {"small": 0.15, "large": 0.40, "middle": 0.30, "chance": 0.5, "pulled": 0.45}

    def beyond(drop: float, *, chance: bool) -> Estimate:
        low = -0.1 if chance else 0.1
        return Estimate(value=drop, low=low, high=0.9, level=0.95, n=12, stderr=0.1, dof=11)

    categories = tuple(
        Measurement(
            name="forgetting",
            slice=name,
            estimate=beyond(drop, chance=name == "pulled"),
            shrunk=beyond(drop, chance=name == "chance"),
        )
        for name, drop in drops.items()
    )
    block = render_checkup(replace(checkup([]), measurements=categories), 0.5, colour=False)

    assert "lost most: large 40.0 %, middle 30.0 %, small 15.0 %" in block


def test_categories_that_lost_alike_are_not_named(checkup: MakeCheckup) -> None:
    """One category alone, or two of 12.5 % each, tell no more than the whole; 12.5 and 13 % do."""
    loss = checkup(["breach"]).verdict.outcomes[0].measurement

    def block(*drops: float) -> str:
        categories = [
            replace(loss, slice=f"c{at}", shrunk=replace(_estimate_of(loss), value=drop))
            for at, drop in enumerate(drops)
        ]
        return render_checkup(replace(checkup([]), measurements=tuple(categories)), colour=False)

    assert "lost most" not in block(0.125)
    assert "lost most" not in block(0.125, 0.125)
    assert "lost most: c1 13.0 %, c0 12.5 %" in block(0.125, 0.13)


def _estimate_of(measurement: Measurement) -> Estimate:
    assert measurement.estimate is not None
    return measurement.estimate


@pytest.mark.parametrize(
    ("name", "note", "row", "line"),
    [
        ("rare", "the worst of 3: rare", "tail/worst: rare ", ""),
        ("several_intents", "the worst of 3: ...", "tail/worst ", "tail/worst is several_intents"),
        (
            "all",
            "the worst of 3: all; no slice stands out, the largest drop is 9.0 % of typos",
            "tail/worst: all ",
            "tail/worst: no slice stands out, the largest drop is 9.0 % of typos",
        ),
    ],
)
def test_the_worst_slice_has_its_name(
    checkup: MakeCheckup, name: str, note: str, row: str, line: str
) -> None:
    """In its row where that has room, else in a line; where none stands out, the line says so."""
    found = checkup(["breach"])
    worst = found.verdict.outcomes[0].measurement
    worst = replace(worst, name="tail", slice="worst", worst_slice=name, note=note)
    lines = render_checkup(with_measurement(found, worst), colour=False).splitlines()

    assert lines[3].startswith(f"  {row}")
    assert (f"  {line}" in lines) is bool(line)


@pytest.mark.parametrize(
    ("states", "passed", "title"),
    [
        (["clear"], True, "passed"),
        (["breach", "suspect"], False, "BLOCKED by forgetting of breach"),
        (["too wide", "clear"], None, "undecided: forgetting of too-wide too wide"),
        (["suspect", "missing"], None, "undecided: forgetting of suspect suspect and"),
    ],
)
def test_the_title_says_which_gate_it_is(
    checkup: MakeCheckup, states: Sequence[State], passed: bool | None, title: str
) -> None:
    """What blocks, or what leaves it open; nothing more where it passed."""
    found = checkup(states)
    found = replace(found, verdict=replace(found.verdict, passed=passed))

    assert render_checkup(found, colour=False).splitlines()[0].endswith(f" · {title}") or (
        f" · {title} " in render_checkup(found, colour=False).replace("\n", " ")
    )


def test_a_long_line_is_broken_between_words_and_a_path_never(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """80 columns at most, further lines indented; what is to be copied stays whole."""
    path = "/very/long" * 12
    say(f"{'word ' * 30}12.5 % {path} end")

    lines = capsys.readouterr().out.splitlines()
    assert all(len(line) <= 80 for line in lines if path not in line)
    assert lines[0].startswith("ftguard: word word")
    assert all(line.startswith("    ") for line in lines[1:])
    assert {word for line in lines for word in line.split()} == {
        "ftguard:", "word", "12.5", "%", path, "end",
    }  # fmt: skip
    assert any("12.5 %" in line for line in lines)


def test_an_outcome_is_laid_out_by_its_parts() -> None:
    """Each part begins a line, what is too long goes on further in, and 80 columns hold it."""
    parts = [
        "best: step 6, every gate passed",
        "not held: " + "tail/worst, " * 9 + "x",
        "kept in a",
    ]

    lines = laid_out("; ".join(parts), taken=9).splitlines()

    assert lines[0] == parts[0]
    assert lines[1].startswith("  not held: tail/worst,")
    assert lines[2].startswith("    tail/worst,")
    assert lines[3] == "  kept in a"
    assert max(map(len, lines)) <= 80


def test_words_are_explained_in_a_line_each(capsys: pytest.CaptureFixture[str]) -> None:
    """What the blocks speak of: none of the explanations is wider than the terminal."""
    say_words()

    first, *lines = capsys.readouterr().out.splitlines()
    assert "ftguard glossary" in first
    assert len(lines) == sum(term.at_start for term in GLOSSARY) >= 8
    assert max(map(len, [first, *lines])) <= 80


@pytest.mark.parametrize("encoding", ["ascii", "cp1252"])
def test_no_encoding_ends_a_run(
    checkup: MakeCheckup, monkeypatch: pytest.MonkeyPatch, encoding: str
) -> None:
    """Where the output has no arrow, one of ASCII stands there, and what else is lacking escaped:
    the block and a line with a broken surrogate are written whole.
    """
    raw = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(raw, encoding=encoding))
    tracker = ConsoleTracker()
    tracker.log(replace(checkup(STATES), notes=("東京 \ud800",)), 0.5)
    say("東京 \ud800 → end")
    sys.stdout.flush()

    told = raw.getvalue().decode(encoding)
    assert "0.500->0.750" in told
    assert "\\u6771\\u4eac \\ud800 -> end" in told


def test_no_line_of_a_bar_goes_into_a_file(tmp_path: Path) -> None:
    """Standard error that is a file gets nothing of a bar, nor of a block written beneath it."""
    code = (
        "from ftguard.text.terminal import bar, write\n"
        "with bar(label='ftguard: 6', total=3) as shown:\n"
        "    for _ in range(3): shown.update(1); write('a line\\n')\n"
        "print(sum(bar([1, 2], label='rows')))\n"
    )
    with (tmp_path / "log").open("w") as log:
        run = [sys.executable, "-c", code]
        subprocess.run(run, stdout=log, stderr=subprocess.STDOUT, check=True)

    assert (tmp_path / "log").read_text() == "a line\na line\na line\n3\n"


def test_a_checkpoint_that_was_asked_nothing_is_a_line(checkup: MakeCheckup) -> None:
    """A table without a number tells nothing: one line says why there is none."""
    found = checkup(["missing"])
    (outcome,) = found.verdict.outcomes
    left_out = replace(outcome.measurement, estimate=None, num_scored=0, num_in_all=200)
    block = render_checkup(with_measurement(found, left_out), 0.05, colour=False)

    assert " ".join(block.split()).endswith(
        "nothing asked: the budget's rest is for later checkpoints"
    )
    assert len(block.splitlines()) == 2
