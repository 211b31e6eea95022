"""Sees through adapters to the language model that can be asked."""

from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from typing import Any, Protocol, cast

import torch
from transformers import PreTrainedModel

from ftguard.errors import InputError

_MOVING_INITS = ("pissa", "olora", "corda", "loftq", "lora_ga")
"""Beginnings of `init_lora_weights` that move a part of the base's weights into the adapter."""
_CHANGES = {
    "kasa_config": "cuts the smallest parts off the base's own weights",
    "layer_replication": "stacks the base's layers anew",
}
"""Settings of an adapter that leave another model than the base where it is disabled."""


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
        InputError: the model cannot generate (a reward model) or is no causal language model
            (T5), or its adapters work outside of the model (prompt learning), so that the inner
            model would answer as the base, or are of mixed kinds.
    """
    if any(cls.__name__ == "PeftMixedModel" for cls in type(model).__mro__):
        raise InputError("mixed kinds of adapters are not supported: use a `PeftModel`.")
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
    inner = cast(PreTrainedModel, inner)
    if inner.config.is_encoder_decoder:
        raise InputError(
            f"`{type(inner).__name__}` has an encoder: ftguard guards causal language models."
        )
    return inner


def check_base(model: torch.nn.Module) -> None:
    """Refuse a model whose base cannot be asked by disabling its adapters.

    Raises:
        InputError: it cannot generate, or its adapters changed the base's own weights or layers.
    """
    inner_model(model)
    adapters = adapted(model)
    if adapters is None:
        if getattr(model, "_hf_peft_config_loaded", False):
            raise InputError(
                "the adapters are inside of the model itself, so the base cannot be told from it: "
                "load the base, then `PeftModel.from_pretrained` or `get_peft_model`."
            )
        return
    # Any of several adapters may have changed it, whichever is active.
    for config in adapters.peft_config.values():
        init = getattr(config, "init_lora_weights", None)
        if str(init).lower().startswith(_MOVING_INITS):
            raise InputError(
                f"`init_lora_weights={init!r}` changes the base's own weights, so the base cannot "
                "be asked any more: use another initialization."
            )
        for name, does in _CHANGES.items():
            if getattr(config, name, None):
                raise InputError(
                    f"`{name}` {does}, so the base cannot be asked any more: leave it out."
                )


def only_base(model: torch.nn.Module) -> AbstractContextManager[None]:
    """Disables the adapters, where there are any, within a `with` block.

    Raises:
        InputError: without its adapters this model is not the base.
    """
    check_base(model)
    adapters = adapted(model)
    return nullcontext() if adapters is None else adapters.disable_adapter()
