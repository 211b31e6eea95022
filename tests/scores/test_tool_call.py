"""Tests of `tool_call`: calls in the spellings of many models, held against JSON."""

import time

import pytest

from ftguard import Answer, Probe
from ftguard.scores import score

REFERENCE = '{"name": "weather", "arguments": {"city": "Oslo", "days": 2, "units": {"c": true}}}'
ARGUMENTS = '{"units": {"c": true}, "days": 2.0, "city": "Oslo"}'
CALL = f'{{"name": "weather", "arguments": {ARGUMENTS}}}'
LLAMA = f'{{"name": "weather", "parameters": {ARGUMENTS}}}'


def _scored(text: str, reference: str | list[str] = REFERENCE, finish: str = "stop") -> object:
    probe = Probe(id="a", prompt="How warm is it?", reference=reference, scorer="tool_call")
    answer = Answer(probe_id="a", text=text, finish=finish)  # type: ignore[arg-type]
    (found,) = score([probe], [answer])
    return found.value if found.unscored is None else found.unscored


@pytest.mark.parametrize(
    "text",
    [
        CALL,
        LLAMA,
        f"  {CALL}\n",
        f"<tool_call>\n{CALL}\n</tool_call>",
        f"I shall look it up.\n<tool_call>\n{CALL}\n</tool_call>",
        f"<tool_call>{CALL}",
        f"<think>{CALL} or not?</think>\n<tool_call>{CALL}</tool_call>",
        f"<|python_tag|>{LLAMA}",
        f"[TOOL_CALLS] [{CALL}]",
        f"[TOOL_CALLS]weather[ARGS]{ARGUMENTS}",
        f"[TOOL_CALLS]weather[CALL_ID]ab12[ARGS]{ARGUMENTS}",
        f"<|tool_call|>[{CALL}]<|/tool_call|>",
        f"```json\n{CALL}\n```",
        f"Here is the call:\n```\n[{CALL}]\n```\nShall I make it?",
        f"Sure! {CALL}",
        f"weather\n{ARGUMENTS}",
        f'{{"tool_calls": [{{"id": "1", "type": "function", "function": {CALL}}}]}}',
        (
            '{"name": "weather", "arguments": "{\\"city\\": \\"Oslo\\", \\"days\\": 2, '
            '\\"units\\": {\\"c\\": true}}"}'
        ),
        '[weather(city="Oslo", days=2, units={"c": True})]',
        "weather(units={'c': true}, days=2, city='Oslo')",
        '```tool_code\nprint(weather(city="Oslo", days=2, units={"c": True}))\n```',
        '<|python_tag|>weather(city="Oslo", days=2, units={"c": True})',
        '<|tool_call_start|>[weather(city="Oslo", days=2, units={"c": True})]<|tool_call_end|>',
        f"<function=weather>{ARGUMENTS}</function>",
        (
            "<tool_call>\n<function=weather>\n<parameter=city>\nOslo\n</parameter>\n"
            '<parameter=days>\n2\n</parameter>\n<parameter=units>\n{"c": true}\n'
            "</parameter>\n</function>\n</tool_call>"
        ),
        (
            "<tool_call>weather\n<arg_key>city</arg_key>\n<arg_value>Oslo</arg_value>\n"
            "<arg_key>days</arg_key>\n<arg_value>2</arg_value>\n<arg_key>units</arg_key>\n"
            '<arg_value>{"c": true}</arg_value>\n</tool_call>'
        ),
        '<|tool_call>call:weather{city:<|"|>Oslo<|"|>,days:2,units:{c:true}}<tool_call|>',
        (
            "<start_function_call>call:weather{city:<escape>Oslo<escape>,days:2,units:{c:true}}"
            "<end_function_call>"
        ),
        (
            '<m:function_calls><m:invoke name="weather"><m:parameter name="city">Oslo</m:parameter>'
            '<m:parameter name="days" type="int">2</m:parameter><m:parameter name="units">'
            '{"c": true}</m:parameter></m:invoke></m:function_calls>'
        ),
        f" to=functions.weather<|channel|>commentary json<|message|>{ARGUMENTS}",
        f"<|channel|>commentary to=functions.weather <|constrain|>json<|message|>{ARGUMENTS}",
        (
            f"<|tool_calls_section_begin|><|tool_call_begin|>functions.weather:0"
            f"<|tool_call_argument_begin|>{ARGUMENTS}<|tool_call_end|>"
        ),
        (
            "<\uff5ctool\u2581call\u2581begin\uff5c>function<\uff5ctool\u2581sep\uff5c>weather\n"
            f"```json\n{ARGUMENTS}\n```<\uff5ctool\u2581call\u2581end\uff5c>"
        ),
        (
            "<\uff5ctool\u2581call\u2581begin\uff5c>weather<\uff5ctool\u2581sep\uff5c>"
            f"{ARGUMENTS}<\uff5ctool\u2581call\u2581end\uff5c>"
        ),
    ],
)
def test_the_same_call_is_right_in_every_spelling(text: str) -> None:
    """The keys' order, 2 or 2.0, blanks and the words around it do not count."""
    assert _scored(text) == 1.0


