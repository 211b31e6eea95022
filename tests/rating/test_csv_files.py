"""Rating in a spreadsheet: what an export tells and hides, and what an import takes and refuses."""

import csv
import io
import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from ftguard import InputError, Probe
from ftguard.errors import FtguardError
from ftguard.folders import RunFolder
from ftguard.rating.csv_files import COLUMNS, LONGEST_CELL, export, load_ratings
from ftguard.rating.session import RatingSession
from ftguard.rating.store import Rating

MakeRun = Callable[..., RunFolder]
Ask = Callable[..., list[tuple[Probe, str, str]]]
MakeProbe = Callable[..., Probe]
StartSession = Callable[..., RatingSession]
Cells = dict[str, str]


def write(session: RatingSession, path: Path, rater: str | None = None) -> list[Cells]:
    """Export everything that is open, and read the cells back."""
    keys = path.parent / "keys"
    items = session.open_items(rater or "")
    export(items, session.comparison, path, keys=keys, rater=rater)
    return list(csv.DictReader(io.StringIO(path.read_bytes().decode("utf-8-sig"), newline="")))


def fill(
    path: Path, rows: Sequence[Cells], *, delimiter: str = ",", encoding: str = "utf-8"
) -> None:
    """Save rows as a spreadsheet does."""
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, COLUMNS, delimiter=delimiter)
    writer.writeheader()
    writer.writerows(rows)
    path.write_bytes(text.getvalue().encode(encoding))


def read(session: RatingSession, path: Path, rater: str | None = "anna") -> tuple[Rating, ...]:
    """Import a file with the keys beside it."""
    return load_ratings(path, session.comparison, keys=path.parent / "keys", rater=rater)


@pytest.fixture
def session(make_run: MakeRun, ask: Ask, start_session: StartSession) -> RatingSession:
    """Twelve pairs."""
    return start_session(make_run(ask(12)))


def test_both_ways(tmp_path: Path, session: RatingSession) -> None:
    """What is written into `choice` comes back as whose answer is better."""
    rows = write(session, tmp_path / "rate.csv")
    said = {pair.probe_id: pair for pair in session.sample}
    given = ["left", "right", "tie", "skip", " Left ", "1", "2", "3", "S", "", "RIGHT", "left"]
    for row, choice in zip(rows, given, strict=True):
        row |= {"choice": choice, "notes": "why\nso" if choice == "left" else ""}
    fill(tmp_path / "filled.csv", rows)

    ratings = read(session, tmp_path / "filled.csv")
    assert len(ratings) == 11
    wanted = {"left": "left", "1": "left", "right": "right", "2": "right"}
    by_prompt = {pair.prompt[0]["content"]: pair.probe_id for pair in said.values()}
    found = {rating.probe_id: rating for rating in ratings}
    for row, choice in zip(rows, given, strict=True):
        probe_id = by_prompt[row["prompt"]]
        pick = wanted.get(choice.strip().lower())
        if not choice:
            assert probe_id not in found
            continue
        rating = found[probe_id]
        texts = {"base": said[probe_id].base.text, "tuned": said[probe_id].tuned.text}
        assert texts[rating.left] == row["left"]
        if pick:
            assert texts[rating.choice] == row[pick]
        else:
            assert rating.choice == {"tie": "tie", "3": "tie"}.get(choice, "skip")
        assert rating.notes == ("why\nso" if choice == "left" else "")
        assert (rating.rater, rating.seconds, rating.step) == ("anna", None, 20)


def test_the_file_does_not_tell_which_is_which(tmp_path: Path, session: RatingSession) -> None:
    """Neutral columns and names; the key is elsewhere, and half of the bases are on the left."""
    rows = write(session, tmp_path / "rate.csv")
    key = json.loads(next((tmp_path / "keys").iterdir()).read_text())

    assert list(rows[0]) == ["item", "prompt", "left", "right", "choice", "notes"]
    text = (tmp_path / "rate.csv").read_text()
    assert "base" not in text
    assert "tuned" not in text
    assert [row["left"] for row in key["rows"].values()].count("base") == 6
    assert {row["item"] for row in rows} == key["rows"].keys()


