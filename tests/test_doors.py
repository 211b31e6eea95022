"""Tests of what users bring, from the outside: a measure and a tracker of their own."""

import json
import pickle
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ftguard import (
    Answer,
    Checkup,
    Estimate,
    Gate,
    GuardCallback,
    InputError,
    Measurement,
    Probe,
    ProbeSet,
    Snapshot,
    Suggestion,
    Unscored,
    Verdict,
)
from ftguard.measures import Measure
from ftguard.run.ledger import Ledger
from ftguard.run.state import fold
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


def _train(folder: Path, guard: GuardCallback, *, resume: bool = False) -> None:
    run = tiny_run(folder, guard, max_steps=4, save_steps=2, learning_rate=1e-5)
    run.train(resume_from_checkpoint=str(folder / "checkpoint-2") if resume else None)


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

    _train(tmp_path, guard)

    for checkup in guard.checkups:
        (outcome,) = checkup.verdict.outcomes
        assert (outcome.gate, outcome.state) == (gate, "clear")
    assert told.steps == [2, 4]
    assert len(told.summaries) == 1
    assert "length/all" in capsys.readouterr().out
    written = (tmp_path / "_ftguard/ledger.jsonl").read_text().splitlines()
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
    _train(tmp_path, guard)

    rows = [line for line in capsys.readouterr().out.splitlines() if "length/all" in line]
    assert len(rows) == 2
    assert all(row.endswith("yours") for row in rows)


def half(probe: Probe, answer: Answer) -> float | Unscored:
    """Half a point for every answer but those to the first prompt, which it cannot judge."""
    if probe.prompt == "Count to three.":
        return Unscored("no half of three")
    assert answer.text is not None
    return 0.5


def broken(probe: Probe, answer: Answer) -> float:
    """A scorer with a fault."""
    raise KeyError(probe.id + answer.probe_id)


GRADED = ("Count to three.", "Count to four.", "Count to five.")


def _scored_by(function: Callable[[Probe, Answer], float | Unscored]) -> list[Probe]:
    return [
        Probe(id=f"p{i}", prompt=text, scorer=function, max_new_tokens=8)
        for i, text in enumerate(GRADED)
    ]


def _graded(guard: GuardCallback) -> Measurement:
    found = guard.checkups[-1].find("target")
    assert found is not None
    return found


def test_a_scorer_of_ones_own_grades_and_says_what_it_cannot(
    tmp_path: Path,
    own_texts: tuple[Probe, ...],
) -> None:
    """Two of three answers get 0.5 on both sides; a resume finds the function again."""
    target = _scored_by(half)
    guards = [GuardCallback(target, own_texts, tail=None, holdout=0) for _ in range(2)]

    _train(tmp_path, guards[0])
    first = _graded(guards[0])
    _train(tmp_path, guards[1], resume=True)

    assert (first.base, first.now, first.num_scored, first.num_unscored) == (0.5, 0.5, 2, 1)
    assert guards[1].checkups[:1] == guards[0].checkups[:1]
    assert _graded(guards[1]).num_scored == 2
    (name,) = {
        json.loads(line)["scorer"]
        for line in (tmp_path / "_ftguard/probes.jsonl").read_text().splitlines()
        if '"target/' in line
    }
    assert name.partition("@")[0] == f"{half.__module__}:half"
    listed = ProbeSet.load(str(tmp_path / "_ftguard/probes.jsonl"))
    assert name in {str(probe.scorer) for probe in listed.probes}


def test_a_scorer_that_fails_leaves_its_probes_unscored(
    tmp_path: Path,
    own_texts: tuple[Probe, ...],
) -> None:
    """An error in a user's function ends no training and invents no number."""
    target = _scored_by(broken)
    guard = GuardCallback(target, own_texts, tail=None, holdout=0)

    _train(tmp_path, guard)

    found = _graded(guard)
    assert (found.estimate, found.num_unscored) == (None, 3)


def sleep_on_it(verdict: Verdict, past: Sequence[Checkup], run: object) -> Iterable[Suggestion]:
    """A word for the first gate of every checkpoint but the first."""
    del run
    if past:
        yield Suggestion(outcome=verdict.outcomes[0], finding=False, text="sleep on it.")


def test_a_remedy_of_ones_own_is_told_and_recorded(
    tmp_path: Path,
    own_texts: tuple[Probe, ...],
    capsys: pytest.CaptureFixture[str],
) -> None:
    """It knows the earlier checkups, stands in the checkup, the verdict file and the terminal."""
    guard = GuardCallback(SHORTER, own_texts, remedies=[sleep_on_it])

    _train(tmp_path, guard)

    told = [[advice.text for advice in checkup.advice] for checkup in guard.checkups]
    assert ["sleep on it." in texts for texts in told] == [False, True]
    assert "sleep on it." in capsys.readouterr().out
    advice = json.loads((tmp_path / "_ftguard/verdict.json").read_text())["advice"]
    assert [each["text"] for each in advice if each["do"] == "suggestion"] == ["sleep on it."]


