"""Tests of all edge cases together, on real data: what survives, what scores, what is drawn."""

import json
import os
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

from ftguard.ask.answer import Answer
from ftguard.probes import Message, Probe, ProbeSet
from ftguard.probes.edges import edge_cases
from ftguard.probes.query import last_text
from ftguard.scores import score

ScoreOf = Callable[[Probe, str], float | None]
Known = tuple[tuple[str, str], ...]
NUMBER = re.compile(r"\d+(?:[.,]\d+)*")


@cache
def _clinc(shared: Path) -> tuple[tuple[Probe, ...], Known]:
    """600 of the test queries in a template, with companions, and a third of the training data."""
    splits = json.loads((shared / "data/clinc150/data_imbalanced.json").read_text())
    rows = [
        {"id": str(i), "prompt": f"Query: {query}\nIntent:", "completion": f" {label}"}
        for i, (query, label) in enumerate(splits["test"][::7] + splits["oos_test"][:20])
    ]
    known = tuple((query, label) for query, label in splits["train"][::3])
    return ProbeSet.load(rows).probes, known  # type: ignore[return-value]


@cache
def _gsm8k(shared: Path) -> tuple[Probe, ...]:
    return tuple(ProbeSet.load(shared / "data/gsm8k/test.jsonl"))[:400]


@cache
def _mmlu(shared: Path) -> tuple[Probe, ...]:
    files = sorted((shared / "data/mmlu/test").glob("*.csv"))[::6]
    return tuple(
        replace(probe, id=f"{file.stem}-{probe.id}")
        for file in files
        for probe in list(ProbeSet.load(file))[:25]
    )


@cache
def _ifeval(shared: Path) -> tuple[Probe, ...]:
    return tuple(ProbeSet.load(shared / "data/ifeval/input_data.jsonl"))


def _kind(probe: Probe) -> str:
    return probe.id.partition("/")[0]


def test_as_many_of_each_kind_as_wanted(shared: Path) -> None:
    """20 of each kind of CLINC150, each with its slices first, and companions for what is clear."""
    probes, known = _clinc(shared)
    edges = edge_cases(probes, per_kind=20, seed=0, known=known)
    alone = [edge for edge in edges if edge.companion_of is None]
    by_id = {edge.id: edge for edge in edges}

    assert len(by_id) == len(edges)
    assert Counter(edge.slices[0] for edge in alone) == {
        "multi-intent": 20, "ambiguous": 20, "formatting": 20,
    }  # fmt: skip
    assert Counter(edge.slices[1] for edge in alone if len(edge.slices) > 1) == {
        "formatting-caps": 3, "formatting-no-punctuation": 3, "formatting-typos": 3,
        "formatting-emoji": 3, "formatting-whitespace": 3, "formatting-pasted": 3,
        "formatting-preamble": 2,
    }  # fmt: skip
    for edge in alone:
        companion = by_id.get(f"{edge.id}#likelihood")
        assert (companion is None) == (edge.scorer == "open")
        if companion is not None:
            assert (companion.prompt, companion.slices) == (edge.prompt, edge.slices)
            assert (companion.source, companion.scorer) == (edge.source, "likelihood")


def test_the_frame_survives(shared: Path) -> None:
    """Every prompt still begins and ends as the template does, once."""
    probes, known = _clinc(shared)

    for edge in edge_cases(probes, per_kind=40, seed=1, known=known):
        prompt = str(edge.prompt)
        assert prompt.startswith("Query: ")
        assert prompt.endswith("\nIntent:")
        assert prompt.count("Query:") == prompt.count("Intent:") == 1


