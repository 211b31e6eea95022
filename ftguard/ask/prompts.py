"""Makes `PromptBatch`: probes turned into tokens, ready to be asked of any model of one kind."""

import hashlib
import re
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace

import msgspec
from transformers import PreTrainedModel, PreTrainedTokenizerBase

from ftguard.ask.endings import endings_of, header_ids, ids_of, without_endings
from ftguard.ask.lines import LineTokens, line_tokens
from ftguard.ask.reasoning import opened_by
from ftguard.ask.render import Ids, Rendering
from ftguard.ask.room import Room
from ftguard.ask.taken import told_to
from ftguard.ask.template import UserTurn
from ftguard.errors import InputError
from ftguard.probes.numbers import FINAL
from ftguard.probes.own_scorer import reward_of
from ftguard.probes.probe import (
    CONSTRAINTS,
    GREEDY,
    JUDGED,
    LOOSE_CONSTRAINTS,
    MULTIPLE_CHOICE,
    OPEN,
    PREFERENCE,
    TOOL_CALL,
    Probe,
)

_OPENING_TOKENS = 24
"""No opening of a thought at the end of a prompt is longer."""
_NOT_A_LINE = (CONSTRAINTS, LOOSE_CONSTRAINTS, OPEN, JUDGED, TOOL_CALL)
"""Scorers to which a reference is one example, or one spelling, of many."""
_UNKNOWN = re.compile(r"\W*unk\W*", re.IGNORECASE)
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
    ends_at_newline: bool = False
    """Whether the answer is a line, and ends with it."""
    until: tuple[str, ...] = ()
    """Texts any of which ends the answer."""
    is_greedy: bool = False
    """Whether it is told if each token of the one text that is read was the likeliest."""
    opened: str = ""
    """What the prompt ends with, where that opens a thought."""
    keeps_thoughts: bool = False
    """Whether the answer is all that is said: a reward function judges the thinking too."""
    calls_tools: bool = False
    """Whether the answer is a call of tools, whose marks may be special tokens: they are kept."""
    fingerprint: str = ""
    """Hash of all of the above and of the stop tokens."""

    @property
    def decoding(self) -> tuple[int, bool, tuple[str, ...]]:
        """What the questions of one batch share."""
        return self.max_new_tokens, self.ends_at_newline, self.until

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
    notes: tuple[str, ...] = ()
    """What was done to ask them, or kept them from being asked, a sentence each."""
    stop_ids: tuple[int, ...]
    """Tokens that end an answer."""
    pad_id: int
    """What fills a batch; masked, so any token does."""
    rendering: Rendering
    special_ids: frozenset[int] = frozenset()
    """Tokens that are no text; after something was said, each ends an answer."""
    end_ids: frozenset[int] = frozenset()
    """Those among them that end a turn or begin one; they alone end a call of tools."""
    lines: LineTokens | None = None
    """The tokens by what they do to a line, where an answer ends with one."""

    def only(self, ids: AbstractSet[str]) -> "PromptBatch":
        """The questions of some probes, by id."""
        return replace(
            self,
            probes=tuple(probe for probe in self.probes if probe.id in ids),
            questions=tuple(question for question in self.questions if question.probe_id in ids),
        )

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
                    *_beside(probe),
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
    thinks: bool = False,
    task_turn: UserTurn | None = None,
) -> PromptBatch:
    """Render every probe; leave out those that are longer than the model's context, and chats
    that the template refuses however they are told.

    Args:
        probes: what is asked.
        model: of the kind that is asked.
        tokenizer: renders the prompts.
        chat_template_kwargs: for its chat template.
        thinks: whether answers in a chat begin with a thought, though the prompt opens none.
        task_turn: the user's turn that plain target and tail prompts become; None where they stay.

    Raises:
        InputError: a chat without a template, or no probe of a role can be asked.
    """  # noqa: D205
    rendering = Rendering(
        tokenizer=tokenizer,
        chat_template_kwargs=dict(chat_template_kwargs),
        task_turn=task_turn,
    )
    stop_ids = _stop_ids(model, tokenizer)
    told = told_to(rendering, probes)
    endings = endings_of(rendering.template)
    trimmed = without_endings(told.probes, endings)
    probes = trimmed.probes
    roles = {probe.role for probe in probes}
    context = context_length(model, tokenizer)
    room = Room.of(probes, rendering, context, thinks=thinks)
    questions = [_question(probe, room, stop_ids) for probe in probes]
    fits = [question.length <= context for question in questions]
    for role in roles:
        if not any(fit for probe, fit in zip(probes, fits, strict=True) if probe.role == role):
            raise InputError(
                f"no {role} probe fits the model's context of {context} tokens, with its answer: "
                "give shorter prompts or references."
            )
    pad = next((i for i in (tokenizer.pad_token_id, *stop_ids) if i is not None), 0)
    special_ids = _special_ids(tokenizer)
    by_line = any(question.ends_at_newline for question in questions)
    return PromptBatch(
        probes=tuple(p for p, fit in zip(probes, fits, strict=True) if fit),
        questions=tuple(q for q, fit in zip(questions, fits, strict=True) if fit),
        too_long=tuple(p.id for p, fit in zip(probes, fits, strict=True) if not fit),
        stop_ids=stop_ids,
        pad_id=pad,
        rendering=rendering,
        special_ids=special_ids,
        end_ids=special_ids
        & {*stop_ids, *ids_of(endings, tokenizer), *header_ids(rendering.template)},
        notes=(*told.notes, *trimmed.notes),
        lines=line_tokens(tokenizer, special_ids) if by_line else None,
    )


