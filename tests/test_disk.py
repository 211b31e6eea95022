"""Tests of files of JSON lines: what is appended is read back, and what a crash leaves."""

import multiprocessing
from pathlib import Path

import pytest

from ftguard.disk import append_lines, read_lines, replaced_folder, write_whole


def test_lines_are_read_back_with_their_numbers(tmp_path: Path) -> None:
    """In the order of writing, from 1; an empty line is one too."""
    path = tmp_path / "facts.jsonl"
    append_lines(path, [b"1"])
    append_lines(path, [b"", b'"\xc3\xa4"'])
    append_lines(path, [])

    assert list(read_lines(path)) == [(1, b"1"), (2, b""), (3, b'"\xc3\xa4"')]
    assert path.read_bytes() == b'1\n\n"\xc3\xa4"\n'


def test_no_file_has_no_lines(tmp_path: Path) -> None:
    """Before the first line there is nothing, and reading makes no file."""
    assert list(read_lines(tmp_path / "facts.jsonl")) == []
    assert not (tmp_path / "facts.jsonl").exists()


@pytest.mark.parametrize("whole", [b"", b"1\n", b"1\n2\n"])
@pytest.mark.parametrize("lock", [False, True])
def test_a_torn_last_line_is_left_out_and_cut_before_the_next(
    tmp_path: Path, whole: bytes, *, lock: bool
) -> None:
    """Reading warns and leaves the file alone; the next line does not grow out of the rest."""
    path = tmp_path / "facts.jsonl"
    path.write_bytes(whole + b'{"torn')
    number = whole.count(b"\n") + 1

    with pytest.warns(UserWarning, match=rf"facts\.jsonl:{number}: the last line was cut short"):
        assert len(list(read_lines(path))) == number - 1
    assert path.read_bytes() == whole + b'{"torn'

    append_lines(path, [b"3"], lock=lock)
    assert path.read_bytes() == whole + b"3\n"


def _append_many(path: Path, name: int) -> None:
    for _ in range(50):
        append_lines(path, [b"%d" % name * 500, b"%d" % name * 500], lock=True)


def test_processes_do_not_write_into_each_others_lines(tmp_path: Path) -> None:
    """Under the lock no line is lost or mixed, and lines written at once stay together."""
    path = tmp_path / "facts.jsonl"
    spawn = multiprocessing.get_context("spawn")
    writers = [spawn.Process(target=_append_many, args=(path, name)) for name in (1, 2)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()

    lines = [line for _, line in read_lines(path)]
    assert lines[::2] == lines[1::2]
    assert sorted(lines) == [b"1" * 500] * 100 + [b"2" * 500] * 100


def test_a_folder_is_replaced_whole(tmp_path: Path) -> None:
    """What fails on the way leaves the old one; what comes to its end takes its place."""
    folder = tmp_path / "best"
    folder.mkdir()
    (folder / "old").touch()

    def _fail() -> None:
        with replaced_folder(folder) as draft:
            draft.mkdir()
            raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        _fail()
    assert [path.name for path in folder.iterdir()] == ["old"]

    with replaced_folder(folder) as draft:
        draft.mkdir()
        (draft / "new").touch()
    assert [path.name for path in folder.iterdir()] == ["new"]
    assert [path.name for path in tmp_path.iterdir()] == ["best"]


def test_a_file_is_written_whole(tmp_path: Path) -> None:
    """The second text takes the place of the first, and no draft is left."""
    path = tmp_path / "verdict.json"
    write_whole(path, b"one")
    write_whole(path, b"two")

    assert [(found.name, found.read_bytes()) for found in tmp_path.iterdir()] == [
        ("verdict.json", b"two")
    ]
