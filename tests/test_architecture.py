"""The folder list is the data flow: the order that `pyproject.toml` states is kept."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "ftguard"
HEAVY = {"openai", "torch", "transformers", "wandb"}


def _lint(folder: Path) -> subprocess.CompletedProcess[str]:
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def test_every_import_keeps_the_order() -> None:
    """A folder imports only from those before it, and heavy libraries stay where they are used."""
    told = _lint(ROOT)

    assert told.returncode == 0, told.stdout


@pytest.mark.parametrize(
    ("module", "line"),
    [
        ("stats/power.py", "from ftguard.verdict.gates import Gate"),
        ("stats/power.py", "import torch"),
        ("measures/drift.py", "def late() -> None:\n    import ftguard.run.ledger"),
        ("measures/drift.py", "from ftguard import Gate"),
        ("run/clock.py", "import wandb"),
    ],
)
def test_a_misplaced_import_is_seen(tmp_path: Path, module: str, line: str) -> None:
    """The check itself: an import of a later folder, or of a library out of its place, is told."""
    copy = tmp_path / "ftguard"
    for path in PACKAGE.rglob("*.py"):
        there = copy / path.relative_to(PACKAGE)
        there.parent.mkdir(parents=True, exist_ok=True)
        there.write_bytes(path.read_bytes())
    (tmp_path / "pyproject.toml").write_bytes((ROOT / "pyproject.toml").read_bytes())
    with (copy / module).open("a") as file:
        file.write(f"\n\n{line}\n")

    told = _lint(tmp_path)

    assert told.returncode == 1
    assert f"ftguard.{module.removesuffix('.py').replace('/', '.')} ->" in told.stdout


def test_no_module_bears_the_name_of_what_its_package_exports() -> None:
    """`import ftguard.measures.target as t` is a module: nothing exported hides it."""
    hidden = [
        f"{init.parent.relative_to(ROOT)}: {name}"
        for init in sorted(PACKAGE.rglob("__init__.py"))
        for name in _names(init)
        if (init.parent / f"{name}.py").exists() or (init.parent / name).is_dir()
    ]

    assert hidden == []


def _names(init: Path) -> Iterator[str]:
    for node in ast.parse(init.read_text()).body:
        if isinstance(node, ast.ImportFrom):
            yield from (alias.asname or alias.name for alias in node.names)
        elif isinstance(node, ast.FunctionDef):
            yield node.name


def test_importing_ftguard_loads_nothing_heavy() -> None:
    """Probes and gates can be written in a fresh process without torch, transformers or wandb."""
    code = (
        "import sys, ftguard; ftguard.Probe, ftguard.ProbeSet, ftguard.Gate;"
        f"print(sorted({HEAVY} & set(sys.modules)))"
    )

    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert told.stdout == "[]\n"
