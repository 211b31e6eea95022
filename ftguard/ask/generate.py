"""Greedy answers in batches, with the log-probability of every token."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import torch
from transformers import (
    GenerationConfig,
    LogitsProcessor,
    LogitsProcessorList,
    PreTrainedModel,
    PreTrainedTokenizerBase,
    StoppingCriteria,
    StoppingCriteriaList,
)

from ftguard.ask.lines import LineTokens, line_end
from ftguard.ask.loop import decode
from ftguard.ask.prompts import Question
from ftguard.ask.until import text_end
from ftguard.ask.writing import End, Generated, Writing

Begun = tuple[tuple[int, ...], tuple[float, ...]]
"""The tokens that an answer is known to begin with, and their log-probabilities."""


@dataclass
class _GreedyLogprobs(LogitsProcessor):  # type: ignore[misc]
    """Keeps the log-probability of the likeliest token of each row and step: [steps] of [rows]."""

    steps: list[torch.Tensor] = field(default_factory=list)

    def __call__(self, input_ids: torch.Tensor, scores: torch.Tensor) -> torch.Tensor:
        del input_ids
        self.steps.append(scores.float().softmax(-1).amax(-1).log())
        return scores


@dataclass
class _Written(StoppingCriteria):  # type: ignore[misc]
    """Hands each row's new token to its writing, and says which have ended."""

    writings: Sequence[Writing]
    kept: _GreedyLogprobs
    width: int
    """Tokens of the prompts."""

    def __call__(self, input_ids: torch.Tensor, scores: object, **kwargs: object) -> torch.Tensor:
        del scores, kwargs
        logprobs = self.kept.steps[input_ids.shape[1] - self.width - 1].tolist()
        for row in zip(self.writings, input_ids[:, -1].tolist(), logprobs, strict=True):
            writing, token, logprob = row
            writing.take(token, logprob)
        ended = [writing.finish is not None for writing in self.writings]
        return torch.tensor(ended, device=input_ids.device)


def generate(
    model: PreTrainedModel,
    questions: Sequence[Question],
    stop_ids: tuple[int, ...],
    pad_id: int,
    lines: LineTokens | None = None,
    *,
    tokenizer: PreTrainedTokenizerBase | None = None,
    own_loop: bool = False,
    decided: Callable[[Question], End | None] | None = None,
    begun: Sequence[Begun] | None = None,
) -> list[Generated]:
    """Answer a batch of questions with the same `max_new_tokens`, padded on the left.

    Args:
        model: in evaluation mode.
        questions: answers end at a newline, or at a text, where the first one's does.
        stop_ids: tokens that end an answer.
        pad_id: fills the batch.
        lines: the tokenizer's tokens by what they do to a line.
        tokenizer: tells whether a text has come up.
        own_loop: whether to decode by `ftguard.ask.loop`, which was found to say the same.
        decided: what ends the answer to a question early; None for an answer that nothing does.
        begun: what is known of each answer already; none of them has ended.
    """
    writings = [
        Writing(
            question=question,
            stop_ids=stop_ids,
            end=_end(question, lines, tokenizer),
            decided=decided(question) if decided else None,
        )
        for question in questions
    ]
    for writing, known in zip(writings, begun or (), strict=bool(begun)):
        for token, logprob in zip(*known, strict=True):
            writing.take(token, logprob)
    if own_loop:
        decode(model, writings, pad_id)
    else:
        _by_generate(model, writings, pad_id)
    return [writing.generated() for writing in writings]


def _end(
    question: Question, lines: LineTokens | None, tokenizer: PreTrainedTokenizerBase | None
) -> End | None:
    if lines is not None and question.ends_at_newline:
        return line_end(lines)
    if tokenizer is not None and question.until:
        return text_end(question.until, tokenizer)
    return None


def _by_generate(model: PreTrainedModel, writings: Sequence[Writing], pad_id: int) -> None:
    width = max(len(writing.begun) for writing in writings)
    short = [width - len(writing.begun) for writing in writings]
    rows = [[*[pad_id] * n, *w.begun] for n, w in zip(short, writings, strict=True)]
    device = model.get_input_embeddings().weight.device
    kept = _GreedyLogprobs()
    model.generate(
        input_ids=torch.tensor(rows, device=device),
        attention_mask=torch.tensor([[0] * n + [1] * (width - n) for n in short], device=device),
        generation_config=GenerationConfig(
            do_sample=False,
            max_new_tokens=max(writing.room for writing in writings),
            pad_token_id=pad_id,
            use_cache=True,
        ),
        logits_processor=LogitsProcessorList([kept]),
        stopping_criteria=StoppingCriteriaList([_Written(writings, kept, width)]),
    )