def test_hostile_cells_are_text(
    tmp_path: Path, make_run: MakeRun, start_session: StartSession
) -> None:
    """No cell begins a formula, also where it is split at lines or semicolons; nothing hides."""
    hostile = [
        '=HYPERLINK("http://x","y")',
        "+1+cmd|' /C calc'!A0",
        "-2+3",
        "@SUM(1)",
        "\t=1+1",
        "  =1",
        "\uff1d1+1",
        'quote",=1+1',
        "fine\n=1+1",
        "fine;=1+1",
        "fine\n\n - a bullet",
        "\x00=1\x1b[2J",
        "\u202e=1",
    ]
    asked = [
        (Probe(id=f"general/{n}", prompt=text, reference="x", role="general"), text, f"{text} ")
        for n, text in enumerate(hostile)
    ]
    path = tmp_path / "rate.csv"
    session = start_session(make_run([(probe, text, other + "!") for probe, text, other in asked]))
    rows = write(session, path)

    # as comma-separated cells, and as an application reads it that splits elsewhere
    plain = path.read_bytes().decode("utf-8-sig")
    pieces = [cell for row in rows for cell in row.values()]
    pieces += [part for line in plain.splitlines() for part in line.replace("\t", ";").split(";")]
    starts = [piece.strip().strip('"').lstrip()[:1] for piece in pieces]
    assert not set(starts) & set("=+-@\uff1d\uff0b\uff0d\uff20")
    assert all(c.isprintable() or c in "\r\n\t" for c in plain)
    prompts = {row["prompt"] for row in rows}
    assert '\'=HYPERLINK("http://x","y")' in prompts
    assert "fine\n'=1+1" in prompts
    assert r"\x00=1\x1b[2J" in prompts


def test_answers_that_no_spreadsheet_holds_are_cut(
    tmp_path: Path, make_run: MakeRun, make_probe: MakeProbe, start_session: StartSession
) -> None:
    """100 kB in one line: the cell says how much is missing; an empty one says so too."""
    session = start_session(make_run([(make_probe(1), "x" * 100_000, "")]))
    (row,) = write(session, tmp_path / "rate.csv")

    assert {row["left"], row["right"]} == {
        "x" * LONGEST_CELL + "\n(and 68000 characters more)",
        "(an empty answer)",
    }
    fill(tmp_path / "filled.csv", [row | {"choice": "tie"}])
    assert [rating.choice for rating in read(session, tmp_path / "filled.csv")] == ["tie"]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_spreadsheets_save_in_several_ways(
    tmp_path: Path, session: RatingSession, delimiter: str, encoding: str
) -> None:
    """Other separators, a mark in front, rows moved or left out, texts changed."""
    rows = write(session, tmp_path / "rate.csv")
    kept = [
        row | {"choice": "tie", "prompt": "#NAME?", "notes": "“gut”, 好"} for row in rows[5:1:-1]
    ]
    fill(tmp_path / "filled.csv", kept, delimiter=delimiter, encoding=encoding)

    ratings = read(session, tmp_path / "filled.csv")
    assert [rating.notes for rating in ratings] == ["“gut”, 好"] * 4


def test_every_bad_row_is_named_and_nothing_is_imported(
    tmp_path: Path, session: RatingSession
) -> None:
    """File and line of each, where rows run over several lines too."""
    rows = write(session, tmp_path / "rate.csv")
    rows[0] |= {"choice": "left", "prompt": "two\nlines"}
    rows[1] |= {"choice": "better"}
    rows[2] |= {"choice": "tie", "item": "nothing-001"}
    rows[3] |= {"choice": "tie"}
    rows[4] |= {"choice": "tie", "item": rows[3]["item"]}
    rows[5] |= {"choice": "", "notes": "hm"}
    rows[6] |= {"choice": "tie", "notes": "x" * 10_001}
    path = tmp_path / "filled.csv"
    fill(path, rows[:7])

    with pytest.raises(InputError) as caught:
        read(session, path)
    assert str(caught.value).splitlines() == [
        "nothing was imported:",
        f"{path}:4: `{rows[1]['item']}`: choose left, right, tie or skip, not 'better'",
        f"{path}:5: no item `nothing-001` was exported from this run",
        f"{path}:7: `{rows[3]['item']}` is rated in line 6 already",
        f"{path}:8: `{rows[5]['item']}`: choose left, right, tie or skip, not ''",
        f"{path}:9: `{rows[6]['item']}`: notes may have 10000 characters, not 10001",
    ]


