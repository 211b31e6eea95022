"""What a run says before its first step, and settles there."""

from dataclasses import replace
from pathlib import Path

import pytest
import torch
from transformers import (
    LlamaForCausalLM,
    PreTrainedTokenizerFast,
)

from ftguard import Gate, GuardCallback, Probe
from ftguard.ask.prompts import prepare
from ftguard.folders import RunFolder
from ftguard.run.ledger import Ledger, RunStarted
from ftguard.scores.snapshot import load_snapshot
from ftguard.testing import tiny_model, tiny_run, unwrapped

pytestmark = [
    pytest.mark.filterwarnings("ignore:.*pin_memory.*"),
    # peft's own use of what transformers is about to rename
    pytest.mark.filterwarnings("ignore:`is_gradient_checkpointing` is deprecated:FutureWarning"),
]

TARGET = [{"prompt": f"{n}+1=", "completion": f"{n + 1}"} for n in range(20)]


def test_large_sets_are_drawn_from_and_the_run_says_so(
    tmp_path: Path,
    model: LlamaForCausalLM,
    tokenizer: PreTrainedTokenizerFast,
    own_texts: tuple[Probe, ...],
    capsys: pytest.CaptureFixture[str],
) -> None:
    """`max_probes` bounds what is asked, and the record of the run tells the plan and the gates."""
    guard = GuardCallback(TARGET, own_texts, tail=None, max_probes=10)
    tiny_run(tmp_path, guard, model=model, tokenizer=tokenizer).train()
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
    tiny_run(
        tmp_path, GuardCallback(TARGET, general, tail=None), model=model, tokenizer=tokenizer
    ).train()

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
    tiny_run(tmp_path / "moved", moved, model=model, tokenizer=tokenizer).train()
    said = unwrapped(capsys.readouterr().out)
    keys = [outcome.gate.key for outcome in moved.checkups[0].verdict.outcomes]
    assert keys[0] == "forgetting/all"
    assert keys[-1] == "target/all"
    assert not [key for key in keys if key.startswith("calibration")]
    assert "gates: forgetting/all 20 %, " in said
    assert "default gates that `limits=` switches off: calibration/target" in said

    gates = [Gate(measurement="forgetting", limit=0.2)]
    replaced = GuardCallback(TARGET, own_texts, tail=None, gates=gates)
    tiny_run(tmp_path / "replaced", replaced, model=model, tokenizer=tokenizer).train()
    said = unwrapped(capsys.readouterr().out)
    assert "`gates=` takes the place of the default gates and leaves out: calibration/" in said
    assert [o.gate for o in replaced.checkups[0].verdict.outcomes] == gates


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
        tiny_run(tmp_path, guard, model=tiny_model(tokenizer), tokenizer=tokenizer).train(**resume)
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
