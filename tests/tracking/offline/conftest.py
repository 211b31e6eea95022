"""Offline W&B runs, read back from their files by wandb's own reader."""

import gc
import json
import subprocess
import sys
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import wandb

from ftguard.tracking import LogTexts, SoFar
from ftguard.tracking.weights_and_biases import WandbTracker


@cache
def _inspected(file: Path, *options: str) -> str:
    """What `wandb leet inspect` prints of a run's log."""
    command = [sys.executable, "-m", "wandb", "leet", "inspect", "--json", *options, str(file)]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


@dataclass(frozen=True)
class Log:
    """The log of one W&B run."""

    path: Path

    def records(self) -> list[dict[str, Any]]:
        """All that it holds, in order."""
        return [json.loads(line) for line in _inspected(self.path).splitlines()]

    def history(self) -> list[dict[str, Any]]:
        """The rows logged, in order."""
        return [r["history"]["item"] for r in self.records() if r["type"] == "history"]

    def summary(self) -> dict[str, Any]:
        """The run's summary."""
        found: dict[str, Any] = json.loads(_inspected(self.path, "--summary"))["summary"]
        return found

    def tables(self, name: str) -> list[dict[str, Any]]:
        """The tables that were logged under a name, in order."""
        found = (self.path.parent / "files/media/table").rglob(f"{name}_*.table.json")
        in_order = sorted(found, key=lambda p: int(p.name.removeprefix(f"{name}_").split("_")[0]))
        return [json.loads(path.read_text()) for path in in_order]

    def panels(self) -> set[str]:
        """What W&B makes a panel of: charts, and logged keys of ours that are not hidden."""
        hidden, keys = set(), set()
        for record in self.records():
            if record["type"] == "metric" and record["metric"]["options"].get("hidden"):
                hidden.add(record["metric"]["name"])
            if record["type"] == "config":
                charts = [key for key in record["config"]["update"] if "_wandb.visualize." in key]
                keys |= {key.removeprefix("_wandb.visualize.") for key in charts}
            if record["type"] == "history":
                # What is a table is logged as several parts, behind a dot.
                keys |= {k.split(".")[0] for k in record["history"]["item"] if "ftguard" in k}
        return keys - hidden


@dataclass(frozen=True)
class Runs:
    """Every W&B run that a test opens."""

    folder: Path

    def logs(self) -> list[Log]:
        """The log of each."""
        return [Log(path) for path in sorted(self.folder.glob("offline-run-*/*.wandb"))]

    def tell(
        self,
        *so_far: SoFar,
        log_texts: LogTexts = "builtin",
        name: str | None = None,
        fresh: bool = True,
    ) -> Log:
        """The log of a new W&B run that was told of these checkpoints."""
        if fresh and name is None:
            (so_far[0].opening.folder.root / "wandb.json").unlink(missing_ok=True)
        before = set(self.logs())
        with wandb.init(project="mine", id=name):
            tracker = WandbTracker(log_texts=log_texts)
            tracker.begin(so_far[0].opening)
            for one in so_far:
                tracker.examined(one)
        (log,) = set(self.logs()) - before
        return log


@pytest.fixture
def runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Runs]:
    """The W&B runs that a test opens, offline."""
    monkeypatch.setenv("WANDB_MODE", "offline")
    for folder in ("WANDB_DIR", "WANDB_DATA_DIR", "WANDB_CACHE_DIR", "WANDB_ARTIFACT_DIR"):
        monkeypatch.setenv(folder, str(tmp_path))
    monkeypatch.setenv("WANDB_SILENT", "true")
    monkeypatch.setenv("WANDB_CONSOLE", "off")
    monkeypatch.setenv("WANDB_DISABLE_GIT", "true")
    monkeypatch.setenv("WANDB__DISABLE_STATS", "true")
    wandb.teardown()
    yield Runs(tmp_path / "wandb")
    wandb.finish()
    wandb.teardown()
    with warnings.catch_warnings():
        # Its artifacts leave their temporary folders to the garbage collector.
        warnings.simplefilter("ignore", ResourceWarning)
        gc.collect()
