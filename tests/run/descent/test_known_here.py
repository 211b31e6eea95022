"""What others may read of a base names no folder of this machine, which finds it all the same."""

from pathlib import Path

import pytest

from ftguard.ask.original import OriginalGoneError, load_original
from ftguard.run.descent.known_here import found, note, told
from ftguard.run.descent.original import Original
from ftguard.testing import tiny_model, tiny_tokenizer


@pytest.fixture
def original(tmp_path: Path) -> Original:
    """A base in a folder of its own, counted from by a run whose folder is there."""
    for name in ("out/_ftguard/base", "models/smol"):
        (tmp_path / name).mkdir(parents=True)
    return Original(
        digest="d",
        folder=str(tmp_path / "out/_ftguard/base"),
        weights="w",
        model=str(tmp_path / "models/smol"),
    )


def test_folders_are_told_below_the_output_directory_or_by_their_last_part(
    original: Original, tmp_path: Path
) -> None:
    """The base's answers lie in the run's own folder, the model in another."""
    record = told(original, tmp_path / "out")

    assert (record.folder, record.model) == ("_ftguard/base", "…/smol")
    assert told(original, tmp_path).model == "models/smol"
    assert str(tmp_path) not in repr(record)


@pytest.mark.parametrize("model", ["HuggingFaceTB/SmolLM2-135M", "gpt2", ""])
def test_a_name_on_the_hub_stays(tmp_path: Path, model: str) -> None:
    """With or without an owner, and where the model was made in memory."""
    record = told(Original(digest="d", folder="", weights="w", model=model), tmp_path)

    assert record.model == model
    assert found(record, tmp_path, "run").model == model


@pytest.mark.parametrize("run", ["run", "another"])
def test_this_machine_finds_what_it_noted(original: Original, tmp_path: Path, run: str) -> None:
    """By the run, and a model of the same weights by these: from another output directory too."""
    record = told(original, tmp_path / "out")
    note(original, "run")

    assert found(record, tmp_path / "out", run) == original
    assert found(record, tmp_path / "out2", run) == original


def test_another_machine_finds_what_lies_below_the_output_directory(
    original: Original, tmp_path: Path
) -> None:
    """Nothing is noted there: the answers are found where they came along, the model is not."""
    here = found(told(original, tmp_path / "out"), tmp_path / "out", "run")

    assert here.folder == original.folder
    assert here.model == "…/smol"


def test_a_base_of_other_weights_is_not_taken_for_it(original: Original, tmp_path: Path) -> None:
    """A note of the same run, which another base has taken since."""
    note(Original(digest="e", folder="", weights="v", model=str(tmp_path / "x/smol")), "run")

    assert found(told(original, tmp_path / "out"), tmp_path / "out", "run").model == "…/smol"


def test_a_folder_that_was_not_told_is_not_looked_for_on_the_hub() -> None:
    """The reason says that nobody told where it is."""
    with pytest.raises(OriginalGoneError, match="where `…/smol` is was not told"):
        load_original("…/smol", tiny_model(tiny_tokenizer()))
