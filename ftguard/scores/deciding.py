"""Tells when the score of an answer is decided, so that it need not be written on."""

from collections.abc import Callable

from ftguard.probes.numbers import FINAL, NUMBER
from ftguard.probes.probe import Probe
from ftguard.scores.constraints.scorer import is_settled
from ftguard.scores.repeats import repeats


def decided(probe: Probe, text: str) -> bool:
    """Whether whatever an answer could become, its score is that of the text so far.

    An answer that repeats itself without an end is scored as one that was cut off in it, as it
    would be at the end of its room. Where words may still take back what was said, as they may of
    most answers in sentences, nothing is decided.

    Args:
        probe: what was asked.
        text: what was answered so far, without thinking; its last word may be half of one.
    """
    if not text.strip():
        return False
    knows = _KNOWS.get(str(probe.scorer))
    return (knows is not None and knows(probe, text)) or repeats(text)


def _is_other(probe: Probe, text: str) -> bool:
    """Whether an answer has come to differ from all that are accepted."""
    said = text.strip().rstrip("\ufffd")
    return not any(reference.strip().startswith(said) for reference in probe.references)


def _is_marked(probe: Probe, text: str) -> bool:
    """Whether the number behind the first `####` is there, which is the answer."""
    del probe
    _, marker, after = text.partition(FINAL)
    line, ended, _ = after.strip(" ").partition("\n")
    return bool(marker and ended and NUMBER.search(line))


_KNOWS: dict[str, Callable[[Probe, str], bool]] = {
    "exact_match": _is_other,
    "numeric": _is_marked,
    "constraints": is_settled,
}
