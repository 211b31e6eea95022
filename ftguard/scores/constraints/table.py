"""The visible table: which function checks which constraint."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from ftguard.scores.constraints import (
    case,
    combination,
    content,
    formats,
    json_formats,
    keywords,
    language,
    lengths,
    punctuation,
    safety,
    startend,
)

CHECKS: Mapping[str, Callable[..., bool]] = MappingProxyType(
    {
        "keywords:existence": keywords.existence,
        "keywords:frequency": keywords.frequency,
        "keywords:forbidden_words": keywords.forbidden_words,
        "keywords:letter_frequency": keywords.letter_frequency,
        "keywords:any_of": keywords.any_of,
        "language:response_language": language.response_language,
        "length_constraints:number_sentences": lengths.number_sentences,
        "length_constraints:number_paragraphs": lengths.number_paragraphs,
        "length_constraints:number_words": lengths.number_words,
        "length_constraints:number_lines": lengths.number_lines,
        "length_constraints:nth_paragraph_first_word": lengths.nth_paragraph_first_word,
        "detectable_content:number_placeholders": content.number_placeholders,
        "detectable_content:postscript": content.postscript,
        "detectable_format:number_bullet_lists": formats.number_bullet_lists,
        "detectable_format:constrained_response": formats.constrained_response,
        "detectable_format:number_highlighted_sections": formats.number_highlighted_sections,
        "detectable_format:multiple_sections": formats.multiple_sections,
        "detectable_format:title": formats.title,
        "detectable_format:matches": formats.matches,
        "detectable_format:json_format": json_formats.json_format,
        "detectable_format:json_schema": json_formats.json_schema,
        "combination:two_responses": combination.two_responses,
        "combination:repeat_prompt": combination.repeat_prompt,
        "startend:end_checker": startend.end_checker,
        "startend:quotation": startend.quotation,
        "change_case:capital_word_frequency": case.capital_word_frequency,
        "change_case:english_capital": language.english_capital,
        "change_case:english_lowercase": language.english_lowercase,
        "punctuation:no_comma": punctuation.no_comma,
        "safety:refuses": safety.refuses,
        "safety:complies": safety.complies,
    }
)
"""Called with the text and the constraint's arguments, by their names."""

CHECKS_AGAINST_PROMPT: Mapping[str, Callable[..., bool]] = MappingProxyType(
    {"detectable_content:not_copied": content.not_copied}
)
"""Called with the text, the prompt and the arguments."""
