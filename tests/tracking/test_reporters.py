"""The Trainer's other reporters, without `attach` and with it: what they hold, read back."""

import csv
from collections.abc import Callable
from pathlib import Path

import pytest
from datasets import Dataset
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from transformers import LlamaForCausalLM, PreTrainedTokenizerFast, Trainer
from trl import SFTConfig, SFTTrainer

from ftguard import GuardCallback
from ftguard.tracking.tracker import scalars

pytestmark = [
    pytest.mark.filterwarnings("ignore:.*pin_memory.*"),
    # TRL's own use of what transformers is about to rename
    pytest.mark.filterwarnings("ignore:`gradient_checkpointing` is deprecated:FutureWarning"),
]

Build = Callable[..., Trainer]
Guarding = Callable[..., GuardCallback]


@pytest.fixture
def events(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder that TensorBoard's event files go to."""
    monkeypatch.setenv("TENSORBOARD_LOGGING_DIR", str(tmp_path / "events"))
    return tmp_path / "events"


def curves(events: Path) -> dict[str, dict[int, float]]:
    """Every scalar's values by their steps."""
    accumulator = EventAccumulator(str(events)).Reload()
    return {
        tag: {event.step: event.value for event in accumulator.Scalars(tag)}
        for tag in accumulator.Tags()["scalars"]
    }


def assert_told(events: Path, guard: GuardCallback) -> None:
    """Every scalar of every checkup is there, at its step and at no other."""
    told = curves(events)
    own = {tag for tag in told if "ftguard" in tag}
    expected = [(checkup.step, scalars(checkup, 0.0)) for checkup in guard.checkups]
    assert own == {f"eval/{key}" for _, values in expected for key in values}
    assert "eval/ftguard/forgetting/all/low" in own
    for tag in own - {"eval/ftguard/share"}:
        # Where every answer of a slice was cut off, a checkup has no score of it.
        key = tag.removeprefix("eval/")
        wanted = {step: values[key] for step, values in expected if key in values}
        assert told[tag] == pytest.approx(wanted, rel=1e-6, abs=1e-9), tag
    assert list(told["eval/ftguard/share"]) == [step for step, _ in expected]


def test_tensorboard_shows_the_curves_of_an_attached_trainer(
    events: Path, build: Build, guarding: Guarding
) -> None:
    """The same scalars as W&B gets stand at steps 2, 4 and 6, beside the losses of every step."""
    guard = guarding()
    trainer = build(guard, report_to=["tensorboard"])
    guard.attach(trainer)
    trainer.train()

    assert_told(events, guard)
    told = curves(events)
    assert list(told["train/loss"]) == list(told["eval/loss"]) == [*range(1, 7)]
    assert list(told["eval/ftguard/forgetting/all"]) == [2, 4, 6]


def test_tensorboard_shows_the_curves_and_the_answers_by_itself(
    events: Path, build: Build, guarding: Guarding, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without `attach` the same curves stand at steps 2, 4 and 6, in the event file of the losses,
    with a table of answers at each; the Trainer's log history is left alone. A line says first
    which texts it gets.
    """
    guard = guarding(log_texts="all")
    trainer = build(guard, report_to=["tensorboard"])
    trainer.train()

    assert capsys.readouterr().out.count("texts that tensorboard gets: prompts, references") == 1
    assert_told(events, guard)
    assert len(list(events.rglob("events.out.*"))) == 1
    assert not [key for row in trainer.state.log_history for key in row if "ftguard" in key]
    texts = EventAccumulator(str(events)).Reload().Tensors("ftguard/answers/text_summary")
    assert [event.step for event in texts] == [2, 4, 6]
    table = texts[-1].tensor_proto.string_val[0].decode()
    assert table.startswith("| step | change | set | probe |")
    assert "| 6 | " in table


def test_where_the_reporters_cannot_be_found_a_line_says_how(
    build: Build, guarding: Guarding, capsys: pytest.CaptureFixture[str]
) -> None:
    """A loop of one's own that calls the guard itself has no list of callbacks to be read."""
    guard = guarding()
    trainer = build(guard, report_to=[])
    trainer.args.report_to = ["tensorboard"]
    trainer.create_optimizer_and_scheduler(6)
    guard.on_train_begin(
        trainer.args,
        trainer.state,
        trainer.control,
        model=trainer.model,
        processing_class=trainer.processing_class,
        optimizer=trainer.optimizer,
        lr_scheduler=trainer.lr_scheduler,
        train_dataloader=trainer.get_train_dataloader(),
    )
    said = capsys.readouterr().out
    assert said.count("`guard.attach(trainer)` before `train()`") == 1
    assert "do not reach tensorboard by themselves" in said


def test_mlflow_holds_the_curves_and_the_latest_answers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, build: Build, guarding: Guarding
) -> None:
    """Every curve is there at its step, and the table of answers as the last checkpoint's."""
    mlflow = pytest.importorskip("mlflow")
    store = (tmp_path / "mlflow").as_uri()
    monkeypatch.setenv("MLFLOW_ALLOW_FILE_STORE", "true")
    monkeypatch.setenv("MLFLOW_TRACKING_URI", store)
    guard = guarding(log_texts="all")
    build(guard, report_to=["mlflow"]).train()

    mlflow.flush_async_logging()
    client = mlflow.MlflowClient(store)
    (run,) = client.search_runs(["0"])
    low = "ftguard/forgetting/all/low"
    for key in ("ftguard/forgetting/all", low, "ftguard/gates/passed", "ftguard/score"):
        name = key.replace("/low", ".low")
        told = client.get_metric_history(run.info.run_id, f"eval_{name}")
        expected = {c.step: scalars(c, 0.0)[key] for c in guard.checkups}
        assert {metric.step: metric.value for metric in told} == pytest.approx(expected)
    path = client.download_artifacts(run.info.run_id, "ftguard/answers.csv", str(tmp_path))
    with Path(path).open(encoding="utf-8", newline="") as lines:
        assert {row["step"] for row in csv.DictReader(lines)} == {"6"}


def test_trackio_holds_the_curves_and_a_table(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, build: Build, guarding: Guarding
) -> None:
    """Every curve is there at its step, beside the losses, with a table of answers at each."""
    monkeypatch.setenv("TRACKIO_DIR", str(tmp_path / "trackio"))
    pytest.importorskip("trackio")
    from trackio.sqlite_storage import SQLiteStorage

    guard = guarding(log_texts="all")
    build(guard, report_to=["trackio"], project="guarded").train()

    (run,) = SQLiteStorage.get_runs("guarded")
    rows = SQLiteStorage.get_logs("guarded", run)
    steps = [r["train/global_step"] for r in rows if "eval/ftguard/forgetting/all" in r]
    assert steps == [2, 4, 6]
    tables = [row["ftguard/answers"]["_value"] for row in rows if "ftguard/answers" in row]
    assert [{row["step"] for row in table} for table in tables] == [{2}, {4}, {6}]


def test_tensorboard_of_a_trl_trainer_keeps_its_own_curves(
    events: Path,
    model: LlamaForCausalLM,
    tokenizer: PreTrainedTokenizerFast,
    guarding: Guarding,
) -> None:
    """Telling does not take the metrics that TRL has pending: they are the same without us."""
    state = {name: value.clone() for name, value in model.state_dict().items()}
    rows = [{"text": f"{n}+1={n + 1}"} for n in range(40)]

    def train(*guards: GuardCallback) -> dict[str, dict[int, float]]:
        model.load_state_dict(state)
        trainer = SFTTrainer(
            model=model,
            args=SFTConfig(
                str(events.with_name("out")),
                max_steps=6,
                save_steps=2,
                # Steps 2, 4 and 6 are examined while the metrics of step 2 or 4 are pending.
                logging_steps=3,
                per_device_train_batch_size=4,
                report_to=["tensorboard"],
                disable_tqdm=True,
                use_cpu=True,
                bf16=False,
            ),
            train_dataset=Dataset.from_list(rows),
            processing_class=tokenizer,
            callbacks=list(guards),
        )
        for guard in guards:
            guard.attach(trainer)
        trainer.train()
        found = curves(events)
        for file in events.iterdir():
            file.unlink()
        return found

    guard = guarding()
    guarded, plain = train(guard), train()
    assert list(guarded["eval/ftguard/forgetting/all"]) == [2, 4, 6]
    assert [checkup.step for checkup in guard.checkups] == [2, 4, 6]
    # Every log, ours too, writes the epoch.
    other = {tag for tag in plain if tag.endswith(("runtime", "per_second", "/epoch"))}
    assert "train/mean_token_accuracy" in plain
    for tag in set(plain) - other:
        assert guarded[tag] == plain[tag], tag
