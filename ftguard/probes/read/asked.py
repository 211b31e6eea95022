"""The records that the shapes make of rows: a prompt with its answers, or why there is none."""

from dataclasses import dataclass

from ftguard.probes.probe import Message


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A prompt and the answers that a row trains towards, or would accept."""

    prompt: str | tuple[Message, ...]
    answers: tuple[str, ...]
    """The canonical one first; empty where the row has none."""
    wrong: tuple[str, ...] = ()
    """Answers that the row says are wrong, or worse."""
    rejected: str = ""
    """Of a preference pair: the answer that is worse than the first one, as it stands."""
    calls: bool = False
    """Whether the answer is a call of a tool."""
    label: bool = False
    """Whether it is the name of a class, though that may be a number."""


@dataclass(frozen=True, kw_only=True)
class LeftOut:
    """A row that nothing is asked from, although nothing is wrong with it."""

    reason: str
    """After `rows that`."""