def faulty(*given: object) -> Iterable[Any]:
    """Neither a measure nor a remedy."""
    raise ZeroDivisionError(len(given))


def test_what_a_user_brings_may_fail_without_harm(
    tmp_path: Path,
    own_texts: tuple[Probe, ...],
) -> None:
    """Training goes on, everything else is measured, and what failed is named."""
    guard = GuardCallback(SHORTER, own_texts, measures=[faulty], remedies=[faulty])

    with pytest.warns(UserWarning, match="failed") as warned:
        _train(tmp_path, guard)

    texts = "\n".join(str(warning.message) for warning in warned)
    assert "the measure faulty failed: ZeroDivisionError" in texts
    assert "the remedy faulty failed: ZeroDivisionError" in texts
    assert [checkup.find("forgetting") is not None for checkup in guard.checkups] == [True] * 2


def _by(value: Any) -> Callable[[Probe, Answer], float]:
    def grade(probe: Probe, answer: Answer) -> Any:
        del probe, answer
        return value

    return grade


def test_scorers_of_one_source_stay_apart(tmp_path: Path, own_texts: tuple[Probe, ...]) -> None:
    """Two functions made by one factory score their own probes, by numpy's numbers too."""
    target = [
        replace(probe, scorer=_by(value))
        for probe, value in zip(_scored_by(half), (0.1, 0.2, np.float32(0.5)), strict=True)
    ]
    guard = GuardCallback(target, own_texts, tail=None, holdout=0)

    _train(tmp_path, guard)

    assert _graded(guard).base == pytest.approx((0.1 + 0.2 + 0.5) / 3)


def _measured(**fields: Any) -> Measure:
    given = {"name": "mine", "slice": "all", "estimate": None, **fields}

    def one(probes: object, base: object, now: object) -> Iterable[Measurement]:
        del probes, base, now
        yield Measurement(**given)

    return one


@pytest.mark.parametrize(
    "fields",
    [
        {"name": "forgetting"},
        {"name": 3},
        {"chance": float("nan")},
        {"estimate": 0.1},
        {"note": "\ud800"},
    ],
    ids=["a name of ours", "no name", "nan", "no estimate", "no text"],
)
def test_what_cannot_be_recorded_is_left_out(
    tmp_path: Path, own_texts: tuple[Probe, ...], fields: dict[str, Any]
) -> None:
    """The ledger stays readable, and nothing of ours is replaced."""
    guard = GuardCallback(SHORTER, own_texts, measures=[_measured(**fields)])

    with pytest.warns(UserWarning, match="the measure .* failed"):
        _train(tmp_path, guard)

    names = {m.name for m in guard.checkups[-1].measurements}
    assert not names & {"mine", 3}
    assert guard.checkups[-1].find("forgetting") is not None
    state = fold(Ledger(tmp_path / "_ftguard/ledger.jsonl").read(), guard.checkups[-1].run)
    assert state.checkups == guard.checkups


def test_numbers_of_numpy_become_pythons(tmp_path: Path, own_texts: tuple[Probe, ...]) -> None:
    """A mean that was not turned into a float is recorded all the same."""
    mine = _measured(base=np.float64(0.5), now=np.float32(0.25), num_scored=np.int64(3))
    guard = GuardCallback(SHORTER, own_texts, measures=[mine])

    _train(tmp_path, guard)

    found = guard.checkups[-1].find("mine")
    assert found is not None
    assert (found.base, found.now, found.num_scored) == (0.5, 0.25, 3)


@pytest.mark.parametrize("door", ["measures", "remedies", "trackers"])
@pytest.mark.parametrize("given", [lengths, [3], [None]], ids=["no list", "a number", "nothing"])
def test_what_will_not_do_is_refused_at_construction(door: str, given: Any) -> None:
    """Before anything is measured, and by its name."""
    with pytest.raises(InputError, match=f"`{door}` is a list of"):
        GuardCallback(**{door: given})


def test_a_scorer_that_is_not_at_hand_is_refused(
    tmp_path: Path, own_texts: tuple[Probe, ...]
) -> None:
    """Probes that were pickled, or read from a run's file, know their function's name alone."""
    target = pickle.loads(pickle.dumps(_scored_by(half)))  # noqa: S301
    guard = GuardCallback(target, own_texts, tail=None)

    with pytest.raises(InputError, match=r"a function that is not at hand: .*:half@"):
        _train(tmp_path, guard)


def test_two_probes_that_come_to_one_id_are_refused(
    tmp_path: Path, own_texts: tuple[Probe, ...]
) -> None:
    """An edge case made of `x` may not share the id of a user's probe `emoji/x` in the tail."""
    target = [
        Probe(id=f"{name}{i}", prompt=f"Tell me what {i} and one make, please", reference="yes")
        for i in range(8)
        for name in ("", "caps/", "emoji/", "typos/", "whitespace/", "pasted/", "preamble/")
    ]
    sliced = [replace(p, slices=("rare",)) if "/" in p.id else p for p in target]

    with pytest.raises(InputError, match="two probes come to the id `tail/"):
        _train(tmp_path, GuardCallback(sliced, own_texts))
