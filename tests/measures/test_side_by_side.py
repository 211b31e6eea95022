"""Both models' answers side by side, and what became of each."""

from dataclasses import replace
from pathlib import Path

import pytest

from ftguard import Probe
from ftguard.ask.answer import Answer
from ftguard.measures.side_by_side import SideBySide, gained, lost
from ftguard.report.recorded import read_run
from ftguard.scores.record import Score


def side_by_side_of(
    probe: Probe, before: float | None, after: float | None, *, base: Answer, now: Answer
) -> SideBySide:
    """One pair; None is no score."""
    scores = [
        Score(probe_id=probe.id, value=value, unscored="cut off" if value is None else None)
        for value in (before, after)
    ]
    return SideBySide(probe=probe, base=base, now=now, before=scores[0], after=scores[1])


@pytest.mark.parametrize(
    ("before", "after", "change"),
    [
        (1.0, 0.0, "lost"),
        (0.0, 1.0, "gained"),
        (1.0, 1.0, "right"),
        (0.0, 0.0, "wrong"),
        (0.6, 0.5, "lost"),
        (0.9, 0.6, "right"),
        (None, 1.0, "unscored"),
        (1.0, None, "unscored"),
    ],
)
def test_a_change_is_across_right_and_wrong(
    before: float | None, after: float | None, change: str
) -> None:
    """An answer is right above 0.5; without a score on both sides nothing is known."""
    probe = Probe(id="p", prompt="1+1=", reference="2", scorer="exact_match")
    said = Answer(probe_id="p", text="2")
    assert side_by_side_of(probe, before, after, base=said, now=said).change == change


@pytest.mark.parametrize(
    ("before", "after", "change"),
    [
        (0.5, 0.24, "lost"),
        (0.5, 0.26, "right"),
        (0.2, 0.41, "gained"),
        (0.004, 0.0001, "wrong"),
    ],
)
def test_a_text_that_is_read_changes_by_half_or_twice(
    before: float, after: float, change: str
) -> None:
    """A likelihood has no right and wrong; below 0.01 the text is noise to both models."""
    probe = Probe(id="p", prompt="once", reference=" upon", scorer="likelihood")
    read = Answer(probe_id="p", logprobs=(-1.0, -2.0))
    pair = side_by_side_of(probe, before, after, base=read, now=read)
    assert pair.change == change
    assert pair.said == ("1.50 nats per token", "1.50 nats per token")


def test_of_options_the_likeliest_is_what_was_said() -> None:
    """A question with options shows the option that each model holds likeliest."""
    probe = Probe(
        id="p", prompt="sky?", reference="blue", choices=("red", "blue"), scorer="multiple_choice"
    )
    pair = side_by_side_of(
        probe,
        1.0,
        0.0,
        base=Answer(probe_id="p", option_logprobs=(-3.0, -0.1)),
        now=Answer(probe_id="p", option_logprobs=(-0.2, -4.0)),
    )
    assert pair.said == ("blue", "red")
    assert not pair.same_words


def test_of_given_texts_what_the_model_would_have_said_is_shown() -> None:
    """Of a pair the likelier text is shown, of a text that was read whether it would be written."""
    pair = Probe(
        id="p", prompt="hi", reference="hello", distractors=("go away",), scorer="preference"
    )
    turned = side_by_side_of(
        pair,
        1.0,
        0.0,
        base=Answer(probe_id="p", option_logprobs=(-1.0, -2.0)),
        now=Answer(probe_id="p", option_logprobs=(-4.0, -2.0)),
    )
    assert turned.said == ("hello", "go away")
    assert turned.change == "lost"
    last = Probe(id="g", prompt="once upon a", reference=" time", scorer="greedy_match")
    forgotten = side_by_side_of(
        last,
        1.0,
        0.0,
        base=Answer(probe_id="g", likeliest=True),
        now=Answer(probe_id="g", likeliest=False),
    )
    assert forgotten.said == (" time", "(another text)")


def test_what_fell_furthest_comes_first(forgetful: Path) -> None:
    """Of a real run the lost and the gained are apart, in the order of how far they moved."""
    run = read_run(forgetful)
    pairs = run.pairs(run.checkup_at(18))
    fell, rose = lost(pairs), gained(pairs)
    assert fell
    assert rose
    assert [pair.fall for pair in fell] == sorted((pair.fall for pair in fell), reverse=True)
    assert [pair.fall for pair in rose] == sorted(pair.fall for pair in rose)
    assert not {pair.probe.id for pair in fell} & {pair.probe.id for pair in rose}
    graded = replace(fell[0], before=replace(fell[0].before, value=0.7))
    assert lost([graded, *fell])[-1] is graded
