"""Draws the tickets that a run of the demo trains on, well chosen or badly."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from random import Random
from types import MappingProxyType

from ftguard.demo.dials import Data
from ftguard.demo.routing import TEAMS, Ticket, routing_examples

RARE_SHARE = 8
"""Where rare teams are trained on, one ticket of so many is theirs."""
NARROW = ("billing", "refund")
"""The teams that narrow data know."""
LEAKED = 2
"""Of the held-out tickets one of so many is trained on where data leak."""
WRONG = 4
"""Of the phrases one of so many is given to another team by a labeller who is never in doubt."""


def tickets(data: Data, count: int, held_out: int) -> list[Ticket]:
    """So many tickets to train on.

    Args:
        data: how they are chosen.
        count: how many.
        held_out: how many tickets the target probes are made of, to leak some.
    """
    return KINDS[data](count, held_out)


def _frequent(count: int, held_out: int) -> list[Ticket]:
    del held_out
    return routing_examples("train", count, seed=0)


def _every_team(count: int, held_out: int) -> list[Ticket]:
    rare = max(1, count // RARE_SHARE)
    return [*_frequent(count - rare, held_out), *routing_examples("rare", rare, seed=0)]


def _narrow(count: int, held_out: int) -> list[Ticket]:
    del held_out
    return routing_examples("train", count, seed=0, labels=NARROW)


def _leaked(count: int, held_out: int) -> list[Ticket]:
    leaked = routing_examples("target", held_out, seed=1)[::LEAKED]
    own = _every_team(max(1, count - len(leaked)), held_out)
    return [*own[: max(0, count - len(leaked))], *leaked][:count]


def _sure_but_wrong(count: int, held_out: int) -> list[Ticket]:
    wrong = _mislabelled()
    return [
        replace(
            ticket, label=next((to for said, to in wrong if said in ticket.prompt), ticket.label)
        )
        for ticket in _every_team(count, held_out)
    ]


def _mislabelled() -> list[tuple[str, str]]:
    """Phrases with the wrong team that all their tickets are given to."""
    random, frequent = Random(0), [team for team in TEAMS if not team.rare]
    found = []
    for team in frequent:
        others = [other.label for other in frequent if other is not team]
        phrases = team.known + team.new
        found += [(said, random.choice(others)) for said in phrases[::WRONG]]
    return found


KINDS: Mapping[Data, Callable[[int, int], list[Ticket]]] = MappingProxyType(
    {
        "frequent": _frequent,
        "every-team": _every_team,
        "narrow": _narrow,
        "leaked": _leaked,
        "sure-but-wrong": _sure_but_wrong,
    }
)
