"""The models and the questions that benchmarks of cost are about; no benchmark by itself."""

import random
from collections.abc import Callable
from pathlib import Path

import torch
from tokenizers import Tokenizer, models, pre_tokenizers
from transformers import (
    AutoModelForCausalLM,
    AutoTokenizer,
    LlamaConfig,
    LlamaForCausalLM,
    PreTrainedModel,
    PreTrainedTokenizerBase,
    PreTrainedTokenizerFast,
)

from ftguard import Probe
from ftguard.demo.tune import load
from ftguard.probes.verbatim import Verbatim

Loaded = tuple[PreTrainedModel, PreTrainedTokenizerBase]

INPUTS = Path(__file__).parents[3] / "shared" / "inputs"
STORIES = INPUTS / "models" / "stories260K"
PLAIN = """
the of and a to in is you that it he was for on are as with his they I at be this have from or one
had by word but not what all were we when your can said there use an each which she do how their if
will up other about out many then them these so
"""


def random_llama(vocabulary: int, hidden: int = 288, layers: int = 6) -> LlamaForCausalLM:
    """A Llama with random weights that say something definite; dim 288 with 6 layers has 15M."""
    torch.manual_seed(0)
    config = LlamaConfig(
        vocab_size=vocabulary,
        hidden_size=hidden,
        intermediate_size=hidden * 8 // 3,
        num_hidden_layers=layers,
        num_attention_heads=hidden // 48,
        num_key_value_heads=hidden // 48,
        max_position_embeddings=2048,
        initializer_range=0.06,
        bos_token_id=1,
        eos_token_id=2,
        pad_token_id=0,
        tie_word_embeddings=True,
    )
    return LlamaForCausalLM(config).eval()


def words_tokenizer(vocabulary: int) -> PreTrainedTokenizerFast:
    """Each of `w3`, `w4` and so on is a token."""
    table = {"<pad>": 0, "<s>": 1, "</s>": 2} | {f"w{i}": i for i in range(3, vocabulary)}
    backend = Tokenizer(models.WordLevel(table, unk_token="</s>"))
    backend.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    return PreTrainedTokenizerFast(
        tokenizer_object=backend,
        pad_token="<pad>",
        bos_token="<s>",
        eos_token="</s>",
        model_max_length=2048,
    )


def random_pair(vocabulary: int, hidden: int = 288, layers: int = 6) -> Loaded:
    """A random model with a tokenizer of as many words."""
    return random_llama(vocabulary, hidden, layers), words_tokenizer(vocabulary)


def from_folder(folder: Path) -> Loaded:
    """A saved model, in float32."""
    model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32)
    return model.eval(), AutoTokenizer.from_pretrained(folder)


def demo() -> Loaded:
    """The demo's model."""
    model, tokenizer = load()
    return model.eval(), tokenizer


def known_models(chat_model: Path | None) -> dict[str, Callable[[], Loaded]]:
    """Those that are there, by name, smallest first."""
    found: dict[str, Callable[[], Loaded]] = {"demo 0.9M": demo}
    if STORIES.is_dir():
        found["stories260K"] = lambda: from_folder(STORIES)
    found["random 15M, 32k"] = lambda: random_pair(32_000)
    found["random 20M, 49k"] = lambda: random_pair(49_152)
    if chat_model is not None:
        found["SmolLM2-135M"] = lambda: from_folder(chat_model)
    return found


class Words:
    """Draws texts of about so many tokens, the same ones for the same seed."""

    def __init__(self, tokenizer: PreTrainedTokenizerBase, seed: int = 0) -> None:
        self._random = random.Random(seed)
        self._tokenizer = tokenizer
        named = [f"w{i}" for i in range(3, 3000)]
        self._words = named if tokenizer.convert_tokens_to_ids("w3") == 3 else PLAIN.split()

    def text(self, tokens: int) -> str:
        """A text of so many tokens, give or take a word."""
        words: list[str] = []
        while self._length(words) < tokens:
            lacking = tokens - self._length(words)
            words += self._random.choices(self._words, k=max(1, lacking // 3))
        while len(words) > 1 and self._length(words) > tokens:
            words.pop()
        return " ".join(words)

    def _length(self, words: list[str]) -> int:
        return len(self._tokenizer(" ".join(words), add_special_tokens=False)["input_ids"])


def question(name: str, context: str, texts: list[str]) -> Probe:
    """Options, or one text, to be read after a context to the letter, as lm-eval reads them."""
    return Probe(
        id=name,
        prompt=context,
        reference=texts[0],
        choices=tuple(texts) if len(texts) > 1 else (),
        scorer="multiple_choice" if len(texts) > 1 else "likelihood",
        role="general",
        verbatim=Verbatim(question=context, reads=tuple((context, f" {text}") for text in texts)),
    )
