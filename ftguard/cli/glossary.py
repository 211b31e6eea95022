"""The command `ftguard glossary`: what the words mean that ftguard uses."""

import difflib
from typing import Annotated

import typer

from ftguard.cli.exits import ends_on_wrong_use
from ftguard.errors import InputError
from ftguard.formatting import wrapped
from ftguard.glossary import GLOSSARY, Term
from ftguard.terminal import write

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
        names = [term.name for term in GLOSSARY]
        near = difflib.get_close_matches(asked, names, n=3) or names
        raise InputError(f"the glossary has no `{word}`; there are {near}.")
    return found


def glossary(
    word: Annotated[str | None, typer.Argument(help="one word; without it all are shown")] = None,
) -> None:
    """Say what the words mean that a run uses: breach, suspect, proven, nothing to lose, ..."""
    with ends_on_wrong_use():
        found = terms(word)
    for term in found:
        more = f" {term.more}" if term.more else ""
        meaning = wrapped(f"{term.meaning}.{more}", first=INDENT, then=INDENT)
        write(f"{term.name}\n{meaning}\n")
