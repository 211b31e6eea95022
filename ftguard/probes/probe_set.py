"""Makes `ProbeSet`, probes with unique ids, from whatever holds them."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import InitVar, dataclass, replace
from difflib import get_close_matches
from itertools import chain, islice
from pathlib import Path
from typing import Union, cast

from ftguard.errors import InputError
from ftguard.folders import RunFolder
from ftguard.probes.benchmarks.named import is_named, named
from ftguard.probes.builtin import BUILTIN
from ftguard.probes.own_scorer import OwnScorer, ScoringFunction
from ftguard.probes.probe import Probe
from ftguard.probes.read.complaints import NAMES
from ftguard.probes.read.held import NOT_ROWS, table_rows
from ftguard.probes.read.memory import rows_in, split_of
from ftguard.probes.read.places import is_paths, rows_at_place, rows_of_files
from ftguard.probes.read.rewarded import probes_to_reward
from ftguard.probes.read.row import check_columns, under
from ftguard.probes.read.rows import probes_from_rows
from ftguard.probes.reward import Reward
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
    scorer: InitVar[ScoringFunction | Reward | None] = None
    """A function that scores the answers to all of them, in place of their own scorers."""

    def __post_init__(self, scorer: ScoringFunction | Reward | None) -> None:
        object.__setattr__(self, "probes", _scored_by(tuple(self.probes), scorer))
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
        scorer: ScoringFunction | Reward | None = None,
    ) -> "ProbeSet":
        """Read probes from a file, a dataset or its name, a data frame, rows, or probes.

        The manual's page `data` lists the shapes and files that are read; `notes` say what
        was left out, and which columns were not used.

        Args:
            source: where they are. A text is a built-in set (`quick`), else a path (a file, a
                dataset's folder, a run's output directory), tasks of lm-evaluation-harness
                (`lm_eval:arc_easy,gsm8k`: see `from_lm_eval`), else a dataset's name on the hub.
            config: of a dataset by name, where it has several configurations.
            split: of several; by default `test`, else `validation`.
            columns: the names that the source gives to columns, by ftguard's:
                `{"prompt": "frage", "completion": "antwort"}`.
            scorer: a function of your own that scores every answer, such as the reward function of
                a GRPO run: then each row is a prompt, and its other columns are the function's.

        Raises:
            InputError: more than 1 % of the rows cannot be read (file and line, or row number),
                or ids repeat.
        """
        given = _peeked(source)
        whole = _whole(given)
        if whole is not None:
            return whole if scorer is None else cls(whole.probes, whole.notes, scorer)
        notes: list[str] = []
        if isinstance(source, Mapping) and table_rows(source) is NOT_ROWS:
            name, rows_of_split = split_of(source, split)
            read = cls.load(rows_of_split, columns=columns, scorer=scorer)
            return cls(read.probes, (f"split `{name}` is read.", *read.notes))
        if isinstance(source, (str, Path)):
            rows = rows_at_place(source, notes, config=config, split=split)
        else:
            rows = rows_of_files(source, split=split) if is_paths(source) else rows_in(given, notes)
        if columns is not None:
            check_columns(columns, NAMES)
        if scorer is None:
            found = probes_from_rows(rows, columns=columns)
        else:
            found = probes_to_reward(rows, OwnScorer.of(scorer), columns=columns)
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
    def from_lm_eval(
        cls,
        tasks: str | Sequence[str],
        *,
        include_path: str | Path | None = None,
        num_fewshot: int | None = None,
        metric: str | None = None,
        chat: bool = False,
    ) -> "ProbeSet":
        """Take the documents of lm-evaluation-harness's tasks, asked and scored as it does.

        Prompts (with description and examples), options and ends of answers are the task's. The id
        of a probe is `TASK-NUMBER`, the number being lm-eval's `doc_id`; its slices are the task
        and the groups that it was asked for by. `notes` say what scores each task.

        Args:
            tasks: names of tasks, groups or tags, or YAML files.
            include_path: a folder of YAML files of your own, looked through first. A task's Python
                functions (`!function`) are run, as lm-eval runs them.
            num_fewshot: examples before each question; None for as many as the task says.
            metric: which of a task's metrics scores an answer, as lm-eval names it (`acc_norm`,
                `exact_match,flexible-extract`); None for the first that is a share of one answer.
            chat: whether prompts go through the chat template, as with `--apply_chat_template`.

        Raises:
            InputError: lm-eval is missing, a task is unknown, its data are not here, or it asks
                what no probe can (perplexity of whole texts, sampled answers, code that is run).
        """
        # What makes probes of them is seldom wanted.
        from ftguard.probes.benchmarks.tasks import probes_of_tasks

        found = probes_of_tasks(
            (tasks,) if isinstance(tasks, str) else tuple(tasks),
            folder=None if include_path is None else str(include_path),
            num_fewshot=num_fewshot,
            metric=metric,
            chat=chat,
        )
        return cls(found.probes, found.notes)

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


def _whole(source: object) -> ProbeSet | None:
    """What comes as probes, and not as rows: a set, a name of one, a run, probes."""
    if isinstance(source, ProbeSet):
        return source
    if is_named(source):
        asked = named(str(source))
        return ProbeSet.from_lm_eval(asked.names, include_path=asked.folder)
    if isinstance(source, str):
        if source in BUILTIN:
            return ProbeSet.builtin(source)
        _check_name(source)
    if isinstance(source, (str, Path)):
        kept = RunFolder(Path(source)).probes
        return ProbeSet(read_probes(kept)) if kept.exists() else None
    return ProbeSet(cast(Sequence[Probe], source)) if _are_probes(source) else None


def _scored_by(
    probes: tuple[Probe, ...], scorer: ScoringFunction | Reward | None
) -> tuple[Probe, ...]:
    """The probes with another scorer, without companions, whose texts it does not read."""
    if scorer is None:
        return probes
    own = OwnScorer.of(scorer)
    mains = (probe for probe in probes if probe.companion_of is None)
    return tuple(replace(probe, scorer=own, constraints=(), tolerance=None) for probe in mains)


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