def test_many_bad_rows_are_counted(
    tmp_path: Path, make_run: MakeRun, ask: Ask, start_session: StartSession
) -> None:
    """Twenty are named."""
    session = start_session(make_run(ask(30)))
    rows = write(session, tmp_path / "rate.csv")
    fill(tmp_path / "filled.csv", [row | {"choice": "?"} for row in rows])

    with pytest.raises(InputError, match=r"and 10 more$"):
        read(session, tmp_path / "filled.csv")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", r"filled.csv:1: one column 'item' is needed, there are \[\]"),
        (b"item,notes\nx,y\n", r"filled.csv:1: one column 'choice' is needed"),
        (b"item,choice,choice\n", r"filled.csv:1: one column 'choice' is needed"),
        (b"item,choice\n\xe4,left\n", r"filled.csv: not UTF-8 .*save it as `CSV UTF-8`"),
        (b'item,choice\n"open,left\n', r"filled.csv:2: not CSV"),
        (b"item,choice\n", r"has no choice yet"),
    ],
    ids=["empty", "no choice column", "two of them", "latin-1", "open quote", "no rows"],
)
def test_what_is_no_filled_export_says_why(
    tmp_path: Path, session: RatingSession, content: bytes, message: str
) -> None:
    """The whole file cannot be used, and what to do."""
    write(session, tmp_path / "rate.csv")
    path = tmp_path / "filled.csv"
    path.write_bytes(content)

    with pytest.raises(InputError, match=message):
        read(session, path)


def test_an_export_that_nobody_filled_in(tmp_path: Path, session: RatingSession) -> None:
    """Importing it too early says what to write, and where."""
    write(session, tmp_path / "rate.csv")

    with pytest.raises(InputError, match="write left, right, tie or skip into its column"):
        read(session, tmp_path / "rate.csv")
    with pytest.raises(InputError, match="cannot read"):
        read(session, tmp_path / "absent.csv")


def test_who_rated_is_told_once(tmp_path: Path, session: RatingSession) -> None:
    """By the export, or by the import; and where neither tells, that is an error."""
    rows = write(session, tmp_path / "ben.csv", rater="ben")
    fill(tmp_path / "filled.csv", [rows[0] | {"choice": "tie"}])
    assert [r.rater for r in read(session, tmp_path / "filled.csv", None)] == ["ben"]
    assert [r.rater for r in read(session, tmp_path / "filled.csv", "cleo")] == ["cleo"]

    rows = write(session, tmp_path / "anyone.csv")
    fill(tmp_path / "filled.csv", [rows[0] | {"choice": "tie"}])
    with pytest.raises(InputError, match="give `--rater NAME`"):
        read(session, tmp_path / "filled.csv", None)


def test_an_export_of_another_step_is_refused(tmp_path: Path, session: RatingSession) -> None:
    """Ratings never count for a checkpoint that nobody saw."""
    rows = write(session, tmp_path / "rate.csv")
    fill(tmp_path / "filled.csv", [rows[0] | {"choice": "tie"}])
    other = replace(session, comparison=replace(session.comparison, step=40))

    with pytest.raises(InputError, match="is of step 20 of run r, not of step 40"):
        read(other, tmp_path / "filled.csv")


def test_a_file_that_is_there_is_not_written_over(tmp_path: Path, session: RatingSession) -> None:
    """It may hold someone's ratings."""
    (tmp_path / "rate.csv").write_text("precious")

    with pytest.raises(InputError, match=r"cannot write .*File exists.*give a new file"):
        write(session, tmp_path / "rate.csv")
    assert (tmp_path / "rate.csv").read_text() == "precious"


def test_a_damaged_key_is_named(tmp_path: Path, session: RatingSession) -> None:
    """Without it nobody knows which side was whose."""
    rows = write(session, tmp_path / "rate.csv")
    fill(tmp_path / "filled.csv", [rows[0] | {"choice": "tie"}])
    next((tmp_path / "keys").iterdir()).write_text("{")

    with pytest.raises(FtguardError, match=r"json` is damaged .* restore it"):
        read(session, tmp_path / "filled.csv")
