"""Tests of the ways around a template that refuses a chat as it is."""

from typing import Any

import pytest
from transformers import PreTrainedTokenizerFast

from ftguard.ask.template import ChatTemplate, Refused
from ftguard.probes.message import messages_of

GEMMA = (
    "{% if messages[0].role == 'system' %}{{ raise_exception('System role not supported') }}"
    "{% endif %}{% for m in messages %}"
    "{% if (m.role == 'user') != (loop.index0 % 2 == 0) %}"
    "{{ raise_exception('Conversation roles must alternate') }}{% endif %}"
    "[{{ m.role }}]{{ m.content | trim }};{% endfor %}"
    "{% if add_generation_prompt %}[model]{% endif %}"
)
"""As Gemma's: no system text, and users and assistants by turns."""
JOINING = (
    "{% for m in messages %}[{{ m.role }}]{{ m.content }}"
    "{% for c in m.tool_calls or [] %}<{{ c.function.name }} {{ c.function.arguments | tojson }}>"
    "{% endfor %};{% endfor %}"
)
ITEMS = JOINING.replace(
    "{{ c.function.arguments | tojson }}",
    "{% for k, v in c.function.arguments.items() %}{{ k }}={{ v }}{% endfor %}",
)
"""Wants a call's arguments as a mapping, as Qwen's coder does."""
ADDED = JOINING.replace("{{ m.content }}", "{{ m['content'] + '' }}").replace(
    "{{ c.function.arguments | tojson }}", "{{ '' + c.function.arguments }}"
)
"""Wants every content, and arguments as a text, as DeepSeek's does."""
CALL = {"function": {"name": "f", "arguments": '{"a": 1}'}}
SYSTEM = "the system text put before the user's words"
JOINED = "turns of one role joined"
LED = "an empty turn of the user's put in front"


def told(
    tokenizer: PreTrainedTokenizerFast, template: str, *turns: dict[str, Any]
) -> tuple[str, tuple[str, ...]]:
    """The prompt, and what was done to the chat."""
    tokenizer.chat_template = template
    chat = ChatTemplate(tokenizer=tokenizer)
    shape = chat.shape(messages_of(turns))
    return chat.prompt(shape.turns), shape.ways


def of(role: str, content: object, **more: object) -> dict[str, Any]:
    """One message."""
    return {"role": role, "content": content, **more}


@pytest.mark.parametrize(
    ("turns", "prompt", "ways"),
    [
        ([of("user", "Hi")], "[user]Hi;[model]", ()),
        ([of("system", "Be brief."), of("user", "Hi")], "[user]Be brief.\n\nHi;[model]", (SYSTEM,)),
        ([of("developer", "Brief"), of("user", "Hi")], "[user]Brief\n\nHi;[model]", (SYSTEM,)),
        ([of("user", "A"), of("user", "B")], "[user]A\n\nB;[model]", (JOINED,)),
        (
            [of("assistant", "Hello"), of("user", "Hi")],
            "[user];[assistant]Hello;[user]Hi;[model]",
            (LED,),
        ),
        (
            [of("system", "S"), of("assistant", "H"), of("user", "A"), of("user", "B")],
            "[user];[assistant]H;[user]S\n\nA\n\nB;[model]",
            (SYSTEM, JOINED, LED),
        ),
        (
            [of("user", "Q"), of("assistant", None, tool_calls=[CALL]), of("tool", "7")],
            '[user]Q;[assistant]{"name": "f", "arguments": {"a": 1}};[user]7;[model]',
            ("calls and results of tools told in words",),
        ),
        (
            [
                of("user", "Q"),
                of("assistant", None, tool_calls=[CALL]),
                of("tool", "7"),
                of("user", "So?"),
            ],
            '[user]Q;[assistant]{"name": "f", "arguments": {"a": 1}};[user]7\n\nSo?;[model]',
            ("calls and results of tools told in words", JOINED),
        ),
        ([of("system", "Only this.")], "[user]Only this.;[model]", (SYSTEM,)),
    ],
)
def test_a_strict_template_is_told_the_same_otherwise(
    turns: list[dict[str, Any]],
    prompt: str,
    ways: tuple[str, ...],
    tokenizer: PreTrainedTokenizerFast,
) -> None:
    """System texts go to the user, turns of one role are joined, and no word is lost."""
    assert told(tokenizer, GEMMA, *turns) == (prompt, ways)


def test_what_a_template_takes_is_told_as_it_is(tokenizer: PreTrainedTokenizerFast) -> None:
    """No way around is gone where none is needed, however odd the chat."""
    turns = [of("assistant", "H"), of("developer", "D"), of("user", "A"), of("user", "B")]

    prompt, ways = told(tokenizer, JOINING, *turns, of("tool", "7", tool_call_id="x"))

    assert prompt == "[assistant]H;[developer]D;[user]A;[user]B;[tool]7;"
    assert ways == ()


def test_the_arguments_of_calls_are_as_the_template_wants_them(
    tokenizer: PreTrainedTokenizerFast,
) -> None:
    """A text is read where a mapping is wanted, a mapping written where a text is; a turn without
    a text gets an empty one where one is wanted, and nobody needs to hear of that.
    """
    turns = [of("user", "Q"), of("assistant", None, tool_calls=[CALL]), of("tool", "7")]
    mapping = {"function": {"name": "f", "arguments": {"a": 1}}}

    assert told(tokenizer, ITEMS, *turns) == (
        "[user]Q;[assistant]<f a=1>;[tool]7;",
        ("the arguments of calls read as JSON",),
    )
    assert told(tokenizer, ADDED, *turns) == ('[user]Q;[assistant]<f {"a": 1}>;[tool]7;', ())
    turns[1] = of("assistant", None, tool_calls=[mapping])
    assert told(tokenizer, ADDED, *turns) == (
        '[user]Q;[assistant]<f {"a": 1}>;[tool]7;',
        ("the arguments of calls written as JSON",),
    )


def test_a_chat_that_is_taken_in_no_shape_is_refused(tokenizer: PreTrainedTokenizerFast) -> None:
    """The reason is what the template said to the chat as it is."""
    tokenizer.chat_template = "{{ raise_exception('not ' + messages[0].role) }}"

    with pytest.raises(Refused, match="not system"):
        ChatTemplate(tokenizer=tokenizer).shape(messages_of([of("system", "S"), of("user", "Q")]))
