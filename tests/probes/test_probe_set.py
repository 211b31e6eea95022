"""Tests of `ProbeSet`: what it can be made from, and what it refuses."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from ftguard.errors import InputError
from ftguard.probes import Probe, ProbeSet, write_probes

A = Probe(id="a", prompt="2 + 2 =", reference="4")
B = Probe(id="b", prompt="2 + 3 =", reference="5")


def _file(folder: Path, *lines: str) -> Path:
    path = folder / "probes.jsonl"
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def test_holds_its_probes_in_order() -> None:
    """A set has a length, is walked in order, and does not change with the list it came from."""
    probes = [B, A]
    made = ProbeSet(probes)
    probes.clear()

    assert (len(made), list(made)) == (2, [B, A])


def test_loads_sets_probes_rows_and_files_alike(tmp_path: Path) -> None:
    """The same two probes come from a set, probes, a generator, rows, a path and its text."""
    rows = [
        {"id": "a", "prompt": "2 + 2 =", "reference": "4"},
        {"id": "b", "prompt": "2 + 3 =", "reference": "5"},
    ]
    path = _file(
        tmp_path,
        '{"id": "a", "prompt": "2 + 2 =", "reference": "4"}',
        '{"id": "b", "prompt": "2 + 3 =", "reference": "5"}',
    )
    made = ProbeSet((A, B))

    assert ProbeSet.load(made) is made
    assert ProbeSet.load([A, B]) == made
    assert ProbeSet.load(probe for probe in (A, B)) == made
    assert ProbeSet.load(rows) == made
    assert ProbeSet.load(path) == made
    assert ProbeSet.load(str(path)) == made


def test_refuses_an_empty_set(tmp_path: Path) -> None:
    """No probes, no rows, a blank file and nothing but undesired rows are all an empty set."""
    undesired: Mapping[str, object] = {"prompt": "q", "completion": "r", "label": False}
    empty: list[Probe] = []

    for source in (empty, [undesired]):
        with pytest.raises(InputError, match="the probe set is empty"):
            ProbeSet.load(source)
    with pytest.raises(InputError, match=r"probes\.jsonl` is empty: it holds no rows"):
        ProbeSet.load(_file(tmp_path, "", " "))
    with pytest.raises(InputError, match="the probe set is empty"):
        ProbeSet(empty)


def test_refuses_ids_that_are_used_twice() -> None:
    """The message names the ids that are used twice, and not the others."""
    with pytest.raises(InputError) as refused:
        ProbeSet([A, B, A])

    assert str(refused.value) == "probe ids must be unique within a set; used twice: ['a']."


def test_refuses_ids_that_are_used_twice_in_rows(tmp_path: Path) -> None:
    """Rows and files are held to the same rule, and both places are named."""
    row = {"id": "a", "prompt": "q", "reference": "r"}
    line = '{"id": "a", "prompt": "q", "reference": "r"}'
    path = _file(tmp_path, line, "", line)

    with pytest.raises(InputError, match="row 1: the id `a` was used before, at row 0"):
        ProbeSet.load([row, row])
    with pytest.raises(InputError) as refused:
        ProbeSet.load(path)
    assert str(refused.value).startswith(f"{path}:3: the id `a` was used before, at {path}:1")


def test_names_file_and_line_of_a_row_that_cannot_be_read(tmp_path: Path) -> None:
    """A row that is only a prompt, on the third line of a file, is named by that line."""
    path = _file(tmp_path, '{"prompt": "q", "completion": "r"}', "", '{"prompt": "q"}')

    with pytest.raises(InputError) as refused:
        ProbeSet.load(path)

    assert str(refused.value).startswith(f"{path}:3: no completion to compare with")


def test_names_file_and_line_of_a_probe_that_contradicts_itself(tmp_path: Path) -> None:
    """What `Probe` refuses is reported with its file and line too."""
    path = _file(
        tmp_path,
        '{"id": "a", "prompt": "q", "reference": "r"}',
        '{"id": "b", "prompt": "q", "reference": "z", "choices": ["x", "y"]}',
    )

    with pytest.raises(InputError) as refused:
        ProbeSet.load(path)

    assert str(refused.value).startswith(f"{path}:2: probe `b`: the reference 'z' is not one of")


def test_names_the_row_that_is_no_mapping() -> None:
    """A list among the rows is named by its number and kind."""
    rows = [{"prompt": "q", "completion": "r"}, ["q", "r"]]

    with pytest.raises(
        InputError, match="row 1: a mapping is needed, or probes throughout; got list"
    ):
        ProbeSet.load(rows)  # type: ignore[arg-type]  # what an untyped caller may pass


def test_of_a_dictionary_of_splits_the_held_out_one_is_read() -> None:
    """And said; where none is held out by its name, or all is to train on, they are named."""
    found = ProbeSet.load({"train": [A], "test": [B]})

    assert (list(found), found.notes) == ([B], ("split `test` is read.",))
    with pytest.raises(InputError, match=r"has the splits \['a', 'b'\], none of them held out"):
        ProbeSet.load({"a": [A], "b": [B]})
    with pytest.raises(InputError, match=r"the splits are \['train'\], which is trained on"):
        ProbeSet.load({"train": [A]})
    assert list(ProbeSet.load({"train": [A]}, split="train")) == [A]


def test_a_single_row_is_not_taken_for_splits() -> None:
    """A row in place of a list of rows is named as what it is."""
    with pytest.raises(InputError, match=r"a mapping of \['completion', 'prompt'\] was given"):
        ProbeSet.load({"prompt": "q", "completion": "r"})


def test_says_which_file_is_missing(tmp_path: Path) -> None:
    """A path that leads nowhere is an input error that names it."""
    path = tmp_path / "missing.jsonl"

    with pytest.raises(InputError) as refused:
        ProbeSet.load(path)

    assert str(path) in str(refused.value)


def test_refuses_a_companion_that_asks_something_else() -> None:
    """It would not be looked for in the training data, though it is another question."""
    companion = Probe(
        id="c", prompt="4 + 4 =", reference="8", scorer="likelihood", companion_of="a"
    )

    with pytest.raises(InputError, match="probe `c`: its `companion_of`, `a`, has another prompt"):
        ProbeSet([A, companion])


def test_companions_are_kept_by_a_file_that_is_given_again(tmp_path: Path) -> None:
    """What a run wrote is read as rows are: the companion still goes with its probe."""
    probes = ProbeSet.load([{"prompt": "Capital of Peru?", "completion": "Lima"}])
    write_probes(probes, tmp_path / "probes.jsonl")

    again = ProbeSet.load(tmp_path / "probes.jsonl")

    assert again == probes
    assert [probe.companion_of for probe in again] == [None, "row-0"]
