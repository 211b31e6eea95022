"""Tests of constraints that cannot be checked: they are refused when a probe is written."""

import pytest

from ftguard.errors import InputError
from ftguard.probes.constraint import CONSTRAINTS, Constraint
from ftguard.scores.constraints.relation import RELATIONS

FORMAT = "detectable_format:"
FAULTS: tuple[tuple[str, dict[str, object], str], ...] = (
    ("keywords:existence", {"keywords": "cat"}, "`keywords` is a list of words or phrases"),
    ("keywords:existence", {"keywords": []}, "a list of words"),
    ("keywords:existence", {"keywords": ["cat", " "]}, "a list of words"),
    ("keywords:forbidden_words", {"forbidden_words": [1]}, "a list of words"),
    ("keywords:any_of", {"groups": ["car", "Berlin"]}, "`groups` is a list of groups such as"),
    ("keywords:any_of", {"groups": [["car"], []]}, "a list of groups"),
    ("language:response_language", {"language": "klingon"}, "`language` is one of ['af', 'am'"),
    (f"{FORMAT}number_bullet_lists", {"num_bullets": "3"}, "`num_bullets` is a whole number"),
    (f"{FORMAT}number_bullet_lists", {"num_bullets": -1}, "a whole number from 0 up"),
    (f"{FORMAT}number_bullet_lists", {"num_bullets": True}, "a whole number"),
    (f"{FORMAT}number_bullet_lists", {"num_bullets": 2.5}, "a whole number"),
    (
        f"{FORMAT}matches",
        {"pattern": "("},
        "`pattern` is a regular expression of Python (missing )",
    ),
    (f"{FORMAT}matches", {"pattern": r"\p{Lu}"}, "a regular expression of Python (bad escape"),
    (f"{FORMAT}matches", {"pattern": ""}, "a text that is not blank"),
    (f"{FORMAT}matches", {"pattern": 3}, "a text that is not blank"),
    (f"{FORMAT}json_schema", {"schema": "object"}, "`schema` is a mapping with a JSON Schema"),
    (f"{FORMAT}json_schema", {"schema": {"type": "objekt"}}, "draft 2020-12 ('objekt' is not"),
    (
        f"{FORMAT}json_schema",
        {"schema": {"$ref": "#/$defs/a"}},
        "its own parts alone ('/$defs/a' does",
    ),
    (
        f"{FORMAT}json_schema",
        {"schema": {"$ref": "https://a.b/c"}},
        "refers to its own parts alone (https",
    ),
    (
        f"{FORMAT}json_schema",
        {"schema": {"$ref": "#/title", "title": "a"}},
        "leads to a schema, not `#/title`",
    ),
    (f"{FORMAT}json_schema", {"schema": {"items": {"pattern": "("}}}, "'(' is not a 'regex'"),
    (
        f"{FORMAT}json_schema",
        {"schema": {"patternProperties": {"a": {}}}},
        "(without ['patternProperties', ",
    ),
    ("startend:end_checker", {"end_phrase": " "}, "`end_phrase` is a text that is not blank"),
)


@pytest.mark.parametrize(("id", "arguments", "message"), FAULTS)
def test_a_bad_argument_is_refused(id: str, arguments: dict[str, object], message: str) -> None:
    """The message names the constraint, the argument, what it should be and what it is."""
    with pytest.raises(InputError) as refused:
        Constraint(id=id, arguments=arguments)

    assert f"constraint `{id}`: " in str(refused.value)
    assert message in str(refused.value)
    assert repr(next(iter(arguments.values()))) in str(refused.value)


@pytest.mark.parametrize("letter", ["", "ab", 3])
def test_a_letter_is_one_character(letter: object) -> None:
    """Whether a letter or another character, such as `#`."""
    arguments = {"letter": letter, "let_frequency": 1, "let_relation": "exactly"}

    with pytest.raises(InputError, match="`letter` is a single character, got"):
        Constraint(id="keywords:letter_frequency", arguments=arguments)


@pytest.mark.parametrize("place", [0, 4])
def test_the_nth_paragraph_must_be_there(place: int) -> None:
    """Of three paragraphs, it is the first, second or third."""
    arguments = {"num_paragraphs": 3, "nth_paragraph": place, "first_word": "so"}

    with pytest.raises(InputError, match=f"`nth_paragraph` is from 1 to 3, got {place}"):
        Constraint(id="length_constraints:nth_paragraph_first_word", arguments=arguments)


@pytest.mark.parametrize("relation", RELATIONS)
@pytest.mark.parametrize("name", ["relation", "let_relation", "capital_relation"])
def test_all_relations_are_allowed_everywhere(name: str, relation: str) -> None:
    """IFEval's two and ours, in all five constraints that count."""
    for constraint, names in CONSTRAINTS.items():
        if name in names:
            others = {n: "a" if n in {"keyword", "letter"} else 2 for n in names if n != name}

            assert Constraint(id=constraint, arguments={name: relation, **others}).arguments[name]


def test_a_schema_may_refer_to_itself() -> None:
    """Trees, and what pydantic writes, need it."""
    schema = {"$ref": "#/$defs/tree", "$defs": {"tree": {"items": {"$ref": "#"}}}}

    constraint = Constraint(id="detectable_format:json_schema", arguments={"schema": schema})

    assert constraint.arguments == {"schema": schema}
