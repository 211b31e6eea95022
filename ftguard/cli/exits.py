"""How every command ends: its exit codes, and what happens on wrong use."""

from collections.abc import Iterator
from contextlib import contextmanager

import typer

from ftguard.check.decision import BREACHED as BREACHED
from ftguard.check.decision import PASSED as PASSED
from ftguard.check.decision import UNDECIDED as UNDECIDED
from ftguard.check.decision import WRONG_USE as WRONG_USE
from ftguard.errors import FtguardError

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
