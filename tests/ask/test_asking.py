"""Tests of `ask`: one prompt_batch, real tiny models, plain and with adapters."""

import copy
import random
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
from peft import LoraConfig, PeftModel, get_peft_model
from tqdm.auto import tqdm
from transformers import LlamaForCausalLM, PreTrainedModel, PreTrainedTokenizerFast

from ftguard import Probe
from ftguard.ask.answer import Answer
from ftguard.ask.asking import ask
from ftguard.ask.batches import BatchPlan
from ftguard.ask.prompts import PromptBatch, prepare
from ftguard.ask.writing import LOG_ZERO

pytestmark = pytest.mark.filterwarnings(
    # what transformers is about to rename, used in peft
    "ignore:`\\w*gradient_checkpointing\\w*` is deprecated:FutureWarning",
    # peft on tied embeddings
    "ignore:Model has `tie_word_embeddings=True`:UserWarning",
)

Greedy = Callable[[PreTrainedModel, Sequence[int], int], tuple[int, ...]]
Logprobs = Callable[[PreTrainedModel, Sequence[int], Sequence[int]], list[float]]

PROBES = [
    Probe(id="read", prompt="Once", reference=" upon a time", scorer="likelihood", role="general"),
    Probe(id="word", prompt="Say something", reference="no", role="target"),
    Probe(id="choose", prompt="Sky?", reference="blue", choices=["blue", "red"], role="general"),
    Probe(id="sum", prompt="2+2=", reference="4", role="target"),
    Probe(id="long", prompt="Tell me all", reference="x" * 20, role="tail"),
]
"""Answers have a budget of 16 tokens, `long` of 40."""
NEWLINE = 100
"""The tokenizer's token."""


@pytest.fixture
def sheet(model: LlamaForCausalLM, tokenizer: PreTrainedTokenizerFast) -> PromptBatch:
    """The probes above, ready to be asked."""
    return prepare(PROBES, model, tokenizer, {})


def with_adapters(model: LlamaForCausalLM, **settings: Any) -> PeftModel:
    """A copy of the model with LoRA that is no no-op, and dropout, in training mode."""
    torch.manual_seed(1)
    config = LoraConfig(
        target_modules=["q_proj", "v_proj", "down_proj"],
        lora_alpha=32,
        lora_dropout=0.5,
        **{"init_lora_weights": False, **settings},
    )
    tuned: PeftModel = get_peft_model(copy.deepcopy(model), config).train()
    with torch.no_grad():
        for name, parameter in tuned.named_parameters():
            if "modules_to_save" in name:
                parameter.mul_(-1.0)
    return tuned


def assert_alike(answers: Sequence[Answer], others: Sequence[Answer]) -> None:
    """All of each answer is the same, its log-probabilities to a millionth of a nat."""
    for answer, other in zip(answers, others, strict=True):
        assert replace(answer, logprobs=(), option_logprobs=()) == replace(
            other, logprobs=(), option_logprobs=()
        )
        assert answer.logprobs == pytest.approx(other.logprobs, abs=1e-6)
        assert answer.option_logprobs == pytest.approx(other.option_logprobs, abs=1e-6)


def nats(answers: Sequence[Answer]) -> list[float]:
    """Every log-probability of every token, in order."""
    return [value for answer in answers for value in answer.logprobs]


