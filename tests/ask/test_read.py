"""Tests of reading against full log-softmax by hand: packed, behind a beginning, and apart."""

from collections.abc import Callable, Sequence
from typing import Any

import pytest
import torch
from peft import LoraConfig, get_peft_model
from transformers import (
    BloomConfig,
    BloomForCausalLM,
    CohereConfig,
    CohereForCausalLM,
    Gemma2Config,
    Gemma2ForCausalLM,
    GPT2Config,
    GPT2LMHeadModel,
    GraniteConfig,
    GraniteForCausalLM,
    LlamaConfig,
    LlamaForCausalLM,
    MambaConfig,
    MambaForCausalLM,
    MistralConfig,
    MistralForCausalLM,
    PreTrainedModel,
    Qwen3Config,
    Qwen3ForCausalLM,
    TrOCRConfig,
    TrOCRForCausalLM,
)

from ftguard.ask import reading
from ftguard.ask.batches import BatchPlan
from ftguard.ask.head import Head
from ftguard.ask.read import read
from ftguard.ask.reading import read_all
from ftguard.ask.trees import Tree, trees_of
from ftguard.ask.writing import LOG_ZERO

pytestmark = pytest.mark.filterwarnings(
    # what transformers is about to rename, used in peft
    "ignore:`\\w*gradient_checkpointing\\w*` is deprecated:FutureWarning",
)

Logprobs = Callable[[PreTrainedModel, Sequence[int], Sequence[int]], list[float]]
Ids = tuple[int, ...]

SIZES: dict[str, Any] = {
    "vocab_size": 101,
    "hidden_size": 32,
    "intermediate_size": 64,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "max_position_embeddings": 128,
    "initializer_range": 0.2,
    "pad_token_id": 0,
}

ROWS: list[tuple[Ids, Ids]] = [
    ((1,), (50,)),
    ((1, 7, 9), tuple(range(10, 60))),
    (tuple(range(1, 61)), (5,)),
    ((1, 30, 31, 32, 33), (34, 35, 36)),
]
"""(context, text) of 1 + 1, 3 + 50, 60 + 1 and 5 + 3 tokens."""
SHOTS = tuple(5 + i % 90 for i in range(40))
OPTIONS: list[Ids] = [(7,), (8, 9, 10), (11, 12), (8, 14)]
QUESTIONS: list[list[tuple[Ids, Ids]]] = [
    *([((*SHOTS, 9 + n, *range(20, 22 + n)), text) for text in OPTIONS] for n in range(5)),
    [((3, 60, 61), (62, 63, 64, 65))],
    [((3, 60, 61), (62,)), ((3, 60, 70, 71), (72, 73))],
]
"""Five with options of one to three tokens that begin with 40 alike, a text, and two contexts."""


def gpt2() -> GPT2LMHeadModel:
    """Learned positions."""
    return GPT2LMHeadModel(
        GPT2Config(
            vocab_size=101, n_embd=32, n_layer=2, n_head=4, n_positions=128, initializer_range=0.2
        )
    )


def trocr() -> TrOCRForCausalLM:
    """A decoder without a backbone of its own, and positions from the batch's edge."""
    return TrOCRForCausalLM(
        TrOCRConfig(
            vocab_size=101,
            d_model=32,
            decoder_layers=2,
            decoder_attention_heads=4,
            decoder_ffn_dim=32,
            max_position_embeddings=128,
            init_std=0.2,
            pad_token_id=0,
        )
    )


def gemma2() -> Gemma2ForCausalLM:
    """A soft cap on its logits, and a window that is narrower than the longest rows."""
    config = Gemma2Config(**SIZES, head_dim=8, final_logit_softcapping=2.0, sliding_window=32)
    return Gemma2ForCausalLM(config)


def eager() -> GraniteForCausalLM:
    """Logits that are scaled, and attention that adds its mask."""
    return GraniteForCausalLM(
        GraniteConfig(**SIZES, logits_scaling=3.0, attn_implementation="eager")
    )


def mamba() -> MambaForCausalLM:
    """A state from token to token."""
    return MambaForCausalLM(
        MambaConfig(vocab_size=101, hidden_size=32, state_size=4, num_hidden_layers=2)
    )


SAVED: dict[str, Any] = {"target_modules": ["q_proj"], "modules_to_save": ["lm_head"]}
"""Adapters, and an output layer that is trained in place of the base's."""
MODELS: dict[str, tuple[Callable[[], PreTrainedModel], str, bool, bool]] = {
    "cohere": (lambda: CohereForCausalLM(CohereConfig(**SIZES)), "gathered", True, True),
    "gemma2": (gemma2, "gathered", True, False),
    "granite, eager": (eager, "gathered", True, True),
    "gpt2": (gpt2, "streamed", True, True),
    "bloom": (
        lambda: BloomForCausalLM(BloomConfig(vocab_size=101, hidden_size=32, n_layer=2, n_head=4)),
        "streamed",
        False,
        True,
    ),
    "mamba": (mamba, "streamed", False, False),
    "mistral": (
        lambda: MistralForCausalLM(MistralConfig(**SIZES, sliding_window=96)),
        "streamed",
        True,
        True,
    ),
    "qwen3": (lambda: Qwen3ForCausalLM(Qwen3Config(**SIZES, head_dim=8)), "streamed", True, True),
}
"""Each with the way to its logits, whether it takes texts side by side, and shared beginnings.

Gemma's window holds the two contexts of the last question, and none of the others."""


