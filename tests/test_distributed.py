"""Two processes under DDP: one verdict, one ledger, and both stop together."""

import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from ftguard import Probe
from ftguard.folders import RunFolder
from ftguard.run.ledger import Acted, BaseTaken, Chosen, Examined, Ledger, RunStarted
from ftguard.testing import tiny_model, tiny_tokenizer

TIMEOUT = 600
"""Seconds after which both processes are taken to hang; they need some 20."""

SCRIPT = """
import contextlib, json, os, sys
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

from ftguard import FtguardError, GuardCallback


def trained(out, given):
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
            str(out),
            save_steps=2,
            logging_steps=1,
            per_device_train_batch_size=2,
            learning_rate=given["rate"],
            lr_scheduler_type="constant",
            disable_tqdm=True,
            use_cpu=True,
            **({"report_to": []} | given["arguments"]),
        ),
        train_dataset=[{"input_ids": tokenizer(text)["input_ids"]} for text in texts],
        eval_dataset=[{"input_ids": tokenizer(text)["input_ids"]} for text in texts[:8]],
        data_collator=DataCollatorForLanguageModeling(tokenizer, mlm=False),
        processing_class=tokenizer,
        callbacks=[guard] if given["guarded"] else [],
    )
    try:
        trainer.train()
    except FtguardError as error:
        return {"refused": str(error)}
    return {
        "distributed": type(trainer.model_wrapped).__name__,
        "checkups": json.loads(msgspec.json.encode(guard.checkups)),
        "best": guard.best.step if guard.best else None,
        "step": trainer.state.global_step,
        "rate": trainer.optimizer.param_groups[0]["lr"],
        "weights": sum(float(p.double().abs().sum()) for p in trainer.model.parameters()),
        "random": torch.rand(()).item(),
    }


folder, rank = Path(sys.argv[1]), os.environ["RANK"]
for name, given in json.loads(sys.argv[2]).items():
    with open(folder / f"{name}-{rank}.txt", "w") as said, contextlib.redirect_stdout(said):
        told = trained(folder / name, given)
    (folder / f"{name}-{rank}.json").write_text(json.dumps(told))
    if "wandb" in sys.modules:
        sys.modules["wandb"].finish()
# gloo's threads may abort a process while the interpreter ends, with or without the guard, also
# where the group was closed. All is written by now, so the interpreter is not ended at all.
torch.distributed.barrier()
torch.distributed.destroy_process_group()
sys.stdout.flush()
os._exit(0)
"""


def run(
    *,
    rate: float,
    act_on_breach: bool = False,
    adapters: bool = False,
    guarded: bool = True,
    **arguments: Any,
) -> dict[str, Any]:
    """One training, as the script reads it."""
    return {
        "rate": rate,
        "act_on_breach": act_on_breach,
        "adapters": adapters,
        "guarded": guarded,
        "arguments": arguments,
    }


RUNS = {
    "told": run(rate=1e-5, max_steps=6, report_to=["wandb"]),
    "acting": run(rate=3e-2, max_steps=6, act_on_breach=True),
    "choosing": run(
        rate=1e-4,
        max_steps=6,
        adapters=True,
        eval_strategy="steps",
        eval_steps=2,
        save_total_limit=1,
        metric_for_best_model="eval_ftguard_score",
        load_best_model_at_end=True,
    ),
    "guarded": run(rate=1e-3, max_steps=4, adapters=True),
    "plain": run(rate=1e-3, max_steps=4, adapters=True, guarded=False),
    "refused": run(rate=1e-5, max_steps=4),
}
"""One after the other in the same two processes, since starting them takes longest of all."""

