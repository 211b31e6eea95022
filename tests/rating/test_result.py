"""The block that ends `ftguard rate`, as a whole and in its parts."""

from collections.abc import Callable

import pytest

from ftguard import Gate, Probe
from ftguard.folders import RunFolder
from ftguard.rating.pairs import load_comparison
from ftguard.rating.result import render_result, sum_up
from ftguard.rating.store import Rating
from ftguard.text.formatting import WIDTH

MakeRun = Callable[..., RunFolder]
Ask = Callable[..., list[tuple[Probe, str, str]]]
MakeProbe = Callable[..., Probe]
Mark = Callable[..., Rating]
HEADER = "fine-tuned is preferred 95 % interval better tie worse n"


def test_the_block_as_a_whole(
    make_run: MakeRun, ask: Ask, mark: Mark, make_probe: MakeProbe
) -> None:
    """Two raters of 40 pairs: every line that there can be, 80 columns wide."""
    answers = [
        *ask(20, role="target"),
        *ask(16, role="tail", slices=("typos", "a very long name of a slice " * 3)),
        *ask(4, slices=("caps",)),
        *((make_probe(n, role="target"), "same", "same") for n in range(100, 110)),
    ]
    comparison = load_comparison(make_run(answers))
    pairs = [pair.probe_id for pair in comparison.pairs if not pair.identical]
    anna = [mark(p, ("tuned", "tuned", "base", "tie")[n % 4]) for n, p in enumerate(pairs[:-1])]
    ben = [mark(p, ("tuned", "base")[n % 2], rater="ben") for n, p in enumerate(pairs[:16])]
    ratings = [*anna, *ben, mark(pairs[-1], "skip")]

    text = render_result(
        sum_up(comparison, ratings, gate=Gate(measurement="preference", limit=-0.05)),
        colour=False,
    )

    lines = text.splitlines()
    assert all(len(line) <= WIDTH for line in lines)
    assert lines[0] == "ftguard rate step 20 · no preference beyond chance"
    assert lines[1].split() == HEADER.split()
    rows = {line.split()[0]: line.split() for line in lines[2:8]}
    assert list(rows) == ["all", "target", "general", "tail", "tail/a", "tail/typos"]
    # 10 better, 5 ties and 5 worse, and 10 identical: (10 + 15/2) / 30
    assert rows["target"][1:3] == ["58.3", "%"]
    assert rows["target"][-4:] == ["10", "15", "5", "30"]
    told = " ".join(" ".join(lines[8:]).split())
    assert told.startswith("56 ratings of 40 pairs by anna, ben")
    assert "10 of the ties are the same answer twice" in told
    assert "skipped, and not counted: 1 pair" in told
    assert "not shown: 1 slice with fewer than 5 pairs" in told
    assert "the left answer was better in" in told
    # Ben chose as Anna did on every fourth
    assert "2 raters chose the same on 25 % of 16 shared pairs" in told
    assert "Krippendorff's alpha" in told
    assert "gate clear: preference/all: a gain of" in told


@pytest.mark.parametrize(
    ("choice", "title"), [("tuned", "fine-tuned preferred"), ("base", "base preferred")]
)
def test_a_preference_beyond_chance_is_the_title(
    make_run: MakeRun, ask: Ask, mark: Mark, choice: str, title: str
) -> None:
    """Where the interval leaves out 50 %."""
    comparison = load_comparison(make_run(ask(20)))
    ratings = [mark(f"general/{n}", choice) for n in range(20)]

    assert render_result(sum_up(comparison, ratings), colour=False).startswith(
        f"ftguard rate step 20 · {title}\n"
    )


def test_before_anyone_has_rated(make_run: MakeRun, ask: Ask) -> None:
    """No table of nothing."""
    text = render_result(sum_up(load_comparison(make_run(ask(3))), []), colour=False)

    assert text == "ftguard rate step 20 · nobody has rated yet\n  0 ratings of 0 pairs\n"


def test_names_are_printed_not_obeyed(make_run: MakeRun, make_probe: MakeProbe, mark: Mark) -> None:
    """A slice's name comes from data: no escape reaches the terminal, no markup is read."""
    asked = [(make_probe(n, slices=("\x1b[31m[bold]x",)), "a", "b") for n in range(6)]
    comparison = load_comparison(make_run(asked))
    ratings = [mark(f"general/{n}", "tuned", rater="[red]anna") for n in range(6)]

    text = render_result(sum_up(comparison, ratings), colour=False)
    assert "\x1b" not in text
    assert r"general/\x1b[31m[bold]x" in text
    assert "[red]anna" in text
