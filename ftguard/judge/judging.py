"""Makes `Judged`, the score of one answer, while training goes on."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from ftguard.judge.asking import Asking
from ftguard.judge.budget import Budget
from ftguard.judge.endpoint import Reply
from ftguard.judge.judge import Judge
from ftguard.judge.parse import read_ratings
from ftguard.judge.request import Request, Task, rating_request
from ftguard.scores.record import Unscorable


@dataclass(frozen=True, kw_only=True)
class Judged:
    """What a judge made of one answer: exactly one of a score and a reason."""

    key: str
    score: float | None = None
    """The weighted mean of (rating - 1) / 4, in [0, 1]."""
    unscored: str | None = None
    """Why there is no score."""
    ratings: Mapping[str, int] = field(default_factory=dict)
    """From 1 to 5, by dimension; empty where there is no score."""
    justification: str = ""
    """The judge's own words: hostile text, to be escaped where it is shown."""
    notes: tuple[str, ...] = ()
    """What did not go by plan, such as an answer that was cut for the judge."""


class Judging:
    """Judges some answers in the background; every task ends as exactly one `Judged`.

    Identical answers to the same probe are judged once, in an order drawn from the judge's seed.
    Nothing that goes wrong raises: it is the reason of the tasks that it concerns.
    """

    def __init__(
        self, judge: Judge, tasks: Iterable[Task], budget: Budget, *, repeat: int = 0
    ) -> None:
        self._judge = judge
        self._waiting: dict[str, list[Task]] = defaultdict(list)
        requests: dict[str, Request] = {}
        for task in tasks:
            request = rating_request(judge, task, repeat)
            requests[request.digest] = request
            self._waiting[request.digest].append(task)
        self._notes = {digest: request.notes for digest, request in requests.items()}
        self._asking = Asking(judge, requests.values(), budget)

    def wait(self, seconds: float | None = None) -> bool:
        """Wait until all is judged, at most so many seconds (None: as long as it takes).

        Returns:
            Whether all is judged; what is late goes on, and `take` hands it over when it comes.
        """
        return self._asking.wait(seconds)

    def take(self) -> tuple[Judged, ...]:
        """What was judged since the last call."""
        return tuple(
            self._judged(task, outcome, self._notes[digest])
            for digest, outcome in self._asking.take()
            for task in self._waiting.pop(digest)
        )

    def close(self) -> None:
        """Stop; what is still open is then to be taken, unscored."""
        self._asking.close()

    def _judged(self, task: Task, outcome: Reply | str, notes: tuple[str, ...]) -> Judged:
        if isinstance(outcome, str):
            return Judged(key=task.key, unscored=outcome, notes=notes)
        rubric = self._judge.rubric
        try:
            found = read_ratings(outcome, rubric, [task.text])
        except Unscorable as reason:
            return Judged(key=task.key, unscored=str(reason), notes=notes)
        return Judged(
            key=task.key,
            score=rubric.value(found.by_dimension),
            ratings=found.by_dimension,
            justification=found.justification,
            notes=notes,
        )
