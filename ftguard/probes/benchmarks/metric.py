"""Chooses by which of a task's metrics its answers are scored, and makes a scorer of it."""

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ftguard.errors import InputError
from ftguard.probes.benchmarks import harness
from ftguard.probes.own_scorer import HARNESS, OwnScorer
from ftguard.probes.verbatim import Per

OPTIONS: Mapping[str, Per] = {"acc": "text", "acc_norm": "character", "acc_bytes": "byte"}
"""The metrics of multiple choice that are ftguard's own: by what options are compared."""
CHOICE = "multiple_choice"
MUTUAL = "acc_mutual_info"
DOC = "doc_id"
"""The column of a probe that says which document it asks."""


@dataclass(frozen=True, kw_only=True)
class Metric:
    """One of a task's metrics, as `exact_match,strict-match` where a filter comes before it."""

    name: str
    filter: str

    def of(self, task: Any, doc: Any, responses: Sequence[object]) -> object:
        """Its value for what a model gave for a document."""
        return harness.metrics(task, doc, responses, self.filter)[self.name]

    def __str__(self) -> str:
        return self.name if self.filter == "none" else f"{self.name},{self.filter}"


def option_metric(task: Any, wanted: str | None) -> str | None:
    """The first of the task's metrics that compares options as ftguard can; None where none does.

    Raises:
        InputError: the wanted one is none of the task's.
    """
    if callable(task.config.process_results) or task.config.filter_list:
        return None
    names = [name for name in task.higher_is_better() if name in OPTIONS]
    if wanted is not None and wanted not in names:
        raise InputError(_no_such(task, wanted, names))
    return wanted or next(iter(names), None)


def own_metric(
    task: Any, wanted: str | None, doc: Any, trials: Sequence[Sequence[object]]
) -> Metric:
    """The first of the task's metrics that is a number in [0, 1] for one document.

    Args:
        task: lm-eval's own object.
        wanted: its name, with its filter or without; None for the first.
        doc: a document.
        trials: what a model might give for it; of options that are read, twice the same, but for
            whether greedy decoding writes them. Nothing here knows that, so that a metric in which
            it counts is none.

    Raises:
        InputError: there is none, or it is not the wanted one.
    """
    good = [name for name, up in task.higher_is_better().items() if up]
    found = [
        Metric(name=name, filter=filter_name)
        for filter_name in harness.filters_of(task)
        for name in _numbers(task, doc, trials, filter_name)
        if not good or name in good
    ]
    fitting = [m for m in found if wanted is None or wanted in (m.name, str(m))]
    if not fitting:
        raise InputError(_no_such(task, wanted, [str(metric) for metric in found]))
    return fitting[0]


def scorer_of(task: Any, metric: Metric, docs: Mapping[int, Any], *, read: bool) -> OwnScorer:
    """The task's own metric as a scorer of probes.

    Args:
        task: lm-eval's own object.
        metric: of the task.
        docs: its documents, by their numbers.
        read: whether options are read, and no answer is written.
    """

    def scored(probe: Any, answer: Any) -> object:
        doc = docs[probe.columns[DOC]]
        given = [(value, False) for value in answer.option_logprobs] if read else [answer.text]
        return metric.of(task, doc, given)

    name = re.sub(r"[\s@,]", "-", task.task_name)
    return OwnScorer.named(f"{HARNESS}{name}@{_digest(task, metric, docs)}", scored)


def _numbers(
    task: Any, doc: Any, trials: Sequence[Sequence[object]], filter_name: str
) -> Sequence[str]:
    """Metrics that give each trial a number in [0, 1]."""
    if task.OUTPUT_TYPE == CHOICE and MUTUAL in task.higher_is_better():
        raise InputError(
            f"lm-eval's task `{task.task_name}` asks for `{MUTUAL}`, for which each option is read "
            "a second time without its question; here it is read once. Give the task `acc` (or "
            "`acc_norm`, `acc_bytes`) in its `metric_list`, without filters, or leave it out."
        )
    try:
        tried = [harness.metrics(task, doc, trial, filter_name) for trial in trials]
    except Exception as error:  # noqa: BLE001 - a metric may be any code
        reason = f"{type(error).__name__}: {error}".partition("\n")[0]
        raise InputError(
            f"lm-eval's task `{task.task_name}` cannot score an answer here ({reason}): install "
            "what its metric needs, or leave the task out."
        ) from None
    if not all(isinstance(found, Mapping) for found in tried):
        raise InputError(
            f"lm-eval's task `{task.task_name}` has a `process_results` that gives no metrics by "
            "their names. Leave it out."
        )
    shares = [name for name in tried[0] if all(_is_share(found.get(name)) for found in tried)]
    if task.OUTPUT_TYPE != CHOICE:
        return shares
    return [name for name in shares if len({float(found[name]) for found in tried}) == 1]


def _is_share(value: object) -> bool:
    number = value.item() if hasattr(value, "item") and not hasattr(value, "__len__") else value
    return isinstance(number, (int, float)) and 0 <= number <= 1


def _no_such(task: Any, wanted: str | None, known: Sequence[str]) -> str:
    asked = (
        "no metric that is a share of each answer" if wanted is None else f"no metric `{wanted}`"
    )
    there = f"; it has {', '.join(known)}" if known else ""
    given = ", ".join(task.higher_is_better())
    return (
        f"lm-eval's task `{task.task_name}` has {asked} here{there} (its metrics: {given}). What "
        "is worked out over a whole set, such as BLEU, says nothing of a single answer; and of "
        "options only their likelihood is read, not whether the model would write them."
    )


def _digest(task: Any, metric: Metric, docs: Mapping[int, Any]) -> str:
    """Of all that a score follows from: lm-eval, the task, the metric and the documents."""
    config = task.dump_config()
    for place in ("metadata", "dataset_kwargs"):
        config.pop(place, None)  # Where the files are.
    settled = json.dumps(config, default=_named, sort_keys=True)
    hashed = hashlib.blake2b(f"{harness.version()} {metric} {settled}".encode(), digest_size=6)
    for number, doc in docs.items():
        hashed.update(f"{number} {doc!r}".encode("utf-8", "surrogatepass"))
    return hashed.hexdigest()


def _named(value: object) -> str:
    name = getattr(value, "__qualname__", None)
    return f"{getattr(value, '__module__', '')}.{name}" if name else str(type(value))
