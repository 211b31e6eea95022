"""Commands that are imported when they are called: the list of them, and its help, cost nothing."""

from collections.abc import Mapping
from importlib import import_module
from types import MappingProxyType
from typing import Any, ClassVar

import typer
from typer.core import TyperCommand, TyperGroup


class LateGroup(TyperGroup):
    """A group of commands of which only name and first line are known until one is called.

    A command NAME is the function NAME, or the `typer.Typer` of that name, in the module
    `ftguard.cli.NAME`.
    """

    late: ClassVar[Mapping[str, str]] = MappingProxyType({})
    """Each command's line in the list, in the list's order: the first line of its own help."""
    prefix: ClassVar[str] = ""
    """What stands before NAME in its module's name."""

    def __init__(self, **attributes: Any) -> None:
        super().__init__(**attributes)
        for name, line in self.late.items():
            self.add_command(_Unread(name, line, f"ftguard.cli.{self.prefix}{name}"))


class _Unread(TyperCommand):
    """Stands for a command in lists and completions, and becomes it where its words are read."""

    def __init__(self, name: str, line: str, module: str) -> None:
        super().__init__(name, help=line)
        self._module = module

    # Click's types have moved between versions of typer: what it gives is handed on as it is.
    def make_context(self, *given: Any, **named: Any) -> Any:
        return self.read().make_context(*given, **named)

    def read(self) -> Any:
        """The command itself, imported, as click runs it."""
        found = getattr(import_module(self._module), str(self.name))
        if not isinstance(found, typer.Typer):
            alone = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
            alone.command(self.name)(found)
            found = alone
        return typer.main.get_command(found)
