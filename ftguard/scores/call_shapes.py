"""Reads a call out of a JSON value in the shapes that other tools than OpenAI's give it."""

from collections.abc import Mapping

from ftguard.probes.calls import Call, calls_of

_WRAPPERS = (
    "function_call", "functionCall", "tool_call", "toolCall", "tool_use", "toolUse",
    "tool_calls", "toolCalls", "function_calls", "functionCalls",
)  # fmt: skip
"""Keys that hold a call, or a list of calls; the last ones of them hold lists."""
_NAMES = {"tool": "name", "action": "name", "toolName": "name", "functionName": "name"}
_ARGUMENTS = {
    "action_input": "arguments",
    "actionInput": "arguments",
    "tool_input": "arguments",
    "toolInput": "arguments",
    "params": "arguments",
    "kwargs": "arguments",
}
_KNOWN = ("name", "tool_name", "function_name", "function")


def calls_in(value: object) -> tuple[Call, ...] | None:
    """The call in a JSON value, or the calls in a list of them; None where it is neither.

    Beside the shapes of references: `function_call` and `functionCall` around it (OpenAI's old
    one, Gemini), `tool` for the name, `action` and `action_input` (LangChain).
    """
    if isinstance(value, list):
        return calls_of([_usual(item) for item in value])
    found = calls_of(_usual(value))
    return found if found is not None else _wrapped(value)


def _wrapped(value: object) -> tuple[Call, ...] | None:
    held = [value[key] for key in _WRAPPERS if key in value] if isinstance(value, Mapping) else []
    return calls_in(held[0]) if len(held) == 1 else None


def _usual(value: object) -> object:
    """An object with the usual names for a call's parts, where it has others."""
    if not isinstance(value, Mapping):
        return value
    held = [value[key] for key in _WRAPPERS[:6] if isinstance(value.get(key), Mapping)]
    if len(held) == 1 and not any(key in value for key in _KNOWN):
        return _usual(held[0])
    named = any(isinstance(value.get(key), (str, Mapping)) for key in _KNOWN)
    renamed = _ARGUMENTS if named else _NAMES | _ARGUMENTS
    usual = {new: value[old] for old, new in renamed.items() if value.get(old) is not None}
    return {**{k: v for k, v in value.items() if k not in renamed}, **usual}
