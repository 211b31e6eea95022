"""`ftguard demo`: a model fine-tuned recklessly and then as advised; or with one's own dials."""

import shutil
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text

from ftguard.callback import GuardCallback
from ftguard.demo.advised import follow
from ftguard.demo.dials import Dials
from ftguard.demo.explained import as_flags, described
from ftguard.demo.quiet import hush
from ftguard.demo.tune import tune
from ftguard.folders import RunFolder
from ftguard.measures.measurement import Measurement
from ftguard.text.formatting import duration, percent, rate

RECKLESS = Dials()
OWN = "with-dials"
"""The folder of a run with dials of one's own."""
WORDS = {True: Text("passed", "bold green"), None: Text("undecided", "yellow")}


def show(out: Path) -> None:
    """Run both fine-tunes into `out` and print what they gained and what it cost."""
    folders = [out / "reckless", out / "advised"]
    with _on_stage(folders) as console:
        console.rule("[bold]1. reckless")
        console.print(
            f"A small model with twelve general skills learns to route support tickets, at "
            f"learning rate {rate(RECKLESS.learning_rate)}."
        )
        reckless = tune(RECKLESS, folders[0])
        dials = follow(reckless.checkups[-1], RECKLESS)
        console.rule("[bold]2. as advised")
        console.print(
            f"The same once more, with what the guard advised: learning rate "
            f"{rate(dials.learning_rate)}, {percent(dials.replay)} replay."
        )
        advised = tune(dials, folders[1])
        console.rule("[bold]side by side")
        console.print(compare({"reckless": reckless, "as advised": advised}))


def show_one(dials: Dials, out: Path) -> None:
    """Run one fine-tune as the dials say into `out`, and print what it gained and what it cost."""
    folder = out / OWN
    with _on_stage([folder]) as console:
        console.rule("[bold]with these dials")
        console.print(
            f"A small model with twelve general skills learns to route support tickets: "
            f"{described(dials)}."
        )
        run = tune(dials, folder)
        console.rule("[bold]what it gained, and what it cost")
        console.print(compare({"this run": run}))
        last = run.checkups[-1] if run.checkups else None
        advised = follow(last, dials) if last else dials
        if advised != dials:
            command = f"ftguard demo {as_flags(advised)}"
            console.print(f"as advised it would be:\n  {command}", soft_wrap=True)


@contextmanager
def _on_stage(folders: list[Path]) -> Iterator[Console]:
    """Quiet libraries and empty folders before; after it, where the files are and what it took."""
    hush()
    console, started = Console(width=80, highlight=False), time.perf_counter()
    for folder in folders:
        shutil.rmtree(folder, ignore_errors=True)
    yield console
    for folder in folders:
        console.print(f"files: {RunFolder(folder).root}")
    console.print(f"took {duration(time.perf_counter() - started)}", style="dim")


def compare(runs: Mapping[str, GuardCallback]) -> Table:
    """Every run at the checkpoint that is kept, or at the last one where none is."""
    shown = [run.best or run.checkups[-1] for run in runs.values()]
    table = Table(box=None, padding=(0, 3, 0, 0))
    for name in ("", *runs):
        table.add_column(name, justify="left" if not name else "right")
    skills = [m.slice for m in shown[0].measurements if m.name == "forgetting" and m.slice != "all"]
    rows = [("target", "all", "target accuracy"), ("forgetting", "all", "general skills")]
    rows += [("forgetting", skill, f"  {skill}") for skill in skills]
    rows += [("tail", "worst", "rare teams (tail)")]
    for name, slice_name, label in rows:
        table.add_row(label, *(_change(run.find(name, slice_name)) for run in shown))
    for split in ("target", "general"):
        table.add_row(
            f"calibration error, {split}",
            *(_change(run.find("calibration", split), digits=3) for run in shown),
        )
    table.add_row(
        "verdict", *(WORDS.get(r.verdict.passed, Text("BLOCKED", "bold red")) for r in shown)
    )
    kept = [f"step {run.best.step}" if run.best else "none" for run in runs.values()]
    table.add_row("kept checkpoint", *kept)
    return table


def _change(measurement: Measurement | None, digits: int = 0) -> str:
    if measurement is None or measurement.base is None or measurement.now is None:
        return ""
    if digits:
        return f"{measurement.base:.{digits}f} → {measurement.now:.{digits}f}"
    return f"{measurement.base:4.0%} → {measurement.now:4.0%}"
