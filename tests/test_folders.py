"""Tests of the names on disk that others rely on."""

from pathlib import Path

import pytest

from ftguard.errors import InputError
from ftguard.folders import CheckpointId, RunFolder, cache_folder, find_run, no_run, step_of


def test_everything_lies_in_one_folder_beside_the_checkpoints() -> None:
    """The names are part of the contract."""
    folder = RunFolder(Path("out"))

    assert folder.base == Path("out/_ftguard/base")
    assert folder.ledger == Path("out/_ftguard/ledger.jsonl")
    assert folder.best == Path("out/_ftguard/best")
    assert folder.verdict == Path("out/_ftguard/verdict.json")
    assert folder.checkpoint(20) == Path("out/checkpoint-20")


def test_snapshots_of_two_attempts_do_not_meet() -> None:
    """The same step of another attempt, or of another run, has another folder."""
    folder = RunFolder(Path("out"))
    places = {
        folder.answers(CheckpointId(run, attempt, 4)) for run in ("a", "b") for attempt in (1, 2)
    }

    assert len(places) == 4


def test_a_writable_folder_is_made_and_left_clean(tmp_path: Path) -> None:
    """Checking leaves the folder and nothing in it."""
    folder = RunFolder(tmp_path / "new" / "out")

    folder.check_writable()

    assert list(folder.root.iterdir()) == []


def test_a_folder_that_cannot_be_made_is_refused(tmp_path: Path) -> None:
    """A file stands in its place: the message names the folder and says what to do."""
    (tmp_path / "_ftguard").write_text("in the way")

    with pytest.raises(InputError, match=r"cannot write to .*choose another `output_dir`"):
        RunFolder(tmp_path).check_writable()


def test_the_cache_moves_with_its_variable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`FTGUARD_CACHE` names the cache; without it, it is under the home directory."""
    monkeypatch.setenv("FTGUARD_CACHE", str(tmp_path))
    assert cache_folder("d1") == tmp_path / "base" / "d1"

    monkeypatch.delenv("FTGUARD_CACHE")
    assert cache_folder("d1") == Path.home() / ".cache" / "ftguard" / "base" / "d1"


def test_a_run_is_found_by_what_lies_in_it(tmp_path: Path) -> None:
    """Its folder, a checkpoint's, which may be gone, a trial's, and all within `_ftguard`."""
    folder = RunFolder(tmp_path / "out")
    folder.check_writable()
    folder.ledger.touch()
    inner = ["", "checkpoint-4", "trial-1/checkpoint-4", "_ftguard", "_ftguard/best/x", "../out"]
    for name in inner:
        found = find_run(tmp_path / "out" / name)
        assert found.output_dir.resolve() == tmp_path / "out", name


def test_what_lies_beside_a_run_is_none(tmp_path: Path) -> None:
    """A folder in it of another name, the one above it, and one that is called `_ftguard` alone."""
    folder = RunFolder(tmp_path / "out")
    folder.check_writable()
    folder.ledger.touch()
    (tmp_path / "_ftguard").mkdir()
    for place in ("out/logs", "out/checkpoint", "_ftguard", "elsewhere/checkpoint-4"):
        assert find_run(tmp_path / place).output_dir == tmp_path / place
    assert no_run(tmp_path).endswith("; there are ['out'] in it.")
    assert no_run(tmp_path / "elsewhere").endswith("a run that trained with ftguard.")


@pytest.mark.parametrize(
    ("path", "step"), [("out/checkpoint-40", 40), ("out/checkpoint-x", None), ("out", None)]
)
def test_a_checkpoints_folder_names_its_step(path: str, step: int | None) -> None:
    """By its name alone: rotation may have deleted it."""
    assert step_of(Path(path)) == step
