"""Reads what stands beside a prompt in its row: slices, a system message, tools, a history."""

from collections.abc import Mapping, Sequence
from typing import Any

from ftguard.probes.probe import Message
from ftguard.probes.read.answer_texts import told
from ftguard.probes.read.chat import exchanges, is_chat, read_chat
from ftguard.probes.read.row import Row, unpacked, without_gaps
from ftguard.probes.read.written import texts

SLICES = ("slices", "slice", "category", "subject")
"""Columns that may hold the groups which are also measured on their own."""
SYSTEMS = ("system", "system_prompt", "system_message", "system_instruction", "systeminstruction")
"""Columns that may hold what a chat's system message says."""


def slices_of(row: Row) -> tuple[str, ...]:
    """The groups that the row says it is of."""
    free = (n for n in SLICES if n not in row.used and row.first((n,)))
    # A mapping of yes and no is no name of a group.
    name = next((n for n in free if n == "slices" or not isinstance(row.kept(n), dict)), None)
    return texts("slices", row[name]) if name is not None else ()


def template_fields(row: Row) -> dict[str, Any]:
    """Tools, and what else the chat template is told, as fields of a probe."""
    found: dict[str, Any] = {}
    name = row.first(("tools", "functions"))
    tools = without_gaps(unpacked(row[name])) if name else None
    if isinstance(tools, list) and all(isinstance(tool, dict) for tool in tools):
        found["tools"] = tuple(tool if "function" in tool else _as_tool(tool) for tool in tools)
    given = unpacked(row["chat_template_kwargs"]) if "chat_template_kwargs" in row else None
    if isinstance(given, dict):
        found["chat_template_kwargs"] = {k: v for k, v in given.items() if v is not None}
    return found


def with_what_came_before(row: Row, prompt: str | tuple[Message, ...]) -> str | tuple[Message, ...]:
    """The prompt after its system message and history, where the row has these beside it."""
    if not prompt:
        return prompt
    turns = _with_history(row, _turns(prompt))
    system = row.first(SYSTEMS)
    if system and turns[0]["role"] != "system":
        turns = (Message(role="system", content=told(row[system])), *turns)
    return turns if len(turns) > 1 else prompt


def _with_history(row: Row, turns: tuple[Message, ...]) -> tuple[Message, ...]:
    """What was said before the prompt, where a row has it in a column of its own."""
    held = row.kept("history")
    before = read_chat("history", held).turns if is_chat(held) else exchanges(unpacked(held))
    if not before:
        return turns
    row["history"]
    first = int(turns[0]["role"] == "system")
    return (*turns[:first], *before, *turns[first:])


def _as_tool(function: Mapping[str, object]) -> Mapping[str, object]:
    return {"type": "function", "function": function}


def _turns(prompt: str | Sequence[Message]) -> tuple[Message, ...]:
    return (Message(role="user", content=prompt),) if isinstance(prompt, str) else tuple(prompt)
