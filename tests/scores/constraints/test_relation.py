"""Tests of relations."""

from ftguard.probes.constraint import RELATIONS as NAMES
from ftguard.scores.constraints.relation import RELATIONS


def test_every_relation_that_a_constraint_may_name_is_known() -> None:
    """The names that constraints are checked against are those of the table."""
    assert set(RELATIONS) == set(NAMES)
