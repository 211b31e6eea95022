"""What a model says, worked out the slow way: one row, no cache, no padding, full logits."""

from collections.abc import Callable, Sequence

import pytest
import torch
from transformers import PreTrainedModel

Greedy = Callable[[PreTrainedModel, Sequence[int], int], tuple[int, ...]]
Logprobs = Callable[[PreTrainedModel, Sequence[int], Sequence[int]], list[float]]


@pytest.fixture
def greedy() -> Greedy:
    """The likeliest tokens after a prompt, each from a forward pass over all before it."""

    def say(model: PreTrainedModel, prompt: Sequence[int], count: int) -> tuple[int, ...]:
        ids = list(prompt)
        with torch.no_grad():
            for _ in range(count):
                logits = model(input_ids=torch.tensor([ids]), use_cache=False).logits
                ids.append(int(logits[0, -1].argmax()))
        return tuple(ids[len(prompt) :])

    return say


@pytest.fixture
def logprobs() -> Logprobs:
    """Nats of each token of a text after its context, from the full log-softmax."""

    def read(model: PreTrainedModel, context: Sequence[int], text: Sequence[int]) -> list[float]:
        with torch.no_grad():
            logits = model(input_ids=torch.tensor([[*context, *text]]), use_cache=False).logits
        nats = logits[0].double().log_softmax(-1)
        return [float(nats[len(context) - 1 + i, token]) for i, token in enumerate(text)]

    return read
