"""Tests of reading files: every row with its place, and every complaint with its place."""

import csv
import gzip
import json
from pathlib import Path

import pytest

from ftguard.errors import InputError
from ftguard.probes.read.documents import read_jsonl
from ftguard.probes.read.files import read_rows
from ftguard.probes.read.opened import LONGEST_LINE
from ftguard.probes.read.tables import read_csv


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

    assert [row for _, row in read_jsonl(path)] == [{"id": "a"}, {"id": "b"}]


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

    (_, good), (where, bad) = read_jsonl(path)

    assert good == {"id": "a"}
    assert where == f"{path}:2"
    assert str(bad).startswith("not valid JSON")


@pytest.mark.parametrize(
    ("line", "kind"), [(b'["a", "b"]', "list"), (b'"a"', "str"), (b"7", "int")]
)
def test_names_the_line_that_is_not_an_object(tmp_path: Path, line: bytes, kind: str) -> None:
    """A row that is a list, a text or a number is reported with its line and what it is."""
    path = _written(tmp_path, b'{"id": "a"}\n' + line)

    _, (where, bad) = read_jsonl(path)

    assert (where, str(bad)) == (f"{path}:2", f"a JSON object is needed, got {kind}.")


@pytest.mark.parametrize("encoding", ["latin-1", "utf-16-be", "utf-16-le"])
def test_says_when_a_file_is_not_utf8(tmp_path: Path, encoding: str) -> None:
    """A file in another encoding is named, with what to do."""
    path = _written(tmp_path, '{"id": "Zürich"}\n'.encode(encoding))

    with pytest.raises(InputError, match=r":1: byte \d+ .* save the whole file as UTF-8"):
        list(read_jsonl(path))


def test_names_the_line_in_which_the_encoding_changes(tmp_path: Path) -> None:
    """A Latin-1 line among UTF-8 ones: line 2, the 11th byte, after `{"id": "Z`."""
    lines = ['{"id": "Zürich"}\n'.encode(), '{"id": "Z ürich"}\n'.encode("latin-1")]

    with pytest.raises(InputError, match=r"jsonl:2: byte 11 of the line is not UTF-8"):
        list(read_jsonl(_written(tmp_path, b"".join(lines))))


@pytest.mark.parametrize("name", ["probes.jsonl", "probes.csv"])
def test_a_line_of_50_megabytes_is_refused_without_reading_it(tmp_path: Path, name: str) -> None:
    """The message says which line, and how long one may be."""
    path = tmp_path / name
    path.write_bytes(b"prompt\n" if name.endswith("csv") else b'{"id": "a"}\n')
    with path.open("ab") as file:
        file.truncate(50 * 2**20)

    with pytest.raises(InputError, match=r":2: the line has more than 4 MB; write one row a line"):
        list(read_rows(path))


def test_the_longest_line_is_read(tmp_path: Path) -> None:
    """4 MB with its end of line are a row, one byte more is none."""
    line = b'{"a": "' + b"x" * (LONGEST_LINE - 10) + b'"}\n'

    assert len(list(read_jsonl(_written(tmp_path, line)))) == 1
    with pytest.raises(InputError, match="4 MB"):
        list(read_jsonl(_written(tmp_path, b" " + line)))


def test_json_that_is_nested_without_end_is_refused(tmp_path: Path) -> None:
    """A hostile line is a complaint with its place, not a crash."""
    path = _written(tmp_path, b'{"a": ' + b"[" * 10**5 + b"\n")

    ((where, bad),) = read_jsonl(path)

    assert where == f"{path}:1"
    assert str(bad).startswith("not valid JSON")


def test_the_canary_of_a_file_is_no_row(tmp_path: Path) -> None:
    """The line that marks a file of probes is passed over; a row that also has one is not."""
    path = _written(tmp_path, b'{"canary": "x"}\n{"id": "a"}\n{"id": "b", "canary": "x"}\n')

    assert [where for where, _ in read_jsonl(path)] == [f"{path}:2", f"{path}:3"]


CSV = (
    '\ufeffprompt,reference\r\n"What is 1,000 + 1?","1,001"\r\n\r\n"Two\nlines ""quoted""",yes\r\n'
)


