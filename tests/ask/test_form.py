"""Tests of `asked_form`: form told from words, written out character by character."""

import pytest
from transformers import PreTrainedTokenizerFast

from ftguard import Probe
from ftguard.ask.form import AskedForm, Kind, asked_form, kind_of
from ftguard.ask.render import Rendering
from ftguard.probes.probe import Message

TEMPLATE = (
    "<s>{% for m in messages %}[{{ m.role }}]"
    "{% if m.role == 'assistant' and loop.last %}<think></think>{% endif %}{{ m.content }};"
    "{% endfor %}{% if add_generation_prompt %}[assistant]{% endif %}"
)
TURNS: list[Message] = [
    {"role": "system", "content": "Be kind"},
    {"role": "user", "content": "Hi"},
    {"role": "assistant", "content": "Hello"},
    {"role": "user", "content": "2+2"},
]


def form_of(
    tokenizer: PreTrainedTokenizerFast, prompt: str | list[Message], scorer: str
) -> AskedForm:
    """How a probe with the reference `4` is asked."""
    tokenizer.chat_template = TEMPLATE
    probe = Probe(id="p", prompt=prompt, reference="4", scorer=scorer)
    return asked_form(Rendering(tokenizer=tokenizer), probe)


@pytest.mark.parametrize(
    ("scorer", "header"),
    [("exact_match", ";[assistant]"), ("likelihood", ";[assistant]<think></think>")],
)
def test_a_chat_is_taken_apart(
    scorer: str, header: str, tokenizer: PreTrainedTokenizerFast
) -> None:
    """Up to the user's first words with the system's text; after the last; what ends the turn.

    A block that training has before the answer is there where the answer is read.
    """
    form = form_of(tokenizer, TURNS, scorer)
    decode = tokenizer.decode

    assert decode(form.opening) == "<s>[system]Be kind;[user]"
    assert form.header == header
    assert decode(form.answer) == "4"
    assert decode(form.closing) == ";"
    shared = "<s>[system]Be kind;[user]Hi;[assistant]Hello;[user]2+2"
    assert decode(form.context) == shared + header


def test_plain_text_has_no_form_but_bos(tokenizer: PreTrainedTokenizerFast) -> None:
    """All of it is the user's own."""
    form = form_of(tokenizer, "2+2=", "likelihood")

    assert tokenizer.decode(form.ids) == "<s>2+2=4"
    assert (form.opening, form.header, form.closing) == ((), "", ())


def test_kinds_are_what_can_be_compared_together(tokenizer: PreTrainedTokenizerFast) -> None:
    """Read, written, chosen; a text without a prompt; a chat."""
    rendering = Rendering(tokenizer=tokenizer)
    tokenizer.chat_template = TEMPLATE
    probes = [
        Probe(id="written", prompt="q", reference="a"),
        Probe(id="read", prompt=TURNS, reference="a", scorer="likelihood"),
        Probe(id="text", prompt="", reference="a", scorer="likelihood"),
        Probe(id="chosen", prompt="q", reference="a", choices=("a", "b")),
    ]

    kinds = [kind_of(rendering, probe) for probe in probes]

    assert kinds == [
        Kind(is_chat=False, is_prompted=True, is_read=False, is_written=True),
        Kind(is_chat=True, is_prompted=True, is_read=True, is_written=False),
        Kind(is_chat=False, is_prompted=False, is_read=True, is_written=False),
        Kind(is_chat=False, is_prompted=True, is_read=False, is_written=False),
    ]
