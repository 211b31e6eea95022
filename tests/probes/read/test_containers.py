"""Tests of what rows come in: files of every kind, data frames, splits, streams, names."""

import bz2
import datetime as dt
import decimal
import gzip
import itertools
import json
import lzma
import uuid
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import datasets
import pandas as pd
import pytest
import torch

from ftguard import InputError, ProbeSet
from ftguard.probes.read.memory import MOST

ROWS: list[Mapping[str, object]] = [
    {"prompt": "Capital of Peru?", "completion": "Lima"},
    {"prompt": "Capital of Chad?", "completion": "N'Djamena"},
]


LINES = "".join(json.dumps(row) + "\n" for row in ROWS)


CSV = "prompt,completion\nCapital of Peru?,Lima\nCapital of Chad?,N'Djamena\n"


FILES: dict[str, bytes] = {
    "a.jsonl": LINES.encode(),
    "a.ndjson": LINES.encode(),
    "lines.json": LINES.encode(),
    "list.json": json.dumps(ROWS, indent=1).encode(),
    "one_line.json": json.dumps(ROWS).encode(),
    "list.jsonl": json.dumps(ROWS).encode(),
    "mark.json": b"\xef\xbb\xbf" + json.dumps(ROWS).encode(),
    "data.json": json.dumps({"version": "1", "data": ROWS}, indent=1).encode(),
    "data_one_line.json": json.dumps({"version": "1", "data": ROWS}).encode(),
    "splits.json": json.dumps({"train": [{"text": "no"}], "test": ROWS}, indent=2).encode(),
    "a.csv": CSV.encode(),
    "mark.csv": b"\xef\xbb\xbf" + CSV.replace("\n", "\r\n").encode(),
    "semicolons.csv": CSV.replace(",", ";").encode(),
    "tabs.tsv": CSV.replace(",", "\t").encode(),
    "tabs.csv": CSV.replace(",", "\t").encode(),
    "bars.csv": CSV.replace(",", "|").encode(),
    "a.jsonl.gz": gzip.compress(LINES.encode()),
    "a.json.bz2": bz2.compress(json.dumps(ROWS).encode()),
    "a.csv.xz": lzma.compress(CSV.encode()),
}


def _asked(probes: ProbeSet) -> list[tuple[object, str]]:
    return [(p.prompt, p.references[0]) for p in probes if p.companion_of is None]


EXPECTED = [("Capital of Peru?", "Lima"), ("Capital of Chad?", "N'Djamena")]


@pytest.mark.parametrize("name", FILES)
def test_a_file_holds_the_same_rows_however_it_is_written(tmp_path: Path, name: str) -> None:
    """JSON and tables, packed or not, with a byte-order mark, other separators, line ends."""
    path = tmp_path / name
    path.write_bytes(FILES[name])

    assert _asked(ProbeSet.load(path)) == EXPECTED


def test_a_long_list_on_one_line_is_read(tmp_path: Path) -> None:
    """A JSON list needs no line breaks, however long it is: here 5 MB, above a line's bound."""
    path = tmp_path / "long.json"
    path.write_text(json.dumps([{"text": "word " * 200} for _ in range(5_000)]), "utf-8")

    assert len(ProbeSet.load(path)) == 5_000


def test_a_document_without_rows_is_refused(tmp_path: Path) -> None:
    """And what it holds is named."""
    path = tmp_path / "settings.json"
    path.write_text('{\n "rate": 1,\n "name": "x"\n}', "utf-8")

    with pytest.raises(InputError, match=r"without a list of rows \(it holds \['name', 'rate'\]\)"):
        ProbeSet.load(path)


def test_a_table_in_another_encoding_is_refused_with_the_way_out(tmp_path: Path) -> None:
    """The line, what it would be in Latin-1, and the command; nothing is half-loaded."""
    path = tmp_path / "alt.csv"
    path.write_bytes("text,label\ngood,yes\ncafé,no\n".encode("latin-1"))

    with pytest.raises(InputError) as refused:
        ProbeSet.load(path)

    assert str(refused.value).startswith(f"{path}:3: byte 4 of the line is not UTF-8")
    assert "'café,no'" in str(refused.value)
    assert "iconv -f cp1252 -t utf-8 alt.csv > utf8.csv" in str(refused.value)


