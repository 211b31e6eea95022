"""Reads the calls of functions in an answer, in the spellings that models are trained on."""

import ast
import json
import re
import warnings
from collections.abc import Iterator, Mapping

from ftguard.probes.calls import Call, Spelt, calls_of

_TAGGED = re.compile(r"(?is)<(tool_calls?|function_calls?|functioncall)>(.*?)(?:</\1>|\Z)")
"""As Hermes, Qwen and most others mark a call; the last one may be left open."""
_SEPARATOR = "<\uff5ctool\u2581sep\uff5c>"
_MARKER = re.compile(
    r"\[TOOL_CALLS\]|<\|(?:python_tag|tool_call|tool_call_start|START_ACTION|tool_call_begin)\|>"
    r"|<\uff5ctool\u2581call\u2581begin\uff5c>|<function=|to=functions\.|\bfunctools(?=\s*\[)"
    r"|<\|tool_call>|<start_function_call>|<(?:\w+:)?invoke name="
)
"""What stands before a call: of Mistral; of Llama, Granite and Phi, LFM, Command, Kimi; of
DeepSeek, Qwen's coder, gpt-oss, Phi; of Gemma, old and new, MiniMax."""
_FENCE = re.compile(r"```[\w+-]*[ \t]*\n?(.*?)(?:```|\Z)", re.DOTALL)
_NAME = re.compile(r"(?:\A|(?<=[\s=>\]]))([\w-]+(?:\.[\w-]+)*)(?::\d+)?(>?)\s*\Z")
_AFTER_NAME = re.compile(
    r"(?:\s|```json|\[CALL_ID\]\w+|\[ARGS\]|<\|(?:channel|constrain)\|>[\w ]+|<\|message\|>"
    rf"|<\|tool_call_argument_begin\|>|{_SEPARATOR})*\Z"
)
"""What stands between a name and the arguments behind it."""
_FUNCTION = re.compile(r"<function=([^>\s]+)>(.*?)(?:</function>|\Z)", re.DOTALL)
_PARAMETER = re.compile(r"<parameter=([^>\s]+)>\n?(.*?)\n?</parameter>", re.DOTALL)
_INVOKED = re.compile(r"<(?:\w+:)?invoke name=\"([^\"]+)\">(.*?)</(?:\w+:)?invoke>", re.DOTALL)
_ARGUMENT = re.compile(
    r"<(?:\w+:)?parameter name=\"([^\"]+)\"[^>]*>(.*?)</(?:\w+:)?parameter>", re.DOTALL
)
_BRACED = re.compile(
    r"call:([\w.-]+)(\{.*?\})\s*(?=<tool_call\|>|<end_function_call>|\Z)", re.DOTALL
)
_QUOTED = re.compile(r"(<\|\"\|>|<escape>)(.*?)\1", re.DOTALL)
_KEY = re.compile(r"([{,]\s*)([\w.-]+)(\s*:)")
_KEYS = re.compile(r"<arg_key>(.*?)</arg_key>\s*<arg_value>(.*?)</arg_value>", re.DOTALL)
_SPECIAL = re.compile(r"<\|\w+\|>|\[TOOL_CALLS\]|</?\w+>")
_LITERALS = {"true": True, "false": False, "null": None}
_MOST_READ = 20_000
"""Characters; nobody's call is longer."""


def said_calls(text: str) -> tuple[Call, ...]:
    """The calls that an answer makes; none where one of them cannot be read.

    What is marked as calls counts alone, wherever it stands; else what stands in fences; else
    JSON anywhere in the text, or the whole of it in Python.
    """
    text = text[:_MOST_READ].strip()
    marker = _MARKER.search(text)
    stretches = [match[2] for match in _TAGGED.finditer(text)]
    if not stretches and marker:
        # Its name may stand in front of a marker: `commentary to=functions.weather`.
        stretches = [text[marker.start() :]]
    if not stretches:
        stretches = [body for body in _FENCE.findall(text) if _calls_in(body)] or [text]
    each = [_calls_in(stretch) for stretch in stretches]
    return tuple(call for calls in each for call in calls) if all(each) else ()


def _calls_in(stretch: str) -> tuple[Call, ...]:
    for read in (_with_parameters, _invoked, _with_keys, _braced, _in_json, _in_python):
        found = read(stretch)
        if found:
            return found
    return ()


def _with_parameters(text: str) -> tuple[Call, ...]:
    """`<function=weather><parameter=city>Oslo</parameter></function>`."""
    found = []
    for function in _FUNCTION.finditer(text):
        values = {name: Spelt(value) for name, value in _PARAMETER.findall(function[2])}
        if not values and function[2].strip():
            return ()
        found.append(Call(name=function[1], arguments=values))
    return tuple(found)