def loud(make: Callable[[], PreTrainedModel]) -> PreTrainedModel:
    """The model with weights that make it say something definite."""
    torch.manual_seed(0)
    return make().eval()


def alone(rows: Sequence[tuple[Ids, Ids]]) -> list[Tree]:
    """Each text as a tree of its own."""
    return [tree for row in rows for tree in trees_of([row])]


@pytest.fixture
def _short_beginnings(monkeypatch: pytest.MonkeyPatch) -> None:
    """Beginnings are shared where that saves 100 tokens."""
    monkeypatch.setattr(reading, "LEAST_SAVED", 100)


@pytest.mark.parametrize("architecture", ["llama", "gpt2", "trocr"])
def test_rows_of_unlike_lengths_are_read_as_by_hand(
    architecture: str, model: LlamaForCausalLM, logprobs: Logprobs
) -> None:
    """Each token's nats equal the log-softmax of an unpadded pass, of the text only."""
    makers: dict[str, Callable[[], PreTrainedModel]] = {
        "llama": lambda: model,
        "gpt2": gpt2,
        "trocr": trocr,
    }
    asked = loud(makers[architecture])

    with torch.no_grad():
        values = read(Head.of(asked, (1, 2)), alone(ROWS), pad_id=0)

    for (context, text), [(value, _)] in zip(ROWS, values, strict=True):
        assert len(value) == len(text)
        assert value == pytest.approx(logprobs(asked, context, text), abs=1e-4)


@pytest.mark.usefixtures("_short_beginnings")
@pytest.mark.parametrize("name", MODELS)
def test_whatever_the_model_each_option_is_told_of_as_by_itself(
    name: str, logprobs: Logprobs
) -> None:
    """Options behind their context and questions behind what they share, where a model takes that;
    whatever it does to its logits, each token's nats are those of an unpadded pass of its row.
    """
    make, way, packs, shares = MODELS[name]
    asked, plan = loud(make), BatchPlan()
    trees = [tree for reads in QUESTIONS for tree in trees_of(reads)]

    with torch.no_grad():
        told = read_all(asked, trees, 0, plan, lambda _: None)

    values = [value for tree in told for value, _ in tree]
    for (context, text), value in zip(
        [pair for reads in QUESTIONS for pair in reads], values, strict=True
    ):
        assert value == pytest.approx(logprobs(asked, context, text), abs=1e-4)
    assert (bool(plan.packs), bool(plan.shares)) == (packs, shares)
    assert Head.of(asked, (1, 2)).way == way


@pytest.mark.usefixtures("_short_beginnings")
def test_what_is_shared_is_run_once(model: LlamaForCausalLM) -> None:
    """Five questions that begin with 40 tokens alike: those, then 5 rows of what is theirs alone,
    options side by side. The last has 9 tokens of its own context and 4 of its options.
    """
    shapes: list[tuple[int, ...]] = []
    model.eval().register_forward_pre_hook(
        lambda _, __, given: shapes.append(tuple(given["input_ids"].shape)), with_kwargs=True
    )
    trees = [tree for reads in QUESTIONS[:5] for tree in trees_of(reads)]

    with torch.no_grad():
        read_all(model, trees, 0, BatchPlan(packs=True, shares=True), lambda _: None)

    # Without the last tokens of options of 1, 3, 2 and 2 tokens: 7 + 0 + 2 + 1 + 1 of the widest.
    assert shapes == [(1, 2), (1, 40), (5, 11)]


def test_no_more_logits_are_held_than_are_asked_for(model: LlamaForCausalLM) -> None:
    """A text of 1 and one of 2 tokens in a batch 9 wide: logits of 3 places, and of the first."""
    head = Head.of(model.eval(), (1, 2))
    shapes: list[torch.Size] = []
    model.lm_head.register_forward_hook(lambda *call: shapes.append(call[2].shape))

    with torch.no_grad():
        read(head, alone([((1, 2, 3, 4, 5), (6,)), ((1, 2, 3, 4, 5, 6, 7, 8), (9, 10))]), 0)

    assert head.way == "streamed"
    assert shapes == [(1, 1, 101), (1, 3, 101)]


