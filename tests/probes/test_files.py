"""Tests of `read_jsonl`: every row with its place, and every complaint with its place."""

from pathlib import Path

import pytest

from ftguard.errors import InputError
from ftguard.probes.files import read_jsonl


def _written(folder: Path, content: bytes) -> Path:
    path = folder / "probes.jsonl"
    path.write_bytes(content)
    return path


def test_yields_each_row_with_its_line(tmp_path: Path) -> None:
    """Blank lines are skipped, and still count for the line numbers that people look up."""
    path = _written(tmp_path, b'{"id": "a"}\n\n   \n{"id": "b"}\n')

    assert list(read_jsonl(path)) == [(f"{path}:1", {"id": "a"}), (f"{path}:4", {"id": "b"})]


def test_reads_a_last_line_without_a_newline(tmp_path: Path) -> None:
    """The last line counts whether or not it is ended."""
    path = _written(tmp_path, b'{"id": "a"}\n{"id": "b"}')

    assert [row["id"] for _, row in read_jsonl(path)] == ["a", "b"]


def test_reads_what_windows_writes(tmp_path: Path) -> None:
    """A byte-order mark and carriage returns are no part of the rows."""
    path = _written(tmp_path, b'\xef\xbb\xbf{"id": "a"}\r\n{"id": "b"}\r\n')

    assert list(read_jsonl(path)) == [(f"{path}:1", {"id": "a"}), (f"{path}:2", {"id": "b"})]


def test_keeps_line_separators_inside_texts(tmp_path: Path) -> None:
    """A Unicode line separator within a text does not end the row."""
    path = _written(tmp_path, '{"text": "a\u2028b"}\n'.encode())

    assert list(read_jsonl(path)) == [(f"{path}:1", {"text": "a\u2028b"})]


@pytest.mark.parametrize("line", [b'{"id": "b"', b"{'id': 'b'}", b'{"id": "b"} {"id": "c"}', b"b"])
def test_names_the_line_that_is_not_json(tmp_path: Path, line: bytes) -> None:
    """A malformed second line is reported as `file:2`."""
    path = _written(tmp_path, b'{"id": "a"}\n' + line + b"\n")

    with pytest.raises(InputError) as refused:
        list(read_jsonl(path))

    assert str(refused.value).startswith(f"{path}:2: not valid JSON")


@pytest.mark.parametrize(
    ("line", "kind"), [(b'["a", "b"]', "list"), (b'"a"', "str"), (b"7", "int")]
)
def test_names_the_line_that_is_not_an_object(tmp_path: Path, line: bytes, kind: str) -> None:
    """A row that is a list, a text or a number is reported with its line and what it is."""
    path = _written(tmp_path, b'{"id": "a"}\n' + line)

    with pytest.raises(InputError) as refused:
        list(read_jsonl(path))

    assert str(refused.value) == f"{path}:2: a JSON object is needed, got {kind}."


@pytest.mark.parametrize("encoding", ["latin-1", "utf-16"])
def test_says_when_a_file_is_not_utf8(tmp_path: Path, encoding: str) -> None:
    """A file in another encoding is named, with what to do."""
    path = _written(tmp_path, '{"id": "Zürich"}\n'.encode(encoding))

    with pytest.raises(InputError, match=r"not UTF-8 text .* save it as UTF-8") as refused:
        list(read_jsonl(path))

    assert str(path) in str(refused.value)


def test_says_which_file_cannot_be_read(tmp_path: Path) -> None:
    """A missing file and a folder are named in an error about the input."""
    for path in (tmp_path / "missing.jsonl", tmp_path):
        with pytest.raises(InputError) as refused:
            list(read_jsonl(path))
        assert str(refused.value).startswith(f"cannot read `{path}`")
