"""Says before the first step that many of the base's answers were cut off, and what mends it."""

from collections.abc import Iterator

from ftguard.ask.prompts import PromptBatch
from ftguard.ask.thinking import switches
from ftguard.scores.loops import loops
from ftguard.scores.snapshot import Snapshot
from ftguard.text.formatting import percent

MOST = 0.1
"""The share of cut-off answers from which on it is said."""


def announce_cut_off(prompt_batch: PromptBatch, base: Snapshot) -> Iterator[str]:
    """One line with the counts, where more than a tenth of the base's answers were cut off."""
    generated = {question.probe_id for question in prompt_batch.questions if question.prompt}
    answers = [answer for answer in base.answers if answer.probe_id in generated]
    cut = [answer for answer in answers if answer.finish == "length"]
    if len(cut) <= MOST * len(answers):
        return
    repeating = [answer for answer in cut if loops(answer)]
    thinking = [a for a in cut if a.is_open_thought and a not in repeating]
    kinds = {
        "in the midst of thinking": len(thinking),
        "while repeating themselves, which no room would end": len(repeating),
    }
    told = "".join(f", {count} of them {kind}" for kind, count in kinds.items() if count)
    share = percent(len(cut) / len(answers))
    line = f"{len(cut)} of the base's {len(answers)} written answers ({share}) were cut off{told}"
    mends = ["`Probe.max_new_tokens` gives more room"] if len(repeating) < len(cut) else []
    rendering = prompt_batch.rendering
    on = [n for n in switches(rendering.tokenizer) if rendering.chat_template_kwargs.get(n, True)]
    if thinking and on:
        mends.append(f'chat_template_kwargs={{"{on[0]}": False}} switches thinking off')
    yield ": ".join([line, "; ".join(mends)] if mends else [line])
