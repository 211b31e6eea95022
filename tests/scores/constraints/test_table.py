"""Tests of the table of checks."""

import inspect

from ftguard.probes.constraint import CONSTRAINTS
from ftguard.scores.constraints.table import CHECKS, CHECKS_AGAINST_PROMPT


def test_every_constraint_has_one_check() -> None:
    """All 32 ids stand in one of the two tables."""
    assert sorted([*CHECKS, *CHECKS_AGAINST_PROMPT]) == sorted(CONSTRAINTS)
    assert len(CONSTRAINTS) == 32


def test_checks_take_the_arguments_of_their_constraint() -> None:
    """By the names that the constraint has for them, after the text (and the prompt)."""
    for checks, given in ((CHECKS, 1), (CHECKS_AGAINST_PROMPT, 2)):
        for name, check in checks.items():
            assert {*list(inspect.signature(check).parameters)[given:]} == {*CONSTRAINTS[name]}
