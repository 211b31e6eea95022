"""The guard on real training runs of a tiny model: what it writes, keeps, refuses and resumes."""

import json
import random
import warnings
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from peft import LoraConfig, PeftModel, get_peft_model
from transformers import (
    AutoModelForCausalLM,
    LlamaForCausalLM,
    PreTrainedTokenizerFast,
    Trainer,
    TrainerCallback,
)
from transformers.optimization import Adafactor, AdafactorSchedule

from ftguard import BaseMismatchError, Gate, GuardCallback, InputError, Probe
from ftguard.ask.asking import ask
from ftguard.ask.prompts import prepare
from ftguard.folders import RunFolder
from ftguard.probes import read_probes
from ftguard.run.ledger import Acted, BaseTaken, Ledger, RunStarted
from ftguard.scores.snapshot import load_snapshot
from ftguard.testing import SUMS, tiny_model, tiny_run, unwrapped
from ftguard.verdict.advice import LowerLearningRate
from ftguard.verdict.checkup import guard_score
from ftguard.verdict.conclusion import read_conclusion

pytestmark = [
    pytest.mark.filterwarnings("ignore:.*pin_memory.*"),
    # peft's own use of what transformers is about to rename
    pytest.mark.filterwarnings("ignore:`is_gradient_checkpointing` is deprecated:FutureWarning"),
]

TARGET = [{"prompt": f"{n}+1=", "completion": f"{n + 1}"} for n in range(20)]
LOSES = 3e-2
KEEPS = 1e-5


def trainer(
    folder: Path,
    model: torch.nn.Module,
    tokenizer: PreTrainedTokenizerFast,
    callbacks: Sequence[TrainerCallback],
    *,
    rate: float = KEEPS,
    data: Sequence[str] | None = None,
    **arguments: Any,
) -> Trainer:
    """A Trainer on sums: 6 steps of 4 rows, saving every 2 steps, unless told otherwise."""
    return tiny_run(
        folder,
        *callbacks,
        model=model,
        tokenizer=tokenizer,
        texts=data or SUMS,
        learning_rate=rate,
        **arguments,
    )


def origin(folder: Path) -> list[str]:
    """Where each attempt in a folder had its base from."""
    events = Ledger(RunFolder(folder).ledger).read()
    return [event.origin for event in events if isinstance(event, BaseTaken)]


def test_a_run_is_examined_at_each_checkpoint_and_its_best_is_kept(
    tmp_path: Path,
    model: LlamaForCausalLM,
    tokenizer: PreTrainedTokenizerFast,
    own_texts: tuple[Probe, ...],
) -> None:
    """Three checkpoints give three checkups, files as documented, and a best that loads."""
    guard = GuardCallback(target=TARGET, general=own_texts)
    trainer(tmp_path, model, tokenizer, [guard]).train()

    assert [checkup.step for checkup in guard.checkups] == [2, 4, 6]
    assert guard.best is not None
    assert guard.best.verdict.passed is True
    forgetting = guard.best.find("forgetting")
    assert forgetting is not None
    assert forgetting.estimate is not None
    assert forgetting.estimate.n == len(own_texts)
    for name in ("base", "ledger.jsonl", "best", "verdict.json"):
        assert (tmp_path / "_ftguard" / name).exists(), name
    assert json.loads((tmp_path / "checkpoint-4/ftguard.json").read_text())["checkup"]["step"] == 4
    verdict = json.loads((tmp_path / "_ftguard/verdict.json").read_text())
    assert verdict["best_step"] == guard.best.step
    AutoModelForCausalLM.from_pretrained(tmp_path / "_ftguard/best")


