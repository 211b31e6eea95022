"""Makes `ProbeSet`, probes with unique ids, from whatever holds them."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Union, cast

from ftguard.errors import InputError
from ftguard.probes.builtin import BUILTIN
from ftguard.probes.probe import Probe
from ftguard.probes.read.files import read_rows
from ftguard.probes.read.hub import is_name, load_rows, rows_of
from ftguard.probes.read.rows import probes_from_rows

ProbeSource = Union[str, Path, "ProbeSet", Iterable[Probe], Iterable[Mapping[str, object]]]
"""What can be read as probes: a path or a dataset's name, a set, probes, or a dataset's rows."""


@dataclass(frozen=True)
class ProbeSet:
    """Probes with ids that are unique within the set.

    Raises:
        InputError: there is no probe, two share an id, or a companion asks something else.
    """

    probes: Sequence[Probe]
    notes: Sequence[str] = ()
    """What was done to get them, a sentence each; said before training."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "probes", tuple(self.probes))
        object.__setattr__(self, "notes", tuple(self.notes))
        if not self.probes:
            raise InputError("the probe set is empty: give at least one probe, or leave it out.")
        counts = Counter(probe.id for probe in self.probes)
        twice = [probe_id for probe_id, count in counts.items() if count > 1]
        if twice:
            raise InputError(f"probe ids must be unique within a set; used twice: {twice[:5]}.")
        prompts = {probe.id: probe.prompt for probe in self.probes}
        companions = {probe.id for probe in self.probes if probe.companion_of is not None}
        for probe in self.probes:
            # A companion is not looked for in the training data: its probe is.
            if prompts.get(str(probe.companion_of), probe.prompt) != probe.prompt:
                raise InputError(
                    f"probe `{probe.id}`: its `companion_of`, `{probe.companion_of}`, has another "
                    "prompt: leave `companion_of` out, or ask the same."
                )
            if probe.companion_of in companions:
                raise InputError(
                    f"probe `{probe.id}`: its `companion_of`, `{probe.companion_of}`, goes with "
                    "another one itself: name that one, or leave `companion_of` out."
                )

    def __len__(self) -> int:
        return len(self.probes)

    def __iter__(self) -> Iterator[Probe]:
        return iter(self.probes)

    @classmethod
    def load(
        cls, source: ProbeSource, *, config: str | None = None, split: str | None = None
    ) -> "ProbeSet":
        """Read probes from a JSONL or CSV path, a dataset or its name, rows, or probes.

        Args:
            source: where they are; a text that is no path names a dataset on the hub.
            config: of a dataset by name, where it has several configurations.
            split: of a dataset by name; by default `test`, else `validation`, else `train`.

        Raises:
            InputError: a row cannot be read (file and line, or row number), or ids repeat.
        """
        if isinstance(source, ProbeSet):
            return source
        if isinstance(source, (str, Path)):
            probes = probes_from_rows(_rows_at(source, config=config, split=split))
            if not probes:
                raise InputError(f"`{source}` holds no rows: give at least one, or leave it out.")
            return cls(probes)
        if isinstance(source, Mapping):
            raise InputError(
                f"a mapping of {sorted(map(str, source))} was given: give one split of a dataset, "
                "or a list of rows."
            )
        if not hasattr(source, "features"):
            source = list(cast(Iterable[Probe], source))
            if source and all(isinstance(item, Probe) for item in source):
                return cls(source)
        return cls(probes_from_rows(rows_of(source)))

    @classmethod
    def builtin(cls, name: str = "general") -> "ProbeSet":
        """The probes that ship with ftguard.

        Args:
            name: `general`, `quick` (60 of the general ones, balanced over categories and tiers)
                or `calibration` (four-choice questions over the same categories).

        Raises:
            InputError: another name.
        """
        if name not in BUILTIN:
            raise InputError(f"no built-in set `{name}`; there are {list(BUILTIN)}.")
        return cls(BUILTIN[name]())

    @classmethod
    def from_logs(
        cls,
        source: str | Path | Iterable[Mapping[str, object]],
        *,
        size: int = 200,
        seed: int = 0,
        mask: bool = True,
        region: str | None = "US",
    ) -> "ProbeSet":
        """Draw open probes from logged production queries; `notes` say what was left out.

        Near-duplicates are removed and identifiers masked; the draw is stratified by topic and
        length, which are slices.

        Args:
            source: a JSONL path, or rows with `messages` or a `prompt`, with or without the reply.
            size: how many to draw.
            seed: of the draw.
            mask: whether to replace e-mail addresses, phone and card numbers and the like.
            region: whose national phone numbers are known, as a two-letter country code.

        Raises:
            InputError: a row holds no query (file and line), or there is none at all.
        """
        # Clustering loads scikit-learn, which takes a second.
        from ftguard.probes.logs.from_logs import probes_from_logs

        named = isinstance(source, (str, Path))
        rows = read_rows(Path(source)) if isinstance(source, (str, Path)) else rows_of(source)
        drawn = probes_from_logs(
            rows,
            size=size,
            seed=seed,
            mask=mask,
            region=region,
            log=f"`{source}`" if named else "the log",
        )
        return cls(drawn.probes, (drawn.note,))


def _rows_at(
    source: str | Path, *, config: str | None, split: str | None
) -> Iterator[tuple[str, Mapping[str, object]]]:
    path = Path(source)
    if path.is_dir() or (not path.exists() and isinstance(source, str) and is_name(source)):
        return load_rows(str(source), config=config, split=split)
    return read_rows(path)
