"""Sees through adapters to the language model that can be asked."""

from collections.abc import Mapping
from contextlib import AbstractContextManager
from typing import Any, Protocol, cast

import torch
from transformers import PreTrainedModel

from ftguard.errors import InputError


class AdaptedModel(Protocol):
    """What is used of a `peft.PeftModel`."""

    peft_config: Mapping[str, Any]
    active_adapter: str

    def get_base_model(self) -> torch.nn.Module:
        """The transformers model, with adapter layers inside."""

    def disable_adapter(self) -> AbstractContextManager[None]:
        """Switch the adapters off within a `with` block."""


def adapted(model: torch.nn.Module) -> AdaptedModel | None:
    """The model as a PEFT model, where it is one, told without importing peft."""
    if any(cls.__name__ == "PeftModel" for cls in type(model).__mro__):
        return cast(AdaptedModel, model)
    return None


def inner_model(model: torch.nn.Module) -> PreTrainedModel:
    """The transformers model, with adapter layers inside it where there are any.

    Raises:
        InputError: the model cannot generate (a reward model), or its adapters work outside of
            the model (prompt learning), so that the inner model would answer as the base.
    """
    inner = model
    adapters = adapted(model)
    if adapters is not None:
        inner = adapters.get_base_model()
        if adapters.peft_config[adapters.active_adapter].is_prompt_learning:
            raise InputError(
                "adapters of the prompt-learning kind are not supported: use LoRA or a relative."
            )
    if not getattr(inner, "can_generate", lambda: False)():
        raise InputError(
            f"`{type(inner).__name__}` cannot generate text: ftguard guards causal language models."
        )
    return cast(PreTrainedModel, inner)
