"""Makes `Comparison`: what the base and one checkpoint said to the same probes, pair by pair."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from ftguard.ask.answer import Answer
from ftguard.errors import InputError
from ftguard.folders import RunFolder
from ftguard.probes.probe import Message, Probe
from ftguard.report.recorded import read_run
from ftguard.scores.snapshot import Snapshot

ROLES = ("tail", "target", "general", "calibration")
"""A pair that was asked for twice is drawn as the rarer of its roles, which stands first here."""


@dataclass(frozen=True, kw_only=True)
class AnswerPair:
    """One prompt with the answers of both models."""

    probe_id: str
    """As in the snapshots, `general/arithmetic-1`."""
    prompt: tuple[Message, ...]
    """The chat up to the answer; a plain text is one message without a role."""
    base: Answer
    tuned: Answer
    role: str
    """What it is drawn as: `target`, `general` or `tail`."""
    slices: tuple[str, ...]
    """Every group that it counts in: its roles, and `ROLE/NAME` for their named slices."""
    source: str
    """What it was made from; pairs of one source are not independent."""

    @property
    def identical(self) -> bool:
        """Whether there is nothing to choose between, blanks around the answers aside."""
        return self.base.text.strip() == self.tuned.text.strip()


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """The base against one checkpoint of a run."""

    run: str
    attempt: int
    step: int
    pairs: tuple[AnswerPair, ...]


def load_comparison(folder: RunFolder, step: int | None = None) -> Comparison:
    """Read the best checkpoint that passed, else the last examined one, or that of a given step.

    Raises:
        InputError: there is no run, no such checkpoint, or nothing that people could rate.
    """
    run = read_run(folder.output_dir)
    checkup = run.checkup_at(step)
    pairs = pair_up(run.probes, *run.sides(checkup))
    if not pairs:
        raise InputError(
            f"no probe of this run has a written answer of both the base and step {checkup.step}; "
            "multiple choice and likelihoods cannot be rated. Give probes that are answered in "
            "words."
        )
    return Comparison(run=run.run.id, attempt=checkup.attempt, step=checkup.step, pairs=pairs)


def pair_up(probes: Sequence[Probe], base: Snapshot, now: Snapshot) -> tuple[AnswerPair, ...]:
    """The probes that both models answered in words, equal ones (prompt and answers) as one."""
    before = {answer.probe_id: answer for answer in base.answers}
    after = {answer.probe_id: answer for answer in now.answers}
    pairs = [
        _pair(probe, before[probe.id], after[probe.id])
        for probe in probes
        if probe.is_written and probe.id in before and probe.id in after
    ]
    return tuple(_merged(sorted(pairs, key=lambda pair: ROLES.index(pair.role))))


def _pair(probe: Probe, base: Answer, tuned: Answer) -> AnswerPair:
    role = probe.role or "general"
    text = probe.prompt
    return AnswerPair(
        probe_id=probe.id,
        prompt=(Message(role="", content=text),) if isinstance(text, str) else tuple(text),
        base=base,
        tuned=tuned,
        role=role,
        slices=(role, *(f"{role}/{name}" for name in dict.fromkeys(probe.slices))),
        source=probe.source or probe.id,
    )


def _merged(pairs: Iterable[AnswerPair]) -> Iterable[AnswerPair]:
    """Rare classes stand in the target and in the tail; nobody rates the same thing twice."""
    found: dict[object, AnswerPair] = {}
    for pair in pairs:
        texts = tuple((message["role"], message["content"]) for message in pair.prompt)
        key = (texts, pair.base.text, pair.tuned.text)
        same = found.get(key)
        slices = tuple(dict.fromkeys((*(same.slices if same else ()), *pair.slices)))
        found[key] = replace(same or pair, slices=slices)
    return found.values()
