"""Data order is import order: the written-down stages, held against every import in the package."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "ftguard"

STAGES: tuple[tuple[str, ...], ...] = (
    ("errors", "formatting", "clock", "learning_rate", "looks", "power"),
    # what is asked
    (
        "probes.constraint",
        "probes.duplicates",
        "probes.files",
        "probes.grams",
        "probes.hub",
        "probes.leak",
        "probes.letters",
        "probes.masking",
        "probes.novelty",
        "probes.strata",
        "probes.topics",
        "probes.training_text",
    ),
    ("probes.probe", "probes.training_row"),
    (
        "probes.draw",
        "probes.logged",
        "probes.query",
        "probes.shapes",
        "probes.store",
        "probes.tail",
    ),
    ("probes.reservoir", "probes.rows", "probes.wanted"),
    ("probes.leak_search", "probes.logs"),
    (
        "probes.edges.demanded",
        "probes.edges.english",
        "probes.edges.fixed",
        "probes.edges.keyboard",
        "probes.edges.words",
    ),
    ("probes.edges.accepted", "probes.edges.gaps", "probes.edges.nearest", "probes.edges.telling"),
    ("probes.edges.original",),
    (
        "probes.edges.ambiguous",
        "probes.edges.caps",
        "probes.edges.emoji",
        "probes.edges.multi_intent",
        "probes.edges.no_punctuation",
        "probes.edges.pasted",
        "probes.edges.preamble",
        "probes.edges.typos",
        "probes.edges.usable",
        "probes.edges.whitespace",
    ),
    ("probes.edges.formatting",),
    ("probes.edges.edge_cases",),
    ("probes.edges",),
    ("probes.builtin",),
    ("probes.leakage", "probes.probe_set"),
    ("probes.sets",),
    # what the training data says of it
    ("probes.survey",),
    ("probes.gather",),
    ("probes",),
    # what is answered, and how good that is
    ("answers", "estimates"),
    ("calibration_error",),
    ("scores.finished", "scores.score"),
    (
        "scores.constraints.expressions",
        "scores.constraints.parts",
        "scores.constraints.refusal_clauses",
        "scores.constraints.refusal_phrases",
        "scores.constraints.relation",
        "scores.constraints.sentences",
        "scores.constraints.words",
    ),
    (
        "scores.constraints.case",
        "scores.constraints.combination",
        "scores.constraints.content",
        "scores.constraints.formats",
        "scores.constraints.json_formats",
        "scores.constraints.keywords",
        "scores.constraints.language",
        "scores.constraints.lengths",
        "scores.constraints.punctuation",
        "scores.constraints.safety",
        "scores.constraints.startend",
    ),
    ("scores.constraints.table",),
    ("scores.constraints.scorer",),
    ("scores.constraints",),
    (
        "scores.exact_match",
        "scores.judged",
        "scores.likelihood",
        "scores.multiple_choice",
        "scores.normalized_match",
        "scores.numeric",
        "scores.open_answer",
    ),
    ("scores.table",),
    ("scores",),
    # judging
    ("endpoint.address", "endpoint.form", "endpoint.reply", "endpoint.waits"),
    ("endpoint.endpoint",),
    ("endpoint",),
    ("judge.cache", "judge.prices", "judge.rubric"),
    ("judge.agreement", "judge.judge"),
    ("judge.request",),
    ("judge.parse", "judge.spend"),
    ("judge.announce", "judge.asking"),
    ("judge.judging", "judge.pairwise"),
    ("judge.quality",),
    ("judge.command",),
    ("judge",),
    # asking
    ("ask.batches", "ask.ranks", "ask.render", "ask.repeatable", "ask.unwrap"),
    ("ask.question", "ask.quiet", "ask.weights"),
    ("ask.generate",),
    ("ask.read",),
    ("ask.ask",),
    ("ask",),
    # measuring
    ("measurement", "snapshot"),
    ("measures.paired", "measures.shrinkage"),
    (
        "measures.calibration",
        "measures.drift",
        "measures.flips",
        "measures.forgetting",
        "measures.tail",
        "measures.target",
    ),
    ("measures",),
    # deciding and advising
    ("gates",),
    ("advice", "run"),
    ("checkup",),
    ("acting", "remedies.reasons"),
    ("remedies.learning_rate", "remedies.more_probes", "remedies.stopping"),
    ("remedies.replay",),
    ("remedies",),
    ("examine",),
    # what is on disk
    ("folders", "ledger"),
    ("baseline", "conclusion", "grading", "training_data"),
    ("keep",),
    # telling
    ("tracking.console", "tracking.tracker"),
    ("tracking.many", "tracking.reporters", "tracking.weights_and_biases"),
    ("tracking",),
    # within a training run
    ("asked", "host", "watch"),
    ("announce", "late_scores"),
    ("begin",),
    ("callback",),
    # `from ftguard import GuardCallback` ends in the callback
    ("ftguard",),
    # what a person runs
    ("demo",),
    ("demo.routing", "demo.skills"),
    ("demo.tune",),
    ("demo.show",),
    ("probe_pages",),
    # what people find better
    ("rating.pairs", "rating.store", "rating.visible"),
    ("rating.agreement", "rating.items", "rating.preference"),
    ("rating.result", "rating.sitting"),
    ("rating.access", "rating.app", "rating.csv_files"),
    ("rating.serve",),
    ("rating.command",),
    ("rating",),
    ("judge_and_people",),
    ("cli",),
)
"""From what knows nothing to what people run; a package's own name is its `__init__`."""

