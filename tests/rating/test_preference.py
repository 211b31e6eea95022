"""The win rate of the checkpoint's answers, worked out by hand, and held against a gate."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest

from ftguard import Gate, Probe
from ftguard.folders import RunFolder
from ftguard.measures.measurement import Measurement
from ftguard.rating.pairs import AnswerPair, load_comparison
from ftguard.rating.preference import preference, tally
from ftguard.rating.store import Choice, Rating
from ftguard.stats.alpha_spending import Look
from ftguard.verdict.gates import decide

MakeRun = Callable[..., RunFolder]
Ask = Callable[..., list[tuple[Probe, str, str]]]
MakeProbe = Callable[..., Probe]
Mark = Callable[..., Rating]


def find(pairs: Sequence[AnswerPair], ratings: Sequence[Rating], name: str = "all") -> Measurement:
    """The measurement of one slice."""
    return next(m for m in preference(pairs, ratings) if m.slice == name)


def test_the_win_rate_by_hand(make_run: MakeRun, ask: Ask, mark: Mark) -> None:
    """Better, better, tie, worse: (1 + 1 + 0.5 + 0) / 4 = 0.625, which is 0.125 above even.

    As -1, 0 and 1 the mean is 0.25 and the squares around it are 2 x 0.5625 + 0.0625 + 1.5625 =
    2.75; with one step up and one down 4.75 over 6: an error of sqrt(4.75 x 6/5) / 6 = 0.3979, of
    the win rate half of that, and t(0.975, 5) = 2.5706.
    """
    pairs = load_comparison(make_run(ask(4))).pairs
    choices: tuple[Choice, ...] = ("tuned", "tuned", "tie", "base")
    ratings = [mark(f"general/{n}", choice) for n, choice in enumerate(choices)]

    found = find(pairs, ratings)
    assert found.estimate is not None
    assert found.estimate.value == pytest.approx(0.125)
    assert found.estimate.stderr == pytest.approx(0.3979 / 2, abs=1e-4)
    assert found.estimate.low == pytest.approx(0.125 - 2.5706 * 0.3979 / 2, abs=1e-4)
    assert found.estimate.high == pytest.approx(0.125 + 2.5706 * 0.3979 / 2, abs=1e-4)
    assert (found.estimate.n, found.base) == (4, 0.5)
    assert found.now == pytest.approx(0.625)
    assert (found.name, found.higher_is_better, found.unit) == ("preference", True, "points")


def test_several_raters_of_a_pair_count_as_one_pair(
    make_run: MakeRun, ask: Ask, mark: Mark
) -> None:
    """Tuned and tie is 0.75, base by one alone is 0: the mean of two pairs is 0.375, n = 2."""
    pairs = load_comparison(make_run(ask(2))).pairs
    ratings = [
        mark("general/0", "tuned"),
        mark("general/0", "tie", rater="ben"),
        mark("general/1", "base"),
    ]

    found = find(pairs, ratings)
    assert found.now == pytest.approx(0.375)
    assert found.num_scored == 2


def test_pairs_of_one_source_are_not_independent(
    make_run: MakeRun, make_probe: MakeProbe, mark: Mark
) -> None:
    """Ten pairs made from two texts widen the interval."""
    alone = [(make_probe(n), "a", f"{n}") for n in range(10)]
    pairs = load_comparison(make_run(alone)).pairs
    shared = [replace(pair, source=f"text {n % 2}") for n, pair in enumerate(pairs)]
    ratings = [mark(p.probe_id, "tuned" if n % 2 else "base") for n, p in enumerate(pairs)]

    one, other = find(pairs, ratings).estimate, find(shared, ratings).estimate
    assert one is not None
    assert other is not None
    assert other.value == one.value
    assert other.stderr > 1.5 * one.stderr


def test_roles_and_named_slices_are_measured_too(make_run: MakeRun, ask: Ask, mark: Mark) -> None:
    """The whole, then the roles, then what is named within them."""
    answers = [*ask(2, role="tail", slices=("typos",)), *ask(2, role="target"), *ask(1)]
    pairs = load_comparison(make_run(answers)).pairs
    ratings = [mark("tail/0", "base"), mark("tail/1", "base"), mark("target/0", "tuned")]

    found = {m.slice: m for m in preference(pairs, ratings)}
    assert list(found) == ["all", "target", "general", "tail", "tail/typos"]
    assert {name: m.now for name, m in found.items()} == {
        "all": pytest.approx(1 / 3),
        "target": 1.0,
        "general": None,
        "tail": 0.0,
        "tail/typos": 0.0,
    }
    assert found["general"].note == "nobody has rated these pairs"


def test_identical_answers_are_ties_in_proportion(
    make_run: MakeRun, ask: Ask, mark: Mark, make_probe: MakeProbe
) -> None:
    """Of 10 differing pairs 5 are rated, so 3 of the 6 identical ones count: (5 + 1.5) / 8."""
    same = [(make_probe(n), "same", "same") for n in range(100, 106)]
    pairs = load_comparison(make_run([*ask(10), *same])).pairs
    ratings = [mark(f"general/{n}", "tuned") for n in range(5)]

    found = find(pairs, ratings)
    assert found.estimate is not None
    assert found.estimate.n == 8
    assert found.now == pytest.approx(6.5 / 8)
    assert tally(pairs, ratings).identical == 3

    everything = [mark(f"general/{n}", "tuned") for n in range(10)]
    assert find(pairs, everything).now == pytest.approx(13 / 16)


def test_identical_pairs_that_were_shown_are_not_counted_twice(
    make_run: MakeRun, ask: Ask, mark: Mark, make_probe: MakeProbe
) -> None:
    """With `--identical` people rate them, and only those nobody saw are filled in."""
    same = [(make_probe(n), "same", "same") for n in (100, 101)]
    pairs = load_comparison(make_run([*ask(2), *same])).pairs
    rated = [mark("general/0", "tuned"), mark("general/1", "tuned"), mark("general/100", "tie")]

    assert tally(pairs, rated).identical == 1
    assert find(pairs, rated).num_scored == 4


def test_a_checkpoint_that_answers_like_its_base_is_even(
    make_run: MakeRun, make_probe: MakeProbe
) -> None:
    """Nobody needs to look: all ties, and no claim of certainty."""
    pairs = load_comparison(make_run([(make_probe(n), "same", "same") for n in range(50)])).pairs

    found = find(pairs, [])
    assert found.estimate is not None
    assert (found.estimate.value, found.estimate.n) == (0.0, 50)
    assert -0.05 < found.estimate.low < 0 < found.estimate.high < 0.05


def test_skipped_pairs_are_unscored(make_run: MakeRun, ask: Ask, mark: Mark) -> None:
    """Someone else's choice on such a pair counts all the same."""
    pairs = load_comparison(make_run(ask(3))).pairs
    ratings = [
        mark("general/0", "skip"),
        mark("general/1", "skip"),
        mark("general/1", "tuned", rater="ben"),
    ]

    found = find(pairs, ratings)
    assert (found.num_scored, found.num_unscored, found.now) == (1, 1, 1.0)
    counts = tally(pairs, ratings)
    assert (counts.better, counts.tie, counts.worse, counts.skipped) == (1, 0, 0, 1)


