"""What a real offline W&B run holds after a guarded training, read back from its file."""

import gc
import json
import subprocess
import sys
import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import wandb
from transformers import LlamaForCausalLM, Trainer, TrainerCallback
from transformers.integrations import WandbCallback

from ftguard import Answer, Gate, GuardCallback, Probe, Suggestion, Verdict
from ftguard.scores.record import Score
from ftguard.tracking import Kept, LogTexts, Opening, SoFar
from ftguard.tracking.weights_and_biases import LARGEST_ARTIFACT, WandbTracker
from ftguard.verdict.checkup import Checkup, guard_score
from ftguard.verdict.choice import Choice
from ftguard.verdict.gate import State

pytestmark = [
    pytest.mark.filterwarnings("ignore:.*pin_memory.*"),
    # wandb closes its own pipes late
    pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning"),
]

Build = Callable[..., Trainer]
Guarding = Callable[..., GuardCallback]
MakeCheckup = Callable[[Sequence[State]], Checkup]
Telling = Callable[..., SoFar]

TOTALS = {
    "ftguard/gates/passed",
    "ftguard/seconds",
    "ftguard/share",
    "ftguard/score",
    "ftguard/learning_rate",
    "ftguard/advice",
}


@pytest.fixture
def runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The folder that holds every W&B run that a test opens, offline."""
    monkeypatch.setenv("WANDB_MODE", "offline")
    for folder in ("WANDB_DIR", "WANDB_DATA_DIR", "WANDB_CACHE_DIR", "WANDB_ARTIFACT_DIR"):
        monkeypatch.setenv(folder, str(tmp_path))
    monkeypatch.setenv("WANDB_SILENT", "true")
    monkeypatch.setenv("WANDB_CONSOLE", "off")
    monkeypatch.setenv("WANDB_DISABLE_GIT", "true")
    monkeypatch.setenv("WANDB__DISABLE_STATS", "true")
    wandb.teardown()
    yield tmp_path / "wandb"
    wandb.finish()
    wandb.teardown()
    with warnings.catch_warnings():
        # Its artifacts leave their temporary folders to the garbage collector.
        warnings.simplefilter("ignore", ResourceWarning)
        gc.collect()


def files(runs: Path) -> list[Path]:
    """The log of each W&B run."""
    return sorted(runs.glob("offline-run-*/*.wandb"))


@cache
def inspected(file: Path, *options: str) -> str:
    """What `wandb leet inspect` prints of a run's log."""
    command = [sys.executable, "-m", "wandb", "leet", "inspect", "--json", *options, str(file)]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def history(file: Path) -> list[dict[str, Any]]:
    """The rows logged, in order."""
    records = [json.loads(line) for line in inspected(file).splitlines()]
    return [record["history"]["item"] for record in records if record["type"] == "history"]


def records(file: Path) -> list[dict[str, Any]]:
    """All that a run's log holds, in order."""
    return [json.loads(line) for line in inspected(file).splitlines()]


def tables(file: Path, name: str) -> list[dict[str, Any]]:
    """The tables that were logged under a name, in order."""
    found = (file.parent / "files/media/table").rglob(f"{name}_*.table.json")
    in_order = sorted(found, key=lambda path: int(path.name.removeprefix(f"{name}_").split("_")[0]))
    return [json.loads(path.read_text()) for path in in_order]


def panels(file: Path) -> set[str]:
    """What W&B makes a panel of: charts, and logged keys of ours that are not hidden."""
    hidden, keys = set(), set()
    for record in records(file):
        if record["type"] == "metric" and record["metric"]["options"].get("hidden"):
            hidden.add(record["metric"]["name"])
        if record["type"] == "config":
            charts = [key for key in record["config"]["update"] if "_wandb.visualize." in key]
            keys |= {key.removeprefix("_wandb.visualize.") for key in charts}
        if record["type"] == "history":
            # What is a table is logged as several parts, behind a dot.
            keys |= {key.split(".")[0] for key in record["history"]["item"] if "ftguard" in key}
    return keys - hidden


