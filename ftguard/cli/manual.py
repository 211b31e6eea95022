"""The command `ftguard manual`: the pages that ship with the package, in the terminal."""

import sys
from importlib.resources import files
from typing import Annotated

import typer
from rich.markdown import Markdown

from ftguard.cli.exits import ends_on_wrong_use
from ftguard.errors import InputError
from ftguard.formatting import drawn

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
    return drawn(Markdown(markdown, hyperlinks=False), colour=colour)


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
    with ends_on_wrong_use():
        page = read_page(topic)
    text = render(page, colour=True) if sys.stdout.isatty() else page
    encoding = sys.stdout.encoding or "utf-8"
    typer.echo(text.encode(encoding, "replace").decode(encoding), nl=False)
