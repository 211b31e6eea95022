"""Models that were trained without a guard, and the questions that they are asked."""

import json
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from peft import LoraConfig, get_peft_model
from transformers import LlamaForCausalLM

from ftguard import Probe
from ftguard.testing import tiny_model, tiny_run, tiny_tokenizer


@pytest.fixture(autouse=True)
def _not_on_github(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where these tests run in a job of GitHub Actions, its summary is not theirs."""
    monkeypatch.delenv("GITHUB_ACTIONS", raising=False)
    monkeypatch.delenv("GITHUB_STEP_SUMMARY", raising=False)


@pytest.fixture(scope="session")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folders `base`, `full`, a run at too high a rate, and `lora`, a gentle one.

    Each run has two checkpoints; all is shared: copy before you write.
    """
    out = tmp_path_factory.mktemp("models")
    tokenizer = tiny_tokenizer()
    base = out / "base"
    tiny_model(tokenizer).save_pretrained(base)
    tokenizer.save_pretrained(base)
    steps: dict[str, Any] = {"max_steps": 4, "save_steps": 2}
    tiny_run(out / "full", tokenizer=tokenizer, learning_rate=1e-2, **steps).train()
    config = LoraConfig(r=2, target_modules=["q_proj"], task_type="CAUSAL_LM")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)  # peft's own
        adapted = get_peft_model(LlamaForCausalLM.from_pretrained(base), config)
    tiny_run(out / "lora", model=adapted, tokenizer=tokenizer, learning_rate=1e-3, **steps).train()
    return out


@pytest.fixture
def general(own_texts: Sequence[Probe], tmp_path: Path) -> Path:
    """A file of the base's own texts, which a fine-tune forgets."""
    path = tmp_path / "general.jsonl"
    rows = [
        {
            "id": probe.id,
            "prompt": probe.prompt,
            "reference": probe.reference,
            "scorer": "likelihood",
            "slices": list(probe.slices),
        }
        for probe in own_texts
    ]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


@pytest.fixture
def target(tmp_path: Path) -> Path:
    """A file of sums, of which the runs train on others."""
    path = tmp_path / "target.jsonl"
    rows = [
        {"prompt": f"{n}+1=", "reference": f"{n + 1}", "scorer": "likelihood"}
        for n in range(50, 80)
    ]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path
