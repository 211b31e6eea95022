"""Records of all that a report shows, in its order; they are gathered first and drawn after.

Every text in them is ready to be shown: hidden characters are written out, names are on one line
and the home folder is `~`. It is text all the same, which whoever draws it has to escape.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from ftguard.measures.reliability import Reliability
from ftguard.measures.side_by_side import Change
from ftguard.report.shown.headline import Headline
from ftguard.text.changed_words import Piece
from ftguard.text.glossary import Term


@dataclass(frozen=True, kw_only=True)
class Cell:
    """One change at one checkpoint."""

    value: float | None
    """In the measurement's own unit, to be drawn; None where there is none."""
    low: float
    high: float
    """The ends of its interval."""
    told: str
    """As people read it: `25.1 %`; or why there is none."""
    interval: str
    before_after: str
    n: int
    state: str
    """What its gate says; empty where none looks at it."""
    sentence: str
    """The gate's, with its numbers."""
    note: str = ""
    """What its state rests on where the number alone would read as another one; which slice."""
    num_in_all: int = 0
    """As `Measurement.num_in_all`: 0 where all of the probes were asked."""


@dataclass(frozen=True, kw_only=True)
class Column:
    """One measurement over all checkpoints."""

    key: str
    title: str
    unit: str
    limit: float | None
    """In the measurement's unit; None where no gate looks at it."""
    limit_told: str
    higher_is_better: bool
    cells: tuple[Cell | None, ...]
    """One a checkpoint; None where it was not measured there."""

    @property
    def is_drawn(self) -> bool:
        """Whether any checkpoint has a value that can be drawn."""
        return any(cell is not None and cell.value is not None for cell in self.cells)


@dataclass(frozen=True, kw_only=True)
class Checkpoint:
    """One examined checkpoint."""

    step: int
    epoch: float
    verdict: str
    """`passed`, `blocked` or `undecided`."""
    kept: bool
    shown: bool
    """Whether the answers below are its."""
    rate: str
    """The peak learning rate that it was trained to."""
    seconds: float
    """What examining took."""
    notes: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Open:
    """What could not be measured or decided, and what would."""

    title: str
    why: str
    remedy: str


@dataclass(frozen=True, kw_only=True)
class Turn:
    """One message of a prompt; `role` is empty where the prompt is plain text."""

    role: str
    text: str


@dataclass(frozen=True, kw_only=True)
class Answered:
    """One probe with both models' answers."""

    id: str
    role: str
    slices: tuple[str, ...]
    change: Change
    history: str
    """One letter a checkpoint: what became of it there, see `LETTERS`."""
    prompt: tuple[Turn, ...]
    reference: str
    said: tuple[Piece, ...]
    """Both answers laid into one another."""
    before: str
    """The base's score, or why there is none."""
    after: str

    @property
    def base(self) -> tuple[Piece, ...]:
        """What the base said."""
        return tuple(piece for piece in self.said if piece.kind != "new")

    @property
    def now(self) -> tuple[Piece, ...]:
        """What the checkpoint said."""
        return tuple(piece for piece in self.said if piece.kind != "old")


LETTERS: Mapping[Change, str] = {
    "lost": "l",
    "gained": "g",
    "right": "r",
    "wrong": "w",
    "unscored": "u",
}
"""By what became of an answer; `-` where it was not asked."""


@dataclass(frozen=True, kw_only=True)
class Answers:
    """All answers of one checkpoint."""

    step: int | None
    """None where there are none to show."""
    all: tuple[Answered, ...]
    lost: tuple[int, ...]
    """Places in `all`: one of each kind of probe in turn, of each kind what fell furthest first."""
    gained: tuple[int, ...]
    cut_at: int
    """Characters of a text that are shown."""
    missing: str
    """Why there are none; empty where there are."""
    num_not_asked: int = 0
    """The run's probes that were not asked at this checkpoint."""


@dataclass(frozen=True, kw_only=True)
class TailSlice:
    """One slice of the tail."""

    name: str
    is_worst: bool
    cell: Cell
    examples: tuple[int, ...]
    """Places in `Answers.all`: what fell furthest."""


