"""How far a judge agrees with the people who rated a run: the same pairs, both without names."""

import sys
from collections import Counter, defaultdict
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean
from typing import Annotated

import typer

from ftguard.check.codes import PASSED, UNDECIDED
from ftguard.cli.exits import ends_on_wrong_use
from ftguard.errors import InputError
from ftguard.folders import RunFolder, find_run, step_of
from ftguard.judge import Budget, Judge, JudgeAgreement, JudgedPair, announce, compare, kappa
from ftguard.judge.pairwise import requests_for
from ftguard.probes import Probe, read_probes
from ftguard.rating.pairs import load_comparison
from ftguard.rating.preference import POINTS_OF
from ftguard.rating.store import RatingsFile, standing
from ftguard.text.formatting import printable
from ftguard.text.terminal import echo

BASE, TIE, TUNED = 1, 3, 5
"""The three verdicts as the ends and the middle of the scale that kappa weighs."""
OF_JUDGE = {"first": BASE, "tie": TIE, "second": TUNED}


@dataclass(frozen=True, kw_only=True)
class Rated:
    """A pair that people rated, with what they found on the whole."""

    pair: JudgedPair
    people: int
    """`BASE`, `TIE` or `TUNED`."""


@dataclass(frozen=True, kw_only=True)
class AgainstPeople:
    """How a judge did on the pairs that people rated."""

    agreement: JudgeAgreement
    """The weighted kappa of its verdicts (base, tie, tuned) with those of people."""
    unscored: tuple[str, ...]
    """The reason of each pair that it could not judge."""


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
            pair=JudgedPair(
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


def judge_against_people(judge: Judge, rated: tuple[Rated, ...], budget: Budget) -> AgainstPeople:
    """Ask the judge which answer of each pair is better, in both orders."""
    compared = compare(judge, [item.pair for item in rated], budget)
    verdicts = [OF_JUDGE[found.better] if found.better else None for found in compared]
    return AgainstPeople(
        agreement=kappa(verdicts, [item.people for item in rated]),
        unscored=tuple(found.unscored for found in compared if found.unscored),
    )


def agree(
    run: Annotated[Path, typer.Argument(help="the output directory of a run that people rated")],
    *,
    model: Annotated[str, typer.Option(help="the judge, as its server names it")],
    base_url: Annotated[str | None, typer.Option(help="its server; OpenAI's if not given")] = None,
    api_key_env: Annotated[
        str, typer.Option(help="the environment variable that holds the key")
    ] = "OPENAI_API_KEY",
    step: Annotated[int | None, typer.Option(help="the checkpoint that was rated")] = None,
    max_usd: Annotated[float, typer.Option(min=0, help="US dollars to spend at most")] = 5.0,
) -> None:
    """Compare a judge with the people who rated a run (`ftguard rate RUN`).

    Exits with 0, with 3 where some pairs were not judged, and with 2 on wrong use.
    """
    with ends_on_wrong_use():
        judge = Judge(model=model, base_url=base_url, api_key_env=api_key_env, max_usd=max_usd)
        rated = rated_pairs(find_run(run), step_of(run) if step is None else step)
    budget = Budget(judge)
    usage = budget.estimate_requests(r for item in rated for r in requests_for(judge, item.pair))
    for line in announce(judge, usage):
        echo(f"ftguard: {printable(line)}")
    found = judge_against_people(judge, rated, budget)
    echo(_line(found.agreement))
    for reason, times in Counter(found.unscored).items():
        echo(f"not judged, {times} times: {printable(reason)}")
    sys.stdout.flush()
    raise typer.Exit(UNDECIDED if found.unscored else PASSED)


def _verdict(points: float) -> int:
    return TUNED if points > 0 else BASE if points < 0 else TIE


def _line(agreement: JudgeAgreement) -> str:
    pairs = f"{agreement.n} pairs that people rated"
    if agreement.kappa is None:
        return f"no kappa over {pairs}: {agreement.undefined}"
    return (
        f"weighted kappa {agreement.kappa:.2f} ({agreement.low:.2f} to {agreement.high:.2f}) over "
        f"{pairs}: 1 is full agreement, 0 that of chance"
    )
