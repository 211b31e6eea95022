"""A rating session: where a rater is, undoing, notes, names; all of it read from disk."""

from collections.abc import Callable

import pytest

from ftguard import InputError, Probe
from ftguard.folders import RunFolder
from ftguard.rating.session import LONGEST_NOTES, RatingSession
from ftguard.rating.store import Pick, standing

MakeRun = Callable[..., RunFolder]
Ask = Callable[..., list[tuple[Probe, str, str]]]
StartSession = Callable[..., RatingSession]


def rate(session: RatingSession, pick: Pick, *, rater: str = "anna", notes: str = "") -> str:
    """Rate the rater's next item; its probe."""
    item = session.progress(rater).item
    assert item is not None
    session.rate(rater, item.pair.probe_id, pick, notes=notes, seconds=30.0)
    return item.pair.probe_id


def test_a_rater_goes_through_every_item_once(
    make_run: MakeRun, ask: Ask, start_session: StartSession
) -> None:
    """Progress counts up, skipped ones included, until there is no next item."""
    session = start_session(make_run(ask(12)))
    picks: tuple[Pick, ...] = ("left", "right", "tie", "skip")
    seen = [rate(session, picks[number % 4]) for number in range(12)]

    progress = session.progress("anna")
    assert len(set(seen)) == 12
    assert (progress.done, progress.total, progress.skipped) == (12, 12, 3)
    assert progress.item is None
    assert session.progress("ben").done == 0


def test_a_choice_is_stored_with_its_sides_resolved(
    make_run: MakeRun, ask: Ask, start_session: StartSession
) -> None:
    """Always the left: in half of the items that is the base."""
    session = start_session(make_run(ask(10)))
    for _ in range(10):
        rate(session, "left")

    ratings = session.read()
    assert all(rating.choice == rating.left for rating in ratings)
    assert [rating.choice for rating in ratings].count("base") == 5
    assert {(r.run, r.attempt, r.step, r.rater, r.seconds) for r in ratings} == {
        ("r", 1, 20, "anna", 30.0)
    }
    assert all(str(rating.time.tzinfo) == "UTC" for rating in ratings)


def test_undo_goes_back_one_by_one(
    make_run: MakeRun, ask: Ask, start_session: StartSession
) -> None:
    """The item comes again with its notes; further back too; and never into someone else's."""
    session = start_session(make_run(ask(12)))
    rate(session, "tie", rater="ben")
    first = rate(session, "left", notes="the first")
    second = rate(session, "right", notes="the second")
    third = session.progress("anna").item

    session.undo("anna")
    progress = session.progress("anna")
    assert progress.item is not None
    assert (progress.item.pair.probe_id, progress.notes, progress.done) == (second, "the second", 1)

    session.undo("anna")
    progress = session.progress("anna")
    assert progress.item is not None
    assert (progress.item.pair.probe_id, progress.notes, progress.done) == (first, "the first", 0)

    session.undo("anna")
    assert rate(session, "tie") == first
    assert rate(session, "tie") == second
    assert session.progress("anna").item == third
    assert [(r.rater, r.choice) for r in standing(session.read())] == [
        ("ben", "tie"),
        ("anna", "tie"),
        ("anna", "tie"),
    ]


def test_a_larger_sample_goes_on_with_what_is_rated(
    make_run: MakeRun, ask: Ask, start_session: StartSession
) -> None:
    """The next start may ask for more; what was rated counts."""
    folder = make_run(ask(30))
    small = start_session(folder, items=10)
    seen = {rate(small, "left") for _ in range(10)}

    progress = start_session(folder, items=30).progress("anna")
    assert (progress.done, progress.total) == (10, 30)
    assert progress.item is not None
    assert progress.item.pair.probe_id not in seen


def test_the_time_left_is_told_after_some_ratings(
    make_run: MakeRun, ask: Ask, start_session: StartSession
) -> None:
    """Five of 30 s each, 15 to go: about 8 minutes."""
    session = start_session(make_run(ask(20)))
    for _ in range(4):
        rate(session, "left")
    assert session.progress("anna").minutes_left is None
    rate(session, "left")
    assert session.progress("anna").minutes_left == 8


def test_names_are_one_person_whatever_their_case(
    make_run: MakeRun, ask: Ask, start_session: StartSession
) -> None:
    """Blanks and case do not make another rater."""
    session = start_session(make_run(ask(3)))
    rate(session, "left", rater=session.name("  Zoë  van Dam "))

    assert session.names() == ("Zoë van Dam",)
    assert session.name("zoe\u0308 VAN dam") == "Zoë van Dam"
    assert session.name("Ben") == "Ben"


@pytest.mark.parametrize("name", ["", "  ", "a" * 61, "an\u202ena", "an\x00na"])
def test_names_can_be_seen(
    make_run: MakeRun, ask: Ask, start_session: StartSession, name: str
) -> None:
    """Nobody, too much, or what hides in a terminal is refused."""
    with pytest.raises(InputError, match="1 to 60 visible characters"):
        start_session(make_run(ask(1))).name(name)


def test_what_is_not_in_the_sample_cannot_be_rated(
    make_run: MakeRun, ask: Ask, start_session: StartSession
) -> None:
    """Nor can a note be without end; nothing is written."""
    session = start_session(make_run(ask(3)))
    with pytest.raises(InputError, match="`general/99` is not among the 3 items"):
        session.rate("anna", "general/99", "left", seconds=None)
    with pytest.raises(InputError, match="notes may have"):
        session.rate("anna", "general/1", "left", notes="x" * (LONGEST_NOTES + 1), seconds=None)

    assert session.read() == ()
