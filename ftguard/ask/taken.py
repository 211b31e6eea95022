"""Sorts probes by whether the chat template takes them: as they are, told otherwise, or not."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ftguard.ask.render import Chat, Rendering
from ftguard.ask.template import Refused
from ftguard.errors import InputError
from ftguard.probes.calls import calls_of
from ftguard.probes.probe import Probe
from ftguard.text.formatting import count, printable

_SHOWN = 3
_WIDTH = 160


@dataclass(frozen=True, kw_only=True)
class Taken:
    """The probes that can be asked, and what is said of the others."""

    probes: tuple[Probe, ...]
    notes: tuple[str, ...]


def told_to(rendering: Rendering, probes: Sequence[Probe]) -> Taken:
    """Leave out the chats that the template refuses in every shape.

    Raises:
        InputError: a chat without a template, or it refuses all probes of a role.
    """
    ways: dict[tuple[str, ...], list[str]] = {}
    refused: dict[str, str] = {}
    silent: list[str] = []
    unheard: list[str] = []
    for probe in probes:
        try:
            chat = rendering.chat(probe)
        except Refused as error:
            refused[probe.id] = printable(str(error))[:_WIDTH]
            continue
        if chat is not None and chat.shape.ways:
            ways.setdefault(chat.shape.ways, []).append(probe.id)
        if chat is not None and not _shows_tools(chat):
            silent.append(probe.id)
        if chat is not None and not _shows_words(chat):
            unheard.append(probe.id)
    taken = tuple(probe for probe in probes if probe.id not in refused)
    for role in {probe.role for probe in probes} - {probe.role for probe in taken}:
        reason = next(refused[probe.id] for probe in probes if probe.role == role)
        raise InputError(
            f"the chat template refuses every {role} probe ({reason}): set a "
            "`tokenizer.chat_template` that takes their roles, or give prompts as text."
        )
    notes = (*_told_otherwise(ways), *_left_out(refused))
    notes += (*_not_shown("tools", silent), *_not_shown("a turn", unheard))
    return Taken(probes=taken, notes=notes)


def _told_otherwise(ways: Mapping[tuple[str, ...], Sequence[str]]) -> list[str]:
    if not ways:
        return []
    each = [f"{' and '.join(way)} ({count(len(i))}, such as `{i[0]}`)" for way, i in ways.items()]
    number = sum(map(len, ways.values()))
    return [
        f"asked {_chats(number)} that the chat template refuses as given with {', '.join(each)}"
    ]


def _left_out(refused: Mapping[str, str]) -> list[str]:
    if not refused:
        return []
    names = ", ".join(f"`{probe_id}`" for probe_id in list(refused)[:_SHOWN])
    more = f" and {count(len(refused) - _SHOWN)} more" if len(refused) > _SHOWN else ""
    reason = next(iter(refused.values()))
    return [f"left out {names}{more}: the chat template refuses such chats ({reason})"]


def _not_shown(what: str, ids: Sequence[str]) -> list[str]:
    if not ids:
        return []
    chats = f"{_chats(len(ids))} with {what} of which the chat template shows nothing"
    return [f"{chats}, such as `{ids[0]}`: the model is asked without"]


def _chats(number: int) -> str:
    return f"{count(number)} chat{'s' * (number != 1)}"


def _shows_tools(chat: Chat) -> bool:
    """Whether the names of the probe's tools, and of those called in it, stand in the prompt."""
    called = [call for turn in chat.shape.turns for call in turn.get("tool_calls") or ()]
    given = (*called, *chat.template.tools)
    named = [call.name for item in given for call in calls_of(item) or ()]
    return not named or any(name in chat.prompt for name in named)


def _shows_words(chat: Chat) -> bool:
    """Whether the prompt holds the longest word of each turn; what an assistant thought may go."""
    turns = (turn for turn in chat.shape.turns if turn["role"] != "assistant")
    words = (re.findall(r"\w+", turn.get("content", "")) for turn in turns)
    prompt = chat.prompt
    return all(max(said, key=len) in prompt for said in words if said)
