"""The command line: the command `ftguard` and all that it can do."""

import sys
from collections.abc import Sequence
from types import MappingProxyType
from typing import Annotated, Any

import typer

from ftguard.cli.late import LateGroup


class Commands(LateGroup):
    """What `ftguard` can do, in the order of its help."""

    late = MappingProxyType(
        {
            "demo": "Fine-tune a small model twice, recklessly and as advised, and compare; "
            "offline, 3 minutes.",
            "play": "Break a fine-tune on a page of this machine: guess what the guard will say, "
            "and watch.",
            "best": "Print the kept checkpoint's path and its verdict.",
            "show": "Show answers of a checkpoint beside the base's, changed words marked; lost "
            "ones first.",
            "compare": "Show runs side by side by the checkpoint that each keeps, and say which to "
            "ship.",
            "watch": "Follow a run while it trains, until it ends or Ctrl-C; training takes no "
            "notice.",
            "rate": "Rate base against fine-tuned blind, side by side, on a page of this machine.",
            "report": "Write the report of a run, or of several side by side, as one page that "
            "opens offline.",
            "check": "Decide whether a fine-tune may be deployed: what did it cost against its "
            "base?",
            "card": "Print the kept checkpoint's evaluation as model-card metadata, or write it.",
            "examine": "Measure the checkpoints of a run trained without ftguard, and name the one "
            "to keep.",
            "manual": "Read the manual: list its topics, or show the page of one.",
            "glossary": "Say what the words mean that a run uses: breach, suspect, proven, nothing "
            "to lose, ...",
            "probes": "Look at what is asked.",
            "judge": "Look at who grades.",
        }
    )

    def main(self, args: Sequence[str] | None = None, *given: Any, **named: Any) -> Any:
        """Run the command that the words name; help that nobody takes is no failure."""
        words = sys.argv[1:] if args is None else list(args)
        try:
            return super().main(args, *given, **named)
        except OSError:
            if words and "--help" not in words:
                raise
            from ftguard.text.terminal import silence

            silence(sys.stdout)
            sys.exit(0)


app = typer.Typer(
    cls=Commands,
    help="See what a fine-tune costs, and keep the best checkpoint that costs little enough.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)


def _on_version(asked: bool) -> None:  # noqa: FBT001 - typer calls it so
    if asked:
        import importlib.metadata

        from ftguard.text.terminal import write

        write(f"ftguard {importlib.metadata.version('ftguard')}\n")
        raise typer.Exit


@app.callback()
def main(
    *,
    version: Annotated[
        bool,
        typer.Option("--version", help="print the version", is_eager=True, callback=_on_version),
    ] = False,
) -> None:
    """Common to all commands."""
    del version
