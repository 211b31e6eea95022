"""Real models and tokenizers made tiny, and the folder of real inputs where it is there."""

import os
import string
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch
from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers, processors
from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

from ftguard import Probe

os.environ.setdefault("HF_HUB_OFFLINE", "1")
os.environ.setdefault("WANDB_MODE", "offline")

SHARED = Path(__file__).parents[2] / "shared" / "inputs"


@pytest.fixture(autouse=True)
def _own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No test reads or fills the user's cache of base snapshots."""
    monkeypatch.setenv("FTGUARD_CACHE", str(tmp_path / "cache"))


@pytest.fixture(autouse=True)
def _one_thread() -> Iterator[None]:
    """Tiny models are fastest, and sums the same, on one thread."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.fixture
def shared() -> Path:
    """The folder of real inputs beside the project; the test is skipped where it is absent."""
    if not SHARED.is_dir():
        pytest.skip(f"needs the real inputs in {SHARED}")
    return SHARED


@pytest.fixture
def tokenizer() -> PreTrainedTokenizerFast:
    """A character tokenizer with `<s>` in front, `</s>` as EOS and no chat template."""
    return make_tokenizer()


@pytest.fixture
def model(tokenizer: PreTrainedTokenizerFast) -> LlamaForCausalLM:
    """A Llama of 20 thousand random parameters, in training mode as a Trainer has it."""
    return make_model(len(tokenizer))


@pytest.fixture
def own_texts(model: LlamaForCausalLM, tokenizer: PreTrainedTokenizerFast) -> tuple[Probe, ...]:
    """General probes: 40 texts that the model itself is likely to say, read for their likelihood.

    A random model knows nothing else that it could forget.
    """
    starts = string.ascii_letters[:40]
    prompts = torch.tensor([tokenizer(start)["input_ids"] for start in starts])
    model.eval()
    said = model.generate(prompts, max_new_tokens=12, do_sample=False, eos_token_id=2)
    model.train()
    texts = tokenizer.batch_decode(said[:, 2:], skip_special_tokens=True)
    return tuple(
        Probe(id=start, prompt=start, reference=text, scorer="likelihood", slices=(group,))
        for start, text, group in zip(starts, texts, ["one", "two"] * 20, strict=True)
        if text
    )


def make_tokenizer() -> PreTrainedTokenizerFast:
    """Every printable ASCII character is a token."""
    special = ["<pad>", "<s>", "</s>", "<unk>"]
    characters = [c for c in string.printable if c not in "\r\x0b\x0c"]
    vocabulary = {token: index for index, token in enumerate([*special, *characters])}
    backend = Tokenizer(models.WordLevel(vocabulary, unk_token="<unk>"))
    backend.pre_tokenizer = pre_tokenizers.Split(Regex("[\\s\\S]"), "isolated")
    backend.post_processor = processors.TemplateProcessing(
        single="<s> $A", special_tokens=[("<s>", vocabulary["<s>"])]
    )
    backend.decoder = decoders.Fuse()
    return PreTrainedTokenizerFast(
        tokenizer_object=backend,
        pad_token="<pad>",
        bos_token="<s>",
        eos_token="</s>",
        unk_token="<unk>",
        model_max_length=128,
    )


def make_model(vocabulary: int, seed: int = 0) -> LlamaForCausalLM:
    """Two layers of width 32, context 128."""
    torch.manual_seed(seed)
    config = LlamaConfig(
        vocab_size=vocabulary,
        hidden_size=32,
        intermediate_size=64,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        max_position_embeddings=128,
        bos_token_id=1,
        eos_token_id=2,
        pad_token_id=0,
        tie_word_embeddings=True,
        initializer_range=0.2,
    )
    return LlamaForCausalLM(config).train()
