"""Asks leave no trace: every mode, switch and random state comes back as it was."""

import random
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext

import numpy as np
import torch
from transformers import GenerationConfig, PreTrainedModel

from ftguard.ask.unwrap import inner_model, only_base


@contextmanager
def undisturbed(model: torch.nn.Module, *, base: bool = False) -> Iterator[PreTrainedModel]:
    """Lend the model in evaluation mode, without gradients, and put everything back after.

    Restored, also when the body raises: the training flag of each module, `requires_grad` of each
    parameter, the generation config, `config.use_cache`, adapters, and the random states of
    Python, numpy and torch on every device. Evaluation mode also switches gradient checkpointing
    off, whose layers drop the cache in training mode and so answer wrongly without an error.

    Args:
        model: the model as the Trainer hands it to callbacks, plain or with adapters.
        base: whether adapters are disabled meanwhile, so that the base answers.

    Yields:
        The model to call, with a generation config that holds no sampling default.
    """
    inner = inner_model(model)
    modes = [(module, module.training) for module in model.modules()]
    grads = [(parameter, parameter.requires_grad) for parameter in model.parameters()]
    generation_config, use_cache = inner.generation_config, getattr(inner.config, "use_cache", None)
    adapters = only_base(model) if base else nullcontext()
    try:
        with same_random_state(), torch.no_grad(), adapters:
            model.eval()
            inner.generation_config = GenerationConfig()
            yield inner
    finally:
        inner.generation_config = generation_config
        if use_cache is not None:
            inner.config.use_cache = use_cache
        for module, training in modes:
            module.training = training
        for parameter, requires_grad in grads:
            parameter.requires_grad_(requires_grad)
        _scale_back(model)


def _scale_back(model: torch.nn.Module) -> None:
    # RWKV halves weights in place to evaluate, and takes that back when it is trained again.
    for module in model.modules():
        rescale = getattr(module, "_rescale_layers", None)
        if module.training and callable(rescale):
            rescale()


@contextmanager
def same_random_state() -> Iterator[None]:
    """Put the random states of Python, numpy and torch on every device back after the body."""
    python, numpy, cpu = random.getstate(), np.random.get_state(), torch.get_rng_state()  # noqa: NPY002
    cuda = torch.cuda.get_rng_state_all() if torch.cuda.is_available() else None
    mps = torch.mps.get_rng_state() if torch.backends.mps.is_available() else None
    try:
        yield
    finally:
        random.setstate(python)
        np.random.set_state(numpy)  # noqa: NPY002
        torch.set_rng_state(cpu)
        if cuda is not None:
            torch.cuda.set_rng_state_all(cuda)
        if mps is not None:
            torch.mps.set_rng_state(mps)
