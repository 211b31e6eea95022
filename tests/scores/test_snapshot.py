"""Tests of snapshots on disk, and of what two fingerprints differ in."""

import math
from dataclasses import replace
from pathlib import Path

import pytest

from ftguard.ask.answer import Answer
from ftguard.errors import FtguardError
from ftguard.scores.record import Score
from ftguard.scores.snapshot import Fingerprint, Snapshot, load_snapshot, save_snapshot, values

FINGERPRINT = Fingerprint(
    weights="w", dtype="bfloat16", tokenizer="t", template="c", probes="p", scorers="1"
)
SNAPSHOT = Snapshot(
    run="r",
    step=7,
    fingerprint=FINGERPRINT,
    answers=(
        Answer(
            probe_id="general/ä\n\u2028",
            text='"quoted"\n\\ 🦙 \x00',
            token_ids=(5, 2),
            logprobs=(-0.1 - 0.2, -1e4),
            finish="length",
            fingerprint="f",
        ),
        Answer(
            probe_id="target/1",
            option_logprobs=(-math.pi, -5e-324, -1 / 3, math.nextafter(-1.0, 0.0)),
        ),
    ),
    scores=(
        Score(probe_id="general/ä\n\u2028", value=0.1 + 0.2),
        Score(probe_id="target/1", unscored="it was not answered"),
    ),
    base_answer_logprobs=(Answer(probe_id="general/ä\n\u2028", logprobs=(-0.7,)),),
    versions={"torch": "2.13.0"},
    seconds=1.1,
    notes=("smaller batches",),
)


def test_a_snapshot_is_read_back_to_the_last_bit(tmp_path: Path) -> None:
    """Texts of any kind and floats without a short form come back as they were."""
    save_snapshot(SNAPSHOT, tmp_path / "deep" / "base")

    assert load_snapshot(tmp_path / "deep" / "base") == SNAPSHOT


def test_the_files_are_json_lines(tmp_path: Path) -> None:
    """One line an answer, no pickle, and no draft left behind."""
    save_snapshot(SNAPSHOT, tmp_path / "base")

    assert sorted(path.name for path in (tmp_path / "base").iterdir()) == [
        "answers.jsonl",
        "base_answer_logprobs.jsonl",
        "scores.jsonl",
        "snapshot.json",
    ]
    assert (tmp_path / "base" / "answers.jsonl").read_bytes().count(b"\n") == 2
    assert [path.name for path in tmp_path.iterdir()] == ["base"]


def test_an_older_snapshot_is_replaced_whole(tmp_path: Path) -> None:
    """Nothing of the old one remains, nor of a draft that a crash left."""
    folder, draft = tmp_path / "base", tmp_path / "base.part"
    save_snapshot(SNAPSHOT, folder)
    (folder / "stray.json").write_text("old")
    draft.mkdir()
    (draft / "stray.json").write_text("torn")
    newer = replace(SNAPSHOT, step=9, answers=(), scores=(), base_answer_logprobs=())

    save_snapshot(newer, folder)

    assert load_snapshot(folder) == newer
    assert not (folder / "stray.json").exists()
    assert not draft.exists()


def test_a_failed_save_leaves_the_older_snapshot(tmp_path: Path) -> None:
    """What cannot be written does not cost what was there."""
    folder = tmp_path / "base"
    save_snapshot(SNAPSHOT, folder)
    answer = Answer(probe_id="a", text="a lone surrogate \ud800")

    with pytest.raises(UnicodeEncodeError):
        save_snapshot(replace(SNAPSHOT, answers=(answer,)), folder)

    assert load_snapshot(folder) == SNAPSHOT


def test_no_snapshot_is_told_from_a_damaged_one(tmp_path: Path) -> None:
    """An absent folder, or one without its head, is not found."""
    (tmp_path / "empty").mkdir()

    for folder in (tmp_path / "absent", tmp_path / "empty"):
        with pytest.raises(FileNotFoundError):
            load_snapshot(folder)


@pytest.mark.parametrize("name", ["snapshot.json", "answers.jsonl", "scores.jsonl"])
@pytest.mark.parametrize("damage", [b'{"probe_id":', b"\xff\xfe", b'{"step":"seven"}', b"[1]"])
def test_a_damaged_file_is_an_error_that_names_the_folder(
    tmp_path: Path, name: str, damage: bytes
) -> None:
    """Cut short, not text, or of another form: say where, and what to do."""
    save_snapshot(SNAPSHOT, tmp_path / "base")
    (tmp_path / "base" / name).write_bytes(damage)

    with pytest.raises(FtguardError, match=r"base` is damaged .*delete that folder"):
        load_snapshot(tmp_path / "base")


@pytest.mark.parametrize("name", ["answers.jsonl", "scores.jsonl", "base_answer_logprobs.jsonl"])
def test_a_missing_part_is_damage(tmp_path: Path, name: str) -> None:
    """A snapshot that lost its answers is not the same as none, which would be asked anew."""
    save_snapshot(SNAPSHOT, tmp_path / "base")
    (tmp_path / "base" / name).unlink()

    with pytest.raises(FtguardError, match=f"is damaged .*{name}"):
        load_snapshot(tmp_path / "base")


def test_values_leave_out_the_unscored() -> None:
    """A 0 is a value; an unscored probe is absent, never 0."""
    scores = [
        Score(probe_id="a", value=1.0),
        Score(probe_id="b", unscored="why"),
        Score(probe_id="c", value=0.0),
    ]

    assert values(scores) == {"a": 1.0, "c": 0.0}


@pytest.mark.parametrize("part", ["weights", "dtype", "tokenizer", "template", "probes", "scorers"])
def test_every_part_of_a_fingerprint_counts(part: str) -> None:
    """One other part is named, and makes another digest."""
    other = replace(FINGERPRINT, **{part: "other"})

    assert FINGERPRINT.differences(other) == other.differences(FINGERPRINT) == [part]
    assert FINGERPRINT.digest != other.digest


@pytest.mark.parametrize("cause", ["tokenizer", "template"])
def test_probes_that_follow_from_another_tokenizer_are_not_named(cause: str) -> None:
    """Rendered prompts differ with tokenizer and template: only the cause is told."""
    other = replace(FINGERPRINT, **{cause: "other"}, probes="other")

    assert FINGERPRINT.differences(other) == [cause]
    assert FINGERPRINT.differences(replace(other, weights="other")) == ["weights", cause]


def test_equal_fingerprints_do_not_differ() -> None:
    """The digest is the same in every process."""
    assert FINGERPRINT.differences(replace(FINGERPRINT)) == []
    assert FINGERPRINT.digest == replace(FINGERPRINT).digest
    assert len(FINGERPRINT.digest) == 24
