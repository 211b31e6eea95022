"""Tests of what is said of rows and columns: renamings, gaps, slips, what is left out."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from ftguard import InputError, ProbeSet


def _asked(probes: ProbeSet) -> list[tuple[object, str]]:
    return [(p.prompt, p.references[0]) for p in probes if p.companion_of is None]


def test_columns_are_renamed() -> None:
    """What a German spreadsheet calls them; a name that is not there is told with those there."""
    rows = [{"frage": "Hauptstadt von Peru?", "antwort": "Lima", "nr": 1}]
    columns = {"prompt": "frage", "completion": "antwort"}
    read = ProbeSet.load(rows, columns=columns)

    assert _asked(read) == [("Hauptstadt von Peru?", "Lima")]
    assert read.notes == ("columns that are not used: `nr`.",)
    with pytest.raises(InputError, match=r"`columns` names \['fragen'\], and there is no such col"):
        ProbeSet.load(rows, columns={"prompt": "fragen", "completion": "antwort"})


def test_a_shape_that_is_not_understood_says_which_renaming_would_do() -> None:
    """With the names of its own columns."""
    with pytest.raises(InputError) as refused:
        ProbeSet.load([{"frage": "Hauptstadt von Peru?", "antwort": "Lima"}])

    assert "rename `frage` to `prompt` and `antwort` to `completion`" in str(refused.value)
    assert 'columns={"prompt": "frage", "completion": "antwort"}' in str(refused.value)


def _many(bad: int, of: int) -> list[Mapping[str, object]]:
    return [{"prompt": "q", "completion": "" if n < bad else "a"} for n in range(of)]


@pytest.mark.parametrize(("bad", "of"), [(1, 20), (1, 51), (1, 100), (2, 101), (3, 300)])
def test_few_unreadable_rows_of_many_are_left_out_and_named(bad: int, of: int) -> None:
    """One in a hundred, rounded up."""
    read = ProbeSet.load(_many(bad, of))

    assert sum(p.companion_of is None for p in read) == of - bad
    assert read.notes[0].startswith(f"{bad} of {of} rows cannot be read and are left out: row 0: ")


@pytest.mark.parametrize(("bad", "of"), [(1, 19), (2, 100), (3, 101), (20, 300)])
def test_more_unreadable_rows_are_an_error(bad: int, of: int) -> None:
    """The first by its place, and how many more; of few rows each counts."""
    with pytest.raises(InputError) as refused:
        ProbeSet.load(_many(bad, of))

    assert str(refused.value).startswith("row 0: no completion to compare with")
    assert (f"{bad - 1} more of {of} rows" in str(refused.value)) == (bad not in (1, 20))


def test_a_broken_line_among_many_is_left_out(tmp_path: Path) -> None:
    """By file and line, as any other row that cannot be read."""
    path = tmp_path / "a.jsonl"
    path.write_text('{"text": "t", "label": "x"}\n' * 50 + "{broken\n", "utf-8")

    assert (
        ProbeSet.load(path)
        .notes[0]
        .startswith(f"1 of 51 rows cannot be read and are left out: {path}:51: not valid JSON")
    )


def test_rows_that_are_left_out_for_what_they_are_are_counted() -> None:
    """KTO's undesired ones, pictures, and questions that no text answers: no errors, but told."""
    picture = {"type": "image", "image": "a.png"}
    rows: list[Mapping[str, object]] = [
        {"prompt": "q", "completion": "a", "label": False},
        {"prompt": "q", "completion": "a", "label": True},
        {
            "messages": [
                {"role": "user", "content": [picture]},
                {"role": "assistant", "content": "A cat"},
            ]
        },
        {"context": "c", "question": "q", "answers": {"text": [], "answer_start": []}},
    ]

    assert ProbeSet.load(rows).notes == (
        "left out: 1 row that KTO labels as undesired, nobody's reference.",
        "left out: 1 row that came with images, sounds or files, which are not asked.",
        "left out: 1 row that had an empty list of answers.",
    )


def test_a_row_whose_text_is_missing_says_which() -> None:
    """And nothing of renaming what is named as it should be."""
    frame = pd.DataFrame({"text": ["a", None], "label": ["x", "y"], "category": ["u", "v"]})

    with pytest.raises(InputError, match=r"^row 1: nothing in \['text'\] \(columns \["):
        ProbeSet.load(frame)


HINTS: dict[str, tuple[Mapping[str, object], str, str]] = {
    "ids first": (
        {
            "review_id": "R3O4",
            "product_id": "B001E4KF",
            "rezension": "Gut im Bett.",
            "urteil": "ja",
        },
        "rezension",
        "urteil",
    ),
    "dates and links": (
        {
            "stand": "2024-05-01 12:30",
            "quelle": "https://example.org/a/very/long/address",
            "anfrage": "Wo ist mein Ring?",
            "erwiderung": "Auf dem Weg.",
        },
        "anfrage",
        "erwiderung",
    ),
    "a number as the answer": (
        {"nr": 7, "kennung": "a1b2c3d4", "aufgabe": "Zwei und zwei?", "ergebnis": "4"},
        "aufgabe",
        "ergebnis",
    ),
    "short texts beside": (
        {
            "art": "Mail",
            "anliegen": "Der Ring fehlt.",
            "amt": "Post",
            "bescheid": "Es kommt.",
        },
        "anliegen",
        "bescheid",
    ),
    "no answer": ({"kunde_id": 17, "anliegen": "Der Ring fehlt."}, "anliegen", "..."),
}


@pytest.mark.parametrize("kind", HINTS)
def test_a_renaming_is_hinted_at_for_the_longest_texts(kind: str) -> None:
    """Never for ids, dates or links; the first of the two longest is asked."""
    row, asked, answer = HINTS[kind]

    with pytest.raises(InputError) as refused:
        ProbeSet.load([row])
    assert f"rename `{asked}` to `prompt` and `{answer}` to `completion`" in str(refused.value)


@pytest.mark.parametrize(
    ("columns", "complaint"),
    [
        ({"messagess": "antwort"}, "`columns` has `messagess`: did you mean `messages`"),
        ({"prompt": ["frage", "mehr"]}, "`columns` is a mapping of ftguard's names to yours"),
        ("frage", "`columns` is a mapping of ftguard's names to yours"),
    ],
)
def test_slips_in_columns_are_named(columns: Any, complaint: str) -> None:
    """A misspelt name of ftguard's, several columns for one, no mapping at all."""
    rows = [{"frage": "Hauptstadt von Peru?", "antwort": "Lima", "mehr": "x"}]

    with pytest.raises(InputError, match=complaint):
        ProbeSet.load(rows, columns=columns)


@pytest.mark.parametrize(
    ("name", "complaint"),
    [
        ("quik", "no file `quik`: did you mean the built-in set `quick`?"),
        ("None", "`None` is no set of probes here: for none give None, unquoted."),
    ],
)
def test_slips_in_names_are_told_before_a_hub_is_asked(name: str, complaint: str) -> None:
    """At once, and offline."""
    with pytest.raises(InputError) as refused:
        ProbeSet.load(name)

    assert str(refused.value) == complaint
