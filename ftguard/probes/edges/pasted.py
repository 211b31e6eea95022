"""Pasted: the query as a quotation from an e-mail, or in a code fence."""

from random import Random

from ftguard.probes.edges.original import Original

FENCE = "```"


def pasted(original: Original, generator: Random) -> str | None:
    """The query as `> ` lines or between fences; only as lines where it has a fence itself."""
    query = original.query
    if FENCE not in query and generator.random() < 0.5:  # noqa: PLR2004
        return f"{FENCE}\n{query}\n{FENCE}"
    return "\n".join(f"> {line}".rstrip() for line in query.split("\n"))
