"""A resume goes on with its run, and every run finds the base that it is measured against."""

import json
from pathlib import Path

import pytest
from peft import LoraConfig, PeftModel, get_peft_model
from transformers import (
    AutoModelForCausalLM,
    LlamaForCausalLM,
    PreTrainedTokenizerFast,
)

from ftguard import BaseMismatchError, GuardCallback, Probe
from ftguard.folders import RunFolder
from ftguard.run.ledger import BaseTaken, Ledger
from ftguard.testing import tiny_run

pytestmark = [
    pytest.mark.filterwarnings("ignore:.*pin_memory.*"),
    # peft's own use of what transformers is about to rename
    pytest.mark.filterwarnings("ignore:`is_gradient_checkpointing` is deprecated:FutureWarning"),
]

TARGET = [{"prompt": f"{n}+1=", "completion": f"{n + 1}"} for n in range(20)]
LOSES = 3e-2


def origin(folder: Path) -> list[str]:
    """Where each attempt in a folder had its base from."""
    events = Ledger(RunFolder(folder).ledger).read()
    return [event.origin for event in events if isinstance(event, BaseTaken)]


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

    first = GuardCallback(target=TARGET, general=own_texts, cache=False, tail=None)
    tiny_run(tmp_path, first, model=fresh(), tokenizer=tokenizer).train()
    abandoned = first.checkups
    second = GuardCallback(target=TARGET, general=own_texts, cache=False, tail=None)
    tiny_run(tmp_path, second, model=fresh(), tokenizer=tokenizer, learning_rate=LOSES).train(
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
    tiny_run(
        tmp_path, GuardCallback(TARGET, own_texts, tail=None), model=model, tokenizer=tokenizer
    ).train()
    other = GuardCallback(TARGET, own_texts[:-1], tail=None)
    again = tiny_run(tmp_path, other, model=model, tokenizer=tokenizer)
    with pytest.raises(BaseMismatchError, match="other probes"):
        again.train(resume_from_checkpoint=True)


def test_a_resume_without_a_base_is_refused(
    tmp_path: Path,
    model: LlamaForCausalLM,
    tokenizer: PreTrainedTokenizerFast,
    own_texts: tuple[Probe, ...],
) -> None:
    """A half-trained model is never taken as the base."""
    tiny_run(tmp_path, model=model, tokenizer=tokenizer).train()
    again = tiny_run(
        tmp_path,
        GuardCallback(TARGET, own_texts, cache=False, tail=None),
        model=model,
        tokenizer=tokenizer,
    )
    with pytest.raises(BaseMismatchError, match="no base snapshot"):
        again.train(resume_from_checkpoint=str(tmp_path / "checkpoint-4"))


def test_continuing_a_fine_tune_is_measured_against_the_original_base(
    tmp_path: Path,
    model: LlamaForCausalLM,
    tokenizer: PreTrainedTokenizerFast,
    own_texts: tuple[Probe, ...],
) -> None:
    """A model loaded from `best/` descends from the base that its record names."""
    first = GuardCallback(TARGET, own_texts, tail=None)
    tiny_run(tmp_path / "a", first, model=model, tokenizer=tokenizer, learning_rate=1e-3).train()
    tuned = AutoModelForCausalLM.from_pretrained(tmp_path / "a/checkpoint-6")
    second = GuardCallback(TARGET, own_texts, tail=None)
    tiny_run(tmp_path / "b", second, model=tuned, tokenizer=tokenizer, learning_rate=0.0).train()

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
    tiny_run(
        tmp_path / "a",
        GuardCallback(TARGET, own_texts, tail=None),
        model=model,
        tokenizer=tokenizer,
    ).train()
    model.load_state_dict(state)
    tiny_run(
        tmp_path / "b",
        GuardCallback(TARGET, own_texts, tail=None),
        model=model,
        tokenizer=tokenizer,
    ).train()
    tiny_run(
        tmp_path / "c",
        GuardCallback(TARGET, own_texts, tail=None),
        model=model,
        tokenizer=tokenizer,
    ).train()

    assert [origin(tmp_path / name) for name in "abc"] == [["asked"], ["cache"], ["descent"]]


def test_a_callback_added_later_takes_its_fingerprint_at_the_beginning(
    tmp_path: Path,
    model: LlamaForCausalLM,
    tokenizer: PreTrainedTokenizerFast,
    own_texts: tuple[Probe, ...],
) -> None:
    """`add_callback` works on a fresh run, and a resume trusts the ledger for the weights."""
    state = {name: value.clone() for name, value in model.state_dict().items()}
    built = tiny_run(tmp_path, model=model, tokenizer=tokenizer)
    guard = GuardCallback(TARGET, own_texts, tail=None)
    built.add_callback(guard)
    built.train()
    assert len(guard.checkups) == 3

    model.load_state_dict(state)
    built = tiny_run(tmp_path, model=model, tokenizer=tokenizer)
    guard = GuardCallback(TARGET, own_texts, tail=None)
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
    tiny_run(
        tmp_path,
        GuardCallback(TARGET, own_texts, tail=None),
        model=model,
        tokenizer=tokenizer,
        max_steps=4,
    ).train()
    checkpoint = str(tmp_path / "checkpoint-4")
    fewer = GuardCallback(TARGET, own_texts, max_probes=10, tail=None)
    model.load_state_dict(state)
    with pytest.raises(BaseMismatchError, match="other probes"):
        tiny_run(tmp_path, fewer, model=model, tokenizer=tokenizer).train(
            resume_from_checkpoint=checkpoint
        )

    guard = GuardCallback(TARGET, own_texts, tail=None)
    model.load_state_dict(state)
    tiny_run(tmp_path, guard, model=model, tokenizer=tokenizer).train(
        resume_from_checkpoint=checkpoint
    )

    assert [(c.step, c.attempt) for c in guard.checkups] == [(2, 1), (4, 1), (6, 2)]
