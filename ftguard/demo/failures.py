"""The named settings of `ftguard play`: one that is sound, and the ways to break it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from ftguard.demo.dials import Dials
from ftguard.errors import InputError

SOUND = Dials(steps=120, learning_rate=2e-4, data="every-team")
"""What the failures are turned away from."""


@dataclass(frozen=True, kw_only=True)
class Failure:
    """A setting of the dials that goes wrong in one way (or, the first of them, in none)."""

    title: str
    what: str
    """One or two sentences of what is set; they don't tell what comes of it."""
    happened: str
    """One or two sentences of what comes of it, told after the run."""
    dials: Dials


FAILURES: Mapping[str, Failure] = MappingProxyType(
    {
        "sound": Failure(
            title="Nothing broken",
            what="A moderate rate, a short warm-up, tickets of every team. What the others are "
            "turned away from.",
            happened="The target rose and nothing else was lost: skills, rare teams and "
            "confidence stayed within their limits. This is what a run looks like that may ship.",
            dials=SOUND,
        ),
        "rate-too-high": Failure(
            title="Rate too high",
            what="Five times the rate of the sound run, and nothing else.",
            happened="The loss fell even faster and the target looks as good, but each step also "
            "wrote over weights that the old skills are kept in. Only questions about those "
            "skills show it: forgetting.",
            dials=replace(SOUND, learning_rate=1e-3),
        ),
        "too-many-epochs": Failure(
            title="Too many epochs",
            what="As many steps, over 48 tickets only: each is seen forty times.",
            happened="The loss went to nothing because the rows were known by heart. On new "
            "tickets the model is hardly better than the base, and sure of itself all the same: "
            "its confidence does not say when it is right.",
            dials=replace(SOUND, epochs=40.0),
        ),
        "narrow-data": Failure(
            title="Narrow data",
            what="Tickets of two teams alone, billing and refund, of the twelve that there are.",
            happened="The model learned that there are two answers. It gives them to tickets of "
            "all the other teams too, rare ones and frequent ones.",
            dials=replace(SOUND, data="narrow"),
        ),
        "no-warm-up": Failure(
            title="No warm-up",
            what="A short run of a LoRA adapter, with replay, whose rate is at its full height "
            "from the first step.",
            happened="At its first steps the optimizer knows no gradient but the last, and moves "
            "every weight as far as the rate allows: skills were gone that the few steps after "
            "did not bring back. Set the warm-up to 0.5, and this run loses about half as many; "
            "by how much it helps differs from seed to seed.",
            dials=replace(
                SOUND,
                lora=True,
                learning_rate=5e-3,
                replay=0.3,
                warmup=0.0,
                steps=32,
                checkpoints=2,
            ),
        ),
        "leaked-test-rows": Failure(
            title="Leaked test rows",
            what="Half of the held-out tickets that are to test the model are among the rows "
            "that it is trained on.",
            happened="The guard found them before the first step, named them, and measured on "
            "the others alone. Had they stayed, half of the test would have been memory.",
            dials=replace(SOUND, data="leaked"),
        ),
        "rare-team-missing": Failure(
            title="Rare teams missing",
            what="Tickets of the eight frequent teams. Four rare ones, which the base knows, "
            "are in no row.",
            happened="What is not trained on is given up first: tickets of the rare teams go to "
            "frequent ones now. The target holds none of them and rises; the tail shows it.",
            dials=replace(SOUND, data="frequent", learning_rate=3e-4),
        ),
        "overconfident-labels": Failure(
            title="Overconfident labels",
            what="A labeller who is never in doubt gave the tickets of every fourth phrase to a "
            "wrong team.",
            happened="The target rose, and looks like a success. But the model took over the "
            "labeller's manner with the mistakes: where it is wrong it is as sure as where it is "
            "right. Calibration tells that its confidence can't be relied on.",
            dials=replace(SOUND, data="sure-but-wrong", learning_rate=4e-4, epochs=6.0),
        ),
        "diverging": Failure(
            title="A diverging run",
            what="A rate of 10: someone left out the exponent.",
            happened="The loss exploded and became no number at all, and so did the weights: "
            "every answer is gone. The guard counts what can't be answered as lost, and keeps "
            "no such checkpoint.",
            dials=replace(SOUND, learning_rate=10.0, steps=40, checkpoints=2),
        ),
        "too-few-questions": Failure(
            title="Too few questions",
            what="The sound run, asked a tenth of the questions.",
            happened="The run is as good as the sound one, but so few answers can't tell a loss "
            "of the limit from none: the intervals are wider than the limits. Undecided is the "
            "honest word; more questions are the remedy.",
            dials=replace(SOUND, probes=0.1),
        ),
    }
)
"""By their name on the command line and on the page."""


def find_failure(name: str) -> Failure:
    """The failure of that name.

    Raises:
        InputError: there is none; the message names those that there are.
    """
    if name not in FAILURES:
        raise InputError(f"there is no failure `{name}`; there are {', '.join(FAILURES)}.")
    return FAILURES[name]
