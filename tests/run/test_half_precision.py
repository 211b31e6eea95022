"""Tests of the warning of weights that are trained in float16."""

import torch
from transformers import LlamaForCausalLM

from ftguard.run.trainer import half_precision


def test_float16_weights_that_are_trained_are_warned_of(model: LlamaForCausalLM) -> None:
    """Frozen ones (a quantised or a LoRA run's base) are usual; float32 and bfloat16 are too."""
    assert half_precision(model) is None
    assert half_precision(model.bfloat16()) is None
    half = model.to(torch.float16)
    told = half_precision(half)
    assert told is not None
    assert "float16" in told
    half.requires_grad_(requires_grad=False)
    assert half_precision(half) is None
