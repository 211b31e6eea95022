"""Makes `Answers`: what both models said to every probe, what changed, and what became of it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import zip_longest

from ftguard.errors import FtguardError
from ftguard.measures.side_by_side import SideBySide, change, gained, lost
from ftguard.probes import Probe
from ftguard.report.recorded import RecordedRun
from ftguard.report.shown.contents import LETTERS, Answered, Answers, Turn
from ftguard.report.shown.naming import named, told
from ftguard.run.judged_scores import BASE, NOW, judged_by_step, with_scores
from ftguard.scores.record import Score
from ftguard.scores.snapshot import load_scores
from ftguard.text.changed_words import changed_words
from ftguard.text.formatting import decimal
from ftguard.text.visible import visible
from ftguard.verdict.checkup import Checkup

CUTS = (4_000, 2_000, 1_000, 500, 250)
"""Characters of one text that are shown; the largest with which all fit in `ROOM`."""
ROOM = 1_200_000
"""Bytes of all texts: with them the page stays under 3 MB."""
NOT_ASKED = "-"
ROLES = {
    "lost": ("general", "tail", "target", "calibration"),
    "gained": ("target", "general", "tail", "calibration"),
}
"""Whose answers tell most of what was lost and of what was gained."""


def answers(run: RecordedRun, shown: Checkup | None) -> Answers:
    """All answers of the checkpoint that is shown; of the others what became of each answer."""
    if shown is None:
        return _none("nothing is examined yet")
    try:
        pairs = run.pairs(shown)
    except FtguardError as error:
        return _none(told(str(error)))
    cut_at = _fitting(pairs)
    histories = _histories(run)
    places = {pair.probe.id: place for place, pair in enumerate(pairs)}
    return Answers(
        step=shown.step,
        all=tuple(_answered(pair, histories.get(pair.probe.id, ""), cut_at) for pair in pairs),
        lost=tuple(places[pair.probe.id] for pair in _spread(lost(pairs), "lost")),
        gained=tuple(places[pair.probe.id] for pair in _spread(gained(pairs), "gained")),
        cut_at=cut_at,
        missing="",
        num_not_asked=len(run.probes) - len(pairs),
    )


def _spread(pairs: Sequence[SideBySide], change_of: str) -> Iterator[SideBySide]:
    """One of each kind of probe in turn, each kind in its order: ten of them tell of many."""
    kinds: dict[str, dict[str, list[SideBySide]]] = {role: {} for role in ROLES[change_of]}
    for pair in pairs:
        kind = next(iter(pair.probe.slices), "")
        kinds.setdefault(pair.probe.role or "", {}).setdefault(kind, []).append(pair)
    # The first kind of each role, then the second of each.
    in_turn = zip_longest(*(of_role.values() for of_role in kinds.values()))
    groups = [group for turn in in_turn for group in turn if group is not None]
    for turn in zip_longest(*groups):
        yield from (pair for pair in turn if pair is not None)


def _none(why: str) -> Answers:
    return Answers(step=None, all=(), lost=(), gained=(), cut_at=CUTS[0], missing=why)


def _texts(pair: SideBySide) -> Iterator[str]:
    if isinstance(pair.probe.prompt, str):
        yield pair.probe.prompt
    else:
        yield from (_content(message) for message in pair.probe.prompt)
    yield from pair.probe.references[:1]
    yield from pair.said


def _fitting(pairs: Sequence[SideBySide]) -> int:
    texts = [text for pair in pairs for text in _texts(pair)]
    fitting = (cut for cut in CUTS if sum(_size(clipped(text, cut)) for text in texts) <= ROOM)
    return next(fitting, CUTS[-1])


def _size(text: str) -> int:
    """Bytes in the page, where `<` is written as an escape of six."""
    return len(text.encode("utf-8", "replace")) + 5 * text.count("<")


def _answered(pair: SideBySide, history: str, cut_at: int) -> Answered:
    probe = pair.probe
    before, after = (clipped(text, cut_at) for text in pair.said)
    return Answered(
        id=named(probe.id),
        role=probe.role or "",
        slices=tuple(named(name) for name in probe.slices),
        change=pair.change,
        history=history,
        prompt=tuple(_turns(probe, cut_at)),
        reference=clipped(probe.references[0], cut_at) if probe.references else "",
        said=changed_words(before, after),
        before=_score(pair.before),
        after=_score(pair.after),
    )


def _turns(probe: Probe, cut_at: int) -> Iterator[Turn]:
    if isinstance(probe.prompt, str):
        yield Turn(role="", text=clipped(probe.prompt, cut_at))
        return
    for message in probe.prompt:
        yield Turn(role=named(str(message["role"])), text=clipped(_content(message), cut_at))


def _content(message: Mapping[str, object]) -> str:
    content, calls = message.get("content"), message.get("tool_calls")
    return "\n".join(str(part) for part in (content, calls) if part)


def clipped(text: str, cut_at: int) -> str:
    """A text with hidden characters written out; of a long one the beginning."""
    if len(text) <= cut_at:
        return visible(text)
    return f"{visible(text[:cut_at])} … ({len(text) - cut_at:,} more characters)"


def _score(score: Score) -> str:
    if score.value is None:
        return f"no score: {told(score.unscored or '')}"
    return decimal(score.value).removesuffix(".000")


def _histories(run: RecordedRun) -> Mapping[str, str]:
    """What became of each answer at each checkpoint, a letter each."""
    probes = {probe.id: probe for probe in run.probes}
    letters: dict[str, str] = dict.fromkeys(probes, "")
    for checkup in run.checkups:
        before, after = _scores(run, checkup)
        for name, probe in probes.items():
            both = name in before and name in after
            found = LETTERS[change(probe, before[name], after[name])] if both else NOT_ASKED
            letters[name] += found
    return letters


def _scores(
    run: RecordedRun, checkup: Checkup
) -> tuple[Mapping[str, float | None], Mapping[str, float | None]]:
    """Of the base and of a checkpoint, with what a judge said; empty where they are gone."""
    try:
        scores = load_scores(run.folder.answers(checkup.id))
    except (FtguardError, FileNotFoundError):
        return {}, {}
    judged = judged_by_step(run.state.scored, checkup.attempt, checkup.step)
    now = replace(run.base, answers=(), scores=scores)
    sides = with_scores(run.base, BASE, judged), with_scores(now, NOW, judged)
    before, after = ({score.probe_id: score.value for score in side.scores} for side in sides)
    return before, after
