"""What is not asked for is not imported, so that the package and its help are there at once."""

import ast
import inspect
import pickle
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

import ftguard
from ftguard.cli import judge, main
from ftguard.cli.late import LateGroup

HEAVY = ("jinja2", "msgspec", "numpy", "openai", "regex", "rich", "scipy", "sklearn", "torch")
OURS = Path(ftguard.__file__)


def _imported(code: str, *words: str) -> set[str]:
    """The modules that a fresh process has imported after some code."""
    told = subprocess.run(
        [sys.executable, "-c", f"{code}\nimport sys; print('|', *sys.modules)", *words],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    return set(told.stdout.rpartition("|")[2].split())


def test_importing_ftguard_imports_nothing_else() -> None:
    """No module of its own besides, and no library."""
    imported = _imported("import ftguard")

    assert not {name for name in imported if name.startswith("ftguard.")}
    assert not imported & set(HEAVY)


def test_the_help_imports_no_command() -> None:
    """`ftguard --help` draws its list with rich, and loads nothing that a command works with."""
    imported = _imported(
        "from ftguard.cli import app\ntry: app(['--help'])\nexcept SystemExit: pass"
    )

    assert {name for name in imported if name.startswith("ftguard.")} == {
        "ftguard.cli", "ftguard.cli.late", "ftguard.cli.main",
    }  # fmt: skip
    assert not imported & (set(HEAVY) - {"rich"})


def test_a_command_imports_no_other() -> None:
    """The glossary's, which needs the fewest: no check, run, probe or model."""
    imported = _imported(
        "from ftguard.cli import app\ntry: app(['glossary'])\nexcept SystemExit: pass"
    )

    assert {n.split(".")[2] for n in imported if n.startswith("ftguard.cli.")} == {
        "exits", "glossary", "late", "main",
    }  # fmt: skip
    assert not imported & {"msgspec", "numpy", "scipy", "torch"}


def test_type_checkers_see_what_is_exported() -> None:
    """The imports that they read are the names, and the modules, that a process gets."""
    shown = {
        alias.name: str(node.module)
        for block in ast.parse(OURS.read_text(encoding="utf-8")).body
        if isinstance(block, ast.If)
        for node in block.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }

    assert shown == ftguard._HOMES  # noqa: SLF001 - what it is about
    assert list(ftguard._HOMES) == vars(ftguard)["__all__"]  # noqa: SLF001


def test_all_names_are_there_by_star_by_dir_and_by_themselves() -> None:
    """A star import, `dir` and attributes give the same objects; what is not there is told."""
    space: dict[str, object] = {}
    exec("from ftguard import *", space)  # noqa: S102

    assert set(shown := vars(ftguard)["__all__"]) <= set(dir(ftguard))
    assert all(space[name] is getattr(ftguard, name) for name in shown)
    with pytest.raises(AttributeError, match="'ftguard' has no attribute 'Guardian'"):
        ftguard.Guardian  # noqa: B018


def test_what_is_exported_is_the_class_that_its_module_has() -> None:
    """A gate by the short name is one by the long one, and comes out of a pickle equal."""
    from ftguard.verdict.gate import Gate

    gate = ftguard.Gate(measurement="forgetting", limit=0.1)

    assert isinstance(gate, Gate)
    assert pickle.loads(pickle.dumps(gate)) == gate  # noqa: S301


@pytest.mark.parametrize("group", [main.Commands, judge.Commands], ids=["ftguard", "judge"])
def test_each_line_of_a_list_is_the_first_of_its_command(group: type[LateGroup]) -> None:
    """The list is written by hand, for no command is imported to make it."""
    commands = group(name="all").commands
    found = {name: str(inspect.cleandoc(command.read().help)) for name, command in commands.items()}  # type: ignore[attr-defined]

    assert list(found) == list(group.late)
    assert {name: text.split("\n\n")[0].replace("\n", " ") for name, text in found.items()} == dict(
        group.late
    )


@pytest.mark.parametrize("words", [["glossry"], ["judge", "agrees"]])
def test_a_misspelt_command_is_told_the_nearest(words: list[str]) -> None:
    """As where all commands are imported."""
    told = CliRunner().invoke(main.app, words)

    assert told.exit_code == 2
    assert "Did you mean" in told.output.replace("\n", " ")
