"""Which checkpoint is the best one, by whose score."""

from pathlib import Path

import pytest
from transformers import (
    LlamaForCausalLM,
    PreTrainedTokenizerFast,
)

from ftguard import GuardCallback, Probe
from ftguard.folders import RunFolder
from ftguard.testing import tiny_run
from ftguard.verdict.checkup import guard_score
from ftguard.verdict.conclusion import read_conclusion

pytestmark = [
    pytest.mark.filterwarnings("ignore:.*pin_memory.*"),
    # peft's own use of what transformers is about to rename
    pytest.mark.filterwarnings("ignore:`is_gradient_checkpointing` is deprecated:FutureWarning"),
]

TARGET = [{"prompt": f"{n}+1=", "completion": f"{n + 1}"} for n in range(20)]


@pytest.mark.parametrize("several", [False, True], ids=["one", "dict"])
def test_the_trainer_can_choose_by_the_guards_score(
    tmp_path: Path,
    model: LlamaForCausalLM,
    tokenizer: PreTrainedTokenizerFast,
    own_texts: tuple[Probe, ...],
    several: bool,
) -> None:
    """`metric_for_best_model` works with rotation, one or several eval sets, and from the start."""
    guard = GuardCallback([p for p in own_texts if p.slices == ("one",)], own_texts, tail=None)
    built = tiny_run(
        tmp_path,
        guard,
        model=model,
        tokenizer=tokenizer,
        learning_rate=1e-3,
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


def test_without_target_probes_the_evaluation_loss_ranks(
    tmp_path: Path,
    model: LlamaForCausalLM,
    tokenizer: PreTrainedTokenizerFast,
    own_texts: tuple[Probe, ...],
    capsys: pytest.CaptureFixture[str],
) -> None:
    """exp(-eval_loss) is the target score; without evaluation the latest that passed is best."""
    guard = GuardCallback(general=own_texts, tail=None)
    tiny_run(
        tmp_path / "a", guard, model=model, tokenizer=tokenizer, eval_strategy="steps", eval_steps=2
    ).train()
    assert guard.best is not None
    losses = {checkup.step: checkup.eval_loss for checkup in guard.checkups}
    assert losses[guard.best.step] == min(loss for loss in losses.values() if loss is not None)
    assert "ranked by eval_loss" in capsys.readouterr().out

    guard = GuardCallback(general=own_texts, tail=None)
    tiny_run(tmp_path / "b", guard, model=model, tokenizer=tokenizer).train()
    assert guard.best is not None
    assert guard.best.step == 6
    assert "the latest that passed" in capsys.readouterr().out


def test_the_chosen_gain_is_confirmed_on_probes_held_back(
    tmp_path: Path,
    model: LlamaForCausalLM,
    tokenizer: PreTrainedTokenizerFast,
    own_texts: tuple[Probe, ...],
) -> None:
    """A third of the target chooses no checkpoint, and its gain stands beside the chosen one."""
    target = [probe for probe in own_texts if probe.slices == ("one",)]
    guard = GuardCallback(target, own_texts, holdout=1 / 3, tail=None)
    tiny_run(tmp_path, guard, model=model, tokenizer=tokenizer, learning_rate=1e-3).train()

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
