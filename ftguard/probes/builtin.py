"""Loads the probes that ship with ftguard: written for it, and scored without a judge."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from importlib.resources import as_file, files

from ftguard.probes.probe import Probe
from ftguard.probes.read.documents import read_jsonl
from ftguard.probes.read.rows import probes_from_rows
from ftguard.probes.sampling import draw

CATEGORIES = (
    "arithmetic",
    "word-problems",
    "logic",
    "world-knowledge",
    "science",
    "common-sense",
    "reading",
    "summarising",
    "rewriting",
    "translation",
    "coding",
    "extraction",
    "instruction-following",
    "safety",
)
"""What both sets are about; the category is the first slice of each probe."""
CANARY = "5b7c3f0e-8d1a-4c56-9e27-f1a6d0b94c83"
"""Stands in every file of built-in probes, so that they can be kept out of training data."""
QUICK = 60
CALIBRATING = 112
"""Calibration questions that come with a small built-in general set, 8 of each category: so many
that bad ones are refused 93 to 100 times of 100 (`tests/benchmarks/calibration_gate.py`)."""


def general_probes() -> tuple[Probe, ...]:
    """18 probes of general capability in each category, over four tiers of difficulty by design."""
    return _load("general")


def quick_probes() -> tuple[Probe, ...]:
    """60 of the general probes, balanced over categories and tiers, for quick runs."""
    general = general_probes()
    by_category = [replace(probe, slices=probe.slices[:1]) for probe in general]
    drawn = {probe.id for probe in draw(by_category, QUICK, seed=0)}
    return tuple(probe for probe in general if probe.id in drawn)


def calibration_probes() -> tuple[Probe, ...]:
    """22 four-choice questions in each category; the right letters are balanced."""
    return _load("calibration")


def calibrating_probes(general: Sequence[Probe]) -> tuple[Probe, ...]:
    """Calibration questions to go with a general set that holds built-in probes, else none.

    As many as there are general probes, at least `CALIBRATING`: those of `quick` are too few, and
    a question is a single short forward pass.
    """
    known = {(probe.id, probe.prompt) for probe in general_probes()}
    if not any((probe.id, probe.prompt) in known for probe in general):
        return ()
    return draw(calibration_probes(), max(CALIBRATING, len(general)), seed=0)


BUILTIN: Mapping[str, Callable[[], tuple[Probe, ...]]] = {
    "general": general_probes,
    "quick": quick_probes,
    "calibration": calibration_probes,
}


def _load(folder: str) -> tuple[Probe, ...]:
    with as_file(files("ftguard.probes") / folder) as path:
        rows = [row for name in CATEGORIES for row in read_jsonl(path / f"{name}.jsonl")]
    return probes_from_rows(rows).probes
