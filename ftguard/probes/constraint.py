"""Makes `Constraint`, one checkable demand on an answer, and the table of what can be demanded."""

from collections.abc import Mapping
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
        for name in given.keys() & {"relation", "let_relation", "capital_relation"}:
            if given[name] not in RELATIONS:
                raise InputError(
                    f"constraint `{self.id}`: `{name}` is one of {list(RELATIONS)}, got "
                    f"{given[name]!r}."
                )
