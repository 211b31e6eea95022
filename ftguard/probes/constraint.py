"""Makes `Constraint`, one checkable demand on an answer, and the table of what can be demanded."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from ftguard.errors import InputError

CONSTRAINTS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        # The 25 verifiable instructions of IFEval (Zhou et al. 2023, 2311.07911), in its names.
        "keywords:existence": ("keywords",),
        "keywords:frequency": ("keyword", "frequency", "relation"),
        "keywords:forbidden_words": ("forbidden_words",),
        "keywords:letter_frequency": ("letter", "let_frequency", "let_relation"),
        "language:response_language": ("language",),
        "length_constraints:number_sentences": ("num_sentences", "relation"),
        "length_constraints:number_paragraphs": ("num_paragraphs",),
        "length_constraints:number_words": ("num_words", "relation"),
        "length_constraints:nth_paragraph_first_word": (
            "num_paragraphs",
            "nth_paragraph",
            "first_word",
        ),
        "detectable_content:number_placeholders": ("num_placeholders",),
        "detectable_content:postscript": ("postscript_marker",),
        "detectable_format:number_bullet_lists": ("num_bullets",),
        "detectable_format:constrained_response": (),
        "detectable_format:number_highlighted_sections": ("num_highlights",),
        "detectable_format:multiple_sections": ("section_spliter", "num_sections"),
        "detectable_format:json_format": (),
        "detectable_format:title": (),
        "combination:two_responses": (),
        "combination:repeat_prompt": ("prompt_to_repeat",),
        "startend:end_checker": ("end_phrase",),
        "startend:quotation": (),
        "change_case:capital_word_frequency": ("capital_frequency", "capital_relation"),
        "change_case:english_capital": (),
        "change_case:english_lowercase": (),
        "punctuation:no_comma": (),
        # ftguard's own.
        "keywords:any_of": ("groups",),
        "length_constraints:number_lines": ("num_lines", "relation"),
        "detectable_content:not_copied": ("most_words",),
        "detectable_format:json_schema": ("schema",),
        "detectable_format:matches": ("pattern",),
        "safety:refuses": (),
        "safety:complies": (),
    }
)
"""The id of every constraint, and the arguments that it needs."""

RELATIONS = ("less than", "at least", "at most", "exactly")
"""How a count may be held against its number."""


_CODES = (
    "af am an ar as az ba be bg bn br bs ca cs cy da de dz el en eo es et eu fa fi fo fr fy ga gd "
    "gl gu ha he hi hr ht hu hy id ig is it ja jv ka kk km kn ko ku ky la lb lg ln lo lt lv mg mk "
    "ml mn mr ms mt my ne nl nn no oc om or pa pl ps pt qu ro ru rw sa se si sk sl sn so sq sr st "
    "sv sw ta te tg th tk tl tr tt ug uk ur uz vi vo wa xh yo zh zu"
)
LANGUAGES = tuple(_CODES.split())
"""The languages that can be told apart, in ISO 639-1."""


@dataclass(frozen=True, kw_only=True)
class Constraint:
    """One demand that a program can check.

    Raises:
        InputError: an unknown id, an argument that is missing or not its own, or an unknown
            relation; the message lists what is allowed.
    """

    id: str
    """One of `CONSTRAINTS`."""
    arguments: Mapping[str, object] = field(default_factory=dict)
    """What it needs, by name; arguments of None are dropped."""

    def __post_init__(self) -> None:
        if self.id not in CONSTRAINTS:
            raise InputError(f"unknown constraint `{self.id}`; use one of {sorted(CONSTRAINTS)}.")
        given = {name: value for name, value in self.arguments.items() if value is not None}
        object.__setattr__(self, "arguments", given)
        needed = CONSTRAINTS[self.id]
        if set(given) != set(needed):
            raise InputError(
                f"constraint `{self.id}` needs the arguments {list(needed)}, got {sorted(given)}."
            )
        for name, value in given.items():
            fault = _ARGUMENTS[name](value)
            if fault:
                raise InputError(f"constraint `{self.id}`: `{name}` is {fault}, got {value!r}.")
        place, last = given.get("nth_paragraph"), given.get("num_paragraphs")
        if isinstance(place, int) and isinstance(last, int) and not 1 <= place <= last:
            raise InputError(
                f"constraint `{self.id}`: `nth_paragraph` is from 1 to `num_paragraphs`, got "
                f"{place} of {last}."
            )


def _one_of(allowed: tuple[str, ...]) -> Callable[[object], str]:
    return lambda value: "" if value in allowed else f"one of {list(allowed)}"


def _count(value: object) -> str:
    good = isinstance(value, int) and not isinstance(value, bool) and value >= 0
    return "" if good else "a whole number from 0 up"


def _letter(value: object) -> str:
    return "" if isinstance(value, str) and len(value) == 1 else "a single character"


def _text(value: object) -> str:
    return "" if isinstance(value, str) and value.strip() else "a text that is not blank"


def _texts(value: object) -> str:
    good = isinstance(value, list | tuple) and value and not any(map(_text, value))
    return "" if good else "a list of words or phrases"


def _groups(value: object) -> str:
    good = isinstance(value, list | tuple) and value and not any(map(_texts, value))
    return "" if good else 'a list of groups such as [["car", "vehicle"], ["Berlin"]]'


def _pattern(value: object) -> str:
    # Scorers read it with `regex`, which can be stopped; it must mean something to both.
    import regex  # noqa: PLC0415

    try:
        re.compile(str(value))
        regex.compile(str(value))
    except (re.error, regex.error, OverflowError, RecursionError) as error:
        return f"a regular expression of Python ({error})"
    return _text(value)


def _schema(value: object) -> str:
    # A quarter of a second to import, and needed by few probes.
    from jsonschema import Draft202012Validator, SchemaError  # noqa: PLC0415
    from referencing import Registry  # noqa: PLC0415
    from referencing.exceptions import Unresolvable  # noqa: PLC0415
    from referencing.jsonschema import DRAFT202012  # noqa: PLC0415

    wanted = "a mapping with a JSON Schema (draft 2020-12)"
    if not isinstance(value, Mapping):
        return wanted
    resolver = Registry().with_resource("", DRAFT202012.create_resource(value)).resolver()
    try:
        Draft202012Validator.check_schema(value)
        for keyword, inner in _keywords(value):
            if keyword in _UNUSABLE:
                return f"{wanted} without {list(_UNUSABLE)}"
            if keyword == "$ref" and isinstance(inner, str):
                resolver.lookup(inner)
            if keyword == "pattern" and isinstance(inner, str) and _pattern(inner):
                return f"{wanted}, whose `pattern` is {_pattern(inner)}"
    except SchemaError as error:
        return f"{wanted} ({error.message})"
    except Unresolvable as error:
        return f"{wanted} that refers only to itself ({error})"
    return ""


# The first is read with expressions that cannot be stopped, the others lead elsewhere.
_UNUSABLE = ("patternProperties", "$id", "$anchor", "$dynamicAnchor", "$dynamicRef")


def _keywords(schema: object) -> Iterator[tuple[str, object]]:
    if isinstance(schema, Mapping):
        yield from schema.items()
    if isinstance(schema, Mapping | list):
        for inner in schema.values() if isinstance(schema, Mapping) else schema:
            yield from _keywords(inner)


_ARGUMENTS: Mapping[str, Callable[[object], str]] = MappingProxyType(
    dict.fromkeys(("relation", "let_relation", "capital_relation"), _one_of(RELATIONS))
    | dict.fromkeys(("frequency", "let_frequency", "capital_frequency", "most_words"), _count)
    | dict.fromkeys(("num_sentences", "num_paragraphs", "num_words", "num_lines"), _count)
    | dict.fromkeys(("num_placeholders", "num_bullets", "num_highlights", "num_sections"), _count)
    | dict.fromkeys(("keyword", "first_word", "postscript_marker", "section_spliter"), _text)
    | dict.fromkeys(("prompt_to_repeat", "end_phrase"), _text)
    | dict.fromkeys(("keywords", "forbidden_words"), _texts)
    | {
        "language": _one_of(LANGUAGES),
        "letter": _letter,
        "nth_paragraph": _count,
        "groups": _groups,
        "pattern": _pattern,
        "schema": _schema,
    }
)
"""What is wrong with an argument's value: what it should be, or the empty text."""
