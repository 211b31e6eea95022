"""Finds the query in a prompt: what a person asked, without the template around it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from ftguard.probes.probe import Message, Probe

FEWEST = 8
"""So many prompts tell what they share; fewer may share words of their queries by chance."""
_OPTIONS = re.compile(r"\n\s*[(\uff08]?[A\uff21](?:[.):]\s|[\u3001\uff0e\uff09\uff1a])")


@dataclass(frozen=True, kw_only=True)
class SplitPrompt:
    """A prompt's text, or the last message of a chat, in three parts."""

    before: str
    """What stands before the query."""
    query: str
    """What a person asked."""
    after: str
    """What stands after it, lettered options too."""


@dataclass(frozen=True, kw_only=True)
class PromptTemplate:
    """What stands around the query in every prompt of a set."""

    before: str = ""
    after: str = ""

    def split(self, probe: Probe) -> SplitPrompt:
        """Tell the query from what stands around it.

        In a chat the query is in the last message; lettered options count as after it.
        """
        text = last_text(probe)
        if not (text.startswith(self.before) and text.endswith(self.after)):
            return SplitPrompt(before="", query=text, after="")
        query = text[len(self.before) : len(text) - len(self.after)]
        options = _OPTIONS.search(query) if probe.choices else None
        end = options.start() if options else len(query)
        return SplitPrompt(before=self.before, query=query[:end], after=query[end:] + self.after)

    def query(self, probe: Probe) -> str:
        """The query alone."""
        return self.split(probe).query

    def asking(self, probe: Probe, query: str) -> Probe:
        """The same probe with another query in the same template."""
        parts = self.split(probe)
        return replace(probe, prompt=_with_last_text(probe, parts.before + query + parts.after))


def prompt_template_of(probes: Sequence[Probe]) -> PromptTemplate:
    """The beginning and end that all prompts share, cut back to whole words."""
    texts = sorted({last_text(probe) for probe in probes})
    if len(texts) < FEWEST:
        return PromptTemplate()
    # Of sorted texts the first and the last share least.
    before = _shared(texts[0], texts[-1])
    before = before[: len(before) - len(re.split(r"\s", before)[-1])]
    turned = sorted(text[len(before) :][::-1] for text in texts)
    after = _shared(turned[0], turned[-1])[::-1]
    found = re.search(r"\s", after)
    return PromptTemplate(before=before, after=after[found.start() :] if found else "")


def last_text(probe: Probe) -> str:
    """The prompt, or the last message of a chat; of a benchmark's question what it asks itself."""
    if probe.verbatim is not None:
        return probe.verbatim.question
    return probe.prompt if isinstance(probe.prompt, str) else probe.prompt[-1]["content"]


def own_prompt(probe: Probe) -> str | Sequence[Message]:
    """The prompt; of a benchmark's question without the instructions and examples before it."""
    return probe.prompt if probe.verbatim is None else probe.verbatim.question


def _shared(left: str, right: str) -> str:
    pairs = enumerate(zip(left, right, strict=False))
    end = next((at for at, (one, other) in pairs if one != other), min(len(left), len(right)))
    return left[:end]


def _with_last_text(probe: Probe, text: str) -> str | tuple[Message, ...]:
    if isinstance(probe.prompt, str):
        return text
    *earlier, last = probe.prompt
    return (*earlier, {**last, "content": text})
