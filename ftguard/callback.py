"""`GuardCallback`, the timeline: when things happen in a run; what happens is elsewhere."""

import math
import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from transformers import Trainer, TrainerCallback, TrainerControl, TrainerState, TrainingArguments

from ftguard.ask.processing import tokenizer_of
from ftguard.ask.unwrap import inner_model
from ftguard.ask.weights import weights_fingerprint
from ftguard.errors import InputError
from ftguard.judge import Judge
from ftguard.measures import Measure
from ftguard.probes import AUTO, Encoder, ProbeSource, load_encoder, read_sets
from ftguard.run.begin import begin
from ftguard.run.examine import Advising, Moment
from ftguard.run.given import Host, Settings
from ftguard.run.guarded_run import GuardedRun
from ftguard.run.late_scores import apply_late_scores
from ftguard.run.learning_rate import peak_rate, scale_rate
from ftguard.run.trainer import SCORE_KEY, check_arguments, chooses_by_guard, moment_of
from ftguard.tracking import Tracker, say, trackers_for
from ftguard.verdict.advice import Stop
from ftguard.verdict.checkup import Checkup, guard_score
from ftguard.verdict.gate import Gate
from ftguard.verdict.limits import read_limits
from ftguard.verdict.remedies import Remedy

FORECAST_STEP = 5
"""The step after which the cost of checking is forecast from the time that steps take."""


