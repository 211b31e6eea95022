"""Tests of answers that are JSON, with and without a schema."""

import pytest

from ftguard.scores.constraints.json_formats import json_format, json_schema


@pytest.mark.parametrize(
    ("text", "met"),
    [
        ('{"a": [1, 2.5, null, true, "x"]}', True),
        ('```json\n{"a": 1}\n```', True),
        ("```JSON\n[]\n```", True),
        ("```\n[1]\n```", True),
        ('"text"', True),
        ("{'a': 1}", False),
        ('{"a": 1,}', False),
        ('Here you are: {"a": 1}', False),
        ('{"a": 1}\n{"b": 2}', False),
        ("```\n```", False),
        ("[NaN]", False),
        ("[" * 100_000, False),
        ("1" * 5_000, False),
    ],
)
def test_the_whole_text_is_json(text: str, met: bool) -> None:
    """A code fence around it is allowed, other words are not; too deep or too long is a fault."""
    assert json_format(text) == met


PERSON = {
    "type": "object",
    "properties": {"name": {"const": "Ada"}, "born": {"type": "integer"}},
    "required": ["name"],
    "additionalProperties": False,
}


@pytest.mark.parametrize(
    ("text", "met"),
    [
        ('{"name": "Ada", "born": 1815}', True),
        ('```json\n{"name": "Ada"}\n```', True),
        ('{"name": "Bob"}', False),
        ('{"born": 1815}', False),
        ('{"name": "Ada", "born": "1815"}', False),
        ('{"name": "Ada", "died": 1852}', False),
        ('{"name": "Ada"', False),
        ("[]", False),
    ],
)
def test_json_is_valid_under_the_schema(text: str, met: bool) -> None:
    """Constants, types, required and further properties are held."""
    assert json_schema(text, schema=PERSON) == met


TREE = {"$ref": "#/$defs/tree", "$defs": {"tree": {"type": "array", "items": {"$ref": "#"}}}}


@pytest.mark.parametrize(
    ("text", "schema", "met"),
    [
        ("[[[]]]", TREE, True),
        ("[[1]]", TREE, False),
        ("[" * 700 + "]" * 700, TREE, False),
        ('["ab"]', {"items": {"pattern": "^a"}}, True),
        ('["ba"]', {"items": {"pattern": "^a"}}, False),
        ('["' + "a" * 5000 + '!"]', {"items": {"pattern": "^(a|aa)+$"}}, False),
        (f"[{'1,' * 998}1]", {"type": "array"}, True),
        (f"[{'1,' * 999}1]", {"type": "array"}, False),
        ("[1e400]", {"items": {"multipleOf": 0.1}}, False),
        (f"[{'9' * 4000}]", {"items": {"multipleOf": 0.1}}, False),
    ],
)
def test_hostile_json_is_invalid(text: str, schema: dict[str, object], met: bool) -> None:
    """Too deep, too many values (1,000 is the most), numbers beyond floats, endless matches."""
    assert json_schema(text, schema=schema) == met