def test_a_reckless_rate_is_blocked_loudly_with_a_remedy(
    tmp_path: Path,
    model: LlamaForCausalLM,
    tokenizer: PreTrainedTokenizerFast,
    own_texts: tuple[Probe, ...],
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Every checkpoint of a run that wipes the model breaches forgetting; none is best."""
    guard = GuardCallback(target=TARGET, general=own_texts)
    trainer(tmp_path, model, tokenizer, [guard], rate=LOSES).train()

    assert [checkup.verdict.passed for checkup in guard.checkups] == [False] * 3
    assert guard.best is None
    assert not (tmp_path / "_ftguard/best").exists()
    assert {"stop", "lower_learning_rate"} <= {a.do for a in guard.checkups[-1].advice}
    output = capsys.readouterr().out
    assert "NO CHECKPOINT PASSED" in output
    assert "BLOCKED" in output
    # A path is not broken.
    lines = [line for line in output.splitlines() if "_ftguard" not in line]
    assert all(len(line) <= 80 for line in lines if line.startswith("  "))


@pytest.mark.parametrize("adapters", [False, True], ids=["full", "lora"])
@pytest.mark.parametrize("checkpointing", [False, True], ids=["plain", "checkpointing"])
@pytest.mark.parametrize("sampler", ["random", "sequential"])
@pytest.mark.filterwarnings("ignore:.*requires_grad=True.*")
def test_the_observer_leaves_no_trace(
    tmp_path: Path,
    tokenizer: PreTrainedTokenizerFast,
    own_texts: tuple[Probe, ...],
    adapters: bool,
    checkpointing: bool,
    sampler: str,
    model: LlamaForCausalLM,
) -> None:
    """Losses, final weights and every random state are bit-identical with and without the guard."""
    state = {name: value.clone() for name, value in model.state_dict().items()}
    model.config.attention_dropout = 0.1

    def run(name: str, callbacks: list[TrainerCallback]) -> tuple[list[float], Any, Any]:
        twin = LlamaForCausalLM(model.config)
        twin.load_state_dict(state)
        net: torch.nn.Module = twin
        if adapters:
            torch.manual_seed(5)
            net = get_peft_model(
                twin, LoraConfig(r=4, lora_dropout=0.1, target_modules=["q_proj", "v_proj"])
            )
        built = trainer(
            tmp_path / name,
            net,
            tokenizer,
            callbacks,
            rate=1e-3,
            activation_checkpointing=checkpointing,
            train_sampling_strategy=sampler,
        )
        built.train()
        losses = [row["loss"] for row in built.state.log_history if "loss" in row]
        rng = (
            random.getstate(),
            str(np.random.get_state()),
            torch.get_rng_state().tolist(),
        )
        return losses, {k: v.clone() for k, v in net.state_dict().items()}, rng

    guard = GuardCallback(
        target=TARGET, general=[*own_texts, Probe(id="asked", prompt="Q", reference="a")]
    )
    plain = run("plain", [])
    guarded = run("guarded", [guard])

    assert len(guard.checkups) == 3
    assert plain[0] == guarded[0]
    assert all(torch.equal(plain[1][name], guarded[1][name]) for name in plain[1])
    assert plain[2] == guarded[2]


def test_the_kept_best_survives_rotation_and_answers_as_recorded(
    tmp_path: Path,
    model: LlamaForCausalLM,
    tokenizer: PreTrainedTokenizerFast,
    own_texts: tuple[Probe, ...],
) -> None:
    """With `save_total_limit=1` the best, not the last, is in `best/` and answers exactly so."""
    # The target is what the base says already, so that every step makes it worse.
    target = [probe for probe in own_texts if probe.slices == ("one",)]
    guard = GuardCallback(target=target, general=own_texts)
    trainer(tmp_path, model, tokenizer, [guard], rate=1e-3, save_total_limit=1).train()

    best = guard.best
    assert best is not None
    assert best.step == 2
    assert not (tmp_path / "checkpoint-2").exists()
    kept = AutoModelForCausalLM.from_pretrained(tmp_path / "_ftguard/best")
    recorded = load_snapshot(RunFolder(tmp_path).answers(best.id))
    probes = read_probes(RunFolder(tmp_path).probes)
    again = ask(kept, prepare(probes, kept, tokenizer, {}))
    assert again.answers == recorded.answers


def test_two_runs_in_one_folder_are_kept_apart(
    tmp_path: Path,
    model: LlamaForCausalLM,
    tokenizer: PreTrainedTokenizerFast,
    own_texts: tuple[Probe, ...],
) -> None:
    """A second `train()` is a new run: its checkups are its own, the old best is put aside."""
    state = {name: value.clone() for name, value in model.state_dict().items()}
    first = GuardCallback(target=TARGET, general=own_texts)
    trainer(tmp_path, model, tokenizer, [first]).train()
    assert first.best is not None
    model.load_state_dict(state)
    second = GuardCallback(target=TARGET, general=own_texts)
    trainer(tmp_path, model, tokenizer, [second], rate=LOSES).train()

    assert {checkup.run for checkup in first.checkups}.isdisjoint(c.run for c in second.checkups)
    assert second.best is None
    assert not (tmp_path / "_ftguard/best").exists()
    aside = tmp_path / f"_ftguard/best-{first.best.run}-attempt-1-step-{first.best.step}"
    AutoModelForCausalLM.from_pretrained(aside)
    assert origin(tmp_path) == ["asked", "stored"]


@pytest.mark.parametrize("adapters", [False, True], ids=["full", "lora"])
def test_a_resume_is_the_next_attempt_and_supersedes_what_it_abandons(
    tmp_path: Path,
    model: LlamaForCausalLM,
    tokenizer: PreTrainedTokenizerFast,
    own_texts: tuple[Probe, ...],
    adapters: bool,
) -> None:
    """Resuming from step 2 after step 6 keeps the base and step 2; steps 4 and 6 are anew.

    None of them gains anything on the target, and of equals the latest is kept.
    """
    state = {name: value.clone() for name, value in model.state_dict().items()}

    def fresh() -> LlamaForCausalLM | PeftModel:
        twin = LlamaForCausalLM(model.config)
        twin.load_state_dict(state)
        if not adapters:
            return twin
        return get_peft_model(twin, LoraConfig(r=4, target_modules=["q_proj"]))

    first = GuardCallback(target=TARGET, general=own_texts, cache=False)
    trainer(tmp_path, fresh(), tokenizer, [first]).train()
    abandoned = first.checkups
    second = GuardCallback(target=TARGET, general=own_texts, cache=False)
    trainer(tmp_path, fresh(), tokenizer, [second], rate=LOSES).train(
        resume_from_checkpoint=str(tmp_path / "checkpoint-2")
    )

    assert [(c.step, c.attempt) for c in second.checkups] == [(2, 1), (4, 2), (6, 2)]
    assert {c.run for c in second.checkups} == {abandoned[0].run}
    assert second.checkups[0] == abandoned[0]
    assert second.best is not None
    assert (second.best.step, second.best.attempt) == (6, 2)
    assert origin(tmp_path) == ["asked", "stored"]
    kept = json.loads((tmp_path / "_ftguard/best/ftguard.json").read_text())
    assert (kept["checkup"]["step"], kept["checkup"]["attempt"]) == (6, 2)


def test_a_resume_with_other_questions_is_refused(
    tmp_path: Path,
    model: LlamaForCausalLM,
    tokenizer: PreTrainedTokenizerFast,
    own_texts: tuple[Probe, ...],
) -> None:
    """The error says that the probes differ, before a step is spent."""
    trainer(tmp_path, model, tokenizer, [GuardCallback(TARGET, own_texts)]).train()
    other = GuardCallback(TARGET, own_texts[:-1])
    again = trainer(tmp_path, model, tokenizer, [other])
    with pytest.raises(BaseMismatchError, match="other probes"):
        again.train(resume_from_checkpoint=True)


def test_a_resume_without_a_base_is_refused(
    tmp_path: Path,
    model: LlamaForCausalLM,
    tokenizer: PreTrainedTokenizerFast,
    own_texts: tuple[Probe, ...],
) -> None:
    """A half-trained model is never taken as the base."""
    trainer(tmp_path, model, tokenizer, []).train()
    again = trainer(tmp_path, model, tokenizer, [GuardCallback(TARGET, own_texts, cache=False)])
    with pytest.raises(BaseMismatchError, match="no base snapshot"):
        again.train(resume_from_checkpoint=str(tmp_path / "checkpoint-4"))


def test_continuing_a_fine_tune_is_measured_against_the_original_base(
    tmp_path: Path,
    model: LlamaForCausalLM,
    tokenizer: PreTrainedTokenizerFast,
    own_texts: tuple[Probe, ...],
) -> None:
    """A model loaded from `best/` descends from the base that its record names."""
    first = GuardCallback(TARGET, own_texts)
    trainer(tmp_path / "a", model, tokenizer, [first], rate=1e-3).train()
    tuned = AutoModelForCausalLM.from_pretrained(tmp_path / "a/checkpoint-6")
    second = GuardCallback(TARGET, own_texts)
    trainer(tmp_path / "b", tuned, tokenizer, [second], rate=0.0).train()

    assert origin(tmp_path / "b") == ["descent"]
    before, after = first.checkups[-1].find("forgetting"), second.checkups[0].find("forgetting")
    assert before is not None
    assert after is not None
    assert before.estimate == after.estimate


def test_a_later_run_takes_the_base_from_the_cache(
    tmp_path: Path,
    model: LlamaForCausalLM,
    tokenizer: PreTrainedTokenizerFast,
    own_texts: tuple[Probe, ...],
) -> None:
    """The same base and questions are asked once, in whatever folder.

    The third run begins with what the second one trained, and is measured against the same base.
    """
    state = {name: value.clone() for name, value in model.state_dict().items()}
    trainer(tmp_path / "a", model, tokenizer, [GuardCallback(TARGET, own_texts)]).train()
    model.load_state_dict(state)
    trainer(tmp_path / "b", model, tokenizer, [GuardCallback(TARGET, own_texts)]).train()
    trainer(tmp_path / "c", model, tokenizer, [GuardCallback(TARGET, own_texts)]).train()

    assert [origin(tmp_path / name) for name in "abc"] == [["asked"], ["cache"], ["descent"]]


@pytest.mark.parametrize("several", [False, True], ids=["one", "dict"])
def test_the_trainer_can_choose_by_the_guards_score(
    tmp_path: Path,
    model: LlamaForCausalLM,
    tokenizer: PreTrainedTokenizerFast,
    own_texts: tuple[Probe, ...],
    several: bool,
) -> None:
    """`metric_for_best_model` works with rotation, one or several eval sets, and from the start."""
    guard = GuardCallback([p for p in own_texts if p.slices == ("one",)], own_texts)
    built = trainer(
        tmp_path,
        model,
        tokenizer,
        [guard],
        rate=1e-3,
        eval_strategy="steps",
        eval_steps=2,
        eval_on_start=True,
        save_total_limit=1,
        metric_for_best_model="eval_ftguard_score",
        load_best_model_at_end=True,
    )
    if several:
        rows = built.eval_dataset
        built.eval_dataset = {"x": rows, "y": rows}
    built.train()

    assert guard.best is not None
    assert built.state.best_global_step == guard.best.step == 2
    assert built.state.best_metric == pytest.approx(guard_score(guard.best))
    assert [checkup.step for checkup in guard.checkups] == [2, 4, 6]
    assert all(checkup.checkpoint is not None for checkup in guard.checkups)
    assert all(checkup.eval_loss is not None for checkup in guard.checkups)
    built.evaluate(metric_key_prefix="test")


@pytest.mark.parametrize("strategy", ["epoch", "best"])
def test_every_save_strategy_is_guarded(
    tmp_path: Path,
    model: LlamaForCausalLM,
    tokenizer: PreTrainedTokenizerFast,
    own_texts: tuple[Probe, ...],
    strategy: str,
) -> None:
    """Checkpoints saved by epoch, or whenever the evaluation loss is best, are examined."""
    guard = GuardCallback(TARGET, own_texts)
    trainer(
        tmp_path,
        model,
        tokenizer,
        [guard],
        max_steps=-1,
        num_train_epochs=2,
        save_strategy=strategy,
        eval_strategy="epoch",
        metric_for_best_model="loss",
    ).train()
    assert [checkup.step for checkup in guard.checkups] == [10, 20]


def test_without_target_probes_the_evaluation_loss_ranks(
    tmp_path: Path,
    model: LlamaForCausalLM,
    tokenizer: PreTrainedTokenizerFast,
    own_texts: tuple[Probe, ...],
    capsys: pytest.CaptureFixture[str],
) -> None:
    """exp(-eval_loss) is the target score; without evaluation the latest that passed is best."""
    guard = GuardCallback(general=own_texts)
    trainer(tmp_path / "a", model, tokenizer, [guard], eval_strategy="steps", eval_steps=2).train()
    assert guard.best is not None
    losses = {checkup.step: checkup.eval_loss for checkup in guard.checkups}
    assert losses[guard.best.step] == min(loss for loss in losses.values() if loss is not None)
    assert "ranked by eval_loss" in capsys.readouterr().out

    guard = GuardCallback(general=own_texts)
    trainer(tmp_path / "b", model, tokenizer, [guard]).train()
    assert guard.best is not None
    assert guard.best.step == 6
    assert "the latest that passed" in capsys.readouterr().out


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
    guard = GuardCallback(TARGET, own_texts, act_on_breach=True, patience=3, cache=False)
    built = trainer(tmp_path, model, tokenizer, [guard], rate=LOSES, max_steps=20)
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
        again = GuardCallback(TARGET, own_texts, act_on_breach=acts, cache=False)
        built = trainer(tmp_path, model, tokenizer, [again], rate=LOSES, max_steps=3)
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
        built = trainer(
            tmp_path / name, model, tokenizer, guards, rate=rate, save_only_model=only_model
        )
        built.train(**resume)
        rows = [row for row in built.state.log_history if "loss" in row]
        return [row["learning_rate"] for row in rows if row["step"] > 2]

    def guards() -> list[TrainerCallback]:
        # A limit that nothing breaches, so that there is nothing to act on.
        return [GuardCallback(TARGET, own_texts, limits={"forgetting": 0.9}, act_on_breach=acts)]

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
            TARGET, own_texts, limits={"forgetting": 0.001}, act_on_breach=True, patience=9
        )
        built = trainer(tmp_path, model, tokenizer, [guard])
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
    guard = GuardCallback(TARGET, own_texts, patience=1)
    built = trainer(tmp_path, model, tokenizer, [guard], rate=LOSES)
    built.train()
    assert built.state.global_step == 6
    assert {row["learning_rate"] for row in built.state.log_history if "loss" in row} == {LOSES}


def test_a_failure_to_ask_is_missing_and_training_goes_on(
    tmp_path: Path,
    model: LlamaForCausalLM,
    tokenizer: PreTrainedTokenizerFast,
    own_texts: tuple[Probe, ...],
) -> None:
    """A checkpoint that cannot be asked is undecided, with the reason; the next one is examined."""

    class Breaks(TrainerCallback):  # type: ignore[misc]
        def on_step_end(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
            def fail(*_: object) -> None:
                if not model.training:
                    raise ValueError("broken on purpose")

            if state.global_step == 2:
                self.hook = model.model.layers[0].register_forward_pre_hook(fail)
            if state.global_step == 3:
                self.hook.remove()

    guard = GuardCallback(TARGET, own_texts)
    trainer(tmp_path, model, tokenizer, [guard, Breaks()]).train()

    first, second, _ = guard.checkups
    assert first.verdict.passed is None
    assert {outcome.state for outcome in first.verdict.outcomes} == {"missing"}
    assert "broken on purpose" in first.verdict.outcomes[0].explanation
    assert second.verdict.passed is True
    assert model.training


def test_a_tracker_that_fails_is_one_warning(
    tmp_path: Path,
    model: LlamaForCausalLM,
    tokenizer: PreTrainedTokenizerFast,
    own_texts: tuple[Probe, ...],
) -> None:
    """Training goes on to its end when the attached trainer's log raises."""

    class NoLog(TrainerCallback):  # type: ignore[misc]
        def on_log(self, args: Any, state: Any, control: Any, logs: Any, **kwargs: Any) -> None:
            if any(key.startswith("eval_ftguard") for key in logs):
                raise OSError("disk full")

    guard = GuardCallback(TARGET, own_texts)
    built = trainer(tmp_path, model, tokenizer, [guard, NoLog()])
    guard.attach(built)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        built.train()
    assert len([w for w in caught if "TrainerReporters failed" in str(w.message)]) == 1
    assert len(guard.checkups) == 3


def test_what_cannot_be_guarded_is_refused_before_a_step(
    tmp_path: Path,
    model: LlamaForCausalLM,
    tokenizer: PreTrainedTokenizerFast,
    own_texts: tuple[Probe, ...],
) -> None:
    """Each mistake is an InputError that says what to do, at the earliest moment it is known."""
    guard = GuardCallback(TARGET, own_texts)
    with pytest.raises(InputError, match="save_strategy"):
        trainer(tmp_path, model, tokenizer, [guard], save_strategy="no")
    built = trainer(tmp_path, model, tokenizer, [guard])
    built.callback_handler.processing_class = None
    with pytest.raises(InputError, match="processing_class"):
        built.train()
    gates = [Gate(measurement="tail", slice="worst", limit=0.15)]
    guard = GuardCallback(TARGET, own_texts, tail=None, gates=gates)
    built = trainer(tmp_path, model, tokenizer, [guard])
    with pytest.raises(InputError, match="nothing measures `tail/worst`"):
        built.train()
    with pytest.raises(InputError, match="did you mean `forgetting`"):
        GuardCallback(TARGET, own_texts, limits={"forgeting": 0.2})
    with pytest.raises(InputError, match="either `limits`, which moves default limits, or `gates`"):
        GuardCallback(TARGET, own_texts, gates=gates, limits={"forgetting": 0.2})
    with pytest.raises(InputError, match="names and numbers are `limits`"):
        GuardCallback(TARGET, own_texts, gates={"forgetting": 0.2})  # type: ignore[arg-type]
    guard = GuardCallback(TARGET, own_texts, tail=None, limits={"tail": 0.2})
    with pytest.raises(InputError, match="nothing measures `tail/worst`"):
        trainer(tmp_path, model, tokenizer, [guard]).train()
    with pytest.raises(InputError, match="no completion"):
        GuardCallback([{"prompt": "Why?"}])
    with pytest.raises(InputError, match="patience"):
        GuardCallback(patience=0)
    turns = [{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}]
    built = trainer(tmp_path, model, tokenizer, [GuardCallback([{"messages": turns}], own_texts)])
    with pytest.raises(InputError, match="chat template"):
        built.train()
    blocked = tmp_path / "blocked"
    blocked.mkdir()
    (blocked / "_ftguard").write_text("a file where the folder should be")
    with pytest.raises(InputError, match="cannot write"):
        trainer(blocked, model, tokenizer, [guard]).train()


def test_a_callback_added_later_takes_its_fingerprint_at_the_beginning(
    tmp_path: Path,
    model: LlamaForCausalLM,
    tokenizer: PreTrainedTokenizerFast,
    own_texts: tuple[Probe, ...],
) -> None:
    """`add_callback` works on a fresh run, and a resume trusts the ledger for the weights."""
    state = {name: value.clone() for name, value in model.state_dict().items()}
    built = trainer(tmp_path, model, tokenizer, [])
    guard = GuardCallback(TARGET, own_texts)
    built.add_callback(guard)
    built.train()
    assert len(guard.checkups) == 3

    model.load_state_dict(state)
    built = trainer(tmp_path, model, tokenizer, [])
    guard = GuardCallback(TARGET, own_texts)
    built.add_callback(guard)
    built.train(resume_from_checkpoint=str(tmp_path / "checkpoint-4"))
    assert [(c.step, c.attempt) for c in guard.checkups] == [(2, 1), (4, 1), (6, 2)]


def test_a_resume_with_other_probes_is_refused_and_harms_nothing(
    tmp_path: Path,
    model: LlamaForCausalLM,
    tokenizer: PreTrainedTokenizerFast,
    own_texts: tuple[Probe, ...],
) -> None:
    """After the refusal the run goes on with the settings that it began with."""
    state = {name: value.clone() for name, value in model.state_dict().items()}
    trainer(tmp_path, model, tokenizer, [GuardCallback(TARGET, own_texts)], max_steps=4).train()
    checkpoint = str(tmp_path / "checkpoint-4")
    fewer = GuardCallback(TARGET, own_texts, max_probes=10)
    model.load_state_dict(state)
    with pytest.raises(BaseMismatchError, match="other probes"):
        trainer(tmp_path, model, tokenizer, [fewer]).train(resume_from_checkpoint=checkpoint)

    guard = GuardCallback(TARGET, own_texts)
    model.load_state_dict(state)
    trainer(tmp_path, model, tokenizer, [guard]).train(resume_from_checkpoint=checkpoint)

    assert [(c.step, c.attempt) for c in guard.checkups] == [(2, 1), (4, 1), (6, 2)]


def test_large_sets_are_drawn_from_and_the_run_says_so(
    tmp_path: Path,
    model: LlamaForCausalLM,
    tokenizer: PreTrainedTokenizerFast,
    own_texts: tuple[Probe, ...],
    capsys: pytest.CaptureFixture[str],
) -> None:
    """`max_probes` bounds what is asked, and the record of the run tells the plan and the gates."""
    guard = GuardCallback(TARGET, own_texts, tail=None, max_probes=10)
    trainer(tmp_path, model, tokenizer, [guard]).train()
    output = capsys.readouterr().out
    assert "target: drew 20 of 40 probes" in output
    assert f"general: drew 10 of {len(own_texts)} probes" in output
    assert "cost to come: 3 checks" in output
    events = Ledger(RunFolder(tmp_path).ledger).read()
    run = next(event.record for event in events if isinstance(event, RunStarted))
    assert run.planned_checkpoints == 3
    assert [gate.key for gate in run.gates] == ["forgetting/all"]
    too_few = "calibration/target (10 questions are too few, 100 would do)"
    assert run.not_measured == ("tail/worst", too_few, "calibration/general")


def test_the_chosen_gain_is_confirmed_on_probes_held_back(
    tmp_path: Path,
    model: LlamaForCausalLM,
    tokenizer: PreTrainedTokenizerFast,
    own_texts: tuple[Probe, ...],
) -> None:
    """A third of the target chooses no checkpoint, and its gain stands beside the chosen one."""
    target = [probe for probe in own_texts if probe.slices == ("one",)]
    guard = GuardCallback(target, own_texts, holdout=1 / 3)
    trainer(tmp_path, model, tokenizer, [guard], rate=1e-3).train()

    held = round(len(target) / 3)
    chosen = guard.checkups[0].find("target")
    assert chosen is not None
    assert chosen.estimate is not None
    assert chosen.estimate.n == len(target) - held
    verdict = read_conclusion(RunFolder(tmp_path))
    assert verdict.chosen == chosen
    assert verdict.confirmed is not None
    assert verdict.confirmed.estimate is not None
    assert verdict.confirmed.estimate.n == held
    assert f"confirmed on {held} held-back probes" in verdict.summary


def test_a_model_that_answers_by_chance_has_a_noise_floor(
    tmp_path: Path,
    model: LlamaForCausalLM,
    tokenizer: PreTrainedTokenizerFast,
    own_texts: tuple[Probe, ...],
) -> None:
    """In bf16 the base is asked twice; what it differs from itself by is in the snapshot, and no
    gate is decided on less. In float32 on a CPU it is asked once.
    """
    exact = GuardCallback(TARGET, own_texts, cache=False)
    trainer(tmp_path / "float32", model, tokenizer, [exact]).train()
    assert load_snapshot(RunFolder(tmp_path / "float32").base).noise == {}

    model.to(torch.bfloat16)
    generator = torch.Generator().manual_seed(0)

    def shake(_: object, __: object, output: torch.Tensor) -> torch.Tensor:
        # Kernels that do not repeat themselves, made large enough to see.
        return output + 0.3 * torch.randn(output.shape, generator=generator).to(output.dtype)

    model.model.norm.register_forward_hook(shake)
    guard = GuardCallback(TARGET, own_texts, cache=False)
    trainer(tmp_path / "bf16", model, tokenizer, [guard], rate=0.0).train()

    noise = load_snapshot(RunFolder(tmp_path / "bf16").base).noise
    assert noise["forgetting/all"] > 0
    for checkup in guard.checkups:
        forgetting = checkup.find("forgetting")
        assert forgetting is not None
        assert forgetting.noise == noise["forgetting/all"]
        assert checkup.verdict.passed is not False


def test_what_the_gates_can_find_is_said_before_training(
    tmp_path: Path,
    model: LlamaForCausalLM,
    tokenizer: PreTrainedTokenizerFast,
    own_texts: tuple[Probe, ...],
    capsys: pytest.CaptureFixture[str],
) -> None:
    """For right-or-wrong general probes: the smallest drop these find, and how many more would."""
    model.eval()
    first = {
        probe.prompt: tokenizer.decode(
            model.generate(
                torch.tensor([tokenizer(probe.prompt)["input_ids"]]),
                max_new_tokens=16,
                do_sample=False,
            )[0, 2:],
            skip_special_tokens=True,
        )
        for probe in own_texts
    }
    # Multiple choice between what the model says and nonsense: the base knows most of it.
    general = [
        Probe(id=probe.id, prompt=str(probe.prompt), reference=said, choices=(said, "\t\n~"))
        for probe in own_texts
        if (said := first[probe.prompt][:3].strip())
    ]
    model.train()
    trainer(tmp_path, model, tokenizer, [GuardCallback(TARGET, general)]).train()

    output = capsys.readouterr().out
    assert f"forgetting/all: these {len(general)} probes find a true drop of" in output
    assert "to find one of 15 % takes" in output


def test_limits_move_the_default_gates_and_gates_replace_them(
    tmp_path: Path,
    model: LlamaForCausalLM,
    tokenizer: PreTrainedTokenizerFast,
    own_texts: tuple[Probe, ...],
    capsys: pytest.CaptureFixture[str],
) -> None:
    """What holds is said before training, and what is left out; a checkup has one outcome each."""
    moved = GuardCallback(
        TARGET, own_texts, limits={"forgetting": 0.2, "target": -0.1, "calibration": None}
    )
    trainer(tmp_path / "moved", model, tokenizer, [moved]).train()
    said = unwrapped(capsys.readouterr().out)
    keys = [outcome.gate.key for outcome in moved.checkups[0].verdict.outcomes]
    assert keys[0] == "forgetting/all"
    assert keys[-1] == "target/all"
    assert not [key for key in keys if key.startswith("calibration")]
    assert "gates: forgetting/all 20 %, " in said
    assert "default gates that `limits=` switches off: calibration/target" in said

    gates = [Gate(measurement="forgetting", limit=0.2)]
    replaced = GuardCallback(TARGET, own_texts, tail=None, gates=gates)
    trainer(tmp_path / "replaced", model, tokenizer, [replaced]).train()
    said = unwrapped(capsys.readouterr().out)
    assert "`gates=` takes the place of the default gates and leaves out: calibration/" in said
    assert [o.gate for o in replaced.checkups[0].verdict.outcomes] == gates


def test_a_run_of_an_unchanged_model_is_never_stopped(
    tmp_path: Path,
    model: LlamaForCausalLM,
    tokenizer: PreTrainedTokenizerFast,
    own_texts: tuple[Probe, ...],
) -> None:
    """With a rate of 0 and `act_on_breach=True` nothing is done at any of ten checkpoints."""
    guard = GuardCallback(TARGET, own_texts, act_on_breach=True, patience=1)
    built = trainer(tmp_path, model, tokenizer, [guard], rate=0.0, max_steps=20)
    built.train()
    assert built.state.global_step == 20
    events = Ledger(RunFolder(tmp_path).ledger).read()
    assert not [event for event in events if isinstance(event, Acted)]


def test_thinking_is_switched_off_for_the_whole_run(
    tmp_path: Path,
    model: LlamaForCausalLM,
    tokenizer: PreTrainedTokenizerFast,
    own_texts: tuple[Probe, ...],
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The template's switch is off in every prompt, the run says so before its first step, and a
    resume settles it in the same way.
    """
    tokenizer.chat_template = "{{ messages[0].content }}{% if enable_thinking %}:{% endif %}="
    general = [
        Probe(id=f"sum-{n}", prompt=f"{n}+1", reference=f"{n + 1}", max_new_tokens=2)
        for n in range(8)
    ]

    def train(**resume: str) -> GuardCallback:
        guard = GuardCallback(general=[*general, *own_texts[:4]], tail=None, cache=False)
        trainer(tmp_path, tiny_model(tokenizer), tokenizer, [guard]).train(**resume)
        return guard

    train()
    output = capsys.readouterr().out
    assert "thinking is off (enable_thinking=False for the chat template)" in output
    assert "8 of the base's 8 written answers (100 %) were cut off" in output
    answers = load_snapshot(RunFolder(tmp_path).base).answers
    prompts = prepare(
        [replace(probe, id=f"general/{probe.id}", role="general") for probe in general],
        model,
        tokenizer,
        {"enable_thinking": False},
    )
    asked = {answer.fingerprint for answer in answers}
    assert {question.fingerprint for question in prompts.questions} <= asked

    again = train(resume_from_checkpoint=str(tmp_path / "checkpoint-4"))
    assert [(c.step, c.attempt) for c in again.checkups] == [(2, 1), (4, 1), (6, 2)]