def _invoked(text: str) -> tuple[Call, ...]:
    """`<invoke name="weather"><parameter name="city">Oslo</parameter></invoke>`."""
    return tuple(
        Call(name=name, arguments={key: Spelt(value) for key, value in _ARGUMENT.findall(body)})
        for name, body in _INVOKED.findall(text)
    )


def _braced(text: str) -> tuple[Call, ...]:
    """`call:weather{city:<|"|>Oslo<|"|>,days:2}`, as Gemma writes it."""
    found = []
    for name, body in _BRACED.findall(text):
        texts = [match[1] for match in _QUOTED.findall(body)]
        keyed = _KEY.sub(r'\1"\2"\3', _QUOTED.sub("\0", body))
        # Texts are put back last, as they may look like keys.
        first, *rest = keyed.split("\0")
        written = first + "".join(json.dumps(t) + r for t, r in zip(texts, rest, strict=True))
        try:
            found.append(Call(name=name, arguments=json.loads(written)))
        except (ValueError, RecursionError):
            return ()
    return tuple(found)


def _with_keys(text: str) -> tuple[Call, ...]:
    """`weather<arg_key>city</arg_key><arg_value>Oslo</arg_value>`."""
    pairs = _KEYS.findall(text)
    name = text.partition("<arg_key>")[0].strip()
    arguments = {key.strip(): Spelt(value.strip()) for key, value in pairs}
    return (Call(name=name, arguments=arguments),) if pairs and name else ()


def _in_json(text: str) -> tuple[Call, ...]:
    """Every JSON value that is a call or a list of calls, or stands behind a function's name."""
    found: list[Call] = []
    decoder, at, told = json.JSONDecoder(), 0, 0
    while (start := _opens(text, at)) is not None:
        try:
            value, end = decoder.raw_decode(text, start)
        except (ValueError, RecursionError):
            if text[start] == "{":
                return ()  # A broken object: what lies inside of it is no call.
            at = start + 1
            continue
        found += _named_by(text[told:start], value) or calls_of(value) or ()
        at = told = end
    return tuple(found)


def _opens(text: str, at: int) -> int | None:
    found = re.search(r"[\[{]", text[at:])
    return at + found.start() if found else None


def _named_by(before: str, value: object) -> tuple[Call, ...]:
    """The call whose name stands before its arguments."""
    between = _AFTER_NAME.search(before)
    cut = before[: between.start()] if between else before
    name = _NAME.search(cut)
    if name is None or not isinstance(value, Mapping):
        return ()
    alone = not cut[: name.start()].strip()
    told = alone or name[2] or cut[: name.start()].endswith((_SEPARATOR, "to="))
    if not (told or (between and between.group().strip())):
        return ()
    return (Call(name=_bare(name[1]), arguments=value),)


def _in_python(text: str) -> tuple[Call, ...]:
    """`[weather(city="Oslo")]`, or one or more such calls as statements, perhaps printed."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of odd escapes in texts
            lines = ast.parse(_SPECIAL.sub("", text).strip()).body
        values = [line.value for line in lines if isinstance(line, ast.Expr)]
        calls = [call for value in values for call in _python_calls(value)]
    except (SyntaxError, ValueError, TypeError, RecursionError, MemoryError):
        return ()
    return tuple(calls) if len(values) == len(lines) else ()


def _python_calls(value: ast.expr) -> Iterator[Call]:
    if isinstance(value, (ast.List, ast.Tuple)):
        for item in value.elts:
            yield from _python_calls(item)
        return
    if not isinstance(value, ast.Call):
        raise TypeError("no call")
    name = ast.unparse(value.func)
    if name == "print" and len(value.args) == 1 and not value.keywords:
        yield from _python_calls(value.args[0])
        return
    if value.args or any(keyword.arg is None for keyword in value.keywords):
        raise ValueError("arguments without names")
    arguments = {str(keyword.arg): _literal(keyword.value) for keyword in value.keywords}
    yield Call(name=_bare(name), arguments=arguments)


def _literal(node: ast.expr) -> object:
    if isinstance(node, ast.Name) and node.id in _LITERALS:
        return _LITERALS[node.id]
    if isinstance(node, ast.Dict):
        keys = [None if key is None else ast.literal_eval(key) for key in node.keys]
        return {str(k): _literal(v) for k, v in zip(keys, node.values, strict=True)}
    if isinstance(node, (ast.List, ast.Tuple)):
        return [_literal(item) for item in node.elts]
    return ast.literal_eval(node)


def _bare(name: str) -> str:
    return name.removeprefix("functions.")
