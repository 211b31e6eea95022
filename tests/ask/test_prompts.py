"""Tests of `prepare`: token budgets, what fits, stop tokens and fingerprints, by hand."""

from dataclasses import replace

import pytest
from transformers import (
    BloomConfig,
    BloomForCausalLM,
    LlamaForCausalLM,
    PreTrainedTokenizerFast,
)

from ftguard import Constraint, InputError, Probe
from ftguard.ask.answer import Answer
from ftguard.ask.prompts import PromptBatch, context_length, prepare
from ftguard.probes import Message


def sum_probe(**changes: object) -> Probe:
    """One target question, changed as said."""
    probe = Probe(id="sum", prompt="2+2=", reference="4", role="target")
    return replace(probe, **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("lengths", "token_budget"),
    [
        ([1], 16),
        ([8], 16),
        ([9], 18),
        ([3, 20, 5], 40),
    ],
)
def test_answers_have_room_for_twice_the_longest_reference(
    lengths: list[int],
    token_budget: int,
    model: LlamaForCausalLM,
    tokenizer: PreTrainedTokenizerFast,
) -> None:
    """A character is a token, so the budget is twice the longest reference, and 16 at the least."""
    probes = [
        Probe(id=str(i), prompt="q", reference="x" * length, role="target")
        for i, length in enumerate(lengths)
    ]

    sheet = prepare(probes, model, tokenizer, {})

    assert {question.max_new_tokens for question in sheet.questions} == {token_budget}


def test_no_answer_is_longer_than_256_tokens(
    model: LlamaForCausalLM, tokenizer: PreTrainedTokenizerFast
) -> None:
    """A reference of 200 tokens gives a budget of 256, not 400; the context must have it."""
    model.config.max_position_embeddings = 300
    probe = Probe(id="p", prompt="q", reference="x" * 200, role="target")

    assert prepare([probe], model, tokenizer, {}).questions[0].max_new_tokens == 256


def test_every_accepted_reference_counts_and_each_role_has_its_own_room(
    model: LlamaForCausalLM, tokenizer: PreTrainedTokenizerFast
) -> None:
    """References of 3 and 12 tokens give a target 24; general ones of 1 keep 16."""
    probes = [
        Probe(id="t", prompt="q", reference=("yes", "yes, it does"), role="target"),
        Probe(id="g", prompt="q", reference="n", role="general"),
    ]

    sheet = prepare(probes, model, tokenizer, {})

    assert [question.max_new_tokens for question in sheet.questions] == [24, 16]


def test_general_probes_have_the_room_of_their_own_references(
    model: LlamaForCausalLM, tokenizer: PreTrainedTokenizerFast
) -> None:
    """1, 9 and 17 tokens: twice that is 2, 18 and 34, rounded up to 16, 32 and 64."""
    probes = [
        Probe(id=str(length), prompt="q", reference="x" * length, role="general")
        for length in (1, 9, 17)
    ]

    sheet = prepare(probes, model, tokenizer, {})

    assert [question.max_new_tokens for question in sheet.questions] == [16, 32, 64]


def test_an_open_probe_has_the_most_room_and_a_probe_may_say_how_much(
    model: LlamaForCausalLM, tokenizer: PreTrainedTokenizerFast
) -> None:
    """Without a reference it is 256 tokens, whatever others of its role need; 7 where it says 7."""
    model.config.max_position_embeddings = 300
    probes = [
        Probe(id="open", prompt="q", scorer="open", role="tail"),
        Probe(id="short", prompt="q", reference="n", role="tail"),
        Probe(id="own", prompt="q", scorer="open", max_new_tokens=7, role="tail"),
    ]

    sheet = prepare(probes, model, tokenizer, {})

    assert [question.max_new_tokens for question in sheet.questions] == [256, 16, 7]


def test_what_is_read_takes_no_room(
    model: LlamaForCausalLM, tokenizer: PreTrainedTokenizerFast
) -> None:
    """Texts and options that are only read neither get a token budget nor widen that of answers."""
    probes = [
        Probe(id="answer", prompt="q", reference="n", role="target"),
        Probe(id="read", prompt="q", reference="x" * 40, scorer="likelihood", role="target"),
        Probe(id="choose", prompt="q", reference="y" * 40, choices=["y" * 40, "n"], role="target"),
    ]

    sheet = prepare(probes, model, tokenizer, {})

    assert [question.max_new_tokens for question in sheet.questions] == [16, 0, 0]
    assert [len(question.reads) for question in sheet.questions] == [0, 1, 2]
    assert [bool(question.prompt) for question in sheet.questions] == [True, False, False]


