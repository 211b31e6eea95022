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
        InputError: an unknown id, or an argument that is missing, not its own, or not what it
            should be; the message lists what is allowed.
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
            what = f"`nth_paragraph` is from 1 to {last}, got {place}"
            raise InputError(f"constraint `{self.id}`: {what}.")


def _one_of(allowed: tuple[str, ...]) -> Callable[[object], str]:
    return lambda value: "" if value in allowed else f"one of {list(allowed)}"


def _whole_number(value: object) -> str:
    good = isinstance(value, int) and not isinstance(value, bool) and value >= 0
    return "" if good else "a whole number from 0 up"


def _letter(value: object) -> str:
    return "" if isinstance(value, str) and len(value) == 1 else "a single character"


def _text(value: object) -> str:
    return "" if isinstance(value, str) and value.strip() else "a text that is not blank"


def _list_of(fault: Callable[[object], str], wanted: str) -> Callable[[object], str]:
    def check(value: object) -> str:
        good = isinstance(value, list | tuple) and value and not any(map(fault, value))
        return "" if good else wanted

    return check


def _pattern(value: object) -> str:
    # Scorers read it with `regex`, which can be stopped; it must mean something to both.
    import regex

    try:
        re.compile(str(value))
        regex.compile(str(value))
    except (re.error, regex.error, OverflowError, RecursionError) as error:
        return f"a regular expression of Python ({error})"
    return _text(value)


def _schema(value: object) -> str:
    # A quarter of a second to import, and needed by few probes.
    from jsonschema import Draft202012Validator, SchemaError
    from referencing import Registry
    from referencing.exceptions import Unresolvable
    from referencing.jsonschema import DRAFT202012

    wanted = "a mapping with a JSON Schema, draft 2020-12"
    if not isinstance(value, Mapping):
        return wanted
    resolver = Registry().with_resource("", DRAFT202012.create_resource(value)).resolver()
    try:
        Draft202012Validator.check_schema(value)
        for keyword, inner in _keywords(value):
            _check_keyword(keyword, inner, lambda ref: resolver.lookup(ref).contents)
    except Unresolvable as error:
        return f"{wanted}, that refers to its own parts alone ({error})"
    except (SchemaError, ValueError) as error:
        return f"{wanted} ({getattr(error, 'message', error)})"
    return ""


def _keywords(schema: object) -> Iterator[tuple[str, object]]:
    items = dict(enumerate(schema)) if isinstance(schema, list) else schema
    for keyword, inner in items.items() if isinstance(items, Mapping) else ():
        yield str(keyword), inner
        yield from _keywords(inner)


# Expressions in the first cannot be stopped; the others change what `$ref` means.
_UNUSABLE = ("patternProperties", "$id", "$anchor", "$dynamicAnchor", "$dynamicRef")


def _check_keyword(keyword: str, value: object, lookup: Callable[[str], object]) -> None:
    if keyword in _UNUSABLE:
        raise ValueError(f"without {list(_UNUSABLE)}")
    if keyword == "pattern" and isinstance(value, str) and _pattern(value):
        raise ValueError(f"whose `pattern` is {_pattern(value)}")
    if keyword == "$ref" and isinstance(value, str) and not isinstance(lookup(value), Mapping):
        raise ValueError(f"whose `$ref` leads to a schema, not `{value}`")


_texts = _list_of(_text, "a list of words or phrases")
_ARGUMENTS: Mapping[str, Callable[[object], str]] = MappingProxyType(
    dict.fromkeys(("relation", "let_relation", "capital_relation"), _one_of(RELATIONS))
    | dict.fromkeys(
        ("frequency", "let_frequency", "capital_frequency", "most_words"), _whole_number
    )
    | dict.fromkeys(("num_sentences", "num_paragraphs", "num_words", "num_lines"), _whole_number)
    | dict.fromkeys(
        ("num_placeholders", "num_bullets", "num_highlights", "num_sections"), _whole_number
    )
    | dict.fromkeys(("keyword", "first_word", "postscript_marker", "section_spliter"), _text)
    | dict.fromkeys(("prompt_to_repeat", "end_phrase"), _text)
    | dict.fromkeys(("keywords", "forbidden_words"), _texts)
    | {
        "language": _one_of(LANGUAGES),
        "letter": _letter,
        "nth_paragraph": _whole_number,
        "groups": _list_of(_texts, 'a list of groups such as [["car", "vehicle"], ["Berlin"]]'),
        "pattern": _pattern,
        "schema": _schema,
    }
)
"""What is wrong with an argument's value: what it should be, or the empty text."""