def test_answers_are_in_the_order_of_the_probes(
    model: LlamaForCausalLM, sheet: PromptBatch, greedy: Greedy, logprobs: Logprobs
) -> None:
    """Each kind of probe gets its own kind of answer, equal to what is worked out by hand."""
    read, word, choose, total, long = ask(model, sheet).answers
    model.eval()
    by_id = {question.probe_id: question for question in sheet.questions}

    for answer, token_budget in ((word, 16), (total, 16), (long, 40)):
        prompt = by_id[answer.probe_id].prompt
        said = greedy(model, prompt, token_budget)
        # The first token of each says something; a newline or a special token after it is the end.
        ends = [i for i, token in enumerate(said) if token in (0, 1, 2, NEWLINE)]
        assert 0 not in ends
        end = ends[0] if ends else token_budget
        assert answer.token_ids == said[: end + 1]
        assert answer.text == sheet.rendering.tokenizer.decode(said[:end])
        assert answer.logprobs == pytest.approx(logprobs(model, prompt, said[: end + 1]), abs=1e-4)
        assert answer.finish == ("stop" if ends else "length")
    context, text = by_id["read"].reads[0]
    assert (read.token_ids, read.text) == (text, "")
    assert read.logprobs == pytest.approx(logprobs(model, context, text), abs=1e-4)
    by_hand = [sum(logprobs(model, *option)) for option in by_id["choose"].reads]
    assert choose.option_logprobs == pytest.approx(by_hand, abs=1e-4)
    assert choose.token_ids == choose.logprobs == ()
    assert [a.probe_id for a in (read, word, choose, total, long)] == [p.id for p in PROBES]
    assert [a.fingerprint for a in (read, word, choose, total, long)] == [
        question.fingerprint for question in sheet.questions
    ]


def test_answers_do_not_hang_on_the_order_of_the_probes(
    model: LlamaForCausalLM, tokenizer: PreTrainedTokenizerFast
) -> None:
    """Probes of every kind, asked in the opposite order, each get the answer they had."""
    more = [
        replace(probe, id=f"{probe.id} more", prompt=f"More. {probe.prompt}") for probe in PROBES
    ]
    probes = [*PROBES, *more]

    forth = ask(model, prepare(probes, model, tokenizer, {})).answers
    back = ask(model, prepare(probes[::-1], model, tokenizer, {})).answers

    assert_alike(back[::-1], forth)
    # ` upon a time` twice, and one line of a character twice.
    assert len({(a.token_ids, a.option_logprobs) for a in forth}) == 8


def test_small_batches_say_the_same(model: LlamaForCausalLM, sheet: PromptBatch) -> None:
    """One row at a time, every token is the same and every log-probability nearly so."""
    together, alone = ask(model, sheet), ask(model, sheet, plan=BatchPlan(max_rows=1))

    assert [a.token_ids for a in alone.answers] == [a.token_ids for a in together.answers]
    assert nats(alone.answers) == pytest.approx(nats(together.answers), abs=1e-4)


def test_asking_twice_gives_the_same_bits(model: LlamaForCausalLM, sheet: PromptBatch) -> None:
    """The same questions of the same model have bitwise equal answers, and read them alike."""
    first, second = ask(model, sheet), ask(model, sheet)

    assert first.answers == second.answers
    assert first.base_answer_logprobs == second.base_answer_logprobs
    assert first.notes == second.notes == ()
    assert first.seconds > 0


def test_the_same_question_is_asked_once(
    model: LlamaForCausalLM, tokenizer: PreTrainedTokenizerFast
) -> None:
    """Of 2 + 1 written and 2 + 1 read probes, 2 prompts and 2 texts reach the model."""
    probes = [
        Probe(id="w1", prompt="2+2=", reference="4", role="target"),
        Probe(id="r1", prompt="Once", reference=" upon", scorer="likelihood", role="target"),
        Probe(id="w2", prompt="2+2=", reference="four", role="target"),
        Probe(id="w3", prompt="3+3=", reference="6", role="target"),
        Probe(id="r2", prompt="Once", reference=" upon", scorer="likelihood", role="target"),
        Probe(id="r3", prompt="Once", reference=" more", scorer="likelihood", role="target"),
    ]
    sheet = prepare(probes, model, tokenizer, {})
    shapes: list[tuple[int, ...]] = []
    hook = model.register_forward_pre_hook(
        lambda _, __, given: shapes.append(tuple(given["input_ids"].shape)), with_kwargs=True
    )

    answers = ask(model, sheet, base_answers=(), plan=BatchPlan(own_loop=True)).answers
    hook.remove()

    # The prompts are read (5 tokens), then come 15 steps of a token each. Then two tokens that tell
    # where logits are had, and the texts: of 10 tokens 9, since the last one speaks of nothing.
    assert [shape for shape in shapes if shape[1] > 1] == [(2, 5), (1, 2), (2, 9)]
    assert {shape for shape in shapes if shape[1] == 1} == {(2, 1)}
    assert len(shapes) <= 3 + 15
    assert [answer.probe_id for answer in answers] == ["w1", "r1", "w2", "w3", "r2", "r3"]
    assert replace(answers[2], probe_id="w1") == answers[0]
    assert replace(answers[4], probe_id="r1") == answers[1]
    assert answers[5].token_ids != answers[1].token_ids


