"""How every command ends: its exit codes, and what happens on wrong use."""

from collections.abc import Iterator
from contextlib import contextmanager

import typer

from ftguard.check import decision
from ftguard.errors import FtguardError

PASSED, BREACHED = decision.PASSED, decision.BREACHED
WRONG_USE, UNDECIDED = decision.WRONG_USE, decision.UNDECIDED
EXIT_CODES = {True: PASSED, False: BREACHED, None: UNDECIDED}
"""By a verdict's `passed`."""


@contextmanager
def ends_on_wrong_use() -> Iterator[None]:
    """What cannot be used ends the command with its message, and nothing else."""
    try:
        yield
    except FtguardError as error:
        typer.echo(f"ftguard: {error}", err=True)
        raise typer.Exit(WRONG_USE) from None
