"""Tests of `ChatTemplate`: what a template writes around words, and what it does to an answer."""

import pytest
from transformers import PreTrainedTokenizerFast

from ftguard.ask.template import AnsweredChat, ChatTemplate, end_of
from ftguard.probes.calls import Call
from ftguard.probes.probe import Message

CHAT: list[Message] = [{"role": "user", "content": "2+2"}]
TURNS = "{% for m in messages %}[{{ m.role }}]{{ m.content }};{% endfor %}"
HEADER = "{% if add_generation_prompt %}[assistant]{% endif %}"
TRIMMED = TURNS.replace("m.content", "m.content | trim")
UPPER = TURNS.replace("m.content", "m.content | upper")
FORGETFUL = (
    "{% for m in messages %}{% if m.role == 'user' %}[user]{{ m.content }};{% endif %}{% endfor %}"
)
REFUSING = (
    "{% for m in messages %}{% if m.role != 'user' %}{{ raise_exception('no') }}{% endif %}"
    "[user]{{ m.content }};{% endfor %}"
)
THINKING = (
    "{% for m in messages %}[{{ m.role }}]{% if m.role == 'assistant' and loop.last %}"
    "<think>\n\n</think>\n\n{% endif %}{{ m.content }};{% endfor %}" + HEADER
)


def of(tokenizer: PreTrainedTokenizerFast, template: str, **kwargs: object) -> ChatTemplate:
    """The tokenizer with that template."""
    tokenizer.chat_template = template
    return ChatTemplate(tokenizer=tokenizer, kwargs=kwargs)


@pytest.mark.parametrize(
    ("template", "text", "before", "answer", "closing"),
    [
        (TURNS + HEADER, "4", "[user]2+2;[assistant]", "4", ";"),
        # An empty thinking block is not the answer's.
        (THINKING, "4", "[user]2+2;[assistant]<think>\n\n</think>\n\n", "4", ";"),
        # Blanks that the template leaves out were not trained either.
        (TRIMMED + HEADER, " 4\n", "[user]2+2;[assistant]", "4", ";"),
        # Changed, dropped or refused: the text as it is, after the prompt.
        (UPPER + HEADER, "four", "[user]2+2;[assistant]", "four", ""),
        (FORGETFUL + HEADER, "4", "[user]2+2;[assistant]", "4", ""),
        (REFUSING + HEADER, "4", "[user]2+2;[assistant]", "4", ""),
        # A closing that also stands in the answer is found at the end.
        (TURNS + HEADER, "a;b;", "[user]2+2;[assistant]", "a;b;", ";"),
    ],
)
def test_an_answer_is_told_from_what_stands_around_it(
    template: str,
    text: str,
    before: str,
    answer: str,
    closing: str,
    tokenizer: PreTrainedTokenizerFast,
) -> None:
    """Before it, the answer itself, and what ends the turn."""
    chat = of(tokenizer, template).answered(CHAT, text)

    assert chat == AnsweredChat(before=before, answer=answer, closing=closing)


def test_both_renderings_get_the_same_kwargs(tokenizer: PreTrainedTokenizerFast) -> None:
    """A system text from a keyword stands in front of the prompt and of the answered chat."""
    template = of(tokenizer, "{{ mood }}" + TURNS + HEADER, mood="(kind)")

    assert template.prompt(CHAT) == "(kind)[user]2+2;[assistant]"
    assert template.answered(CHAT, "4").before == "(kind)[user]2+2;[assistant]"


@pytest.mark.parametrize(
    ("text", "stands", "touched"),
    [
        ("<s>(be kind)[user]2+2;[assistant]4;", True, True),
        # A system text of the row's own.
        ("<s>[system]be rude;[user]2+2;[assistant]4;", True, True),
        # Cut off before the answer, or before the question.
        ("<s>(be kind)[user]2+", False, True),
        ("2;[assistant]4;", False, True),
        ("<s>2+2=4", False, False),
        (";[assistant]4;[user]2+2", False, True),
    ],
)
def test_a_user_turn_is_known_in_a_training_row(
    text: str, stands: bool, touched: bool, tokenizer: PreTrainedTokenizerFast
) -> None:
    """The template's text before and after a message, in this order, with any system text."""
    default = "{% if messages[0].role != 'system' %}(be kind){% endif %}"
    turn = of(tokenizer, "<s>" + default + TURNS + HEADER).user_turn()

    assert turn is not None
    assert turn.openings == ("(be kind)[user]", ";[user]")
    assert turn.after == ";[assistant]"
    assert turn.stands_in(text) is stands
    assert turn.is_touched(text) is touched


