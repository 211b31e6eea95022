"""Tests of `read` against full log-softmax by hand, with and without `logits_to_keep`."""

from collections.abc import Callable, Sequence

import pytest
import torch
from transformers import (
    GPT2Config,
    GPT2LMHeadModel,
    LlamaForCausalLM,
    PreTrainedModel,
    PreTrainedTokenizerFast,
    TrOCRConfig,
    TrOCRForCausalLM,
)

from ftguard.ask.read import read, read_next
from ftguard.ask.writing import LOG_ZERO

Logprobs = Callable[[PreTrainedModel, Sequence[int], Sequence[int]], list[float]]

ROWS: list[tuple[tuple[int, ...], tuple[int, ...]]] = [
    ((1,), (50,)),
    ((1, 7, 9), tuple(range(10, 60))),
    (tuple(range(1, 61)), (5,)),
    ((1, 30, 31, 32, 33), (34, 35, 36)),
]
"""(context, text) of 1 + 1, 3 + 50, 60 + 1 and 5 + 3 tokens."""


def gpt2() -> GPT2LMHeadModel:
    """Learned positions."""
    torch.manual_seed(0)
    config = GPT2Config(
        vocab_size=101, n_embd=32, n_layer=2, n_head=4, n_positions=128, initializer_range=0.2
    )
    return GPT2LMHeadModel(config).eval()


def trocr() -> TrOCRForCausalLM:
    """A decoder whose `forward` takes no `logits_to_keep`, so that all logits come back."""
    torch.manual_seed(0)
    config = TrOCRConfig(
        vocab_size=101,
        d_model=32,
        decoder_layers=2,
        decoder_attention_heads=4,
        decoder_ffn_dim=32,
        max_position_embeddings=128,
        init_std=0.2,
        pad_token_id=0,
    )
    return TrOCRForCausalLM(config).eval()


@pytest.mark.parametrize("architecture", ["llama", "gpt2", "trocr"])
def test_rows_of_unlike_lengths_are_read_as_by_hand(
    architecture: str, model: LlamaForCausalLM, logprobs: Logprobs
) -> None:
    """Each token's nats equal the log-softmax of an unpadded pass, of the text only."""
    makers: dict[str, Callable[[], PreTrainedModel]] = {
        "llama": model.eval,
        "gpt2": gpt2,
        "trocr": trocr,
    }
    asked = makers[architecture]()

    with torch.no_grad():
        values = read(asked, ROWS, pad_id=0)

    for (context, text), value in zip(ROWS, values, strict=True):
        assert len(value) == len(text)
        assert value == pytest.approx(logprobs(asked, context, text), abs=1e-4)


def test_only_the_logits_from_the_first_text_on_are_kept(model: LlamaForCausalLM) -> None:
    """Contexts of 5 and 8 in a batch 10 wide need the logits of positions 4 to 9: 6 of 10."""
    shapes: list[torch.Size] = []
    model.eval().lm_head.register_forward_hook(lambda *call: shapes.append(call[2].shape))

    with torch.no_grad():
        read(model, [((1, 2, 3, 4, 5), (6,)), ((1, 2, 3, 4, 5, 6, 7, 8), (9, 10))], pad_id=0)

    assert shapes == [(2, 6, 101)]


def test_the_padding_token_does_not_matter(model: LlamaForCausalLM) -> None:
    """What fills a batch changes no bit, even where it is a token of the texts."""
    with torch.no_grad():
        assert read(model.eval(), ROWS, pad_id=0) == read(model, ROWS, pad_id=50)


def test_not_a_number_becomes_a_finite_logprob(model: LlamaForCausalLM) -> None:
    """A model of NaN weights gives each token the lowest log-probability that can be stored."""
    model.eval().get_input_embeddings().weight.data.fill_(float("nan"))

    with torch.no_grad():
        values = read(model, ROWS, pad_id=0)

    assert {nats for value in values for nats in value} == {LOG_ZERO}
    assert [len(value) for value in values] == [1, 50, 1, 3]


def test_one_pass_tells_the_next_token_as_reading_each_does(
    model: LlamaForCausalLM, tokenizer: PreTrainedTokenizerFast
) -> None:
    """Contexts of 2, 9 and 30 tokens with four options: the same log-probabilities as by `read`."""
    model.eval()
    contexts = [tuple(tokenizer("x" * length)["input_ids"]) for length in (1, 8, 29)]
    options = tuple(tokenizer("ABCD")["input_ids"][1:])

    with torch.no_grad():
        at_once = read_next(model, [(context, options) for context in contexts], 0)
        each = read(model, [(c, (token,)) for c in contexts for token in options], 0)

    assert [value for row in at_once for value in row] == pytest.approx(
        [value for (value,) in each], abs=1e-5
    )
