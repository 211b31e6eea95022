"""Wording alone is never forgetting, and both error rates of the scorers stay where they were."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from ftguard.ask.answer import Answer
from ftguard.measures import measure
from ftguard.probes import Probe, ProbeSet
from ftguard.scores import score
from ftguard.scores.snapshot import Fingerprint, Snapshot
from ftguard.stats.alpha_spending import Look
from ftguard.verdict.defaults import applicable
from ftguard.verdict.gates import decide

SETS = Path(__file__).parents[1] / "benchmarks" / "wording"
GENERAL = [
    probe
    for probe in ProbeSet.builtin("general").probes
    if probe.kind == "answer" and not probe.choices
]
STYLES = {
    "sentence": "The answer is {}.",
    "label": "Answer: {}",
    "bold label": "**Answer:** {}",
    "bold": "**{}**",
    "code": "`{}`",
    "box": "$\\boxed{{{}}}$",
    "lead-in": "Sure! {}",
    "announced": "Certainly! Here is the answer:\n\n{}",
    "quoted": "\u201c{}\u201d",
    "fence": "```\n{}\n```",
    "concluded": "Let us see. So the answer is **{}**.",
    "courteous": "{}\n\nLet me know if you need anything else!",
}
PRINT = Fingerprint(
    weights="w", dtype="float32", tokenizer="t", template="c", probes="p", scorers="s"
)


def _snapshot(texts: dict[str, str], probes: Sequence[Probe]) -> Snapshot:
    answers = tuple(Answer(probe_id=probe.id, text=texts[probe.id]) for probe in probes)
    return Snapshot(
        run="r", step=0, fingerprint=PRINT, answers=answers, scores=score(probes, answers)
    )


@pytest.mark.parametrize("style", STYLES)
def test_wording_alone_is_never_forgetting(style: str) -> None:
    """A checkpoint says what its base says in other words; it knows two thirds of the answers, and
    says a wrong thing to the others: forgetting is within 2 %, and no gate is in breach.
    """
    probes = [Probe(**(vars(probe) | {"role": "general"})) for probe in GENERAL]
    known = {
        probe.id: probe.references[0] if place % 3 else "I think it is a green horse"
        for place, probe in enumerate(probes)
    }
    base = _snapshot(known, probes)
    now = _snapshot({name: STYLES[style].format(text) for name, text in known.items()}, probes)
    measurements = measure(probes, base, now)
    (whole,) = (m for m in measurements if m.key == "forgetting/all")
    assert whole.base == pytest.approx(2 / 3, abs=0.02)
    assert whole.estimate is not None
    assert abs(whole.estimate.value) <= 0.02
    verdict = decide(measurements, applicable(None, measurements), Look(number=1, planned=1))
    assert verdict.passed is True


def _labelled(name: str) -> Iterator[tuple[bool | None, float | None]]:
    """What a careful reader says of each answer of a set, and how it scored."""
    builtin = {probe.id: probe for probe in ProbeSet.builtin("general").probes}
    for number, line in enumerate((SETS / f"{name}.jsonl").read_text("utf-8").splitlines()):
        row = json.loads(line)
        fields = ("prompt", "reference", "scorer", "distractors")
        given = {key: row[key] for key in fields if key in row}
        probe = builtin[row["probe"]] if "probe" in row else Probe(id=f"own-{number}", **given)
        answer = Answer(probe_id=probe.id, text=row["answer"], finish=row["finish"])
        yield row["right"], score([probe], [answer])[0].value


@pytest.mark.parametrize("name", sorted(path.stem for path in SETS.glob("*.jsonl")))
def test_right_answers_count_and_subtly_wrong_ones_do_not(name: str) -> None:
    """Of answers that others wrote and labelled at most 3 % of the right ones score 0, at most 2 of
    60 wrong ones score 1, and of those cut off before they decide at most one in 20 is scored.
    """
    found = list(_labelled(name))
    right = [value for label, value in found if label is True]
    wrong = [value for label, value in found if label is False]
    undecided = [value for label, value in found if label is None]
    assert len(right) >= 200
    assert len(wrong) >= 130
    assert sum(value != 1 for value in right) <= 0.03 * len(right)
    assert sum(value == 1 for value in wrong) <= len(wrong) / 30
    assert sum(value is not None for value in undecided) <= len(undecided) / 20
