"""Makes `ProbeSet`, probes with unique ids, from whatever holds them."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from itertools import chain, islice
from pathlib import Path
from typing import Union, cast

from ftguard.errors import InputError
from ftguard.folders import RunFolder
from ftguard.probes.builtin import BUILTIN
from ftguard.probes.probe import Probe
from ftguard.probes.read.complaints import NAMES
from ftguard.probes.read.held import NOT_ROWS, table_rows
from ftguard.probes.read.memory import rows_in, split_of
from ftguard.probes.read.places import is_paths, rows_at_place, rows_of_files
from ftguard.probes.read.row import check_columns, under
from ftguard.probes.read.rows import probes_from_rows
from ftguard.probes.store import read_probes

ProbeSource = Union[
    str,
    Path,
    "ProbeSet",
    Iterable[Probe],
    Iterable[Mapping[str, object]],
    Mapping[str, Iterable[object]],
]
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
        cls,
        source: ProbeSource,
        *,
        config: str | None = None,
        split: str | None = None,
        columns: Mapping[str, str] | None = None,
    ) -> "ProbeSet":
        """Read probes from a file, a dataset or its name, a data frame, rows, or probes.

        The manual's page `data` lists the shapes and files that are read; `notes` say what
        was left out, and which columns were not used.

        Args:
            source: where they are. A text is a built-in set (`quick`), else a path (a file, a
                dataset's folder, a run's output directory), else a dataset's name on the hub.
            config: of a dataset by name, where it has several configurations.
            split: of several; by default `test`, else `validation`.
            columns: the names that the source gives to columns, by ftguard's:
                `{"prompt": "frage", "completion": "antwort"}`.

        Raises:
            InputError: more than 1 % of the rows cannot be read (file and line, or row number),
                or ids repeat.
        """
        if isinstance(source, ProbeSet):
            return source
        if isinstance(source, str):
            if source in BUILTIN:
                return cls.builtin(source)
            _check_name(source)
        notes: list[str] = []
        if isinstance(source, Mapping) and table_rows(source) is NOT_ROWS:
            name, rows_of_split = split_of(source, split)
            read = cls.load(rows_of_split, columns=columns)
            return cls(read.probes, (f"split `{name}` is read.", *read.notes))
        if isinstance(source, (str, Path)):
            asked = RunFolder(Path(source)).probes
            if asked.exists():
                return cls(read_probes(asked))
            rows = rows_at_place(source, notes, config=config, split=split)
        else:
            given = _peeked(source)
            if not isinstance(given, Iterator) and _are_probes(given):
                return cls(cast(Sequence[Probe], given))
            rows = rows_of_files(source, split=split) if is_paths(source) else rows_in(given, notes)
        if columns is not None:
            check_columns(columns, NAMES)
        found = probes_from_rows(rows, columns=columns)
        if not found.probes:
            named = f"`{source}`" if isinstance(source, (str, Path)) else "the probe set"
            why = " ".join(found.notes) or "it holds no rows."
            raise InputError(f"{named} is empty: {why} Give at least one probe, or leave it out.")
        return cls(found.probes, (*notes, *found.notes))

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
        columns: Mapping[str, str] | None = None,
    ) -> "ProbeSet":
        """Draw open probes from logged production queries; `notes` say what was left out.

        Near-duplicates are removed and identifiers masked; the draw is stratified by topic and
        length, which are slices.

        Args:
            source: a file, or rows, in the shapes that `load` reads, with or without the reply.
            size: how many to draw.
            seed: of the draw.
            mask: whether to replace e-mail addresses, phone and card numbers and the like.
            region: whose national phone numbers are known, as a two-letter country code.
            columns: the names that the log gives to columns, by ftguard's.

        Raises:
            InputError: a row holds no query (file and line), or there is none at all.
        """
        # Clustering loads scikit-learn, which takes a second.
        from ftguard.probes.logs.from_logs import probes_from_logs

        notes: list[str] = []
        if isinstance(source, (str, Path)):
            rows = rows_at_place(source, notes)
        else:
            rows = rows_of_files(source) if is_paths(source) else rows_in(source, notes, most=None)
        drawn = probes_from_logs(
            rows if columns is None else under(rows, check_columns(columns, NAMES)),
            size=size,
            seed=seed,
            mask=mask,
            region=region,
            log=f"`{source}`" if isinstance(source, (str, Path)) else "the log",
        )
        return cls(drawn.probes, (*notes, drawn.note))


def _check_name(source: str) -> None:
    """Refuse what is a slip for something here before a hub is asked for it.

    Raises:
        InputError: it is nearly the name of a built-in set, or a word for none.
    """
    if Path(source).exists() or "/" in source:
        return
    if source.lower() in ("none", "auto"):
        raise InputError(f"`{source}` is no set of probes here: for none give None, unquoted.")
    likely = get_close_matches(source.lower(), list(BUILTIN), n=1, cutoff=0.75)
    if likely:
        raise InputError(f"no file `{source}`: did you mean the built-in set `{likely[0]}`?")


def _peeked(source: object) -> object:
    """The source as it is, but for probes: one, or an iterator of them, is a list of them."""
    if isinstance(source, Probe):
        return [source]
    if not isinstance(source, Iterator):
        return source
    first = list(islice(source, 1))
    rest = chain(first, source)
    return list(rest) if _are_probes(first) else rest


def _are_probes(source: object) -> bool:
    return (
        isinstance(source, (list, tuple))
        and len(source) > 0
        and all(isinstance(item, Probe) for item in source)
    )
