"""Makes `GuardedRun`, one attempt of a run: it examines, records and keeps the best."""

import warnings
from dataclasses import dataclass, field, replace
from functools import partial

import torch

from ftguard.ask.ranks import broadcast_from_main
from ftguard.ask.weights import is_sharded, weights_fingerprint
from ftguard.errors import FtguardError, FtguardWarning
from ftguard.folders import RunFolder
from ftguard.measures import measure
from ftguard.measures.measurement import Measurement
from ftguard.measures.target import confirmed
from ftguard.pulse import Pulse
from ftguard.run.acting import Action, choose_action
from ftguard.run.best_folder import BestFolder
from ftguard.run.best_link import BestLink
from ftguard.run.budget.plan import Ahead
from ftguard.run.budget.spending import Spending
from ftguard.run.budget.taking import take_checkpoint
from ftguard.run.budget.words import in_the_end, to_come
from ftguard.run.clock import Clock
from ftguard.run.descent.lineage import cache_descent
from ftguard.run.descent.original import Original
from ftguard.run.descent.stage import stage_measurements, tell_stage
from ftguard.run.examine import Advising, EvalConfig, Examination, Moment, Sides, assess, examine
from ftguard.run.given import Left
from ftguard.run.grading import Grading
from ftguard.run.journal import Journal
from ftguard.run.judged_scores import BASE, NOW, judged_by_step, with_scores
from ftguard.run.ledger import Acted, Examined
from ftguard.run.state import RunState
from ftguard.scores.snapshot import Snapshot, load_snapshot, save_snapshot
from ftguard.text.formatting import duration, percent, rate
from ftguard.tracking import Kept, ManyTrackers, Opening, SoFar, say
from ftguard.verdict.advice import LowerLearningRate, Stop
from ftguard.verdict.checkup import Checkup
from ftguard.verdict.conclusion import Conclusion, conclude, write_conclusion
from ftguard.verdict.run import Run


