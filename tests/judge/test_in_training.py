"""A judge in a real training run: open answers scored, late, down, dear, and never twice."""

import re
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from transformers import (
    DataCollatorForLanguageModeling,
    LlamaForCausalLM,
    PreTrainedTokenizerFast,
    Trainer,
    TrainerCallback,
    TrainerControl,
    TrainerState,
    TrainingArguments,
)

from ftguard import GuardCallback, InputError, Judge, Probe
from ftguard.folders import RunFolder
from ftguard.measures.measurement import Measurement
from ftguard.probes import read_probes
from ftguard.run.ledger import AnyEvent, Examined, Ledger, Scored
from ftguard.scores.snapshot import load_snapshot
from ftguard.verdict.checkup import Checkup

pytestmark = pytest.mark.filterwarnings("ignore:.*pin_memory.*")

Response = tuple[int, dict[str, str], list[bytes]]
Serve = Callable[[Callable[[int, dict[str, str]], Response]], str]
Complete = Callable[..., Response]
Graded = Callable[[int], str]
OPEN = [Probe(id=f"q{n}", prompt=f"say {n}:", scorer="open", max_new_tokens=8) for n in range(30)]
LOSES = 3e-2
PATIENCE = 120
"""Seconds after which something has gone wrong, however slow the machine is."""


def _train(
    folder: Path,
    model: LlamaForCausalLM,
    tokenizer: PreTrainedTokenizerFast,
    *callbacks: TrainerCallback,
) -> list[float]:
    """Six steps with a checkpoint every second one; the losses."""
    rows = [{"input_ids": tokenizer(f"{n}+1={n + 1}")["input_ids"]} for n in range(40)]
    trainer = Trainer(
        model=model,
        args=TrainingArguments(
            str(folder),
            max_steps=6,
            save_steps=2,
            logging_steps=1,
            per_device_train_batch_size=4,
            learning_rate=LOSES,
            lr_scheduler_type="constant",
            report_to=[],
            disable_tqdm=True,
            use_cpu=True,
            seed=3,
        ),
        train_dataset=rows,
        data_collator=DataCollatorForLanguageModeling(tokenizer, mlm=False),
        processing_class=tokenizer,
        callbacks=list(callbacks),
    )
    trainer.train()
    return [row["loss"] for row in trainer.state.log_history if "loss" in row]


