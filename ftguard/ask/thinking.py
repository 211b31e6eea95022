"""What a chat template says about thinking: the switch it has for that, and whether it must."""

from jinja2 import Environment, TemplateSyntaxError, nodes
from jinja2.ext import Extension
from jinja2.meta import find_undeclared_variables
from jinja2.parser import Parser
from transformers import PreTrainedTokenizerBase

SWITCHES = ("enable_thinking", "thinking", "reasoning")
"""The names that templates give it: Qwen, GLM and most; Granite and DeepSeek; Cohere."""


class _Generation(Extension):
    """Reads transformers' own `{% generation %}` as what stands within it."""

    tags = {"generation"}  # noqa: RUF012 - jinja2 declares it so

    def parse(self, parser: Parser) -> list[nodes.Node]:
        """The statements of the block."""
        next(parser.stream)
        return parser.parse_statements(("name:endgeneration",), drop_needle=True)


def switches(tokenizer: PreTrainedTokenizerBase) -> tuple[str, ...]:
    """The arguments by which the chat template switches thinking on and off."""
    environment = Environment(  # noqa: S701 - nothing is rendered
        extensions=[_Generation, "jinja2.ext.loopcontrols"]
    )
    try:
        given = find_undeclared_variables(environment.parse(_template(tokenizer)))
    except TemplateSyntaxError:
        # Rendering will say so.
        return ()
    return tuple(name for name in SWITCHES if name in given)


def in_channels(tokenizer: PreTrainedTokenizerBase) -> bool:
    """Whether the template is harmony's, where an answer comes after a channel of analysis."""
    return "<|channel|>analysis" in _template(tokenizer)


def _template(tokenizer: PreTrainedTokenizerBase) -> str:
    template = getattr(tokenizer, "chat_template", None)
    # A tokenizer may have several, by name.
    return str((template.get("default") if isinstance(template, dict) else template) or "")
