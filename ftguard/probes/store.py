"""Keeps probes on disk as they are asked, one a line, and reads them back."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import msgspec

from ftguard.disk import write_whole
from ftguard.errors import FtguardError
from ftguard.probes.constraint import Constraint
from ftguard.probes.own_scorer import OwnScorer
from ftguard.probes.probe import Probe
from ftguard.probes.verbatim import Verbatim

_UNSAID = (b',"tools":[],"chat_template_kwargs":{}', b',"verbatim":null,"columns":{}')
"""Left out, so that a run from before there were such fields has the same digest. No text can hold
them: their quotes would be escaped."""


def encoded(value: object) -> bytes:
    """Probes, or what holds them, as JSON; a user's scorer by its name."""
    text = msgspec.json.encode(value, enc_hook=_name)
    for unsaid in _UNSAID:
        text = text.replace(unsaid, b"")
    return text


def write_probes(probes: Iterable[Probe], path: Path) -> None:
    """Write every field of every probe, all of them or none."""
    write_whole(path, b"".join(encoded(probe) + b"\n" for probe in probes))


def read_probes(path: Path) -> tuple[Probe, ...]:
    """The probes that `write_probes` wrote, equal to what they were.

    Raises:
        FtguardError: a line is damaged (file and line).
    """
    probes = []
    for number, line in enumerate(path.read_bytes().splitlines(), start=1):
        try:
            probes.append(_decoded(line))
        except (msgspec.DecodeError, FtguardError, TypeError) as error:
            raise FtguardError(
                f"{path}:{number}: not a probe of this version of ftguard ({error}): restore the "
                "file, or train from the start."
            ) from None
    return tuple(probes)


def _decoded(line: bytes) -> Probe:
    # msgspec decodes no field that may be a function.
    fields = msgspec.json.decode(line, type=dict[str, Any])
    constraints = msgspec.convert(fields.pop("constraints", ()), tuple[Constraint, ...])
    verbatim = msgspec.convert(fields.pop("verbatim", None), Verbatim | None)
    return Probe(**fields, constraints=constraints, verbatim=verbatim)


def _name(scorer: object) -> str:
    if isinstance(scorer, OwnScorer):
        return str(scorer)
    raise NotImplementedError
