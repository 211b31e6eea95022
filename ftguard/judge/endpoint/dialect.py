"""How a request is written: servers know different parts of the protocol."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

REFUSED = (400, 422)
"""Statuses of a request that the server does not understand."""


@dataclass(frozen=True)
class Dialect:
    """The parameters beside model and messages."""

    limit: Literal["max_completion_tokens", "max_tokens"]
    """OpenAI's newer models refuse the older name, other servers may not know the newer one."""
    format: Literal["json_schema", "json_object", "text"] = "json_schema"
    """The strictest that the server takes: an enforced schema, any JSON, or free text."""
    temperature: bool = True
    """Whether to ask for temperature 0, which models that reason refuse."""

    def parameters(self, schema: Mapping[str, object], max_tokens: int) -> dict[str, object]:
        """The body's fields in this dialect."""
        fields: dict[str, object] = {self.limit: max_tokens}
        if self.temperature:
            fields["temperature"] = 0
        if self.format == "json_schema":
            named = {"name": "reply", "strict": True, "schema": schema}
            fields["response_format"] = {"type": "json_schema", "json_schema": named}
        elif self.format == "json_object":
            fields["response_format"] = {"type": "json_object"}
        return fields

    def simpler(self, complaint: str, tried: Sequence["Dialect"]) -> "Dialect | None":
        """What to try after a refusal, or None where nothing is left.

        A parameter that the complaint names is left out or renamed; else the reply's format is
        asked for less strictly, as many servers do not say what they refuse.
        """
        steps: list[Dialect] = []
        if self.temperature and "temperature" in complaint:
            steps.append(replace(self, temperature=False))
        if "max_tokens" in complaint or "max_completion_tokens" in complaint:
            newer = self.limit == "max_tokens"
            steps.append(replace(self, limit="max_completion_tokens" if newer else "max_tokens"))
        if self.format != "text":
            weaker: Literal["json_object", "text"] = (
                "json_object" if self.format == "json_schema" else "text"
            )
            steps.append(replace(self, format=weaker))
        return next((dialect for dialect in steps if dialect not in tried), None)