def test_an_answer_that_is_written_has_room_though_it_has_choices(
    model: LlamaForCausalLM, tokenizer: PreTrainedTokenizerFast
) -> None:
    """Options scored by exact match are written out: 20 tokens need a budget of 40."""
    probe = Probe(
        id="p",
        prompt="q",
        reference="y" * 20,
        choices=["y" * 20, "n"],
        scorer="exact_match",
        role="target",
    )

    assert prepare([probe], model, tokenizer, {}).questions[0].max_new_tokens == 40


def test_probes_longer_than_the_context_are_left_out_and_named(
    model: LlamaForCausalLM, tokenizer: PreTrainedTokenizerFast
) -> None:
    """Of a context of 128, BOS takes 1 and an answer 16: a prompt of 111 fits, one of 112 not."""
    probes = [
        Probe(id="fits", prompt="x" * 111, reference="n", role="target"),
        Probe(id="long", prompt="x" * 112, reference="n", role="target"),
        # BOS + 100 + 27 = 128; one more is too long.
        Probe(id="read", prompt="x" * 100, reference="y" * 27, scorer="likelihood", role="general"),
        Probe(
            id="unread", prompt="x" * 100, reference="y" * 28, scorer="likelihood", role="general"
        ),
    ]

    sheet = prepare(probes, model, tokenizer, {})

    assert [probe.id for probe in sheet.probes] == ["fits", "read"]
    assert [question.probe_id for question in sheet.questions] == ["fits", "read"]
    assert [question.length for question in sheet.questions] == [128, 128]
    assert sheet.too_long == ("long", "unread")


def test_a_role_of_which_nothing_fits_is_an_error(
    model: LlamaForCausalLM, tokenizer: PreTrainedTokenizerFast
) -> None:
    """The error names the role and the context; other roles that fit do not hide it."""
    probes = [
        Probe(id="fits", prompt="x", reference="n", role="target"),
        Probe(id="long", prompt="x" * 200, reference="n", role="general"),
    ]

    with pytest.raises(InputError, match="no general probe fits the model's context of 128 tokens"):
        prepare(probes, model, tokenizer, {})


def test_the_tokenizer_says_the_context_where_the_config_does_not(
    model: LlamaForCausalLM, tokenizer: PreTrainedTokenizerFast
) -> None:
    """The config's length comes first, then the tokenizer's, be it the 1e30 of an unknown one."""
    tokenizer.model_max_length = 77
    assert context_length(model, tokenizer) == 128

    # Bloom's positions have no end.
    endless = BloomForCausalLM(BloomConfig(vocab_size=20, hidden_size=8, n_layer=1, n_head=2))
    assert context_length(endless, tokenizer) == 77
    tokenizer.model_max_length = int(1e30)
    assert context_length(endless, tokenizer) == 10**9


@pytest.mark.parametrize(
    ("of_model", "of_tokenizer", "stops"),
    [
        (2, "</s>", (2,)),
        ([9, 2, 5], "</s>", (2, 5, 9)),
        (None, "</s>", (2,)),
        (5, None, (5,)),
        (None, None, ()),
    ],
)
def test_stop_tokens_of_model_and_tokenizer(
    of_model: int | list[int] | None,
    of_tokenizer: str | None,
    stops: tuple[int, ...],
    model: LlamaForCausalLM,
    tokenizer: PreTrainedTokenizerFast,
) -> None:
    """Answers end at any stop token of the generation config, and at the tokenizer's EOS."""
    model.generation_config.eos_token_id = of_model
    tokenizer.eos_token = of_tokenizer

    assert prepare([sum_probe()], model, tokenizer, {}).stop_ids == stops


@pytest.mark.parametrize(
    ("pad", "eos", "expected"), [("<pad>", "</s>", 0), (None, "</s>", 2), (None, None, 0)]
)
def test_a_missing_pad_token_is_no_trouble(
    pad: str | None,
    eos: str | None,
    expected: int,
    model: LlamaForCausalLM,
    tokenizer: PreTrainedTokenizerFast,
) -> None:
    """A batch is filled with the pad token, else with a stop token, else with the first token."""
    model.generation_config.eos_token_id = None
    tokenizer.pad_token, tokenizer.eos_token = pad, eos

    assert prepare([sum_probe()], model, tokenizer, {}).pad_id == expected


def sheets(
    model: LlamaForCausalLM, tokenizer: PreTrainedTokenizerFast, probe: Probe, **kwargs: object
) -> PromptBatch:
    """A prompt_batch of the probe and of a chat that the template renders."""
    tokenizer.chat_template = tokenizer.chat_template or "{{ messages[0].content }}{{ mood }}"
    chat = Probe(id="chat", prompt="Hi", reference="Hi", role="general")
    return prepare([probe, chat], model, tokenizer, kwargs)


