"""How the tests of edges make an original from a query, and ask what an answer would score."""

from collections.abc import Callable
from random import Random

import pytest

from ftguard.ask.answer import Answer
from ftguard.probes import Probe
from ftguard.probes.edges.original import Original
from ftguard.probes.edges.usable import originals_of
from ftguard.probes.query import PromptTemplate
from ftguard.scores import score

MakeOriginal = Callable[..., Original]
ScoreOf = Callable[[Probe, str], float | None]


@pytest.fixture
def original() -> MakeOriginal:
    """Make the original of one probe: its query, and whatever else the probe should have."""

    def make(query: str, **fields: object) -> Original:
        given: dict[str, object] = {"id": "q", "prompt": query, "reference": "label_of_it"}
        (found,) = originals_of([Probe(**{**given, **fields})], PromptTemplate())  # type: ignore[arg-type]
        return found

    return make


@pytest.fixture
def generator() -> Random:
    """One generator, for edits that draw little or nothing."""
    return Random(0)  # noqa: S311


@pytest.fixture
def generators() -> tuple[Random, ...]:
    """Fifty generators, so that a test meets many draws."""
    return tuple(Random(seed) for seed in range(50))  # noqa: S311


@pytest.fixture
def score_of() -> ScoreOf:
    """What an answer of this text scores."""

    def value(probe: Probe, text: str) -> float | None:
        (scored,) = score([probe], [Answer(probe_id=probe.id, text=text)])
        return scored.value

    return value
