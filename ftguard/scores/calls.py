"""Reads the calls of functions in an answer, in the spellings that models are trained on."""

import ast
import json
import re
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import replace

from ftguard.probes.calls import Call, Spelt
from ftguard.scores.call_shapes import calls_in
from ftguard.scores.call_surroundings import invents_result, is_taken_back, without_quoted

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
_STEPS = re.compile(
    r"(?im)^[ \t*]*(?:action|tool|function)(?: name)?[ \t]*:[ \t*]*`?([\w.-]+)`?[ \t*]*\n+"
    r"[ \t*]*(?:action input|(?:tool |function )?(?:input|arguments|parameters|args))"
    r"[ \t]*:[ \t*]*"
)
"""`Action: weather`, and on the next line `Action Input: {"city": "Oslo"}`."""
_TEXT_OF_JSON = re.compile(
    r"(?s)([\"']arguments[\"']\s*:\s*)'(\{.*?\})'(?=\s*[,}]\s*(?:[}\]]|\Z|[\"']))"
)
"""As Glaive writes arguments: JSON in single quotes."""
_DASHED = re.compile(r"(?<![\w.\"'-])([A-Za-z_][\w.]*(?:-\w[\w.]*)+)(?=\()")
_DASH = "\u1428"
"""Stands for the dash of a name where Python reads it; it is a letter that no name has."""
_BETWEEN = re.compile(r"(?i)^(?:[\s;,.`]|(?:and|then)\b)+|[\s;,.`]+$")
_LITERALS = {"true": True, "false": False, "null": None}
_MOST_READ = 20_000
"""Characters; nobody's call is longer."""


def said_calls(text: str) -> tuple[Call, ...] | None:
    """The calls that an answer makes; none where one of them cannot be read.

    What is marked as calls counts alone, wherever it stands; else what stands in fences; else
    JSON anywhere in the text, or the whole of it in Python. A call behind it counts too. None
    where the answer takes its call back or invents what it returned: more words do not mend it.
    """
    text = without_quoted(text[:_MOST_READ]).strip()
    text = _TEXT_OF_JSON.sub(r"\1\2", text)
    if invents_result(text):
        return None
    marked = _marked(text)
    if marked:
        found = _all_of([_calls_in(body) for body, _ in marked])
        return found and _with_bare(found, text[marked[-1][1] :])
    return _unmarked(text)


def _marked(text: str) -> list[tuple[str, int]]:
    """The stretches that are marked as calls, and where each ends."""
    tagged = [(match[2], match.end()) for match in _TAGGED.finditer(text)]
    marker = None if tagged else _MARKER.search(text)
    # Its name may stand in front of a marker: `commentary to=functions.weather`.
    return tagged or ([(text[marker.start() :], len(text))] if marker else [])


def _unmarked(text: str) -> tuple[Call, ...] | None:
    fences = [match for match in _FENCE.finditer(text) if _calls_in(match[1])]
    if fences:
        found = _all_of([_calls_in(fence[1]) for fence in fences])
        spans = [fence.span() for fence in fences]
    elif found := _in_steps(text):
        return _with_bare(found, text)
    else:
        found, spans = _calls_in(text), _spans(text)
    if not found or not spans:
        return found
    edges = [0, *(edge for span in spans for edge in span), len(text)]
    around = [text[a:b] for a, b in zip(edges[::2], edges[1::2], strict=True)]
    if is_taken_back(around):
        return None
    return _with_bare(found, *around)


def _calls_in(stretch: str) -> tuple[Call, ...]:
    for read in (
        _in_steps,
        _with_parameters,
        _invoked,
        _with_keys,
        _braced,
        _in_json,
        _in_python,
    ):
        found = read(stretch)
        if found:
            return found
    return ()


def _all_of(each: list[tuple[Call, ...]]) -> tuple[Call, ...]:
    return tuple(call for calls in each for call in calls) if all(each) else ()


def _with_bare(found: tuple[Call, ...], *around: str) -> tuple[Call, ...] | None:
    """With the calls that stand on lines of their own around those found."""
    more: list[Call] = []
    for line in (line for text in around for line in text.splitlines()):
        bare = _BETWEEN.sub("", line)
        if re.match(r"[A-Za-z_][\w.-]*\(.*\)\Z", bare):
            calls = _in_python(bare)
            if not calls and _is_python(bare):
                return None  # It calls something with arguments that have no names.
            more += calls
    return (*found, *more)


