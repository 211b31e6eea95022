"""Makes the digest of a user's function, which changes with all that its result follows from."""

import hashlib
import inspect
import re
from collections.abc import Iterator, Mapping
from functools import partial
from types import CodeType, FunctionType

import numpy as np

from ftguard.errors import InputError


def digest_of(function: FunctionType, beside: str = "") -> str:
    """Of its source, its defaults and closure, and the globals and helpers that it names.

    What stands `beside` it, such as a range, counts too.

    Followed are numbers, texts, patterns and containers of them, and functions of the same module;
    other globals (modules, classes) are taken to stay as they are.

    Raises:
        InputError: its source cannot be read, or its defaults or closure hold something else.
    """
    hashed = hashlib.blake2b(digest_size=6)
    for part in _parts(function, set()):
        hashed.update(part.encode("utf-8", "surrogatepass") + b"\0")
    hashed.update(beside.encode())
    return hashed.hexdigest()


def called(given: object) -> tuple[FunctionType, str] | None:
    """The plain function that a partial one or an object calls, and all that it holds, as text.

    Returns:
        None where it is neither, or holds more than numbers and texts, whose changes would go
        unseen.
    """
    if isinstance(given, FunctionType):
        return given, ""
    if isinstance(given, partial):
        inner, held = called(given.func), _written([given.args, given.keywords])
        return None if inner is None or held is None else (inner[0], f"{inner[1]} {held}")
    function, held = type(given).__call__, _written(getattr(given, "__dict__", {}))
    if not isinstance(function, FunctionType) or held is None:
        return None
    try:
        return function, f"{held} {inspect.getsource(type(given))}"
    except (OSError, TypeError):
        return None


def _parts(function: FunctionType, seen: set[FunctionType]) -> Iterator[str]:
    if function in seen:
        return
    seen.add(function)
    try:
        yield inspect.getsource(function)
    except (OSError, TypeError):
        raise InputError(
            f"the source of `{function.__qualname__}` cannot be read, so a change to it would go "
            "unseen: define it with `def` in a file or a notebook cell."
        ) from None
    code = function.__code__
    if function.__name__ == "<lambda>":
        # Two of them may stand on one line.
        yield f"{code.co_code.hex()} {code.co_names}"
        yield repr([each for each in code.co_consts if not isinstance(each, CodeType)])
    held = {f"default {i}": value for i, value in enumerate(function.__defaults__ or ())}
    held |= function.__kwdefaults__ or {}
    cells = function.__closure__ or ()
    held |= {name: cell.cell_contents for name, cell in zip(code.co_freevars, cells, strict=True)}
    for name, value in held.items():
        yield from _held(function, name, value, seen)
    for name in sorted(_names(code)):
        value = function.__globals__.get(name)
        if isinstance(value, FunctionType) and value.__module__ == function.__module__:
            yield from _parts(value, seen)
        elif (text := _written(value)) is not None:
            yield f"{name} {text}"


def _held(
    function: FunctionType, name: str, value: object, seen: set[FunctionType]
) -> Iterator[str]:
    if isinstance(value, FunctionType):
        yield from _parts(value, seen)
        return
    text = _written(value)
    if text is None:
        raise InputError(
            f"`{function.__qualname__}` holds a {type(value).__name__} (`{name}`), whose changes "
            "would go unseen: let it hold numbers and texts, and make the rest inside of it."
        )
    yield f"{name} {text}"


def _names(code: CodeType) -> set[str]:
    inner = (_names(each) for each in code.co_consts if isinstance(each, CodeType))
    return set(code.co_names).union(*inner)


def _written(value: object) -> str | None:
    """A value that its text tells apart from every other; None for any other kind."""
    if value is None or isinstance(value, (bool, int, float, str, bytes)):
        return f"{type(value).__name__} {value!r}"
    if isinstance(value, np.generic):
        return f"{type(value).__name__} {value!r}"
    if isinstance(value, re.Pattern):
        return f"{value.pattern!r} {value.flags}"
    if isinstance(value, Mapping):
        value = [list(item) for item in value.items()]
    if isinstance(value, (list, tuple, set, frozenset)):
        texts = [_written(each) for each in value]
        known = [text for text in texts if text is not None]
        if len(known) == len(texts):
            return f"[{', '.join(sorted(known) if isinstance(value, (set, frozenset)) else known)}]"
    return None
