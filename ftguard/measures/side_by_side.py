"""Makes `SideBySide`s: what the base and a checkpoint answered to each probe, and what changed."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from ftguard.ask.answer import Answer
from ftguard.measures.flips import RIGHT
from ftguard.measures.paired import LEAST_LIKELIHOOD
from ftguard.probes.probe import GREEDY, MULTIPLE_CHOICE, PREFERENCE, Probe
from ftguard.scores.multiple_choice import likeliest
from ftguard.scores.record import Score
from ftguard.scores.snapshot import Snapshot

Change = Literal["lost", "gained", "right", "wrong", "unscored"]
"""Of an answer: it was right and is not, it was not and is, it is right or wrong as before; or it
has no score on one of the sides."""
PAIR = ("chosen", "rejected")
ANOTHER = "(another text)"
"""Said of a text that was read and is not what the model would write."""
TWICE = 2.0
"""A text that is read is lost where it is less than half as likely per token, and gained where more
than twice (0.69 nats)."""


@dataclass(frozen=True, kw_only=True)
class SideBySide:
    """One probe with both models' answers."""

    probe: Probe
    base: Answer
    now: Answer
    before: Score
    after: Score

    @property
    def change(self) -> Change:
        """What became of the answer."""
        was, is_now = self.before.value, self.after.value
        if was is None or is_now is None:
            return "unscored"
        if self.probe.kind == "likelihood":
            return _of_likelihoods(was, is_now)
        right, still = was > RIGHT, is_now > RIGHT
        if right != still:
            return "lost" if right else "gained"
        return "right" if right else "wrong"

    @property
    def fall(self) -> float:
        """By how much the score fell, in [-1, 1]; 0 where a side has none."""
        was, is_now = self.before.value, self.after.value
        return 0.0 if was is None or is_now is None else was - is_now

    @property
    def said(self) -> tuple[str, str]:
        """What each model said: its text, the option or the text of a pair it holds likeliest, or
        how likely it finds the text that it was given to read.
        """  # noqa: D205
        return _said(self.probe, self.base), _said(self.probe, self.now)

    @property
    def same_words(self) -> bool:
        """Whether both said the same, blanks around it aside."""
        before, after = self.said
        return before.strip() == after.strip()


def side_by_side(probes: Sequence[Probe], base: Snapshot, now: Snapshot) -> tuple[SideBySide, ...]:
    """The probes that both models answered, in the probes' order."""
    return tuple(_pairs(probes, base, now))


def lost(pairs: Sequence[SideBySide]) -> tuple[SideBySide, ...]:
    """Those that turned wrong, what fell furthest first; of equals the easiest."""
    found = (pair for pair in pairs if pair.change == "lost")
    return tuple(sorted(found, key=lambda pair: (-pair.fall, pair.probe.tier or 0, pair.probe.id)))


def gained(pairs: Sequence[SideBySide]) -> tuple[SideBySide, ...]:
    """Those that turned right, what rose furthest first; of equals the hardest."""
    found = (pair for pair in pairs if pair.change == "gained")
    return tuple(
        sorted(found, key=lambda pair: (pair.fall, -(pair.probe.tier or 0), pair.probe.id))
    )


def _pairs(probes: Sequence[Probe], base: Snapshot, now: Snapshot) -> Iterator[SideBySide]:
    before, after = ({a.probe_id: a for a in side.answers} for side in (base, now))
    was, is_now = ({s.probe_id: s for s in side.scores} for side in (base, now))
    for probe in probes:
        if all(probe.id in side for side in (before, after, was, is_now)):
            yield SideBySide(
                probe=probe,
                base=before[probe.id],
                now=after[probe.id],
                before=was[probe.id],
                after=is_now[probe.id],
            )


def _of_likelihoods(was: float, is_now: float) -> Change:
    if max(was, is_now) < LEAST_LIKELIHOOD:
        return "wrong"
    if is_now * TWICE < was:
        return "lost"
    return "gained" if was * TWICE < is_now else "right"


def _said(probe: Probe, answer: Answer) -> str:
    options = answer.option_logprobs
    if probe.scorer == MULTIPLE_CHOICE and len(options) == len(probe.choices):
        return probe.choices[likeliest(probe, options)]
    if probe.scorer == PREFERENCE and len(options) == len(PAIR):
        return (*probe.references, *probe.distractors)[options.index(max(options))]
    if probe.scorer == GREEDY:
        return probe.references[0] if answer.likeliest else ANOTHER
    if probe.kind == "likelihood":
        nats = -sum(answer.logprobs) / max(1, len(answer.logprobs))
        return f"{nats:.2f} nats per token"
    return answer.text
