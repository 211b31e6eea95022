"""Takes what ends a turn off the references that were written with it, as training data are."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from transformers import PreTrainedTokenizerBase

from ftguard.ask.template import MARK, ChatTemplate
from ftguard.ask.turns import Turn
from ftguard.probes.probe import Probe
from ftguard.text.formatting import count

KNOWN = (
    "<|endoftext|>",
    "</s>",
    "<|im_end|>",
    "<end_of_turn>",
    "<turn|>",
    "<eos>",
    "<|eot_id|>",
    "<|eom_id|>",
    "<|end_of_text|>",
    "<|end|>",
    "<|return|>",
    "<|endofturn|>",
    "<|END_OF_TURN_TOKEN|>",
    "<\uff5cend\u2581of\u2581sentence\uff5c>",
    "[EOS]",
)
"""What ends turns and texts in the templates of the day; data may be written for another model."""


_ASKED: Sequence[Turn] = ({"role": "user", "content": MARK},)


@dataclass(frozen=True, kw_only=True)
class Trimmed:
    """Probes without endings, and what is said of it."""

    probes: tuple[Probe, ...]
    notes: tuple[str, ...]


def endings_of(template: ChatTemplate) -> tuple[str, ...]:
    """The texts of tokens that end a turn or a text: the tokenizer's, its template's, and others.

    A longer one stands first.
    """
    found = {str(template.tokenizer.eos_token or ""), *KNOWN, *_closing(template)}
    return tuple(sorted(found - {""}, key=lambda text: (-len(text), text)))


def without_endings(probes: Sequence[Probe], endings: Sequence[str]) -> Trimmed:
    """Take endings off references, options and wrong answers, where something else is left."""
    trimmed = tuple(_trimmed(probe, endings) for probe in probes)
    changed = [
        (new, _ending(old, endings)) for old, new in zip(probes, trimmed, strict=True) if old != new
    ]
    notes: tuple[str, ...] = ()
    if changed:
        first, ending = changed[0]
        note = f"took what ends a turn, such as `{ending}`, off the references of "
        notes = (f"{note}{count(len(changed))} probes, such as `{first.id}`",)
    return Trimmed(probes=trimmed, notes=notes)


def without_ending(text: str, endings: Sequence[str]) -> str:
    """The text up to the endings that close it, blanks among them; itself where all of it is."""
    left = text
    while True:
        bare = left.rstrip()
        ending = next((e for e in endings if bare.endswith(e) and not _is_tag(bare, e)), None)
        if ending is None:
            break
        left = bare.removesuffix(ending)
    return left.rstrip() if left != text and left.strip() else text


def _trimmed(probe: Probe, endings: Sequence[str]) -> Probe:
    given = [*probe.references, *probe.choices, *probe.distractors]
    if not any(without_ending(text, endings) != text for text in given):
        return probe
    bare = [without_ending(text, endings) for text in given]
    references, rest = bare[: len(probe.references)], bare[len(probe.references) :]
    single = isinstance(probe.reference, str)
    return replace(
        probe,
        reference=references[0] if single else (references or None),
        choices=rest[: len(probe.choices)],
        distractors=rest[len(probe.choices) :],
    )


def _ending(probe: Probe, endings: Iterable[str]) -> str:
    texts = [text.rstrip() for text in (*probe.references, *probe.choices, *probe.distractors)]
    return next(e for e in endings if any(text.endswith(e) for text in texts))


def _is_tag(text: str, ending: str) -> bool:
    """Whether `</s>` closes a tag of the text: words that are struck out."""
    return ending == "</s>" and text.count("<s>") >= text.count(ending)


def ids_of(texts: Sequence[str], tokenizer: PreTrainedTokenizerBase) -> set[int]:
    """The tokens that some texts are."""
    vocabulary = tokenizer.get_vocab()
    return {vocabulary[text] for text in texts if text in vocabulary}


def header_ids(template: ChatTemplate) -> set[int]:
    """The token that begins a turn of the assistant's, where it is a token of its own."""
    return set(_special_ids(template, template.header(_ASKED))[:1])


def _closing(template: ChatTemplate) -> list[str]:
    """The special tokens that the chat template ends an answer with."""
    closing = template.closing(_ASKED)
    return [str(template.tokenizer.decode([t])) for t in _special_ids(template, closing)]


def _special_ids(template: ChatTemplate, text: str) -> list[int]:
    ids = template.tokenizer(text, add_special_tokens=False)["input_ids"] if text else []
    special = set(template.tokenizer.all_special_ids)
    return [token for token in ids if token in special]
