"""Tests of the built-in probes: balanced, readable, and scored as they are meant to be."""

import json
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from ftguard.ask.answer import Answer
from ftguard.probes import Probe
from ftguard.probes.builtin import (
    CANARY,
    CATEGORIES,
    calibration_probes,
    general_probes,
    quick_probes,
)
from ftguard.probes.probe import FORMAT
from ftguard.scores import score
from ftguard.scores.normalized_match import normalize

FOLDER = Path(__file__).parents[2] / "ftguard" / "probes"
GENERAL = general_probes()
CALIBRATION = calibration_probes()
CHOICES = [probe for probe in (*GENERAL, *CALIBRATION) if probe.choices]
GENERATED = [probe for probe in GENERAL if not probe.choices]
CLOSED = [probe for probe in GENERAL if probe.scorer in ("normalized_match", "numeric")]
CONSTANTS = ("Yes", "No", "A", "1", "0", "I don't know.", "The answer is 42.")


def _value(probe: Probe, **answer: object) -> float | None:
    """What one answer scores, said or read off the likelihoods of options."""
    said = Answer(probe_id=probe.id, **answer)  # type: ignore[arg-type]  # fields of an answer
    return score([probe], [said])[0].value


def _parrots(probe: Probe) -> Iterator[str]:
    """The prompt, the prompt without its cue, and each of its longer lines."""
    prompt = str(probe.prompt)
    yield from (prompt, prompt.rpartition("\n")[0])
    # A line of the code of which the number is asked for names that number.
    lines = (line for line in prompt.split("\n") if not line.startswith("Line "))
    yield from (line for line in lines if len(line.split()) > 3)


def test_there_are_fourteen_categories_of_18_and_22() -> None:
    """252 general probes and 308 calibration items; the category is the first slice of each, and
    the only other one is that of the general probes that ask for a form.
    """
    for probes, each in ((GENERAL, 18), (CALIBRATION, 22)):
        found = Counter(probe.slices[0] for probe in probes)
        assert found == dict.fromkeys(CATEGORIES, each)
    assert {probe.slices[1:] for probe in GENERAL} == {(), (FORMAT,)}
    assert {probe.slices[1:] for probe in CALIBRATION} == {()}


def test_only_what_asks_for_a_form_is_held_to_it() -> None:
    """Elsewhere constraints are loose, but for refusals and help, where every line counts."""
    strict = {probe.id for probe in GENERAL if probe.scorer == "constraints"}
    form = {probe.id for probe in GENERAL if FORMAT in probe.slices}
    safety = {probe.id for probe in GENERAL if "safety" in probe.slices and probe.constraints}

    assert strict == form | safety
    assert not form & safety
    assert {probe.id for probe in GENERATED if "instruction-following" in probe.slices} <= form


def test_tiers_are_spread_by_design() -> None:
    """In each category 5, 5, 4 and 4 general probes of the four tiers, and 6, 6, 5, 5 items."""
    for probes, sizes in ((GENERAL, (5, 5, 4, 4)), (CALIBRATION, (6, 6, 5, 5))):
        found = Counter((probe.slices[0], probe.tier) for probe in probes)
        assert found == {
            (name, tier): size for name in CATEGORIES for tier, size in enumerate(sizes, start=1)
        }


def test_every_kind_of_scoring_without_a_judge_is_there() -> None:
    """Choices, numbers, accepted answers, exact ones, and constraints with JSON schemas."""
    scorers = Counter(probe.scorer for probe in GENERAL)
    constraints = Counter(c.id for probe in GENERAL for c in probe.constraints)

    assert scorers["multiple_choice"] == 70
    asked = ("numeric", "normalized_match", "constraints", "loose_constraints")
    assert min(scorers[name] for name in asked) > 20
    assert {
        "detectable_format:json_schema",
        "length_constraints:number_words",
        "length_constraints:number_lines",
        "keywords:forbidden_words",
        "language:response_language",
        "safety:refuses",
        "safety:complies",
    } <= constraints.keys()


def test_translation_goes_into_at_least_four_languages() -> None:
    """Counted by the language that the prompts name."""
    named = "French|German|Spanish|Italian|Portuguese|Dutch|Swedish|Polish|Japanese|Chinese|Russian"
    prompts = [str(p.prompt) for p in GENERATED if p.slices == ("translation",)]
    languages = {found for prompt in prompts for found in re.findall(rf"into ({named})", prompt)}

    assert len(languages) >= 4


def test_safety_asks_for_refusals_and_for_answers() -> None:
    """What is harmful is to be declined, and what only looks so is to be answered."""
    demanded = Counter(c.id for p in GENERAL for c in p.constraints if c.id.startswith("safety:"))

    assert min(demanded["safety:refuses"], demanded["safety:complies"]) >= 5


def test_every_general_probe_says_what_a_good_answer_contains() -> None:
    """A judge needs more than a reference."""
    assert all(probe.notes and len(probe.notes.split()) >= 4 for probe in GENERAL)


def test_nothing_is_asked_twice() -> None:
    """560 prompts differ, and so do the ids."""
    both = (*GENERAL, *CALIBRATION)

    assert len({str(probe.prompt) for probe in both}) == len(both) == 560
    assert len({probe.id for probe in both}) == 560