@pytest.mark.parametrize(
    "text",
    [
        "",
        "It is 7 degrees in Oslo.",
        CALL.replace("Oslo", "oslo"),
        CALL.replace("weather", "Weather"),
        CALL.replace("2.0", '"2"'),
        CALL.replace("true", "1"),
        CALL.replace('"days": 2.0, ', ""),
        CALL.replace('"days"', '"unit": "C", "days"'),
        CALL.replace("}}", ""),
        f"{CALL}\n{CALL}",
        f"<think>{CALL}</think>\nIt is warm.",
        f"<tool_call>{CALL}</tool_call><tool_call>{{</tool_call>",
        'weather("Oslo", 2, {"c": True})',
        'weather(city="Oslo", days=1 + 1, units={"c": True})',
        'forecast(city="Oslo", days=2, units={"c": True})',
        '{"city": "Oslo", "days": 2, "units": {"c": true}}',
        '{"name": "weather", "parameters": {"type": "object", "properties": {}}}',
    ],
)
def test_another_call_or_none_is_wrong(text: str) -> None:
    """Another name, value or kind of value, one more or one less, and what is no call at all."""
    assert _scored(text) == 0.0


PYTHON = "{'city': 'Oslo', 'days': 2, 'units': {'c': True}}"
SPELT_OTHERWISE = (
    f'{{"function_call": {CALL}}}',
    f'{{"functionCall": {{"name": "weather", "args": {ARGUMENTS}}}}}',
    f'{{"functionCalls": [{{"name": "weather", "args": {ARGUMENTS}}}]}}',
    f'{{"toolUse": {{"toolUseId": "1", "name": "weather", "input": {ARGUMENTS}}}}}',
    f'{{"tool": "weather", "parameters": {ARGUMENTS}}}',
    f'{{"action": "weather", "action_input": {ARGUMENTS}}}',
    f'Action:\n```json\n{{"action": "weather", "action_input": {ARGUMENTS}}}\n```',
    f"Action: weather\nAction Input: {ARGUMENTS}",
    f"Thought: I could look it up.\n**Action:** `weather`\n**Action Input:** {ARGUMENTS}",
    f"Tool: weather\nArguments: {PYTHON}",
    f'<functioncall> {{"name": "weather", "arguments": \'{ARGUMENTS}\'}} <|endoftext|>',
    '<|python_tag|>weather.call(city="Oslo", days=2, units={"c": True})',
    f"{{'name': 'weather', 'arguments': {PYTHON}}}",
    f"Sure: [{{'name': 'weather', 'arguments': {PYTHON}}}]",
)


@pytest.mark.parametrize("text", SPELT_OTHERWISE)
def test_calls_of_agents_and_of_other_makers_are_read(text: str) -> None:
    """OpenAI's old shape, Gemini's, Bedrock's, LangChain's, ReAct, Glaive, Llama's built-in tools,
    and a dict as Python prints it; with another value each is wrong.
    """
    assert _scored(text) == 1.0
    assert _scored(text.replace("Oslo", "Rome")) == 0.0


def test_names_with_dashes_are_read() -> None:
    """Also in a list and behind a dot; a dash in a text stays one."""
    wanted = '{"name": "get-weather", "arguments": {"at": "get-me(1)"}}'

    assert _scored('get-weather(at="get-me(1)")', wanted) == 1.0
    assert _scored('[get-weather(at="get-me(1)")]', wanted) == 1.0
    assert _scored('get-weathers(at="get-me(1)")', wanted) == 0.0
    assert _scored("t.get-it(a=1)", '{"name": "t.get-it", "arguments": {"a": 1}}') == 1.0


def test_glaive_arguments_may_hold_an_apostrophe() -> None:
    """What stands in single quotes is JSON, in which `'` needs no escape."""
    said = """<functioncall> {"name": "f", "arguments": '{"a": "it's", "b": true}'}"""

    assert _scored(said, '{"name": "f", "arguments": {"a": "it\'s", "b": true}}') == 1.0


@pytest.mark.parametrize(
    "text",
    [
        f"I would not call {CALL}",
        f"I do not think we should call {CALL}",
        f"Don't do this: {CALL}",
        f"Instead of calling {CALL} I tell you that it is warm.",
        f"For example: {CALL} but I cannot do that.",
        f"For instance:\n```json\n{CALL}\n```",
        f"You could call {CALL}",
        f"If I had tools, I would call {CALL}",
        f"{CALL} is what I could call, but I can't.",
        f"```json\n{CALL}\n```\nI cannot execute this.",
    ],
)
def test_a_call_that_the_answer_does_not_make_is_wrong(text: str) -> None:
    """It is denied, or only an example or a thought."""
    assert _scored(text) == 0.0


