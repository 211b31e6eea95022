"""Has a judge grade a run's open answers while training goes on; what is late comes later."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from ftguard.judge import Budget, Judge, Judged, Judging, Task, Usage
from ftguard.probes import Probe
from ftguard.probes.probe import JUDGED
from ftguard.run.journal import Journal
from ftguard.run.judged_scores import BASE, NOW
from ftguard.run.ledger import Scored
from ftguard.scores.snapshot import Snapshot
from ftguard.verdict.run import Run


@dataclass(kw_only=True)
class Grading:
    """A judge at work for one attempt of a run: what is under way, and what it has spent.

    What the judge said is in the ledger; here is only what it has not said yet.
    """

    judge: Judge
    probes: tuple[Probe, ...]
    """Those that a judge is to score."""
    budget: Budget
    run: Run
    journal: Journal
    under_way: dict[int, Judging] = field(default_factory=dict)
    """By step."""
    base_under_way: set[str] = field(default_factory=set)
    """Keys of the base's answers that an earlier checkpoint asked about."""

    @classmethod
    def open(
        cls, judge: Judge, probes: Sequence[Probe], run: Run, journal: Journal
    ) -> "Grading | None":
        """A judge that goes on with what the run has spent; None where nothing is to be judged."""
        open_ones = tuple(probe for probe in probes if probe.scorer == JUDGED)
        if not open_ones:
            return None
        budget = Budget(judge, journal.state.usage)
        return cls(judge=judge, probes=open_ones, budget=budget, run=run, journal=journal)

    def grade(self, step: int, base: Snapshot, now: Snapshot, known: Mapping[str, Judged]) -> None:
        """Put both models' answers to the judge, blind and mixed, and wait a bounded time.

        Args:
            step: the checkpoint's.
            base: its answers are graded where no earlier checkpoint had them graded.
            now: the checkpoint's answers.
            known: what was judged before, by key.
        """
        # A base answer is asked again where a judge that was down left it unscored.
        settled = {key for key, judged in known.items() if judged.score is not None}
        settled |= self.base_under_way
        tasks = [task for task in self._tasks(BASE, base) if task.key not in settled]
        self.base_under_way.update(task.key for task in tasks)
        tasks += self._tasks(NOW, now)
        judging = Judging(self.judge, tasks, self.budget)
        self.under_way[step] = judging
        judging.wait(self.judge.wait_seconds)
        self.collect()

    def collect(self) -> frozenset[int]:
        """Record what was judged since the last call; the steps that it belongs to."""
        heard = set()
        for step, judging in list(self.under_way.items()):
            done = judging.wait(0)
            judged = judging.take()
            if judged:
                self.base_under_way.difference_update(found.key for found in judged)
                self._record(step, judged)
                heard.add(step)
            if done and not judged:
                del self.under_way[step]
        return frozenset(heard)

    def finish(self) -> frozenset[int]:
        """Wait once more for what is under way, then stop; the steps that had news."""
        heard: set[int] = set()
        deadline = time.monotonic() + self.judge.wait_seconds
        for judging in self.under_way.values():
            judging.wait(max(0.0, deadline - time.monotonic()))
        heard |= self.collect()
        for judging in self.under_way.values():
            judging.close()
        return frozenset(heard | self.collect())

    def estimate(self, base: Snapshot, checkpoints: int) -> Usage:
        """What grading the base's and so many checkpoints' answers would take, rather too much."""
        tasks = self._tasks(BASE, base)
        known = self.budget.estimate(tasks)
        # The checkpoints' answers are new, whatever the cache knows of the base's.
        unlike = [replace(task, text=f"{task.text} ...") for task in tasks]
        new = self.budget.estimate(unlike)
        return Usage(
            calls=known.calls + new.calls * checkpoints,
            input_tokens=known.input_tokens + new.input_tokens * checkpoints,
            output_tokens=known.output_tokens + new.output_tokens * checkpoints,
            usd=None if known.usd is None or new.usd is None else known.usd + new.usd * checkpoints,
        )

    def _record(self, step: int, judged: tuple[Judged, ...]) -> None:
        self.journal.append(
            Scored(
                run=self.run.id,
                attempt=self.run.attempt,
                step=step,
                judge=f"{self.judge.model} {self.judge.rubric.version}",
                judged=judged,
                usage=self.budget.so_far,
            )
        )

    def _tasks(self, side: str, snapshot: Snapshot) -> list[Task]:
        # A judge would take an answer that was cut off in its thinking for an empty one.
        texts = {a.probe_id: a.text for a in snapshot.answers if not a.is_open_thought}
        return [
            Task(key=side + probe.id, probe=probe, text=texts[probe.id])
            for probe in self.probes
            if probe.id in texts
        ]
