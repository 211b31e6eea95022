"""Reads a judge's reply, strictly: a number that the judge did not plainly give is none.

The reply must have ended by itself and hold exactly one JSON object, alone or within prose or a
code fence, with exactly the keys that were asked for, none of them twice. A grade is a whole number
on the scale, written as one: `4`, not `4.0`, `4.5`, `"4"` or `true`. Any other brace makes the
reply ambiguous: it may quote an answer that imitates a reply.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Never

from ftguard.judge.endpoint import Reply
from ftguard.judge.request import Labels
from ftguard.judge.rubric import HIGHEST, JUSTIFICATION, LOWEST, Rubric
from ftguard.scores.record import Unscorable

LONGEST_REPLY = 20_000
"""Characters; a longer reply is not read."""
SHOWN = 40


@dataclass(frozen=True, kw_only=True)
class Ratings:
    """What a judge found of one answer."""

    by_dimension: Mapping[str, int]
    """From 1 to 5, for each dimension of the rubric."""
    justification: str


@dataclass(frozen=True, kw_only=True)
class Preference:
    """What a judge found of two answers."""

    better: Labels
    justification: str


def read_ratings(reply: Reply, rubric: Rubric, answers: Sequence[str]) -> Ratings:
    """The rating of each dimension of the rubric.

    Args:
        reply: the judge's.
        rubric: what it was asked to grade on.
        answers: what it was shown; a reply that is copied from there is none.

    Raises:
        Unscorable: the reply is not that; the text says how.
    """
    found = _fields(reply, list(rubric.dimensions), answers)
    ratings = {}
    for name in rubric.dimensions:
        rating = found[name]
        if not isinstance(rating, int) or isinstance(rating, bool):
            raise Unscorable(f"the judge rated {name} {_shown(rating)}, which is no whole number")
        if not LOWEST <= rating <= HIGHEST:
            raise Unscorable(
                f"the judge rated {name} {_shown(rating)}, outside {LOWEST} to {HIGHEST}"
            )
        ratings[name] = rating
    return Ratings(by_dimension=ratings, justification=str(found[JUSTIFICATION]))


def read_preference(reply: Reply, answers: Sequence[str]) -> Preference:
    """Which answer is better; errors as in `read_ratings`."""
    found = _fields(reply, ["better"], answers)
    labels: tuple[Labels, ...] = ("A", "B", "tie")
    label = next((label for label in labels if found["better"] == label), None)
    if label is None:
        raise Unscorable(f"the judge prefers {_shown(found['better'])}, not A, B or tie")
    return Preference(better=label, justification=str(found[JUSTIFICATION]))


def _fields(reply: Reply, keys: Sequence[str], answers: Sequence[str]) -> Mapping[str, object]:
    """The fields of the reply's one object: the justification and exactly these keys."""
    found, written = _object(reply)
    wanted = {JUSTIFICATION, *keys}
    if missing := sorted(wanted - found.keys()):
        raise Unscorable(f"the judge's reply lacks {', '.join(missing)}")
    if extra := sorted(found.keys() - wanted):
        raise Unscorable(f"the judge's reply has {_shown(extra[0])}, which was not asked for")
    justification = found[JUSTIFICATION]
    if not isinstance(justification, str) or not justification.strip():
        raise Unscorable("the judge gave no justification")
    if any(_squeezed(written) in _squeezed(answer) for answer in answers):
        raise Unscorable("the judge's reply is copied from the answer")
    return found


def _object(reply: Reply) -> tuple[dict[str, object], str]:
    """The reply's one JSON object, and how it is written."""
    if reply.refusal:
        raise Unscorable("the judge refused")
    if reply.finish != "stop":
        cut = reply.finish == "length"
        raise Unscorable(
            "the judge's reply was cut off" if cut else f"the judge was ended by {reply.finish}"
        )
    text = reply.text
    if not text.strip():
        raise Unscorable("the judge's reply is empty")
    if len(text) > LONGEST_REPLY:
        raise Unscorable(f"the judge's reply is {len(text):,} characters long")
    start = text.find("{")
    if start < 0:
        raise Unscorable("the judge's reply holds no JSON object")
    try:
        found, end = _DECODER.raw_decode(text, start)
    except (ValueError, RecursionError) as error:
        what = error.args[0] if isinstance(error, _TwiceError) else "its JSON cannot be read"
        raise Unscorable(f"the judge's reply is not usable: {what}") from None
    if any(brace in text[:start] + text[end:] for brace in "{}"):
        raise Unscorable("the judge's reply holds more than one JSON object, or part of one")
    return found, text[start:end]


class _TwiceError(ValueError):
    """A key stands twice."""


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise _TwiceError("a key stands twice in it")
    return found


def _no_number(name: str) -> Never:
    raise ValueError(name)


_DECODER = json.JSONDecoder(object_pairs_hook=_once, parse_constant=_no_number)


def _squeezed(text: str) -> str:
    return "".join(text.split())


def _shown(value: object) -> str:
    text = "".join(c if c.isprintable() else "?" for c in repr(value))
    return text if len(text) <= SHOWN else text[:SHOWN] + "..."