def tell(
    runs: Path,
    *so_far: SoFar,
    log_texts: LogTexts = "builtin",
    name: str | None = None,
    fresh: bool = True,
) -> Path:
    """The log of a new W&B run that was told of these checkpoints."""
    if fresh and name is None:
        (so_far[0].opening.folder.root / "wandb.json").unlink(missing_ok=True)
    before = set(files(runs))
    with wandb.init(project="mine", id=name):
        tracker = WandbTracker(log_texts=log_texts)
        tracker.begin(so_far[0].opening)
        for one in so_far:
            tracker.examined(one)
    (file,) = set(files(runs)) - before
    return file


def curve(rows: list[dict[str, Any]], key: str) -> dict[int, float]:
    """A key's values by the training step that they stand at."""
    return {row["train/global_step"]: row[key] for row in rows if key in row}


def test_every_checkup_is_a_row_at_its_step_and_the_verdict_is_in_the_summary(
    runs: Path,
    build: Build,
    guarding: Guarding,
) -> None:
    """With losses and evaluations logged at every step in between, no row of ours is dropped."""
    # The tiny model never ends an answer: the other gates have too few scores to decide.
    guard = guarding(gates=[Gate(measurement="forgetting", limit=0.10)])
    build(guard, report_to=["wandb"]).train()
    wandb.finish()

    (file,) = files(runs)
    rows = history(file)
    assert sorted(curve(rows, "train/loss")) == sorted(curve(rows, "eval/loss")) == [*range(1, 7)]
    assert [checkup.step for checkup in guard.checkups] == [2, 4, 6]
    names = {m.key for c in guard.checkups for m in c.measurements if m.estimate is not None}
    assert {"target/all", "forgetting/all", "forgetting/one", "calibration/target"} <= names
    keys = {f"ftguard/{name}{end}" for name in names for end in ("", "/low", "/high")} | TOTALS
    keys |= {
        f"ftguard/{m.key}/now" for c in guard.checkups for m in c.measurements if m.now is not None
    }
    keys |= {"ftguard/forgetting/all/limit"}
    told = {key for row in rows for key in row if key.startswith("ftguard/")}
    assert {key for key in told if not key.startswith("ftguard/answers")} == keys
    for key in TOTALS | {"ftguard/forgetting/all", "ftguard/target/likelihood"}:
        assert list(curve(rows, key)) == [2, 4, 6], key
    for checkup in guard.checkups:
        for measurement in checkup.measurements:
            # Where every answer of a slice was cut off there is no score of it at this step.
            name, estimate = measurement.key, measurement.shown
            if estimate is None:
                assert checkup.step not in curve(rows, f"ftguard/{name}")
                continue
            for end, value in (("", estimate.value), ("/low", estimate.low)):
                assert curve(rows, f"ftguard/{name}{end}")[checkup.step] == pytest.approx(value)
            assert curve(rows, f"ftguard/{name}/high")[checkup.step] == pytest.approx(estimate.high)
    passed = {c.step: {True: 1, None: 0.5, False: 0}[c.verdict.passed] for c in guard.checkups}
    assert curve(rows, "ftguard/gates/passed") == passed
    seconds = {checkup.step: checkup.seconds for checkup in guard.checkups}
    assert curve(rows, "ftguard/seconds") == pytest.approx(seconds)
    assert all(0 < share < 1 for share in curve(rows, "ftguard/share").values())

    assert guard.best is not None
    summary = json.loads(inspected(file, "--summary"))["summary"]
    assert summary["ftguard/verdict"].startswith(f"best: step {guard.best.step}, every gate proven")
    assert summary["ftguard/best_step"] == summary["ftguard/kept"]["step"] == guard.best.step
    assert summary["ftguard/last"]["step"] == 6
    assert "OUTPUT_DIR/_ftguard/best" in summary["ftguard/verdict"]
    score = curve(rows, "ftguard/score")
    assert score == pytest.approx({c.step: guard_score(c) for c in guard.checkups})
    assert summary["ftguard/score"] == score[6]


