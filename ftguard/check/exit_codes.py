"""What commands end with."""

PASSED, BREACHED, WRONG_USE, UNDECIDED = 0, 1, 2, 3
"""The exit codes of `best`, `check`, `examine` and `card`; the manual's page `deploying` has them
in a table."""
