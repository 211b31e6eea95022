"""Says how many tokens an answer may have."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ftguard.ask.render import Ids, Rendering
from ftguard.probes.own_scorer import reward_of
from ftguard.probes.probe import TOOL_CALL, Probe

MOST = 256
LEAST = 16
"""Enough for a text that goes on with a short answer."""
LEAST_IN_CHAT = 64
"""Enough for an answer in a sentence or three. SmolLM2-135M-Instruct brings 165 of 182 general
probes to an end by itself; 16 tokens cut 52 % of those off, 32 22 %, 64 10 % and 128 2 %."""
FOR_THOUGHT = 1024
"""More, where the model thinks before it answers."""


@dataclass(frozen=True, kw_only=True)
class Room:
    """How long answers may grow: twice the longest reference of their role, within limits.

    Calls of tools, of which a part is worth nothing, may be half as long again as theirs. General
    probes are of many kinds, so each has the room of its own references there. Without a reference
    it is the most, and for a reward, which may be of anything, the most that the context has. A
    probe may say otherwise.
    """

    rendering: Rendering
    by_role: Mapping[str, int]
    context: int
    """The most tokens that the model takes."""
    thinks: bool
    """Whether answers in a chat begin with a thought, though the prompt opens none."""

    @classmethod
    def of(
        cls, probes: Sequence[Probe], rendering: Rendering, context: int, *, thinks: bool
    ) -> "Room":
        """The room that these probes need, asked together."""
        roles = {str(probe.role): [p for p in probes if p.role == probe.role] for probe in probes}
        return cls(
            rendering=rendering,
            by_role={role: _needed(some, rendering) for role, some in roles.items()},
            context=context,
            thinks=thinks,
        )

    def tokens(self, probe: Probe, prompt: Ids, *, opens_thought: bool) -> int:
        """The most tokens that the answer to a prompt may have.

        What a chat and a thought have beyond the references' need is no reason to leave out a
        probe that fits the model's context without it.
        """
        if probe.max_new_tokens:
            return probe.max_new_tokens
        needed = self.by_role[str(probe.role)]
        rewarded = reward_of(probe.scorer) is not None
        if rewarded:
            needed = LEAST
        elif not probe.references:
            needed = MOST
        elif probe.role == "general":
            # Few different sizes make few, full batches.
            needed = 2 ** math.ceil(math.log2(_needed([probe], self.rendering)))
        in_chat = self.rendering.is_templated(probe)
        wanted = max(needed, LEAST_IN_CHAT) if in_chat else needed
        wanted = MOST if rewarded else wanted
        # A sentence or two may stand before a call.
        wanted += LEAST_IN_CHAT * (probe.scorer == TOOL_CALL)
        wanted += FOR_THOUGHT * (opens_thought or (in_chat and self.thinks))
        return max(needed, min(wanted, self.context - len(prompt)))


def _needed(probes: Sequence[Probe], rendering: Rendering) -> int:
    calls = [probe for probe in probes if probe.scorer == TOOL_CALL]
    others = [probe for probe in probes if probe.scorer != TOOL_CALL]
    return max(_twice_longest(others, rendering), *(_for_calls(p, rendering) for p in calls), 0)


def _for_calls(probe: Probe, rendering: Rendering) -> int:
    """Room for calls of any length, also in another spelling."""
    longest = max(len(rendering.continued(probe, text)[1]) for text in probe.references)
    return longest + longest // 2


def _twice_longest(probes: Sequence[Probe], rendering: Rendering) -> int:
    lengths = [
        rendering.num_tokens(reference)
        for probe in probes
        if probe.is_written
        for reference in probe.references
    ]
    return max(LEAST, min(MOST, 2 * max(lengths, default=0)))
