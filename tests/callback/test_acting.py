"""What is done on a breach, and what is left alone."""

from pathlib import Path

import pytest
from transformers import (
    LlamaForCausalLM,
    PreTrainedTokenizerFast,
    TrainerCallback,
)
from transformers.optimization import Adafactor, AdafactorSchedule

from ftguard import GuardCallback, Probe
from ftguard.folders import RunFolder
from ftguard.run.ledger import Acted, Ledger
from ftguard.testing import tiny_run
from ftguard.verdict.advice import LowerLearningRate

pytestmark = [
    pytest.mark.filterwarnings("ignore:.*pin_memory.*"),
    # peft's own use of what transformers is about to rename
    pytest.mark.filterwarnings("ignore:`is_gradient_checkpointing` is deprecated:FutureWarning"),
]

TARGET = [{"prompt": f"{n}+1=", "completion": f"{n + 1}"} for n in range(20)]
LOSES = 3e-2


def test_acting_lowers_the_rate_once_stops_and_is_replayed(
    tmp_path: Path,
    model: LlamaForCausalLM,
    tokenizer: PreTrainedTokenizerFast,
    own_texts: tuple[Probe, ...],
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Acting scales the rate at the first finding and stops after three breaches in a row;
    a resume from the checkpoint saved before the scaling has the lowered rate, and says so, where
    it acts too; otherwise the user's rate is left alone, which it says as well. What is advised
    for a training anew stays the same at every checkpoint of the lowered run.
    """
    state = {name: value.clone() for name, value in model.state_dict().items()}
    guard = GuardCallback(TARGET, own_texts, act_on_breach=True, patience=3, cache=False, tail=None)
    built = tiny_run(
        tmp_path, guard, model=model, tokenizer=tokenizer, learning_rate=LOSES, max_steps=20
    )
    built.train()

    events = Ledger(RunFolder(tmp_path).ledger).read()
    acted = [(event.do, event.step) for event in events if isinstance(event, Acted)]
    assert acted[0] == ("lower_learning_rate", 2)
    assert acted[-1] == ("stop", 6)
    assert built.state.global_step == 6
    rates = {row["step"]: row["learning_rate"] for row in built.state.log_history if "loss" in row}
    lowered = next(e.learning_rate for e in events if isinstance(e, Acted))
    assert rates[2] == LOSES
    assert rates[3] == pytest.approx(lowered)
    assert [checkup.learning_rate for checkup in guard.checkups] == [LOSES, lowered, lowered]
    advice = [a for c in guard.checkups for a in c.advice if isinstance(a, LowerLearningRate)]
    assert [a.learning_rate for a in advice] == [lowered] * 3

    for acts, expected in ((True, lowered), (False, LOSES)):
        model.load_state_dict(state)
        again = GuardCallback(TARGET, own_texts, act_on_breach=acts, cache=False, tail=None)
        built = tiny_run(
            tmp_path, again, model=model, tokenizer=tokenizer, learning_rate=LOSES, max_steps=3
        )
        capsys.readouterr()
        built.train(resume_from_checkpoint=str(tmp_path / "checkpoint-2"))
        rates = {
            row["step"]: row["learning_rate"] for row in built.state.log_history if "loss" in row
        }
        assert rates[3] == pytest.approx(expected)
        said = capsys.readouterr().out
        assert "step 2 lowered the learning rate to" in said
        assert ("which is done again" in said) == acts


@pytest.mark.parametrize("acts", [False, True], ids=["tells", "acts"])
@pytest.mark.parametrize("only_model", [False, True], ids=["whole", "only the model"])
def test_the_users_rate_is_left_alone_on_a_resume(
    tmp_path: Path,
    model: LlamaForCausalLM,
    tokenizer: PreTrainedTokenizerFast,
    own_texts: tuple[Probe, ...],
    acts: bool,
    only_model: bool,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Nothing was acted on: a resume trains at the rate that it has without a guard."""
    state = {name: value.clone() for name, value in model.state_dict().items()}

    def rates(name: str, guards: list[TrainerCallback], rate: float, **resume: str) -> list[float]:
        model.load_state_dict(state)
        built = tiny_run(
            tmp_path / name,
            *guards,
            model=model,
            tokenizer=tokenizer,
            learning_rate=rate,
            save_only_model=only_model,
        )
        built.train(**resume)
        rows = [row for row in built.state.log_history if "loss" in row]
        return [row["learning_rate"] for row in rows if row["step"] > 2]

    def guards() -> list[TrainerCallback]:
        # A limit that nothing breaches, so that there is nothing to act on.
        return [
            GuardCallback(
                TARGET, own_texts, limits={"forgetting": 0.9}, act_on_breach=acts, tail=None
            )
        ]

    rates("plain", [], 1e-3)
    rates("guarded", guards(), 1e-3)
    capsys.readouterr()
    plain = rates("plain", [], 1e-5, resume_from_checkpoint=str(tmp_path / "plain/checkpoint-2"))
    found = rates(
        "guarded", guards(), 1e-5, resume_from_checkpoint=str(tmp_path / "guarded/checkpoint-2")
    )

    assert found == plain
    # The Trainer itself goes on with a schedule that was saved.
    assert plain == [1e-5 if only_model else 1e-3] * 4
    assert "lowered the learning rate" not in capsys.readouterr().out


def test_an_optimizer_that_sets_its_own_rate_is_guarded_resumed_and_never_divided_by(
    tmp_path: Path,
    model: LlamaForCausalLM,
    tokenizer: PreTrainedTokenizerFast,
    own_texts: tuple[Probe, ...],
) -> None:
    """Adafactor with relative steps, acting on breaches, through a resume: no rate is touched."""
    state = {name: value.clone() for name, value in model.state_dict().items()}

    def train(**resume: str) -> GuardCallback:
        model.load_state_dict(state)
        guard = GuardCallback(
            TARGET,
            own_texts,
            limits={"forgetting": 0.001},
            act_on_breach=True,
            patience=9,
            tail=None,
        )
        built = tiny_run(tmp_path, guard, model=model, tokenizer=tokenizer)
        optimizer = Adafactor(model.parameters(), relative_step=True, warmup_init=True, lr=None)
        built.optimizer, built.lr_scheduler = optimizer, AdafactorSchedule(optimizer)
        built.train(**resume)
        return guard

    train()
    guard = train(resume_from_checkpoint=str(tmp_path / "checkpoint-2"))
    assert [(c.step, c.attempt) for c in guard.checkups] == [(2, 1), (4, 2), (6, 2)]
    assert {checkup.learning_rate for checkup in guard.checkups} == {0.0}


def test_advice_alone_changes_nothing(
    tmp_path: Path,
    model: LlamaForCausalLM,
    tokenizer: PreTrainedTokenizerFast,
    own_texts: tuple[Probe, ...],
) -> None:
    """By default nothing is acted on: a breached run keeps its rate and goes to its end."""
    guard = GuardCallback(TARGET, own_texts, patience=1, tail=None)
    built = tiny_run(tmp_path, guard, model=model, tokenizer=tokenizer, learning_rate=LOSES)
    built.train()
    assert built.state.global_step == 6
    assert {row["learning_rate"] for row in built.state.log_history if "loss" in row} == {LOSES}


def test_a_run_of_an_unchanged_model_is_never_stopped(
    tmp_path: Path,
    model: LlamaForCausalLM,
    tokenizer: PreTrainedTokenizerFast,
    own_texts: tuple[Probe, ...],
) -> None:
    """With a rate of 0 and `act_on_breach=True` nothing is done at any of ten checkpoints."""
    guard = GuardCallback(TARGET, own_texts, act_on_breach=True, patience=1, tail=None)
    built = tiny_run(
        tmp_path, guard, model=model, tokenizer=tokenizer, learning_rate=0.0, max_steps=20
    )
    built.train()
    assert built.state.global_step == 20
    events = Ledger(RunFolder(tmp_path).ledger).read()
    assert not [event for event in events if isinstance(event, Acted)]
