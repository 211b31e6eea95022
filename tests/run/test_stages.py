"""Tests of stages: models that are fine-tunes already are measured against their original base."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from peft import LoraConfig, PeftModel, get_peft_model
from transformers import AutoModelForCausalLM, LlamaForCausalLM, PreTrainedTokenizerFast

from ftguard import BaseMismatchError, GuardCallback, Probe
from ftguard.folders import RunFolder
from ftguard.run.ledger import BaseTaken, Ledger
from ftguard.testing import SUMS, tiny_run, unwrapped

pytestmark = [
    pytest.mark.filterwarnings("ignore:.*pin_memory.*"),
    pytest.mark.filterwarnings("ignore:`is_gradient_checkpointing` is deprecated:FutureWarning"),
    pytest.mark.filterwarnings("ignore:.*Already found a `peft_config`.*:UserWarning"),
]

SUM = [{"prompt": f"{n}+1=", "completion": f"{n + 1}"} for n in range(20)]
DIFFERENCE = [{"prompt": f"{n}-1=", "completion": f"{n - 1}"} for n in range(1, 20)]


def lora(model: LlamaForCausalLM) -> PeftModel:
    """The model with fresh adapters."""
    config = LoraConfig(r=4, target_modules=["q_proj", "v_proj"], task_type="CAUSAL_LM")
    return get_peft_model(model, config)


class Stages:
    """A base on disk, and runs that begin from what others left."""

    def __init__(self, folder: Path, base: LlamaForCausalLM, tokenizer: Any, general: Any) -> None:
        self.folder, self.tokenizer, self.general = folder, tokenizer, tuple(general)
        self.base = folder / "base"
        base.save_pretrained(self.base)

    def load(self, folder: Path | None = None) -> LlamaForCausalLM:
        """A model from a folder, by default the base's."""
        return AutoModelForCausalLM.from_pretrained(folder or self.base).train()

    def run(
        self,
        name: str,
        model: Any,
        *,
        target: Sequence[Mapping[str, str]] = SUM,
        general: Sequence[Probe] | None = None,
        resume: Path | None = None,
        rate: float = 3e-3,
        guarded: dict[str, Any] | None = None,
        **arguments: Any,
    ) -> GuardCallback:
        """A guarded run of 4 steps that writes to a folder of this name."""
        guard = GuardCallback(target, general or self.general, tail=None, **(guarded or {}))
        built = tiny_run(
            self.folder / name,
            guard,
            model=model,
            tokenizer=self.tokenizer,
            texts=[text.replace("+", "-") for text in SUMS],
            max_steps=arguments.pop("max_steps", 4),
            learning_rate=rate,
            **arguments,
        )
        built.train(resume_from_checkpoint=None if resume is None else str(resume))
        return guard

    def origin(self, name: str) -> str:
        """Where the last attempt in a folder had its base from."""
        events = Ledger(RunFolder(self.folder / name).ledger).read()
        return [event.origin for event in events if isinstance(event, BaseTaken)][-1]


@pytest.fixture
def stages(
    tmp_path: Path,
    model: LlamaForCausalLM,
    tokenizer: PreTrainedTokenizerFast,
    own_texts: tuple[Probe, ...],
) -> Stages:
    """The base is on disk."""
    return Stages(tmp_path, model, tokenizer, own_texts)


def now(guard: GuardCallback, name: str, *, at: int = -1, stage: bool = False) -> float:
    """A measurement of a checkpoint, against the original base or the stage's beginning."""
    checkup = guard.checkups[at]
    found = [m for m in (checkup.stage if stage else checkup.measurements) if m.name == name]
    assert found[0].estimate is not None
    return float(found[0].estimate.value)