def test_csv_as_spreadsheets_write_it(tmp_path: Path) -> None:
    """A byte-order mark, carriage returns, quoted commas, quotes and line breaks; lines count."""
    path = tmp_path / "probes.CSV"
    path.write_bytes(CSV.encode())

    assert list(read_rows(path)) == [
        (f"{path}:2", {"prompt": "What is 1,000 + 1?", "reference": "1,001"}),
        (f"{path}:5", {"prompt": 'Two\nlines "quoted"', "reference": "yes"}),
    ]


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        ("a,a\n1,2\n", r":1: the first line must name every column once, got \['a', 'a'\]"),
        ("a,,b\n1,2,3\n", r":1: the first line must name every column once"),
        ("", r":1: the first line must name every column once"),
        ('a,b\n"1,2\n', r":2: not valid CSV"),
        ('a,b\n"1" x,2\n', r":2: not valid CSV"),
    ],
)
def test_names_the_line_of_a_broken_csv(tmp_path: Path, content: str, complaint: str) -> None:
    """Unclear columns, an open quote: the line and what to do."""
    path = tmp_path / "probes.csv"
    path.write_text(content, encoding="utf-8")

    with pytest.raises(InputError, match=complaint):
        list(read_csv(path))


def test_says_which_file_cannot_be_read(tmp_path: Path) -> None:
    """A missing file and a folder are named in an error about the input."""
    for path in (tmp_path / "missing.jsonl", tmp_path):
        with pytest.raises(InputError) as refused:
            list(read_jsonl(path))
        assert str(refused.value).startswith(f"cannot read `{path}`")


def test_a_record_with_other_cells_is_named_and_the_rest_is_read(tmp_path: Path) -> None:
    """Three cells under two columns, and one: each with its line, beside the good one."""
    path = tmp_path / "probes.csv"
    path.write_text("a,b\n1,2\n1,2,3\n1\n", encoding="utf-8")
    good, many, few = read_csv(path)

    assert good == (f"{path}:2", {"a": "1", "b": "2"})
    assert (many[0], str(many[1])[:33]) == (f"{path}:3", "3 cells for 2 columns ['a', 'b'];")
    assert (few[0], str(few[1])[:11]) == (f"{path}:4", "1 cells for")


ASKED = [{"question": "Wo?", "answer": "Hier, dort"}, {"question": "Wann?", "answer": "Nun"}]
TABLES: dict[str, bytes] = {
    "a frame with its index": b',question,answer\n0,Wo?,"Hier, dort"\n1,Wann?,Nun\n',
    "separators at the ends": b'question,answer,,\nWo?,"Hier, dort",,\nWann?,Nun,,\n',
    "separators at the ends of some": b'question,answer\nWo?,"Hier, dort",\nWann?,Nun,,\n',
    "the separator first": b"sep=;\r\nquestion;answer\r\nWo?;Hier, dort\r\nWann?;Nun\r\n",
    "blank records": b'question,answer\n,\nWo?,"Hier, dort"\n , \nWann?,Nun\n,\n',
    "blanks before quotes": b'"question", "answer"\n"Wo?", "Hier, dort"\n"Wann?", "Nun"\n',
    "carriage returns alone": b'question,answer\rWo?,"Hier, dort"\rWann?,Nun\r',
    "utf-16": "question\tanswer\r\nWo?\tHier, dort\r\nWann?\tNun\r\n".encode("utf-16"),
    "utf-16, big": b"\xfe\xff"
    + "question\tanswer\nWo?\tHier, dort\nWann?\tNun".encode("utf-16-be"),
    "a mark": b'\xef\xbb\xbfquestion,answer\rWo?,"Hier, dort"\rWann?,Nun',
}


@pytest.mark.parametrize("kind", TABLES)
def test_a_table_holds_the_same_rows_whatever_wrote_it(tmp_path: Path, kind: str) -> None:
    """Spreadsheets and data frames add an index, separators, blank records, marks."""
    path = tmp_path / "a.csv"
    path.write_bytes(TABLES[kind])
    rows = [row for _, row in read_csv(path)]

    assert [
        {name: row[name] for name in ("question", "answer")}  # type: ignore[index]
        for row in rows
    ] == ASKED


def test_a_blank_before_a_text_is_kept_where_no_quote_follows(tmp_path: Path) -> None:
    """A completion may begin with one; also where `, "` stands within a quoted text."""
    path = tmp_path / "a.csv"
    path.write_text('a,b\n"He said, ""no""", yes\n', encoding="utf-8")

    assert [row for _, row in read_csv(path)] == [{"a": 'He said, "no"', "b": " yes"}]


def test_lines_are_counted_from_the_top_below_a_told_separator(tmp_path: Path) -> None:
    """`sep=;` is the first line of the file, the header the second."""
    path = tmp_path / "a.csv"
    path.write_text("sep=;\na;b\n1;2\n", encoding="utf-8")

    assert [where for where, _ in read_csv(path)] == [f"{path}:3"]


def test_a_long_cell_is_read(tmp_path: Path) -> None:
    """Half a megabyte, four times what Python's own reader takes, whose limit stays as it was."""
    path = tmp_path / "a.csv"
    path.write_text("a,b\n1," + "x" * 500_000 + "\n", encoding="utf-8")
    limit = csv.field_size_limit()
    ((_, row),) = read_csv(path)

    assert row == {"a": "1", "b": "x" * 500_000}
    assert csv.field_size_limit() == limit


