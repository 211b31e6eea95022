"""Decides whether the model is let think before it answers, as the training data teach it."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice

from transformers import PreTrainedTokenizerBase

from ftguard.ask.prompts import PromptBatch
from ftguard.ask.quiet import same_random_state
from ftguard.ask.ranks import made_by_main
from ftguard.ask.reasoning import holds_reasoning
from ftguard.ask.room import FOR_THOUGHT
from ftguard.ask.thinking import SWITCHES, in_channels, switches
from ftguard.run.training.data import TrainingTexts

ROWS = 1_000
"""Training rows that are looked at."""
SHARE = 0.01
"""Of them must hold a thought: a row or two may only speak of the tags."""


@dataclass(frozen=True, kw_only=True)
class Thinking:
    """How the chat template is told about thinking, and what follows from it."""

    chat_template_kwargs: Mapping[str, object]
    """The user's, with the template's own switch where that is set."""
    switched_off: tuple[str, ...] = ()
    """Arguments of the template that were set to False here."""
    expected: bool = False
    """Whether answers are likely to begin with a thought, though the prompt opens none."""


def settle_thinking(
    given: Mapping[str, object],
    tokenizer: PreTrainedTokenizerBase,
    training: Callable[[], TrainingTexts],
    *,
    is_main_process: bool,
) -> Thinking:
    """Switch thinking off where the template can, unless the user or the training data have it.

    Every process must call it.

    Args:
        given: the user's arguments of the chat template.
        tokenizer: has the template.
        training: gives texts of the training data.
        is_main_process: whether this process reads them.
    """
    if not getattr(tokenizer, "chat_template", None):
        return Thinking(chat_template_kwargs=given)
    trained = made_by_main(lambda: _think(training()), is_main_process=is_main_process)
    found = switches(tokenizer)
    chosen = [bool(given[name]) for name in SWITCHES if name in given]
    off = () if chosen or trained else found
    return Thinking(
        chat_template_kwargs={**given, **dict.fromkeys(off, False)},
        switched_off=off,
        expected=in_channels(tokenizer) or (any(chosen) if chosen else trained),
    )


def announce_thinking(thinking: Thinking, prompt_batch: PromptBatch) -> Iterator[str]:
    """What is said of it before the first step."""
    if thinking.switched_off:
        switch = thinking.switched_off[0]
        yield (
            f"thinking is off ({switch}=False for the chat template), since none was found in the "
            f'training data; to ask with it: chat_template_kwargs={{"{switch}": True}}'
        )
    opened = next((q.opened for q in prompt_batch.questions if q.opened), "")
    if opened:
        yield (
            f"the chat template opens a thought ({opened.strip()}): answers have {FOR_THOUGHT} "
            "tokens more for it"
        )
    elif thinking.expected:
        yield f"answers may begin with a thought: they have {FOR_THOUGHT} tokens more for it"


def _think(training: TrainingTexts) -> bool:
    """Whether the training data teach thinking, or keep it up."""
    with same_random_state():
        rows = [texts for _, texts in islice(training.texts, ROWS)]
    thoughts = sum(any(map(holds_reasoning, texts)) for texts in rows)
    return thoughts >= max(1, SHARE * len(rows))