HEAVY = {
    "torch": {"ask", "baseline", "begin", "demo.tune", "examine", "host", "watch"},
    "transformers": {
        "ask",
        "begin",
        "callback",
        "demo.show",
        "demo.tune",
        "host",
        "training_data",
    },
    "openai": {"endpoint"},
    "wandb": {"tracking.weights_and_biases"},
}
"""Who may import what is heavy: modules, or whole packages."""


def _modules() -> dict[str, Path]:
    """Every module of the package under its name below `ftguard`."""
    found = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        parts = path.relative_to(PACKAGE).with_suffix("").parts
        name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
        found[name or "ftguard"] = path
    return found


MODULES = _modules()
RANKS = {name: rank for rank, stage in enumerate(STAGES) for name in stage}


def _imports(source: str) -> Iterator[str]:
    """The dotted name of everything that is imported, in functions too."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from ("." * node.level + f"{node.module}.{alias.name}" for alias in node.names)


def _own(imported: str) -> str:
    """The module of the package that an imported name is in."""
    name = imported.removeprefix("ftguard").removeprefix(".")
    while name and name not in MODULES:
        name = name.rpartition(".")[0]
    return name or "ftguard"


def _misplaced(name: str, source: str) -> list[str]:
    """What a module imports from its own stage or from one below."""
    targets = (_own(i) for i in _imports(source) if i.split(".")[0] == "ftguard")
    return sorted({target for target in targets if RANKS[target] >= RANKS[name]})


def test_every_module_has_its_stage() -> None:
    """Each stands in the order exactly once, and nothing stands there that is gone."""
    assert sorted(chain(*STAGES)) == sorted(MODULES)


@pytest.mark.parametrize("name", sorted(RANKS.keys() & MODULES.keys()))
def test_imports_come_from_stages_above(name: str) -> None:
    """No module imports a sibling of its stage, or what is made later."""
    assert _misplaced(name, MODULES[name].read_text()) == []


def test_a_misplaced_import_is_seen() -> None:
    """The check itself: siblings and later stages are found, in functions and from packages too."""
    source = (
        "import torch\n"
        "import ftguard.watch\n"
        "from ftguard.errors import InputError\n"
        "from ftguard import gates, Probe\n"
        "def late() -> None:\n"
        "    from ftguard.measures.tail import tail\n"
        "    from ftguard.measures.paired import pair\n"
    )

    assert _misplaced("measures.drift", source) == ["ftguard", "gates", "measures.tail", "watch"]


@pytest.mark.parametrize("name", sorted(MODULES))
def test_imports_are_absolute(name: str) -> None:
    """One way to write an import, so that the order can be read off it."""
    assert not [i for i in _imports(MODULES[name].read_text()) if i.startswith(".")]


@pytest.mark.parametrize("library", HEAVY)
def test_heavy_libraries_are_imported_where_they_are_needed(library: str) -> None:
    """Torch under `ask` and by what passes a model on, transformers at the host, wandb once."""
    found = {
        next((part for part in (name.partition(".")[0], name) if part in HEAVY[library]), name)
        for name, path in MODULES.items()
        if any(i.split(".")[0] == library for i in _imports(path.read_text()))
    }

    assert found == HEAVY[library]


def test_importing_ftguard_loads_nothing_heavy() -> None:
    """Probes and gates can be written in a fresh process without torch, transformers or wandb."""
    code = (
        "import sys, ftguard; ftguard.Probe, ftguard.ProbeSet, ftguard.Gate;"
        f"print(sorted({set(HEAVY)} & set(sys.modules)))"
    )

    told = subprocess.run(  # noqa: S603
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )

    assert told.stdout == "[]\n"