@pytest.mark.parametrize(
    "changed",
    [
        sum_probe(prompt="2+3="),
        sum_probe(id="another"),
        # 9 tokens: a budget of 18 in place of 16.
        sum_probe(reference="x" * 9),
        # The same tokens are asked, but a stored score would be another.
        sum_probe(reference="5"),
        sum_probe(scorer="numeric"),
        sum_probe(scorer="likelihood"),
    ],
)
def test_the_fingerprint_changes_with_what_is_asked_and_scored(
    changed: Probe, model: LlamaForCausalLM, tokenizer: PreTrainedTokenizerFast
) -> None:
    """Another prompt, id, budget, reference or scorer makes stored answers and scores unfit."""
    before = sheets(model, tokenizer, sum_probe()).fingerprint

    assert sheets(model, tokenizer, changed).fingerprint != before


def test_the_right_option_is_part_of_the_fingerprint(
    model: LlamaForCausalLM, tokenizer: PreTrainedTokenizerFast
) -> None:
    """Lettered options are asked by the same tokens whichever is right, and scored otherwise."""
    probe = Probe(
        id="p", prompt="A. yes\nB. no", reference="yes", choices=["yes", "no"], role="target"
    )
    corrected = replace(probe, reference="no")
    before, after = (prepare([p], model, tokenizer, {}) for p in (probe, corrected))

    assert before.questions == after.questions
    assert before.fingerprint != after.fingerprint


def test_the_fingerprint_changes_with_the_way_of_asking(
    model: LlamaForCausalLM, tokenizer: PreTrainedTokenizerFast
) -> None:
    """The template, its arguments and the stop tokens all count."""
    found = [sheets(model, tokenizer, sum_probe()).fingerprint]
    found.append(sheets(model, tokenizer, sum_probe(), mood=":)").fingerprint)
    tokenizer.chat_template = "Q: {{ messages[0].content }}"
    found.append(sheets(model, tokenizer, sum_probe()).fingerprint)
    model.generation_config.eos_token_id = [2, 3]
    found.append(sheets(model, tokenizer, sum_probe()).fingerprint)

    assert len(set(found)) == 4


def test_the_fingerprint_does_not_change_with_the_rest(
    model: LlamaForCausalLM, tokenizer: PreTrainedTokenizerFast
) -> None:
    """The order of arguments and of stop tokens, slices, and what was left out do not count."""
    model.generation_config.eos_token_id = [2, 3]
    before = sheets(model, tokenizer, sum_probe(), mood=":)", tools=None).fingerprint

    model.generation_config.eos_token_id = [3, 2]
    sliced = sum_probe(slices=("sums",), holdout=True)
    assert sheets(model, tokenizer, sliced, tools=None, mood=":)").fingerprint == before

    chat = Probe(id="chat", prompt="Hi", reference="Hi", role="general")
    long = Probe(id="long", prompt="x" * 200, reference="n", role="target")
    sheet = prepare([sum_probe(), chat, long], model, tokenizer, {"mood": ":)"})
    assert sheet.too_long == ("long",)
    assert sheet.fingerprint == before


def test_questions_with_the_same_tokens_share_a_fingerprint(
    model: LlamaForCausalLM, tokenizer: PreTrainedTokenizerFast
) -> None:
    """Two probes of one prompt and token budget are one question; a third prompt is another."""
    probes = [sum_probe(), sum_probe(id="again"), sum_probe(id="other", prompt="3+3=")]

    first, second, third = prepare(probes, model, tokenizer, {}).questions

    assert first.fingerprint == second.fingerprint != third.fingerprint


CHAT_TEMPLATE = "{{ messages[0].content }}{{ opening }}"


def room(
    model: LlamaForCausalLM,
    tokenizer: PreTrainedTokenizerFast,
    *probes: Probe,
    thinks: bool = False,
    **kwargs: object,
) -> list[int]:
    """The budgets of probes that go through a chat template, in a context of 2,000 tokens."""
    model.config.max_position_embeddings = 2000
    tokenizer.chat_template = CHAT_TEMPLATE
    sheet = prepare(probes, model, tokenizer, kwargs, thinks=thinks)
    return [question.max_new_tokens for question in sheet.questions]


def own_scorer(probe: Probe, answer: Answer) -> float:
    """A user's function: whether the answer is in the prompt."""
    return float(answer.text in probe.prompt)


def chat(**changes: object) -> Probe:
    """A general question, which goes through the chat template, changed as said."""
    return sum_probe(role="general", **changes)


