"""Names of measurements, gates and places as a report shows them."""

import re
from collections.abc import Sequence
from pathlib import Path

from ftguard.text.visible import visible
from ftguard.verdict.gate import State

TITLES = {
    "target/all": "Target gain",
    "target/likelihood": "Target gain, likelihood",
    "forgetting/all": "Forgetting",
    "tail/worst": "Worst tail slice",
    "tail/all": "Tail",
    "own_answers/all": "Own answers",
    "calibration/target": "Calibration, target",
    "calibration/general": "Calibration, general",
    "drift/nats": "Drift",
}
IN_SENTENCES = {
    "calibration/target": "calibration on the target",
    "calibration/general": "calibration on general questions",
    "tail/worst": "the worst tail slice",
}
NOTHING = "\N{EN DASH}"
"""Stands where there is no number."""
LONGEST_NAME = 120
"""Characters of a name that are shown."""
SIGNS: dict[State, str] = {
    "clear": "✓",
    "within": "✓",
    "breach": "✕",
    "suspect": "?",
    "too wide": "?",
    "not asked": "?",
    "nothing to lose": NOTHING,
    "missing": "?",
}
"""A shape beside the word and the colour of each state."""


def title(key: str) -> str:
    """What a measurement's key is called."""
    name, _, slice_name = key.partition("/")
    whole = name.replace("_", " ").capitalize()
    return named(TITLES.get(key) or (whole if slice_name == "all" else f"{whole}, {slice_name}"))


def in_sentence(key: str) -> str:
    """The same within a sentence."""
    found = IN_SENTENCES.get(key) or title(key)
    return found[:1].lower() + found[1:]


def named(text: str) -> str:
    """A name of the user's on one line, hidden characters written out, not longer than a line."""
    seen = " ".join(visible(text[: 4 * LONGEST_NAME]).split())
    return seen if len(seen) <= LONGEST_NAME else f"{seen[: LONGEST_NAME - 1]}…"


def told(text: str) -> str:
    """A sentence of ours, which may hold names and paths: hidden characters and the home folder
    are written out.
    """  # noqa: D205
    return homeless(visible(text))


def homeless(text: str) -> str:
    """The text with `~` for the home folder: whose machine it was is nobody's business."""
    for home in {str(Path.home()), str(Path.home().resolve())}:
        if len(home) > 1:
            text = re.sub(rf"{re.escape(home)}(?![\w.-])", "~", text)
    return text


def together(names: Sequence[str]) -> str:
    """`one, two and three`."""
    return " and ".join(filter(None, (", ".join(names[:-1]), *names[-1:])))
