"""How large a report is, how long it takes to write and to open, and in how much memory.

    python tests/benchmarks/report_size.py                     # 50 checkpoints, 600 probes
    python tests/benchmarks/report_size.py --checkpoints 20 --probes 300

The run is written as a guarded one leaves it, answers of 60 words drawn with a seed and all; only
the model and its training are left out. Each process is measured from its start.
"""

import argparse
import math
import random
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

from ftguard import Measurement, Probe
from ftguard.ask.answer import Answer
from ftguard.folders import CheckpointId, RunFolder
from ftguard.measures import measure
from ftguard.measures.calibration import calibration
from ftguard.measures.forgetting import forgetting
from ftguard.measures.tail import tail
from ftguard.measures.target import target
from ftguard.probes.store import write_probes
from ftguard.run.ledger import Chosen, Examined, Ledger, RunStarted
from ftguard.run.state import fold
from ftguard.scores import score
from ftguard.scores.snapshot import Fingerprint, Snapshot, save_snapshot
from ftguard.stats.alpha_spending import Look
from ftguard.verdict.again import decided
from ftguard.verdict.checkup import Checkup
from ftguard.verdict.conclusion import conclude, write_conclusion
from ftguard.verdict.defaults import DEFAULT_GATES, applicable, unmeasured
from ftguard.verdict.gates import UNDECIDED
from ftguard.verdict.run import Run

NOWHERE = Fingerprint(weights="w", dtype="d", tokenizer="t", template="c", probes="p", scorers="1")
WORDS = "the model said that a fine tune costs what it gains and some of it is lost on rare cases"
WRITE = (
    "import resource, sys, time; from pathlib import Path; begun = time.perf_counter(); "
    "from ftguard.report.writing import write_report; imported = time.perf_counter(); "
    "write_report(Path(sys.argv[1])); done = time.perf_counter(); "
    "print(imported - begun, done - imported, "
    "resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)"
)

Said = Mapping[str, tuple[str, float]]
"""By the probe's id: what was said, and how likely each word was."""
MeasureAll = Callable[[Sequence[Probe], Snapshot, Snapshot], Iterable[Measurement]]


def write_run(
    folder: RunFolder,
    probes: Sequence[Probe],
    base: Said,
    by_step: Mapping[int, Said],
    *,
    run: str = "r1",
    measures: MeasureAll = measure,
    notes: Sequence[str] = (),
) -> None:
    """Leave on disk what a guarded run leaves, of these answers; decided as a run decides."""
    write_probes(probes, _made(folder).probes)
    before = snapshot_of(run, 0, probes, base)
    save_snapshot(before, folder.base)
    known = tuple(measures(probes, before, before))
    record = Run(
        id=run,
        attempt=1,
        resumed_from=0,
        method="adapters",
        learning_rate=2e-4,
        max_steps=max(by_step, default=1),
        planned_checkpoints=len(by_step),
        planned_looks=len(by_step),
        gates=applicable(None, known),
        not_measured=unmeasured(known),
        rate=2e-4,
    )
    where = {"run": run, "attempt": 1, "step": 0}
    events: list[RunStarted | Chosen | Examined] = [
        RunStarted(record=record, **where),  # type: ignore[arg-type]
        Chosen(sets="s", leaks=(), notes=tuple(notes), **where),  # type: ignore[arg-type]
    ]
    checkups: list[Checkup] = []
    for number, (step, said) in enumerate(by_step.items(), start=1):
        now = snapshot_of(run, step, probes, said)
        name = CheckpointId(run=run, attempt=1, step=step)
        save_snapshot(now, folder.answers(name))
        checkup = Checkup(
            run=run,
            attempt=1,
            step=step,
            epoch=step / 100,
            progress=step / record.max_steps,
            checkpoint=str(folder.checkpoint(step)),
            eval_loss=None,
            measurements=tuple(measures(probes, before, now)),
            verdict=UNDECIDED,
            advice=(),
            seconds=1.0,
            learning_rate=2e-4,
        )
        look = Look(number=number, planned=len(by_step))
        checkups.append(decided(checkup, checkups, record, look=look, patience=2))
        events.append(Examined(run=run, attempt=1, step=step, checkup=checkups[-1]))
    ledger = Ledger(folder.ledger)
    for event in events:
        ledger.append(event)
    state = fold(events, run)
    write_conclusion(conclude(record, checkups, state.choice, None, folder), folder)


