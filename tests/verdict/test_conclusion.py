"""Tests of a run's outcome: the record, its one line for people, and the file."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from ftguard.check.decision import exit_code_of, sentence
from ftguard.errors import InputError
from ftguard.folders import RunFolder
from ftguard.measures.measurement import Measurement
from ftguard.stats.alpha_spending import Look
from ftguard.stats.estimates import Estimate
from ftguard.verdict.advice import Stop
from ftguard.verdict.checkup import Checkup
from ftguard.verdict.choice import Choice
from ftguard.verdict.conclusion import conclude, read_conclusion, write_conclusion
from ftguard.verdict.defaults import left_out, unmeasured
from ftguard.verdict.gate import Gate, State
from ftguard.verdict.gates import decide
from ftguard.verdict.run import Kind, Run

LOOK = Look(number=1, planned=2)
"""It allows p = 0.05 * 0.95 / 2 = 0.02375, where an interval of 95 % just leaves out 0."""

FOLDER = RunFolder(Path("out"))
RUN = Run(
    id="r",
    attempt=1,
    resumed_from=0,
    method="full",
    learning_rate=1e-4,
    max_steps=40,
    planned_checkpoints=4,
    planned_looks=4,
    gates=(),
)
# Against a limit of 10 %: (value, low, high).
DROPS: dict[State, tuple[float, float, float]] = {
    "clear": (0.0, -0.05, 0.05),
    "within": (0.05, -0.05, 0.15),
    "suspect": (0.25, -0.05, 0.55),
    "breach": (0.25, 0.15, 0.35),
}
TARGET = Measurement(
    name="target",
    slice="all",
    estimate=Estimate(
        value=0.5, low=0.4, high=0.6, level=0.95, n=40, stderr=(0.6 - 0.4) / 3.92, dof=1000
    ),
    base=0.125,
    now=0.625,
    higher_is_better=True,
    unit="points",
)


def _chosen(checkup: Checkup) -> Choice:
    return Choice(checkup=checkup, verdict=checkup.verdict)


def _checkup(
    step: int,
    state: State,
    *measurements: Measurement,
    eval_loss: float | None = None,
    advised: bool = False,
) -> Checkup:
    value, low, high = DROPS[state]
    estimate = Estimate(
        value=value, low=low, high=high, level=0.95, n=100, stderr=(high - low) / 3.92, dof=1000
    )
    drop = Measurement(name="forgetting", slice="all", estimate=estimate)
    verdict = decide([drop], [Gate(measurement="forgetting", limit=0.1)], LOOK)
    assert verdict.outcomes[0].state == state
    advice = Stop(best_step=2, outcome=verdict.outcomes[0], finding=True, text="stop")
    return Checkup(
        run="r",
        attempt=1,
        step=step,
        epoch=1.0,
        progress=step / 40,
        checkpoint=f"out/checkpoint-{step}",
        eval_loss=eval_loss,
        measurements=(drop, *measurements),
        verdict=verdict,
        advice=(advice,) if advised else (),
        seconds=0.0,
    )


def _gain(measurement: Measurement) -> Estimate:
    assert measurement.estimate is not None
    return measurement.estimate


def _target(value: float, low: float, high: float, name: str = "all", **more: Any) -> Measurement:
    gain = replace(_gain(TARGET), value=value, low=low, high=high)
    return replace(TARGET, slice=name, estimate=gain, base=0.5, now=0.5 + value, **more)


UP = _target(0.10, 0.02, 0.18)
HARDLY = _target(0.02, -0.06, 0.10)
DOWN = _target(-0.10, -0.18, -0.02)
FLAT = _target(0.0, -0.08, 0.08)
LIKELIER = _target(0.10, 0.08, 0.12, "likelihood", discrete=False)
AS_LIKELY = _target(0.01, -0.01, 0.03, "likelihood", discrete=False)


@pytest.mark.parametrize(
    ("targets", "by", "said"),
    [
        ((), "not measured", "best: step 20"),
        ((UP,), "score", "target 0.500 -> 0.600; kept"),
        ((UP, LIKELIER), "score", "target 0.500 -> 0.600; kept"),
        ((HARDLY,), "unsure", "NOT KNOWN TO HAVE LEARNED: the gain of +0.020 (-0.060 to +0.100"),
        ((HARDLY, AS_LIKELY), "unsure", "may be chance: best: step 20"),
        ((HARDLY, LIKELIER), "likelihood", "(no gain beyond chance), likelihood of the right"),
        ((FLAT,), "nothing", "NOTHING WAS LEARNED: best: step 20"),
        ((FLAT, AS_LIKELY), "nothing", "NOTHING WAS LEARNED"),
        ((FLAT, LIKELIER), "likelihood", "right answers 0.500 -> 0.600"),
        ((DOWN, LIKELIER), "nothing", "NOTHING WAS LEARNED"),
        ((replace(LIKELIER, slice="all"),), "likelihood", "target 0.500 -> 0.600; kept"),
        ((replace(AS_LIKELY, slice="all"),), "unsure", "NOT KNOWN TO HAVE LEARNED"),
    ],
)
def test_a_best_learned_where_its_target_rose_beyond_chance_and_else_it_says_so(
    targets: Sequence[Measurement], by: str, said: str
) -> None:
    """A score within chance is no proof, a likelihood that rose beyond it is one by itself; but
    not beside a score that fell beyond it.
    """
    best = _checkup(20, "clear", *targets)
    found = conclude(RUN, [best], _chosen(best), None, FOLDER)

    assert found.learned_by == by
    assert found.learned is (by not in ("unsure", "nothing"))
    assert said in found.summary
    assert ("LEARNED" in found.summary) is not found.learned


def test_the_outcome_holds_best_and_last() -> None:
    """Step 10 is the best, step 20 breached: its gates and advice are the last word."""
    best, last = _checkup(10, "clear", TARGET), _checkup(20, "breach", TARGET, advised=True)

    found = conclude(RUN, [best, last], _chosen(best), None, FOLDER)

    assert (found.run, found.best_step, found.best_folder) == ("r", 10, "out/_ftguard/best")
    assert (found.last_step, found.last_passed) == (20, False)
    assert [outcome.state for outcome in found.best_gates] == ["clear"]
    assert [outcome.state for outcome in found.last_gates] == ["breach"]
    assert [advice.do for advice in found.advice] == ["stop"]


@pytest.mark.parametrize(
    ("best", "line"),
    [
        (
            _checkup(10, "clear", TARGET),
            "best: step 10, every gate proven, target 0.125 -> 0.625; kept in out/_ftguard/best",
        ),
        (
            _checkup(10, "within", TARGET, eval_loss=0.5),
            "best: step 10, every gate passed, target 0.125 -> 0.625; kept in out/_ftguard/best",
        ),
        (
            _checkup(10, "within", eval_loss=1.25),
            (
                "best: step 10, every gate passed, ranked by eval_loss (1.2500): "
                "no target probes were given; kept in out/_ftguard/best"
            ),
        ),
        (
            _checkup(30, "within"),
            (
                "best: step 30, every gate passed, the latest that passed (75% of the run): "
                "nothing ranks them; kept in out/_ftguard/best"
            ),
        ),
    ],
    ids=["proven", "passed", "eval_loss", "latest"],
)
def test_the_line_says_what_ranked_the_best(best: Checkup, line: str) -> None:
    """By target where there is one, else by the evaluation loss, else by being the latest."""
    assert conclude(RUN, [best], _chosen(best), None, FOLDER).summary == line


def test_the_line_says_why_none_passed() -> None:
    """Two of three breached and one is undecided; the last breach is told with its numbers."""
    checkups = [_checkup(10, "breach"), _checkup(20, "breach"), _checkup(30, "suspect")]

    found = conclude(RUN, checkups, None, None, FOLDER)

    assert found.summary == (
        "NO CHECKPOINT PASSED: 2 of 3 breached a gate, 1 undecided; last breach: "
        "forgetting/all: a drop of 25.0 % (15.0 to 35.0 %, n=100) is beyond the limit of 10 % "
        "and beyond chance (less than 1 in 10,000 by chance)."
    )
    assert (found.best_step, found.best_folder, found.best_gates) == (None, None, ())
    assert found.last_passed is None


def test_undecided_alone_is_no_breach() -> None:
    """Where nothing breached, no breach is told."""
    found = conclude(RUN, [_checkup(10, "suspect")], None, None, FOLDER)

    assert found.summary == "NO CHECKPOINT PASSED: 0 of 1 breached a gate, 1 undecided"


def test_what_passed_but_could_not_be_kept_is_not_said_to_have_failed() -> None:
    """Under `strict`, or without saved files, a pass is no best: the line says so."""
    found = conclude(RUN, [_checkup(10, "breach"), _checkup(20, "within")], None, None, FOLDER)

    assert found.summary == (
        "NO CHECKPOINT KEPT: 1 of 2 passed, but none of them is saved (or, with `strict`, proven)"
    )


def test_a_run_without_checkups_has_an_outcome_too() -> None:
    """Nothing examined is nothing kept."""
    found = conclude(RUN, [], None, None, FOLDER)

    assert found.summary == "no checkpoint was examined, so none is kept"
    assert (found.last_step, found.last_passed, found.last_gates) == (None, None, ())


def test_verdict_json_is_read_back(tmp_path: Path) -> None:
    """The file holds the record, indented for people."""
    folder = RunFolder(tmp_path)
    folder.check_writable()
    best, last = _checkup(10, "clear", TARGET), _checkup(20, "suspect", advised=True)
    written = conclude(RUN, [best, last], _chosen(best), None, folder)

    write_conclusion(written, folder)

    assert read_conclusion(folder) == written
    assert '\n  "best_step": 10,\n' in folder.verdict.read_text()
    assert '\n  "last_passed": null,\n' in folder.verdict.read_text()


def test_a_missing_verdict_says_what_to_give(tmp_path: Path) -> None:
    """The folder of another thing, or a run that did not end."""
    with pytest.raises(InputError, match=r"no verdict in .*verdict\.json.*output_dir"):
        read_conclusion(RunFolder(tmp_path))


@pytest.mark.parametrize("damage", [b"{", b"\xff", b"{}"])
def test_a_damaged_verdict_is_named(tmp_path: Path, damage: bytes) -> None:
    """Cut short, not text, or without its fields."""
    folder = RunFolder(tmp_path)
    folder.check_writable()
    folder.verdict.write_bytes(damage)

    with pytest.raises(InputError, match=r"verdict\.json` is damaged"):
        read_conclusion(folder)


def test_the_held_back_probes_confirm_the_chosen_gain() -> None:
    """The chosen gain of 0.5 is told beside 0.4 (0.2 to 0.6) on the probes never chosen by."""
    best = _checkup(10, "clear", TARGET)
    held = Measurement(
        name="target",
        slice="all",
        estimate=Estimate(value=0.4, low=0.2, high=0.6, level=0.95, n=30, stderr=0.1, dof=29),
        base=0.1,
        now=0.5,
        higher_is_better=True,
        unit="points",
    )

    found = conclude(RUN, [best], _chosen(best), held, FOLDER)

    assert (found.chosen, found.confirmed) == (TARGET, held)
    assert "confirmed on 30 held-back probes: gain +0.400 (+0.200 to +0.600)" in found.summary


def test_a_gain_that_may_be_none_is_not_confirmed() -> None:
    """+0.000 on 12 held-back probes, give or take 0.2, confirms nothing, and the line says so."""
    best = _checkup(10, "clear", TARGET)
    none = Estimate(value=0.0, low=-0.2, high=0.2, level=0.95, n=12, stderr=0.1, dof=11)
    held = replace(TARGET, estimate=none)

    assert "; not confirmed on 12 held-back probes" in (
        conclude(RUN, [best], _chosen(best), held, FOLDER).summary
    )


@pytest.mark.parametrize(
    ("kind", "left_out", "code", "told"),
    [
        ("check", (), 3, "UNDECIDED: forgetting/all was not measured"),
        ("check", ("forgetting/all",), 0, "passed: 1 gate held"),
        ("training", (), 0, "best: step 2"),
    ],
)
def test_a_check_that_did_not_measure_forgetting_is_no_pass(
    kind: Kind, left_out: tuple[str, ...], code: int, told: str
) -> None:
    """Unless it was switched off; a training without general probes was set up so. All name it."""
    tail = Gate(measurement="tail", slice="worst", limit=0.1)
    run = replace(
        RUN, kind=kind, gates=(tail,), not_measured=("forgetting/all",), left_out=left_out
    )
    best = _checkup(2, "clear", TARGET)
    found = conclude(run, [best], _chosen(best), None, FOLDER)
    line = sentence(found, run, strict=False)

    assert exit_code_of(found) == code
    assert line.startswith(told)
    assert "not held: forgetting/all (" in line


def test_a_gate_that_is_switched_off_is_not_told_as_unmeasured() -> None:
    """Whether or not something would have measured it."""
    off = {"forgetting/all": None}
    assert "forgetting/all" in unmeasured([])
    assert "forgetting/all" not in unmeasured([], off)
    assert left_out(None, [], off) == ("forgetting/all",)