@pytest.mark.parametrize(
    ("won", "state", "passed"),
    [(20, "breach", False), (44, "suspect", None), (46, "within", True), (70, "clear", True)],
)
def test_a_gate_on_the_win_rate(
    make_run: MakeRun, ask: Ask, mark: Mark, won: int, state: str, passed: bool | None
) -> None:
    """At least 45 % of 100 pairs, which is a limit of -0.05: no change is 50 %.

    20 won of 100 is below the limit and below even beyond chance; 44 is below the limit, but no
    more than chance makes of 50; 70 of 100 is proven.
    """
    pairs = load_comparison(make_run(ask(100))).pairs
    ratings = [mark(f"general/{n}", "tuned" if n < won else "base") for n in range(100)]
    gate = Gate(measurement="preference", limit=-0.05)

    verdict = decide(list(preference(pairs, ratings)), [gate], Look(number=1, planned=1))
    assert Counter(outcome.state for outcome in verdict.outcomes) == {state: 1}
    assert verdict.passed is passed
    explanation = verdict.outcomes[0].explanation
    assert explanation.startswith(f"preference/all: a gain of {won / 100 - 0.5:+.3f} (")
    assert "the limit of -0.050" in explanation


def test_many_skips_are_too_little_evidence(make_run: MakeRun, ask: Ask, mark: Mark) -> None:
    """2 of 12 are more than a tenth: the gate says that it does not know."""
    pairs = load_comparison(make_run(ask(12))).pairs
    ratings = [mark(f"general/{n}", "tuned" if n < 10 else "skip") for n in range(12)]
    gate = Gate(measurement="preference", limit=-0.05)

    verdict = decide(list(preference(pairs, ratings)), [gate], Look(number=1, planned=1))
    assert verdict.outcomes[0].state == "missing"