def test_a_run_that_the_user_opened_stays_the_only_one(
    runs: Path,
    build: Build,
    guarding: Guarding,
) -> None:
    """The curves go into the open run, at the training's steps although it is ahead of them."""
    with wandb.init(project="mine") as mine:
        for number in range(50):
            mine.log({"my/number": number})
        build(guarding(), report_to=["wandb"]).train()
        assert wandb.run is mine
        assert wandb.run is not None
        name = wandb.run.id
    (file,) = files(runs)
    assert name in file.name
    rows = history(file)
    assert list(curve(rows, "ftguard/forgetting/all")) == [2, 4, 6]
    assert len([row for row in rows if "my/number" in row]) == 50


def test_nothing_is_logged_where_the_trainer_does_not_report_to_wandb(
    runs: Path,
    build: Build,
    guarding: Guarding,
) -> None:
    """`report_to=[]` is obeyed although a run is open."""
    with wandb.init(project="mine") as mine:
        guard = guarding()
        build(guard, report_to=[]).train()
        mine.log({"my/number": 1})
    (file,) = files(runs)
    assert len(guard.checkups) == 3
    assert [key for row in history(file) for key in row if not key.startswith("_")] == ["my/number"]
    summary = json.loads(inspected(file, "--summary"))["summary"]
    assert not [key for key in summary if key.startswith("ftguard")]


