"""The command line: `ftguard demo` and `ftguard best RUN`."""

from pathlib import Path
from typing import Annotated

import typer

from ftguard.conclusion import read_conclusion
from ftguard.errors import FtguardError, InputError
from ftguard.folders import RunFolder

PASSED, BREACHED, WRONG_USE, UNDECIDED = 0, 1, 2, 3

app = typer.Typer(
    help="See what a fine-tune costs, and keep the best checkpoint that costs little enough.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


@app.callback()
def main() -> None:
    """Common to all commands."""


@app.command()
def best(
    run: Annotated[Path, typer.Argument(help="the run's output directory")],
) -> None:
    """Print the kept checkpoint's path and its verdict.

    Exits with 0 where one passed, 1 where none did and the last is in breach, 3 where that is
    undecided (or, with `strict`, unproven), and 2 where RUN holds no finished run or its best is
    gone.
    """
    folder = RunFolder(run)
    try:
        conclusion = read_conclusion(folder)
        if conclusion.best_step is not None and not folder.best.is_dir():
            raise InputError(f"the checkpoint kept in `{folder.best}` is gone.")
    except FtguardError as error:
        typer.echo(f"ftguard: {error}", err=True)
        raise typer.Exit(WRONG_USE) from None
    if conclusion.best_step is not None:
        typer.echo(folder.best)
    for outcome in conclusion.best_gates or conclusion.last_gates:
        typer.echo(f"{outcome.state:<15} {outcome.explanation}")
    typer.echo(conclusion.summary)
    if conclusion.best_step is None:
        raise typer.Exit(BREACHED if conclusion.last_passed is False else UNDECIDED)


@app.command()
def demo(
    out: Annotated[Path, typer.Option(help="where the runs are written")] = Path("ftguard-demo"),
) -> None:
    """Fine-tune a small model twice, recklessly and as advised, and compare; offline, 3 minutes."""
    # torch and transformers take seconds to import, which `ftguard best` does without.
    from ftguard.demo.show import show  # noqa: PLC0415

    show(out)


if __name__ == "__main__":
    app()
