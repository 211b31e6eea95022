"""The command `ftguard manual`: the pages that ship with the package, in the terminal."""

import difflib
import re
import sys
from collections import Counter
from collections.abc import Sequence
from importlib.resources import files
from typing import Annotated

import typer
from rich.markdown import Markdown

from ftguard.cli.exits import ends_on_wrong_use
from ftguard.errors import InputError
from ftguard.text.formatting import drawn
from ftguard.text.terminal import echo, write

PAGES = files("ftguard") / "manual"
SUFFIX = ".md"
SEVERAL = 3
"""Pages that are named where several speak of a word."""
SHORT = 4
"""Words of so many letters keep their endings."""


def topics() -> dict[str, str]:
    """Every topic, in the order of the alphabet, with its page's first heading."""
    names = sorted(page.name.removesuffix(SUFFIX) for page in PAGES.iterdir())
    return {name: read_page(name).partition("\n")[0].removeprefix("# ") for name in names}


def read_page(topic: str) -> str:
    """The Markdown of a topic's page.

    A topic is a page's name, a part of it (`tail`), a word of one of its headings (`resuming`),
    whatever its ending, or one that most of all stands on one page.

    Raises:
        InputError: no page is meant, or several are; the message names them.
    """
    names = [page.name.removesuffix(SUFFIX) for page in PAGES.iterdir()]
    return _text(_meant(topic, names))


def _text(name: str) -> str:
    return (PAGES / f"{name}{SUFFIX}").read_text(encoding="utf-8")


def _meant(topic: str, names: Sequence[str]) -> str:
    asked = topic.lower().replace("_", "-").removesuffix(SUFFIX)
    if asked in names:
        return asked
    named = [name for name in names if asked in name.split("-")]
    headed = [name for name in names if _stem(asked) in _heading_stems(name)]
    whole = re.compile(rf"(?i)\b{re.escape(asked)}\b")
    mentions = Counter({name: len(whole.findall(_text(name))) for name in names})
    total = mentions.total()
    spoken = [name for name in names if mentions[name] * 2 > total]
    spoken = spoken or [name for name, times in mentions.most_common(SEVERAL) if times]
    for found in (named, headed, spoken if len(asked) > 1 else []):
        if len(found) == 1:
            return found[0]
        if found:
            raise InputError(f"several pages of the manual are about `{topic}`: {sorted(found)}.")
    words = {word: name for name in names for word in (name, *name.split("-"))}
    near = [words[word] for word in difflib.get_close_matches(asked, words, n=3, cutoff=0.5)]
    meant = f" Did you mean `{near[0]}`?" if near else ""
    raise InputError(
        f"the manual has no topic `{topic}`; there are {sorted(names)}.{meant} `ftguard glossary` "
        "explains single words."
    )


def _heading_stems(name: str) -> set[str]:
    headings = re.findall(r"(?m)^#+ (.+)$", _text(name))
    return {_stem(word) for line in headings for word in re.findall(r"[\w&]+", line.lower())}


def _stem(word: str) -> str:
    """A word without its ending: `resume`, `resumes` and `resuming` are one topic."""
    return re.sub(r"(?:ing|es|ed|s|e)$", "", word) if len(word) > SHORT else word


def render(markdown: str, *, colour: bool) -> str:
    """A page as a terminal shows it, 80 columns wide."""
    return drawn(Markdown(markdown, hyperlinks=False), colour=colour)


def manual(
    topic: Annotated[
        str | None,
        typer.Argument(
            help="without one the topics are listed", autocompletion=lambda: list(topics())
        ),
    ] = None,
) -> None:
    """Read the manual: list its topics, or show the page of one.

    On a terminal the page is laid out; into a file or a pipe its Markdown is written as it is.
    """
    if topic is None:
        found = topics()
        width = max(map(len, found))
        for name, heading in found.items():
            echo(f"{name:<{width}}  {heading}")
        return
    with ends_on_wrong_use():
        page = read_page(topic)
    text = render(page, colour=True) if sys.stdout.isatty() else page
    write(text)