def test_full_on_full_counts_from_the_original_base_and_tells_the_stage_apart(
    stages: Stages, capsys: pytest.CaptureFixture[str]
) -> None:
    """A second stage that trains nothing has cost nothing itself, and in all what the first did."""
    first = stages.run("a", stages.load())
    capsys.readouterr()
    second = stages.run("b", stages.load(stages.folder / "a/checkpoint-4"), rate=0.0)

    assert stages.origin("b") == "descent"
    assert now(second, "forgetting") == now(first, "forgetting") > 0
    assert now(second, "forgetting", stage=True) == 0
    said = unwrapped(capsys.readouterr().out)
    assert f"this model is a fine-tune of {stages.base.resolve()}" in said
    assert "this stage: " in said
    assert "forgetting/all 0.0 %" in said


def test_a_first_stage_has_no_other_account(stages: Stages) -> None:
    """From the base itself, plain or with fresh adapters, there is one account of costs."""
    plain = stages.run("a", stages.load())
    fresh = stages.run("b", lora(stages.load()))

    assert [checkup.stage for checkup in (*plain.checkups, *fresh.checkups)] == [()] * 4
    assert stages.origin("b") == "cache"
    assert not RunFolder(stages.folder / "b").start.exists()


@pytest.mark.parametrize("cache", [True, False])
def test_other_questions_are_asked_of_the_original_base_loaded_anew(
    stages: Stages, cache: bool
) -> None:
    """Another target and other general probes: the base is loaded from its folder and asked."""
    guarded = {"cache": cache}
    stages.run("a", stages.load(), guarded=guarded)
    tuned = stages.folder / "a/checkpoint-4"
    other: dict[str, Any] = {
        "target": DIFFERENCE,
        "general": stages.general[5:],
        "guarded": guarded,
    }
    second = stages.run("b", stages.load(tuned), rate=0.0, **other)
    # What the base says when it is asked these questions itself.
    plain = stages.run("c", stages.load(), rate=0.0, **other)
    assert stages.origin("b") == "reloaded"
    assert stages.origin("c") == ("cache" if cache else "asked")

    for checkup, of_base in zip(second.checkups, plain.checkups, strict=True):
        found, base = checkup.find("forgetting"), of_base.find("forgetting")
        assert found is not None
        assert base is not None
        assert found.base == base.base
    assert now(second, "forgetting") > 0
    third = stages.run("d", stages.load(stages.folder / "b/checkpoint-4"), rate=0.0, **other)
    assert stages.origin("d") == "descent"
    assert now(third, "forgetting") == now(second, "forgetting")


def test_only_where_the_base_is_gone_it_stops_and_says_both_ways_out(stages: Stages) -> None:
    """With other questions and no base: give it, or count from the model as it is; both work."""
    stages.run("a", stages.load())
    tuned = stages.folder / "a/checkpoint-4"
    elsewhere = stages.base.rename(stages.folder / "elsewhere")
    with pytest.raises(BaseMismatchError, match=r"`GuardCallback\(base=\.\.\.\)`.*base=\"self\""):
        stages.run("b", stages.load(tuned), target=DIFFERENCE)

    given = stages.run(
        "c", stages.load(tuned), target=DIFFERENCE, guarded={"base": elsewhere}, rate=0.0
    )
    assert now(given, "forgetting") > 0
    anew = stages.run(
        "d", stages.load(tuned), target=DIFFERENCE, guarded={"base": "self"}, rate=0.0
    )
    assert now(anew, "forgetting") == 0
    assert anew.checkups[0].stage == ()


