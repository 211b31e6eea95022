"""A sitting: where a rater is, undoing, notes, names; all of it read from disk."""

from collections.abc import Callable

import pytest

from ftguard import InputError, Probe
from ftguard.folders import RunFolder
from ftguard.rating.session import LONGEST_NOTES, Sitting
from ftguard.rating.store import Pick, standing

MakeRun = Callable[..., RunFolder]
Ask = Callable[..., list[tuple[Probe, str, str]]]
Sit = Callable[..., Sitting]


def rate(sitting: Sitting, pick: Pick, *, rater: str = "anna", notes: str = "") -> str:
    """Rate the rater's next item; its probe."""
    item = sitting.progress(rater).item
    assert item is not None
    sitting.rate(rater, item.pair.probe_id, pick, notes=notes, seconds=30.0)
    return item.pair.probe_id


def test_a_rater_goes_through_every_item_once(make_run: MakeRun, ask: Ask, sit: Sit) -> None:
    """Progress counts up, skipped ones included, until there is no next item."""
    sitting = sit(make_run(ask(12)))
    picks: tuple[Pick, ...] = ("left", "right", "tie", "skip")
    seen = [rate(sitting, picks[number % 4]) for number in range(12)]

    progress = sitting.progress("anna")
    assert len(set(seen)) == 12
    assert (progress.done, progress.total, progress.skipped) == (12, 12, 3)
    assert progress.item is None
    assert sitting.progress("ben").done == 0


def test_a_choice_is_stored_with_its_sides_resolved(make_run: MakeRun, ask: Ask, sit: Sit) -> None:
    """Always the left: in half of the items that is the base."""
    sitting = sit(make_run(ask(10)))
    for _ in range(10):
        rate(sitting, "left")

    ratings = sitting.read()
    assert all(rating.choice == rating.left for rating in ratings)
    assert [rating.choice for rating in ratings].count("base") == 5
    assert {(r.run, r.attempt, r.step, r.rater, r.seconds) for r in ratings} == {
        ("r", 1, 20, "anna", 30.0)
    }
    assert all(str(rating.time.tzinfo) == "UTC" for rating in ratings)


def test_undo_goes_back_one_by_one(make_run: MakeRun, ask: Ask, sit: Sit) -> None:
    """The item comes again with its notes; further back too; and never into someone else's."""
    sitting = sit(make_run(ask(12)))
    rate(sitting, "tie", rater="ben")
    first = rate(sitting, "left", notes="the first")
    second = rate(sitting, "right", notes="the second")
    third = sitting.progress("anna").item

    sitting.undo("anna")
    progress = sitting.progress("anna")
    assert progress.item is not None
    assert (progress.item.pair.probe_id, progress.notes, progress.done) == (second, "the second", 1)

    sitting.undo("anna")
    progress = sitting.progress("anna")
    assert progress.item is not None
    assert (progress.item.pair.probe_id, progress.notes, progress.done) == (first, "the first", 0)

    sitting.undo("anna")
    assert rate(sitting, "tie") == first
    assert rate(sitting, "tie") == second
    assert sitting.progress("anna").item == third
    assert [(r.rater, r.choice) for r in standing(sitting.read())] == [
        ("ben", "tie"),
        ("anna", "tie"),
        ("anna", "tie"),
    ]


def test_a_larger_sample_goes_on_with_what_is_rated(make_run: MakeRun, ask: Ask, sit: Sit) -> None:
    """The next start may ask for more; what was rated counts."""
    folder = make_run(ask(30))
    small = sit(folder, items=10)
    seen = {rate(small, "left") for _ in range(10)}

    progress = sit(folder, items=30).progress("anna")
    assert (progress.done, progress.total) == (10, 30)
    assert progress.item is not None
    assert progress.item.pair.probe_id not in seen


def test_the_time_left_is_told_after_some_ratings(make_run: MakeRun, ask: Ask, sit: Sit) -> None:
    """Five of 30 s each, 15 to go: about 8 minutes."""
    sitting = sit(make_run(ask(20)))
    for _ in range(4):
        rate(sitting, "left")
    assert sitting.progress("anna").minutes_left is None
    rate(sitting, "left")
    assert sitting.progress("anna").minutes_left == 8


def test_names_are_one_person_whatever_their_case(make_run: MakeRun, ask: Ask, sit: Sit) -> None:
    """Blanks and case do not make another rater."""
    sitting = sit(make_run(ask(3)))
    rate(sitting, "left", rater=sitting.name("  Zoë  van Dam "))

    assert sitting.names() == ("Zoë van Dam",)
    assert sitting.name("zoe\u0308 VAN dam") == "Zoë van Dam"
    assert sitting.name("Ben") == "Ben"


@pytest.mark.parametrize("name", ["", "  ", "a" * 61, "an\u202ena", "an\x00na"])
def test_names_can_be_seen(make_run: MakeRun, ask: Ask, sit: Sit, name: str) -> None:
    """Nobody, too much, or what hides in a terminal is refused."""
    with pytest.raises(InputError, match="1 to 60 visible characters"):
        sit(make_run(ask(1))).name(name)


def test_what_is_not_in_the_sample_cannot_be_rated(make_run: MakeRun, ask: Ask, sit: Sit) -> None:
    """Nor can a note be without end; nothing is written."""
    sitting = sit(make_run(ask(3)))
    with pytest.raises(InputError, match="`general/99` is not among the 3 items"):
        sitting.rate("anna", "general/99", "left", seconds=None)
    with pytest.raises(InputError, match="notes may have"):
        sitting.rate("anna", "general/1", "left", notes="x" * (LONGEST_NOTES + 1), seconds=None)

    assert sitting.read() == ()
