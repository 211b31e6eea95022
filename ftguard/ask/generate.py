"""Greedy answers in batches, with the log-probability of every token."""

from dataclasses import dataclass, field

import torch
from transformers import (
    GenerationConfig,
    LogitsProcessor,
    LogitsProcessorList,
    PreTrainedModel,
    PreTrainedTokenizerBase,
    StoppingCriteriaList,
)

from ftguard.ask.lines import LineEnd, LineTokens
from ftguard.ask.prompts import Question
from ftguard.ask.until import TextEnd

LOG_ZERO = -1e4
"""Stands for the log-probability of what a model gives none: finite, so that it can be stored."""


@dataclass(frozen=True, kw_only=True)
class Generated:
    """One greedy answer in tokens."""

    token_ids: tuple[int, ...]
    """With the stop token, where there is one; a newline or a text that ends it is one too."""
    logprobs: tuple[float, ...]
    """Nats, one for each token."""
    stopped: bool


@dataclass
class _GreedyLogprobs(LogitsProcessor):  # type: ignore[misc]
    """Keeps the log-probability of the likeliest token of each row and step: [steps] of [rows]."""

    steps: list[torch.Tensor] = field(default_factory=list)

    def __call__(self, input_ids: torch.Tensor, scores: torch.Tensor) -> torch.Tensor:
        del input_ids
        logits = scores.float()
        self.steps.append(logits.amax(-1) - logits.logsumexp(-1))
        return scores


def generate(
    model: PreTrainedModel,
    questions: list[Question],
    stop_ids: tuple[int, ...],
    pad_id: int,
    lines: LineTokens | None = None,
    *,
    tokenizer: PreTrainedTokenizerBase | None = None,
) -> list[Generated]:
    """Answer a batch of questions with the same `max_new_tokens`, padded on the left.

    Args:
        model: in evaluation mode.
        questions: answers end at a newline, or at a text, where the first one's does.
        stop_ids: tokens that end an answer.
        pad_id: fills the batch.
        lines: the tokenizer's tokens by what they do to a line.
        tokenizer: tells whether a text has come up.
    """
    width = max(len(question.prompt) for question in questions)
    rows = [[pad_id] * (width - len(q.prompt)) + list(q.prompt) for q in questions]
    mask = [[0] * (width - len(q.prompt)) + [1] * len(q.prompt) for q in questions]
    device = model.get_input_embeddings().weight.device
    kept = _GreedyLogprobs()
    ends: LineEnd | TextEnd | None = None
    if lines is not None and questions[0].ends_at_newline:
        ends = LineEnd(lines, len(questions), device)
    elif tokenizer is not None and questions[0].until:
        until = questions[0].until
        ends = TextEnd(until, tokenizer, start=width, rows=len(rows), device=device)
    output = model.generate(
        input_ids=torch.tensor(rows, device=device),
        attention_mask=torch.tensor(mask, device=device),
        generation_config=GenerationConfig(
            do_sample=False,
            max_new_tokens=questions[0].max_new_tokens,
            eos_token_id=list(stop_ids) or None,
            pad_token_id=pad_id,
            use_cache=True,
        ),
        logits_processor=LogitsProcessorList([kept]),
        stopping_criteria=StoppingCriteriaList([ends] if ends else []),
    )
    tokens = output[:, width:].tolist()
    logprobs = torch.stack(kept.steps, dim=1).nan_to_num(nan=LOG_ZERO, neginf=LOG_ZERO).tolist()
    lengths = ends.lengths if ends else [0] * len(questions)
    return [_cut(*row, stop_ids) for row in zip(tokens, logprobs, lengths, strict=True)]


def _cut(
    tokens: list[int], logprobs: list[float], line: int, stop_ids: tuple[int, ...]
) -> Generated:
    """One row up to its stop token, or to the end of its line (0 for none) where that comes first.

    What stands after it only fills the batch.
    """
    stops = [i + 1 for i, token in enumerate(tokens) if token in stop_ids][:1]
    ends = [*stops, line] if line else stops
    length = min(ends, default=len(tokens))
    return Generated(
        token_ids=tuple(tokens[:length]),
        logprobs=tuple(logprobs[:length]),
        stopped=bool(ends),
    )
