"""Tests of rows that a function scores: each is a prompt, with columns for the function."""

from pathlib import Path

import pytest

from ftguard import InputError, Probe, ProbeSet
from ftguard.probes import read_probes, write_probes

CHAT = [{"role": "system", "content": "Add."}, {"role": "user", "content": "2+2="}]


def reward(completions: list[str], **columns: list[object]) -> list[float]:
    """1 for every completion, if there are columns."""
    return [float(bool(columns)) for _ in completions]


def test_a_row_is_a_prompt_and_its_other_columns_are_the_functions() -> None:
    """Text or messages, as TRL takes them; an answer is kept as the reference too, and what is no
    answer stays a column.
    """
    rows = [
        {"prompt": "2+2=", "answer": "4", "level": 2, "tests": ["a", "b"]},
        {"prompt": CHAT, "ground_truth": 4, "completion": "5"},
    ]
    plain, chat = ProbeSet.load(rows, scorer=reward).probes

    assert (plain.prompt, plain.references) == ("2+2=", ("4",))
    assert plain.columns == {"answer": "4", "level": 2, "tests": ["a", "b"]}
    assert (chat.prompt, chat.references) == (tuple(CHAT), ("4",))
    assert chat.columns == {"ground_truth": 4}
    assert plain.scorer == chat.scorer
    assert str(plain.scorer).startswith(f"{reward.__module__}:reward@")


def test_a_prompt_alone_is_enough() -> None:
    """A reward needs no reference; under another name it is found by `columns`."""
    (probe,) = ProbeSet.load([{"frage": "2+2="}], columns={"prompt": "frage"}, scorer=reward)

    assert (probe.prompt, probe.reference) == ("2+2=", None)


def test_a_row_without_a_prompt_is_named() -> None:
    """With what it has."""
    with pytest.raises(InputError, match=r"row 0.*no `prompt` among \['level'\]"):
        ProbeSet.load([{"level": 2}], scorer=reward)


def test_a_set_gets_one_scorer(tmp_path: Path) -> None:
    """Whatever its probes had; what only read their references is left out, and columns are kept
    on disk.
    """
    rows = [{"prompt": f"{n}+1=", "completion": f"{n + 1}"} for n in range(3)]
    written = [*ProbeSet.load(rows), Probe(id="x", prompt="q", columns={"a": 1}, scorer="open")]
    found = ProbeSet(written, scorer=reward)

    assert [probe.id for probe in found] == ["row-0", "row-1", "row-2", "x"]
    assert len({str(probe.scorer) for probe in found}) == 1
    write_probes(found, tmp_path / "probes.jsonl")
    assert read_probes(tmp_path / "probes.jsonl") == found.probes
    assert ProbeSet.load(found, scorer=reward) == found