@dataclass(frozen=True, kw_only=True)
class GuardedRun:
    """Everything that one attempt needs; what happens in it is in the journal, not here."""

    run: Run
    config: EvalConfig
    base: Snapshot
    folder: RunFolder
    journal: Journal
    tracker: ManyTrackers
    clock: Clock
    advising: Advising
    is_main_process: bool
    """Whether this process writes; every process asks."""
    original: Original
    """Where the base is to be found again."""
    start: Snapshot | None = None
    """Of the model as the run took it up, where that was no longer the base."""
    cache: bool = True
    """Whether the cache of descents is filled."""
    spending: Spending | None = None
    """What the budget lets the run ask; None asks everything."""
    grading: Grading | None = None
    """The judge at work, in the main process."""
    last: list[Snapshot] = field(default_factory=list)
    """What the last checkpoint of this attempt answered, if any: every process has it, and the next
    checkpoint is asked more quickly with it."""
    in_place: bool = False
    """Whether models stay where they are and are not written to: the best is linked to."""
    pulse: Pulse | None = None
    """By which others see that this attempt is at work; None in all but the main process."""

    @property
    def state(self) -> RunState:
        """What has happened so far."""
        return self.journal.state

    @property
    def best(self) -> BestFolder | BestLink:
        """Where the best checkpoint's files are kept."""
        if self.in_place:
            return BestLink(journal=self.journal, folder=self.folder)
        return BestFolder(
            run=self.run, journal=self.journal, folder=self.folder, original=self.original
        )

    @property
    def opening(self) -> Opening:
        """What is known before the first step."""
        probes = self.config.prompt_batch.probes
        return Opening(run=self.run, folder=self.folder, probes=probes, base=self.base)

    def examine(self, model: torch.nn.Module, moment: Moment) -> Examination:
        """The checkup of this step; every process gets the main one's.

        A step that this attempt examined before is not asked again, nor is the base (step 0).
        """
        known = broadcast_from_main(self._known(moment) if self.is_main_process else None)
        if known is not None:
            return Examination(checkup=known, is_new=False)
        found = examine(
            model,
            self.config,
            self.base,
            self.run,
            moment,
            look=self.state.next_look,
            past=self.state.checkups,
            current_rate=self.state.learning_rate,
            advising=self.advising,
            grade=partial(self._grade, moment.step) if self.grading else None,
            take=partial(self._take, model, moment) if self.spending else None,
            previous=self.last[0] if self.last else None,
        )
        self.last[:] = [found.snapshot] if found.snapshot else []
        checkup = broadcast_from_main(self._with_stage(found))
        if self.is_main_process:
            if found.snapshot is not None:
                save_snapshot(found.snapshot, self.folder.answers(checkup.id))
            self._append(checkup)
            self._tell(checkup, found.snapshot)
            if checkup.stage:
                say(tell_stage(checkup.stage, checkup.measurements))
        self.journal.share()
        return Examination(checkup=checkup, snapshot=found.snapshot)

    def graded(self, now: Snapshot, step: int, attempt: int) -> Sides:
        """The base's and a checkpoint's snapshot with what a judge has said of them so far."""
        judged = judged_by_step(self.state.scored, attempt, step)
        return Sides(base=with_scores(self.base, BASE, judged), now=with_scores(now, NOW, judged))

    def amend(self, checkup: Checkup, now: Snapshot) -> None:
        """Put a checkup in place of the one of its step, tell it, and keep what is now the best."""
        before = self._done(checkup.step)
        self._append(checkup)
        self._tell(checkup, now, replaces=before)
        self.best.mark(checkup)
        if self.best.reconcile():
            self._tell_kept()
        # `ftguard best` reads what is written, and may not name another than the kept one.
        self.write_so_far()

    def choose(self, checkup: Checkup) -> Action | None:
        """What to do to the training; recorded.

        Every process gets the main one's choice.
        """
        action = None
        # After the last step there is nothing left to act on.
        if self.is_main_process and checkup.step < self.run.max_steps:
            state = self.state
            lowered_at = state.lowered[-1].step if state.lowered else None
            advice = choose_action(checkup, state.checkups, lowered_at)
            if isinstance(advice, LowerLearningRate) and state.learning_rate <= 0:
                say("the learning rate is the optimizer's own: it cannot be lowered")
            elif advice is not None:
                action = self._act(advice, checkup.step)
        self.journal.share()
        return broadcast_from_main(action)

    def save(self, checkup: Checkup) -> None:
        """Leave the checkup beside its saved checkpoint, and keep that if it is the best.

        Every process must call it.
        """
        if self.is_main_process and checkup.checkpoint is not None:
            if self._done(checkup.step) != checkup:
                self._append(checkup)
            if self.best.keep(checkup):
                self._tell_kept()
            self.write_so_far()
        self.journal.share()

    def forecast(self, steps: int) -> str:
        """What checking will cost, from the time that the first `steps` steps took."""
        if self.spending is not None:
            return to_come(self.spending, self.base, self._ahead(self.run.resumed_from + steps))
        each, planned = self.base.seconds, self.run.planned_checkpoints
        if planned is None:
            return f"each check takes about {duration(each)}"
        training = self.clock.training(steps, self.run.max_steps - self.run.resumed_from)
        checking = each * planned
        share = checking / max(checking + training, 1e-9)
        return (
            f"cost to come: {planned} checks of about {duration(each)}, {duration(checking)} in "
            f"all, {percent(share)} of the run"
        )

    def write_so_far(self) -> None:
        """Leave the verdict on what was measured, for the case that training never ends."""
        state = self.state
        so_far = conclude(self.run, state.checkups, state.choice, None, self.folder, finished=False)
        write_conclusion(so_far, self.folder)

    def conclude(self) -> Conclusion:
        """Write the run's outcome and tell it."""
        if self.is_main_process:
            self.best.reconcile()
        self.journal.share()
        choice = self.state.choice
        confirmed = self._confirmed(choice.checkup) if choice else None
        conclusion = conclude(self.run, self.state.checkups, choice, confirmed, self.folder)
        if self.is_main_process:
            write_conclusion(conclusion, self.folder)
            self._tell_kept()
            self.tracker.finish(conclusion)
            kept = choice.checkup if choice else None
            if kept is not None and kept.stage:
                say(f"step {kept.step}: {tell_stage(kept.stage, kept.measurements)}")
        if self.pulse is not None:
            self.pulse.end()
        return conclusion

    def left_behind(self, model: torch.nn.Module) -> Left | None:
        """What is in memory now, so that later runs know where it comes from; None of shards."""
        if is_sharded(model):
            return None
        weights = weights_fingerprint(model)
        if self.is_main_process and self.cache and weights != self.original.weights:
            try:
                cache_descent(weights, self.original)
            except OSError as error:
                warnings.warn(
                    f"ftguard: a descent was not cached ({error})",
                    category=FtguardWarning,
                    stacklevel=2,
                )
        return Left(weights=weights, original=self.original)

    def told_cost(self) -> str | None:
        """What checks took in the end."""
        checks = len(self.state.checkups)
        return in_the_end(self.spending, self.base, checks, self.clock.spent, self.clock.share)

    def _take(self, model: torch.nn.Module, moment: Moment) -> Snapshot:
        if self.spending is None:
            raise ValueError("without a budget everything is asked")
        return take_checkpoint(
            model,
            self.config,
            self.base,
            self.run.id,
            moment,
            past=self.state.checkups,
            spending=self.spending,
            ahead=self._ahead(moment.step),
            previous=self.last[0] if self.last else None,
        )

    def _ahead(self, step: int) -> Ahead:
        planned, attempt = self.run.planned_checkpoints, self.run.attempt
        done = sum(c.attempt == attempt and c.step < step for c in self.state.checkups)
        return Ahead(
            steps_done=step - self.run.resumed_from,
            steps=self.run.max_steps - self.run.resumed_from,
            checks=None if planned is None else max(1, planned - done),
        )

    def _tell(
        self, checkup: Checkup, now: Snapshot | None, *, replaces: Checkup | None = None
    ) -> None:
        state = self.state
        sides = None if now is None else self.graded(now, checkup.step, checkup.attempt)
        self.tracker.examined(
            SoFar(
                opening=self.opening,
                checkup=checkup,
                share=self.clock.share,
                base=self.base if sides is None else sides.base,
                now=None if sides is None else sides.now,
                checkups=state.checkups,
                choice=state.choice,
                replaces=replaces,
            )
        )

    def _tell_kept(self) -> None:
        if (choice := self.state.choice) is not None and self.folder.best.is_dir():
            self.tracker.kept(Kept(opening=self.opening, choice=choice, files=self.folder.best))

    def _with_stage(self, found: Examination) -> Checkup:
        if self.start is None or found.snapshot is None:
            return found.checkup
        stage = stage_measurements(self.config, self.start, found.snapshot)
        return replace(found.checkup, stage=stage)

    def _grade(self, step: int, sides: Sides) -> Sides:
        if self.grading is not None:
            known = judged_by_step(self.state.scored, self.run.attempt, step)
            self.grading.grade(step, sides.base, sides.now, known)
        return self.graded(sides.now, step, self.run.attempt)

    def _confirmed(self, best: Checkup) -> Measurement | None:
        try:
            now = load_snapshot(self.folder.answers(best.id))
        except (FtguardError, FileNotFoundError):
            return None
        sides = self.graded(now, best.step, best.attempt)
        return confirmed(self.config.prompt_batch.probes, sides.base, sides.now)

    def _known(self, moment: Moment) -> Checkup | None:
        if moment.step > 0:
            return self._done(moment.step)
        return assess(
            measure(self.config.prompt_batch.probes, self.base, self.base, self.config.measures),
            self.run,
            moment,
            look=self.state.next_look,
            past=(),
            current_rate=self.run.learning_rate,
            advising=self.advising,
        )

    def _done(self, step: int) -> Checkup | None:
        return self.state.find(step, self.run.attempt)

    def _act(self, advice: LowerLearningRate | Stop, step: int) -> Action:
        before = self.state.learning_rate
        after = advice.learning_rate if isinstance(advice, LowerLearningRate) else before
        self.journal.append(
            Acted(
                run=self.run.id,
                attempt=self.run.attempt,
                step=step,
                do=advice.do,
                learning_rate=after,
                reason=advice.text,
            )
        )
        done = "" if after == before else f"the remaining steps train at {rate(after)}; "
        say(f"acted at step {step}: {done}{advice.text}")
        return Action(advice=advice, factor=after / before)

    def _append(self, checkup: Checkup) -> None:
        self.journal.append(
            Examined(run=self.run.id, attempt=self.run.attempt, step=checkup.step, checkup=checkup)
        )
