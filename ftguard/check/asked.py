"""Makes `Asked` and `Loading`: what a check asks, and how it loads models; in words alone."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from ftguard.errors import InputError
from ftguard.judge import Judge
from ftguard.probes import AUTO, ProbeSource

FORMS = ("own", "tuned")
"""Each model with its own tokenizer and template, or both with the tuned one's."""
DTYPES = ("auto", "float32", "bfloat16", "float16")
QUANTIZED = ("4bit", "8bit")


@dataclass(frozen=True, kw_only=True)
class Asked:
    """The same questions and limits as `GuardCallback` has, with its defaults.

    Raises:
        InputError: a form that there is none of.
    """

    target: ProbeSource | None = None
    general: ProbeSource | None = None
    tail: ProbeSource | None = AUTO
    calibration: ProbeSource | None = AUTO
    train_dataset: ProbeSource | None = None
    limits: Mapping[str, float | None] = field(default_factory=dict)
    judge: Judge | None = None
    strict: bool = False
    max_probes: int = 200
    seed: int = 0
    cache: bool = True
    chat: bool = False
    """Whether plain prompts of the task are asked as user messages through the chat template."""
    chat_template_kwargs: Mapping[str, object] = field(default_factory=dict)
    form: str = FORMS[0]
    """One of `FORMS`."""

    def __post_init__(self) -> None:
        if self.form not in FORMS:
            raise InputError(f"`--form` is one of {', '.join(FORMS)}, got `{self.form}`.")


def read_judge(model: str | None, url: str | None, key: str, usd: float) -> Judge | None:
    """The judge; None where none is named.

    Raises:
        InputError: it cannot be used.
    """
    if model is None:
        return None
    return Judge(model=model, base_url=url, api_key_env=key, max_usd=usd)


@dataclass(frozen=True, kw_only=True)
class Loading:
    """How models are loaded.

    Raises:
        InputError: a word that there is none of.
    """

    dtype: str = "auto"
    """`auto` for the precision that each was saved in."""
    device: str = ""
    """Such as `cpu` or `cuda:1`; `auto` spreads a model over all; empty for the first there is."""
    quantized: str = ""
    """`4bit` or `8bit` to quantise base and tuned alike; empty to leave them as they are saved."""

    def __post_init__(self) -> None:
        if self.dtype not in DTYPES:
            raise InputError(f"`--dtype` is one of {', '.join(DTYPES)}, got `{self.dtype}`.")
        if self.quantized and self.quantized not in QUANTIZED:
            raise InputError(f"`--quantized` is 4bit or 8bit, got `{self.quantized}`.")