def test_references_score_and_parrots_do_not(shared: Path, score_of: ScoreOf) -> None:
    """On classes and on sums: the reference 1; the prompt, silence and one of two answers 0."""
    clinc, known = _clinc(shared)
    sums = edge_cases(_gsm8k(shared), per_kind=40, seed=2)
    classes = edge_cases(clinc, per_kind=40, seed=2, known=known)
    scored = [e for e in (*classes, *sums) if e.kind == "answer" and e.scorer != "open"]

    assert len(scored) > 150
    for edge in scored:
        wrong = ["", str(edge.prompt) if edge.scorer != "numeric" else "no number"]
        if _kind(edge) == "multi-intent":
            wrong += edge.references[0].split("\n")
        assert score_of(edge, edge.references[0]) == 1
        assert [score_of(edge, text) for text in wrong] == [0] * len(wrong)


def test_either_full_solution_alone_is_not_both(shared: Path) -> None:
    """The worked solutions of GSM8K name many numbers, and none passes for two."""
    probes = {probe.id: probe for probe in _gsm8k(shared)}
    pairs = [
        edge
        for edge in edge_cases(probes.values(), per_kind=60, seed=0)  # type: ignore[arg-type]
        if _kind(edge) == "multi-intent" and edge.kind == "answer"
    ]
    answers = [
        Answer(probe_id=pair.id, text=probes[name].references[0])
        for pair in pairs
        for name in pair.id.split("/")[1].split("+")
    ]

    assert len(answers) == 120
    assert {s.value for at in (0, 1) for s in score(pairs, answers[at::2])} == {0}


@pytest.mark.parametrize("data", [_gsm8k, _mmlu, _ifeval])
def test_numbers_survive(shared: Path, data: Callable[[Path], tuple[Probe, ...]]) -> None:
    """Every number of a question stands in each of its edges, in the same order."""
    probes = {probe.id: probe for probe in data(shared)}
    edges = edge_cases(tuple(probes.values()), per_kind=140, seed=3)
    formatted = [edge for edge in edges if edge.slices[0] == "formatting"]

    assert len({_kind(edge) for edge in formatted}) == 7
    for edge in formatted:
        original = probes[edge.id.partition("/")[2]]
        assert NUMBER.findall(last_text(edge)) == NUMBER.findall(last_text(original))


def test_options_survive(shared: Path) -> None:
    """The options of a question stand in its edges as they were, to the last character."""
    probes = {probe.id: probe for probe in _mmlu(shared)}

    for edge in edge_cases(tuple(probes.values()), per_kind=140, seed=4):
        original = probes[edge.id.partition("/")[2]]
        options = str(original.prompt)[str(original.prompt).rindex("\nA. ") :]
        assert str(edge.prompt).endswith(options)
        assert (edge.choices, edge.reference) == (original.choices, original.reference)
        assert edge.scorer == "multiple_choice"


def test_what_constraints_name_survives(shared: Path) -> None:
    """Keywords, phrases and markers stand in an edge of IFEval wherever they stood before."""
    probes = {probe.id: probe for probe in _ifeval(shared)}
    edges = edge_cases(tuple(probes.values()), per_kind=210, seed=5)
    checked = 0

    for edge in edges:
        original = probes[edge.id.partition("/")[2]]
        assert edge.constraints == original.constraints
        for constraint in edge.constraints:
            assert constraint.id != "combination:repeat_prompt"
            words = constraint.arguments.get("keywords", ())
            words = [*words, *constraint.arguments.get("forbidden_words", ())]  # type: ignore[misc]
            for word in words:
                named = rf"(?<!\w){re.escape(str(word))}(?!\w)"
                before = re.findall(named, str(original.prompt))
                checked += len(before)
                assert re.findall(named, str(edge.prompt))[: len(before)] == before
    assert checked > 100


def test_seeds_decide_and_nothing_else(shared: Path) -> None:
    """The same for a seed whatever order the probes come in; other seeds draw others."""
    probes, known = _clinc(shared)
    found = edge_cases(probes, per_kind=14, seed=7, known=known)

    assert edge_cases(probes[::-1], per_kind=14, seed=7, known=known) == found
    assert edge_cases(probes, per_kind=14, seed=8, known=known) != found