def test_where_the_weights_alone_tell_of_a_base_that_is_gone_a_new_account_starts(
    stages: Stages, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nobody named the base: the run counts from the model as it is, and says so with both ways."""
    stages.run("a", stages.load())
    copied = stages.folder / "copied"
    stages.load(stages.folder / "a/checkpoint-4").save_pretrained(copied)
    shutil.rmtree(stages.base)
    capsys.readouterr()
    second = stages.run("b", stages.load(copied), target=DIFFERENCE, rate=0.0)

    said = unwrapped(capsys.readouterr().out)
    assert "costs are counted from the model as it is now: this model is a fine-tune" in said
    assert "costs are counted from that base" not in said
    assert now(second, "forgetting") == 0
    assert second.checkups[0].stage == ()


FROM_THE_HUB = """
from transformers import AutoModelForCausalLM
from ftguard import GuardCallback
from ftguard.testing import tiny_run, tiny_tokenizer

def run(name, start, sign):
    target = [{"prompt": f"{n}{sign}1=", "completion": f"{n}"} for n in range(9)]
    guard = GuardCallback(target, target, tail=None)
    model = AutoModelForCausalLM.from_pretrained(start).train()
    tiny_run(name, guard, model=model, tokenizer=tiny_tokenizer(), max_steps=2).train()

run("a", "me/base", "+")
run("b", "a/checkpoint-2", "-")
"""


def test_a_base_from_the_hub_is_asked_anew_by_its_name(stages: Stages) -> None:
    """Its name is recorded, and its files are found in the hub's own cache."""
    commit = "0" * 40
    repository = stages.folder / "home/hub/models--me--base"
    (repository / "refs").mkdir(parents=True)
    (repository / "refs/main").write_text(commit)
    stages.load().save_pretrained(repository / "snapshots" / commit)
    environment = {
        **os.environ,
        "HF_HOME": str(stages.folder / "home"),
        "HF_HUB_OFFLINE": "1",
        "PYTHONPATH": os.pathsep.join([str(Path(__file__).parents[2]), *sys.path]),
    }
    done = subprocess.run(
        [sys.executable, "-c", FROM_THE_HUB],
        cwd=stages.folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=1200,
    )

    assert done.returncode == 0, done.stderr[-3000:]
    assert stages.origin("b") == "reloaded"
    record = json.loads((stages.folder / "b/checkpoint-2/ftguard.json").read_text())
    assert record["base_model"] == "me/base"
    assert "this model is a fine-tune of me/base" in done.stdout


def test_another_model_in_the_bases_place_is_not_taken_for_it(stages: Stages) -> None:
    """The folder holds other weights now: that is told, and nothing is measured against them."""
    stages.run("a", stages.load())
    changed = stages.load()
    changed.model.norm.weight.data.mul_(2)
    changed.save_pretrained(stages.base)

    with pytest.raises(BaseMismatchError, match="holds other weights now"):
        stages.run("b", stages.load(stages.folder / "a/checkpoint-4"), target=DIFFERENCE)


def test_lora_on_lora_keeps_the_base_and_tells_the_round_apart(stages: Stages) -> None:
    """The adapter is loaded to train on: its base is in memory, and this round cost nothing."""
    first = stages.run("a", lora(stages.load()), rate=3e-2)
    loaded = PeftModel.from_pretrained(
        stages.load(), str(stages.folder / "a/checkpoint-4"), is_trainable=True
    )
    second = stages.run("b", loaded, rate=0.0)

    assert stages.origin("b") == "cache"
    assert now(second, "forgetting") == now(first, "forgetting") != 0
    assert now(second, "forgetting", stage=True) == 0


@pytest.mark.parametrize("saved", [True, False], ids=["saved", "in memory"])
def test_merged_adapters_descend_from_their_base(stages: Stages, saved: bool) -> None:
    """`merge_and_unload` leaves a plain model without a record; new adapters, or none, go on it."""
    first = stages.run("a", lora(stages.load()), rate=3e-2)
    tuned = PeftModel.from_pretrained(stages.load(), str(stages.folder / "a/checkpoint-4"))
    merged = tuned.merge_and_unload()
    if saved:
        merged.save_pretrained(stages.folder / "merged")
        merged = stages.load(stages.folder / "merged")
    second = stages.run("b", lora(merged), rate=0.0)

    assert stages.origin("b") == "descent"
    # Merging rounds.
    assert now(second, "forgetting") == pytest.approx(now(first, "forgetting"), abs=1e-4)
    assert now(second, "forgetting", stage=True) == 0
    assert (stages.folder / "b/_ftguard/start").is_dir()


def test_what_the_trainer_saved_is_known_by_its_folder_and_its_copies_by_their_weights(
    stages: Stages,
) -> None:
    """`save_model()` writes beside the run's folder; a copy elsewhere has the weights alone."""
    guard = GuardCallback(SUM, stages.general, tail=None)
    built = tiny_run(
        stages.folder / "a",
        guard,
        model=stages.load(),
        tokenizer=stages.tokenizer,
        max_steps=4,
        learning_rate=3e-3,
    )
    built.train()
    built.save_model()
    built.save_model(str(stages.folder / "copy"))

    beside = stages.run("b", stages.load(stages.folder / "a"), rate=0.0)
    copied = stages.run("c", stages.load(stages.folder / "copy"), rate=0.0)

    assert [stages.origin(name) for name in "bc"] == ["descent", "descent"]
    assert now(beside, "forgetting") == now(copied, "forgetting") == now(guard, "forgetting") > 0


def test_a_resume_from_another_folder_goes_on_with_its_run(stages: Stages) -> None:
    """`resume_from_checkpoint=A/checkpoint-2` with `output_dir=B`: one run, its first look kept."""
    ways: dict[str, Callable[[], Any]] = {
        "full": stages.load,
        "lora": lambda: lora(stages.load()),
    }
    for name, make in ways.items():
        first = stages.run(f"{name}-a", make(), guarded={"cache": False})
        second = stages.run(
            f"{name}-b",
            make(),
            resume=stages.folder / f"{name}-a/checkpoint-2",
            guarded={"cache": False},
        )
        assert stages.origin(f"{name}-b") == "stored"
        assert second.checkups[0] == first.checkups[0]
        assert [(c.step, c.attempt) for c in second.checkups] == [(2, 1), (4, 2)]
        assert (stages.folder / f"{name}-b/_ftguard/verdict.json").exists()


@pytest.mark.parametrize("adapters", [False, True], ids=["full", "lora"])
def test_a_resume_from_another_folder_with_other_questions_is_a_run_of_its_own(
    stages: Stages, adapters: bool
) -> None:
    """The base that the checkpoint names is asked them: of a full fine-tune it is loaded anew."""

    def make() -> Any:
        return lora(stages.load()) if adapters else stages.load()

    first = stages.run("a", make())
    second = stages.run("b", make(), resume=stages.folder / "a/checkpoint-2", target=DIFFERENCE)

    assert stages.origin("b") == "reloaded"
    assert {c.run for c in first.checkups}.isdisjoint(c.run for c in second.checkups)
    assert [c.step for c in second.checkups] == [4]


@pytest.mark.parametrize(
    ("target", "why"), [(SUM, "other weights"), (DIFFERENCE, "another base model")]
)
def test_adapters_are_not_resumed_on_another_base(
    stages: Stages, target: Sequence[dict[str, str]], why: str
) -> None:
    """The checkpoint names the base that its adapters were trained on, whatever is asked."""
    stages.run("a", lora(stages.load()))
    other = stages.load()
    other.model.norm.weight.data.mul_(2)

    with pytest.raises(BaseMismatchError, match=why):
        stages.run("b", lora(other), target=target, resume=stages.folder / "a/checkpoint-2")


def test_a_second_stage_resumes_with_both_accounts(stages: Stages) -> None:
    """What the stage began with is read back, and so is the base that it descends from."""
    stages.run("a", stages.load())
    tuned = stages.folder / "a/checkpoint-4"
    whole = stages.run("b", stages.load(tuned))
    resumed = stages.run("b", stages.load(tuned), resume=stages.folder / "b/checkpoint-2")

    assert stages.origin("b") == "stored"
    assert [(c.step, c.attempt) for c in resumed.checkups] == [(2, 1), (4, 2)]
    assert now(resumed, "forgetting") == now(whole, "forgetting")
    assert now(resumed, "forgetting", stage=True) == now(whole, "forgetting", stage=True)


def test_both_folders_may_move_together(stages: Stages) -> None:
    """The whole run is copied to another place, and the old one is gone: its record stays true."""
    first = stages.run("a", stages.load(), guarded={"cache": False})
    shutil.move(stages.folder / "a", stages.folder / "moved")
    tuned = stages.folder / "moved/checkpoint-4"
    second = stages.run("b", stages.load(tuned), rate=0.0, guarded={"cache": False})

    assert stages.origin("b") == "descent"
    assert now(second, "forgetting") == now(first, "forgetting")


def test_training_twice_in_one_process_counts_from_the_first_base(stages: Stages) -> None:
    """A notebook's second `train()`, of the same Trainer or a new one, starts from trained weights;
    without a cache, too.
    """
    model = stages.load()
    guard = GuardCallback(SUM, stages.general, tail=None, cache=False)

    def trainer(rate: float) -> Any:
        return tiny_run(
            stages.folder / "a",
            guard,
            model=model,
            tokenizer=stages.tokenizer,
            max_steps=2,
            learning_rate=rate,
        )

    built = trainer(3e-3)
    built.train()
    cost = now(guard, "forgetting")
    built.train()
    assert now(guard, "forgetting") != cost
    assert guard.checkups[-1].stage
    cost = now(guard, "forgetting")
    trainer(0.0).train()

    assert cost == now(guard, "forgetting") != 0
    assert now(guard, "forgetting", stage=True) == 0


def test_a_record_of_an_older_version_is_read(stages: Stages) -> None:
    """It held the whole checkup and an absolute path, of a folder that has been renamed since."""
    first = stages.run("a", stages.load(), guarded={"cache": False})
    tuned = stages.folder / "a/checkpoint-4"
    base = json.loads((stages.folder / "a/_ftguard/base/snapshot.json").read_text())
    digest = json.loads((tuned / "ftguard.json").read_text())["base"]
    old = {
        "base": digest,
        "base_folder": str(stages.folder / "a/ftguard/base"),
        "checkup": {
            "run": base["run"],
            "attempt": 1,
            "step": 4,
            "epoch": 0.4,
            "verdict": {"outcomes": [], "passed": True, "proven": False},
            "measurements": [],
        },
    }
    (tuned / "ftguard.json").write_text(json.dumps(old))
    second = stages.run("b", stages.load(tuned), rate=0.0, guarded={"cache": False})

    assert stages.origin("b") == "descent"
    assert now(second, "forgetting") == now(first, "forgetting")
    verdict = json.loads((stages.folder / "b/_ftguard/verdict.json").read_text())
    assert {m["name"] for m in verdict["stage"]} == {"target", "forgetting"}


def test_records_that_are_uploaded_name_no_folder_of_this_machine(stages: Stages) -> None:
    """Of a first stage and a second: neither the Trainer's state nor the record beside the files,
    of the checkpoints and of the kept one, which people publish.
    """
    stages.run("a", stages.load())
    stages.run("b", stages.load(stages.folder / "a/checkpoint-4"), rate=0.0)
    records = [
        path
        for name in ("trainer_state.json", "ftguard.json")
        for path in stages.folder.rglob(name)
    ]

    assert len(records) >= 8
    for path in records:
        text = path.read_text()
        assert str(stages.folder) not in text, path
        assert str(Path.home()) not in text, path
    state = json.loads((stages.folder / "b/checkpoint-4/trainer_state.json").read_text())
    noted = state["stateful_callbacks"]["ftguard"]["attributes"]
    assert (noted["folder"], noted["model"]) == ("_ftguard/base", "…/base")


def test_a_record_says_nothing_of_what_was_asked(stages: Stages) -> None:
    """`checkpoint-N/ftguard.json` names the checkpoint and its base, and holds no probe's text."""
    stages.run("a", stages.load())
    for step in (2, 4):
        record = json.loads((stages.folder / f"a/checkpoint-{step}/ftguard.json").read_text())
        assert record["checkup"].keys() == {"run", "attempt", "step", "passed"}
        assert record["checkup"]["step"] == step
        assert record.keys() - {"checkup"} == {
            f"base{part}" for part in ("", "_folder", "_weights", "_model", "_revision", "_dtype")
        }
