"""Tells which texts of a probe are to be searched for in the training data."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from ftguard.probes.letters import letters, num_letters, spelled, without_signs
from ftguard.probes.probe import Message, Probe, Role
from ftguard.probes.query import Frame, frame_of

LEAST = 12
"""Letters from which on a text counts inside a longer one; a shorter one is found only as a whole
piece, turn or line. Of CLINC150's queries, 14 % of those with 8 to 11 letters stand somewhere in 24
million letters of unrelated text, 1 % of those with 12 to 15, and none of 8,200 longer ones."""
LONG = 20
"""Words from which on one changed word is a small part, so that a near match is a leak."""
_LETTERS_PER_WORD = 8
"""At the least, in a language that puts blanks between words; what has more puts none."""


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """A text of a probe, reduced to its letters and digits."""

    probe_id: str
    stream: bytes
    inside: bool
    """Whether it counts inside a longer text."""
    near: bool = False
    """Whether it counts with a few letters changed."""
    similar: bool = False
    """Whether a whole text much like it is reported."""
    beside: bytes = b""
    """What must stand in the row too: the right answer of a short question with options, since
    many share such a question as 'Which of these is true?'."""


def wanted_of(probes: Sequence[Probe], frames: Mapping[Role | None, Frame]) -> tuple[Wanted, ...]:
    """What to search for: of each probe its whole prompt and its query, or its reference.

    Args:
        probes: what is asked; the likelihood companion of another one is left out.
        frames: what the prompts of each role share.
    """
    ids = {probe.id for probe in probes}
    wanted: dict[tuple[str, bytes], Wanted] = {}
    for probe in probes:
        if probe.companion_of not in ids:
            # A query that is the whole prompt comes second, and is searched for as the query.
            for item in _texts(probe, frames.get(probe.role, Frame())):
                wanted[probe.id, item.stream] = item
    return tuple(item for item in wanted.values() if item.stream)


def frames_of(probes: Sequence[Probe]) -> dict[Role | None, Frame]:
    """What the prompts of each role share."""
    asked = [probe for probe in probes if probe.prompt]
    roles = dict.fromkeys(probe.role for probe in asked)
    return {role: frame_of([probe for probe in asked if probe.role == role]) for role in roles}


def wanted_text(probe_id: str, text: str) -> Iterator[Wanted]:
    """A text that counts as it is, whole or inside a longer one."""
    stream = spelled(text)
    yield Wanted(probe_id=probe_id, stream=stream, inside=num_letters(letters(text)) >= LEAST)
    loose = without_signs(stream)
    if loose != stream and num_letters(loose) >= LEAST:
        yield Wanted(probe_id=probe_id, stream=loose, inside=True)


def _texts(probe: Probe, frame: Frame) -> Iterator[Wanted]:
    messages = (
        [Message(role="user", content=probe.prompt)]
        if isinstance(probe.prompt, str)
        else probe.prompt
    )
    yield from wanted_text(probe.id, "\n".join(message["content"] for message in messages))
    turns = [message["content"] for message in messages if message["role"] != "system"]
    if not probe.prompt:
        yield from _query(probe, probe.references[0])
    elif len(turns) == 1:
        yield from _query(probe, frame.query(probe))
    else:
        # The end of a longer chat, such as "yes please", is not what is asked.
        yield from _query(probe, "\n".join(turns))


def _query(probe: Probe, query: str) -> Iterator[Wanted]:
    words = max(len(query.split()), num_letters(letters(query)) // _LETTERS_PER_WORD)
    near = words >= LONG
    beside = letters(probe.references[0]) if probe.choices and not near else b""
    first, *loose = wanted_text(probe.id, query)
    yield replace(first, near=near, similar=not near, beside=beside)
    yield from (replace(item, beside=beside) for item in loose)
