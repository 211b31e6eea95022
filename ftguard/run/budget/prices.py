"""Learns what questions cost: seconds a token that is written, and a token that is read."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from ftguard.ask.prompts import Question
from ftguard.ask.trees import trees_of
from ftguard.scores.snapshot import Snapshot

FADING = 0.5
"""What earlier askings count for beside the next one: checkpoints get slower and faster."""
WRITTEN_BY_READ = 20.0
"""What a written token costs beside one that is read, until that is known."""
USED = 0.5
"""The share of its room that an answer takes, until that is known."""
TRAINED_BY_READ = 3.0
"""What a token costs to train on beside one that is read: a pass forward and two back."""


@dataclass(frozen=True, kw_only=True)
class Work:
    """What some questions take, in tokens."""

    written: float = 0.0
    read: float = 0.0

    def __add__(self, other: "Work") -> "Work":
        return Work(written=self.written + other.written, read=self.read + other.read)


def works_of(questions: Sequence[Question], base: Snapshot) -> Mapping[str, Work]:
    """What each question takes, by the probe's id.

    Args:
        questions: what is asked.
        base: whose written answers tell how long others will be; those that it lacks are thought to
            take the same share of their room.
    """
    known = {answer.probe_id: len(answer.token_ids) for answer in base.answers}
    room = sum(q.max_new_tokens for q in questions if q.prompt and q.probe_id in known)
    used = sum(known[q.probe_id] for q in questions if q.prompt and q.probe_id in known)
    share = used / room if room else USED
    return {
        q.probe_id: _work(q, known.get(q.probe_id, share * q.max_new_tokens)) for q in questions
    }


def _work(question: Question, written: float) -> Work:
    if not question.prompt:
        return Work(read=sum(tree.width for tree in trees_of(question.reads)))
    # Reading the prompt, and the base's own answer for drift, is in the price of what is written.
    return Work(written=max(1.0, written))


@dataclass(kw_only=True)
class Prices:
    """Seconds a token, by what was paid lately."""

    _paid: dict[str, float] = field(default_factory=dict)
    _had: dict[str, float] = field(default_factory=dict)

    def learn(self, work: Work, *, writing: float, reading: float) -> None:
        """Remember what an asking took.

        Args:
            work: what was asked, as it was foreseen.
            writing: seconds that writing took.
            reading: seconds that reading took.
        """
        for kind, tokens, seconds in (
            ("written", work.written, writing),
            ("read", work.read, reading),
        ):
            if tokens > 0 and seconds > 0:
                self._paid[kind] = FADING * self._paid.get(kind, 0.0) + seconds
                self._had[kind] = FADING * self._had.get(kind, 0.0) + tokens

    @property
    def known(self) -> bool:
        """Whether anything was paid."""
        return bool(self._had)

    @property
    def read(self) -> float:
        """Seconds a token that is read; 0 where nothing is known."""
        if "read" in self._had:
            return self._paid["read"] / self._had["read"]
        if "written" in self._had:
            return self._paid["written"] / self._had["written"] / WRITTEN_BY_READ
        return 0.0

    @property
    def written(self) -> float:
        """Seconds a token that is written; 0 where nothing is known."""
        if "written" in self._had:
            return self._paid["written"] / self._had["written"]
        return self.read * WRITTEN_BY_READ

    def of(self, works: Iterable[Work]) -> float:
        """Seconds that all of this takes."""
        total = sum(works, Work())
        return total.written * self.written + total.read * self.read
