"""Makes `Call`, one call of a function: what a reference of `tool_call` asks for."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ftguard.errors import InputError

_NAMES = ("name", "tool_name", "function_name")
_CALLS = ("tool_calls", "function_calls")
_BESIDE = frozenset((*_NAMES, "id", "type", "index", "tool_call_id"))
"""What a call without arguments may hold."""
_ARGUMENTS = ("arguments", "parameters", "args", "input")


class Spelt(str):
    """The value of an argument in a spelling that does not tell texts from numbers."""

    __slots__ = ()


@dataclass(frozen=True, kw_only=True)
class Call:
    """A function's name, and its arguments in JSON's own kinds."""

    name: str
    arguments: Mapping[str, object]

    def same_as(self, other: "Call") -> bool:
        """Whether name and arguments are equal as JSON: keys in any order, 1 as 1.0."""
        return self.name == other.name and same_json(self.arguments, other.arguments)


def reference_calls(text: str) -> tuple[Call, ...]:
    """The calls that a reference asks for.

    Raises:
        InputError: it is no JSON of a call or of a list of calls.
    """
    try:
        found = calls_of(json.loads(text))
    except (ValueError, RecursionError):
        found = None
    if not found:
        raise InputError(
            '`tool_call` needs a reference such as `{"name": "weather", "arguments": {"city": '
            f'"Oslo"}}}}`, or a JSON list of such calls, got {text[:80]!r}.'
        )
    return found


def calls_of(value: object) -> tuple[Call, ...] | None:
    """The call in a JSON value, or the calls in a list of them; None where it is neither."""
    if isinstance(value, list):
        each = [_call_of(item) for item in value]
        calls = tuple(call for call in each if call is not None)
        return calls if each and len(calls) == len(each) else None
    inner = _first(value, _CALLS) if isinstance(value, Mapping) else None
    if isinstance(inner, list):
        return calls_of(inner)
    call = _call_of(value)
    return None if call is None else (call,)


def same_json(left: object, right: object) -> bool:
    """Whether two JSON values are equal; true is not 1."""
    if isinstance(left, Spelt):
        return left == right if isinstance(right, str) else _means(left, right)
    if isinstance(left, Mapping) and isinstance(right, Mapping):
        return left.keys() == right.keys() and all(same_json(left[k], right[k]) for k in left)
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(map(same_json, left, right))
    if isinstance(left, bool) or isinstance(right, bool):
        return left is right
    return left == right


def _means(text: str, value: object) -> bool:
    """Whether a text is the JSON, or the Python, of a value."""
    try:
        found = json.loads({"True": "true", "False": "false", "None": "null"}.get(text, text))
    except (ValueError, RecursionError):
        return False
    return same_json(found, value)


def _call_of(value: object) -> Call | None:
    if not isinstance(value, Mapping):
        return None
    # As OpenAI writes it: `{"id": ..., "type": "function", "function": {"name": ...}}`.
    inner = value.get("function")
    if isinstance(inner, Mapping):
        value = inner
    elif isinstance(inner, str):
        value = {"name": inner, **value}
    name, given = _first(value, _NAMES), _first(value, _ARGUMENTS)
    if given is None and not value.keys() <= {*_BESIDE, *_ARGUMENTS}:
        return None
    arguments = _arguments(given)
    if not isinstance(name, str) or not name or arguments is None:
        return None
    return Call(name=name, arguments=arguments)


def _first(value: Mapping[str, object], names: Iterable[str]) -> object:
    return next((value[name] for name in names if value.get(name) is not None), None)


def _arguments(value: object) -> Mapping[str, object] | None:
    """The arguments, which may be JSON in a text; none at all are no arguments."""
    if isinstance(value, str):
        try:
            value = json.loads(value) if value.strip() else {}
        except (ValueError, RecursionError):
            return None
    if value is None:
        return {}
    return value if isinstance(value, Mapping) else None
