"""Greedy answers in batches, with the log-probability of every token."""

from dataclasses import dataclass, field

import torch
from transformers import GenerationConfig, LogitsProcessor, LogitsProcessorList, PreTrainedModel

from ftguard.ask.prompts import Question

LOG_ZERO = -1e4
"""Stands for the log-probability of what a model gives none: finite, so that it can be stored."""


@dataclass(frozen=True, kw_only=True)
class Generated:
    """One greedy answer in tokens."""

    token_ids: tuple[int, ...]
    """With the stop token, where there is one."""
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
    model: PreTrainedModel, questions: list[Question], stop_ids: tuple[int, ...], pad_id: int
) -> list[Generated]:
    """Answer a batch of questions with the same `max_new_tokens`, padded on the left."""
    width = max(len(question.prompt) for question in questions)
    rows = [[pad_id] * (width - len(q.prompt)) + list(q.prompt) for q in questions]
    mask = [[0] * (width - len(q.prompt)) + [1] * len(q.prompt) for q in questions]
    device = model.get_input_embeddings().weight.device
    kept = _GreedyLogprobs()
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
    )
    tokens = output[:, width:].tolist()
    logprobs = torch.stack(kept.steps, dim=1).nan_to_num(nan=LOG_ZERO, neginf=LOG_ZERO).tolist()
    return [_cut(row, values, stop_ids) for row, values in zip(tokens, logprobs, strict=True)]


def _cut(tokens: list[int], logprobs: list[float], stop_ids: tuple[int, ...]) -> Generated:
    end = next((i for i, token in enumerate(tokens) if token in stop_ids), None)
    length = len(tokens) if end is None else end + 1
    return Generated(
        token_ids=tuple(tokens[:length]),
        logprobs=tuple(logprobs[:length]),
        stopped=end is not None,
    )