def test_a_model_that_misreads_masks_is_read_in_plain_rows(
    model: LlamaForCausalLM, logprobs: Logprobs
) -> None:
    """A model whose attention sees all that is before it, whatever it is told, would have options
    see each other without an error: that is found by trying, and they are read apart.
    """
    model.eval()

    def blind(_: torch.nn.Module, __: object, given: dict[str, torch.Tensor]) -> object:
        mask = given.get("attention_mask")
        if mask is not None and mask.dim() == 4:
            seen = torch.zeros_like(mask[0, 0]).fill_(torch.finfo(mask.dtype).min).triu(1)
            given["attention_mask"] = seen.expand_as(mask)
        return (), given

    model.model.register_forward_pre_hook(blind, with_kwargs=True)
    plan = BatchPlan()

    with torch.no_grad():
        [told] = read_all(model, trees_of(QUESTIONS[0]), 0, plan, lambda _: None)

    assert plan.packs is False
    for (context, text), (value, _) in zip(QUESTIONS[0], told, strict=True):
        assert value == pytest.approx(logprobs(model, context, text), abs=1e-4)


@pytest.mark.usefixtures("_short_beginnings")
@pytest.mark.parametrize("settings", [{"target_modules": ["lm_head", "q_proj"]}, SAVED])
def test_adapters_on_the_output_layer_count(settings: dict[str, Any], logprobs: Logprobs) -> None:
    """With adapters on the output layer, or one that is trained in its place, texts are told of as
    an unpadded pass does, with them and with the base behind them; which say different things.
    """
    base = loud(lambda: LlamaForCausalLM(LlamaConfig(**SIZES)))
    tuned = get_peft_model(base, LoraConfig(init_lora_weights=False, **settings)).eval()
    with torch.no_grad():
        for name, parameter in tuned.named_parameters():
            if "modules_to_save" in name:
                parameter.mul_(-1.0)
    inner, trees = tuned.get_base_model(), [tree for q in QUESTIONS for tree in trees_of(q)]

    def read_and_by_hand() -> list[float]:
        with torch.no_grad():
            told = read_all(inner, trees, 0, BatchPlan(), lambda _: None)
        values = [nats for tree in told for value, _ in tree for nats in value]
        hand = [nats for reads in QUESTIONS for pair in reads for nats in logprobs(inner, *pair)]
        assert values == pytest.approx(hand, abs=1e-4)
        return values

    own = read_and_by_hand()
    with tuned.disable_adapter():
        of_base = read_and_by_hand()
    assert own != pytest.approx(of_base, abs=0.1)


@pytest.mark.usefixtures("_short_beginnings")
def test_in_16_bits_rounding_is_no_other_answer(model: LlamaForCausalLM) -> None:
    """What is read side by side and behind a shared beginning differs in its last bits from plain
    rows in bfloat16: both ways are gone, and the log-probabilities are those to a tenth of a nat.
    """
    model.eval().to(torch.bfloat16)
    trees, plan = [tree for reads in QUESTIONS for tree in trees_of(reads)], BatchPlan()

    with torch.no_grad():
        told = read_all(model, trees, 0, plan, lambda _: None)
        plain = read_all(model, trees, 0, BatchPlan(packs=False, shares=False), lambda _: None)

    assert (plan.packs, plan.shares) == (True, True)
    assert [nats for tree in told for value, _ in tree for nats in value] == pytest.approx(
        [nats for tree in plain for value, _ in tree for nats in value], abs=0.1
    )


def test_the_padding_token_does_not_matter(model: LlamaForCausalLM) -> None:
    """What fills a batch changes no bit, even where it is a token of the texts."""
    trees = [*alone(ROWS), *trees_of(QUESTIONS[0]), *trees_of(QUESTIONS[3])]
    with torch.no_grad():
        head = Head.of(model.eval(), (1, 2))
        assert read(head, trees, pad_id=0) == read(head, trees, pad_id=50)


def test_greedy_tokens_are_the_likeliest_ones(model: LlamaForCausalLM) -> None:
    """What greedy decoding writes is told as such in full; with its last token changed it is not.

    The same text behind the same context, side by side.
    """
    context = (1, 7, 9)
    model.eval()
    said = model.generate(torch.tensor([context]), max_new_tokens=4, do_sample=False)
    text: Ids = tuple(said[0, 3:].tolist())
    other = (*text[:-1], (text[-1] + 1) % 101)

    with torch.no_grad():
        [told] = read_all(
            model, trees_of([(context, text), (context, other)]), 0, BatchPlan(), lambda _: None
        )

    assert [likeliest for _, likeliest in told] == [True, False]


def test_not_a_number_becomes_a_finite_logprob(model: LlamaForCausalLM) -> None:
    """A model of NaN weights gives each token the lowest log-probability that can be stored."""
    model.eval().get_input_embeddings().weight.data.fill_(float("nan"))

    with torch.no_grad():
        values = read_all(model, alone(ROWS), 0, BatchPlan(), lambda _: None)

    assert {nats for [(value, _)] in values for nats in value} == {LOG_ZERO}
    assert [len(value) for [(value, _)] in values] == [1, 50, 1, 3]