def test_a_chat_has_room_for_a_sentence(
    model: LlamaForCausalLM, tokenizer: PreTrainedTokenizerFast
) -> None:
    """64 tokens where the prompt goes through the template, more where twice the reference is; what
    a probe says itself holds.
    """
    probes = (
        chat(),
        chat(id="long", reference="x" * 40),
        chat(id="own", max_new_tokens=5),
        chat(id="open", reference=None, scorer="open"),
    )

    assert room(model, tokenizer, *probes) == [64, 128, 5, 256]


def test_a_thought_has_room_of_its_own(
    model: LlamaForCausalLM, tokenizer: PreTrainedTokenizerFast
) -> None:
    """1,024 tokens more where the template opens a thought, or where answers begin with one; what a
    probe says itself still holds.
    """
    probes = (chat(), chat(id="own", max_new_tokens=5))

    assert room(model, tokenizer, *probes, opening="<think>\n") == [1088, 5]
    assert room(model, tokenizer, *probes, opening="<think>\n\n</think>\n\n") == [64, 5]
    assert room(model, tokenizer, *probes, thinks=True) == [1088, 5]


def test_a_text_that_goes_on_does_not_think(
    model: LlamaForCausalLM, tokenizer: PreTrainedTokenizerFast
) -> None:
    """Without a chat template answers keep their room, whatever is expected of chats."""
    sheet = prepare([sum_probe()], model, tokenizer, {}, thinks=True)

    assert sheet.questions[0].max_new_tokens == 16


def test_more_room_than_is_needed_leaves_no_probe_out(
    model: LlamaForCausalLM, tokenizer: PreTrainedTokenizerFast
) -> None:
    """In a context of 128 a chat of 100 tokens has the 28 that are left, one of 112 its 16."""
    tokenizer.chat_template = CHAT_TEMPLATE
    probes = [chat(prompt="x" * 100), chat(id="full", prompt="x" * 112)]

    sheet = prepare(probes, model, tokenizer, {"opening": ""}, thinks=True)

    assert [question.max_new_tokens for question in sheet.questions] == [28, 16]
    assert sheet.too_long == ()


def test_the_opening_of_a_thought_is_kept_beside_the_prompt(
    model: LlamaForCausalLM, tokenizer: PreTrainedTokenizerFast
) -> None:
    """It is what answers are read with: they hold the closing tag alone."""
    tokenizer.chat_template = CHAT_TEMPLATE

    sheet = prepare([chat()], model, tokenizer, {"opening": "<think>\n"})

    assert sheet.questions[0].opened == "<think>\n"


@pytest.mark.parametrize(
    ("probe", "by_line"),
    [
        (sum_probe(), True),
        (sum_probe(scorer="numeric"), True),
        (sum_probe(scorer="exact_match"), True),
        (sum_probe(reference=("4", "four\n")), True),
        (sum_probe(reference="2 + 2\n= 4"), False),
        (sum_probe(scorer="numeric", reference="2 + 2 = 4\n#### 4"), False),
        # Its working takes lines, though it stands on one here.
        (sum_probe(scorer="numeric", reference="#### 4"), False),
        (sum_probe(scorer="judge"), False),
        (sum_probe(scorer="open"), False),
        (sum_probe(constraints=[Constraint(id="punctuation:no_comma")], scorer="auto"), False),
        # Nothing says what the function looks for.
        (sum_probe(reference=None, scorer=own_scorer), False),
        (sum_probe(scorer=own_scorer), True),
    ],
)
def test_a_text_that_goes_on_with_a_line_ends_with_it(
    probe: Probe, by_line: bool, model: LlamaForCausalLM, tokenizer: PreTrainedTokenizerFast
) -> None:
    """Where all references are one line, and a scorer compares with them."""
    model.config.max_position_embeddings = 300
    sheet = prepare([probe], model, tokenizer, {})

    assert sheet.questions[0].ends_at_newline is by_line
    assert (sheet.lines is not None) is by_line


def test_a_chat_does_not_end_with_its_line(
    model: LlamaForCausalLM, tokenizer: PreTrainedTokenizerFast
) -> None:
    """A chat model ends its answers itself; and the way of ending is part of the fingerprint."""
    plain = prepare([chat(max_new_tokens=64)], model, tokenizer, {}).questions[0]
    tokenizer.chat_template = CHAT_TEMPLATE
    # The chat's tokens are those of the text with its BOS.
    other = prepare([chat(max_new_tokens=64, prompt="<s>2+2=")], model, tokenizer, {}).questions[0]

    assert (plain.ends_at_newline, other.ends_at_newline) == (True, False)
    assert replace(plain, ends_at_newline=False, fingerprint="") == replace(other, fingerprint="")
    assert plain.fingerprint != other.fingerprint


