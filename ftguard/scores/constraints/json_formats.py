"""Checks of answers that are JSON."""

import json
from collections.abc import Iterator, Mapping
from typing import Never

from ftguard.scores.constraints.expressions import deadline, search

MOST_VALUES = 1_000
"""A longer answer meets no schema: what checks it takes up to a millisecond a value."""


def json_format(text: str) -> bool:
    """The whole text, perhaps in one code fence, is JSON (of which NaN is no part)."""
    try:
        _parse(text)
    except (ValueError, RecursionError):
        return False
    return True


def json_schema(text: str, *, schema: Mapping[str, object]) -> bool:
    """The whole text, perhaps in one code fence, is JSON and valid under the schema (2020-12).

    What is nested too deep, holds numbers beyond floats or more than `MOST_VALUES` values is not.
    """
    try:
        value = _parse(text)
        return _count(value) <= MOST_VALUES and _is_valid(value, schema)
    except (ValueError, RecursionError, ArithmeticError, TimeoutError):
        return False


def _parse(text: str) -> object:
    bare = text.strip()
    if bare.startswith("```"):
        bare = bare.removeprefix("```").removesuffix("```")
        bare = bare[4:] if bare[:4].lower() == "json" else bare
    return json.loads(bare, parse_constant=_refuse)


def _refuse(constant: str) -> Never:
    raise ValueError(constant)


def _count(value: object) -> int:
    """How many values a value holds, itself included."""
    count, left = 0, [value]
    while left:
        value = left.pop()
        count += 1
        left.extend(value.values() if isinstance(value, dict) else ())
        left.extend(value if isinstance(value, list) else ())
    return count


def _is_valid(value: object, schema: Mapping[str, object]) -> bool:
    # A quarter of a second to import, and needed by few probes.
    from jsonschema import Draft202012Validator, ValidationError
    from jsonschema.validators import extend
    from referencing import Registry

    until = deadline()

    def pattern(
        validator: object, wanted: str, value: object, schema: object
    ) -> Iterator[ValidationError]:
        del validator, schema
        if isinstance(value, str) and not search(wanted, value, until):
            yield ValidationError("no match")

    timed = extend(Draft202012Validator, {"pattern": pattern})  # type: ignore[no-untyped-call]
    # Without a registry of its own the validator would fetch what a schema refers to.
    return bool(timed(schema, registry=Registry()).is_valid(value))
