"""What well-known judges cost."""

from ftguard.judge.endpoint import host

AS_OF = "June 2026"
"""When the table's list prices were read; they change."""

_OPENAI = {
    "gpt-5.5": (5.0, 30.0),
    "gpt-5.4": (2.5, 15.0),
    "gpt-5.4-mini": (0.75, 4.5),
    "gpt-5.4-nano": (0.2, 1.25),
    "gpt-5": (1.25, 10.0),
    "gpt-5-mini": (0.25, 2.0),
    "gpt-5-nano": (0.05, 0.4),
    "gpt-4.1": (2.0, 8.0),
    "gpt-4.1-mini": (0.4, 1.6),
    "gpt-4.1-nano": (0.1, 0.4),
    "gpt-4o": (2.5, 10.0),
    "gpt-4o-mini": (0.15, 0.6),
    "o4-mini": (1.1, 4.4),
}
"""US dollars for a million tokens of input and of output, at api.openai.com."""


def list_price(model: str, base_url: str | None) -> tuple[float, float] | None:
    """The list price of a model at OpenAI itself; None for any other, and for dated versions."""
    return _OPENAI.get(model) if host(base_url) == "api.openai.com" else None
