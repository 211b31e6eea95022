"""The command `ftguard manual`: the pages that ship with the package, in the terminal."""

import io
import sys
from importlib.resources import files
from typing import Annotated

import typer
from rich.console import Console
from rich.markdown import Markdown

from ftguard.errors import InputError

WIDTH = 80
WRONG_USE = 2
PAGES = files("ftguard") / "manual"
SUFFIX = ".md"


def topics() -> dict[str, str]:
    """Every topic, in the order of the alphabet, with its page's first heading."""
    names = sorted(page.name.removesuffix(SUFFIX) for page in PAGES.iterdir())
    return {name: read_page(name).partition("\n")[0].removeprefix("# ") for name in names}


def read_page(topic: str) -> str:
    """The Markdown of a topic's page.

    Raises:
        InputError: there is no such topic; the message names those that there are.
    """
    pages = {page.name.removesuffix(SUFFIX): page for page in PAGES.iterdir()}
    if topic not in pages:
        raise InputError(f"the manual has no topic `{topic}`; there are {sorted(pages)}.")
    return pages[topic].read_text(encoding="utf-8")


def render(markdown: str, *, colour: bool) -> str:
    """A page as a terminal shows it, 80 columns wide."""
    out = io.StringIO()
    console = Console(
        file=out, width=WIDTH, force_terminal=colour, color_system="standard" if colour else None
    )
    console.print(Markdown(markdown, hyperlinks=False))
    return out.getvalue()


def manual(
    topic: Annotated[str | None, typer.Argument(help="without one the topics are listed")] = None,
) -> None:
    """Read the manual: list its topics, or show the page of one.

    On a terminal the page is laid out; into a file or a pipe its Markdown is written as it is.
    """
    if topic is None:
        found = topics()
        width = max(map(len, found))
        for name, heading in found.items():
            typer.echo(f"{name:<{width}}  {heading}")
        return
    try:
        page = read_page(topic)
    except InputError as error:
        typer.echo(f"ftguard: {error}", err=True)
        raise typer.Exit(WRONG_USE) from None
    typer.echo(render(page, colour=True) if sys.stdout.isatty() else page, nl=False)