@dataclass(frozen=True, kw_only=True)
class Confidence:
    """One split's calibration, before and after."""

    diagram: Reliability
    title: str
    direction_before: str
    direction_after: str
    sentence: str
    """Its gate's, or that none looks at it."""


@dataclass(frozen=True, kw_only=True)
class Advised:
    """One thing to do."""

    what: str
    text: str
    sure: str
    """What it rests on: a finding, a suspicion, or room that is left."""
    rates: tuple[float, float, float, float] | None
    """Of a lower learning rate: low end, advised, high end, and the rate of the run."""


@dataclass(frozen=True, kw_only=True)
class Heat:
    """One category at every checkpoint."""

    name: str
    n: int
    drops: tuple[float | None, ...]
    """Its own relative drops; below 0 is a gain."""
    told: tuple[str, ...]
    sure: tuple[bool, ...]
    """Whether it lost, or gained, beyond chance by what its own probes say."""


@dataclass(frozen=True, kw_only=True)
class Frontier:
    """Gain against cost: which columns, and which checkpoints no other one beats in both."""

    gain: Column
    cost: Column
    best: tuple[int, ...]
    """Places of checkpoints, by cost."""


@dataclass(frozen=True, kw_only=True)
class Fact:
    """A name and what it is."""

    name: str
    text: str
    is_code: bool = False


@dataclass(frozen=True, kw_only=True)
class Leaked:
    """A probe that stands in the training data."""

    id: str
    kind: str
    where: str
    excerpt: str


@dataclass(frozen=True, kw_only=True)
class Account:
    """How it was measured: what another person needs to do it again."""

    settings: tuple[Fact, ...]
    data: tuple[str, ...]
    """What was noted when the probes were chosen."""
    leaks: tuple[Leaked, ...]
    num_leaks: int
    """`leaks` holds the first of them."""
    edges: tuple[int, ...]
    """Places in `Answers.all`: one example a kind of edge case."""
    cost: tuple[Fact, ...]
    repeat: tuple[Fact, ...]
    """Commands that show more of the run."""
    exact: tuple[Fact, ...]
    """Fingerprints and what else only who does it again has to compare."""


@dataclass(frozen=True, kw_only=True)
class RunShown:
    """One run, in the order in which it is read."""

    number: int
    """1 for the first of the page."""
    name: str
    status: str
    """How far it is: finished, or examined up to which step."""
    headline: Headline
    checkpoints: tuple[Checkpoint, ...]
    columns: tuple[Column, ...]
    """The target's gain first, then every gate's measurement."""
    open: tuple[Open, ...]
    answers: Answers
    tail: tuple[TailSlice, ...]
    confidence: tuple[Confidence, ...]
    advice: tuple[Advised, ...]
    heat: tuple[Heat, ...]
    alike: str
    """Where its categories do not differ beyond chance; empty where they do."""
    frontier: Frontier | None
    account: Account
    figures: Mapping[str, object] | None
    """What the rule decides by when limits are moved; None where there is nothing to decide."""

    @property
    def shown(self) -> Checkpoint | None:
        """The checkpoint whose answers are shown."""
        return next((c for c in self.checkpoints if c.shown), None)


@dataclass(frozen=True, kw_only=True)
class Compared:
    """One measurement or setting of several runs, side by side."""

    title: str
    cells: tuple[Cell | None, ...]
    """Of each run's shown checkpoint; empty of a setting."""
    texts: tuple[str, ...] = ()
    """Of a setting, one a run."""

    @property
    def differs(self) -> bool:
        """Whether a setting is not the same in all runs."""
        return len(set(self.texts)) > 1


@dataclass(frozen=True, kw_only=True)
class Contents:
    """A whole page."""

    made: str
    """When, to the minute."""
    version: str
    runs: tuple[RunShown, ...]
    """One or more."""
    verdict: tuple[str, ...]
    """Which of several runs to ship, then what makes that less sure; empty of one run."""
    compared: tuple[Compared, ...]
    """Empty of one run."""
    glossary: tuple[Term, ...]
