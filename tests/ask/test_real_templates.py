"""Tests with the chat templates of real model families, as TRL ships them."""

import json
from pathlib import Path
from typing import Any

import pytest
import trl
from transformers import PreTrainedTokenizerFast

from ftguard import Probe
from ftguard.ask.render import Rendering
from ftguard.probes.calls import reference_calls
from ftguard.scores.calls import said_calls

TEMPLATES = sorted((Path(trl.__file__).parent / "chat_templates").glob("*.jinja"))
ARGUMENTS = {"city": "Oslo", "days": 2}
CALL = {"id": "c12345678", "type": "function", "function": {"name": "f", "arguments": ARGUMENTS}}
WRITTEN = {**CALL, "function": {"name": "f", "arguments": json.dumps(ARGUMENTS)}}
TOOL = {
    "type": "function",
    "function": {
        "name": "f",
        "description": "d",
        "parameters": {
            "type": "object",
            "properties": {"city": {"type": "string", "description": "c"}},
            "required": ["city"],
        },
    },
}
USER = {"role": "user", "content": "Oslo?"}
RESULT = {"role": "tool", "tool_call_id": "c12345678", "name": "f", "content": "7 degrees"}
CHATS: dict[str, list[dict[str, Any]]] = {
    "system": [{"role": "system", "content": "Be brief."}, USER],
    "developer": [{"role": "developer", "content": "Be brief."}, USER],
    "two users": [USER, USER],
    "assistant first": [{"role": "assistant", "content": "Hello."}, USER],
    "call": [USER, {"role": "assistant", "content": None, "tool_calls": [CALL]}, RESULT],
    "written call": [USER, {"role": "assistant", "content": None, "tool_calls": [WRITTEN]}, RESULT],
}


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.stem)
def test_every_chat_is_taken_and_every_call_is_read(
    path: Path, tokenizer: PreTrainedTokenizerFast
) -> None:
    """No real template refuses a chat in every shape, a system text is never lost, and a call as
    the template writes it is read as the call that it is.
    """
    tokenizer.chat_template = path.read_text("utf-8")
    rendering = Rendering(tokenizer=tokenizer)
    for name, messages in CHATS.items():
        tools = [TOOL] if "call" in name else []
        chat = rendering.chat(
            Probe(id=name, prompt=messages, reference="r", tools=tools)  # type: ignore[arg-type]
        )
        assert chat is not None
        assert "Oslo?" in chat.prompt
        assert "Be brief." in chat.prompt or name != "system"

    reference = json.dumps({"name": "f", "arguments": ARGUMENTS})
    probe = Probe(
        id="p",
        prompt=[USER],  # type: ignore[list-item]
        reference=reference,
        scorer="tool_call",
        tools=[TOOL],
    )
    chat = rendering.chat(probe)
    assert chat is not None
    (said,) = said_calls(chat.answered(probe, reference).answer) or ()
    assert said.same_as(reference_calls(reference)[0])