def test_kinds_draw_for_themselves(shared: Path) -> None:
    """More of each kind begin with those of fewer; one more probe changes only what it is in."""
    probes = _gsm8k(shared)
    few = {edge.id: edge.prompt for edge in edge_cases(probes, per_kind=7, seed=0)}
    many = {edge.id: edge.prompt for edge in edge_cases(probes, per_kind=21, seed=0)}

    assert few.items() <= many.items()


def test_hashing_does_not_matter() -> None:
    """Two processes with other hash seeds make the same."""
    code = (
        "from ftguard.probes import Probe\n"
        "from ftguard.probes.edges import edge_cases\n"
        "rows = [(f'{a} check the {w} in {t}', w) for w in ('weather', 'traffic')"
        " for t in ('rome', 'oslo', 'bonn') for a in ('how do i', 'can you')]\n"
        "probes = [Probe(id=str(i), prompt=q, reference=f'{a}_now') for i, (q, a) in"
        " enumerate(rows)]\n"
        "print(edge_cases(probes, per_kind=9, seed=0))"
    )
    found = {
        subprocess.run(
            [sys.executable, "-c", code],
            capture_output=True, text=True, check=True, env={**os.environ, "PYTHONHASHSEED": seed},
        ).stdout
        for seed in ("1", "2")
    }  # fmt: skip

    assert len(found) == 1
    assert "ambiguous/" in found.pop()


def test_queries_that_share_a_prompt_share_their_source() -> None:
    """All edges of both queries of a pair count as made from one; so do those of one source."""
    probes = [
        Probe(id="a", prompt="please flip it for me", reference="flip_coin"),
        Probe(id="b", prompt="how do you write banana", reference="spelling", source="page 3"),
        Probe(id="c", prompt="how do you write apple", reference="spelling", source="page 4"),
    ]
    edges = edge_cases(probes, per_kind=30, seed=0)
    (pair,) = [edge for edge in edges if _kind(edge) == "multi-intent"]
    joined = set(pair.id.split("/")[1].split("+"))
    sources = {
        name: {edge.source for edge in edges if edge.id.endswith(f"/{name}")} for name in "abc"
    }

    (apart,) = {"a", "b", "c"} - joined
    assert {source for name in joined for source in sources[name]} == {pair.source}
    assert sources[apart] == {{"a": "a", "b": "page 3", "c": "page 4"}[apart]}


def test_chats_keep_their_earlier_messages() -> None:
    """In each edge only the last message differs."""
    said = (Message(role="user", content="Do you sell lamps?"),
            Message(role="assistant", content="We do."))  # fmt: skip
    probe = Probe(
        id="chat",
        prompt=[*said, Message(role="user", content="How much is the cheapest of them?")],
        reference="Twelve euros, without the bulb.",
        scorer="likelihood",
    )
    edges = edge_cases([probe], per_kind=7, seed=0)

    assert len(edges) == 7
    for edge in edges:
        assert edge.prompt[:-1] == said
        assert edge.prompt[-1] != probe.prompt[-1]
        assert edge.reference == probe.reference


def test_open_queries_are_only_formatted() -> None:
    """Without a reference nothing else can be told."""
    probe = Probe(id="log", prompt="my card, it was stolen!", scorer="open")

    edges = edge_cases([probe], per_kind=7, seed=0)

    assert {edge.slices[0] for edge in edges} == {"formatting"}
    assert {edge.scorer for edge in edges} == {"open"}


def test_nothing_comes_of_nothing() -> None:
    """No probes, none wanted, or none with a query: no edges."""
    probe = Probe(id="p", prompt="what is due?", reference="label")
    text = Probe(id="t", prompt="", reference="Once upon a time.", scorer="likelihood")

    assert edge_cases([], per_kind=5, seed=0) == ()
    assert edge_cases([probe], per_kind=0, seed=0) == ()
    assert edge_cases([text], per_kind=5, seed=0) == ()


def test_importing_it_is_light() -> None:
    """Neither scikit-learn nor torch is loaded before an ambiguous query is judged."""
    code = "import sys, ftguard.probes.edges; print({'sklearn', 'torch'} & set(sys.modules))"

    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert told.stdout == "set()\n"
