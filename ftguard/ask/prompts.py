"""Makes `PromptBatch`: probes turned into tokens, ready to be asked of any model of one kind."""

import hashlib
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import msgspec
from transformers import PreTrainedModel, PreTrainedTokenizerBase

from ftguard.ask.render import Ids, Rendering
from ftguard.ask.template import UserTurn
from ftguard.errors import InputError
from ftguard.probes.probe import MULTIPLE_CHOICE, Probe

MAX_NEW_TOKENS = 256
MIN_NEW_TOKENS = 16
"""Enough for a chat model to say a short answer in a sentence."""
_INSANE_CONTEXT = 10**9
"""Tokenizers without a known context say something like 1e30."""


@dataclass(frozen=True, kw_only=True)
class Question:
    """One probe in tokens: either a prompt to answer or texts to read after it."""

    probe_id: str
    prompt: Ids = ()
    """The tokens to answer; empty where texts are read."""
    reads: tuple[tuple[Ids, Ids], ...] = ()
    """(context, text) to read: the reference, or one for each option."""
    max_new_tokens: int = 0
    fingerprint: str = ""
    """Hash of all of the above and of the stop tokens."""

    @property
    def next_tokens(self) -> tuple[Ids, Ids] | None:
        """The one context of all options and the token of each, where options are single tokens."""
        contexts = {context for context, _ in self.reads}
        if len(self.reads) < 2 or len(contexts) > 1 or any(len(t) != 1 for _, t in self.reads):  # noqa: PLR2004
            return None
        return self.reads[0][0], tuple(text[0] for _, text in self.reads)

    @property
    def length(self) -> int:
        """The most tokens that a model may come to see at once."""
        reads = [len(context) + len(text) for context, text in self.reads]
        return max([len(self.prompt) + self.max_new_tokens, *reads])


@dataclass(frozen=True, kw_only=True)
class PromptBatch:
    """Everything that is asked, the same for the base and for every checkpoint."""

    probes: tuple[Probe, ...]
    """The probes that fit the model's context, in order."""
    questions: tuple[Question, ...]
    """One for each probe."""
    too_long: tuple[str, ...]
    """Ids of the probes that do not fit."""
    stop_ids: tuple[int, ...]
    """Tokens that end an answer."""
    pad_id: int
    """What fills a batch; masked, so any token does."""
    rendering: Rendering

    @property
    def fingerprint(self) -> str:
        """Hash of all questions, and of what their answers are scored against."""
        return _hash(
            [
                (
                    question.probe_id,
                    question.fingerprint,
                    str(probe.scorer),
                    probe.references,
                    probe.choices,
                    probe.distractors,
                    probe.constraints,
                    probe.tolerance,
                )
                for question, probe in zip(self.questions, self.probes, strict=True)
            ]
        )


def prepare(
    probes: Sequence[Probe],
    model: PreTrainedModel,
    tokenizer: PreTrainedTokenizerBase,
    chat_template_kwargs: Mapping[str, object],
    *,
    task_turn: UserTurn | None = None,
) -> PromptBatch:
    """Render every probe; leave out those that are longer than the model's context.

    Answers may grow to twice the longest reference of their role, between 16 and 256 tokens;
    general probes are of many kinds, so each has the budget of its own references there, rounded up
    to a power of two. Without a reference it is 256. A probe may say otherwise.

    Raises:
        InputError: a chat without a template, or no probe of a role fits.
    """
    rendering = Rendering(
        tokenizer=tokenizer,
        chat_template_kwargs=dict(chat_template_kwargs),
        task_turn=task_turn,
    )
    stop_ids = _stop_ids(model, tokenizer)
    roles = {probe.role for probe in probes}
    budgets = {
        role: _token_budget([p for p in probes if p.role == role], rendering) for role in roles
    }
    questions = [_question(probe, rendering, budgets[probe.role], stop_ids) for probe in probes]
    context = context_length(model, tokenizer)
    fits = [question.length <= context for question in questions]
    for role in roles:
        if not any(fit for probe, fit in zip(probes, fits, strict=True) if probe.role == role):
            raise InputError(
                f"no {role} probe fits the model's context of {context} tokens, with its answer: "
                "give shorter prompts or references."
            )
    pad = next((i for i in (tokenizer.pad_token_id, *stop_ids) if i is not None), 0)
    return PromptBatch(
        probes=tuple(p for p, fit in zip(probes, fits, strict=True) if fit),
        questions=tuple(q for q, fit in zip(questions, fits, strict=True) if fit),
        too_long=tuple(p.id for p, fit in zip(probes, fits, strict=True) if not fit),
        stop_ids=stop_ids,
        pad_id=pad,
        rendering=rendering,
    )


def context_length(model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase) -> int:
    """The most tokens that the model takes, as its config says, else as its tokenizer says."""
    config = model.config.get_text_config()
    length = getattr(config, "max_position_embeddings", None) or tokenizer.model_max_length
    return int(min(length, _INSANE_CONTEXT))


def _question(probe: Probe, rendering: Rendering, token_budget: int, stop_ids: Ids) -> Question:
    if probe.scorer == MULTIPLE_CHOICE:
        question = Question(probe_id=probe.id, reads=tuple(rendering.options(probe)))
    elif probe.kind == "likelihood":
        reads = (rendering.continued(probe, probe.references[0]),)
        question = Question(probe_id=probe.id, reads=reads)
    else:
        prompt = rendering.prompt(probe)
        if probe.role == "general":
            # Few different sizes make few, full batches.
            token_budget = 2 ** math.ceil(math.log2(_token_budget([probe], rendering)))
        token_budget = token_budget if probe.references else MAX_NEW_TOKENS
        token_budget = probe.max_new_tokens or token_budget
        question = Question(probe_id=probe.id, prompt=prompt, max_new_tokens=token_budget)
    asked = (question.prompt, question.reads, question.max_new_tokens, stop_ids)
    return replace(question, fingerprint=_hash(asked))


def _token_budget(probes: Sequence[Probe], rendering: Rendering) -> int:
    lengths = [
        rendering.num_tokens(reference)
        for probe in probes
        if probe.kind == "answer" and probe.scorer != MULTIPLE_CHOICE
        for reference in probe.references
    ]
    return max(MIN_NEW_TOKENS, min(MAX_NEW_TOKENS, 2 * max(lengths, default=0)))


def _stop_ids(model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase) -> Ids:
    stops: set[int] = set()
    for stop in (model.generation_config.eos_token_id, tokenizer.eos_token_id):
        if isinstance(stop, int):
            stops.add(stop)
        elif stop is not None:
            stops.update(stop)
    return tuple(sorted(stops))


def _hash(value: object) -> str:
    return hashlib.blake2b(msgspec.json.encode(value), digest_size=16).hexdigest()
