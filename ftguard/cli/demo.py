"""The command `ftguard demo`: two fine-tunes, or one with dials of one's own."""

from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import typer

from ftguard.cli.exits import ends_on_wrong_use
from ftguard.cli.limits import read_limit_options
from ftguard.demo.dials import Dials
from ftguard.demo.explained import DATA
from ftguard.demo.failures import FAILURES, find_failure
from ftguard.needs import need


def demo(
    *,
    out: Annotated[Path, typer.Option(help="where the runs are written")] = Path("ftguard-demo"),
    failure: Annotated[
        str | None,
        typer.Option(help=f"begin with a setting of the play page: {', '.join(FAILURES)}"),
    ] = None,
    learning_rate: Annotated[float | None, typer.Option(help="the peak rate; 7e-4")] = None,
    steps: Annotated[int | None, typer.Option(help="steps of 16 rows; 240")] = None,
    warmup: Annotated[
        float | None, typer.Option(help="share of the steps over which the rate rises; 0.05")
    ] = None,
    epochs: Annotated[
        float | None,
        typer.Option(help="how often each row is seen; more often means fewer rows"),
    ] = None,
    replay: Annotated[
        float | None, typer.Option(help="share of rows that are the base's own answers; 0")
    ] = None,
    lora: Annotated[
        bool | None, typer.Option("--lora/--full", help="train an adapter, or all weights")
    ] = None,
    data: Annotated[str | None, typer.Option(help=f"one of {', '.join(DATA)}")] = None,
    checkpoints: Annotated[int | None, typer.Option(help="how often the guard looks; 4")] = None,
    probes: Annotated[float | None, typer.Option(help="share of the questions asked; 1")] = None,
    seed: Annotated[int | None, typer.Option(help="of the order of the rows; 42")] = None,
    limit: Annotated[
        list[str] | None,
        typer.Option(help="a limit such as forgetting=0.2 or tail=off; may be given again"),
    ] = None,
) -> None:
    """Fine-tune a small model twice, recklessly and as advised, and compare; offline, 3 minutes.

    With any dial given it is one run with these dials; what is not given is as in
    the reckless run, or as in the failure that is named.
    """
    given: dict[str, Any] = {
        "learning_rate": learning_rate,
        "steps": steps,
        "warmup": warmup,
        "epochs": epochs,
        "replay": replay,
        "lora": lora,
        "data": data,
        "checkpoints": checkpoints,
        "probes": probes,
        "seed": seed,
    }
    given = {name: value for name, value in given.items() if value is not None}
    with ends_on_wrong_use():
        need("accelerate", "demo", "the demo")
        if limit:
            given["limits"] = read_limit_options(limit)
        if not given and failure is None:
            # torch and transformers take seconds to import, which a wrong flag does without.
            from ftguard.demo.show import show

            show(out)
            return
        dials = replace(find_failure(failure).dials if failure else Dials(), **given)
        if dials.lora:
            need("peft", "peft", "a LoRA adapter")
        from ftguard.demo.show import show_one

        show_one(dials, out)
