"""Makes `ProbeSet`, probes with unique ids, from probes, rows, a dataset or a JSON-lines file."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Union, cast

from ftguard.errors import InputError
from ftguard.probes.files import read_jsonl
from ftguard.probes.probe import Probe
from ftguard.probes.rows import probes_from_rows

ProbeSource = Union[str, Path, "ProbeSet", Iterable[Probe], Iterable[Mapping[str, object]]]
"""What can be read as probes: a JSONL path, a set, probes, or the rows of a dataset."""


@dataclass(frozen=True)
class ProbeSet:
    """Probes with ids that are unique within the set.

    Raises:
        InputError: there is no probe, or two share an id.
    """

    probes: Sequence[Probe]

    def __post_init__(self) -> None:
        object.__setattr__(self, "probes", tuple(self.probes))
        if not self.probes:
            raise InputError("the probe set is empty: give at least one probe, or leave it out.")
        counts = Counter(probe.id for probe in self.probes)
        twice = [probe_id for probe_id, count in counts.items() if count > 1]
        if twice:
            raise InputError(f"probe ids must be unique within a set; used twice: {twice[:5]}.")

    def __len__(self) -> int:
        return len(self.probes)

    def __iter__(self) -> Iterator[Probe]:
        return iter(self.probes)

    @classmethod
    def load(cls, source: ProbeSource) -> "ProbeSet":
        """Read probes from a JSONL path, a dataset's rows, or probes.

        Raises:
            InputError: a row cannot be read (file and line, or row number), or ids repeat.
        """
        if isinstance(source, ProbeSet):
            return source
        if isinstance(source, (str, Path)):
            return cls(probes_from_rows(read_jsonl(Path(source))))
        items = list(source)
        if items and all(isinstance(item, Probe) for item in items):
            return cls(cast(list[Probe], items))
        rows = [(f"row {index}", row) for index, row in enumerate(items)]
        for where, row in rows:
            if not isinstance(row, Mapping):
                raise InputError(
                    f"{where}: a mapping is needed, or probes throughout; got {type(row).__name__}."
                )
        return cls(probes_from_rows(cast(list[tuple[str, Mapping[str, object]]], rows)))