def test_special_tokens_are_those_that_are_no_text(
    model: LlamaForCausalLM, tokenizer: PreTrainedTokenizerFast
) -> None:
    """Named ones and added ones are, but for the token of unknown characters and for plain ones."""
    tokenizer.add_special_tokens({"additional_special_tokens": ["<|im_end|>"]})
    tokenizer.add_tokens(["<think>"])
    ids = tokenizer.convert_tokens_to_ids(["<pad>", "<s>", "</s>", "<|im_end|>"])

    assert prepare([sum_probe()], model, tokenizer, {}).special_ids == frozenset(ids)


def test_what_ends_a_turn_is_taken_off_before_anything_is_read(
    model: LlamaForCausalLM, tokenizer: PreTrainedTokenizerFast
) -> None:
    """A reference that is read loses it too, and is asked as one without it."""
    ended = [sum_probe(reference="4</s>"), sum_probe(id="r", reference="4<|im_end|>\n")]
    bare = [sum_probe(reference="4"), sum_probe(id="r", reference="4")]
    ended[1], bare[1] = (replace(p[1], scorer="likelihood") for p in (ended, bare))

    found, expected = (prepare(probes, model, tokenizer, {}) for probes in (ended, bare))

    assert found.questions == expected.questions
    assert [probe.reference for probe in found.probes] == ["4", "4"]
    assert found.notes == (
        "took what ends a turn, such as `</s>`, off the references of 2 probes, such as `sum`",
    )
    assert expected.notes == ()


def test_a_call_of_tools_has_room_for_its_reference(
    model: LlamaForCausalLM, tokenizer: PreTrainedTokenizerFast
) -> None:
    """Whatever its length, it fits one and a half times, and a sentence before it; lines too.

    General probes have the next power of two, and 64 for the sentence.
    """
    model.config.max_position_embeddings = 4096
    long = f'{{"name": "f", "arguments": {{"a": "{"x" * 400}"}}}}'
    short = '{"name": "f"}'
    probes = [
        Probe(id=name, prompt="q", reference=text, scorer="tool_call", role="general")
        for name, text in (("long", long), ("short", short))
    ]

    questions = prepare(probes, model, tokenizer, {}).questions

    assert 512 < len(long) + len(long) // 2 < 1024
    assert [question.max_new_tokens for question in questions] == [1024 + 64, 32 + 64]
    assert all(q.calls_tools and not q.ends_at_newline for q in questions)


def test_a_call_is_asked_apart_from_the_same_prompt(
    model: LlamaForCausalLM, tokenizer: PreTrainedTokenizerFast
) -> None:
    """The same tokens are read otherwise, so that one answer does not do for both."""
    call = Probe(
        id="a", prompt="q", reference="{}", constraints=(), scorer="open", max_new_tokens=9
    )
    asked = [
        replace(call, role="target"),
        replace(call, id="b", role="target", reference='{"name": "f"}', scorer="tool_call"),
    ]

    first, second = prepare(asked, model, tokenizer, {}).questions

    assert first.prompt == second.prompt
    assert first.fingerprint != second.fingerprint


def test_a_reference_that_calls_is_read_as_the_template_writes_calls(
    model: LlamaForCausalLM, tokenizer: PreTrainedTokenizerFast
) -> None:
    """What is read is what training writes, where the probe has tools; else the text as it is."""
    tokenizer.chat_template = (
        "{% for m in messages %}[{{ m.role }}]{{ m.content }}{% for c in m.tool_calls or [] %}"
        "<{{ c.function.name }}:{{ c.function.arguments | tojson }}>{% endfor %};{% endfor %}"
        "{% if add_generation_prompt %}[assistant]{% endif %}"
    )
    tool = {"type": "function", "function": {"name": "add", "parameters": {}}}
    text = '{"name": "add", "arguments": {"a": 1}}'
    chat: list[Message] = [{"role": "user", "content": "2+2"}]
    probe = Probe(id="p", prompt=chat, reference=text, scorer="likelihood", role="target")
    reads = []
    for asked in (probe, replace(probe, tools=[tool])):
        ((context, read),) = prepare([asked], model, tokenizer, {}).questions[0].reads
        reads.append((tokenizer.decode(context), tokenizer.decode(read)))

    assert reads[0] == ("[user]2+2;[assistant]", text)
    assert reads[1] == ("[user]2+2;[assistant]", '<add:{"a": 1}>')
