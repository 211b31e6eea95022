"""Odd prompts, references and answers: none ends a training, takes long, or fails itself."""

import time

import pytest

from ftguard.ask.answer import Answer
from ftguard.probes import Probe
from ftguard.scores import score

SECONDS = 60.0
"""For what takes a few milliseconds; a reader that grows with a power of the length takes hours."""


def _value(text: str, **fields: object) -> float | None:
    probe = Probe(id="a", **({"prompt": "Do the task."} | fields))  # type: ignore[arg-type]
    return score([probe], [Answer(probe_id="a", text=text)])[0].value


@pytest.mark.parametrize("number", [20, 150])
def test_a_prompt_may_list_many_labels(number: int) -> None:
    """Commas without an `or` after them are read once, and the listed labels exclude each other."""
    labels = [f"label {n}" for n in range(number)]
    prompt = f"Give one of these intents: {', '.join(labels)}.\nQuery: hi\nIntent:"
    started = time.perf_counter()

    assert _value("label 3", prompt=prompt, reference="label 3") == 1
    assert _value("label 3, label 4", prompt=prompt, reference="label 3") == 0
    assert time.perf_counter() - started < SECONDS


@pytest.mark.parametrize(
    "unit", ["7 ", "1:", "5% ", "#### 7 ", "the answer is ", "\n", "Paris or Lyon ", "\\boxed{"]
)
@pytest.mark.parametrize(("scorer", "reference"), [("numeric", "7"), ("normalized_match", "Paris")])
def test_a_runaway_answer_takes_no_time(unit: str, scorer: str, reference: str) -> None:
    """20,000 characters of what broken checkpoints say: no more than 4,000 of them are read."""
    started = time.perf_counter()
    _value(unit * (20_000 // len(unit)), scorer=scorer, reference=reference)

    assert time.perf_counter() - started < SECONDS


@pytest.mark.parametrize(
    "text",
    [
        "1e999",
        "1 x 10^999",
        "9" * 400 + "/3",
        "1/" + "1" * 5000,
        "\\boxed{1e999}",
        "\\frac{1}{0}",
    ],
)
def test_no_number_ends_a_training(text: str) -> None:
    """What no float holds is no number, and so a wrong answer."""
    assert _value(text, scorer="numeric", reference="7") == 0


@pytest.mark.parametrize(
    "reference",
    [
        "The cell (a small unit) is the basis of life.",
        "SELECT a, b FROM t WHERE c IN (1, 2, 3) ORDER BY a",
        "def add(a, b):\n    return a + b  # the sum",
        "red\ngreen",
        "- milk\n- eggs",
        '{"name": "Ann", "age": 3}',
        "Category: Sports",
        "Question: what?",
        "?!",
        ":)",
        "==",
        "\u2605\u2605\u2605\u2605\u2606",
        "\U0001f600",
        "a",
        "The",
        "C++",
        "non-toxic",
        "10%",
    ],
)
def test_a_reference_scores_itself(reference: str) -> None:
    """Brackets, lines, marks, articles or pictures: what was asked for, to the letter, is right."""
    assert _value(reference, reference=reference) == 1


@pytest.mark.parametrize(
    ("reference", "text"),
    [
        ("C", "C++"),
        ("C++", "C"),
        ("toxic", "non-toxic"),
        ("Paris", "The answer is Lyon. I like Paris."),
        ("Paris", "Either Paris or Lyon"),
        ("Paris", "Hardly Paris."),
        ("Paris", "Anything but Paris"),
    ],
)
def test_what_only_looks_like_a_reference_is_none(reference: str, text: str) -> None:
    """Other marks, a part of another label, another name asserted, two answers, denials."""
    assert _value(text, prompt="What is it?", reference=reference) == 0
