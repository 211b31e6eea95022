"""Which names and limits of a gate make sense: what is misspelt or impossible is refused early."""

import difflib
import math
from dataclasses import dataclass
from numbers import Real

from ftguard.errors import InputError
from ftguard.measures.measuring import OURS

NEAR = 0.85
"""Similarity (`difflib`, 0 to 1) from which a name is taken for a misspelling. `forgeting` to
`forgetting` is 0.95; `detail`, which may be a measure of one's own, to `tail` is 0.80."""
HUNDRED = 100


@dataclass(frozen=True, kw_only=True)
class Range:
    """The limits that make sense, and what they are."""

    above: float
    most: float
    """Itself allowed, unless it is infinite."""
    words: str


DROP = Range(above=0, most=1, words="a share: 0.1 is 10 %")
RISE = Range(above=0, most=1, words="a rise of an error, in points: 0.05 is from 0.10 to 0.15")
GAIN = Range(above=-1, most=1, words="a least gain, in points: 0.05 is from 0.60 to 0.65")
DISTANCE = Range(above=0, most=math.inf, words="a distance in nats per token")

RANGES = {
    "forgetting": DROP,
    "format": DROP,
    "tail": DROP,
    "own_answers": DROP,
    "forgotten": DROP,
    "calibration": RISE,
    "calibration_per_token": RISE,
    "ece15": RISE,
    "brier": RISE,
    "target": GAIN,
    "gained": GAIN,
    "pairs": GAIN,
    "dpo_reward": GAIN,
}
"""By the measurement's name; of a user's own measure any finite number may be the limit."""


def check_name(name: object) -> None:
    """Refuse what is no name, or nearly one of ours; any other may be a measure of one's own.

    Raises:
        InputError: it names the right one.
    """
    if not isinstance(name, str):
        raise InputError(f"a measurement has a name such as `forgetting`, got {name!r}.")
    near = None if name in OURS | RANGES.keys() else _meant(name)
    if near:
        raise InputError(
            f"`{name}`: did you mean `{near}`? A measure of your own needs a name less like it."
        )


def _meant(name: str) -> str | None:
    spelt = name.lower().strip()
    near = difflib.get_close_matches(spelt, sorted(OURS), n=1, cutoff=NEAR)
    # `forgetting_de` says that it is another one.
    return near[0] if near and not spelt.startswith(f"{near[0]}_") else None


def _is_finite(number: Real) -> bool:
    try:
        return math.isfinite(number)
    except OverflowError:
        return False


def sensible(key: str) -> Range | None:
    """The limits of `NAME/SLICE` that make sense; None of a user's own measure, where any does."""
    name, _, slice_name = key.partition("/")
    if name == "drift":
        return DROP if slice_name.endswith("changed") else DISTANCE
    return RANGES.get(name)


def check_limit(key: str, limit: object) -> None:
    """Refuse a limit of `NAME/SLICE` that nothing, or everything, would cross.

    Raises:
        InputError: it says what the limit is, and what was probably meant.
    """
    if isinstance(limit, bool) or not isinstance(limit, Real) or not _is_finite(limit):
        raise InputError(
            f"the limit of `{key}` must be a finite number such as 0.1, got {limit!r}."
        )
    limit = float(limit)
    allowed = sensible(key)
    if allowed is None or allowed.above < limit <= allowed.most:
        return
    bounds = f"above {allowed.above:g}"
    if math.isfinite(allowed.most):
        bounds += f" and at most {allowed.most:g}"
    meant = ""
    if allowed.most < limit <= HUNDRED:
        meant = f"; did you mean {limit / HUNDRED:g}?"
    elif limit <= allowed.above == 0:
        meant = "; give the least that you would mind, such as 0.02"
    raise InputError(
        f"the limit of `{key}` must be {bounds} ({allowed.words}), got {limit:g}{meant}"
    )
