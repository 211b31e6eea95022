"""Reads limits as they are given on the command line: `--limit forgetting=0.2`."""

from collections.abc import Sequence

from ftguard.errors import InputError

OFF = "off"
HOW = "give limits as NAME=NUMBER, such as forgetting=0.2, or NAME=off"


def read_limit_options(given: Sequence[str]) -> dict[str, float | None]:
    """The limits by name; None where one is switched off.

    Raises:
        InputError: one is not written so, or a name stands twice.
    """
    found: dict[str, float | None] = {}
    for option in given:
        name, equals, value = (part.strip() for part in option.partition("="))
        if not (name and equals and value):
            raise InputError(f"{HOW}; got {option!r}.")
        if name in found:
            raise InputError(f"the limit of `{name}` is given twice: give it once.")
        found[name] = None if value.lower() == OFF else _number(value, option)
    return found


def _number(value: str, option: str) -> float:
    try:
        return float(value)
    except ValueError:
        raise InputError(f"{HOW}; got {option!r}.") from None
