"""ftguard shows what a fine-tune costs, and keeps the best checkpoint that costs little enough.

One value flows, and data order is import order: a module imports only from stages above its own
(`tests/test_architecture.py` holds this).

    probes      what is asked: the record, reading whatever holds it, the built-in sets, what the
                training data says of it (leaks, the tail), edge cases, drawing
    answers     what a model said, and what it thought of given texts
    estimates   a number with its interval and n; calibration_error: confidence against accuracy
    scores      how good an answer is: one scorer a file, a visible table
    endpoint    the OpenAI-compatible client; judge: an LLM that scores open answers, on a budget
    ask         the only place that runs a model; it leaves no trace
    snapshot    all answers and scores of one model; the base and each checkpoint are the same noun
    measurement one quantity on one slice, with its direction and unit
    measures    functions (probes, base, now) -> measurements: target, forgetting, flips, tail,
                calibration, drift; one a file
    looks       how sure a finding must be at each of a run's looks; power: what it can find
    gates       limits, the six states of an outcome, the verdict
    run         what is known of a training run before its first step
    advice      a thing to do, its number, and the outcome that it rests on
    checkup     all that is known of one checkpoint; best and score are folds over checkups
    remedies    verdict -> advice: one remedy a file
    examine     the way from probes to a checkup as one function that knows no trainer
    ledger      the append-only facts of all runs in a folder; views are folds over it
    training_data, asked   the texts that a trainer trains on; the probes that a run asks, chosen
                before its first step and read back on a resume
    grading     the judge at work during a run; late_scores: what it says after a checkpoint
    baseline    the base snapshot: stored, cached, descended from, or asked; keep: the best's files
    conclusion  a run's outcome, as `verdict.json` holds it
    tracking    where results are told: console, W&B, the Trainer's other reporters
    watch       one attempt of one run under guard: examines, records, keeps, chooses what to act on
    begin       opens a watch when training begins; announce: what is said before the first step
    callback    the timeline: when things happen, in a few short hooks
    rating      people rate both models' answers side by side, blind, on a local page
    judge_and_people   how far the two agree
    demo, probe_pages, cli   what a person runs, and probes as the terminal shows them

A hook hands the model to `watch.examine`; what it finds is appended to the ledger and told. State
lives in the ledger on disk, never on the callback, so that a resume reads the file. Every process
of a distributed run asks; the main one alone decides and writes, and hands its result to all.

torch is imported under `ask/` (and, for the model's type, by what passes it on), transformers where
models, tokenizers or the Trainer are, wandb only in its tracker; `import ftguard` loads none of
them.
"""

from typing import TYPE_CHECKING

from ftguard.errors import BaseMismatchError as BaseMismatchError
from ftguard.errors import FtguardError as FtguardError
from ftguard.errors import InputError as InputError
from ftguard.gates import Gate as Gate
from ftguard.judge import Judge as Judge
from ftguard.judge import Rubric as Rubric
from ftguard.probes import Constraint as Constraint
from ftguard.probes import Probe as Probe
from ftguard.probes import ProbeSet as ProbeSet

if TYPE_CHECKING:
    from ftguard.callback import GuardCallback as GuardCallback

__version__ = "0.1.0"


def __getattr__(name: str) -> object:
    # torch and transformers take seconds to import and are needed by the callback alone.
    if name == "GuardCallback":
        from ftguard.callback import GuardCallback  # noqa: PLC0415

        return GuardCallback
    raise AttributeError(f"module 'ftguard' has no attribute {name!r}")
