"""Two processes under DDP: one verdict, one ledger, and both stop together."""

import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from transformers import LlamaForCausalLM, PreTrainedTokenizerFast

from ftguard import Probe
from ftguard.folders import RunFolder
from ftguard.run.ledger import Acted, BaseTaken, Chosen, Examined, Ledger, RunStarted

TIMEOUT = 600
"""Seconds after which both processes are taken to hang; they need some 10."""

SCRIPT = """
import json, os, sys
from pathlib import Path

import msgspec, torch
from peft import LoraConfig, get_peft_model
from transformers import (
    AutoModelForCausalLM,
    AutoTokenizer,
    DataCollatorForLanguageModeling,
    Trainer,
    TrainingArguments,
)

from ftguard import GuardCallback

folder, given = Path(sys.argv[1]), json.loads(sys.argv[2])
tokenizer = AutoTokenizer.from_pretrained(folder / "model")
model = AutoModelForCausalLM.from_pretrained(folder / "model")
if given["adapters"]:
    torch.manual_seed(5)
    model = get_peft_model(model, LoraConfig(r=4, lora_dropout=0.1, target_modules=["q_proj"]))
texts = [f"{n}+1={n + 1}" for n in range(40)]
guard = GuardCallback(
    target=[{"prompt": f"{n}+1=", "completion": f"{n + 1}"} for n in range(20)],
    general=folder / "general.jsonl",
    act_on_breach=given["act_on_breach"],
    patience=2,
)
trainer = Trainer(
    model=model,
    args=TrainingArguments(
        str(folder / "out"),
        save_steps=2,
        logging_steps=1,
        per_device_train_batch_size=2,
        learning_rate=given["rate"],
        lr_scheduler_type="constant",
        disable_tqdm=True,
        use_cpu=True,
        **({"max_steps": 12, "report_to": []} | given["arguments"]),
    ),
    train_dataset=[{"input_ids": tokenizer(text)["input_ids"]} for text in texts],
    eval_dataset=[{"input_ids": tokenizer(text)["input_ids"]} for text in texts[:8]],
    data_collator=DataCollatorForLanguageModeling(tokenizer, mlm=False),
    processing_class=tokenizer,
    callbacks=[guard] if given["guarded"] else [],
)
trainer.train()
told = {
    "distributed": type(trainer.model_wrapped).__name__,
    "checkups": json.loads(msgspec.json.encode(guard.checkups)),
    "best": guard.best.step if guard.best else None,
    "step": trainer.state.global_step,
    "rate": trainer.optimizer.param_groups[0]["lr"],
    "weights": sum(float(p.double().abs().sum()) for p in trainer.model.parameters()),
    "random": torch.rand(()).item(),
}
(folder / f"rank-{os.environ['RANK']}.json").write_text(json.dumps(told))
# gloo's threads may abort a process while the interpreter ends, with or without the guard, also
# where the group was closed. All is written by now, so the interpreter is not ended at all.
if "wandb" in sys.modules:
    sys.modules["wandb"].finish()
torch.distributed.barrier()
torch.distributed.destroy_process_group()
sys.stdout.flush()
os._exit(0)
"""


