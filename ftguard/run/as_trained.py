"""Asks the task as it is trained: looks at training rows, decides on the template, and compares."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial

from transformers import PreTrainedTokenizerBase

from ftguard.ask.form import AskedForm, Kind, asked_form, kind_of
from ftguard.ask.prompts import PromptBatch
from ftguard.ask.ranks import made_by_main
from ftguard.ask.render import TASK_ROLES, Ids
from ftguard.ask.template import ChatTemplate, UserTurn, seen
from ftguard.probes import Probe
from ftguard.run.form import Sides, differences
from ftguard.run.training.rows import TrainingRow, of_one_length, training_rows
from ftguard.text.formatting import printable

MOST = 16
"""Target probes of each kind that are compared."""
WIDTH = 140
"""Characters of a rendering that is shown; of a longer one both ends."""
GAP = " ... "


@dataclass(frozen=True, kw_only=True)
class AsTrained:
    """How plain prompts of the task are asked, and by what that was decided."""

    template: ChatTemplate
    rows: tuple[TrainingRow, ...]
    """A few training rows; none where they cannot be read."""
    turn: UserTurn | None
    """The template's text around plain prompts; None where they stay plain."""
    note: str
    """What was decided, in a sentence; empty where there was nothing to decide."""


def decide_on_template(
    probes: Sequence[Probe],
    loader: object,
    template: ChatTemplate,
    *,
    is_main_process: bool,
    chat: bool = False,
) -> AsTrained:
    """Plain prompts of the task become user messages where most training rows are chats.

    Every process must call it, and gets the rows that the main one saw: all must ask the same.

    Args:
        probes: what is asked.
        loader: the training data loader.
        template: the chat template.
        is_main_process: whether this process reads the rows.
        chat: whether they become user messages anyway.
    """
    rows = made_by_main(partial(training_rows, loader), is_main_process=is_main_process)
    plain = [p for p in probes if p.role in TASK_ROLES and _is_plain(p)]
    turn, note = None, ""
    if plain and getattr(template.tokenizer, "chat_template", None):
        turn = template.user_turn() if chat else _turn_of_most(rows, template)
        note = "plain prompts of target and tail are asked " + (
            "as user messages through the chat template"
            if turn is not None and chat
            else "as user messages through the chat template, as the training rows are"
            if turn is not None
            else "as plain text, as the training rows are, not through the chat template"
            if rows
            else "as plain text, not through the chat template (no training rows to go by)"
        )
    return AsTrained(template=template, rows=rows, turn=turn, note=note)


def _is_plain(probe: Probe) -> bool:
    return isinstance(probe.prompt, str) and bool(probe.prompt) and probe.verbatim is None


def _turn_of_most(rows: Sequence[TrainingRow], template: ChatTemplate) -> UserTurn | None:
    turn = template.user_turn()
    if turn is None:
        return None
    holds = turn.is_touched if of_one_length(rows) else turn.stands_in
    chats = [holds(seen(template.tokenizer, row.ids)) for row in rows]
    return turn if 2 * sum(chats) > len(chats) else None


def unlike_training(batch: PromptBatch, rows: Sequence[TrainingRow]) -> tuple[str, ...]:
    """A warning of a few lines where target prompts are asked otherwise than they are trained."""
    try:
        return tuple(_warning(batch, rows))
    except Exception:  # noqa: BLE001 - a comparison that fails must not fail the run
        return ()


def _warning(batch: PromptBatch, rows: Sequence[TrainingRow]) -> Iterator[str]:
    kinds: dict[Kind, list[Probe]] = {}
    for probe in batch.probes:
        # A benchmark is asked to the letter, and pairs are asked as their chosen texts are.
        if probe.role == "target" and probe.verbatim is None and probe.kind != "preference":
            kinds.setdefault(kind_of(batch.rendering, probe), []).append(probe)
    tokenizer, shown = batch.rendering.tokenizer, None
    found: dict[str, None] = {}
    for probes in kinds.values():
        asked = [asked_form(batch.rendering, probe) for probe in probes[:MOST]]
        sides = Sides(asked=asked, rows=rows, tokenizer=tokenizer, stop_ids=batch.stop_ids)
        words = differences(sides)
        found.update(dict.fromkeys(words))
        shown = shown or (asked[0] if words else None)
    if shown is not None:
        row = rows[0]
        yield f"WARNING: target prompts are not asked as they are trained: {'; '.join(found)}"
        yield f"  asked:   {_shown(tokenizer, shown.ids + _end(shown, batch), len(shown.context))}"
        yield f"  trained: {_shown(tokenizer, row.ids, len(row.prompt or ()))}"
        yield (
            "  scores then tell of the form too: give target rows in the shape of the training "
            "rows, with the same template and `chat_template_kwargs=`"
        )


def _end(form: AskedForm, batch: PromptBatch) -> Ids:
    eos = batch.rendering.tokenizer.eos_token_id
    return form.closing if form.kind.is_chat else (eos,) * (eos in batch.stop_ids)


def _shown(tokenizer: PreTrainedTokenizerBase, ids: Ids, answer: int) -> str:
    """Tokens in full, with a bar before the answer where that is told."""
    text, before = seen(tokenizer, ids), seen(tokenizer, ids[:answer])
    if answer and text.startswith(before):
        text = f"{before}|{text[len(before) :]}"
    text = printable(text)
    half = (WIDTH - len(GAP)) // 2
    return text if len(text) <= WIDTH else text[:half] + GAP + text[-half:]
