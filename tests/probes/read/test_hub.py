"""Tests of datasets by name and by folder, as far as they go without a hub."""

from pathlib import Path

import datasets
import pytest

from ftguard import InputError, ProbeSet

ROWS = {"prompt": ["2 + 2 ="], "completion": ["4"]}
OTHER = {"prompt": ["2 + 3 ="], "completion": ["5"]}


def _splits() -> datasets.DatasetDict:
    return datasets.DatasetDict(
        train=datasets.Dataset.from_dict(OTHER), test=datasets.Dataset.from_dict(ROWS)
    )


def test_a_saved_dataset_is_read_from_its_folder(tmp_path: Path) -> None:
    """What `save_to_disk` wrote; of several splits `test` comes first, or the one that is named."""
    _splits().save_to_disk(tmp_path / "saved")

    assert next(iter(ProbeSet.load(tmp_path / "saved"))).prompt == "2 + 2 ="
    assert next(iter(ProbeSet.load(tmp_path / "saved", split="train"))).prompt == "2 + 3 ="


def test_a_folder_of_files_is_read_as_the_hub_would_be(tmp_path: Path) -> None:
    """`datasets.load_dataset` loads it, as it loads a name."""
    (tmp_path / "train.jsonl").write_text('{"text": "hi", "label": "greeting"}\n', "utf-8")

    assert next(iter(ProbeSet.load(str(tmp_path)))).reference == "greeting"


def test_says_where_a_row_of_a_dataset_stands(tmp_path: Path) -> None:
    """Name, split and number of the row."""
    rows = {"prompt": ["a", "b"], "completion": ["x", ""]}
    datasets.Dataset.from_dict(rows).save_to_disk(tmp_path / "saved")

    with pytest.raises(InputError, match=r"saved row 1: no completion to compare with"):
        ProbeSet.load(tmp_path / "saved")


def test_a_split_that_is_not_there_is_named_with_those_that_are(tmp_path: Path) -> None:
    """The message lists what there is."""
    _splits().save_to_disk(tmp_path / "saved")

    with pytest.raises(InputError, match=r"has no split `dev`; it has \['test', 'train'\]"):
        ProbeSet.load(tmp_path / "saved", split="dev")


def test_a_name_that_cannot_be_reached_says_what_to_check() -> None:
    """Offline, a dataset's name is an input error with the library's own reason."""
    with pytest.raises(InputError, match=r"`nobody/nothing` is no file here and `datasets` cannot"):
        ProbeSet.load("nobody/nothing")


@pytest.mark.parametrize("path", ["missing.jsonl", "some/missing.csv", "a/b/c"])
def test_a_missing_file_is_not_looked_up_as_a_name(path: str) -> None:
    """What looks like a path is one."""
    with pytest.raises(InputError, match="cannot read"):
        ProbeSet.load(path)
