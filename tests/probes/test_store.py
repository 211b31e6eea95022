"""Tests of probes on disk: they come back equal, and damage is named."""

from pathlib import Path

import pytest

from ftguard import FtguardError, ProbeSet
from ftguard.probes import Constraint, Message, Probe, general_probes, read_probes, write_probes

CALLED: tuple[Message, ...] = (
    {"role": "user", "content": "How warm is it in Oslo?"},
    {
        "role": "assistant",
        "content": "",
        "tool_calls": [
            {
                "id": "c1",
                "type": "function",
                "function": {"name": "weather", "arguments": {"city": "Oslo"}},
            }
        ],
    },
    {"role": "tool", "tool_call_id": "c1", "name": "weather", "content": "7"},
)
"""A question that the assistant called a function for, up to what that gave."""


def test_every_built_in_probe_comes_back_equal(tmp_path: Path) -> None:
    """Numbers with tolerances, accepted answers, constraints with schemas, notes and tiers."""
    path = tmp_path / "probes.jsonl"
    write_probes(general_probes(), path)

    assert read_probes(path) == general_probes()


def test_chats_and_all_fields_come_back_equal(tmp_path: Path) -> None:
    """Messages, several references, and what a run adds to a probe."""
    probes = (
        Probe(
            id="target/a",
            prompt=[{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Hi"}],
            constraints=[Constraint(id="punctuation:no_comma")],
            slices=("x", "y"),
            source="a",
            role="target",
            holdout=True,
            max_new_tokens=9,
        ),
        Probe(id="b", prompt="q\u2028\n", reference=("r", "s"), role="tail"),
        Probe(
            id="d",
            prompt=CALLED,
            reference="It is 7 degrees.",
            tools=({"type": "function", "function": {"name": "weather", "parameters": {}}},),
            chat_template_kwargs={"enable_thinking": False, "names": ("a", "b")},
        ),
        Probe(id="c", prompt="q\u2028\n", reference="r", scorer="likelihood", companion_of="b"),
    )
    write_probes(probes, tmp_path / "probes.jsonl")

    assert read_probes(tmp_path / "probes.jsonl") == probes


def test_what_a_run_asked_can_be_given_to_another(tmp_path: Path) -> None:
    """The file is a probe set like any other: constraints, notes and tiers are read from it."""
    write_probes(general_probes(), tmp_path / "probes.jsonl")

    assert tuple(ProbeSet.load(tmp_path / "probes.jsonl")) == general_probes()


@pytest.mark.parametrize("line", ['{"id": "b"', '{"id": "b"}', '{"id": "", "prompt": "q"}'])
def test_a_damaged_line_is_named(tmp_path: Path, line: str) -> None:
    """File and line, and what to do."""
    path = tmp_path / "probes.jsonl"
    write_probes([Probe(id="a", prompt="q", reference="r")], path)
    with path.open("a", encoding="utf-8") as file:
        file.write(line + "\n")

    with pytest.raises(FtguardError, match=r"jsonl:2: not a probe .* train from the start"):
        read_probes(path)


def test_probes_without_tools_are_written_as_before_there_were_any(tmp_path: Path) -> None:
    """A run of before is resumed with the same digest, and its file is read."""
    path = tmp_path / "probes.jsonl"
    write_probes([Probe(id="a", prompt="q", reference="r")], path)

    assert "tools" not in path.read_text()
    assert "chat_template_kwargs" not in path.read_text()
    assert read_probes(path)[0].tools == ()
    assert read_probes(path)[0].chat_template_kwargs == {}
