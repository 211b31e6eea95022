"""TensorBoard through `guard.attach(trainer)`, read back from the event files."""

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


def test_without_attach_tensorboard_shows_nothing_of_ours(
    events: Path, build: Build, guarding: Guarding
) -> None:
    """A callback alone can't reach the reporters, and does not try."""
    build(guarding(), report_to=["tensorboard"]).train()
    assert "train/loss" in curves(events)
    assert not [tag for tag in curves(events) if "ftguard" in tag]


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