@pytest.fixture
def prepared(
    tmp_path: Path,
    model: LlamaForCausalLM,
    tokenizer: PreTrainedTokenizerFast,
    own_texts: tuple[Probe, ...],
) -> Path:
    """A folder with the tiny model, its own texts as probes, and the script to train it."""
    model.save_pretrained(tmp_path / "model")
    tokenizer.save_pretrained(tmp_path / "model")
    rows = [
        {"id": p.id, "prompt": p.prompt, "reference": p.reference, "scorer": p.scorer}
        for p in own_texts
    ]
    (tmp_path / "general.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    (tmp_path / "train.py").write_text(SCRIPT)
    return tmp_path


def train(
    folder: Path,
    *,
    rate: float,
    act_on_breach: bool = False,
    adapters: bool = False,
    guarded: bool = True,
    **arguments: Any,
) -> tuple[dict[str, Any], dict[str, Any], str]:
    """Train on two processes; what each of them ends with, and all that was printed."""
    given: dict[str, Any] = {
        "rate": rate,
        "act_on_breach": act_on_breach,
        "adapters": adapters,
        "guarded": guarded,
    }
    given["arguments"] = arguments
    launch = ["torch.distributed.run", "--nproc-per-node=2", "--standalone"]
    with subprocess.Popen(
        [sys.executable, "-m", *launch, str(folder / "train.py"), str(folder), json.dumps(given)],
        env=os.environ | {"OMP_NUM_THREADS": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as launched:
        try:
            output, errors = launched.communicate(timeout=TIMEOUT)
        except subprocess.TimeoutExpired:
            # Asked to end, the launcher ends its processes; killed, it would leave them.
            launched.terminate()
            raise
    assert launched.returncode == 0, errors
    first, second = (json.loads((folder / f"rank-{rank}.json").read_text()) for rank in (0, 1))
    return first, second, output


def test_both_processes_have_one_verdict_and_one_ledger(
    prepared: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each checkpoint stands in the ledger once examined and once saved, asked of both alike, and
    once in the one W&B run that the main process opened.
    """
    for place in ("WANDB_DIR", "WANDB_DATA_DIR", "WANDB_CACHE_DIR", "WANDB_ARTIFACT_DIR"):
        monkeypatch.setenv(place, str(prepared))
    monkeypatch.setenv("WANDB_CONSOLE", "off")
    first, second, output = train(prepared, rate=1e-5, report_to=["wandb"])
    assert first.pop("distributed") == second.pop("distributed") == "DistributedDataParallel"
    first.pop("random")
    second.pop("random")
    assert first == second
    assert [checkup["step"] for checkup in first["checkups"]] == [2, 4, 6, 8, 10, 12]
    # The tiny model ends few answers: where too many are cut off, a checkpoint is undecided.
    assert True in {checkup["verdict"]["passed"] for checkup in first["checkups"]} <= {True, None}

    folder = RunFolder(prepared / "out")
    events = Ledger(folder.ledger).read()
    assert Counter(type(event) for event in events if not isinstance(event, Examined)) == {
        RunStarted: 1,
        Chosen: 1,
        BaseTaken: 1,
    }
    examined = [(e.step, e.checkup.checkpoint) for e in events if isinstance(e, Examined)]
    assert len(examined) == len(set(examined)) <= 12
    assert len({event.run for event in events}) == 1
    assert output.count("ftguard step 2 ") == output.count("ftguard: best: ") == 1
    assert first["best"] is not None
    assert (folder.best / "model.safetensors").is_file()

    (told,) = prepared.glob("wandb/offline-run-*/*.wandb")
    command = [sys.executable, "-m", "wandb", "leet", "inspect", "--json", str(told)]
    lines = subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()
    rows = [found["history"]["item"] for found in map(json.loads, lines) if "history" in found]
    steps = [row["train/global_step"] for row in rows if "ftguard/gates/passed" in row]
    assert steps == [2, 4, 6, 8, 10, 12]


def test_both_processes_act_and_stop_together(prepared: Path) -> None:
    """Acting on a breach lowers the rate of both, and the second stops both, without a hang.

    The events of acting are written once.
    """
    first, second, _ = train(prepared, rate=3e-2, act_on_breach=True)
    assert first["step"] == second["step"] == 4
    assert first["rate"] == second["rate"] < 3e-2
    assert first["weights"] == second["weights"]
    assert first["best"] is second["best"] is None
    events = Ledger(RunFolder(prepared / "out").ledger).read()
    acted = [(event.do, event.step) for event in events if isinstance(event, Acted)]
    assert acted == [("lower_learning_rate", 2), ("stop", 4)]


def test_adapters_and_choosing_by_the_guards_score(prepared: Path) -> None:
    """LoRA under DDP, with the Trainer choosing its best by the guard's score on every process."""
    first, second, _ = train(
        prepared,
        rate=1e-4,
        adapters=True,
        eval_strategy="steps",
        eval_steps=2,
        save_total_limit=1,
        metric_for_best_model="eval_ftguard_score",
        load_best_model_at_end=True,
    )
    assert first["checkups"] == second["checkups"]
    assert len(first["checkups"]) == 6
    assert first["weights"] == second["weights"]
    assert first["best"] == second["best"]
    assert first["best"] is not None


def test_two_processes_train_the_same_without_the_guard(prepared: Path) -> None:
    """Final weights and the random states of both are bit-identical, with LoRA and dropout."""
    guarded = train(prepared, rate=1e-3, adapters=True, max_steps=4)
    plain = train(prepared, rate=1e-3, adapters=True, max_steps=4, guarded=False)
    for with_guard, without in zip(guarded[:2], plain[:2], strict=True):
        assert len(with_guard["checkups"]) == 2
        assert not without["checkups"]
        assert with_guard["weights"] == without["weights"]
        assert with_guard["random"] == without["random"]


def test_what_the_main_process_refuses_ends_the_other_too(prepared: Path) -> None:
    """An output folder that can't be written to is an error at once, not a wait for a broadcast."""
    (prepared / "out").mkdir()
    (prepared / "out/_ftguard").write_text("a file where the folder should be")
    with pytest.raises(AssertionError, match="cannot write to"):
        train(prepared, rate=1e-5)
