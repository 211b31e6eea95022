"""Puts a kept checkpoint's evaluation into its model card, as metadata that the hub reads.

The card's own text and metadata stay. No path, prompt or answer goes in: cards are published.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from huggingface_hub import EvalResult, ModelCardData, metadata_load, metadata_save
from huggingface_hub.repocard_data import eval_results_to_model_index, model_index_to_eval_results

from ftguard.check.decision import Decision
from ftguard.check.results import GateResult, Interval
from ftguard.errors import InputError, told
from ftguard.text.formatting import PERCENT, bound, printable, quantity, span

CARD = "README.md"
OURS = "ftguard/"
"""Beginning of the type of data set that our results are filed under."""
TASK = "text-generation"
SETS = {
    "target": "held-out questions of the task it was fine-tuned for",
    "forgetting": "questions of general capability",
    "tail": "rare cases of the task",
    "calibration": "questions whose confidence is measured",
}
OTHER_SET = "questions of the evaluation by ftguard"
KEY = "model-index"


def results(decision: Decision) -> tuple[EvalResult, ...]:
    """A decision as the hub's records: what was gained, and every gate that has a number."""
    return (*_gains(decision), *(r for gate in decision.gates for r in _of_gate(gate)))


def write_card(decision: Decision, folder: Path, name: str) -> Path:
    """Write the evaluation into the card of a model's folder.

    Args:
        decision: on that model.
        folder: the model's; its card is made where there is none.
        name: of the model, where the card has results of none yet.

    Raises:
        InputError: the card that is there cannot be read.
    """
    path = folder / CARD
    try:
        metadata = (metadata_load(path) if path.exists() else None) or {}
        index = _other_results(metadata.get(KEY))
    except Exception as error:  # noqa: BLE001 - whatever YAML by other hands raises
        raise InputError(
            f"the metadata of `{path}` cannot be read ({told(error)}): mend it, or move the file."
        ) from None
    known = str(index[0]["name"]) if index else name
    metadata[KEY] = merged(index, results(decision), known)
    _check(metadata)
    # In a cache of the hub it is a link to a file that others read too.
    draft = path.with_name(f"{CARD}.part")
    draft.write_bytes(path.read_bytes() if path.exists() else b"")
    metadata_save(draft, metadata)
    draft.replace(path)
    return path


def merged(
    index: list[dict[str, Any]], found: tuple[EvalResult, ...], name: str
) -> list[dict[str, Any]]:
    """The index of a card with these results under a model's name."""
    (ours,) = eval_results_to_model_index(name, list(found)) if found else ({"results": []},)
    known = next((entry for entry in index if entry["name"] == name), None)
    if known is None:
        return [*index, {"name": name, "results": ours["results"]}]
    together = {**known, "results": [*known["results"], *ours["results"]]}
    return [together if entry is known else entry for entry in index]


def as_yaml(metadata: dict[str, Any]) -> str:
    """Metadata as a card holds it."""
    return f"{ModelCardData(ignore_metadata_errors=True, **metadata).to_yaml()}\n"


def _other_results(index: object) -> list[dict[str, Any]]:
    """What others put there; what an earlier call did is taken out.

    Raises:
        ValueError: it is no index.
    """
    if index is None:
        return []
    if not isinstance(index, list) or not all(
        isinstance(entry, dict) and isinstance(entry.get("results"), list) and entry.get("name")
        for entry in index
    ):
        raise ValueError(f"`{KEY}` is no list of models with results")
    return [
        {**entry, "results": [r for r in entry["results"] if not _is_ours(r)]} for entry in index
    ]


def _is_ours(result: Any) -> bool:
    dataset = result.get("dataset") if isinstance(result, dict) else None
    return isinstance(dataset, dict) and str(dataset.get("type")).startswith(OURS)


def _check(metadata: dict[str, Any]) -> None:
    """Read it as the hub's library does, before it is written."""
    model_index_to_eval_results(metadata[KEY])


def _gains(decision: Decision) -> Iterator[EvalResult]:
    for gain in decision.gains:
        if gain.tuned is None:
            continue
        change = f", {_told(gain.change, 'points')} against the base" if gain.change else ""
        yield _result("target", "score", round(gain.tuned, 4), f"{gain.name}: mean score{change}")


def _of_gate(gate: GateResult) -> Iterator[EvalResult]:
    if gate.change is None:
        return
    kind = gate.gate.partition("/")[0]
    what = "relative drop against the base" if gate.unit == PERCENT else "change against the base"
    limit = bound(gate.limit, gate.unit)
    yield _result(
        kind,
        kind,
        round(gate.change.value, 4),
        f"{gate.gate}: {what}, {_told(gate.change, gate.unit)}; limit {limit}: {gate.state}",
    )


def _told(change: Interval, unit: str) -> str:
    return f"{quantity(change.value, unit)} ({span(change.low, change.high, unit)}, n={change.n})"


def _result(kind: str, metric: str, value: float, name: str) -> EvalResult:
    return EvalResult(
        task_type=TASK,
        dataset_type=f"{OURS}{printable(kind)}",
        dataset_name=SETS.get(kind, OTHER_SET),
        metric_type=printable(metric),
        metric_value=value,
        metric_name=printable(name),
    )
