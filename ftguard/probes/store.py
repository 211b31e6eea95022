"""Keeps probes on disk as they are asked, one a line, and reads them back."""

from collections.abc import Iterable
from pathlib import Path

import msgspec

from ftguard.errors import FtguardError
from ftguard.probes.probe import Probe


def write_probes(probes: Iterable[Probe], path: Path) -> None:
    """Write every field of every probe, all of them or none."""
    draft = path.with_name(path.name + ".part")
    draft.write_bytes(b"".join(msgspec.json.encode(probe) + b"\n" for probe in probes))
    draft.replace(path)


def read_probes(path: Path) -> tuple[Probe, ...]:
    """The probes that `write_probes` wrote, equal to what they were.

    Raises:
        FtguardError: a line is damaged (file and line).
    """
    decoder = msgspec.json.Decoder(Probe)
    probes = []
    for number, line in enumerate(path.read_bytes().splitlines(), start=1):
        try:
            probes.append(decoder.decode(line))
        except (msgspec.DecodeError, FtguardError) as error:
            raise FtguardError(
                f"{path}:{number}: not a probe of this version of ftguard ({error}): restore the "
                "file, or train from the start."
            ) from None
    return tuple(probes)
