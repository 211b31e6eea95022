"""Reads what TRL trains on: prompts with completions, preference pairs, chats."""

import re
from collections.abc import Sequence
from dataclasses import replace

from ftguard.errors import InputError
from ftguard.probes.probe import Message
from ftguard.probes.read.answer_texts import accepted
from ftguard.probes.read.asked import Asked, LeftOut
from ftguard.probes.read.chat import Chat, calls_in, calls_of, exchanges, is_chat, read_chat
from ftguard.probes.read.pairs import is_judged_bad
from ftguard.probes.read.prompt import prompt_of, with_what_it_is_about
from ftguard.probes.read.row import Row, unpacked

CHATS = ("messages", "conversations", "conversation", "chat", "dialog", "turns", "contents")
"""Columns that may hold a chat that ends with the answer."""
UNDESIRED = LeftOut(reason="KTO labels as undesired, nobody's reference")
MEDIA = LeftOut(reason="came with images, sounds or files, which are not asked")
_THOUGHT = re.compile(r"\A\s*<think(?:ing)?>.*?</think(?:ing)?>", re.DOTALL)
"""What a model thinks before it answers, which is no part of the answer."""
_WRITTEN_CALL = re.compile(r"<tool_call>\s*(\{.*?\})\s*</tool_call>", re.DOTALL)
"""A call of a tool in the text of an answer, as Hermes and Qwen write it."""


def undesired(row: Row) -> LeftOut | None:
    """KTO's undesired completions are nobody's reference."""
    trained = "completion" in row or any(is_chat(row.kept(name)) for name in CHATS)
    # The number of a class is none of KTO's labels, which say yes or no.
    if trained and type(row.kept("label")) is not int and is_judged_bad(row):
        return UNDESIRED
    return None


def chosen(row: Row) -> Asked | LeftOut | None:
    """Preference pairs: the chosen answer is the reference; the rejected one is kept as wrong."""
    if "chosen" not in row:
        return None
    if isinstance(row.kept("chosen"), dict):
        return _chosen_turn(row)
    return _told(_chosen_chat(row) if is_chat(row.kept("chosen")) else _chosen_text(row))


def completion(row: Row) -> Asked | LeftOut | None:
    """`prompt` + `completion`; a completion of several turns is read as the chat that it is."""
    if "prompt" not in row or "completion" not in row:
        return None
    if is_chat(row.kept("completion")):
        return _ended(row, read_chat("completion", row["completion"]))
    if isinstance(row.kept("label"), bool):
        row["label"]
    prompt = prompt_in(row)
    if isinstance(prompt, LeftOut):
        return prompt
    if isinstance(prompt, str) and prompt.strip():
        prompt = with_what_it_is_about(row, "prompt")
    return Asked(prompt=prompt, answers=accepted(row["completion"]))


def chat(row: Row) -> Asked | LeftOut | None:
    """A chat that ends with the answer."""
    name = next((n for n in CHATS if is_chat(row.kept(n))), None)
    if name is not None:
        return _ended(row, read_chat(name, row[name]))
    for name in CHATS:
        said = unpacked(row.kept(name))
        # Elsewhere a list of texts is what one side says.
        turns = exchanges(said) or (_alternating(said) if name.startswith("conv") else ())
        if turns:
            row.used.add(name)
            return _ended(row, Chat(turns=turns))
    return None


def prompt_in(row: Row) -> str | tuple[Message, ...] | LeftOut:
    """The column `prompt`, text or messages.

    Raises:
        InputError: it is neither.
    """
    value = row["prompt"]
    if is_chat(value):
        asked = read_chat("prompt", value)
        return MEDIA if asked.has_media else asked.turns
    if isinstance(value, str):
        return value
    raise InputError(f"`prompt` is {type(value).__name__}; allowed are text or chat messages.")


def _chosen_chat(row: Row) -> Asked | LeftOut:
    found = _ended(row, read_chat("chosen", row["chosen"]))
    if isinstance(found, LeftOut) or not is_chat(row.kept("rejected")):
        return found
    worse = read_chat("rejected", row["rejected"]).turns[-1]
    return replace(found, wrong=(worse["content"],))


def preferred(row: Row) -> Asked | LeftOut | None:
    """OpenAI's pairs: an `input` with messages, and lists of outputs."""
    asked, better = row.kept("input"), row.kept("preferred_output")
    if not (isinstance(asked, dict) and is_chat(asked.get("messages")) and is_chat(better)):
        return None
    row.used.update(("input", "preferred_output", "non_preferred_output"))
    worse = row.kept("non_preferred_output")
    fields = {"prompt": asked["messages"], "chosen": better, "tools": asked.get("tools")}
    return chosen(Row({**fields, **({"rejected": worse} if is_chat(worse) else {})}))