def test_parquet_is_read_with_the_names_of_its_classes(tmp_path: Path) -> None:
    """As `datasets` writes it: class 1 of `bad` and `good` is `good`."""
    features = datasets.Features(
        {"text": datasets.Value("string"), "label": datasets.ClassLabel(names=["bad", "good"])}
    )
    path = tmp_path / "a.parquet"
    datasets.Dataset.from_dict({"text": ["a"], "label": [1]}, features=features).to_parquet(path)

    assert _asked(ProbeSet.load(path)) == [("a", "good")]


def test_what_is_no_parquet_is_refused(tmp_path: Path) -> None:
    """With the reader's own reason."""
    path = tmp_path / "a.parquet"
    path.write_bytes(b"PAR0")

    with pytest.raises(InputError, match=r"cannot read .*a\.parquet` as parquet \("):
        ProbeSet.load(path)


def test_missing_cells_of_a_data_frame_are_missing() -> None:
    """A gap in a column of numbers is no label `nan`, no slice `nan`, and 3.0 is 3."""
    frame = pd.DataFrame(
        {"text": ["a", "b", "c"], "label": [3, 1, 1], "category": ["x", None, float("nan")]}
    )
    frame.loc[1, "label"] = 1.0
    probes = ProbeSet.load(frame)

    assert [(p.references, p.slices) for p in probes if p.companion_of is None] == [
        (("3",), ("x",)),
        (("1",), ()),
        (("1",), ()),
    ]


@pytest.mark.parametrize("names", [("test", "train"), ("train", "validation"), ("dev", "train")])
def test_of_a_dataset_dict_the_held_out_split_is_read(names: tuple[str, ...]) -> None:
    """`test`, else `validation`, else another name for one; the note says which."""
    held_out = next(name for name in names if name != "train")
    splits = {n: datasets.Dataset.from_list([{"text": n, "label": n}]) for n in names}
    read = ProbeSet.load(datasets.DatasetDict(splits))

    assert _asked(read) == [(held_out, held_out)]
    assert read.notes == (f"split `{held_out}` is read.",)


def test_an_endless_stream_returns() -> None:
    """Its first 10,000 rows are read, and a note says so; so of an iterator."""

    def endless() -> Iterator[Mapping[str, object]]:
        return ({"text": f"text {n}", "label": "x"} for n in itertools.count())

    streamed = datasets.IterableDataset.from_generator(endless)
    for source in (streamed, endless()):
        read = ProbeSet.load(source)
        assert sum(p.companion_of is None for p in read) == MOST
        assert read.notes == ("the first 10,000 rows of a stream are read.",)


def test_a_torch_dataset_is_read_by_its_places() -> None:
    """With a length and no iterator of its own."""

    class Torch(torch.utils.data.Dataset[Mapping[str, object]]):
        def __getitem__(self, index: int) -> Mapping[str, object]:
            return ROWS[index]

        def __len__(self) -> int:
            return len(ROWS)

    assert _asked(ProbeSet.load(Torch())) == EXPECTED  # type: ignore[arg-type]


def test_questions_about_pictures_are_left_out_and_no_picture_is_decoded(tmp_path: Path) -> None:
    """A picture that is broken ends nothing; the row that has none is asked."""
    broken = tmp_path / "broken.png"
    broken.write_bytes(b"no picture")
    features = datasets.Features(
        {
            "image": datasets.Image(),
            "question": datasets.Value("string"),
            "answer": datasets.Value("string"),
        }
    )
    rows = datasets.Dataset.from_dict(
        {"image": [str(broken), None], "question": ["What?", "Why?"], "answer": ["A", "B"]},
        features=features,
    )
    read = ProbeSet.load(rows)

    assert _asked(read) == [("Why?", "B")]
    assert read.notes == (
        "left out: 1 row that came with images, sounds or files, which are not asked.",
    )


@pytest.mark.parametrize("name", ["general", "quick", "calibration"])
def test_the_names_of_built_in_sets_work_wherever_a_path_does(name: str) -> None:
    """As on the command line; no hub is asked."""
    assert ProbeSet.load(name) == ProbeSet.builtin(name)


SHAPES: dict[str, Callable[[Any], Any]] = {
    "list": list,
    "dataset": datasets.Dataset.from_list,
    "frame": pd.DataFrame,
}


@pytest.mark.parametrize("kind", SHAPES)
def test_logs_are_read_in_the_same_shapes(kind: str) -> None:
    """Instructions with their inputs, and chats as ShareGPT has them, without the replies."""
    rows = [
        {"instruction": "Sum it up.", "input": f"Text {n} about bridge {n}.", "output": "s"}
        for n in range(3)
    ]
    drawn = ProbeSet.from_logs(SHAPES[kind](rows), mask=False)

    assert {p.prompt for p in drawn} == {
        f"Sum it up.\n\nText {n} about bridge {n}." for n in range(3)
    }


