"""The shipped base model knows what the demo says it knows."""

from collections import defaultdict
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path

import pytest
import torch
from transformers import AutoModelForCausalLM, AutoTokenizer, LlamaForCausalLM
from transformers import PreTrainedTokenizerFast as Tokenizer

from ftguard.demo.routing import routing_examples
from ftguard.demo.skills import SKILLS, skill_examples

FOLDER = Path(str(files("ftguard.demo") / "model"))
BATCH = 120
PER_SKILL = 60


@pytest.fixture(scope="module")
def tokenizer() -> Tokenizer:
    """The shipped tokenizer, loaded as the demo does."""
    loaded: Tokenizer = AutoTokenizer.from_pretrained(FOLDER)
    return loaded


@pytest.fixture(scope="module")
def model() -> LlamaForCausalLM:
    """The shipped model, loaded as the demo does."""
    loaded: LlamaForCausalLM = AutoModelForCausalLM.from_pretrained(FOLDER, dtype=torch.float32)
    return loaded.eval()


@torch.inference_mode()
def share_right(
    model: LlamaForCausalLM, tokenizer: Tokenizer, pairs: Sequence[tuple[str, str]]
) -> float:
    """The share of prompts whose greedy answer is exactly the right one."""
    right = 0
    for start in range(0, len(pairs), BATCH):
        batch = pairs[start : start + BATCH]
        asked = tokenizer(
            [prompt for prompt, _ in batch], padding=True, padding_side="left", return_tensors="pt"
        )
        said = model.generate(**asked, max_new_tokens=16, do_sample=False)
        texts = tokenizer.batch_decode(
            said[:, asked["input_ids"].shape[1] :], skip_special_tokens=True
        )
        right += sum(text == answer for text, (_, answer) in zip(texts, batch, strict=True))
    return right / len(pairs)


def test_skills(model: LlamaForCausalLM, tokenizer: Tokenizer) -> None:
    """At least eight general skills are answered right on 85 % of 60 held-out prompts each."""
    pairs = defaultdict(list)
    for example in skill_examples("probe", PER_SKILL * len(SKILLS), seed=2):
        pairs[example.skill].append((example.prompt, example.answer))
    shares = {skill: share_right(model, tokenizer, asked) for skill, asked in pairs.items()}

    assert sum(share >= 0.85 for share in shares.values()) >= 8, shares


@pytest.mark.parametrize("split", ["target", "tail"])
def test_routing_is_known_modestly(
    split: str, model: LlamaForCausalLM, tokenizer: Tokenizer
) -> None:
    """Frequent teams leave room to gain, rare teams have something to lose."""
    tickets = routing_examples("target" if split == "target" else "tail", 200, seed=2)
    share = share_right(model, tokenizer, [(t.prompt, t.answer) for t in tickets])

    assert 0.5 <= share <= 0.8


def test_one_token_a_character(tokenizer: Tokenizer) -> None:
    """`<s>` is put in front once, and an answer's tokens are the same behind any prompt."""
    whole, prompt = tokenizer("1+1=2")["input_ids"], tokenizer("1+1=")["input_ids"]

    assert tokenizer.convert_ids_to_tokens(whole) == ["<s>", "1", "+", "1", "=", "2"]
    assert whole[: len(prompt)] == prompt
    assert tokenizer.decode(whole, skip_special_tokens=True) == "1+1=2"
    assert tokenizer.chat_template is None


def test_generation_config_has_the_end(model: LlamaForCausalLM, tokenizer: Tokenizer) -> None:
    """An answer ends at `</s>`, and nothing is sampled."""
    assert model.generation_config is not None
    assert model.generation_config.eos_token_id == tokenizer.eos_token_id == 2
    assert model.generation_config.pad_token_id == tokenizer.pad_token_id == 0
    assert not model.generation_config.do_sample


def test_size() -> None:
    """The folder stays below 4 MB, so that it can ship with the package."""
    assert sum(file.stat().st_size for file in FOLDER.iterdir()) < 4_000_000
