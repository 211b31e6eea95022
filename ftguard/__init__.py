"""ftguard shows what a fine-tune costs, and keeps the best checkpoint that costs little enough.

One value flows, and the folder list is its way: a folder imports only from those above it here
(the contracts in `pyproject.toml`, held by `lint-imports`).

    stats/      numbers with their intervals, curves, calibration error, alpha spending, power
    probes/     what is asked: the record and the built-in sets; read/ whatever holds them, leaks/
                in the training data, training/ its rows, logs/ of production queries, edges/ made
                from the target's
    ask/        the only place that runs a model; it leaves no trace
    scores/     how good an answer is: one scorer a file; the snapshot of one model's answers
    judge/      an LLM that scores open answers, on a budget, behind its endpoint/
    measures/   functions (probes, base, now) -> measurements: target, forgetting, flips, tail,
                calibration, drift; one a file
    verdict/    gates, the checkup of one checkpoint, advice with its remedies/, a run's conclusion
    tracking/   where results are told: console, W&B, the Trainer's other reporters
    run/        one run under guard: the ledger, the base, what is asked, the best that is kept;
                training/ reads the Trainer's data, descent/ finds the base of a fine-tune
    report/     what a run left on disk, read back; shown/ computes what a report has, page/ draws
                it, limits/ has the figures that a page decides anew by, terminal/ the same in text
    callback    the timeline: when things happen, in a few short hooks
    check/      a gate for deployment: two models compared, unguarded runs examined, machines told
    testing     a tiny model and runs of it, for tests of what users bring
    pages/      local pages: behind a token, on 127.0.0.1
    rating/     people rate both models' answers side by side, blind, on a local page
    demo/       a small model fine-tuned offline: its dials, and the failures that they make
    play/       a local page to break it on: guess what the guard will say, and watch
    cli/        what a person runs; manual/ is what it reads

Below them all stand `text/` (numbers and names in words, hidden characters written out, words in
any script, what a terminal takes), `errors`, `folders` (where a run's files are), `disk` (files
that are whole or not there), `pulse` (by which others see that a run is at work) and `needs`
(extras that are missing).

The base and every checkpoint are the same noun, a `Snapshot`. `run.examine` is the way from probes
to a `Checkup` as one function that knows no trainer; what it finds is appended to the ledger and
told. A run's state is a fold over the ledger's events (`run.state`), kept in step with the file
(`run.journal`) and never on the callback, so that a resume folds the file and goes on.
Every process of a distributed run asks; the main one alone decides and writes, and hands its
result to all.

`import ftguard` loads nothing: each name comes from its module when it is first asked for.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ftguard.ask.answer import Answer as Answer
    from ftguard.callback import GuardCallback as GuardCallback
    from ftguard.errors import BaseMismatchError as BaseMismatchError
    from ftguard.errors import FtguardError as FtguardError
    from ftguard.errors import InputError as InputError
    from ftguard.judge import Judge as Judge
    from ftguard.judge import Rubric as Rubric
    from ftguard.measures import Measurement as Measurement
    from ftguard.probes import Constraint as Constraint
    from ftguard.probes import Probe as Probe
    from ftguard.probes import ProbeSet as ProbeSet
    from ftguard.probes.reward import Reward as Reward
    from ftguard.scores.record import Unscored as Unscored
    from ftguard.scores.snapshot import Snapshot as Snapshot
    from ftguard.stats.estimates import Estimate as Estimate
    from ftguard.stats.estimates import mean_estimate as mean_estimate
    from ftguard.verdict.advice import Advice as Advice
    from ftguard.verdict.advice import GoFurther as GoFurther
    from ftguard.verdict.advice import LowerLearningRate as LowerLearningRate
    from ftguard.verdict.advice import MoreProbes as MoreProbes
    from ftguard.verdict.advice import Replay as Replay
    from ftguard.verdict.advice import Stop as Stop
    from ftguard.verdict.advice import Suggestion as Suggestion
    from ftguard.verdict.checkup import Checkup as Checkup
    from ftguard.verdict.gate import Gate as Gate
    from ftguard.verdict.gates import Outcome as Outcome
    from ftguard.verdict.gates import Verdict as Verdict

__version__ = "0.1.0"

_HOMES = {
    "Advice": "ftguard.verdict.advice",
    "Answer": "ftguard.ask.answer",
    "BaseMismatchError": "ftguard.errors",
    "Checkup": "ftguard.verdict.checkup",
    "Constraint": "ftguard.probes",
    "Estimate": "ftguard.stats.estimates",
    "FtguardError": "ftguard.errors",
    "Gate": "ftguard.verdict.gate",
    "GoFurther": "ftguard.verdict.advice",
    "GuardCallback": "ftguard.callback",
    "InputError": "ftguard.errors",
    "Judge": "ftguard.judge",
    "LowerLearningRate": "ftguard.verdict.advice",
    "Measurement": "ftguard.measures",
    "MoreProbes": "ftguard.verdict.advice",
    "Outcome": "ftguard.verdict.gates",
    "Probe": "ftguard.probes",
    "ProbeSet": "ftguard.probes",
    "Replay": "ftguard.verdict.advice",
    "Reward": "ftguard.probes.reward",
    "Rubric": "ftguard.judge",
    "Snapshot": "ftguard.scores.snapshot",
    "Stop": "ftguard.verdict.advice",
    "Suggestion": "ftguard.verdict.advice",
    "Unscored": "ftguard.scores.record",
    "Verdict": "ftguard.verdict.gates",
    "mean_estimate": "ftguard.stats.estimates",
}
"""Where each exported name is defined. A test holds it equal to what type checkers see above."""

if not TYPE_CHECKING:
    __all__ = list(_HOMES)


def __getattr__(name: str) -> object:
    # Probes bring numpy, the callback torch and transformers: what is not asked for costs nothing.
    if name not in _HOMES:
        raise AttributeError(f"module 'ftguard' has no attribute {name!r}")
    found: object = getattr(import_module(_HOMES[name]), name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOMES})