def test_what_a_table_fills_into_tools_is_taken_out(tmp_path: Path) -> None:
    """Arrow gives every tool all parameters of all tools, and every call all arguments."""

    def row(tool: str, argument: str) -> Mapping[str, object]:
        schema = {"type": "object", "properties": {argument: {"type": "string"}}}
        call = {"type": "function", "function": {"name": tool, "arguments": {argument: "x"}}}
        asked = {"role": "user", "content": "Go."}
        return {
            "messages": [asked, {"role": "assistant", "content": None, "tool_calls": [call]}],
            "tools": [{"type": "function", "function": {"name": tool, "parameters": schema}}],
        }

    path = tmp_path / "a.parquet"
    datasets.Dataset.from_list([row("one", "first"), row("two", "second")]).to_parquet(path)
    probes = ProbeSet.load(path)

    assert [json.loads(p.references[0])["arguments"] for p in probes] == [
        {"first": "x"},
        {"second": "x"},
    ]
    assert [dict(p.tools[0]) for p in probes] == [
        row(*names)["tools"][0]  # type: ignore[index]
        for names in (("one", "first"), ("two", "second"))
    ]


def test_files_are_read_one_after_the_other(tmp_path: Path) -> None:
    """As a list of paths, and as a pattern, in the order of their names."""
    first, second = tmp_path / "a.jsonl", tmp_path / "b.csv"
    first.write_text(json.dumps(ROWS[0]) + "\n", "utf-8")
    second.write_text("prompt,completion\nCapital of Chad?,N'Djamena\n", "utf-8")

    sources: list[Any] = [[first, second], [str(first), str(second)], str(tmp_path / "*.*")]
    for source in sources:
        assert _asked(ProbeSet.load(source)) == EXPECTED
    assert len(ProbeSet.from_logs(str(tmp_path / "*.*"))) == 2
    with pytest.raises(InputError, match=r"no file here has such a name"):
        ProbeSet.load(str(tmp_path / "*.json"))


def test_an_id_may_stand_in_one_file_alone(tmp_path: Path) -> None:
    """Rows without ids are numbered over all files; ids that rows have are never changed."""
    paths = [tmp_path / "a.jsonl", tmp_path / "b.jsonl"]
    for path in paths:
        path.write_text(json.dumps({"id": "x", **ROWS[0]}) + "\n", "utf-8")

    with pytest.raises(InputError, match=r"b\.jsonl:1: the id `x` was used before, at .*a\."):
        ProbeSet.load(paths)  # type: ignore[arg-type]


@pytest.mark.parametrize("url", ["https://x.y/a.jsonl", "s3://bucket/a.csv", "hf://datasets/a/b"])
def test_an_address_is_refused_as_it_was_written(url: str) -> None:
    """Nothing is fetched."""
    with pytest.raises(InputError) as refused:
        ProbeSet.load(url)

    assert str(refused.value).startswith(f"`{url}` is on the web: download it")


KINDS = {
    "a.xlsx": (
        b"PK\x03\x04\0\0",
        "a spreadsheet: save it as CSV in UTF-8, or read it with",
    ),
    "a.yaml": (b"- prompt: a\n", "no JSON and no table: load it and give its rows"),
    "a.txt": (b"What is it? That.\n", "text in which questions and answers are not told apart"),
    "a.pkl": (b"\x80\x04", "written by Python and may run code"),
    "a.zip": (b"PK\x03\x04\0\0", "an archive: unpack it first"),
}


@pytest.mark.parametrize("name", KINDS)
def test_other_kinds_of_files_are_named(tmp_path: Path, name: str) -> None:
    """With what to do; nothing is said of JSON."""
    content, said = KINDS[name]
    (tmp_path / name).write_bytes(content)

    with pytest.raises(InputError) as refused:
        ProbeSet.load(tmp_path / name)
    assert str(refused.value).startswith(f"`{tmp_path / name}` is {said}")
    with pytest.raises(InputError, match=f"cannot read `{name}`"):
        ProbeSet.load(name)


def test_lines_of_json_are_read_under_the_name_of_a_text(tmp_path: Path) -> None:
    """What stands in it tells what it is."""
    path = tmp_path / "a.txt"
    path.write_text(LINES, "utf-8")

    assert _asked(ProbeSet.load(path)) == EXPECTED


