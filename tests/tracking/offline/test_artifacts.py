"""The kept checkpoint as a model artifact of the W&B run."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import wandb

from ftguard.tracking import Kept, SoFar
from ftguard.tracking.weights_and_biases import LARGEST_ARTIFACT, WandbTracker
from ftguard.verdict.choice import Choice

pytestmark = [
    pytest.mark.filterwarnings("ignore:.*pin_memory.*"),
    # wandb closes its own pipes late
    pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning"),
    # and leaves the temporary folders of its artifacts to the garbage collector, whenever it comes
    pytest.mark.filterwarnings("ignore:Implicitly cleaning up:ResourceWarning"),
]

Runs = Any
"""The W&B runs of a test, as `runs` in this folder's `conftest.py` reads them."""


def test_the_kept_checkpoint_is_a_model_artifact_whose_alias_moves(
    runs: Runs, told: tuple[SoFar, ...], tmp_path: Path
) -> None:
    """One version for each checkpoint that was kept, under `best-passing` and its step, with the
    checkup as metadata; the same one is not uploaded twice, nor one that is too large or unwanted,
    nor the record that names folders of this machine.
    """
    files_of_best = tmp_path / "best"
    files_of_best.mkdir()
    (files_of_best / "model.safetensors").write_bytes(b"weights")
    (files_of_best / "ftguard.json").write_text(json.dumps({"base_folder": str(Path.home())}))
    opening, checkups = told[0].opening, told[-1].checkups
    passed = replace(checkups[0].verdict, passed=True)

    def kept(step: int, *, passed_is: bool | None = True) -> Kept:
        checkup = next(c for c in checkups if c.step == step)
        verdict = replace(passed, passed=passed_is)
        return Kept(
            opening=opening,
            choice=Choice(checkup=checkup, verdict=verdict),
            files=files_of_best,
        )

    first, second, _ = (checkup.step for checkup in checkups)
    (opening.folder.root / "wandb.json").unlink(missing_ok=True)
    with wandb.init(project="mine"):
        for step in (first, first, second, first):
            WandbTracker().kept(kept(step))
        WandbTracker().kept(kept(first, passed_is=None))
        WandbTracker(log_artifacts=False).kept(kept(second))
        with (files_of_best / "model.safetensors").open("wb") as large:
            large.truncate(LARGEST_ARTIFACT + 1)
        WandbTracker().kept(kept(second))
    (log,) = runs.logs()
    models = [
        record["artifact"]
        for record in log.records()
        if record["type"] == "artifact" and record["artifact"]["type"] == "model"
    ]
    assert [set(model["aliases"]) - {"latest"} for model in models] == [
        {"best-passing", f"step-{first}"},
        {"best-passing", f"step-{second}"},
        {"best-passing", f"step-{first}"},
        {"best-undecided", f"step-{first}"},
    ]
    assert {model["name"] for model in models} == {f"ftguard-best-{log.path.stem[4:]}"}
    assert [part["path"] for part in models[0]["manifest"]["contents"]] == ["model.safetensors"]
    metadata = json.loads(models[0]["metadata"])
    assert metadata["step"] == first
    assert metadata["gates"]["tail/worst"]["limit"] == 0.15
    assert metadata["measurements"]["forgetting/all"]["n"] > 0
