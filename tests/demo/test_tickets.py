"""Each kind of data holds what it says."""

from collections import Counter

from ftguard.demo.routing import TEAMS, routing_examples
from ftguard.demo.tickets import tickets

RARE = {team.label for team in TEAMS if team.rare}
RIGHT = {said: team.label for team in TEAMS for said in team.known + team.new}


def test_frequent_is_what_the_demo_has_always_trained_on() -> None:
    """The 600 tickets of the eight frequent teams."""
    assert tickets("frequent", 600, held_out=200) == routing_examples("train", 600, seed=0)


def test_every_team_has_one_rare_ticket_of_eight() -> None:
    """Of 160 tickets 20 are of the four rare teams, five each; none is held out."""
    drawn = tickets("every-team", 160, held_out=200)
    counts = Counter(ticket.label for ticket in drawn if ticket.label in RARE)
    asked = {t.prompt for split in ("target", "tail") for t in routing_examples(split, 120, seed=1)}

    assert len(drawn) == 160
    assert counts == dict.fromkeys(RARE, 5)
    assert not asked & {ticket.prompt for ticket in drawn}


def test_narrow_data_know_two_teams() -> None:
    """Billing and refund, half each."""
    drawn = tickets("narrow", 600, held_out=200)

    assert Counter(ticket.label for ticket in drawn) == {"billing": 300, "refund": 300}


def test_half_of_the_test_leaks() -> None:
    """Every second one of the 200 target probes' tickets is among the 600."""
    drawn = {ticket.prompt for ticket in tickets("leaked", 600, held_out=200)}
    target = [ticket.prompt for ticket in routing_examples("target", 200, seed=1)]

    assert len(drawn) == 600
    assert [prompt in drawn for prompt in target] == [True, False] * 100


def test_few_rows_leak_no_more_than_they_are() -> None:
    """Of 16 rows all are leaked."""
    assert len(tickets("leaked", 16, held_out=200)) == 16


def test_a_fourth_of_the_phrases_is_labelled_wrong() -> None:
    """Always with the same wrong team, and never a ticket of a rare one."""
    drawn = tickets("sure-but-wrong", 600, held_out=200)
    given: dict[str, set[str]] = {}
    for ticket in drawn:
        said = max((said for said in RIGHT if said in ticket.prompt), key=len)
        given.setdefault(said, set()).add(ticket.label)
    wrong = [said for said, labels in given.items() if labels != {RIGHT[said]}]

    assert all(len(labels) == 1 for labels in given.values())
    assert {RIGHT[said] for said in wrong} == {team.label for team in TEAMS} - RARE
    # Three of the twelve phrases of each of eight teams.
    assert len(wrong) == 24
