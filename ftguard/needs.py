"""What an optional extra installs and is missing ends a command with the line that installs it."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

from ftguard.errors import InputError


def need(library: str, extra: str, what: str) -> None:
    """Refuse to begin where a library of an extra is missing.

    Raises:
        InputError: it is; the message has the line that installs it.
    """
    if find_spec(library) is None:
        raise InputError(_missing(what, library, extra))


@contextmanager
def needing(what: str, extras: Mapping[str, str]) -> Iterator[None]:
    """Turn the lack of a library into what to do about it, by the extra that holds each.

    Raises:
        InputError: a library of an extra is missing.
    """
    try:
        yield
    except ModuleNotFoundError as error:
        library = (error.name or "").partition(".")[0]
        if library not in extras:
            raise
        raise InputError(_missing(what, library, extras[library])) from None


def _missing(what: str, library: str, extra: str) -> str:
    return f"{what} needs `{library}`, which is missing: {how_to_install(extra)}"


def how_to_install(extra: str) -> str:
    """The line that installs an extra; of a clone the one that takes it from there."""
    line = f"pip install 'ftguard[{extra}]'"
    clone = Path(__file__).parent.parent / "pyproject.toml"
    return f"{line}, or in this clone: pip install -e '.[{extra}]'" if clone.is_file() else line
