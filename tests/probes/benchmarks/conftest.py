"""Tasks of lm-evaluation-harness made of files here, and a real model to ask."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

COLOURS = ("red", "blue", "green", "dark yellow", "white and black")
THINGS = (
    "ball",
    "hat",
    "boat",
    "tree",
    "dog",
    "cake",
    "bird",
    "kite",
    "car",
    "house",
    "cup",
    "bed",
)

CHOICE = [
    {
        "story": f"Tom had a {COLOURS[n % 5]} {thing}. He liked his {thing}.",
        "asked": f"The {thing} was",
        "options": list(COLOURS[: 2 + n % 4]),
        "right": n % (2 + n % 4),
    }
    for n, thing in enumerate(THINGS)
]
WRITTEN = [
    {"asked": f"Once there was a {thing}. Its name was", "name": name}
    for thing, name in zip(THINGS, ("Tim", "Lily", "Ben", "Max", "Sue", "Tom") * 2, strict=True)
]
SHOTS = [
    {
        "story": f"Lily had a {colour} pen. She liked her pen.",
        "asked": "The pen was",
        "options": ["red", "blue", "green"],
        "right": place,
    }
    for place, colour in enumerate(("red", "blue", "green"))
]
WRITTEN_SHOTS = [
    {"asked": f"Once there was a {thing}. Its name was", "name": name}
    for thing, name in (("pig", "Sam"), ("cow", "Mia"), ("fox", "Jack"))
]

CHOICE_TASK = {
    "output_type": "multiple_choice",
    "doc_to_text": "{{story}} {{asked}}",
    "doc_to_choice": "{{options}}",
    "doc_to_target": "right",
}
EXACT = {"metric": "exact_match", "aggregation": "mean", "higher_is_better": True}
WRITTEN_TASK = {
    "output_type": "generate_until",
    "doc_to_text": "{{asked}}",
    "doc_to_target": "{{name}}",
    "generation_kwargs": {"until": [".", "\n"], "do_sample": False, "max_gen_toks": 24},
    "metric_list": [{**EXACT, "ignore_case": True}],
    "filter_list": [
        {
            "name": "name",
            "filter": [
                {"function": "regex", "regex_pattern": "([A-Z][a-z]+)"},
                {"function": "take_first"},
            ],
        },
        {"name": "whole", "filter": [{"function": "take_first"}]},
    ],
}


def metric(name: str) -> dict[str, object]:
    """One of lm-eval's metrics, averaged."""
    return {"metric": name, "aggregation": "mean", "higher_is_better": True}


def write_task(
    folder: Path, name: str, rows: list[dict[str, Any]], config: Mapping[str, object]
) -> None:
    """A task as a YAML file (JSON is YAML), with its documents and its examples beside it."""
    files = {"test": rows, "dev": SHOTS if "options" in rows[0] else WRITTEN_SHOTS}
    for split, held in files.items():
        text = "".join(json.dumps(row) + "\n" for row in held)
        (folder / f"{name}-{split}.jsonl").write_text(text)
    given = {
        "task": name,
        "dataset_path": "json",
        "dataset_kwargs": {
            "data_files": {split: str(folder / f"{name}-{split}.jsonl") for split in files}
        },
        "test_split": "test",
        "fewshot_split": "dev",
        **config,
    }
    (folder / f"{name}.yaml").write_text(json.dumps(given))


@pytest.fixture(autouse=True)
def _offline(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`datasets` keeps what it makes of files in the test's own folder."""
    datasets = pytest.importorskip("datasets", reason="tasks are loaded by `datasets`")
    pytest.importorskip("lm_eval", reason="needs lm-evaluation-harness: pip install lm-eval")
    monkeypatch.setattr(datasets.config, "HF_DATASETS_CACHE", tmp_path / "datasets")
    datasets.disable_progress_bars()
