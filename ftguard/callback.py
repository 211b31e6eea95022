"""`GuardCallback`, the timeline: when things happen in a run; what happens is elsewhere."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from transformers import Trainer, TrainerCallback, TrainerControl, TrainerState, TrainingArguments

from ftguard.ask.processing import tokenizer_of
from ftguard.ask.unwrap import adapted, check_base
from ftguard.ask.weights import Weights, is_sharded, read_weights
from ftguard.judge import Judge
from ftguard.measures import Measure
from ftguard.probes import AUTO, Encoder, ProbeSource, load_encoder, read_sets
from ftguard.report.writing import LivingReport
from ftguard.run.arguments import check_source, read_given
from ftguard.run.begin import begin
from ftguard.run.clock import Clock
from ftguard.run.examine import Advising, Moment
from ftguard.run.given import Host, Left, Settings
from ftguard.run.guarded_run import GuardedRun
from ftguard.run.late_scores import apply_late_scores
from ftguard.run.learning_rate import peak_rate, scale_rate
from ftguard.run.reporting import trackers_of
from ftguard.run.trainer import (
    SCORE_KEY,
    check_arguments,
    chooses_by_guard,
    moment_of,
    planned_checkpoints,
)
from ftguard.tracking import LogTexts, Tracker, say
from ftguard.verdict.advice import Stop
from ftguard.verdict.checkup import Checkup, guard_score
from ftguard.verdict.gate import Gate
from ftguard.verdict.remedies import Remedy

FORECAST_STEP = 5
"""The step after which the cost of checking is forecast from the time that steps take."""


class GuardCallback(TrainerCallback):  # type: ignore[misc]
    """Shows what a fine-tune costs at each checkpoint, and keeps the best that costs little enough.

    Add it to a `transformers.Trainer` or TRL trainer of a causal language model, and save
    checkpoints. Everything is measured against the base model as it was loaded (with PEFT: with
    the adapters disabled), and written under `OUTPUT_DIR/_ftguard/`.

    Args:
        target: held-out examples of the task: a dataset or its name, a JSONL or CSV path, or
            probes. Without it checkpoints rank by `eval_loss`.
        general: probes of general capability, by default those that ship with ftguard; like every
            set it may name standard benchmarks, `lm_eval:arc_easy,gsm8k`.
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
        trackers: told of every checkup and of the outcome, beside console and the Trainer's
            reporters: anything with `log(checkup, share)` and `finish(conclusion)`.
        log_texts: which prompts, references and answers the Trainer's reporters get: "all",
            "builtin" (of the probes that ship with ftguard; none of yours), or "none".
        log_artifacts: whether the kept checkpoint is uploaded to W&B as a model; None for up to
            200 MiB, as adapters have.
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
        base: where the model is a fine-tune already: the folder or the hub name of the model that
            costs are counted from, or "self" for the model as it is loaded. By default the base
            that a guarded checkpoint names, else the model as it is loaded.
        budget: what checks may take, the base's included: a share of the run's time ("auto" is
            0.05, which is 5 %, or what the variable `FTGUARD_BUDGET` says), or seconds a checkpoint
            (1 and above). So much is asked as that buys: what can change a decision first, at each
            checkpoint another stratified part, most at the last one and at those that may be the
            best. None asks everything.
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
        log_texts: LogTexts = "builtin",
        log_artifacts: bool | None = None,
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
        base: str | os.PathLike[str] | None = None,
        chat_template_kwargs: Mapping[str, object] | None = None,
        budget: float | str | None = AUTO,
    ) -> None:
        given = read_given(
            limits=limits,
            gates=gates,
            measures=measures,
            remedies=remedies,
            trackers=trackers,
            judge=judge,
            act_on_breach=act_on_breach,
            patience=patience,
            strict=strict,
            max_probes=max_probes,
            holdout=holdout,
            seed=seed,
            encoder=encoder,
            cache=cache,
            chat_template_kwargs=chat_template_kwargs,
            base=base,
            log_texts=log_texts,
            log_artifacts=log_artifacts,
            budget=budget,
        )
        check_source("target", target)
        check_source("general", general)
        check_source("tail", tail)
        check_source("calibration", calibration)
        check_source("train_dataset", train_dataset)
        self._settings = Settings(
            sets=read_sets(
                target=target,
                general=general,
                tail=tail,
                calibration=calibration,
                train_dataset=train_dataset,
                judged=judge is not None,
                max_probes=given.max_probes,
                holdout=given.holdout,
                seed=given.seed,
            ),
            judge=judge,
            encoder=load_encoder(encoder) if isinstance(encoder, str) else encoder,
            gates=given.gates,
            limits=given.limits,
            measures=given.measures,
            act_on_breach=given.act_on_breach,
            advising=Advising(patience=given.patience, remedies=given.remedies),
            strict=given.strict,
            cache=given.cache,
            base=given.base,
            chat_template_kwargs=given.chat_template_kwargs,
            budget=given.budget,
        )
        self._given = given
        self._weights: Weights | None = None
        self._left: Left | None = None
        self._trainer: Trainer | None = None
        self._guarded: GuardedRun | None = None
        self._report: LivingReport | None = None
        self._training = False

    @property
    def settings(self) -> Settings:
        """What was asked for, read."""
        return self._settings

    @property
    def checkups(self) -> tuple[Checkup, ...]:
        """The checkups of this run that count, oldest first."""
        return self._guarded.state.checkups if self._guarded else ()

    @property
    def best(self) -> Checkup | None:
        """The best checkpoint that passed; its files are kept in `OUTPUT_DIR/_ftguard/best`."""
        return self._guarded.state.best if self._guarded else None

    def attach(self, trainer: Trainer) -> None:
        """Log through the Trainer, W&B and the log history too, where a line asks for it."""
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
        check_base(kwargs["model"])
        self._weights = read_weights(kwargs["model"])

    def on_train_begin(
        self,
        args: TrainingArguments,
        state: TrainerState,
        control: TrainerControl,
        **kwargs: Any,
    ) -> None:
        """Take or find the base snapshot, and open the run."""
        clock = Clock()
        check_arguments(args)
        optimizer, scheduler = kwargs["optimizer"], kwargs["lr_scheduler"]
        model, resuming = kwargs["model"], state.global_step > 0
        check_base(model)
        # What a resume has loaded since is no base, and shards tell nothing; else weights may
        # have been trained since the Trainer was made.
        known = self._weights is not None and (resuming or is_sharded(model))
        host = Host(
            output_dir=Path(args.output_dir),
            progress=state.is_world_process_zero and not args.disable_tqdm,
            planned_checkpoints=planned_checkpoints(args, state),
            state=state,
            model=model,
            tokenizer=tokenizer_of(kwargs.get("processing_class")),
            loader=kwargs.get("train_dataloader"),
            rate=peak_rate(optimizer, scheduler),
            weights=self._weights if known and self._weights else read_weights(model),
            weights_known=known or not resuming,
            left=self._left,
            method="full" if adapted(model) is None else "adapters",
            rows_per_step=args.per_device_train_batch_size * args.gradient_accumulation_steps,
        )
        tracker = trackers_of(
            self._given,
            args,
            state,
            control,
            trainer=self._trainer,
            is_open=lambda: self._training,
        )
        if self._guarded and self._guarded.pulse:
            self._guarded.pulse.end()
        self._guarded = begin(self._settings, host, tracker, clock)
        if self._guarded.run.rate is not None and self._guarded.run.rate < host.rate:
            scale_rate(optimizer, scheduler, self._guarded.run.rate / host.rate)
        self._report = LivingReport(self._guarded.folder)
        self._rewrite_report(self._guarded)
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
        if guarded and guarded.pulse:
            guarded.pulse.keep()
        if guarded and guarded.grading and guarded.grading.under_way:
            with guarded.clock:
                late = guarded.grading.collect()
                apply_late_scores(guarded, late)
            if late:
                self._keep_report_up(guarded)
        if guarded:
            guarded.clock.warmed_up(step - guarded.run.resumed_from)
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
                self._left = self._guarded.left_behind(kwargs["model"])
            self._keep_report_up(self._guarded)

    def on_train_end(
        self,
        args: TrainingArguments,
        state: TrainerState,
        control: TrainerControl,
        **kwargs: Any,
    ) -> None:
        """Write and tell the run's outcome."""
        del args, state, control
        self._training = False
        if self._guarded:
            with self._guarded.clock:
                self._left = self._guarded.left_behind(kwargs["model"])
                if self._guarded.grading:
                    apply_late_scores(self._guarded, self._guarded.grading.finish())
                self._guarded.conclude()
                self._rewrite_report(self._guarded)
            if self._guarded.is_main_process and (cost := self._guarded.told_cost()):
                say(cost)
            if self._guarded.is_main_process and self._guarded.folder.report.is_file():
                say(f"the report of this run: {self._guarded.folder.report}")

    def _keep_report_up(self, guarded: GuardedRun) -> None:
        if guarded.is_main_process and self._report is not None:
            with guarded.clock:
                self._report.keep_up()

    def _rewrite_report(self, guarded: GuardedRun) -> None:
        if guarded.is_main_process and self._report is not None:
            with guarded.clock:
                self._report.rewrite()

    def _examine(
        self,
        guarded: GuardedRun,
        moment: Moment,
        control: TrainerControl,
        kwargs: Mapping[str, Any],
    ) -> Checkup:
        acts = self._settings.act_on_breach
        with guarded.clock:
            found = guarded.examine(kwargs["model"], moment)
            action = guarded.choose(found.checkup) if found.is_new and acts else None
        if action is not None and isinstance(action.advice, Stop):
            control.should_training_stop = True
        elif action is not None:
            scale_rate(kwargs["optimizer"], kwargs["lr_scheduler"], action.factor)
        return found.checkup
