"""The routing task: what each split holds, and that held-out tickets are held out."""

from collections import Counter

import pytest

from ftguard.demo.routing import (
    CLOSINGS,
    OPENINGS,
    PROMPTS,
    TEAMS,
    Split,
    Ticket,
    held_out,
    routing_examples,
)

SPLITS: tuple[Split, ...] = ("pretrain", "train", "target", "tail")
SIZES = {"pretrain": 600, "train": 600, "target": 480, "tail": 240}


def drawn(split: Split, seed: int = 0) -> list[Ticket]:
    """As many tickets of a split as the demo uses, or more."""
    return routing_examples(split, SIZES[split], seed)


def body(ticket: Ticket) -> str:
    """The ticket's own text, without the words that ask for its team."""
    for prompt in PROMPTS:
        before, after = prompt.split("{}")
        if ticket.prompt.startswith(before) and ticket.prompt.endswith(after):
            return ticket.prompt.removeprefix(before).removesuffix(after)
    raise AssertionError(ticket.prompt)


def phrase(ticket: Ticket) -> str:
    """The one phrase that says what the ticket is about."""
    said = [p for team in TEAMS for p in team.known + team.new if p in ticket.prompt]
    return max(said, key=len)


def test_first_tickets() -> None:
    """With seed 0 these are the first training ticket and the first of the tail."""
    assert drawn("train")[0] == Ticket(
        prompt="ticket: good day, the amount due looks off team=", label="billing", rare=False
    )
    assert drawn("tail")[0] == Ticket(
        prompt="ticket: as of today, everything timed out, i am waiting team=",
        label="outage",
        rare=True,
    )


def test_crc_holds_out() -> None:
    """A text is held out where its CRC-32 ends in 0 or 1.

    `hi, my parcel is late, thanks` has 4155845100, `my parcel is late` 1928961842.
    """
    assert held_out("hi, my parcel is late, thanks")
    assert not held_out("my parcel is late")


@pytest.mark.parametrize("split", SPLITS)
def test_evaluated_texts_are_never_learned_from(split: Split) -> None:
    """Target and tail hold only held-out texts, pretraining and training none, for any seed."""
    tickets = [ticket for seed in range(3) for ticket in drawn(split, seed)]

    assert {held_out(body(ticket)) for ticket in tickets} == {split in {"target", "tail"}}


def _letters(ticket: Ticket) -> str:
    return "".join(filter(str.isalnum, body(ticket)))


@pytest.mark.parametrize("split", ["target", "tail"])
def test_no_evaluated_text_is_a_part_of_one_that_is_learned_from(split: Split) -> None:
    """Else the guard would rightly call it a leak."""
    trained = [_letters(ticket) for ticket in drawn("train")]

    assert not [t for t in drawn(split) if any(_letters(t) in text for text in trained)]


@pytest.mark.parametrize(
    ("split", "teams"),
    [
        ("pretrain", {team.label for team in TEAMS}),
        ("train", {team.label for team in TEAMS if not team.rare}),
        ("target", {team.label for team in TEAMS if not team.rare}),
        ("tail", {"outage", "privacy", "legal", "press"}),
    ],
)
def test_teams_of_each_split(split: Split, teams: set[str]) -> None:
    """Fine-tuning never sees a rare team; the tail is nothing else; each team has its turn."""
    counts = Counter(ticket.label for ticket in drawn(split))

    assert counts.keys() == teams
    assert set(counts.values()) == {SIZES[split] // len(teams)}
    assert all(ticket.rare == (split == "tail") for ticket in drawn(split) if split != "pretrain")


def test_base_meets_known_phrases_only() -> None:
    """The new phrases are new: pretraining holds none, training and target hold all of them."""
    known = {p for team in TEAMS for p in team.known}
    new = {p for team in TEAMS if not team.rare for p in team.new}

    assert {phrase(ticket) for ticket in drawn("pretrain")} <= known
    assert new <= {phrase(ticket) for ticket in drawn("train")}
    assert new <= {phrase(ticket) for ticket in drawn("target")}


def test_a_phrase_has_one_team() -> None:
    """No phrase belongs to two teams, so every ticket has one right answer."""
    phrases = [p for team in TEAMS for p in team.known + team.new]

    assert len(TEAMS) == 12
    assert len(phrases) == len(set(phrases)) == 8 * 12 + 4 * 8


@pytest.mark.parametrize("split", ["train", "target", "tail"])
def test_tickets_do_not_repeat(split: Split) -> None:
    """A ticket of these splits is drawn once."""
    tickets = drawn(split)

    assert len({ticket.prompt for ticket in tickets}) == len(tickets)


def test_longest_ticket_fits() -> None:
    """The longest of all possible prompts stays within the stated 100 characters."""
    longest = max(len(p) for team in TEAMS for p in team.known + team.new)
    frame = max(map(len, OPENINGS)) + max(map(len, CLOSINGS)) + max(len(p) - 2 for p in PROMPTS)

    assert longest + frame <= 100


def test_same_seed_same_tickets() -> None:
    """The draw depends on the seed alone."""
    assert drawn("train", seed=3) == drawn("train", seed=3)
    assert drawn("train", seed=3) != drawn("train", seed=4)


def test_asking_for_too_many_is_an_error() -> None:
    """A team has only so many held-out tickets: 12 phrases in 144 frames, a fifth of them."""
    with pytest.raises(ValueError, match="has no further tickets for `target`"):
        routing_examples("target", 8 * 12 * 144, 0)
