"""Tests of files that others have: each is read as it means, or refused with the way out."""

import json
from pathlib import Path

import pytest

from ftguard import InputError, ProbeSet

CASES: dict[str, list[tuple[object, object, str]]] = {
    "alpaca.json": [
        ("Name the capital of France.", ("Paris",), "normalized_match"),
        ("Translate to German.\n\nthe house", ("das Haus",), "normalized_match"),
    ],
    "arc.jsonl": [
        (
            "Which is a fruit?\nA. stone\nB. apple\nC. chair\nD. cup\nAnswer:",
            ("apple",),
            "multiple_choice",
        )
    ],
    "boolq.jsonl": [("The sky is blue.\n\nis the sky blue", ("yes", "true"), "normalized_match")],
    "labels.csv": [
        ("great film", ("1",), "normalized_match"),
        ("bad film", ("0",), "normalized_match"),
    ],
    "emoji_label.jsonl": [
        ("great film", ("👍",), "normalized_match"),
        ("bad film", ("👎",), "normalized_match"),
    ],
    "rows.jsonl.gz": [("a", ("b",), "normalized_match")],
    "rows.parquet": [("Capital of France?", ("Paris",), "normalized_match")],
    "semicolon.csv": [("Capital of France?", ("Paris",), "normalized_match")],
    "kto.jsonl": [("Say hi", ("Hi!",), "normalized_match")],
    "sharegpt.jsonl": [
        (({"role": "user", "content": "Capital of France?"},), ("Paris",), "normalized_match")
    ],
}


CASES["alpaca.jsonl"] = CASES["alpaca_oneline.json"] = CASES["alpaca.json"]


@pytest.mark.parametrize("name", CASES)
def test_files_of_others_are_read_as_they_mean(shared: Path, name: str) -> None:
    """Prompt, right answers and scorer of every row."""
    read = ProbeSet.load(shared / "cases" / name)

    assert [(p.prompt, p.references, p.scorer) for p in read if p.companion_of is None] == CASES[
        name
    ]


@pytest.mark.parametrize("name", ["chinese_long.jsonl"])
def test_long_answers_without_blanks_are_read(shared: Path, name: str) -> None:
    """They are long by their words, though no blank parts these."""
    assert {p.scorer for p in ProbeSet.load(shared / "cases" / name)} == {"likelihood"}


@pytest.mark.parametrize("name", ["multi_turn_completion.jsonl", "openai_tools.jsonl"])
def test_calls_of_tools_stay_turns_or_become_the_answer(shared: Path, name: str) -> None:
    """A call that is followed by its result is asked on; one at the end is the reference."""
    probes = [p for p in ProbeSet.load(shared / "cases" / name) if p.companion_of is None]

    assert [p.scorer for p in probes][-1] == "normalized_match"
    assert [m["role"] for m in probes[-1].prompt if not isinstance(m, str)] == [
        "user", "assistant", "tool"
    ]  # fmt: skip
    if name == "openai_tools.jsonl":
        assert json.loads(probes[0].references[0]) == {
            "name": "weather",
            "arguments": {"city": "Oslo"},
        }
    else:
        assert [dict(tool["function"])["name"] for tool in probes[0].tools] == ["weather"]  # type: ignore[call-overload]


@pytest.mark.parametrize("name", ["one_empty.jsonl", "one_none.jsonl"])
def test_the_one_unreadable_row_is_named(shared: Path, name: str) -> None:
    """The other fifty are read."""
    path = shared / "cases" / name
    read = ProbeSet.load(path)

    assert sum(p.companion_of is None for p in read) == 50
    assert read.notes[0].startswith(f"1 of 51 rows cannot be read and are left out: {path}:51: no ")


@pytest.mark.parametrize(
    ("name", "complaint"),
    [
        ("dup_ids.jsonl", r":2: the id `1` was used before, at .*:1: give each row one of its own"),
        ("latin1.csv", r":2: byte 4 of the line is not UTF-8"),
        ("tokenized.jsonl", r":1: the rows are token ids: give them as they are before"),
        ("sys_only_last_user.jsonl", r":1: the messages do not end with the assistant's answer"),
    ],
)
def test_what_cannot_be_asked_is_refused(shared: Path, name: str, complaint: str) -> None:
    """With the place, the reason, and what to do."""
    with pytest.raises(InputError, match=complaint):
        ProbeSet.load(shared / "cases" / name)
