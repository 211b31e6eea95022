"""Tests of `prompt_of`: every shape of a logged row, what is left out, and what is refused."""

from collections.abc import Mapping

import pytest

from ftguard.errors import InputError
from ftguard.probes.logs.logged import SHAPES, LeftOut, Prompt, prompt_of, task, turns

SYSTEM = {"role": "system", "content": "Be brief."}
ASKED = {"role": "user", "content": "What color is the sky?"}
REPLY = {"role": "assistant", "content": "Blue."}
MORE = {"role": "user", "content": "And at night?"}
TOOLS = LeftOut("with images, files or tools")
BLANK = LeftOut("blank")
IMAGE = {"type": "image_url", "image_url": {"url": "https://example.com/a.png"}}


def _parts(*parts: object) -> dict[str, object]:
    return {"messages": [{"role": "user", "content": list(parts)}]}


@pytest.mark.parametrize(
    ("row", "prompt"),
    [
        ({"messages": [ASKED]}, (ASKED,)),
        ({"messages": [ASKED, REPLY], "id": 7}, (ASKED,)),
        ({"messages": [SYSTEM, ASKED, REPLY, MORE, REPLY]}, (SYSTEM, ASKED, REPLY, MORE)),
        ({"messages": [ASKED, REPLY, REPLY]}, (ASKED,)),
        # A tool's call is a reply like any other, where nothing follows.
        ({"messages": [ASKED, {"role": "assistant", "tool_calls": [{}]}]}, (ASKED,)),
        ({"conversation": [ASKED, REPLY]}, (ASKED,)),
        ({"messages": [{"role": "developer", "content": "Be brief."}, ASKED]}, (SYSTEM, ASKED)),
        ({"messages": [ASKED | {"name": "bob", "id": 3}]}, (ASKED,)),
        ({"prompt": "Why?", "completion": "Because."}, "Why?"),
        ({"prompt": [ASKED, REPLY]}, (ASKED,)),
        ({"messages": None, "prompt": None, "query": " Why? "}, " Why? "),
        ({"question": "Why?", "answer": 4}, "Why?"),
        ({"input": "Why?"}, "Why?"),
        ({"input": [ASKED]}, (ASKED,)),
        ({"text": "Why?"}, "Why?"),
        ({"request": {"model": "m", "messages": [ASKED]}, "response": {}}, (ASKED,)),
        ({"custom_id": "1", "body": {"messages": [ASKED, REPLY]}}, (ASKED,)),
        ({"request": {"body": {"prompt": "Why?"}}}, "Why?"),
        (
            _parts({"type": "text", "text": "What"}, {"type": "input_text", "text": "now?"}),
            ({"role": "user", "content": "What\nnow?"},),
        ),
        (_parts("Why?"), ({"role": "user", "content": "Why?"},)),
    ],
)
def test_every_shape_gives_what_was_asked(row: Mapping[str, object], prompt: Prompt) -> None:
    """The reply is dropped; earlier turns and the system's stay, with role and content alone."""
    assert prompt_of("log.jsonl:3", row) == prompt


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ({"prompt": " \n"}, BLANK),
        ({"text": ""}, BLANK),
        ({"messages": []}, BLANK),
        ({"messages": [SYSTEM]}, BLANK),
        ({"messages": [SYSTEM, {"role": "user", "content": " "}, REPLY]}, BLANK),
        ({"messages": [{"role": "user", "content": None}]}, BLANK),
        (_parts({"type": "text", "text": "What is this?"}, IMAGE), TOOLS),
        (_parts({"type": "file", "file": {}}), TOOLS),
        ({"messages": [ASKED, {"role": "tool", "content": "4"}, REPLY]}, TOOLS),
        ({"messages": [ASKED, REPLY | {"tool_calls": [{}]}, MORE]}, TOOLS),
        ({"input": [ASKED, {"type": "function_call", "name": "f"}]}, TOOLS),
    ],
)
def test_nothing_is_asked_from_blank_or_mixed_rows(
    row: Mapping[str, object], reason: LeftOut
) -> None:
    """A row without words, or with more than words, is left out and says why."""
    assert prompt_of("log.jsonl:3", row) == reason


@pytest.mark.parametrize(
    ("row", "complaint"),
    [
        (
            {"user": "u", "latency": 3},
            f"no query in the columns ['latency', 'user']; allowed are {SHAPES}.",
        ),
        ({}, "no query in the columns []"),
        ({"request": "GET /"}, "no query in the columns ['request']"),
        ({"prompt": 7}, "`prompt` is int; allowed are text or a list of messages."),
        ({"messages": "Why?"}, "`messages` is str; allowed are a list of messages."),
        ({"messages": ["Why?"]}, "each of `messages` must be a message, got str."),
        ({"messages": [{"content": "Why?"}]}, "one has ['content'], its role is None."),
        (
            {"messages": [{"role": "butler", "content": "private"}]},
            "`content`; one has ['content', 'role'], its role is 'butler'.",
        ),
        (
            {"messages": [{"role": "user", "content": 7}]},
            "the `content` of one of `messages` is int; allowed are text or a list of parts.",
        ),
    ],
)
def test_a_row_without_a_query_is_refused(row: Mapping[str, object], complaint: str) -> None:
    """The message names the place, what was found and what is allowed, and quotes no content."""
    with pytest.raises(InputError) as refused:
        prompt_of("log.jsonl:3", row)

    assert str(refused.value).startswith("log.jsonl:3: ")
    assert complaint in str(refused.value)
    assert "private" not in str(refused.value)


def test_turns_leave_the_system_out() -> None:
    """What is compared is what people and the model said."""
    prompt = prompt_of("row 0", {"messages": [SYSTEM, ASKED, REPLY, MORE]})

    assert not isinstance(prompt, LeftOut)
    assert turns(prompt) == ("What color is the sky?", "Blue.", "And at night?")
    assert turns("Why?") == ("Why?",)


def test_the_system_message_tells_the_task() -> None:
    """By how it begins: without case and digits, and without what comes after 60 characters."""
    system = (
        "On 2025-03-01: Translate the text of the user into French, " + "and nothing else. " * 9
    )

    assert (
        task(({"role": "system", "content": system}, {"role": "user", "content": "Why?"}))
        == "on -- translate the text of the user into french and nothing"
    )
    assert task(({"role": "user", "content": "Why?"},)) == task("Why?") == ""
