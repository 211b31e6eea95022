"""`ftguard demo`: one model, fine-tuned recklessly and then as advised, side by side."""

import logging
import shutil
import time
from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text
from transformers.utils import logging as transformers_logging

from ftguard.callback import GuardCallback
from ftguard.demo.tune import Recipe, tune
from ftguard.folders import RunFolder
from ftguard.formatting import duration, percent, rate
from ftguard.measures.measurement import Measurement
from ftguard.verdict.advice import LowerLearningRate, Replay
from ftguard.verdict.checkup import Checkup

RECKLESS = Recipe(name="reckless", rate=7e-4, replay=0.0)
WORDS = {True: Text("passed", "bold green"), None: Text("undecided", "yellow")}


def show(out: Path) -> None:
    """Run both fine-tunes into `out` and print what they gained and what it cost."""
    transformers_logging.set_verbosity_error()
    transformers_logging.disable_progress_bar()
    logging.getLogger("accelerate").setLevel(logging.ERROR)
    console, started = Console(width=80, highlight=False), time.perf_counter()
    folders = [out / "reckless", out / "advised"]
    for folder in folders:
        shutil.rmtree(folder, ignore_errors=True)
    console.rule("[bold]1. reckless")
    console.print(
        f"A small model with twelve general skills learns to route support tickets, at learning "
        f"rate {rate(RECKLESS.rate)}."
    )
    reckless = tune(RECKLESS, folders[0])
    advised_recipe = follow(reckless.checkups[-1])
    console.rule("[bold]2. as advised")
    console.print(
        f"The same once more, with what the guard advised: learning rate "
        f"{rate(advised_recipe.rate)}, {percent(advised_recipe.replay)} replay."
    )
    advised = tune(advised_recipe, folders[1])
    console.rule("[bold]side by side")
    console.print(compare(reckless, advised))
    for folder in folders:
        console.print(f"files: {RunFolder(folder).root}")
    console.print(f"took {duration(time.perf_counter() - started)}", style="dim")


def follow(checkup: Checkup) -> Recipe:
    """The recipe that a checkup's advice asks for."""
    advice = checkup.advice
    rates = [a.learning_rate for a in advice if isinstance(a, LowerLearningRate)]
    shares = [a.share for a in advice if isinstance(a, Replay)]
    return Recipe(
        name="advised",
        rate=rates[0] if rates else RECKLESS.rate,
        replay=shares[0] if shares else 0.0,
    )


def compare(reckless: GuardCallback, advised: GuardCallback) -> Table:
    """Both runs at the checkpoint that is kept, or at the last one where none is."""
    runs = [run.best or run.checkups[-1] for run in (reckless, advised)]
    table = Table(box=None, padding=(0, 3, 0, 0))
    for name in ("", "reckless", "as advised"):
        table.add_column(name, justify="left" if not name else "right")
    skills = [m.slice for m in runs[0].measurements if m.name == "forgetting" and m.slice != "all"]
    rows = [("target", "all", "target accuracy"), ("forgetting", "all", "general skills")]
    rows += [("forgetting", skill, f"  {skill}") for skill in skills]
    rows += [("tail", "worst", "rare teams (tail)")]
    for name, slice_name, label in rows:
        table.add_row(label, *(_change(run.find(name, slice_name)) for run in runs))
    for split in ("target", "general"):
        table.add_row(
            f"calibration error, {split}",
            *(_change(run.find("calibration", split), digits=3) for run in runs),
        )
    table.add_row(
        "verdict", *(WORDS.get(r.verdict.passed, Text("BLOCKED", "bold red")) for r in runs)
    )
    kept = [f"step {run.best.step}" if run.best else "none" for run in (reckless, advised)]
    table.add_row("kept checkpoint", *kept)
    return table


def _change(measurement: Measurement | None, digits: int = 0) -> str:
    if measurement is None or measurement.base is None or measurement.now is None:
        return ""
    if digits:
        return f"{measurement.base:.{digits}f} → {measurement.now:.{digits}f}"
    return f"{measurement.base:4.0%} → {measurement.now:4.0%}"