def _made(folder: RunFolder) -> RunFolder:
    folder.check_writable()
    return folder


def snapshot_of(run: str, step: int, probes: Sequence[Probe], said: Said) -> Snapshot:
    """What a model said, scored."""
    answers = [
        Answer(
            probe_id=probe.id,
            text=text,
            logprobs=(math.log(sure),) * max(1, len(text.split())),
            token_ids=tuple(range(len(text.split()))),
        )
        for probe in probes
        for text, sure in [said[probe.id]]
    ]
    return Snapshot(
        run=run,
        step=step,
        fingerprint=NOWHERE,
        answers=tuple(answers),
        scores=score(probes, answers),
        versions={"ftguard": "0"},
    )


def probes_of(count: int, rng: random.Random) -> list[Probe]:
    """A sixth of them tail, a sixth calibration, a third each target and general, with slices."""
    roles = ("target", "general", "target", "general", "tail", "calibration")
    return [
        Probe(
            id=f"{role}/{number}",
            prompt=_text(rng, 60),
            reference="yes",
            scorer="normalized_match",
            slices=(f"{role}-{rng.randrange(8)}",),
            role=role,  # type: ignore[arg-type]
        )
        for number, role in enumerate(roles[n % 6] for n in range(count))
    ]


def answers_of(probes: Sequence[Probe], right: float, rng: random.Random) -> Said:
    """A share of them right; long ones, as a chat model writes them."""
    return {
        probe.id: (
            f"{'yes' if rng.random() < right else 'no'}. {_text(rng, 60)}"
            if probe.role == "general"
            else ("yes" if rng.random() < right else "no"),
            0.9,
        )
        for probe in probes
    }


def trained(
    base: Said, probes: Sequence[Probe], *, lost: float, gained: float, rng: random.Random
) -> Said:
    """The answers of a checkpoint: a share of the right ones lost, and of the target's gained."""
    found = dict(base)
    for probe in probes:
        text, _ = base[probe.id]
        right, turns = text.startswith("yes"), rng.random()
        if right and turns < lost:
            found[probe.id] = (text.replace("yes", "no", 1).replace("costs", "cost"), 0.7)
        elif not right and probe.role == "target" and turns < gained:
            found[probe.id] = (text.replace("no", "yes", 1), 0.95)
    return found


def _text(rng: random.Random, words: int) -> str:
    return " ".join(rng.choices(WORDS.split(), k=words))


def cheap(probes: Sequence[Probe], base: Snapshot, now: Snapshot) -> Iterable[Measurement]:
    """What is gated, without what takes long to measure and stands beside it."""
    for one in (target, forgetting, tail, calibration):
        yield from one(probes, base, now)


def main() -> None:
    """Make the run, write its report, open it."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--checkpoints", type=int, default=50)
    parser.add_argument("--probes", type=int, default=600)
    args = parser.parse_args()
    rng = random.Random(0)
    with tempfile.TemporaryDirectory() as out:
        folder = RunFolder(Path(out) / "run")
        probes = probes_of(args.probes, rng)
        base = answers_of(probes, 0.8, rng)
        steps = range(10, 10 * args.checkpoints + 1, 10)
        later = {
            step: trained(base, probes, lost=step / 2000, gained=0.8, rng=rng) for step in steps
        }
        write_run(folder, probes, base, later, measures=cheap)
        print(f"{len(steps)} checkpoints, {len(probes)} probes, {len(DEFAULT_GATES)} limits")
        told = subprocess.run(
            [sys.executable, "-c", WRITE, folder.output_dir], check=True, capture_output=True
        )
        imported, written, peak = map(float, told.stdout.split())
        print(f"written in {written:.2f} s after {imported:.2f} s of imports, {peak:.0f} MB")
        print(f"{folder.report.stat().st_size / 1e6:.2f} MB")
        print(f"loaded in {_loaded(folder.report):.2f} s")
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"(this benchmark itself: {own:.0f} MB)")


def _loaded(page_file: Path) -> float:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = shutil.which("chromium") or shutil.which("google-chrome")
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_page()
        page.goto("about:blank")
        begun = time.perf_counter()
        page.goto(page_file.as_uri())
        page.wait_for_selector("h1")
        seconds = time.perf_counter() - begun
        browser.close()
    return seconds


if __name__ == "__main__":
    main()
