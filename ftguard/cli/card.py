"""`ftguard card RUN`: the kept checkpoint's evaluation as metadata of its model card."""

from pathlib import Path
from typing import Annotated

import typer

from ftguard.cli.exits import ends_on_wrong_use
from ftguard.errors import InputError
from ftguard.folders import existing_run
from ftguard.text.formatting import printable
from ftguard.text.terminal import echo


def card(
    run: Annotated[Path, typer.Argument(help="the run's output directory")],
    *,
    write: Annotated[
        bool, typer.Option("--write", help="write it into the kept checkpoint's README.md")
    ] = False,
    name: Annotated[
        str | None,
        typer.Option(help="of the model, where its card has none; by default that of RUN"),
    ] = None,
) -> None:
    """Print the kept checkpoint's evaluation as model-card metadata, or write it.

    What the card holds already is kept; what an earlier call wrote is replaced. It
    holds numbers, and no paths, prompts or answers.

    Exit codes: 0 done, 2 wrong use, or no checkpoint is kept, 3 nothing was written because the
    kept one did not pass.
    """
    with ends_on_wrong_use():
        found = existing_run(run)
        # What reads a run takes a while to import, which wrong use does without.
        from ftguard.check.card import KEY, as_yaml, merged, results, write_card
        from ftguard.check.recorded import decision_of
        from ftguard.report.recorded import read_run
        from ftguard.verdict.conclusion import read_conclusion

        recorded = read_run(found.output_dir)
        conclusion = read_conclusion(recorded.folder)
        if conclusion.best_step is None or not recorded.folder.best.is_dir():
            raise InputError(f"no checkpoint of `{run}` is kept, so that none has a card.")
        decision = decision_of(recorded, conclusion)
        # A name and no path, which would tell where it was made.
        called = printable(name or run.resolve().name)
        # Of two models that were compared this is a link to the tuned one.
        folder = recorded.folder.best.resolve()
        if write and decision.exit_code:
            typer.echo(
                "ftguard: nothing is written: what is kept has not passed (`ftguard best` says "
                "why), and a card would vouch for it.",
                err=True,
            )
            raise typer.Exit(decision.exit_code)
        if write:
            echo(f"written into {printable(str(write_card(decision, folder, called)))}")
            return
        index = merged([], results(decision), called)
        echo(as_yaml({KEY: index}).removesuffix("\n"))