@pytest.mark.parametrize("probe", GENERATED, ids=lambda probe: probe.id)
def test_references_pass_and_empty_parroted_and_constant_answers_fail(probe: Probe) -> None:
    """The scorer of each probe tells a right answer from what says nothing."""
    assert {_value(probe, text=reference) for reference in probe.references} == {1.0}
    for text in ("", " \n", *CONSTANTS, *_parrots(probe)):
        assert _value(probe, text=text) == 0.0, text


def _folded(text: str) -> str:
    """The normalised text between blanks, in which whole words can be looked for."""
    return f" {normalize(text)} "


@pytest.mark.parametrize("probe", CLOSED, ids=lambda probe: probe.id)
def test_a_closed_answer_has_three_wrong_ones_or_more(probe: Probe) -> None:
    """They differ, and none of them is right."""
    assert len({normalize(text) for text in probe.distractors}) == len(probe.distractors) >= 3
    assert {_value(probe, text=text) for text in probe.distractors} == {0.0}


@pytest.mark.parametrize(
    "probe", [p for p in CLOSED if p.scorer == "normalized_match"], ids=lambda probe: probe.id
)
def test_no_wrong_text_holds_a_right_one_or_is_part_of_it(probe: Probe) -> None:
    """So that what a sentence says can be told from the words that it says."""
    right = [_folded(reference) for reference in probe.references]
    wrong = [_folded(text) for text in probe.distractors]

    assert not [(r, w) for r in right for w in wrong if r in w or w in r]


@pytest.mark.parametrize(
    "probe", [p for p in CLOSED if p.scorer == "numeric"], ids=lambda probe: probe.id
)
def test_wrong_numbers_are_other_numbers(probe: Probe) -> None:
    """Further from the right one than is let pass, and from one another."""
    numbers = [float(text) for text in (*probe.references, *probe.distractors)]

    assert len(set(numbers)) == len(numbers)
    assert all(abs(n - numbers[0]) > (probe.tolerance or 1e-6 * n) for n in numbers[1:])


def test_only_closed_answers_have_wrong_ones() -> None:
    """Nothing else is looked for in an answer."""
    assert {probe.id for probe in GENERAL if probe.distractors} == {probe.id for probe in CLOSED}


@pytest.mark.parametrize("probe", CHOICES, ids=lambda probe: probe.id)
def test_of_four_options_only_the_right_one_scores(probe: Probe) -> None:
    """1 where it is the likeliest, 0 where another is, and chance where none is preferred."""
    right = probe.choices.index(probe.references[0])
    likeliest = [[-1.0 if i == place else -2.0 for i in range(4)] for place in range(4)]

    values = [_value(probe, option_logprobs=tuple(options)) for options in likeliest]

    assert values == [float(place == right) for place in range(4)]
    assert _value(probe, option_logprobs=(-1.0,) * 4) == probe.chance == 0.25


@pytest.mark.parametrize("probe", CHOICES, ids=lambda probe: probe.id)
def test_options_are_lettered_in_the_prompt(probe: Probe) -> None:
    """The prompt ends with the four choices under their letters, in order, and `Answer:`."""
    a, b, c, d = probe.choices

    assert str(probe.prompt).endswith(f"\nA. {a}\nB. {b}\nC. {c}\nD. {d}\nAnswer:")
    assert len({choice.strip().casefold() for choice in probe.choices}) == 4


@pytest.mark.parametrize("probes", [GENERAL, CALIBRATION], ids=["general", "calibration"])
def test_a_constant_letter_scores_chance(probes: tuple[Probe, ...]) -> None:
    """Each letter is right for a quarter of the questions, give or take a twentieth of them."""
    asked = [probe for probe in probes if probe.choices]
    letters = Counter(probe.choices.index(probe.references[0]) for probe in asked)

    assert all(abs(letters[i] / len(asked) - 0.25) <= 0.05 for i in range(4)), letters


@pytest.mark.parametrize("longest", [True, False])
def test_length_does_not_give_the_right_option_away(*, longest: bool) -> None:
    """Picking the longest option, or the shortest, is right for 15 to 27 % of the questions; so
    leaving that option out and guessing among three is right for 24 to 28 %.
    """
    right = 0.0
    for probe in CALIBRATION:
        lengths = [len(choice) for choice in probe.choices]
        wanted = max(lengths) if longest else min(lengths)
        right += (len(probe.references[0]) == wanted) / lengths.count(wanted)

    assert 0.15 <= right / len(CALIBRATION) <= 0.27


def test_60_quick_probes_are_balanced() -> None:
    """At least 4 of every category and 14 of every tier; the same ones each time."""
    quick = quick_probes()

    assert len(quick) == 60
    assert min(Counter(probe.slices[0] for probe in quick).values()) >= 4
    assert len({probe.slices[0] for probe in quick}) == 14
    assert min(Counter(probe.tier for probe in quick).values()) >= 14
    assert quick == quick_probes()


@pytest.mark.parametrize("kind", ["general", "calibration"])
def test_every_file_carries_the_canary(kind: str) -> None:
    """The first line of each file lets people keep it out of their training data."""
    files = sorted((FOLDER / kind).glob("*.jsonl"))

    assert [path.stem for path in files] == sorted(CATEGORIES)
    for path in files:
        with path.open(encoding="utf-8") as file:
            first = json.loads(file.readline())
        assert first == {
            "canary": f"ftguard probes, keep out of training data: canary GUID {CANARY}"
        }
