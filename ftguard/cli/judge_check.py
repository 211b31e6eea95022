"""`ftguard judge check`: what a judge is worth, as a table in the terminal."""

import sys
from pathlib import Path
from typing import Annotated

import msgspec
import typer
from rich.table import Table
from rich.text import Text

from ftguard.check.codes import PASSED, UNDECIDED
from ftguard.cli.exits import ends_on_wrong_use
from ftguard.judge.announcement import announce
from ftguard.judge.budget import Budget, Usage
from ftguard.judge.judge import Judge
from ftguard.judge.quality import Quality, Share, known_pairs, measure_judge, requests_of
from ftguard.text.formatting import drawn, printable
from ftguard.text.terminal import echo, write


def check(
    *,
    model: Annotated[str, typer.Option(help="the judge, as its server names it")],
    base_url: Annotated[str | None, typer.Option(help="its server; OpenAI's if not given")] = None,
    api_key_env: Annotated[
        str, typer.Option(help="the environment variable that holds the key")
    ] = "OPENAI_API_KEY",
    repeats: Annotated[int, typer.Option(min=1, help="times that each answer is graded")] = 3,
    max_usd: Annotated[float, typer.Option(min=0, help="US dollars to spend at most")] = 5.0,
    json: Annotated[Path | None, typer.Option(help="also write the figures here")] = None,
) -> None:
    """Measure a judge on pairs of answers of which one is known to be better.

    Exits with 0 when every answer was judged, 3 when some were not, and 2 on wrong use.
    """
    with ends_on_wrong_use():
        judge = Judge(model=model, base_url=base_url, api_key_env=api_key_env, max_usd=max_usd)
    pairs, budget = known_pairs(), Budget(judge)
    for line in announce(judge, budget.estimate_requests(requests_of(judge, pairs, repeats))):
        echo(f"ftguard: {printable(line)}")
    quality = measure_judge(judge, pairs, budget, repeats=repeats)
    write(render_quality(quality, budget.so_far, colour=sys.stdout.isatty()))
    if json is not None:
        json.write_bytes(msgspec.json.format(msgspec.json.encode(quality)) + b"\n")
    raise typer.Exit(UNDECIDED if quality.unscored else PASSED)


def render_quality(quality: Quality, usage: Usage, *, colour: bool) -> str:
    """The figures as text, 80 columns wide."""
    table = Table(box=None, padding=(0, 2), pad_edge=False)
    table.add_column("of the judge", no_wrap=True, width=47)
    for name, width in (("share", 6), ("95 % interval", 13), ("n", 4)):
        table.add_column(name, justify="right", no_wrap=True, width=width)
    rows = (
        ("better answer graded higher", quality.right),
        ("both graded alike", quality.tied),
        ("better answer preferred, in both orders", quality.preferred),
        (f"same ratings at each of {quality.repeats} repeats", quality.repeated),
        ("verdict turned by the order (position bias)", quality.turned),
        ("first one preferred (0.5 is fair)", quality.first),
        ("graded higher: the longer one is better", quality.longer),
        ("graded higher: the shorter one is better", quality.shorter),
        *((f"graded higher: {kind}", share) for kind, share in quality.kinds.items()),
    )
    for name, share in rows:
        table.add_row(Text(name), *_cells(share))
    money = "" if usage.usd is None else f", {usage.usd:.2f} US dollars"
    return drawn(
        Text(f"{printable(quality.model)} · rubric {quality.rubric}", "bold"),
        table,
        *(
            Text(f"not judged, {times} times: {printable(reason)}", "yellow")
            for reason, times in quality.unscored.items()
        ),
        Text(f"{usage.calls:,} calls, {usage.tokens:,} tokens{money}", "dim"),
        colour=colour,
    )


def _cells(share: Share) -> tuple[str, str, str]:
    if share.value is None:
        return "-", "-", "0"
    return f"{share.value:.2f}", f"{share.low:.2f} to {share.high:.2f}", str(share.n)
