"""Tests of which chats are asked: what is said of those that the template refuses."""

import pytest
from transformers import LlamaForCausalLM, PreTrainedTokenizerFast

from ftguard import InputError, Probe
from ftguard.ask.prompts import prepare
from ftguard.probes.probe import Message

NO_SYSTEM = (
    "{% for m in messages %}{% if m.role not in ('user', 'assistant') %}"
    "{{ raise_exception('no ' + m.role) }}{% endif %}"
    "{% if 'zap' in m.content %}{{ raise_exception('no zap') }}{% endif %}"
    "[{{ m.role }}]{{ m.content }};{% endfor %}"
)
SYSTEM: Message = {"role": "system", "content": "Be brief."}
USER: Message = {"role": "user", "content": "Hi"}
ZAP: Message = {"role": "user", "content": "zap"}
TOOL = {"type": "function", "function": {"name": "f", "parameters": {}}}


def probe(name: str, *messages: Message, **fields: object) -> Probe:
    """A chat of the target."""
    given = {"role": "target", "reference": "a", **fields}
    return Probe(id=name, prompt=messages, **given)  # type: ignore[arg-type]


def test_chats_are_told_otherwise_or_left_out_with_a_note_each(
    model: LlamaForCausalLM, tokenizer: PreTrainedTokenizerFast
) -> None:
    """How many are asked in which way, and the names and the reason of those that are not."""
    tokenizer.chat_template = NO_SYSTEM
    probes = [
        probe("plain", USER),
        probe("one", SYSTEM, USER),
        probe("two", SYSTEM, USER),
        probe("bad", ZAP),
    ]

    batch = prepare(probes, model, tokenizer, {})

    assert [p.id for p in batch.probes] == ["plain", "one", "two"]
    assert tokenizer.decode(batch.questions[1].prompt) == "[user]Be brief.\n\nHi;"
    told, left_out = batch.notes
    assert told == (
        "asked 2 chats that the chat template refuses as given with the system text put before the "
        "user's words (2, such as `one`)"
    )
    assert left_out == (
        "left out `bad`: the chat template refuses such chats (TemplateError: no zap)"
    )


def test_nothing_is_said_of_chats_that_are_taken(
    model: LlamaForCausalLM, tokenizer: PreTrainedTokenizerFast
) -> None:
    """Nor of plain prompts."""
    tokenizer.chat_template = NO_SYSTEM
    plain = Probe(id="p", prompt="q", reference="a", role="target")

    assert prepare([probe("a", USER), plain], model, tokenizer, {}).notes == ()


def test_where_all_are_refused_it_is_an_error(
    model: LlamaForCausalLM, tokenizer: PreTrainedTokenizerFast
) -> None:
    """It says what the template said, and what to do."""
    tokenizer.chat_template = NO_SYSTEM
    general = Probe(id="g", prompt="q", reference="a", role="general")

    with pytest.raises(InputError, match=r"every target probe \(.*no zap\): set a `tokenizer"):
        prepare([probe("bad", ZAP), general], model, tokenizer, {})


def test_tools_that_the_template_does_not_show_are_named(
    model: LlamaForCausalLM, tokenizer: PreTrainedTokenizerFast
) -> None:
    """A template that knows no tools leaves them out without a word."""
    shows = "{% for t in tools or [] %}{{ t.function.name }}{% endfor %}{{ messages[0].content }}"
    with_tools = probe("t", USER, tools=[TOOL])
    tokenizer.chat_template = shows
    assert prepare([with_tools], model, tokenizer, {}).notes == ()

    tokenizer.chat_template = NO_SYSTEM
    (note,) = prepare([with_tools], model, tokenizer, {}).notes
    assert note == (
        "1 chat with tools of which the chat template shows nothing, such as `t`: the model is "
        "asked without"
    )


def test_turns_that_the_template_does_not_show_are_named(
    model: LlamaForCausalLM, tokenizer: PreTrainedTokenizerFast
) -> None:
    """A template that passes over a role says nothing of it; a changed case or mark is no loss."""
    tokenizer.chat_template = (
        "{% for m in messages %}{% if m.role == 'user' %}"
        "[{{ m.content | trim | replace('.', '!') }}]{% endif %}{% endfor %}"
    )
    developer: Message = {"role": "developer", "content": "Be brief."}
    probes = [probe("d", developer, USER), probe("u", {"role": "user", "content": " Hi there. "})]

    (note,) = prepare(probes, model, tokenizer, {}).notes

    assert note == (
        "1 chat with a turn of which the chat template shows nothing, such as `d`: the model is "
        "asked without"
    )
