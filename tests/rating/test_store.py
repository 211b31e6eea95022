"""Ratings on disk: read back, torn and broken lines, and which of them count."""

import multiprocessing
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from ftguard.errors import FtguardError
from ftguard.rating.store import Pick, Rating, RatingsFile, Side, choice_of, standing

Mark = Callable[..., Rating]


def test_ratings_are_read_back(tmp_path: Path, mark: Mark) -> None:
    """Texts of any kind, no time taken, and the order of writing."""
    file = RatingsFile(tmp_path / "ratings.jsonl")
    odd = mark("tail/ä\n\u2028", "tie", rater="Zoë", notes='"two\nlines" 🦙')
    elsewhere = replace(mark("general/2", "skip"), seconds=None)
    file.append([odd])
    file.append([elsewhere, mark("general/3", "undone")])

    assert file.read() == (odd, elsewhere, mark("general/3", "undone"))
    assert file.path.read_bytes().count(b"\n") == 3


def test_no_file_is_no_rating(tmp_path: Path) -> None:
    """Before the first rating there is nothing."""
    assert RatingsFile(tmp_path / "ratings.jsonl").read() == ()


def test_a_torn_last_line_is_dropped_and_the_next_rating_stands_alone(
    tmp_path: Path, mark: Mark
) -> None:
    """A crash while writing costs that line only; the next one does not run into it."""
    file = RatingsFile(tmp_path / "ratings.jsonl")
    file.append([mark("general/1", "base"), mark("general/2", "tie")])
    file.path.write_bytes(file.path.read_bytes()[:-9])

    with pytest.warns(UserWarning, match=r"ratings.jsonl:2: the last line was cut short"):
        assert file.read() == (mark("general/1", "base"),)

    file.append([mark("general/3", "tuned")])
    assert file.read() == (mark("general/1", "base"), mark("general/3", "tuned"))


@pytest.mark.parametrize("line", [b"{}", b"\xff", b'{"choice": "left"}', b""])
def test_a_broken_line_is_an_error_that_names_it(tmp_path: Path, mark: Mark, line: bytes) -> None:
    """Damage in the middle is not guessed over."""
    file = RatingsFile(tmp_path / "ratings.jsonl")
    file.append([mark("general/1", "base")])
    file.path.write_bytes(line + b"\n" + file.path.read_bytes())

    with pytest.raises(FtguardError, match=r"ratings.jsonl:1: not a rating"):
        file.read()


def test_the_last_rating_of_a_pair_by_one_person_counts(mark: Mark) -> None:
    """Another person, another pair and another step stand beside it."""
    other_step = replace(mark("general/1", "base"), step=40)
    ratings = [
        mark("general/1", "base"),
        other_step,
        mark("general/1", "tuned", rater="ben"),
        mark("general/2", "tie"),
        mark("general/1", "tie"),
    ]

    assert standing(ratings) == (
        other_step,
        mark("general/1", "tuned", rater="ben"),
        mark("general/2", "tie"),
        mark("general/1", "tie"),
    )


def test_what_is_undone_does_not_count_until_it_is_rated_again(mark: Mark) -> None:
    """Taking back is a fact of its own, not a line that is deleted."""
    ratings = [mark("general/1", "base"), mark("general/1", "undone")]

    assert standing(ratings) == ()
    assert standing([*ratings, mark("general/1", "tie")]) == (mark("general/1", "tie"),)


@pytest.mark.parametrize(
    ("pick", "left", "choice"),
    [
        ("left", "base", "base"),
        ("left", "tuned", "tuned"),
        ("right", "base", "tuned"),
        ("right", "tuned", "base"),
        ("tie", "base", "tie"),
        ("skip", "tuned", "skip"),
    ],
)
def test_a_pick_becomes_a_choice(pick: Pick, left: Side, choice: str) -> None:
    """The side that was picked says which model only with the side each stood on."""
    assert choice_of(pick, left) == choice


def test_two_commands_may_write_at_once(tmp_path: Path, mark: Mark) -> None:
    """300 lines of three processes are all there and whole."""
    file = RatingsFile(tmp_path / "ratings.jsonl")
    context = multiprocessing.get_context("fork")
    writers = [
        context.Process(
            target=_write, args=(file, [mark(f"{name}/{n}", "tie") for n in range(100)])
        )
        for name in "abc"
    ]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()

    assert len({rating.probe_id for rating in file.read()}) == 300


def _write(file: RatingsFile, ratings: list[Rating]) -> None:
    for rating in ratings:
        file.append([rating])
