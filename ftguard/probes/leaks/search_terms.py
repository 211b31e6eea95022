"""Tells which texts of a probe are to be searched for in the training data."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from ftguard.probes.leaks.letters import letters, num_letters, symbols, without_signs
from ftguard.probes.probe import Probe
from ftguard.probes.query import PromptTemplate, own_prompt, prompt_template_of

LEAST = 12
"""Letters from which on a text counts inside a longer one; a shorter one is found only as a whole
piece, turn or line. Of CLINC150's queries, 14 % of those with 8 to 11 letters stand somewhere in 24
million letters of unrelated text, 1 % of those with 12 to 15, and none of 8,200 longer ones."""
OWN = 12
"""Words from which on a query within a longer text is nobody's by chance. Of CLINC150's 5,500 test
queries 128 stand within a training query by another person; the longest of them has 9."""
LONG = 20
"""Words from which on one changed word is a small part, so that a near match is a leak."""
_LETTERS_PER_WORD = 8
"""At the least, in a language that puts blanks between words; what has more puts none."""


@dataclass(frozen=True, kw_only=True)
class SearchTerm:
    """A text of a probe, reduced to its letters and digits."""

    probe_id: str
    stream: bytes
    inside: bool
    """Whether it counts inside a longer text."""
    near: bool = False
    """Whether it counts with a few letters changed."""
    similar: bool = False
    """Whether a whole text much like it is reported."""
    said: bool = False
    """Whether others may say it within a text of their own, as a short query."""
    answer: bytes = b""
    """Of such a query, the answer that would tell where it is followed by it."""
    beside: bytes = b""
    """What must stand in the row too: the right answer where the text is short and others share
    it, as a question with options ("Which of these is true?") or the beginning of a text."""


def search_terms_of(
    probes: Sequence[Probe], templates: Sequence[PromptTemplate]
) -> tuple[SearchTerm, ...]:
    """What to search for: of each probe its whole prompt and its query, or its reference.

    Args:
        probes: what is asked; the likelihood companion of another one is left out.
        templates: what prompts of a set share; of several that fit, the longest counts.
    """
    ids = {probe.id for probe in probes}
    terms: dict[tuple[str, bytes], SearchTerm] = {}
    for probe in probes:
        if probe.companion_of not in ids:
            # A query that is the whole prompt comes later, and is searched for as the query.
            terms.update({(probe.id, item.stream): item for item in _texts(probe, templates)})
    return tuple(item for item in terms.values() if item.stream)


def prompt_templates_of(probes: Sequence[Probe]) -> tuple[PromptTemplate, ...]:
    """What the prompts of each role share."""
    asked = [probe for probe in probes if probe.prompt]
    roles = dict.fromkeys(probe.role for probe in asked)
    return tuple(
        prompt_template_of([probe for probe in asked if probe.role == role]) for role in roles
    )


def edges(template: PromptTemplate) -> tuple[bytes, bytes]:
    """The letters of a template in the lines where the query begins and ends."""
    return letters(template.before.rpartition("\n")[2]), letters(template.after.partition("\n")[0])


def terms_of_text(probe_id: str, text: str) -> Iterator[SearchTerm]:
    """A text that counts as it is, whole or inside a longer one."""
    stream = letters(text)
    inside = num_letters(stream) >= LEAST
    yield SearchTerm(probe_id=probe_id, stream=stream or symbols(text), inside=inside)
    loose = without_signs(stream)
    if loose != stream and num_letters(loose) >= LEAST:
        yield SearchTerm(probe_id=probe_id, stream=loose, inside=True)


def _texts(probe: Probe, templates: Sequence[PromptTemplate]) -> Iterator[SearchTerm]:
    reference = "".join(probe.references[:1])
    if not probe.prompt:
        yield from _asked(probe.id, reference)
        return
    whole, query = _prompt(probe, templates)
    if probe.kind == "likelihood":
        yield from _asked(probe.id, whole + reference)
    if probe.kind == "answer" or _num_words(whole) >= LONG:
        yield from terms_of_text(probe.id, whole)
    answer = letters(reference)
    shared = _num_words(query) < LONG and (probe.choices or probe.kind == "likelihood")
    said = _num_words(query) < OWN
    for item in _asked(probe.id, query):
        yield replace(
            item,
            beside=answer if shared else b"",
            said=said and item.inside,
            answer=answer if said else b"",
        )


def _prompt(probe: Probe, templates: Sequence[PromptTemplate]) -> tuple[str, str]:
    """The whole prompt, and what is asked in it."""
    prompt = own_prompt(probe)
    if isinstance(prompt, str):
        whole, turns = prompt, [prompt]
    else:
        whole = "\n".join(message["content"] for message in prompt)
        turns = [m["content"] for m in prompt if m["role"] != "system"]
    if len(turns) > 1:
        # The end of a longer chat, such as "yes please", is not what is asked.
        return whole, "\n".join(turns)
    queries = [template.query(probe) for template in (PromptTemplate(), *templates)]
    return whole, min(filter(letters, queries), key=len, default=whole)


def _asked(probe_id: str, text: str) -> Iterator[SearchTerm]:
    """A text that also counts with some letters changed, where it is long."""
    near = _num_words(text) >= LONG
    first, *loose = terms_of_text(probe_id, text)
    yield replace(first, near=near, similar=not near)
    yield from loose


def _num_words(text: str) -> int:
    return max(len(text.split()), num_letters(letters(text)) // _LETTERS_PER_WORD)