class GuardCallback(TrainerCallback):  # type: ignore[misc]
    """Shows what a fine-tune costs at each checkpoint, and keeps the best that costs little enough.

    Add it to a `transformers.Trainer` or TRL trainer of a causal language model, and save
    checkpoints. Everything is measured against the base model as it was loaded (with PEFT: with
    the adapters disabled), and written under `OUTPUT_DIR/ftguard/`.

    Args:
        target: held-out examples of the task: a dataset or its name, a JSONL or CSV path, or
            probes. Without it checkpoints rank by `eval_loss`.
        general: probes of general capability, by default those that ship with ftguard.
        tail: edge cases and queries outside of the training distribution; "auto" finds them
            among the target's (their slices, rare classes, out-of-scope labels, those furthest
            from the training data) and makes edge cases of them, None has none.
        calibration: questions for general calibration; "auto" takes those that ship with ftguard
            where general probes do too (112 of them with `quick`), else the multiple-choice ones
            among these; fewer than 100 are measured and not gated.
        judge: an LLM that scores open answers, those that no reference and no check can; without
            one they count for drift alone.
        limits: what is acceptable, by name: moves a default limit and keeps the others. The default
            is `{"forgetting": 0.10, "tail": 0.15, "calibration": 0.05}`: the largest relative drop
            (0.10 is 10 %; advice from 8 %, the same share of what you give) over the general
            probes and on the worst tail slice, and the largest rise of the calibration error, in
            points, on target and on general questions, where the Brier score is worse too (an own
            error above 0.14 is refused as well); `own_answers`, a relative drop of 0.50 where a
            weak base's forgetting cannot be seen, is held always if given. Any other name adds a
            gate: `forgetting/math`, `tail/SLICE`, `target` (the least gain, in points), or what
            your own measure yields. None switches a default one off.
        gates: for full control, all gates of the run in place of the default ones (so not with
            `limits`); a line before training names those that are left out.
        measures: your own, each a function `(probes, base, now) -> Iterable[Measurement]`; what it
            yields can be gated, and stands in console, ledger and curves like all else.
        remedies: your own, each a function `(verdict, past, run) -> Iterable[Advice]`; asked at
            every checkpoint, and told like all advice (`ftguard.Suggestion` needs only words).
        trackers: told of every checkup and of the outcome, beside console and W&B: anything with
            `log(checkup, share)` and `finish(conclusion)`.
        train_dataset: the training rows, to look for leaks, for what is far from them and for rare
            classes; by default the Trainer's own data set is read.
        encoder: a sentence-transformers model, or its name or folder, to tell what is far from
            the training data; None tells it by characters.
        act_on_breach: do what is advised, on findings only: lower the learning rate, or stop.
        patience: breached checkpoints in a row before stopping is advised.
        strict: only checkpoints with every gate proven clear can be the best.
        max_probes: probes asked of each set; larger sets are drawn from, stratified by slice.
        holdout: share of the target probes that no checkpoint is chosen by; at the end they
            confirm the gain of the one that was.
        seed: of the draws.
        cache: keep base snapshots under `~/.cache/ftguard` (`FTGUARD_CACHE` moves it).
        chat_template_kwargs: given to the tokenizer's chat template; a template that can switch
            thinking off (`enable_thinking`) is told to, unless this or the training data have it.

    Raises:
        InputError: something given cannot be used; at construction, at `Trainer(...)`, or at the
            beginning of `train()`, before any step.
        BaseMismatchError: a resumed run whose stored base does not fit.
    """

    def __init__(
        self,
        target: ProbeSource | None = None,
        general: ProbeSource | None = None,
        *,
        tail: ProbeSource | None = AUTO,
        calibration: ProbeSource | None = AUTO,
        limits: Mapping[str, float | None] | None = None,
        gates: Sequence[Gate] | None = None,
        measures: Sequence[Measure] = (),
        remedies: Sequence[Remedy] = (),
        trackers: Sequence[Tracker] = (),
        judge: Judge | None = None,
        train_dataset: ProbeSource | None = None,
        act_on_breach: bool = False,
        patience: int = 2,
        strict: bool = False,
        max_probes: int = 200,
        holdout: float = 0.3,
        seed: int = 0,
        encoder: Encoder | str | None = None,
        cache: bool = True,
        chat_template_kwargs: Mapping[str, object] | None = None,
    ) -> None:
        if patience < 1:
            raise InputError(f"`patience` must be at least 1, got {patience}.")
        if limits is not None and gates is not None:
            raise InputError(
                "give either `limits`, which moves default limits, or `gates`, which takes the "
                "place of all of them."
            )
        _check_gates(gates)
        _check_brought("measures", measures, "__call__")
        _check_brought("remedies", remedies, "__call__")
        _check_brought("trackers", trackers, "log", "finish")
        self._settings = Settings(
            sets=read_sets(
                target=target,
                general=general,
                tail=tail,
                calibration=calibration,
                train_dataset=train_dataset,
                judged=judge is not None,
                # Numbers of numpy are numbers, and no JSON.
                max_probes=operator.index(max_probes),
                holdout=float(holdout),
                seed=operator.index(seed),
            ),
            judge=judge,
            encoder=load_encoder(encoder) if isinstance(encoder, str) else encoder,
            gates=None if gates is None else tuple(gates),
            limits=read_limits({} if limits is None else limits),
            measures=tuple(measures),
            act_on_breach=act_on_breach,
            advising=Advising(patience=operator.index(patience), remedies=tuple(remedies)),
            strict=strict,
            cache=cache,
            chat_template_kwargs=dict(chat_template_kwargs or {}),
        )
        self._trackers = tuple(trackers)
        self._weights: str | None = None
        self._trainer: Trainer | None = None
        self._guarded: GuardedRun | None = None
        self._training = False

    @property
    def checkups(self) -> tuple[Checkup, ...]:
        """The checkups of this run that count, oldest first."""
        return self._guarded.state.checkups if self._guarded else ()

    @property
    def best(self) -> Checkup | None:
        """The best checkpoint that passed; its files are kept in `OUTPUT_DIR/ftguard/best`."""
        return self._guarded.state.best if self._guarded else None

    def attach(self, trainer: Trainer) -> None:
        """Also log through the Trainer, so that TensorBoard and the like show the curves."""
        self._trainer = trainer

    def on_init_end(
        self,
        args: TrainingArguments,
        state: TrainerState,
        control: TrainerControl,
        **kwargs: Any,
    ) -> None:
        """Refuse what cannot be guarded, and remember the weights before a resume loads others."""
        del state, control
        check_arguments(args)
        inner_model(kwargs["model"])
        self._weights = weights_fingerprint(kwargs["model"])

    def on_train_begin(
        self,
        args: TrainingArguments,
        state: TrainerState,
        control: TrainerControl,
        **kwargs: Any,
    ) -> None:
        """Take or find the base snapshot, and open the run."""
        del control
        check_arguments(args)
        optimizer, scheduler = kwargs["optimizer"], kwargs["lr_scheduler"]
        host = Host(
            args=args,
            state=state,
            model=kwargs["model"],
            tokenizer=tokenizer_of(kwargs.get("processing_class")),
            loader=kwargs.get("train_dataloader"),
            rate=peak_rate(optimizer, scheduler),
            weights=self._weights,
        )
        send = None if self._trainer is None else _log_through(self._trainer)
        tracker = trackers_for(args.report_to, send, self._trackers)
        self._guarded = begin(self._settings, host, tracker)
        if state.global_step > 0:
            # The checkpoint resumed from may have been saved before the rate was lowered.
            wanted = self._guarded.state.learning_rate / peak_rate(optimizer, scheduler)
            if not math.isclose(wanted, 1):
                scale_rate(optimizer, scheduler, wanted)
        self._training = True

    def on_step_end(
        self,
        args: TrainingArguments,
        state: TrainerState,
        control: TrainerControl,
        **kwargs: Any,
    ) -> None:
        """Say what checking will cost, once steps have been timed; hear a late judge."""
        del args, control, kwargs
        guarded, step = self._guarded, state.global_step
        if guarded and guarded.grading and guarded.grading.under_way:
            with guarded.clock:
                apply_late_scores(guarded, guarded.grading.collect())
        if guarded and guarded.is_main_process and step == guarded.run.resumed_from + FORECAST_STEP:
            say(guarded.forecast(FORECAST_STEP))

    def on_evaluate(
        self,
        args: TrainingArguments,
        state: TrainerState,
        control: TrainerControl,
        **kwargs: Any,
    ) -> None:
        """Where the Trainer chooses by ftguard's score, examine and hand it the score."""
        if self._guarded and self._training and chooses_by_guard(args):
            metrics = kwargs["metrics"]
            moment = moment_of(state, metrics=metrics)
            checkup = self._examine(self._guarded, moment, control, kwargs)
            metrics[SCORE_KEY] = guard_score(checkup, strict=self._settings.strict)

    def on_save(
        self,
        args: TrainingArguments,
        state: TrainerState,
        control: TrainerControl,
        **kwargs: Any,
    ) -> None:
        """Examine the checkpoint unless that is done, and keep it if it is the best."""
        del args
        if self._guarded:
            checkpoint = str(self._guarded.folder.checkpoint(state.global_step))
            moment = moment_of(state, checkpoint=checkpoint)
            checkup = self._examine(self._guarded, moment, control, kwargs)
            with self._guarded.clock:
                self._guarded.save(replace(checkup, checkpoint=checkpoint))

    def on_train_end(
        self,
        args: TrainingArguments,
        state: TrainerState,
        control: TrainerControl,
        **kwargs: Any,
    ) -> None:
        """Write and tell the run's outcome."""
        del args, state, control, kwargs
        self._training = False
        if self._guarded:
            if self._guarded.grading:
                apply_late_scores(self._guarded, self._guarded.grading.finish())
            self._guarded.conclude()

    def _examine(
        self,
        guarded: GuardedRun,
        moment: Moment,
        control: TrainerControl,
        kwargs: Mapping[str, Any],
    ) -> Checkup:
        with guarded.clock:
            found = guarded.examine(kwargs["model"], moment)
        action = (
            guarded.choose(found.checkup) if found.is_new and self._settings.act_on_breach else None
        )
        if action is not None and isinstance(action.advice, Stop):
            control.should_training_stop = True
        elif action is not None:
            scale_rate(kwargs["optimizer"], kwargs["lr_scheduler"], action.factor)
        return found.checkup


def _check_brought(name: str, given: object, *methods: str) -> None:
    """Refuse what will not do before anything is measured."""
    items = given if isinstance(given, (list, tuple)) else [None]
    if not all(hasattr(item, method) for item in items for method in methods):
        what = "functions" if methods == ("__call__",) else f"objects with {' and '.join(methods)}"
        raise InputError(f"`{name}` is a list of {what}, got {given!r}.")


def _check_gates(given: object) -> None:
    items = () if given is None else given if isinstance(given, (list, tuple)) else [None]
    if not all(isinstance(item, Gate) for item in items):
        raise InputError("`gates` is a list of `ftguard.Gate`; names and numbers are `limits`.")


def _log_through(trainer: Trainer) -> Callable[[dict[str, float]], None]:
    def send(logs: dict[str, float]) -> None:
        # TRL's log merges the pending metrics of the mode that the root module says it is in.
        training, trainer.model.training = trainer.model.training, False
        try:
            trainer.log(logs)
        finally:
            trainer.model.training = training

    return send
