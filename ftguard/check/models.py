"""Loads the models that are compared, each as it would be deployed."""

import gc
import warnings
from importlib.util import find_spec
from typing import Any

import torch
from transformers import (
    AutoModelForCausalLM,
    AutoModelForImageTextToText,
    AutoTokenizer,
    BitsAndBytesConfig,
    PreTrainedModel,
    PreTrainedTokenizerBase,
)

from ftguard.ask.unwrap import inner_model
from ftguard.check.asked import QUANTIZED, Loading
from ftguard.check.places import Place
from ftguard.errors import InputError, told


def load_model(place: Place, loading: Loading) -> PreTrainedModel:
    """A model in evaluation mode, on its device.

    Raises:
        InputError: it cannot be loaded, or cannot be asked.
    """
    _check_device(loading)
    options = _options(loading)
    try:
        try:
            model = AutoModelForCausalLM.from_pretrained(place.name, **options)
        except ValueError as error:
            if "Unrecognized configuration class" not in str(error):
                raise
            model = AutoModelForImageTextToText.from_pretrained(place.name, **options)
    except Exception as error:  # noqa: BLE001 - whatever a loader raises
        raise InputError(_not_loaded(place, error)) from None
    inner_model(model)
    placed = getattr(model, "hf_device_map", None) is not None
    if not placed and not getattr(model, "is_quantized", False):
        model.to(loading.device or _first_device())
    return model.eval().requires_grad_(requires_grad=False)


def attach(base: PreTrainedModel, place: Place, num_tokens: int) -> torch.nn.Module:
    """The base with the adapters of a folder on it.

    Args:
        base: is changed; ask it before.
        place: of the adapters.
        num_tokens: of the tokenizer beside them: what they were trained with may have grown.

    Raises:
        InputError: they do not fit, or peft is missing.
    """
    if find_spec("peft") is None:
        raise InputError("adapters need `peft`, which is missing: pip install 'ftguard[peft]'")
    from peft import PeftModel

    try:
        if num_tokens > base.get_input_embeddings().weight.shape[0]:
            base.resize_token_embeddings(num_tokens)
        with warnings.catch_warnings():
            # What peft still calls in transformers is no concern of who runs a check.
            warnings.simplefilter("ignore", FutureWarning)
            model: torch.nn.Module = PeftModel.from_pretrained(base, place.name)
        inner_model(model)
    except InputError:
        raise
    except Exception as error:  # noqa: BLE001 - whatever peft raises
        raise InputError(
            f"the adapters in `{place.name}` do not go on this base ({_short(error)}): give the "
            "base that they were trained on."
        ) from None
    return model.eval().requires_grad_(requires_grad=False)


def load_tokenizer(place: Place) -> PreTrainedTokenizerBase | None:
    """The tokenizer beside a model; None where there is none, as beside many adapters.

    Raises:
        InputError: there is one that cannot be loaded.
    """
    folder = place.folder
    names = ("tokenizer.json", "tokenizer_config.json", "tokenizer.model", "vocab.json")
    if folder is not None and not any((folder / name).exists() for name in names):
        return None
    try:
        tokenizer: PreTrainedTokenizerBase = AutoTokenizer.from_pretrained(place.name)
    except Exception as error:  # noqa: BLE001 - whatever a loader raises
        raise InputError(
            f"the tokenizer of `{place.name}` cannot be loaded ({_short(error)})."
        ) from None
    return tokenizer


def precision(model: torch.nn.Module) -> str:
    """A model's precision in a word, `bfloat16` or `quantised to 4bit`."""
    inner = inner_model(model)
    found: Any = getattr(inner.config, "quantization_config", None)
    if found is None:
        return str(inner.dtype).removeprefix("torch.")
    given = found if isinstance(found, dict) else vars(found)
    for name in QUANTIZED:
        if given.get(f"load_in_{name}") or given.get(f"_load_in_{name}"):
            return f"quantised to {name}"
    return "quantised"


def free() -> None:
    """Give the memory of models that nobody holds any more back."""
    gc.collect()
    if torch.cuda.is_available():
        torch.cuda.empty_cache()


def _check_device(loading: Loading) -> None:
    if loading.device in ("", "auto"):
        return
    try:
        torch.empty(0, device=loading.device)
    except Exception as error:  # noqa: BLE001 - whatever a device raises
        raise InputError(f"`--device {loading.device}` cannot be used: {_short(error)}.") from None


def _options(loading: Loading) -> dict[str, Any]:
    options: dict[str, Any] = {"dtype": loading.dtype}
    if loading.device == "auto":
        options["device_map"] = "auto"
    if loading.quantized:
        if find_spec("bitsandbytes") is None:
            raise InputError("`--quantized` needs `bitsandbytes`: pip install bitsandbytes")
        options["quantization_config"] = BitsAndBytesConfig(
            load_in_4bit=loading.quantized == "4bit", load_in_8bit=loading.quantized == "8bit"
        )
        options.setdefault("device_map", loading.device or _first_device())
    return options


def _first_device() -> str:
    return "cuda" if torch.cuda.is_available() else "cpu"


def _not_loaded(place: Place, error: Exception) -> str:
    where = "" if place.folder else ", which is no folder here and on no hub that can be reached"
    return f"`{place.name}`{where} cannot be loaded ({_short(error)})."


def _short(error: Exception) -> str:
    return told(error).partition("\n")[0][:300]