class _Reading(TrainerCallback):  # type: ignore[misc]
    """What the report says of the first checkpoint's tail, after each step and each save."""

    def __init__(self) -> None:
        self.states: list[tuple[int, str]] = []

    def on_step_end(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        self._read(args, state.global_step)

    def on_save(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        self._read(args, state.global_step)

    def _read(self, args: Any, step: int) -> None:
        page = RunFolder(Path(args.output_dir)).report.read_text(encoding="utf-8")
        found = re.search(r'data-label="Worst tail slice".*?</td>', page, re.DOTALL)
        state = re.search(r'class="state state-([a-z-]+)"', found[0] if found else "")
        self.states.append((step, state[1] if state else ""))


class _Until(TrainerCallback):  # type: ignore[misc]  # transformers has no types
    """Lets the judge answer at one step, and begins the step only when the judge is done."""

    def __init__(self, go: threading.Event, *, after: int) -> None:
        self._go, self._after = go, after

    def on_step_begin(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any
    ) -> None:
        if state.global_step != self._after:
            return
        at_work = [each for each in threading.enumerate() if each.name == "ftguard judge"]
        assert at_work
        self._go.set()
        for each in at_work:
            each.join(PATIENCE)


def _likes_the_base(
    folder: Path, complete: Complete, graded: Graded
) -> Callable[[int, Mapping[str, str]], Response]:
    """A judge that gives 5 to what the base said and 2 to anything else."""

    def behave(number: int, request: Mapping[str, str]) -> Response:
        del number
        prompts = {p.id: str(p.prompt) for p in read_probes(RunFolder(folder).probes)}
        said = {a.probe_id: a.text for a in load_snapshot(RunFolder(folder).base).answers}
        own = next(
            (
                said[name]
                for name, prompt in prompts.items()
                if f"\n{prompt}\n" in request["messages"]
            ),
            None,
        )
        good = own is not None and f"\n{own}\n" in request["messages"]
        return complete(
            graded(5 if good else 2), usage={"prompt_tokens": 9, "completion_tokens": 9}
        )

    return behave


def _tail(checkup: Checkup) -> Measurement:
    found = checkup.find("tail")
    assert found is not None
    return found


def _state(checkup: Checkup) -> str:
    return next(o.state for o in checkup.verdict.outcomes if o.gate.measurement == "tail")


def _events(folder: Path) -> tuple[AnyEvent, ...]:
    return Ledger(RunFolder(folder).ledger).read()


def test_open_answers_are_scored_and_gated(
    tmp_path: Path,
    model: LlamaForCausalLM,
    tokenizer: PreTrainedTokenizerFast,
    own_texts: tuple[Probe, ...],
    serve: Serve,
    complete: Complete,
    graded: Graded,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The base's answers earn 5 (a score of 1), the checkpoint's 2 (0.25): a drop of 75 % of the
    tail is a breach. What leaves the machine and what it cost is said and recorded.
    """
    url = serve(_likes_the_base(tmp_path, complete, graded))
    judge = Judge(model="grader", base_url=url, usd_per_million=(1.0, 1.0), wait_seconds=PATIENCE)
    guard = GuardCallback(None, own_texts, tail=OPEN, judge=judge)

    _train(tmp_path, model, tokenizer, guard)

    output = capsys.readouterr().out
    last = guard.checkups[-1]
    assert (_tail(last).base, _tail(last).num_unscored) == (1.0, 0)
    assert _tail(last).now == pytest.approx(0.25)
    assert _state(last) == "breach"
    assert "answers go on this machine to" in output
    assert "to be graded by `grader`" in output
    scored = [event for event in _events(tmp_path) if isinstance(event, Scored)]
    assert {event.step for event in scored} == {2, 4, 6}
    # The base's 30 answers are judged once, those of three checkpoints each: 120 at the most.
    assert 30 < scored[-1].usage.calls <= 120
    assert scored[-1].usage.usd == pytest.approx(scored[-1].usage.calls * 18e-6)
    assert "sk-this-key" not in RunFolder(tmp_path).ledger.read_text("utf-8") + output


def test_a_judge_that_is_down_leaves_the_gate_undecided_and_training_alone(
    tmp_path: Path,
    model: LlamaForCausalLM,
    tokenizer: PreTrainedTokenizerFast,
    own_texts: tuple[Probe, ...],
    serve: Serve,
) -> None:
    """All is unscored with the server's own status as the reason; no number is invented."""
    url = serve(lambda *_: (500, {}, [b"down"]))
    judge = Judge(model="grader", base_url=url, retries=0, wait_seconds=PATIENCE)
    guard = GuardCallback(None, own_texts, tail=OPEN, judge=judge)

    losses = _train(tmp_path, model, tokenizer, guard)

    assert len(losses) == 6
    assert [_state(checkup) for checkup in guard.checkups] == ["missing"] * 3
    reasons = {
        judged.unscored
        for event in _events(tmp_path)
        if isinstance(event, Scored)
        for judged in event.judged
    }
    assert all(reason and "500" in reason for reason in reasons)


def test_a_judge_that_comes_back_is_asked_about_the_base_again(
    tmp_path: Path,
    model: LlamaForCausalLM,
    tokenizer: PreTrainedTokenizerFast,
    own_texts: tuple[Probe, ...],
    serve: Serve,
    complete: Complete,
    graded: Graded,
) -> None:
    """Down at the first checkpoint and well from the second on: its gate is then decided, and the
    answers still count for drift.
    """
    likes = _likes_the_base(tmp_path, complete, graded)

    def ill(number: int, request: Mapping[str, str]) -> Response:
        first = any(isinstance(e, Examined) for e in _events(tmp_path))
        return likes(number, request) if first else (500, {}, [b"down"])

    judge = Judge(model="grader", base_url=serve(ill), retries=0, wait_seconds=PATIENCE)
    guard = GuardCallback(None, own_texts, tail=OPEN, judge=judge)

    _train(tmp_path, model, tokenizer, guard)

    assert [_state(checkup) for checkup in guard.checkups] == ["missing", "breach", "breach"]
    assert guard.checkups[-1].find("drift", "tail/changed") is not None


def test_late_scores_enter_the_checkup_when_they_come(
    tmp_path: Path,
    model: LlamaForCausalLM,
    tokenizer: PreTrainedTokenizerFast,
    own_texts: tuple[Probe, ...],
    serve: Serve,
    complete: Complete,
    graded: Graded,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The judge answers only when step 3 begins, and training waits for 0.1 seconds: the first
    verdict lacks the tail, and has it from step 3 on, before the next checkpoint.
    """
    likes = _likes_the_base(tmp_path, complete, graded)
    go = threading.Event()

    def late(number: int, request: Mapping[str, str]) -> Response:
        go.wait(PATIENCE)
        return likes(number, request)

    judge = Judge(model="grader", base_url=serve(late), wait_seconds=0.1, timeout=PATIENCE)
    guard = GuardCallback(None, own_texts, tail=OPEN, judge=judge)
    waiting, reading = _Until(go, after=2), _Reading()

    _train(tmp_path, model, tokenizer, guard, waiting, reading)

    # The report is written anew as they come, and waits for no checkpoint.
    assert reading.states[:4] == [(1, ""), (2, ""), (2, "missing"), (3, "breach")]
    of_first = [
        event.checkup
        for event in _events(tmp_path)
        if isinstance(event, Examined) and event.step == 2
    ]
    assert "late scores of the judge for step 2" in capsys.readouterr().out
    assert (_state(of_first[0]), _state(of_first[-1])) == ("missing", "breach")
    assert guard.checkups[0] == of_first[-1]
    assert _tail(guard.checkups[0]).num_unscored == 0


def test_a_second_run_over_the_same_answers_makes_no_call(
    tmp_path: Path,
    model: LlamaForCausalLM,
    tokenizer: PreTrainedTokenizerFast,
    own_texts: tuple[Probe, ...],
    serve: Serve,
    complete: Complete,
    graded: Graded,
    asked: list[dict[str, str]],
) -> None:
    """Everything is in the cache; the losses are those of a run without a judge."""
    state = {name: value.clone() for name, value in model.state_dict().items()}
    url = serve(_likes_the_base(tmp_path / "one", complete, graded))
    judge = Judge(model="grader", base_url=url, wait_seconds=PATIENCE)
    guards = [GuardCallback(None, own_texts, tail=OPEN, judge=judge) for _ in range(2)]

    first = _train(tmp_path / "one", model, tokenizer, guards[0])
    calls = len(asked)
    model.load_state_dict(state)
    second = _train(tmp_path / "two", model, tokenizer, guards[1])
    model.load_state_dict(state)
    alone = _train(tmp_path / "three", model, tokenizer, GuardCallback(None, own_texts, tail=None))

    assert len(asked) == calls
    assert first == second == alone
    assert [_tail(c).estimate for c in guards[0].checkups] == [
        _tail(c).estimate for c in guards[1].checkups
    ]


def test_without_a_judge_open_probes_are_no_gate(
    tmp_path: Path,
    model: LlamaForCausalLM,
    tokenizer: PreTrainedTokenizerFast,
    own_texts: tuple[Probe, ...],
) -> None:
    """They count for drift of their role alone."""
    guard = GuardCallback(None, own_texts, tail=OPEN)

    _train(tmp_path, model, tokenizer, guard)

    last = guard.checkups[-1]
    assert last.find("tail") is None
    assert last.find("drift", "tail/changed") is not None
    assert "tail/worst" not in {outcome.gate.key for outcome in last.verdict.outcomes}


def test_probes_to_be_judged_need_a_judge(own_texts: tuple[Probe, ...]) -> None:
    """The probe is named, and what to give."""
    with pytest.raises(InputError, match=r"probe `j` is to be judged: give `judge=Judge\("):
        GuardCallback(None, own_texts, tail=[Probe(id="j", prompt="q", scorer="judge")])
