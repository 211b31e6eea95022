"""How far a judge agrees with the people who rated a run: the same pairs, both without names."""

import sys
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean
from typing import Annotated

import typer

from ftguard.errors import FtguardError, InputError
from ftguard.folders import RunFolder
from ftguard.formatting import printable
from ftguard.judge import Agreement, Judge, Pair, Spend, announce, compare, kappa
from ftguard.judge.pairwise import requests_for
from ftguard.probes import Probe, read_probes
from ftguard.rating.pairs import load_comparison
from ftguard.rating.preference import POINTS_OF
from ftguard.rating.store import RatingsFile, standing

BASE, TIE, TUNED = 1, 3, 5
"""The three verdicts as the ends and the middle of the scale that kappa weighs."""
OF_JUDGE = {"first": BASE, "tie": TIE, "second": TUNED}
DONE, WRONG_USE, UNDECIDED = 0, 2, 3


@dataclass(frozen=True, kw_only=True)
class Rated:
    """A pair that people rated, with what they found on the whole."""

    pair: Pair
    people: int
    """`BASE`, `TIE` or `TUNED`."""


def rated_pairs(folder: RunFolder, step: int | None = None) -> tuple[Rated, ...]:
    """The pairs of a run's checkpoint on which people have decided.

    Raises:
        InputError: nobody has rated it, or what was rated is gone.
    """
    comparison = load_comparison(folder, step)
    place = (comparison.run, comparison.attempt, comparison.step)
    points: dict[str, list[float]] = defaultdict(list)
    for rating in standing(RatingsFile(folder.root / "ratings.jsonl").read()):
        if (rating.run, rating.attempt, rating.step) == place and rating.choice in POINTS_OF:
            points[rating.probe_id].append(POINTS_OF[rating.choice])
    if not points:
        raise InputError(
            f"nobody has rated step {comparison.step} of `{folder.output_dir}`: "
            f"ftguard rate {folder.output_dir}"
        )
    probes: dict[str, Probe] = {probe.id: probe for probe in read_probes(folder.probes)}
    return tuple(
        Rated(
            pair=Pair(
                key=pair.probe_id,
                probe=probes[pair.probe_id],
                first=pair.base.text,
                second=pair.tuned.text,
            ),
            people=_verdict(fmean(points[pair.probe_id])),
        )
        for pair in comparison.pairs
        if pair.probe_id in points
    )


def judge_against_people(
    judge: Judge, rated: tuple[Rated, ...], spend: Spend
) -> tuple[Agreement, tuple[str, ...]]:
    """Ask the judge which answer of each pair is better, in both orders.

    Returns:
        The weighted kappa of its verdicts (base, tie, tuned) with those of people, and the reasons
        of the pairs that it could not judge.
    """
    compared = compare(judge, [item.pair for item in rated], spend)
    verdicts = [OF_JUDGE[found.better] if found.better else None for found in compared]
    agreement = kappa(verdicts, [item.people for item in rated])
    return agreement, tuple(found.unscored for found in compared if found.unscored)


def agree(
    run: Annotated[Path, typer.Argument(help="the output directory of a run that people rated")],
    *,
    model: Annotated[str, typer.Option(help="the judge, as its server names it")],
    base_url: Annotated[str | None, typer.Option(help="its server; OpenAI's if not given")] = None,
    api_key_env: Annotated[
        str, typer.Option(help="the environment variable that holds the key")
    ] = "OPENAI_API_KEY",
    step: Annotated[int | None, typer.Option(help="the checkpoint that was rated")] = None,
    most_usd: Annotated[float, typer.Option(min=0, help="US dollars to spend at most")] = 5.0,
) -> None:
    """Compare a judge with the people who rated a run (`ftguard rate RUN`).

    Exits with 0, with 3 where some pairs were not judged, and with 2 on wrong use.
    """
    try:
        judge = Judge(model=model, base_url=base_url, api_key_env=api_key_env, most_usd=most_usd)
        rated = rated_pairs(RunFolder(run), step)
    except FtguardError as error:
        typer.echo(f"ftguard: {error}", err=True)
        raise typer.Exit(WRONG_USE) from None
    spend = Spend(judge)
    bill = spend.estimate_requests(r for item in rated for r in requests_for(judge, item.pair))
    for line in announce(judge, bill):
        typer.echo(f"ftguard: {printable(line)}")
    agreement, reasons = judge_against_people(judge, rated, spend)
    typer.echo(_line(agreement))
    for reason in dict.fromkeys(reasons):
        typer.echo(f"not judged, {reasons.count(reason)} times: {printable(reason)}")
    sys.stdout.flush()
    raise typer.Exit(UNDECIDED if reasons else DONE)


def _verdict(points: float) -> int:
    return TUNED if points > 0 else BASE if points < 0 else TIE


def _line(agreement: Agreement) -> str:
    pairs = f"{agreement.n} pairs that people rated"
    if agreement.kappa is None:
        return f"no kappa over {pairs}: {agreement.undefined}"
    return (
        f"weighted kappa {agreement.kappa:.2f} ({agreement.low:.2f} to {agreement.high:.2f}) over "
        f"{pairs}: 1 is full agreement, 0 that of chance"
    )
