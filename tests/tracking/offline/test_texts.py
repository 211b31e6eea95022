"""Which texts reach W&B, and in which form."""

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from ftguard import Answer, Gate, Probe, Suggestion, Verdict
from ftguard.scores.record import Score
from ftguard.tracking import Opening, SoFar
from ftguard.verdict.checkup import Checkup
from ftguard.verdict.gate import State

pytestmark = [
    pytest.mark.filterwarnings("ignore:.*pin_memory.*"),
    # wandb closes its own pipes late
    pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning"),
    # and leaves the temporary folders of its artifacts to the garbage collector, whenever it comes
    pytest.mark.filterwarnings("ignore:Implicitly cleaning up:ResourceWarning"),
]

Runs = Any
"""The W&B runs of a test, as `runs` in this folder's `conftest.py` reads them."""
MakeCheckup = Callable[[Sequence[State]], Checkup]
Telling = Callable[..., SoFar]


HOSTILE = [
    "\x00\x1b[2J",
    "\ud800 broken \udfff",
    "x" * 2**20,
    "<script>alert(1)</script>",
    "javascript:alert(1)",
    "\u202egnp.exe",
    "a.b.c/d*e*",
    "",
]


def test_answers_are_of_the_latest_checkpoint_and_only_what_may_leave(
    runs: Runs, told: tuple[SoFar, ...]
) -> None:
    """The table is written anew at each checkpoint, lost first; with "none" it holds no text of a
    probe or of an answer, and with "all" prompt, reference and both answers of each row.
    """
    for log_texts in ("all", "none"):
        found = runs.tell(*told, log_texts=log_texts).tables("answers")
        assert [{row[0] for row in table["data"]} for table in found] == [
            {so_far.checkup.step} for so_far in told
        ]
        asked = {probe.id: probe for probe in told[-1].opening.probes}
        rows = found[-1]["data"]
        changes = [row[1] for row in rows]
        assert changes[:15] == ["lost"] * 15
        assert {"right as before", "wrong as before"} & set(changes[15:])
        for row in rows:
            _, _, role, name, _, prompt, *said = row[:9]
            assert role in name or log_texts == "none"
            if log_texts == "none":
                assert [prompt, *said] == ["(not sent: log_texts)"] * 4
                assert name.endswith(" of probes.jsonl")
            else:
                assert prompt == asked[name].prompt
                assert said[0] == asked[name].reference
                assert said[1] != said[2] or row[1] != "lost"


@pytest.mark.filterwarnings("ignore:.*:UserWarning")
def test_hostile_text_is_valid_text_and_no_secret_leaves(
    runs: Runs,
    checkup: MakeCheckup,
    telling: Telling,
    opening: Opening,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """NUL, surrogates, a megabyte and tags as answers, names of slices, advice and notes, with a
    key and the home directory in them: everything is logged, and the keys and paths are nowhere.
    """
    canary = "sk-canary-0123456789"
    monkeypatch.setenv("SOME_API_KEY", canary)
    texts = [f"{text} {canary} {Path.home() / 'mine'}" for text in HOSTILE]
    # A probe with half of a surrogate is refused; an answer may hold one.
    whole = [text.encode("utf-8", "replace").decode() for text in texts]
    probes = [
        Probe(id=f"general/{n}", prompt=text or " ", reference=text or " ", role="general")
        for n, text in enumerate(whole)
    ]
    base, now = (
        replace(
            opening.base,
            answers=tuple(
                Answer(probe_id=p.id, text=t) for p, t in zip(probes, texts, strict=True)
            ),
            scores=tuple(Score(probe_id=p.id, value=value) for p in probes),
        )
        for value in (1.0, 0.0)
    )
    plain = checkup(["breach"])
    outcome = plain.verdict.outcomes[0]
    outcomes = tuple(
        replace(
            outcome,
            gate=Gate(measurement="mine", slice=text or "empty", limit=0.1),
            measurement=replace(outcome.measurement, name="mine", slice=text or "empty"),
            explanation=text,
        )
        for text in texts
    )
    advice = tuple(Suggestion(outcome=o, finding=True, text=o.explanation) for o in outcomes)
    hostile = replace(
        plain,
        measurements=tuple(o.measurement for o in outcomes),
        verdict=Verdict(outcomes=outcomes, passed=False, proven=False),
        advice=advice,
        notes=tuple(texts),
    )
    so_far = replace(telling(hostile), opening=replace(opening, probes=probes), base=base, now=now)
    log = runs.tell(so_far, log_texts="all")

    (table,) = log.tables("answers")
    assert len(table["data"]) == len(HOSTILE)
    cells = [cell for row in table["data"] for cell in row if isinstance(cell, str)]
    assert any("\\x00" in cell for cell in cells)
    assert any("\\ud800" in cell for cell in cells)
    assert any("<script>alert(1)</script>" in cell for cell in cells)
    assert max(map(len, cells)) < 3_000
    ours = [r for r in log.records() if r["type"] not in ("environment", "files", "artifact")]
    everything = json.dumps(ours) + json.dumps(table)
    assert "mine/<script>alert(1)</script>" in everything
    assert canary not in everything
    assert str(Path.home()) not in everything
