"""The command `ftguard best`: which checkpoint is kept, and why."""

from pathlib import Path
from typing import Annotated

import typer

from ftguard.cli.exits import ends_on_wrong_use
from ftguard.errors import InputError
from ftguard.folders import existing_run
from ftguard.text.formatting import printable, wrapped
from ftguard.text.terminal import write, write_exact

STATE = 16
"""Columns of a gate's state."""
RUN = typer.Argument(help="the run's output directory, or what lies in it")


def best(run: Annotated[Path, RUN]) -> None:
    """Print the kept checkpoint's path and its verdict.

    Exits with 0 where one passed, 1 where none did and the last is in breach, 3 where that is
    undecided (or, with `strict`, unproven) or nothing was learned, and 2 where RUN holds no
    run or its best is gone.
    """
    with ends_on_wrong_use():
        folder = existing_run(run)
        # What reads a run takes a while to import, which wrong use does without.
        from ftguard.check.decision import exit_code_of
        from ftguard.tracking.console import laid_out
        from ftguard.verdict.conclusion import read_conclusion

        conclusion = read_conclusion(folder)
        if conclusion.best_step is not None and not folder.best.is_dir():
            raise InputError(f"the checkpoint kept in `{folder.best}` is gone.")
    if conclusion.best_step is not None:
        write_exact(str(folder.best))
    for outcome in conclusion.best_gates or conclusion.last_gates:
        state = f"{outcome.state:<{STATE}}"
        write(wrapped(printable(outcome.explanation), first=state, then=" " * STATE) + "\n")
    write(f"{laid_out(conclusion.summary)}\n")
    raise typer.Exit(exit_code_of(conclusion))