@pytest.mark.parametrize(
    "text",
    [
        f"I don't have live data, so I call the tool: {CALL}",
        f"I can't check this myself, but here is the call:\n```json\n{CALL}\n```",
        f"I cannot guess. You need {CALL}",
        f"If you want to know, here is the call: {CALL}",
        f"To answer this, I would call {CALL}",
        f"{CALL}\nIf that does not work, tell me.",
        f"{CALL}\nThis asks for {ARGUMENTS}.",
        f"<tools>[{LLAMA}]</tools>\n<tool_call>{CALL}</tool_call>",
    ],
)
def test_a_call_in_words_that_deny_something_else_is_made(text: str) -> None:
    """A `not` that is about the model's knowledge takes no call back."""
    assert _scored(text) == 1.0


@pytest.mark.parametrize(
    "text",
    [
        f"{CALL}\ndelete_all()",
        f"{CALL}; delete_all()",
        f"{CALL}\n`delete_all('now')`",
        f"delete_all()\n{CALL}",
        f"<tool_call>{CALL}</tool_call>\ndelete_all()",
        f"Action: weather\nAction Input: {ARGUMENTS}\ndelete_all()",
    ],
)
def test_a_further_call_in_another_spelling_is_one_too_many(text: str) -> None:
    """A line that is a call counts, whatever the other one is written in."""
    assert _scored(text) == 0.0


@pytest.mark.parametrize(
    "text",
    [
        f"<tool_response>{CALL}</tool_response>",
        f"<tools>{CALL}</tools>",
        f'<tool_call>{CALL}</tool_call>\n<tool_response>{{"t": 7}}</tool_response>',
        f"Action: weather\nAction Input: {ARGUMENTS}\nObservation: 7 degrees",
        f"{CALL}\nFUNCTION RESPONSE: 7",
        f"{CALL}\nResult: 7 degrees",
        f'{CALL}\n{{"temperature": 7}}',
    ],
)
def test_what_a_tool_would_say_is_no_call_and_may_not_be_invented(text: str) -> None:
    """A tool's answer and the list of tools hold no call; a result that no tool gave is wrong."""
    assert _scored(text) == 0.0
    assert _scored(text.replace("weather", "forecast")) == 0.0


def test_an_invented_result_is_wrong_though_it_was_cut_off() -> None:
    """What follows cannot mend it."""
    assert _scored(f"{CALL}\n<tool_response>", finish="length") == 0.0


def test_several_calls_are_compared_in_any_order() -> None:
    """Each wanted call is made once."""
    one, two = '{"name": "f", "arguments": {"a": 1}}', '{"name": "f", "arguments": {"a": 2}}'
    wanted = f"[{one}, {two}]"

    assert _scored(f"<tool_call>{two}</tool_call>\n<tool_call>{one}</tool_call>", wanted) == 1.0
    assert _scored(f"{one}; {two}", wanted) == 1.0
    assert _scored("[f(a=2), f(a=1)]", wanted) == 1.0
    assert _scored(f"[{one}, {one}]", wanted) == 0.0
    assert _scored(one, wanted) == 0.0


def test_any_of_several_references_is_right() -> None:
    """Each accepted one counts; a call without arguments may leave them out."""
    assert _scored('{"name": "now"}', [REFERENCE, '{"name": "now", "arguments": {}}']) == 1.0
    assert _scored("now()", [REFERENCE, '{"name": "now"}']) == 1.0


def test_a_call_that_was_cut_off_is_not_scored() -> None:
    """What is missing could make it right, unless what is there is wrong already."""
    cut = "the answer was cut off before it decided"
    two = f'[{REFERENCE}, {{"name": "now"}}]'

    assert _scored('<tool_call>{"name": "weather", "arg', finish="length") == cut
    assert _scored(f"<tool_call>{CALL}</tool_call><tool_call>", two, finish="length") == cut
    assert _scored(f"{CALL}\nThat", finish="length") == 1.0
    assert _scored(f"{CALL.replace('Oslo', 'Rome')}\nThat", finish="length") == 0.0


@pytest.mark.parametrize(
    "runaway", ["[(", "[[", "[{", "{'a':", "Action: f\n", "'arguments': '{", "<tools>"]
)
def test_a_runaway_answer_takes_no_time(runaway: str) -> None:
    """An answer that opens brackets without end is read at once."""
    began = time.perf_counter()

    assert _scored(runaway * 9_000) == 0.0
    assert time.perf_counter() - began < 60
