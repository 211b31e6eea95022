"""Sorts probes by whether the chat template takes them: as they are, told otherwise, or not."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ftguard.ask.render import Rendering
from ftguard.ask.template import Refused
from ftguard.errors import InputError
from ftguard.formatting import count, printable
from ftguard.probes.probe import Probe

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
    for probe in probes:
        try:
            chat = rendering.chat(probe)
        except Refused as error:
            refused[probe.id] = printable(str(error))[:_WIDTH]
            continue
        if chat is not None and chat.shape.ways:
            ways.setdefault(chat.shape.ways, []).append(probe.id)
    taken = tuple(probe for probe in probes if probe.id not in refused)
    for role in {probe.role for probe in probes} - {probe.role for probe in taken}:
        reason = next(refused[probe.id] for probe in probes if probe.role == role)
        raise InputError(
            f"the chat template refuses every {role} probe ({reason}): set a "
            "`tokenizer.chat_template` that takes their roles, or give prompts as text."
        )
    return Taken(probes=taken, notes=(*_told_otherwise(ways), *_left_out(refused)))


def _told_otherwise(ways: Mapping[tuple[str, ...], Sequence[str]]) -> list[str]:
    return [
        f"{count(len(ids))} chats that the chat template refuses as they are were asked with "
        f"{', '.join(way) or 'empty texts where there were none'}, such as `{ids[0]}`"
        for way, ids in ways.items()
    ]


def _left_out(refused: Mapping[str, str]) -> list[str]:
    if not refused:
        return []
    names = ", ".join(f"`{probe_id}`" for probe_id in list(refused)[:_SHOWN])
    more = f" and {count(len(refused) - _SHOWN)} more" if len(refused) > _SHOWN else ""
    reason = next(iter(refused.values()))
    return [f"left out {names}{more}: the chat template refuses such chats ({reason})"]
