"""Tests of when a score is decided: on labelled real answers, and worked out by hand."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from ftguard import Constraint, Probe, ProbeSet
from ftguard.ask.answer import Answer
from ftguard.scores import decided, score
from ftguard.scores.repeats import FEWEST, repeats

LABELLED = Path(__file__).parents[1] / "benchmarks" / "chat_model.jsonl"
Q = "What is it?"


def real_answers() -> Iterator[tuple[Probe, Answer]]:
    """A chat model's answers to the built-in general probes."""
    probes = {probe.id: replace(probe, role="general") for probe in ProbeSet.builtin("general")}
    for line in LABELLED.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        answer = Answer(probe_id=row["id"], text=row["answer"], finish=row["finish"])
        yield probes[row["id"]], answer


def test_what_is_decided_is_the_score_of_the_whole_answer() -> None:
    """Of 182 real answers, each cut after every eight characters: where a score is decided, it is
    the score of all that the model said.
    """
    ended = 0
    for probe, answer in real_answers():
        ends = range(8, len(answer.text), 8)
        first = next((end for end in ends if decided(probe, answer.text[:end])), None)
        if first is not None:
            so_far = replace(answer, text=answer.text[:first], finish="decided")
            assert score([probe], [so_far]) == score([probe], [answer]), so_far.text
            ended += 1
    assert ended > 5


@pytest.mark.parametrize(
    ("text", "is_decided"),
    [
        ("", False),
        ("bl", False),
        (" blue", False),
        ("blue.", True),
        ("The", True),
        ("bla\ufffd", True),
    ],
)
def test_an_exact_answer_is_decided_where_it_differs(text: str, is_decided: bool) -> None:
    """What may still become the accepted answer is open."""
    probe = Probe(id="a", prompt=Q, reference="blue", scorer="exact_match")

    assert decided(probe, text) is is_decided


@pytest.mark.parametrize(
    ("text", "is_decided"),
    [
        ("2 + 2 = 4\n", False),
        ("2 + 2 = 4\n#### 4", False),
        ("2 + 2 = 4\n#### 4\n", True),
        ("2 + 2 = 4\n#### \n", False),
        ("#### none\nNo, 4", False),
    ],
)
def test_a_number_behind_its_mark_is_decided_with_its_line(
    text: str,
    is_decided: bool,
) -> None:
    """Not before, as `4` may become `42`, and not by a line without a number."""
    probe = Probe(id="a", prompt=Q, reference="4", scorer="numeric")

    assert decided(probe, text) is is_decided


def constraint(name: str, **arguments: object) -> Constraint:
    """One constraint."""
    return Constraint(id=name, arguments=arguments)


WORDS = constraint("length_constraints:number_words", relation="at most", num_words=3)
NO_CAT = constraint("keywords:forbidden_words", forbidden_words=["cat"])
LOWER = constraint("detectable_format:matches", pattern=r"[a-z ]+\.")
SAY = constraint("keywords:any_of", groups=[["sea"]])
REFUSE = constraint("safety:refuses")


@pytest.mark.parametrize(
    ("constraints", "text", "is_decided"),
    [
        ([WORDS], "one two three four", False),
        ([WORDS], "one two three four ", False),
        ([WORDS], "one two three four five", True),
        ([WORDS], "one two three four\nfive six", True),
        # `one two` is right where the next line is cut off.
        ([WORDS], "one two\nthree four five", False),
        ([NO_CAT], "A cat", False),
        ([NO_CAT], "A cat is", True),
        ([NO_CAT], "A category is", False),
        ([LOWER], "all is well", False),
        ([LOWER], "All", True),
        ([LOWER], "well. And", True),
        ([SAY], "The sea is", True),
        ([SAY], "The sea", False),
        ([SAY, WORDS], "The sea is", False),
        ([SAY, WORDS], "It is as blue as", True),
        ([REFUSE], "I'm sorry, but I can't help with that. You", True),
        ([REFUSE], "I'm sorry, but I can't help with that", False),
    ],
)
def test_constraints_are_decided_where_no_text_can_mend_or_break_them(
    constraints: list[Constraint],
    text: str,
    is_decided: bool,
) -> None:
    """One that is broken decides, and so do all that are kept for good."""
    probe = Probe(id="a", prompt=Q, constraints=constraints)

    assert decided(probe, text) is is_decided


def test_an_answer_that_repeats_itself_is_decided() -> None:
    """It scores as one that was cut off in it, whatever asks."""
    probe = Probe(id="a", prompt=Q, reference="a bird", scorer="normalized_match")
    text = "It is, I think, " + "a thing of the world, " * 5

    assert decided(probe, text)
    assert not decided(probe, text[:60])
    assert score([probe], [Answer(probe_id="a", text=text, finish="decided")])[0].value == 0


@pytest.mark.parametrize("row", ["-" * 99, "| --- " * 20, ". " * 60, "\n" * 80])
def test_rows_of_marks_are_no_repetition(row: str) -> None:
    """Tables and dividers have them."""
    assert not repeats(row)


def test_a_repetition_is_long_and_frequent() -> None:
    """Four times and 48 characters, the last time in part."""
    assert repeats("x" + "ab " * (FEWEST // 3))
    assert not repeats("ab " * (FEWEST // 3 - 1))
    assert not repeats(("abcdefghijklmnop" * 2)[:31] * 3)
    assert repeats("so " + "abcdefghijklmno " * 4 + "abcd")
