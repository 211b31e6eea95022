"""`ftguard judge`: what a judge is worth, before it grades and against people."""

from types import MappingProxyType

import typer

from ftguard.cli.late import LateGroup


class Commands(LateGroup):
    """What can be found out about a judge."""

    prefix = "judge_"
    late = MappingProxyType(
        {
            "check": "Measure a judge on pairs of answers of which one is known to be better.",
            "agree": "Compare a judge with the people who rated a run (`ftguard rate RUN`).",
        }
    )


judge = typer.Typer(
    cls=Commands, help="Look at who grades.", no_args_is_help=True, add_completion=False
)


@judge.callback()
def main() -> None:
    """Common to all commands."""
