"""Makes `RenderedProbe`s: what the model gets to see of each probe, as text."""

from collections.abc import Iterator, Sequence

from ftguard.ask.prompts import PromptBatch
from ftguard.ask.rendered import RenderedProbe, RenderedText
from ftguard.ask.template import seen


def as_seen(batch: PromptBatch) -> Iterator[RenderedProbe]:
    """Every question that is asked, in order."""

    def rendered(ids: Sequence[int]) -> RenderedText:
        return RenderedText(text=seen(batch.rendering.tokenizer, ids), num_tokens=len(ids))

    for question in batch.questions:
        prompt = question.reads[0][0] if question.reads else question.prompt
        yield RenderedProbe(
            id=question.probe_id,
            prompt=rendered(prompt),
            reads=tuple(rendered(text) for _, text in question.reads),
        )
