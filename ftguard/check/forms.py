"""Decides which tokenizer and chat template each of two models is asked with."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from transformers import PreTrainedTokenizerBase

from ftguard.errors import InputError
from ftguard.probes import Probe


@dataclass(frozen=True, kw_only=True)
class Forms:
    """The tokenizers of both."""

    base: PreTrainedTokenizerBase
    tuned: PreTrainedTokenizerBase
    notes: tuple[str, ...]
    """What is to be said of them, a sentence each."""

    @property
    def alike(self) -> bool:
        """Whether both are asked with the very same tokens."""
        return self.base is self.tuned


def decide_on_forms(
    base: PreTrainedTokenizerBase,
    tuned: PreTrainedTokenizerBase,
    given: Sequence[Probe],
    *,
    form: str,
    base_rows: int,
    tuned_rows: int,
) -> Forms:
    """Each has its own, unless it cannot be asked so.

    A base without a chat template is asked chats in the tuned model's. Tokens that both have must
    be the same ones: answers are compared token by token.

    Args:
        base: the base's tokenizer.
        tuned: that of the tuned model; the base's where it has none of its own.
        given: all that may be asked.
        form: `own`, or `tuned` to ask both with the tuned one's, as in a guarded training.
        base_rows: the tokens that the base has embeddings for.
        tuned_rows: those of the tuned model.

    Raises:
        InputError: their vocabularies do not fit each other.
    """
    if base is tuned:
        return Forms(base=base, tuned=base, notes=())
    _check_vocabularies(base, tuned, range(tuned_rows, base_rows))
    same_template = _template(base) == _template(tuned)
    same_words = base.get_vocab() == tuned.get_vocab()
    if same_template and same_words:
        return Forms(base=tuned, tuned=tuned, notes=tuple(_on_splitting(base, tuned, given)))
    chats = any(not isinstance(probe.prompt, str) for probe in given)
    if form == "tuned" or (chats and not _template(base)):
        _check_room(tuned, base_rows)
        why = "" if form == "tuned" else ", since the base has no chat template and chats are asked"
        return Forms(
            base=tuned,
            tuned=tuned,
            notes=(f"both are asked with the tuned model's tokenizer and template{why}",),
        )
    other = "tokenizer" if same_template else "chat template"
    if not same_words and not same_template:
        other = "tokenizer and chat template"
    return Forms(
        base=base,
        tuned=tuned,
        notes=(
            (
                f"the models have not the same {other}: each is asked with its own (`--form tuned` "
                "asks both with the tuned model's, as in training)"
            ),
        ),
    )


def _template(tokenizer: PreTrainedTokenizerBase) -> object:
    return getattr(tokenizer, "chat_template", None) or None


def _check_vocabularies(
    base: PreTrainedTokenizerBase, tuned: PreTrainedTokenizerBase, gone: range
) -> None:
    ours, theirs = base.get_vocab(), tuned.get_vocab()
    differing = [token for token, index in ours.items() if theirs.get(token, index) != index]
    missing = [token for token, index in ours.items() if index in gone]
    if not ours.keys() & theirs.keys():
        differing = list(ours)
    if differing or missing:
        token = (differing or missing)[0]
        raise InputError(
            f"the models have not the same vocabulary: {len(differing or missing)} of the base's "
            f"{len(ours)} tokens are other ones in the tuned model, such as {token!r} "
            f"({ours[token]} and {theirs.get(token, 'none')}). A fine-tune keeps its base's tokens "
            "(and may add some): give the base that it was trained from, and the tokenizer beside "
            "each."
        )


def _check_room(tuned: PreTrainedTokenizerBase, base_rows: int) -> None:
    beyond = [token for token, index in tuned.get_vocab().items() if index >= base_rows]
    if beyond:
        raise InputError(
            f"the base cannot be asked with the tuned model's tokenizer: it knows no token "
            f"{beyond[0]!r}. Give the base a chat template of its own, or probes that are no chats."
        )


def _on_splitting(
    base: PreTrainedTokenizerBase, tuned: PreTrainedTokenizerBase, given: Sequence[Probe]
) -> Iterator[str]:
    """A sentence where the same words are split otherwise, as by a damaged list of merges."""
    texts = [probe.prompt for probe in given if isinstance(probe.prompt, str)][:50]
    if any(base(text)["input_ids"] != tuned(text)["input_ids"] for text in texts):
        yield (
            "the tokenizers split the same text otherwise, though their words are the same: both "
            "models are asked with the tuned model's"
        )
