"""The command `ftguard glossary`: what the words mean that ftguard uses."""

import difflib
from typing import Annotated

import typer

from ftguard.cli.exits import ends_on_wrong_use
from ftguard.errors import InputError
from ftguard.text.formatting import alternatives, wrapped
from ftguard.text.glossary import GLOSSARY, Term
from ftguard.text.terminal import write

INDENT = "  "


def terms(word: str | None = None) -> tuple[Term, ...]:
    """Every term, or those that a word names.

    Raises:
        InputError: none does; the message names what is near.
    """
    if word is None:
        return GLOSSARY
    asked = word.lower().replace("_", " ")
    found = tuple(term for term in GLOSSARY if asked in term.name.lower())
    # As whole words: what is nearly a word is misspelt.
    found = found or tuple(t for t in GLOSSARY if f" {t.name.lower()} " in f" {asked} ")
    if not found:
        names = {term.name.lower(): term.name for term in GLOSSARY}
        near = [names[name] for name in difflib.get_close_matches(asked, names, n=3)]
        then = (
            f"did you mean {alternatives(near)}?" if near else "`ftguard glossary` has all of them."
        )
        raise InputError(f"the glossary has no `{word}`; {then}")
    return found


def glossary(
    word: Annotated[
        list[str] | None,
        typer.Argument(
            help="one term; without it all are shown",
            autocompletion=lambda: [term.name for term in GLOSSARY],
        ),
    ] = None,
) -> None:
    """Say what the words mean that a run uses: breach, suspect, proven, nothing to lose, ..."""
    with ends_on_wrong_use():
        found = terms(" ".join(word) if word else None)
    for term in found:
        more = f" {term.more}" if term.more else ""
        meaning = wrapped(f"{term.meaning}.{more}", first=INDENT, then=INDENT)
        write(f"{term.name}\n{meaning}\n")
