"""Tests of `ChatTemplate`: what a template writes around words, and what it does to an answer."""

import pytest
from transformers import PreTrainedTokenizerFast

from ftguard.ask.template import AnsweredChat, ChatTemplate
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
