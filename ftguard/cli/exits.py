"""How every command ends: its exit codes, and what happens on wrong use."""

import sys
import traceback
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import typer

from ftguard.check.codes import BREACHED, PASSED, UNDECIDED, WRONG_USE
from ftguard.errors import FtguardError, FtguardWarning, NothingExaminedError, told
from ftguard.text.formatting import printable, wrapped
from ftguard.text.terminal import echo

EXIT_CODES = {True: PASSED, False: BREACHED, None: UNDECIDED}
"""By a verdict's `passed`."""


@contextmanager
def undecided_by_accident() -> Iterator[None]:
    """What breaks or is stopped on the way has decided nothing: it must not read as a breach.

    Python itself would exit with 1 on either.
    """
    try:
        yield
    except (FtguardError, typer.Exit):
        raise
    except KeyboardInterrupt:
        echo("ftguard: stopped; nothing was decided", err=True)
        raise typer.Exit(UNDECIDED) from None
    except Exception as error:  # noqa: BLE001 - whatever it is, it is no verdict
        traceback.print_exc()
        echo(f"ftguard: nothing was decided ({printable(told(error))})", err=True)
        raise typer.Exit(UNDECIDED) from None


@contextmanager
def ends_on_wrong_use() -> Iterator[None]:
    """What cannot be used ends the command with its message, and nothing else.

    What ftguard warns of is a line on standard error.
    """
    try:
        with plain_warnings():
            yield
    except FtguardError as error:
        echo(laid_out(printable(str(error)), terminal=sys.stderr.isatty()), err=True)
        nothing = isinstance(error, NothingExaminedError)
        raise typer.Exit(UNDECIDED if nothing else WRONG_USE) from None


@contextmanager
def plain_warnings() -> Iterator[None]:
    """Tell ftguard's own warnings without the file and line of code that they come from."""
    with warnings.catch_warnings():
        as_usual = warnings.showwarning

        def show(message: Warning | str, category: type[Warning], *where: Any) -> None:
            if not issubclass(category, FtguardWarning):
                as_usual(message, category, *where)
                return
            line = printable(str(message).removeprefix("ftguard: "))
            echo(laid_out(line, terminal=sys.stderr.isatty()), err=True)

        warnings.showwarning = show  # type: ignore[assignment]
        yield


def laid_out(message: str, *, terminal: bool) -> str:
    """A message: broken between words for a terminal, a line for what searches a log."""
    text = f"ftguard: {message}"
    return wrapped(text, then="  ") if terminal else text