def context_length(model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase) -> int:
    """The most tokens that the model takes, as its config says, else as its tokenizer says."""
    config = model.config.get_text_config()
    length = getattr(config, "max_position_embeddings", None) or tokenizer.model_max_length
    return int(min(length, _INSANE_CONTEXT))


def _question(probe: Probe, room: Room, stop_ids: Ids) -> Question:
    rendering, verbatim = room.rendering, probe.verbatim
    if verbatim is not None and verbatim.reads:
        reads = tuple(rendering.verbatim(*pair) for pair in verbatim.reads)
        question = Question(probe_id=probe.id, reads=reads, is_greedy=probe.scorer == GREEDY)
    elif probe.scorer == PREFERENCE:
        both = (*probe.references, *probe.distractors)
        reads = tuple(rendering.continued(probe, text) for text in both)
        question = Question(probe_id=probe.id, reads=reads)
    elif probe.scorer == MULTIPLE_CHOICE:
        question = Question(probe_id=probe.id, reads=tuple(rendering.options(probe)))
    elif not probe.is_written:
        reads = (rendering.continued(probe, probe.references[0]),)
        question = Question(probe_id=probe.id, reads=reads, is_greedy=probe.scorer == GREEDY)
    else:
        prompt = rendering.prompt(probe)
        opened = opened_by(str(rendering.tokenizer.decode(list(prompt[-_OPENING_TOKENS:]))))
        question = Question(
            probe_id=probe.id,
            prompt=prompt,
            max_new_tokens=room.tokens(probe, prompt, opens_thought=bool(opened)),
            ends_at_newline=_is_line(probe) and not rendering.is_templated(probe),
            until=verbatim.until if verbatim else (),
            opened=opened,
            keeps_thoughts=reward_of(probe.scorer) is not None,
            calls_tools=probe.scorer == TOOL_CALL,
        )
    kept: tuple[object, ...] = ("calls",) if question.calls_tools else ()
    kept += (question.until,) * bool(question.until) + ("greedy",) * question.is_greedy
    kept += ("thoughts",) * question.keeps_thoughts
    room_of = (question.max_new_tokens, question.ends_at_newline)
    asked = (question.prompt, question.reads, *room_of, stop_ids, *kept)
    return replace(question, fingerprint=_hash(asked))


def _beside(probe: Probe) -> tuple[object, ...]:
    """What else the score follows from; nothing of most probes, so that their hash stays."""
    per = probe.verbatim.per if probe.verbatim else "text"
    return (probe.columns, per) if probe.columns or per != "text" else ()


def _is_line(probe: Probe) -> bool:
    """Whether every right answer is one line."""
    # The working before a marked number takes lines, also where a reference has it all on one.
    lines = any("\n" in text.strip() or FINAL in text for text in probe.references)
    free = probe.verbatim or reward_of(probe.scorer) or probe.scorer in _NOT_A_LINE
    return bool(probe.references) and not lines and not free


def _stop_ids(model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase) -> Ids:
    stops: set[int] = set()
    for stop in (model.generation_config.eos_token_id, tokenizer.eos_token_id):
        if isinstance(stop, int):
            stops.add(stop)
        elif stop is not None:
            stops.update(stop)
    return tuple(sorted(stops))


def _special_ids(tokenizer: PreTrainedTokenizerBase) -> frozenset[int]:
    """Ids of special tokens, but for that of unknown characters, which stands for text."""
    named = dict(zip(tokenizer.all_special_ids, tokenizer.all_special_tokens, strict=True))
    # Tokenizers that are not of Hugging Face's own kind have no such table.
    added = getattr(tokenizer, "added_tokens_decoder", {})
    named |= {i: str(token) for i, token in added.items() if token.special}
    return frozenset(i for i, text in named.items() if not _UNKNOWN.fullmatch(text))


def _hash(value: object) -> str:
    return hashlib.blake2b(msgspec.json.encode(value), digest_size=16).hexdigest()
