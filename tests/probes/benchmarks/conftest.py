"""Tasks of lm-evaluation-harness made of files here, on what the demo's model can do."""

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from ftguard.demo.skills import Example, skill_examples

EXAMPLES = skill_examples("probe", 12, seed=5)
SHOTS = skill_examples("replay", 12, seed=6)


def choice_rows(examples: Sequence[Example] = EXAMPLES) -> list[dict[str, Any]]:
    """Questions with two to five options, the right one at changing places."""
    answers = list(dict.fromkeys(example.answer for example in examples))
    rows = []
    for number, example in enumerate(examples):
        wrong = [a for a in answers[number:] + answers if a != example.answer]
        options = list(dict.fromkeys(wrong))[: 1 + number % 4]
        right = number % (len(options) + 1)
        options.insert(right, example.answer)
        rows.append({"asked": example.prompt, "options": options, "right": right})
    return rows


def written_rows(examples: Sequence[Example] = EXAMPLES) -> list[dict[str, Any]]:
    """Questions and what they are to be answered with."""
    return [{"asked": example.prompt, "answer": example.answer} for example in examples]


CHOICE = {
    "output_type": "multiple_choice",
    "doc_to_text": "{{asked}}",
    "doc_to_choice": "{{options}}",
    "doc_to_target": "right",
    "target_delimiter": "",
    "fewshot_delimiter": "\n",
}
WRITTEN = {
    "output_type": "generate_until",
    "doc_to_text": "{{asked}}",
    "doc_to_target": "{{answer}}",
    "target_delimiter": "",
    "fewshot_delimiter": "\n",
    "generation_kwargs": {"until": ["\n", "="], "do_sample": False, "max_gen_toks": 12},
    "metric_list": [
        {
            "metric": "exact_match",
            "aggregation": "mean",
            "higher_is_better": True,
            "ignore_case": True,
        }
    ],
    "filter_list": [
        {
            "name": "first-word",
            "filter": [
                {"function": "regex", "regex_pattern": "([A-Za-z0-9]+)"},
                {"function": "take_first"},
            ],
        },
        {"name": "whole", "filter": [{"function": "take_first"}]},
    ],
}
CONTINUED = {
    "output_type": "loglikelihood",
    "doc_to_text": "{{asked}}",
    "doc_to_target": "{{answer}}",
    "metric_list": [
        {"metric": "perplexity", "aggregation": "perplexity", "higher_is_better": False},
        {"metric": "acc", "aggregation": "mean", "higher_is_better": True},
    ],
}


def means(*names: str) -> list[dict[str, object]]:
    """Some of lm-eval's metrics, averaged, the first one first."""
    return [{"metric": name, "aggregation": "mean", "higher_is_better": True} for name in names]


def write_task(
    folder: Path,
    name: str,
    rows: Sequence[Mapping[str, Any]],
    config: Mapping[str, object],
    shots: Sequence[Mapping[str, Any]] = (),
) -> None:
    """A task as a YAML file (JSON is YAML), with its documents and its examples beside it."""
    files = {"test": rows, **({"dev": shots} if shots else {})}
    for split, held in files.items():
        text = "".join(json.dumps(row) + "\n" for row in held)
        (folder / f"{name}-{split}.jsonl").write_text(text)
    places = {split: str(folder / f"{name}-{split}.jsonl") for split in files}
    given = {
        "task": name,
        "dataset_path": "json",
        "dataset_kwargs": {"data_files": places},
        "test_split": "test",
        **({"fewshot_split": "dev"} if shots else {}),
        **config,
    }
    (folder / f"{name}.yaml").write_text(json.dumps(given))


@pytest.fixture
def tasks(tmp_path: Path) -> Path:
    """A folder of tasks: multiple choice and exact match, without examples and with two, and odder
    kin of both.
    """
    folder = tmp_path
    rows, shots = choice_rows(), choice_rows(SHOTS)
    write_task(folder, "plain", rows, {**CHOICE, "metric_list": means("acc", "acc_norm")})
    led = {"num_fewshot": 2, "description": "So: "}
    lengths = {"metric_list": means("acc_norm", "acc")}
    write_task(folder, "shots", rows, {**CHOICE, **led, **lengths}, shots)
    several = [{**row, "right": [row["right"], 0]} for row in rows]
    write_task(folder, "both", several, {**CHOICE, "metric_list": means("acc")})
    # Options stand in the questions, and one text is read after each.
    blanks = [
        {"first": f"{row['options'][0]} is for", "second": f"{row['options'][1]} is for", **row}
        for row in rows
    ]
    filled = {
        "doc_to_text": "{{right % 2}}",
        "doc_to_choice": "{{[first, second]}}",
        "doc_to_target": "{{asked}}",
        "target_delimiter": " ",
    }
    write_task(folder, "blanks", blanks, {**CHOICE, **filled, "metric_list": means("acc")})
    (folder / "own_code.py").write_text(
        "def share(doc, results):\n"
        "    values = [value for value, _ in results]\n"
        "    return {'acc': sum(v <= values[doc['right']] for v in values) / len(values)}\n"
    )
    write_task(folder, "own", rows, {**CHOICE, "metric_list": means("acc")})
    task = (folder / "own.yaml").read_text()
    (folder / "own.json").write_text(task)
    (folder / "own.yaml").write_text("include: own.json\nprocess_results: !function own_code.share")
    write_task(folder, "words", written_rows(), WRITTEN)
    write_task(folder, "shown", written_rows(), {**WRITTEN, "num_fewshot": 2}, written_rows(SHOTS))
    write_task(folder, "last", written_rows(), CONTINUED)
    return folder


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., None]:
    """Write a task of 12 questions: `write(name, config)`."""

    def make(name: str, config: Mapping[str, object]) -> None:
        write_task(tmp_path, name, written_rows(), {**WRITTEN, **config})

    return make


@pytest.fixture(autouse=True)
def _offline(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`datasets` keeps what it makes of files in the test's own folder, and asks no hub."""
    datasets = pytest.importorskip("datasets", reason="tasks are loaded by `datasets`")
    pytest.importorskip("lm_eval", reason="needs lm-evaluation-harness: pip install lm-eval")
    monkeypatch.setattr(datasets.config, "HF_DATASETS_CACHE", tmp_path / "datasets")
    monkeypatch.setattr(datasets.config, "HF_HUB_OFFLINE", True)
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    datasets.disable_progress_bars()
