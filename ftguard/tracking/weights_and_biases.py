"""Tells Weights & Biases: the run's story in one section beside the loss, with no set-up."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import wandb

from ftguard.tracking.answers import COLUMNS, answer_rows
from ftguard.tracking.console import say
from ftguard.tracking.leaving import LogTexts, cleaned
from ftguard.tracking.recorded import checkup_record, kept_record, last_record, run_record
from ftguard.tracking.story import Chart, charts, reliability_charts
from ftguard.tracking.told import Row, Told, read_told, write_told
from ftguard.tracking.tracker import Kept, Opening, SoFar, scalars
from ftguard.verdict.conclusion import Conclusion

STEP = "train/global_step"
ANSWERS = "ftguard/answers"
SHOWN = ("ftguard/share", "ftguard/score")
"""The curves that make a panel of their own; the others are lines of the charts."""
LARGEST_ARTIFACT = 200 * 2**20
"""Bytes of a kept checkpoint that is uploaded without being asked to: adapters are, most full
models are not."""
ALERT_EVERY = 3600.0
"""Seconds between two alerts of one title."""
OURS = "ftguard.json"
"""The record beside a checkpoint's files: it names folders of this machine, so it stays here."""


@dataclass(frozen=True)
class WandbTracker:
    """Logs to the W&B run that is open; opens none.

    A panel is made of every key that is logged and not hidden, and of every chart. So what draws
    the limits and intervals is a chart, its table and all other curves are hidden, and what is
    shown has one slash in its name: by the first or the last of them, it is in the section
    `ftguard`.
    """

    log_texts: LogTexts = "none"
    log_artifacts: bool | None = None
    """Whether the kept checkpoint is uploaded; None for up to `LARGEST_ARTIFACT`."""
    _said: set[str] = field(default_factory=set)
    _defined: dict[str, set[str]] = field(default_factory=dict)

    def begin(self, opening: Opening) -> None:
        """Put what the run is held against, and what was asked of what, into the config."""
        run = _open_run()
        run.config.update({"ftguard": run_record(opening)}, allow_val_change=True)

    def examined(self, so_far: SoFar) -> None:
        """One row at the checkpoint's training step, and the charts and tables of the run so far.

        The step goes in as a value, never as `step=`: W&B drops rows whose step lies behind. Rows
        cannot be taken back, so a step that an earlier attempt told has its row already.
        """
        run = _open_run()
        told = self._told(run, so_far.opening)
        row = self._row(so_far, told)
        if so_far.is_latest:
            row |= self._pictures(so_far)
        if so_far.checkup.step not in told.rows:
            at = Row(attempt=so_far.checkup.attempt, at=run.step)
            told = told.with_row(so_far.checkup.step, at)
        if row:
            self._define(run, row)
            run.log(row | {STEP: so_far.checkup.step})
        run.summary.update(_summary(so_far))
        write_told(_file(so_far.opening), self._alerted(run, so_far, told))

    def kept(self, kept: Kept) -> None:
        """Upload the kept checkpoint as a model, unless it is large or that is switched off."""
        run, best = _open_run(), kept.choice
        told = self._told(run, kept.opening)
        alias = "best-passing" if best.verdict.passed else "best-undecided"
        name = f"{alias} {best.checkup.id}"
        if told.kept == name or not self._uploads(kept.files):
            return
        artifact = wandb.Artifact(
            f"ftguard-best-{run.id}", type="model", metadata=checkup_record(best)
        )
        for file in _model_files(kept.files):
            artifact.add_file(str(file), name=file.relative_to(kept.files).as_posix())
        run.log_artifact(artifact, aliases=[alias, f"step-{best.checkup.step}"])
        write_told(_file(kept.opening), replace(told, kept=name))

    def finish(self, conclusion: Conclusion) -> None:
        """Put the verdict into the run's summary."""
        line = conclusion.summary
        if conclusion.best_folder:
            line = line.replace(conclusion.best_folder, "OUTPUT_DIR/_ftguard/best")
        _open_run().summary.update(
            {
                "ftguard/verdict": cleaned(line),
                "ftguard/best_step": conclusion.best_step,
                "ftguard/gates": {_key(o.gate.key): o.state for o in conclusion.last_gates},
                "ftguard/advice": [cleaned(advice.text) for advice in conclusion.advice],
            }
        )

    def _row(self, so_far: SoFar, told: Told) -> dict[str, object]:
        """The curves of a step that were not told yet, the rate and the advice beside them."""
        checkup, strict = so_far.checkup, so_far.opening.run.strict
        values = {_key(k): v for k, v in scalars(checkup, so_far.share, strict=strict).items()}
        before = so_far.replaces
        if before is not None:
            old = {_key(k): v for k, v in scalars(before, so_far.share, strict=strict).items()}
            return {key: value for key, value in values.items() if old.get(key) != value}
        if checkup.step in told.rows:
            self._say_once(
                "rows",
                f"W&B has a row of step {checkup.step} from an earlier attempt already, which "
                "cannot be taken back: its charts, tables and summary tell of this attempt",
            )
            return {}
        return {**values, "ftguard/advice": "\n".join(cleaned(a.text) for a in checkup.advice)}

    def _pictures(self, so_far: SoFar) -> dict[str, object]:
        found: dict[str, object] = {
            chart.key: _drawn(chart) for chart in (*charts(so_far), *reliability_charts(so_far))
        }
        if so_far.now is not None:
            rows = [list(row) for row in answer_rows(so_far, self.log_texts)]
            found[ANSWERS] = wandb.Table(list(COLUMNS), data=rows, allow_mixed_types=True)
        return found

    def _define(self, run: wandb.Run, row: Mapping[str, object]) -> None:
        """Name each key to W&B once: a pattern's star holds for one slash alone."""
        known = self._defined.setdefault(run.id, set())
        for key, value in row.items():
            chart = isinstance(value, wandb.plot.CustomChart)
            name = f"Custom Chart Tables/{key}_table" if chart else key
            if name not in known:
                known.add(name)
                hidden = name not in (*SHOWN, ANSWERS)
                run.define_metric(name, step_metric=STEP, hidden=hidden)

    def _told(self, run: wandb.Run, opening: Opening) -> Told:
        told = read_told(_file(opening), run.id, opening.run.id)
        # A run that was rewound has lost what came after; one that is offline begins at 0 always.
        return told if run.offline else told.from_row(run.starting_step or _NEVER)

    def _alerted(self, run: wandb.Run, so_far: SoFar, told: Told) -> Told:
        if told.alerted or so_far.checkup.verdict.passed is not False:
            return told
        breaches = [o for o in so_far.checkup.verdict.outcomes if o.state == "breach"]
        run.alert(
            title="ftguard: a checkpoint costs too much",
            text=cleaned(
                f"step {so_far.checkup.step}: {' '.join(o.explanation for o in breaches)}",
                so_far.opening.folder,
            ),
            level="WARN",
            wait_duration=ALERT_EVERY,
        )
        return replace(told, alerted=True)

    def _uploads(self, files: Path) -> bool:
        if self.log_artifacts is not None:
            return self.log_artifacts
        size = sum(file.stat().st_size for file in _model_files(files))
        if size > LARGEST_ARTIFACT:
            self._say_once(
                "size",
                f"the kept checkpoint has {size / 2**20:,.0f} MiB, which is not uploaded to W&B "
                "unless `log_artifacts=True`",
            )
        return size <= LARGEST_ARTIFACT

    def _say_once(self, about: str, line: str) -> None:
        if about not in self._said:
            self._said.add(about)
            say(line)


