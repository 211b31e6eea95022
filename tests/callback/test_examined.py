"""What a guarded run of a tiny model examines, writes and keeps."""

import json
from pathlib import Path
from typing import Any

import pytest
import torch
from transformers import (
    AutoModelForCausalLM,
    LlamaForCausalLM,
    PreTrainedTokenizerFast,
    TrainerCallback,
)

from ftguard import GuardCallback, Probe
from ftguard.ask.asking import ask
from ftguard.ask.prompts import prepare
from ftguard.folders import RunFolder
from ftguard.probes import read_probes
from ftguard.run.ledger import BaseTaken, Ledger
from ftguard.scores.snapshot import load_snapshot
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


def test_a_run_is_examined_at_each_checkpoint_and_its_best_is_kept(
    tmp_path: Path,
    model: LlamaForCausalLM,
    tokenizer: PreTrainedTokenizerFast,
    own_texts: tuple[Probe, ...],
) -> None:
    """Three checkpoints give three checkups, files as documented, and a best that loads."""
    guard = GuardCallback(target=TARGET, general=own_texts)
    tiny_run(tmp_path, guard, model=model, tokenizer=tokenizer).train()

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
    guard = GuardCallback(target=TARGET, general=own_texts, tail=None)
    tiny_run(tmp_path, guard, model=model, tokenizer=tokenizer, learning_rate=LOSES).train()

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


def test_the_kept_best_survives_rotation_and_answers_as_recorded(
    tmp_path: Path,
    model: LlamaForCausalLM,
    tokenizer: PreTrainedTokenizerFast,
    own_texts: tuple[Probe, ...],
) -> None:
    """With `save_total_limit=1` the best, not the last, is in `best/` and answers exactly so."""
    # The target is what the base says already, so that every step makes it worse.
    target = [probe for probe in own_texts if probe.slices == ("one",)]
    guard = GuardCallback(target=target, general=own_texts, tail=None)
    tiny_run(
        tmp_path, guard, model=model, tokenizer=tokenizer, learning_rate=1e-3, save_total_limit=1
    ).train()

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
    first = GuardCallback(target=TARGET, general=own_texts, tail=None)
    tiny_run(tmp_path, first, model=model, tokenizer=tokenizer).train()
    assert first.best is not None
    model.load_state_dict(state)
    second = GuardCallback(target=TARGET, general=own_texts, tail=None)
    tiny_run(tmp_path, second, model=model, tokenizer=tokenizer, learning_rate=LOSES).train()

    assert {checkup.run for checkup in first.checkups}.isdisjoint(c.run for c in second.checkups)
    assert second.best is None
    assert not (tmp_path / "_ftguard/best").exists()
    aside = tmp_path / f"_ftguard/best-{first.best.run}-attempt-1-step-{first.best.step}"
    AutoModelForCausalLM.from_pretrained(aside)
    assert origin(tmp_path) == ["asked", "stored"]


@pytest.mark.parametrize("strategy", ["epoch", "best"])
def test_every_save_strategy_is_guarded(
    tmp_path: Path,
    model: LlamaForCausalLM,
    tokenizer: PreTrainedTokenizerFast,
    own_texts: tuple[Probe, ...],
    strategy: str,
) -> None:
    """Checkpoints saved by epoch, or whenever the evaluation loss is best, are examined."""
    guard = GuardCallback(TARGET, own_texts, tail=None)
    tiny_run(
        tmp_path,
        guard,
        model=model,
        tokenizer=tokenizer,
        max_steps=-1,
        num_train_epochs=2,
        save_strategy=strategy,
        eval_strategy="epoch",
        metric_for_best_model="loss",
    ).train()
    assert [checkup.step for checkup in guard.checkups] == [10, 20]


def test_a_model_that_answers_by_chance_has_a_noise_floor(
    tmp_path: Path,
    model: LlamaForCausalLM,
    tokenizer: PreTrainedTokenizerFast,
    own_texts: tuple[Probe, ...],
) -> None:
    """In bf16 the base is asked twice; what it differs from itself by is in the snapshot, and no
    gate is decided on less. In float32 on a CPU it is asked once.
    """
    exact = GuardCallback(TARGET, own_texts, cache=False, tail=None)
    tiny_run(tmp_path / "float32", exact, model=model, tokenizer=tokenizer).train()
    assert load_snapshot(RunFolder(tmp_path / "float32").base).noise == {}

    model.to(torch.bfloat16)
    generator = torch.Generator().manual_seed(0)

    def shake(_: object, __: object, output: torch.Tensor) -> torch.Tensor:
        # Kernels that do not repeat themselves, made large enough to see.
        return output + 0.3 * torch.randn(output.shape, generator=generator).to(output.dtype)

    model.model.norm.register_forward_hook(shake)
    guard = GuardCallback(TARGET, own_texts, cache=False, tail=None)
    tiny_run(tmp_path / "bf16", guard, model=model, tokenizer=tokenizer, learning_rate=0.0).train()

    noise = load_snapshot(RunFolder(tmp_path / "bf16").base).noise
    assert noise["forgetting/all"] > 0
    for checkup in guard.checkups:
        forgetting = checkup.find("forgetting")
        assert forgetting is not None
        assert forgetting.noise == noise["forgetting/all"]
        assert checkup.verdict.passed is not False


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

    guard = GuardCallback(TARGET, own_texts, tail=None)
    tiny_run(tmp_path, guard, Breaks(), model=model, tokenizer=tokenizer).train()

    first, second, _ = guard.checkups
    assert first.verdict.passed is None
    assert {outcome.state for outcome in first.verdict.outcomes} == {"missing"}
    assert "broken on purpose" in first.verdict.outcomes[0].explanation
    assert second.verdict.passed is True
    assert model.training