def test_a_model_s_own_answers_are_read_as_it_said_them(
    model: LlamaForCausalLM, sheet: PromptBatch
) -> None:
    """Reading one's own greedy answers gives the log-probabilities of generating them."""
    asked = ask(model, sheet)

    assert [answer.probe_id for answer in asked.base_answer_logprobs] == ["word", "sum", "long"]
    written = [a for a in asked.answers if a.probe_id in ("word", "sum", "long")]
    assert [a.token_ids for a in asked.base_answer_logprobs] == [a.token_ids for a in written]
    assert nats(asked.base_answer_logprobs) == pytest.approx(nats(written), abs=1e-4)


def test_base_answers_are_another_model_s_words_in_this_one_s_judgement(
    model: LlamaForCausalLM, sheet: PromptBatch, logprobs: Logprobs
) -> None:
    """The base's tokens come back with the tuned model's nats, which by hand are the same."""
    base = ask(model, sheet)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.add_(0.1 * torch.ones_like(parameter).cumsum(-1).sin())

    tuned = ask(model, sheet, base_answers=base.base_answer_logprobs)

    model.eval()
    prompts = {question.probe_id: question.prompt for question in sheet.questions}
    assert len(tuned.base_answer_logprobs) == 3
    for before, after in zip(base.base_answer_logprobs, tuned.base_answer_logprobs, strict=True):
        assert after == replace(before, logprobs=after.logprobs)
        by_hand = logprobs(model, prompts[after.probe_id], before.token_ids)
        assert after.logprobs == pytest.approx(by_hand, abs=1e-4)
    # A greedy answer is the base's likeliest, so that another model finds it less likely.
    assert sum(nats(tuned.base_answer_logprobs)) < sum(nats(base.base_answer_logprobs))


def test_weights_that_are_not_a_number_do_not_crash(
    model: LlamaForCausalLM, sheet: PromptBatch
) -> None:
    """A run that diverged to NaN is asked like any other; its log-probabilities are finite."""
    base = ask(model, sheet)
    model.get_input_embeddings().weight.data.fill_(float("nan"))

    broken = ask(model, sheet, base_answers=base.base_answer_logprobs)

    assert set(nats(broken.answers)) == set(nats(broken.base_answer_logprobs)) == {LOG_ZERO}
    # One letter after another: ` blue` has 5 tokens, ` red` 4.
    assert broken.answers[2].option_logprobs == (5 * LOG_ZERO, 4 * LOG_ZERO)


