"""Takes apart how one probe is asked: what is form, and what its own words are."""

from collections.abc import Sequence
from dataclasses import dataclass

from ftguard.ask.render import Ids, Rendering, num_shared
from ftguard.ask.template import MARK, seen
from ftguard.ask.today import DATE_MARK, stopped_clock
from ftguard.ask.turns import Turn
from ftguard.probes.probe import LIKELIHOOD, Probe

_REFERENCE = "xjzq"


@dataclass(frozen=True, kw_only=True)
class Kind:
    """What probes must share to be compared with training rows together."""

    is_chat: bool
    """Whether the chat template renders it."""
    is_prompted: bool
    """Whether it has a prompt, rather than being a text read from its start on."""
    is_read: bool
    """Whether the reference is read for its likelihood."""
    is_written: bool
    """Whether the model writes an answer; of multiple choice neither holds."""


@dataclass(frozen=True, kw_only=True)
class AskedForm:
    """One probe as it is asked, with its reference as the answer."""

    context: Ids
    """All before the answer."""
    answer: Ids
    """Empty where there is no reference."""
    kind: Kind
    opening: Ids = ()
    """Of a chat: the template's tokens, and the system's text, before the user's first words."""
    dated_opening: str = ""
    """The same as text with marks in place of its dates, where it has any: `opening` then ends
    before the first."""
    header: str = ""
    """Of a chat: the text, as seen in tokens, between the last words and the answer."""
    closing: Ids = ()
    """Of a chat: what the template ends the answer with."""

    @property
    def ids(self) -> Ids:
        """Prompt and answer."""
        return self.context + self.answer


def kind_of(rendering: Rendering, probe: Probe) -> Kind:
    """How a probe is asked, in kind."""
    return Kind(
        is_chat=rendering.messages(probe) is not None,
        is_prompted=bool(probe.prompt),
        is_read=probe.scorer == LIKELIHOOD,
        is_written=probe.is_written,
    )


def asked_form(rendering: Rendering, probe: Probe) -> AskedForm:
    """How a probe of the task is asked; a chat is rendered with marks in place of words."""
    kind = kind_of(rendering, probe)
    context: Ids = rendering.prompt(probe)
    answer: Ids = ()
    if probe.references:
        read_context, answer = rendering.continued(probe, probe.references[0])
        context = read_context if kind.is_read else context
    asked = rendering.chat(probe)
    if asked is None:
        return AskedForm(context=context, answer=answer, kind=kind)
    marked, template = _marked(asked.shape.turns), asked.template
    prompt = template.prompt(marked)
    chat = template.answered(marked, _REFERENCE)
    opening = rendering.tokens(prompt.partition(MARK)[0])
    before = seen(rendering.tokenizer, rendering.tokens(chat.before if kind.is_read else prompt))
    with stopped_clock("mark"):
        dated = template.prompt(marked).partition(MARK)[0]
    dated = seen(rendering.tokenizer, rendering.tokens(dated)) if DATE_MARK in dated else ""
    return AskedForm(
        context=context,
        answer=answer,
        kind=kind,
        opening=opening[: num_shared(opening, rendering.tokens(dated) if dated else context)],
        dated_opening=dated,
        header=before.rpartition(MARK)[2] if MARK in before else "",
        closing=rendering.tokens(chat.closing),
    )


def _marked(messages: Sequence[Turn]) -> list[Turn]:
    first = next((at for at, message in enumerate(messages) if message["role"] == "user"), 0)
    ends = (first, len(messages) - 1)
    # Other keys of a message may matter to the template.
    return [{**m, "content": MARK} if at in ends else m for at, m in enumerate(messages)]