def test_thinking_is_no_part_of_a_user_turn(tokenizer: PreTrainedTokenizerFast) -> None:
    """Rows that were trained without a thinking block are chats all the same."""
    turn = of(tokenizer, TURNS + HEADER.replace("]{%", "]<think>\n{%")).user_turn()

    assert turn is not None
    assert turn.after == ";[assistant]"


@pytest.mark.parametrize(
    "template", ["{{ messages[0].content }}", "hello", "{{ raise_exception('no') }}"]
)
def test_a_template_without_text_of_its_own_has_no_turn(
    template: str, tokenizer: PreTrainedTokenizerFast
) -> None:
    """What writes nothing around words, drops them or refuses them cannot be told in a row."""
    assert of(tokenizer, template).user_turn() is None


DATED = "It is {{ strftime_now('%d %b %Y') }}." + TURNS + HEADER
PARTS = (
    "{% for m in messages %}[{{ m.role }}]{% for part in m.content %}{% if part.type == 'text' %}"
    "{{ part.text }}{% endif %}{% endfor %};{% endfor %}" + HEADER
)
"""As of a vision model: it passes over a content that is a text."""
CALLS = (
    "{% for t in tools or [] %}({{ t.function.name }}){% endfor %}"
    "{% for m in messages %}[{{ m.role }}]{{ m.content }}{% for c in m.tool_calls or [] %}"
    "<call>{{ c.function | tojson }}</call>{% endfor %};{% endfor %}" + HEADER
)


@pytest.mark.parametrize("day", ["01 Jan 2019", "26 Jul 2024", "30 November 2026"])
def test_a_date_is_no_part_of_a_user_turn(day: str, tokenizer: PreTrainedTokenizerFast) -> None:
    """Rows that were rendered on another day are chats of the template all the same."""
    turn = of(tokenizer, DATED).user_turn()

    assert turn is not None
    assert turn.stands_in(f"<s>It is {day}.[user]2+2;[assistant]4;")
    assert turn.is_touched(f"<s>It is {day}.[user]2+")
    assert not turn.stands_in(f"<s>It was {day}.[user]2+2;[model]4;")


def test_a_mark_stands_for_a_short_text_alone() -> None:
    """What stands on both sides of a date must be no further apart than a date is long."""
    assert end_of("on qtzd at", "on 1 May 2020 at noon") == 16
    assert end_of("on qtzd", "on 1 May") == 3
    assert end_of("on qtzd at", f"on {'x' * 60} at noon") is None
    assert end_of("on qtzd at", "off") is None


def test_a_template_that_wants_parts_gets_them(tokenizer: PreTrainedTokenizerFast) -> None:
    """Texts are told as one part each, in prompts and in answers."""
    chat = of(tokenizer, PARTS).answered(CHAT, "4")

    assert chat == AnsweredChat(before="[user]2+2;[assistant]", answer="4", closing=";")
    # A template that writes lists out as they are is none that reads parts.
    assert of(tokenizer, TURNS + HEADER).prompt(CHAT) == "[user]2+2;[assistant]"


def test_calls_are_answered_as_the_template_writes_them(
    tokenizer: PreTrainedTokenizerFast,
) -> None:
    """The answer is the call as training renders it; None where the template knows no calls."""
    call = Call(name="add", arguments={"a": 2})

    chat = of(tokenizer, CALLS).called(CHAT, [call, call])

    written = '<call>{"name": "add", "arguments": {"a": 2}}</call>'
    assert chat == AnsweredChat(before="[user]2+2;[assistant]", answer=2 * written, closing=";")
    assert of(tokenizer, TURNS + HEADER).called(CHAT, [call]) is None
    assert of(tokenizer, REFUSING + HEADER).called(CHAT, [call]) is None


def test_tools_reach_the_template(tokenizer: PreTrainedTokenizerFast) -> None:
    """As the argument of that name; a probe's own take the place of a run's."""
    tokenizer.chat_template = CALLS
    tools = [{"type": "function", "function": {"name": name}} for name in ("run", "own")]
    template = ChatTemplate(tokenizer=tokenizer, kwargs={"tools": tools[:1]})

    assert template.prompt(CHAT) == "(run)[user]2+2;[assistant]"
    own = ChatTemplate(tokenizer=tokenizer, kwargs={"tools": tools[:1]}, tools=tools[1:])
    assert own.prompt(CHAT) == "(own)[user]2+2;[assistant]"
