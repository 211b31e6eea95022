"""A real chat model, where one is at hand (`FTGUARD_SMOLLM2=DIR`): its answers and their scores."""

import json
import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from transformers import AutoModelForCausalLM, AutoTokenizer, PreTrainedModel

from ftguard.ask.answer import Answer
from ftguard.ask.asking import ask
from ftguard.ask.prompts import prepare
from ftguard.probes import Probe, ProbeSet
from ftguard.scores import score

LABELS = Path(__file__).parent / "benchmarks" / "chat_model.jsonl"
PROBES = {probe.id: replace(probe, role="general") for probe in ProbeSet.builtin("general").probes}
ASKED = (
    "arithmetic-01",
    "logic-02",
    "logic-06",
    "world-knowledge-03",
    "world-knowledge-07",
    "science-05",
    "extraction-01",
    "extraction-05",
    "reading-09",
    "word-problems-04",
)


@pytest.fixture(scope="module")
def chat_model() -> Iterator[Path]:
    """SmolLM2-135M-Instruct as a plain folder."""
    folder = os.environ.get("FTGUARD_SMOLLM2", "")
    if not folder:
        pytest.skip("needs SmolLM2-135M-Instruct: set FTGUARD_SMOLLM2 to its folder")
    threads = torch.get_num_threads()
    torch.set_num_threads(2)
    yield Path(folder)
    torch.set_num_threads(threads)


def test_a_reader_and_the_scorers_agree() -> None:
    """Of 182 answers of the chat model that were read and labelled at least 96 % of those that had
    decided score as they were read, kappa is at least 0.85, and the others are unscored.
    """
    rows = [json.loads(line) for line in LABELS.read_text("utf-8").splitlines()]
    pairs = []
    for row in rows:
        said = Answer(probe_id=row["id"], text=row["answer"], finish=row["finish"])
        (found,) = score([PROBES[row["id"]]], [said])
        if row["right"] is not None:
            pairs.append((row["right"], found.value == 1))
    agree = sum(label == value for label, value in pairs) / len(pairs)
    right, scored = (sum(pair[i] for pair in pairs) / len(pairs) for i in (0, 1))
    chance = right * scored + (1 - right) * (1 - scored)
    assert len(rows) == 182
    assert agree >= 0.96
    assert (agree - chance) / (1 - chance) >= 0.85


def test_it_finishes_its_sentences_and_they_count(chat_model: Path) -> None:
    """Asked as a run asks it, it says what was labelled, in whole sentences, eight rightly."""
    model: PreTrainedModel = AutoModelForCausalLM.from_pretrained(chat_model, dtype=torch.float32)
    probes: list[Probe] = [PROBES[name] for name in ASKED]
    batch = prepare(probes, model, AutoTokenizer.from_pretrained(chat_model), {})
    answers = ask(model, batch, base_answers=()).answers

    assert {answer.finish for answer in answers} == {"stop"}
    assert [s.value for s in score(batch.probes, answers)] == [1, 1, 1, 1, 1, 1, 1, 1, 0, 0]