_NEVER = 10**18


def _open_run() -> wandb.Run:
    if wandb.run is None:
        raise RuntimeError("no W&B run is open")
    return wandb.run


def _file(opening: Opening) -> Path:
    return opening.folder.root / "wandb.json"


def _key(name: str) -> str:
    """A name that W&B can hold: valid text of bounded length, without the star of a pattern."""
    return cleaned(name)[:200].replace("*", "_")


def _model_files(folder: Path) -> Iterable[Path]:
    return sorted(file for file in folder.rglob("*") if file.is_file() and file.name != OURS)


def _drawn(chart: Chart) -> wandb.plot.CustomChart:
    return wandb.plot.line_series(
        [list(line.xs) for line in chart.lines],
        [list(line.ys) for line in chart.lines],
        keys=[cleaned(line.name) for line in chart.lines],
        title=cleaned(chart.title),
        xname=chart.x,
        split_table=True,
    )


def _summary(so_far: SoFar) -> dict[str, object]:
    """Of the latest checkpoint and of the kept one, under keys of their own."""
    latest = so_far.checkups[-1]
    found: dict[str, object] = {
        "ftguard/last": last_record(latest, strict=so_far.opening.run.strict),
        "ftguard/kept": kept_record(so_far.choice, strict=so_far.opening.run.strict),
    }
    # What is told late of an earlier step, or not told again, must not stand as the latest.
    strict = so_far.opening.run.strict
    numbers = {_key(k): v for k, v in scalars(latest, so_far.share, strict=strict).items()}
    return found | numbers