pytestmark = pytest.mark.long


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory, own_texts: tuple[Probe, ...]) -> Path:
    """The folder in which all runs have trained: a folder for each, and what each process told."""
    folder = tmp_path_factory.mktemp("two")
    tokenizer = tiny_tokenizer()
    tiny_model(tokenizer).save_pretrained(folder / "model")
    tokenizer.save_pretrained(folder / "model")
    rows = [
        {"id": p.id, "prompt": p.prompt, "reference": p.reference, "scorer": p.scorer}
        for p in own_texts
    ]
    (folder / "general.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    (folder / "train.py").write_text(SCRIPT)
    (folder / "refused").mkdir()
    (folder / "refused/_ftguard").write_text("a file where the folder should be")
    places = ("WANDB_DIR", "WANDB_DATA_DIR", "WANDB_CACHE_DIR", "WANDB_ARTIFACT_DIR")
    own = dict.fromkeys(places, str(folder)) | {"WANDB_CONSOLE": "off", "OMP_NUM_THREADS": "1"}
    launch = ["torch.distributed.run", "--nproc-per-node=2", "--standalone"]
    with subprocess.Popen(
        [sys.executable, "-m", *launch, str(folder / "train.py"), str(folder), json.dumps(RUNS)],
        env=os.environ | own | {"FTGUARD_CACHE": str(folder / "cache")},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as launched:
        try:
            _, errors = launched.communicate(timeout=TIMEOUT)
        except subprocess.TimeoutExpired:
            # Asked to end, the launcher ends its processes; killed, it would leave them.
            launched.terminate()
            raise
    assert launched.returncode == 0, errors
    return folder


def both(folder: Path, name: str) -> list[dict[str, Any]]:
    """What each of the two processes ended a run with."""
    return [json.loads((folder / f"{name}-{rank}.json").read_text()) for rank in (0, 1)]


def test_both_processes_have_one_verdict_and_one_ledger(trained: Path) -> None:
    """Each checkpoint stands in the ledger once examined and once saved, asked of both alike, and
    once in the one W&B run that the main process opened.
    """
    first, second = both(trained, "told")
    assert first.pop("distributed") == second.pop("distributed") == "DistributedDataParallel"
    first.pop("random")
    second.pop("random")
    assert first == second
    assert [checkup["step"] for checkup in first["checkups"]] == [2, 4, 6]
    # The tiny model ends few answers: where too many are cut off, a checkpoint is undecided.
    assert True in {checkup["verdict"]["passed"] for checkup in first["checkups"]} <= {True, None}

    folder = RunFolder(trained / "told")
    events = Ledger(folder.ledger).read()
    assert Counter(type(event) for event in events if not isinstance(event, Examined)) == {
        RunStarted: 1,
        Chosen: 1,
        BaseTaken: 1,
    }
    examined = [(e.step, e.checkup.checkpoint) for e in events if isinstance(e, Examined)]
    assert len(examined) == len(set(examined)) <= 6
    assert len({event.run for event in events}) == 1
    said = "".join((trained / f"told-{rank}.txt").read_text() for rank in (0, 1))
    assert said.count("ftguard step 2 ") == said.count("ftguard: best: ") == 1
    assert first["best"] is not None
    assert (folder.best / "model.safetensors").is_file()

    (record,) = trained.glob("wandb/offline-run-*/*.wandb")
    command = [sys.executable, "-m", "wandb", "leet", "inspect", "--json", str(record)]
    lines = subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()
    rows = [found["history"]["item"] for found in map(json.loads, lines) if "history" in found]
    steps = [row["train/global_step"] for row in rows if "ftguard/gates/passed" in row]
    assert steps == [2, 4, 6]


def test_both_processes_act_and_stop_together(trained: Path) -> None:
    """Acting on a breach lowers the rate of both, and the second stops both, without a hang.

    The events of acting are written once.
    """
    first, second = both(trained, "acting")
    assert first["step"] == second["step"] == 4
    assert first["rate"] == second["rate"] < 3e-2
    assert first["weights"] == second["weights"]
    assert first["best"] is second["best"] is None
    events = Ledger(RunFolder(trained / "acting").ledger).read()
    acted = [(event.do, event.step) for event in events if isinstance(event, Acted)]
    assert acted == [("lower_learning_rate", 2), ("stop", 4)]


def test_adapters_and_choosing_by_the_guards_score(trained: Path) -> None:
    """LoRA under DDP, with the Trainer choosing its best by the guard's score on every process."""
    first, second = both(trained, "choosing")
    assert first["checkups"] == second["checkups"]
    assert len(first["checkups"]) == 3
    assert first["weights"] == second["weights"]
    assert first["best"] == second["best"]
    assert first["best"] is not None


def test_two_processes_train_the_same_without_the_guard(trained: Path) -> None:
    """Final weights and the random states of both are bit-identical, with LoRA and dropout."""
    for with_guard, without in zip(both(trained, "guarded"), both(trained, "plain"), strict=True):
        assert len(with_guard["checkups"]) == 2
        assert not without["checkups"]
        assert with_guard["weights"] == without["weights"]
        assert with_guard["random"] == without["random"]


def test_what_the_main_process_refuses_ends_the_other_too(trained: Path) -> None:
    """An output folder that can't be written to is an error at once, not a wait for a broadcast."""
    for told in both(trained, "refused"):
        assert "cannot write to" in told["refused"]
