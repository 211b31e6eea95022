"""Decides which texts leave the machine, and cleans those that do."""

import os
import re
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Literal

from ftguard.errors import InputError
from ftguard.folders import RunFolder
from ftguard.probes import Probe, calibration_probes, general_probes
from ftguard.text.visible import visible

LogTexts = Literal["all", "builtin", "none"]
"""Which prompts, references and answers are sent to trackers: all, those of the probes that ship
with ftguard, or none."""
LOG_TEXTS: tuple[LogTexts, ...] = ("all", "builtin", "none")

LEAVING: dict[LogTexts, str] = {
    "all": "prompts, references and answers, those of your own probes too",
    "builtin": "those of ftguard's own questions and the answers to them, none of your probes' "
    '(`log_texts="none"` sends none at all, "all" sends all)',
    "none": "no prompt, no reference and no answer",
}
"""What is said of them before the first step."""

LONGEST = 2_000
"""Characters of a text that are sent."""
NOT_SENT = "(not sent: log_texts)"
WITHHELD = "(not sent: it repeats a text of your own probes)"
SECRET = re.compile(r"KEY|TOKEN|SECRET|PASSW|CREDENTIAL", re.IGNORECASE)
"""In the name of an environment variable: its value is one."""
SHORTEST_SECRET = 8
SHORTEST_OWN = 3
"""Letters of a text that is known again; `no` and `12` stand in anyone's answers."""
RUN_OF_WORDS = 6
"""So many words in a row that are the same are taken from a longer text."""


def read_log_texts(given: object) -> LogTexts:
    """The argument of that name.

    Raises:
        InputError: it is none of the three.
    """
    for known in LOG_TEXTS:
        if given == known:
            return known
    raise InputError(
        f'`log_texts` is "all", "builtin" (the texts of the probes that ship with ftguard) or '
        f'"none"; got {str(given)[:60]!r}.'
    )


def leaves(probe: Probe, log_texts: LogTexts) -> bool:
    """Whether a probe's texts and the answers to it may be sent."""
    return log_texts == "all" or (log_texts == "builtin" and ships(probe))


def ships(probe: Probe) -> bool:
    """Whether a probe ships with ftguard, word for word; an id alone does not say so."""
    return _texts_of(probe) in _shipped()


def cleaned(text: str, folder: RunFolder | None = None) -> str:
    """A text as it may be sent: valid, of bounded length, with what hides or steers written out.

    Values of environment variables that hold keys, and the paths of home and of the run, are
    replaced.
    """
    start = text[: 2 * LONGEST]
    for secret, shown in (*_secrets(), *_places(folder)):
        start = start.replace(secret, shown)
    shown = visible(start[:LONGEST])
    if len(text) <= LONGEST:
        return shown
    return f"{shown}… ({len(text):,} characters in all)"


def repeats(probes: Sequence[Probe], log_texts: LogTexts) -> Callable[[str, str], bool]:
    """Makes the test whether an answer repeats a text of the user's own that is not to leave.

    It is given the answer, and what stands in the question or the base's answer anyway. Looked for
    are references, options and distractors as they are, and six words in a row of longer texts.
    """
    if log_texts == "all":
        return lambda _answer, _known: False
    short: set[str] = set()
    long: set[str] = set()
    for probe in probes:
        if not ships(probe):
            for text in _own_texts(probe):
                words = _words(text)
                long.update(_runs(words))
                if len(words) <= RUN_OF_WORDS and len("".join(words)) >= SHORTEST_OWN:
                    short.add(" ".join(words))
    short = {text for text in short if not text.replace(" ", "").isdigit()}

    def test(answer: str, known: str) -> bool:
        said, anyway = _words(answer), f" {' '.join(_words(known))} "
        whole = f" {' '.join(said)} "
        if any(f" {text} " in whole and f" {text} " not in anyway for text in short):
            return True
        return any(run in long and f" {run} " not in anyway for run in _runs(said))

    return test


def _own_texts(probe: Probe) -> Iterator[str]:
    yield from prompt_text(probe).splitlines()
    yield from probe.choices
    yield from probe.distractors
    yield from probe.references


def prompt_text(probe: Probe) -> str:
    """A prompt as one text; of a chat one turn after the other."""
    if isinstance(probe.prompt, str):
        return probe.prompt
    return "\n".join(f"{turn['role']}: {turn.get('content') or ''}" for turn in probe.prompt)


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text[: 10 * LONGEST].casefold())


def _runs(words: Sequence[str]) -> Iterator[str]:
    for start in range(len(words) - RUN_OF_WORDS + 1):
        yield " ".join(words[start : start + RUN_OF_WORDS])


def _texts_of(probe: Probe) -> tuple[str, ...]:
    return (prompt_text(probe), repr(probe.references), repr(tuple(probe.choices)))


@cache
def _shipped() -> frozenset[tuple[str, ...]]:
    return frozenset(_texts_of(probe) for probe in (*general_probes(), *calibration_probes()))


def _secrets() -> Iterator[tuple[str, str]]:
    for name, value in os.environ.items():
        if SECRET.search(name) and len(value) >= SHORTEST_SECRET:
            yield value, "[secret]"


def _places(folder: RunFolder | None) -> Iterator[tuple[str, str]]:
    if folder is not None:
        for path in {str(folder.output_dir), str(folder.output_dir.resolve())}:
            if len(path) > 1:
                yield path, "OUTPUT_DIR"
    home = str(Path.home())
    if len(home) > 1:
        yield home, "~"
