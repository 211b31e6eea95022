"""The exit codes of `best`, `check`, `examine`, `card` and `watch`.

The manual's page `deploying` has them in a table.
"""

PASSED, BREACHED, WRONG_USE, UNDECIDED = 0, 1, 2, 3