def _in_steps(text: str) -> tuple[Call, ...]:
    """`Action: weather` and `Action Input: {...}`, as ReAct writes it."""
    found = []
    for step in _STEPS.finditer(text):
        value, _ = _value_at(text, step.end()) or (None, 0)
        line = text[step.end() :].partition("\n")[0].strip("`* \t")
        if value is None and line.casefold() in ("", "none", "null"):
            value = {}
        if not isinstance(value, Mapping):
            return ()
        found.append(Call(name=_bare(step[1]), arguments=value))
    return tuple(found)


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
    return tuple(call for calls, _, _ in _json_calls(text) or () for call in calls)


def _spans(text: str) -> list[tuple[int, int]]:
    """Where the JSON of calls stands, from the name before it on."""
    return [(start, end) for calls, start, end in _json_calls(text) or () if calls]


def _json_calls(text: str) -> list[tuple[tuple[Call, ...], int, int]] | None:
    """The values that are read as JSON, what each calls, and where it stands.

    None where an object is broken, as what lies inside of it is no call, or where another one
    than its arguments follows a call.
    """
    found: list[tuple[tuple[Call, ...], int, int]] = []
    at, told = 0, 0
    while (start := _opens(text, at)) is not None:
        read = _value_at(text, start)
        if read is None:
            if text[start] == "{":
                return None
            # Of a long run of brackets the last ones are tried.
            at = start + max(1, len(text[start:]) - len(text[start:].lstrip("[")) - 2)
            continue
        value, end = read
        calls = _named_by(text[told:start], value) or calls_in(value) or ()
        made = [call for earlier, _, _ in found for call in earlier]
        if made and not calls and isinstance(value, Mapping):
            again = Call(name=made[-1].name, arguments=value)
            if not any(again.same_as(call) for call in made):
                return None  # What the call returned, as the model imagines it.
        found.append((calls, start, end))
        at = told = end
    return found


def _value_at(text: str, start: int) -> tuple[object, int] | None:
    """The value that is written at a place, in JSON or in Python, and where it ends."""
    try:
        return json.JSONDecoder().raw_decode(text, start)
    except (ValueError, RecursionError):
        pass
    # Only objects and lists of them are calls; each bracket else would be followed to the end.
    end = _closes(text, start) if re.match(r"\{|\[\s*\{", text[start : start + 20]) else None
    if end is None:
        return None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of odd escapes in texts
            return _literal(ast.parse(text[start:end], mode="eval").body), end
    except (SyntaxError, ValueError, TypeError, RecursionError, MemoryError):
        return None


def _closes(text: str, start: int) -> int | None:
    """Where the bracket that opens at a place is closed; those in quotes do not count."""
    depth, quote, at = 0, "", start
    while at < len(text):
        character = text[at]
        if quote:
            at += character == "\\"
            quote = "" if character == quote else quote
        elif character in "\"'":
            quote = character
        elif character in "[{(":
            depth += 1
        elif character in ")}]":
            depth -= 1
        at += 1
        if not depth:
            return at if at - start > 1 else None
    return None


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
            code = _SPECIAL.sub("", text).strip()
            lines = ast.parse(_DASHED.sub(_with_letters, code)).body
        values = [line.value for line in lines if isinstance(line, ast.Expr)]
        calls = [call for value in values for call in _python_calls(value)]
    except (SyntaxError, ValueError, TypeError, RecursionError, MemoryError):
        return ()
    if "<|python_tag|>" in text:
        # So Llama calls what is built in: `brave_search.call(query="Oslo")`.
        calls = [replace(call, name=call.name.removesuffix(".call")) for call in calls]
    return tuple(calls) if len(values) == len(lines) else ()


def _with_letters(name: re.Match[str]) -> str:
    return name[1].replace("-", _DASH)


def _is_python(text: str) -> bool:
    """Whether a text is one call in Python, whatever its arguments."""
    try:
        return isinstance(ast.parse(text, mode="eval").body, ast.Call)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False


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
    value = ast.literal_eval(node)
    return value.replace(_DASH, "-") if isinstance(value, str) else value


def _bare(name: str) -> str:
    return name.replace(_DASH, "-").removeprefix("functions.")