LINES: dict[str, str] = {
    "commas at the ends": '{"a": 1, "b": "x"},\n{"a": 2, "b": "y"},\n',
    "carriage returns alone": '{"a": 1, "b": "x"}\r{"a": 2, "b": "y"}\r',
    "columns of lists": '{"a": [1, 2], "b": ["x", "y"]}',
    "columns of a frame": '{"a": {"0": 1, "1": 2}, "b": {"0": "x", "1": "y"}}',
    "columns, more than one line": '{\n "a": [1, 2],\n "b": ["x", "y"]\n}',
    "names, index and cells": '{"columns": ["a", "b"], "index": [0, 1], "data": [[1,"x"],[2,"y"]]}',
    "a split of columns": '{"train": {"a": [], "b": []}, "test": {"a": [1, 2], "b": ["x", "y"]}}',
}


@pytest.mark.parametrize("kind", LINES)
def test_json_holds_the_same_rows_whatever_wrote_it(tmp_path: Path, kind: str) -> None:
    """Lines with commas, and what `to_json` and `to_dict` of frames and data sets write."""
    path = tmp_path / "a.json"
    path.write_text(LINES[kind], encoding="utf-8", newline="")

    assert [row for _, row in read_rows(path)] == [{"a": 1, "b": "x"}, {"a": 2, "b": "y"}]


def test_records_by_their_ids_are_rows_with_these_ids(tmp_path: Path) -> None:
    """As documents keep them that look rows up."""
    path = tmp_path / "a.json"
    path.write_text('{"q1": {"question": "Wo?"}, "q2": {"question": "Wann?", "id": 7}}', "utf-8")

    assert [row for _, row in read_rows(path)] == [
        {"id": "q1", "question": "Wo?"},
        {"question": "Wann?", "id": 7},
    ]


def test_a_frame_with_named_rows_is_no_list_of_records(tmp_path: Path) -> None:
    """The names of its columns are known ones, whatever its index."""
    path = tmp_path / "a.json"
    path.write_text('{"question": {"x": "Wo?"}, "answer": {"x": "Hier"}}', "utf-8")

    assert [row for _, row in read_rows(path)] == [{"question": "Wo?", "answer": "Hier"}]


@pytest.mark.parametrize("name", ["a.json", "a.jsonl"])
def test_what_is_no_number_is_missing(tmp_path: Path, name: str) -> None:
    """Python and pandas write NaN and Infinity, which JSON has not; in a text they are words."""
    path = tmp_path / name
    path.write_text('{"a": NaN, "b": [-Infinity, 1], "c": "NaN"}\n', "utf-8")

    assert [row for _, row in read_jsonl(path)] == [{"a": None, "b": [None, 1], "c": "NaN"}]


def test_questions_to_paragraphs_are_rows_of_their_own(tmp_path: Path) -> None:
    """As SQuAD is written: each with its passage, its answers and its id."""
    path = tmp_path / "squad.json"
    asked = {"id": "q", "question": "Who?", "answers": [{"text": "Ann", "answer_start": 0}]}
    none = {"id": "n", "question": "Why?", "answers": [], "is_impossible": True}
    paragraph = {"context": "Ann came.", "qas": [asked, none]}
    path.write_text(json.dumps({"data": [{"title": "t", "paragraphs": [paragraph]}]}), "utf-8")

    assert list(read_rows(path)) == [
        (
            f"{path}[data][0][0][0]",
            {"context": "Ann came.", "question": "Who?", "answers": {"text": ["Ann"]}, "id": "q"},
        ),
        (
            f"{path}[data][0][0][1]",
            {"context": "Ann came.", "question": "Why?", "answers": {"text": []}, "id": "n"},
        ),
    ]


def test_packed_or_not_is_told_by_what_is_in_the_file(tmp_path: Path) -> None:
    """A download may be unpacked under its old name, or packed under a plain one."""
    plain, packed = tmp_path / "a.jsonl.gz", tmp_path / "b.jsonl"
    plain.write_text('{"a": 1}\n', "utf-8")
    packed.write_bytes(gzip.compress(b'{"a": 1}\n'))

    assert [row for path in (plain, packed) for _, row in read_rows(path)] == [{"a": 1}] * 2


def test_a_packed_file_that_ends_early_is_refused(tmp_path: Path) -> None:
    """With a sentence, and no error of the library that unpacks it."""
    path = tmp_path / "a.jsonl.gz"
    path.write_bytes(gzip.compress(b'{"a": 1}\n' * 1000)[:-20])

    with pytest.raises(InputError, match=r"cannot read .*a\.jsonl\.gz`: "):
        list(read_rows(path))
