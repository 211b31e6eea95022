"""What stands around a call: words that take it back, and results that no tool has returned."""

import re
from collections.abc import Sequence

_QUOTED = re.compile(r"(?is)<(tools|available_tools)>.*?(?:</\1>|\Z)")
"""The list of tools, told again."""
_RESULT = re.compile(
    r"(?i)</?\|?(?:tool|function)_(?:response|result|output)s?\|?>"
    r"|<\|(?:observation|ipython)\|>|\[/?TOOL_RESULTS\]|<start_function_response>"
    r"|<\|start_header_id\|>\s*(?:ipython|tool)\b|<\|im_start\|>\s*tool\b|<\|START_TOOL_RESULT\|>"
    r"|<\uff5ctool\u2581outputs?\u2581begin\uff5c>|\bto=assistant\b"
    r"|^[ \t*#]*(?:observation|(?:(?:tool|function|api)[ _])(?:call )?"
    r"(?:response|results?|outputs?|returns|returned))[ \t*]*:",
    re.MULTILINE,
)
"""What opens a tool's answer, of Hermes and Qwen, GLM and Llama, Mistral, Gemma, Command, DeepSeek,
gpt-oss, ReAct and Glaive: the model is never the one to write it."""
_RETURNED = re.compile(r"(?im)^[ \t*#]*(?:results?|response|outputs?|returns|returned)[ \t*]*:")
"""Behind a call, the same."""
_NOT = (
    r"(?:\b(?:not|never|cannot|unable to|refuse to|decline to|instead of|rather than|without)\b"
    r"|n't\b|\bno (?:need|reason|point|way)\b)"
)
_CALLS = (
    r"\b(?:call|run|running|use|us|make|mak|invoke|invok|execute|executing|issue|issu|send|emit|"
    r"perform|do)(?:ing)?\b"
)
_DENIES = re.compile(rf"(?i){_NOT}\s+(?:[\w']+\s+){{0,4}}?{_CALLS}")
_SUPPOSES = re.compile(
    r"(?i)\b(?:for example|for instance|e\.g\.|examples?|hypothetical\w*|in theory|"
    r"imagine|suppos\w+|pretend\w*|(?:could|might)(?: have| also| perhaps)? "
    r"(?:call|use|run|make|be|try|look|write|invoke|say)\w*"
    r"|would have (?:been|called|used|run|made)"
    r"|if (?:i|we|you|it|there|only)\b[^,:]{0,40}?\b(?:had|could|were|was|would)\b)"
)
_WITHDRAWS = re.compile(
    r"(?i)\A[^.!?\n]*\b(?:but|though|although|yet)\b[^.!?\n]*\b(?:i|we)\b[^.!?\n]*"
    rf"{_NOT}|\A\W*however\b[^.!?\n]*{_NOT}"
    r"|\b(?:never ?mind|just kidding|scratch that|ignore (?:that|this)|on second thought|"
    r"(?:that|this|it|the call|which) (?:is|was|would be) (?:not |n't )?"
    r"(?:wrong|incorrect|forbidden|a mistake|an example|only an example|allowed|possible|real))\b"
)
_CLAUSE = re.compile(
    r"(?i)[.!?;](?:\s|$)|\n\s*\n|,?\s(?:but|so|instead|therefore|hence|thus)\b,?\s"
)
_ALLOWED = re.compile(
    r"(?i)\b(?:this|that|it|the call|which) (?:is|was|would be) (?:allowed|possible|real)\b"
)


def without_quoted(text: str) -> str:
    """The text without the list of tools that the prompt gave."""
    return _QUOTED.sub(" ", text)


def invents_result(text: str) -> bool:
    """Whether an answer goes on with what a tool would have to say."""
    return _RESULT.search(text) is not None


def is_taken_back(around: Sequence[str]) -> bool:
    """Whether the words around calls say that they are not made, or are an example.

    Args:
        around: the text before the first call, between two, and behind the last one.
    """
    behind = around[-1]
    led = [(_CLAUSE.split(text.rstrip(" \t`:")) or [""])[-1] for text in around[:-1]]
    return (
        any(_DENIES.search(lead) or _SUPPOSES.search(lead) for lead in led)
        or _SUPPOSES.search(behind.partition("\n")[0]) is not None
        or _RETURNED.search(behind) is not None
        or _DENIES.search(behind) is not None
        or (_WITHDRAWS.search(behind) is not None and _ALLOWED.search(behind) is None)
    )