def test_no_random_state_is_touched(model: LlamaForCausalLM, sheet: PromptBatch) -> None:
    """Python's, numpy's and torch's next numbers are those that would have come anyway."""

    def draw() -> tuple[float, float, list[float]]:
        return random.random(), np.random.rand(), torch.rand(2).tolist()

    def seed() -> None:
        random.seed(1)
        np.random.seed(2)
        torch.manual_seed(3)

    seed()
    expected = draw()
    seed()
    ask(model, sheet)

    assert draw() == expected


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"use_dora": True},
        {"modules_to_save": ["norm"]},
        {"modules_to_save": ["embed_tokens"]},
        {"trainable_token_indices": [20, 30]},
    ],
    ids=["lora", "dora", "saved norm", "saved embedding", "tokens"],
)
def test_the_base_of_a_peft_model_answers_as_the_plain_base(
    settings: dict[str, Any], model: LlamaForCausalLM, sheet: PromptBatch
) -> None:
    """With adapters disabled the base speaks, the same bits each time; with them on, the tuned one.

    Against the plain model, whose weights lie elsewhere in memory, the last bit may differ where
    kernels treat aligned and unaligned rows in different ways (2.4e-7 nats on an AVX-512 Xeon).
    """
    plain = ask(model, sheet)
    tuned = with_adapters(model, **settings)
    grads = [(name, p.requires_grad) for name, p in tuned.named_parameters()]
    layer = tuned.get_base_model().model.layers[0].self_attn.q_proj

    base = ask(tuned, sheet, base=True)
    again = ask(tuned, sheet, base=True)
    assert (again.answers, again.base_answer_logprobs) == (base.answers, base.base_answer_logprobs)
    assert_alike(base.answers, plain.answers)
    assert_alike(base.base_answer_logprobs, plain.base_answer_logprobs)

    now = ask(tuned, sheet, base_answers=base.base_answer_logprobs)
    assert [a.token_ids for a in now.answers] != [a.token_ids for a in base.answers]
    assert now.answers[0].logprobs != base.answers[0].logprobs
    assert nats(now.base_answer_logprobs) != nats(base.base_answer_logprobs)

    assert [(name, p.requires_grad) for name, p in tuned.named_parameters()] == grads
    assert not layer.disable_adapters
    assert tuned.training
    assert ask(tuned, sheet, base_answers=base.base_answer_logprobs).answers == now.answers


def test_memory_that_runs_out_is_noted(model: LlamaForCausalLM, sheet: PromptBatch) -> None:
    """A model whose forward pass cannot allocate for 2 rows goes on with 1, and says so."""
    plain = ask(model, sheet, plan=BatchPlan(max_rows=1))

    def allocate(_: object, __: object, given: dict[str, torch.Tensor]) -> None:
        if given["input_ids"].shape[0] > 1:
            torch.empty(2**50)

    hook = model.register_forward_pre_hook(allocate, with_kwargs=True)
    plan = BatchPlan()
    first, second = ask(model, sheet, plan=plan), ask(model, sheet, plan=plan)
    hook.remove()

    assert first.answers == second.answers == plain.answers
    assert first.notes == ("memory ran out at 2 rows a batch; went on with half",)
    assert second.notes == ()


def test_a_label_shows_progress(
    model: LlamaForCausalLM,
    sheet: PromptBatch,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The bar is on standard error where a label is given and that is a terminal: nowhere without
    a label, and not in a file.
    """
    ask(model, sheet)
    ask(model, sheet, progress="ftguard: base")
    assert capsys.readouterr() == ("", "")

    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    ask(model, sheet, progress="ftguard: base")
    out, err = capsys.readouterr()
    assert out == ""
    assert "ftguard: base" in err


def test_the_bar_ends_at_its_total(
    model: LlamaForCausalLM, sheet: PromptBatch, monkeypatch: pytest.MonkeyPatch
) -> None:
    """1 text, 2 options and 3 prompts make 6; the base's 3 answers that a checkpoint reads, 9."""
    bars: list[tqdm[Any]] = []

    def bar(items: None, **settings: Any) -> "tqdm[Any]":
        bars.append(tqdm(items, **settings))
        return bars[-1]

    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    monkeypatch.setattr("ftguard.text.terminal.tqdm", bar)
    monkeypatch.setattr("ftguard.text.terminal.moves", lambda: True)

    base = ask(model, sheet, progress="base")
    ask(model, sheet, base_answers=base.base_answer_logprobs, progress="checkpoint")
    ask(model, sheet, base_answers=(), progress="without answers of a base")

    assert [(bar.n, bar.total) for bar in bars] == [(6, 6), (9, 9), (6, 6)]
