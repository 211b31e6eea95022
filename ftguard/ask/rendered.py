"""Keeps what the model gets to see of each probe as text, for people to look at later."""

from collections.abc import Iterable
from dataclasses import dataclass

import msgspec

from ftguard.disk import read_records, write_whole
from ftguard.folders import RunFolder


@dataclass(frozen=True, kw_only=True)
class RenderedText:
    """Tokens as text, special ones in full."""

    text: str
    num_tokens: int


@dataclass(frozen=True, kw_only=True)
class RenderedProbe:
    """One probe as it was asked."""

    id: str
    prompt: RenderedText
    """All before the answer."""
    reads: tuple[RenderedText, ...] = ()
    """What is read after it: the reference, or each option; empty where an answer is written."""


_DECODER = msgspec.json.Decoder(RenderedProbe)


def write_rendered(probes: Iterable[RenderedProbe], folder: RunFolder) -> None:
    """Write all of them or none, one a line."""
    lines = (msgspec.json.encode(probe) + b"\n" for probe in probes)
    write_whole(folder.rendered, b"".join(lines))


def read_rendered(folder: RunFolder) -> tuple[RenderedProbe, ...]:
    """What `write_rendered` wrote; nothing where there is no such file.

    Raises:
        FtguardError: a line is damaged (file and line).
    """
    return read_records(
        folder.rendered, _DECODER, kind="a rendered probe", remedy="train again to have it"
    )