def test_arrow_files_are_read(tmp_path: Path) -> None:
    """The streams of `datasets`, and the files of other libraries."""
    rows = datasets.Dataset.from_list([dict(row) for row in ROWS])
    rows.save_to_disk(tmp_path / "saved")
    (stream,) = (tmp_path / "saved").glob("*.arrow")
    pd.DataFrame(ROWS).to_feather(tmp_path / "a.feather")

    for path in (stream, tmp_path / "a.feather"):
        assert _asked(ProbeSet.load(path)) == EXPECTED


def test_a_series_is_refused_with_a_sentence() -> None:
    """One column has no answers."""
    with pytest.raises(InputError, match="a Series was given, which is one column"):
        ProbeSet.load(pd.Series(["a", "b"]))


def test_a_polars_frame_is_read_lazy_or_not() -> None:
    """A lazy one is collected."""
    polars = pytest.importorskip("polars")
    frame = polars.DataFrame([dict(row) for row in ROWS])

    assert _asked(ProbeSet.load(frame)) == EXPECTED
    assert _asked(ProbeSet.load(frame.lazy())) == EXPECTED


def test_columns_and_records_are_read_in_memory_too() -> None:
    """What `Dataset.to_dict()` and `DataFrame.to_dict("index")` give."""
    columns = pd.DataFrame(ROWS).to_dict("list")
    records = pd.DataFrame(ROWS, index=["a", "b"]).to_dict("index")

    assert _asked(ProbeSet.load(columns)) == EXPECTED
    assert _asked(ProbeSet.load(records)) == EXPECTED


VALUES: dict[str, tuple[object, str]] = {
    "date": (dt.date(1900, 5, 1), "1900-05-01"),
    "time": (dt.datetime(1900, 5, 1, 12, 30), "1900-05-01T12:30:00"),  # noqa: DTZ001
    "of the day": (dt.time(12, 30), "12:30:00"),
    "decimal": (decimal.Decimal("1E+2"), "100"),
    "price": (decimal.Decimal("4.50"), "4.50"),
    "uuid": (uuid.UUID(int=1), "00000000-0000-0000-0000-000000000001"),
    "bytes": ("größer".encode(), "größer"),
}


@pytest.mark.parametrize("kind", VALUES)
def test_answers_of_a_database_are_texts(kind: str) -> None:
    """Dates in ISO 8601, decimals as plain numbers."""
    value, text = VALUES[kind]

    assert _asked(ProbeSet.load([{"prompt": "What?", "completion": value}])) == [("What?", text)]
    frame = pd.DataFrame({"prompt": ["What?"], "completion": pd.Series([value], dtype=object)})
    assert _asked(ProbeSet.load(frame)) == [("What?", text)]


def test_dates_and_decimals_of_parquet_are_texts(tmp_path: Path) -> None:
    """As in memory; a missing date is no answer, nor are bytes that are no text."""
    path = tmp_path / "a.parquet"
    when = [pd.Timestamp("1900-05-01"), pd.NaT]
    pd.DataFrame({"prompt": ["a", "b"], "completion": when}).to_parquet(path)

    with pytest.raises(InputError, match=r"a\.parquet row 1: no completion to compare with"):
        ProbeSet.load(path)
    pd.DataFrame({"prompt": ["a"], "completion": [decimal.Decimal("4.5")]}).to_parquet(path)
    assert _asked(ProbeSet.load(path)) == [("a", "4.5")]
    with pytest.raises(InputError, match="row 0: no completion"):
        ProbeSet.load([{"prompt": "a", "completion": b"\xff"}])


@pytest.mark.parametrize("form", ["torch", "numpy"])
def test_classes_keep_their_names_in_a_formatted_dataset_and_in_a_part_of_one(form: str) -> None:
    """As tensors of a format that a Trainer is to get, and in a subset of torch's."""
    features = datasets.Features(
        {"text": datasets.Value("string"), "label": datasets.ClassLabel(names=["neg", "pos"])}
    )
    rows = datasets.Dataset.from_dict({"text": ["a", "b"], "label": [1, 0]}, features=features)
    part = torch.utils.data.Subset(rows, [0])

    assert _asked(ProbeSet.load(rows.with_format(form))) == [("a", "pos"), ("b", "neg")]
    assert _asked(ProbeSet.load(part)) == [("a", "pos")]  # type: ignore[arg-type]
