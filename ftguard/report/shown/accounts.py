"""Makes `Account`: settings, data, leaks, cost in time, and how to measure the same again."""

import shlex
from collections.abc import Iterator
from dataclasses import fields

from ftguard.errors import InputError
from ftguard.report.recorded import RecordedRun
from ftguard.report.shown.contents import Account, Answers, Fact, Leaked
from ftguard.report.shown.naming import homeless, named, told
from ftguard.run.ledger import Acted, BaseTaken
from ftguard.scores.snapshot import Snapshot
from ftguard.text.formatting import bound, count, duration, percent, rate

MOST_LEAKS = 50
EDGES = ("multi-intent", "ambiguous", "formatting")
"""Kinds of edge cases that ftguard makes; an example of each is shown."""
METHODS = {"full": "all weights", "adapters": "adapters (the base's own weights stay)"}


def account(run: RecordedRun, answers: Answers) -> Account:
    """All of it from what lies on disk."""
    chosen = run.chosen
    leaks = [leak for leak in chosen.leaks if leak.is_leak] if chosen else []
    base = _base(run)
    return Account(
        settings=tuple(_settings(run)),
        data=tuple(told(note) for note in chosen.notes) if chosen else (),
        leaks=tuple(
            Leaked(
                id=named(leak.probe_id),
                kind=leak.kind,
                where=named(homeless(leak.where)),
                excerpt=told(leak.excerpt),
            )
            for leak in leaks[:MOST_LEAKS]
        ),
        num_leaks=len(leaks),
        edges=tuple(_edges(answers)),
        cost=tuple(_cost(run, base)),
        repeat=tuple(_repeat(run)),
        exact=tuple(_exact(run, base)),
    )


def _base(run: RecordedRun) -> Snapshot | None:
    try:
        return run.base
    except InputError:
        return None


def _settings(run: RecordedRun) -> Iterator[Fact]:
    record = run.run
    yield Fact(name="Trained", text=METHODS.get(record.method, named(record.method)))
    peak = rate(record.learning_rate) if record.learning_rate else "the optimizer's own"
    yield Fact(name="Peak learning rate", text=peak)
    yield Fact(name="Steps planned", text=count(record.max_steps))
    if record.attempt > 1:
        resumed = f"{record.attempt - 1} times, last from step {record.resumed_from}"
        yield Fact(name="Resumed", text=resumed)
    units = {m.key: m.unit for c in run.checkups for m in c.measurements}
    gates = [f"{named(g.key)} {bound(g.limit, units.get(g.key, ''))}" for g in record.gates]
    yield Fact(name="Limits", text=", ".join(gates) or "none")
    strict = "only proven checkpoints are kept" if record.strict else "a pass need not be proven"
    yield Fact(name="Strictness", text=strict)
    for event in run.events:
        if isinstance(event, Acted):
            done = f"at step {event.step}: {told(event.reason)}"
            yield Fact(name="Acted", text=done)


def _edges(answers: Answers) -> Iterator[int]:
    for kind in EDGES:
        found = (p for p, a in enumerate(answers.all) if a.role == "tail" and kind in a.slices)
        place = next(found, None)
        if place is not None:
            yield place


def _cost(run: RecordedRun, base: Snapshot | None) -> Iterator[Fact]:
    if base is not None:
        yield Fact(name="Asking the base", text=duration(base.seconds))
    each = [checkup.seconds for checkup in run.checkups]
    if each:
        yield Fact(name="Each checkpoint", text=f"{duration(sum(each) / len(each))} on average")
        yield Fact(name="All checkpoints", text=f"{duration(sum(each))} for {len(each)}")
    usage = run.state.usage
    if usage is not None:
        yield Fact(name="The judge", text=f"{usage.calls} calls")
    try:
        asked = len(run.probes)
    except InputError:
        return
    yield Fact(name="Probes asked at each", text=count(asked))


def _repeat(run: RecordedRun) -> Iterator[Fact]:
    where = homeless(named(str(run.folder.output_dir)))
    # Quoted as a whole, `~` would be a folder of that name.
    home = "~/" if where.startswith("~/") else ""
    where = home + shlex.quote(where.removeprefix(home))
    yield Fact(name="This page again", text=f"ftguard report {where}", is_code=True)
    yield Fact(name="What is asked", text=f"ftguard probes list {where}", is_code=True)
    yield Fact(name="Which is kept, and why", text=f"ftguard best {where}", is_code=True)


def _exact(run: RecordedRun, base: Snapshot | None) -> Iterator[Fact]:
    yield Fact(name="Run", text=f"{named(run.run.id)}, attempt {run.run.attempt}")
    if run.chosen is not None:
        yield Fact(name="Probe sets", text=run.chosen.sets, is_code=True)
    origins = [event for event in run.events if isinstance(event, BaseTaken)]
    for taken in origins[-1:]:
        yield Fact(name="Base answers", text=f"{taken.digest} ({taken.origin})", is_code=True)
    if base is None:
        return
    for part in fields(base.fingerprint):
        text = named(str(getattr(base.fingerprint, part.name)))
        yield Fact(name=f"Fingerprint, {part.name}", text=text, is_code=True)
    versions = [f"{named(name)}=={named(version)}" for name, version in base.versions.items()]
    if versions:
        yield Fact(name="Versions", text=" ".join(versions), is_code=True)
    noise = {key: value for key, value in base.noise.items() if value}
    if noise:
        told_noise = ", ".join(f"{named(key)} {percent(value)}" for key, value in noise.items())
        yield Fact(name="Asked twice, the base differs from itself by", text=told_noise)
    yield Fact(
        name="Answers",
        text="greedy, whatever the model's generation settings say; 95 % intervals from the same "
        "probes on both sides; any breach in at most 5 % of runs that lose nothing, over all "
        "checkpoints, limits and slices together",
    )