def test_a_run_that_ends_in_the_middle_is_one_warning(
    runs: Path,
    build: Build,
    guarding: Guarding,
) -> None:
    """Checkups after the run's end are not told, training goes on, the ledger holds them all."""

    class Ends(TrainerCallback):  # type: ignore[misc]
        def on_step_end(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
            del args, control, kwargs
            if state.global_step == 3:
                wandb.finish()

    guard = guarding()
    trainer = build(guard, Ends(), report_to=["wandb"])
    # The Trainer's own W&B callback would end the training.
    trainer.remove_callback(WandbCallback)
    with warnings.catch_warnings(record=True) as caught, wandb.init(project="mine"):
        warnings.simplefilter("always")
        trainer.train()
    told = [str(w.message) for w in caught if "ftguard" in str(w.message)]
    assert len(told) == 1
    assert "WandbTracker failed (RuntimeError: no W&B run is open)" in told[0]
    assert trainer.state.global_step == 6
    assert [checkup.step for checkup in guard.checkups] == [2, 4, 6]
    (file,) = files(runs)
    assert list(curve(history(file), "ftguard/forgetting/all")) == [2]


def test_a_resume_tells_no_step_twice(
    runs: Path,
    build: Build,
    guarding: Guarding,
    model: LlamaForCausalLM,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """A run that ended after step 4 goes on from step 2 under the same id: 2, 4 and 6 have one row
    each, none of them from before the other, a line says why 4 is not told anew, and the charts
    and the summary tell of all three.
    """
    monkeypatch.setenv("WANDB_RUN_ID", "onerun")
    monkeypatch.setenv("WANDB_RESUME", "allow")
    state = {name: value.clone() for name, value in model.state_dict().items()}
    build(guarding(), report_to=["wandb"], max_steps=4).train()
    wandb.finish()
    model.load_state_dict(state)
    again = build(guarding(), report_to=["wandb"])
    again.train(resume_from_checkpoint=str(tmp_path / "out/checkpoint-2"))
    wandb.finish()

    found = files(runs)
    assert [file.name for file in found] == ["run-onerun.wandb"] * 2
    rows = [row for file in found for row in history(file)]
    steps = [row["train/global_step"] for row in rows if "ftguard/forgetting/all" in row]
    assert steps == [2, 4, 6]
    assert capsys.readouterr().out.count("W&B has a row of step 4 from an earlier attempt") == 1
    (forgetting, *_) = tables(found[-1], "forgetting_table")[-1:]
    assert [row[0] for row in forgetting["data"] if row[1] == "estimate"] == [2, 4, 6]
    summary = json.loads(inspected(found[-1], "--summary"))["summary"]
    assert summary["ftguard/last"]["step"] == 6


def test_one_section_of_twelve_panels_tells_the_story(runs: Path, told: tuple[SoFar, ...]) -> None:
    """What makes a panel, logged keys that are not hidden and charts, is 12 in the section
    `ftguard`, though some hundred curves are logged; limits and intervals are lines of the charts.
    """
    file = tell(runs, *told)
    assert panels(file) == {
        f"ftguard/{name}"
        for name in [
            "target",
            "forgetting",
            "tail",
            "calibration",
            "gates",
            "drift",
            "frontier",
            "reliability_target",
            "reliability_general",
            "answers",
            "share",
            "score",
        ]
    }
    assert len([key for row in history(file) for key in row if "ftguard/" in key]) > 300
    for key in ("forgetting", "tail"):
        drawn = tables(file, f"{key}_table")[-1]["data"]
        assert [row[:2] for row in drawn] == [
            [checkup.step, name]
            for name in ("estimate", "low end", "high end", "limit")
            for checkup in told[-1].checkups
        ]
    (limit,) = {row[2] for row in tables(file, "tail_table")[-1]["data"] if row[1] == "limit"}
    assert limit == 0.15
    names = {row[1] for row in tables(file, "calibration_table")[-1]["data"]}
    assert {"general", "general low end", "general high end", "limit"} <= names
    last = told[-1].checkups[-1]
    row = history(file)[-1]
    assert row["train/global_step"] == last.step
    assert row["ftguard/learning_rate"] == last.learning_rate
    assert row["ftguard/advice"].splitlines() == [advice.text for advice in last.advice]


def test_answers_are_of_the_latest_checkpoint_and_only_what_may_leave(
    runs: Path, told: tuple[SoFar, ...]
) -> None:
    """The table is written anew at each checkpoint, lost first; with "none" it holds no text of a
    probe or of an answer, and with "all" prompt, reference and both answers of each row.
    """
    for log_texts in ("all", "none"):
        found = tables(tell(runs, *told, log_texts=log_texts), "answers")
        assert [{row[0] for row in table["data"]} for table in found] == [
            {so_far.checkup.step} for so_far in told
        ]
        asked = {probe.id: probe for probe in told[-1].opening.probes}
        rows = found[-1]["data"]
        changes = [row[1] for row in rows]
        assert changes[:15] == ["lost"] * 15
        assert {"right as before", "wrong as before"} & set(changes[15:])
        for row in rows:
            _, _, role, name, _, prompt, *said = row[:9]
            assert role in name or log_texts == "none"
            if log_texts == "none":
                assert [prompt, *said] == ["(not sent: log_texts)"] * 4
                assert name.endswith(" of probes.jsonl")
            else:
                assert prompt == asked[name].prompt
                assert said[0] == asked[name].reference
                assert said[1] != said[2] or row[1] != "lost"


def test_what_is_told_late_of_an_earlier_step_leaves_the_latest_in_place(
    runs: Path, told: tuple[SoFar, ...]
) -> None:
    """A judge's late scores of the first checkpoint add its changed numbers alone; table, charts
    and summary stay those of the last.
    """
    first, *_, last = told
    drift = first.checkup.find("drift", "nats")
    assert drift is not None
    assert drift.estimate is not None
    moved = replace(drift, estimate=replace(drift.estimate, value=9.0))
    measurements = tuple(moved if m == drift else m for m in first.checkup.measurements)
    late = replace(
        first,
        checkup=replace(first.checkup, measurements=measurements),
        checkups=(replace(first.checkup, measurements=measurements), *last.checkups[1:]),
        replaces=first.checkup,
    )
    file = tell(runs, *told, late)
    *_, row = history(file)
    assert {key: value for key, value in row.items() if key[0] != "_"} == {
        "ftguard/drift/nats": 9.0,
        "train/global_step": first.checkup.step,
    }
    assert len(tables(file, "answers")) == len(told)
    summary = json.loads(inspected(file, "--summary"))["summary"]
    assert summary["ftguard/last"]["step"] == last.checkup.step
    value = last.checkup.find("drift", "nats")
    assert value is not None
    assert value.estimate is not None
    assert summary["ftguard/drift/nats"] == pytest.approx(value.estimate.value)


def test_the_first_breach_is_alerted_of_once_and_the_config_says_what_it_is_held_against(
    runs: Path, told: tuple[SoFar, ...]
) -> None:
    """Three breached checkpoints are one alert, also where the run goes on in another process."""
    assert [so_far.checkup.verdict.passed for so_far in told] == [False] * 3
    file = tell(runs, *told, name="one")
    again = tell(runs, *told, name="one")
    alerts = [record["alert"] for record in records(file) if record["type"] == "alert"]
    assert len(alerts) == 1
    assert ": a drop of" in alerts[0]["text"]
    assert int(alerts[0]["wait_duration"]) >= 60_000
    assert not [record for record in records(again) if record["type"] == "alert"]

    (config,) = (
        record["config"]["update"]["ftguard"]
        for record in records(file)
        if record["type"] == "config" and "ftguard" in record["config"]["update"]
    )
    assert config["gates"]["tail/worst"]["limit"] == 0.15
    base = told[0].opening.base
    assert config["fingerprint"]["weights"] == base.fingerprint.weights
    assert config["versions"] == base.versions


def test_the_kept_checkpoint_is_a_model_artifact_whose_alias_moves(
    runs: Path, told: tuple[SoFar, ...], tmp_path: Path
) -> None:
    """One version for each checkpoint that was kept, under `best-passing` and its step, with the
    checkup as metadata; the same one is not uploaded twice, nor one that is too large or unwanted,
    nor the record that names folders of this machine.
    """
    files_of_best = tmp_path / "best"
    files_of_best.mkdir()
    (files_of_best / "model.safetensors").write_bytes(b"weights")
    (files_of_best / "ftguard.json").write_text(json.dumps({"base_folder": str(Path.home())}))
    opening, checkups = told[0].opening, told[-1].checkups
    passed = replace(checkups[0].verdict, passed=True)

    def kept(step: int, *, passed_is: bool | None = True) -> Kept:
        checkup = next(c for c in checkups if c.step == step)
        verdict = replace(passed, passed=passed_is)
        return Kept(
            opening=opening,
            choice=Choice(checkup=checkup, verdict=verdict),
            files=files_of_best,
        )

    first, second, _ = (checkup.step for checkup in checkups)
    (opening.folder.root / "wandb.json").unlink(missing_ok=True)
    with wandb.init(project="mine"):
        for step in (first, first, second, first):
            WandbTracker().kept(kept(step))
        WandbTracker().kept(kept(first, passed_is=None))
        WandbTracker(log_artifacts=False).kept(kept(second))
        with (files_of_best / "model.safetensors").open("wb") as large:
            large.truncate(LARGEST_ARTIFACT + 1)
        WandbTracker().kept(kept(second))
    (file,) = files(runs)
    models = [
        record["artifact"]
        for record in records(file)
        if record["type"] == "artifact" and record["artifact"]["type"] == "model"
    ]
    assert [set(model["aliases"]) - {"latest"} for model in models] == [
        {"best-passing", f"step-{first}"},
        {"best-passing", f"step-{second}"},
        {"best-passing", f"step-{first}"},
        {"best-undecided", f"step-{first}"},
    ]
    assert {model["name"] for model in models} == {f"ftguard-best-{file.stem[4:]}"}
    assert [part["path"] for part in models[0]["manifest"]["contents"]] == ["model.safetensors"]
    metadata = json.loads(models[0]["metadata"])
    assert metadata["step"] == first
    assert metadata["gates"]["tail/worst"]["limit"] == 0.15
    assert metadata["measurements"]["forgetting/all"]["n"] > 0


HOSTILE = [
    "\x00\x1b[2J",
    "\ud800 broken \udfff",
    "x" * 2**20,
    "<script>alert(1)</script>",
    "javascript:alert(1)",
    "\u202egnp.exe",
    "a.b.c/d*e*",
    "",
]


@pytest.mark.filterwarnings("ignore:.*:UserWarning")
def test_hostile_text_is_valid_text_and_no_secret_leaves(
    runs: Path,
    checkup: MakeCheckup,
    telling: Telling,
    opening: Opening,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """NUL, surrogates, a megabyte and tags as answers, names of slices, advice and notes, with a
    key and the home directory in them: everything is logged, and the keys and paths are nowhere.
    """
    canary = "sk-canary-0123456789"
    monkeypatch.setenv("SOME_API_KEY", canary)
    texts = [f"{text} {canary} {Path.home() / 'mine'}" for text in HOSTILE]
    # A probe with half of a surrogate is refused; an answer may hold one.
    whole = [text.encode("utf-8", "replace").decode() for text in texts]
    probes = [
        Probe(id=f"general/{n}", prompt=text or " ", reference=text or " ", role="general")
        for n, text in enumerate(whole)
    ]
    base, now = (
        replace(
            opening.base,
            answers=tuple(
                Answer(probe_id=p.id, text=t) for p, t in zip(probes, texts, strict=True)
            ),
            scores=tuple(Score(probe_id=p.id, value=value) for p in probes),
        )
        for value in (1.0, 0.0)
    )
    plain = checkup(["breach"])
    outcome = plain.verdict.outcomes[0]
    outcomes = tuple(
        replace(
            outcome,
            gate=Gate(measurement="mine", slice=text or "empty", limit=0.1),
            measurement=replace(outcome.measurement, name="mine", slice=text or "empty"),
            explanation=text,
        )
        for text in texts
    )
    advice = tuple(Suggestion(outcome=o, finding=True, text=o.explanation) for o in outcomes)
    hostile = replace(
        plain,
        measurements=tuple(o.measurement for o in outcomes),
        verdict=Verdict(outcomes=outcomes, passed=False, proven=False),
        advice=advice,
        notes=tuple(texts),
    )
    so_far = replace(telling(hostile), opening=replace(opening, probes=probes), base=base, now=now)
    file = tell(runs, so_far, log_texts="all")

    (table,) = tables(file, "answers")
    assert len(table["data"]) == len(HOSTILE)
    cells = [cell for row in table["data"] for cell in row if isinstance(cell, str)]
    assert any("\\x00" in cell for cell in cells)
    assert any("\\ud800" in cell for cell in cells)
    assert any("<script>alert(1)</script>" in cell for cell in cells)
    assert max(map(len, cells)) < 3_000
    ours = [r for r in records(file) if r["type"] not in ("environment", "files", "artifact")]
    everything = json.dumps(ours) + json.dumps(table)
    assert "mine/<script>alert(1)</script>" in everything
    assert canary not in everything
    assert str(Path.home()) not in everything


def test_a_damaged_note_of_what_was_told_is_written_anew(
    runs: Path, told: tuple[SoFar, ...]
) -> None:
    """A torn file of an earlier process costs nothing but its memory."""
    note = told[0].opening.folder.root / "wandb.json"
    note.write_text('[{"to": "one", "ru')
    file = tell(runs, told[0], fresh=False)
    assert list(curve(history(file), "ftguard/share")) == [told[0].checkup.step]
    assert json.loads(note.read_text())[0]["rows"].keys() == {str(told[0].checkup.step)}