def _chosen_turn(row: Row) -> Asked | LeftOut | None:
    """A chat, and the two messages that could follow it."""
    name = next((n for n in CHATS if is_chat(row.kept(n))), None)
    better, worse = ([row.kept(n)] for n in ("chosen", "rejected"))
    if name is None or not is_chat(better):
        return None
    row.used.update(("chosen", "rejected", name))
    asked, right = read_chat(name, row[name]), read_chat("chosen", better).turns[-1]["content"]
    wrong = read_chat("rejected", worse).turns[-1]["content"] if is_chat(worse) else ""
    if asked.has_media:
        return MEDIA
    return _told(Asked(prompt=asked.turns, answers=accepted(right), wrong=(wrong,)))


def _told(found: Asked | LeftOut | None) -> Asked | LeftOut | None:
    """A pair with what was rejected, unless that is blank; what is all but the same is right."""
    if not isinstance(found, Asked):
        return found
    worse = next(iter(found.wrong), "")
    same = not worse.strip() or worse.strip() in [answer.strip() for answer in found.answers]
    wrong = [text for text in found.wrong if text.strip() and not _alike(text, found.answers)]
    return replace(found, wrong=tuple(wrong), rejected="" if same else worse)


def _chosen_text(row: Row) -> Asked | LeftOut | None:
    right = accepted(row["chosen"])
    rejected = str(row["rejected"]) if isinstance(row.kept("rejected"), str) else ""
    if "prompt" in row:
        prompt: str | tuple[Message, ...] | LeftOut | None = prompt_in(row)
    else:
        prompt = prompt_of(row)
    if isinstance(prompt, LeftOut):
        return prompt
    if prompt is None and right and rejected:
        prompt, answer = _part(right[0], rejected)
        right, rejected = (answer,), rejected[len(prompt) :]
    return None if prompt is None else Asked(prompt=prompt, answers=right, wrong=(rejected,))


def _ended(row: Row, found: Chat) -> Asked | LeftOut:
    """The last turn is the answer; all before it, those of a prompt beside it first, is asked.

    A chat that holds its own prompt wins over one beside it, as in TRL.
    """
    turns = found.turns
    prompt: str | tuple[Message, ...] | LeftOut = ""
    if "prompt" in row and turns[0]["role"] in ("assistant", "tool"):
        prompt = prompt_in(row)
    if found.has_media or isinstance(prompt, LeftOut):
        return MEDIA
    if turns[-1]["role"] != "assistant":
        raise InputError(
            "the messages do not end with the assistant's answer, so there is nothing to compare "
            "with: add it, or ask them as open probes by `ProbeSet.from_logs`."
        )
    said = _THOUGHT.sub("", turns[-1]["content"]).strip() or turns[-1]["content"]
    written = [unpacked(call) for call in _WRITTEN_CALL.findall(said)]
    calls = calls_of(turns[-1]) or (calls_in(written) if written else None)
    answers = (calls,) if calls else accepted(said)
    if isinstance(prompt, str) and len(turns) > 1:
        first = (Message(role="user", content=prompt),) if prompt else ()
        prompt = (*first, *turns[:-1])
    elif not isinstance(prompt, str):
        prompt = (*prompt, *turns[:-1])
    if not prompt:
        raise InputError("the messages hold an answer and nothing that is asked.")
    return Asked(prompt=prompt, answers=answers, calls=bool(calls))


def _alike(text: str, others: Sequence[str]) -> bool:
    """Whether a text is one of the others but for letters' case and what is no letter."""
    return _letters(text) in map(_letters, others)


def _letters(text: str) -> str:
    return "".join(character for character in text.casefold() if character.isalnum())


def _alternating(said: object) -> tuple[Message, ...]:
    """A list of texts, spoken in turn; empty if it is none."""
    if not (isinstance(said, list) and len(said) > 1 and all(isinstance(t, str) for t in said)):
        return ()
    roles = ("user", "assistant")
    return tuple(Message(role=roles[i % 2], content=text) for i, text in enumerate(said))


def _part(chosen: str, rejected: str) -> tuple[str, str]:
    """Split the chosen text where the rejected one parts from it, a blank before that with it."""
    pairs = enumerate(zip(chosen, rejected, strict=False))
    shared = next((at for at, (left, right) in pairs if left != right), 0)
    if chosen[:shared].endswith(" "):
        shared -= 1
    return chosen[:shared], chosen[shared:]
