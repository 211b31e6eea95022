"""Makes `Probe`, one thing that is asked of the model, checked when it is built."""

import math
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

import msgspec

from ftguard.errors import InputError
from ftguard.probes.calls import reference_calls
from ftguard.probes.constraint import Constraint
from ftguard.probes.message import Message as Message  # noqa: PLC0414 - a name that others use
from ftguard.probes.message import messages_of, plain_json
from ftguard.probes.own_scorer import OwnScorer, ScoringFunction, is_own
from ftguard.probes.reward import Reward
from ftguard.probes.verbatim import Verbatim
from ftguard.text.visible import visible

Role = Literal["target", "general", "tail", "calibration"]
"""What a probe is asked for; set by the argument of `GuardCallback` that it comes in by."""

Kind = Literal["answer", "likelihood", "preference"]
"""Whether the model's own answer is scored, the likelihood of a given text, or which of two given
texts it finds likelier."""

LIKELIHOOD = "likelihood"
MULTIPLE_CHOICE = "multiple_choice"
CONSTRAINTS = "constraints"
LOOSE_CONSTRAINTS = "loose_constraints"
TOOL_CALL = "tool_call"
GREEDY = "greedy_match"
PREFERENCE = "preference"
OPEN = "open"
JUDGED = "judge"
SCORERS = (
    "exact_match",
    "normalized_match",
    "numeric",
    MULTIPLE_CHOICE,
    CONSTRAINTS,
    LOOSE_CONSTRAINTS,
    TOOL_CALL,
    LIKELIHOOD,
    GREEDY,
    PREFERENCE,
    OPEN,
    JUDGED,
)
"""The names that a probe may give as its scorer."""
TIERS = (1, 2, 3, 4)
"""Difficulty by design: what a 0.5B instruct model should do, a 3B one, a 14B one, and what strains
one of 70B."""
_HALF = re.compile("[\ud800-\udfff]")
RESERVED_SLICES = frozenset({"all", "likelihood", "worst"})
"""Slices that measures make themselves."""


FORMAT = "format"
"""The slice of probes whose form is what is asked, where a right answer in another form is wrong;
it goes with `constraints`. Elsewhere a form is asked for only to make answers short."""

OPTION_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
"""Under which options are listed."""


@dataclass(frozen=True, kw_only=True)
class Probe:
    """One question, and how its answer is scored.

    Raises:
        InputError: a field is empty or contradicts another; the message names the probe.
    """

    id: str
    """Unique within its set."""
    prompt: str | Sequence[Message]
    """Text, or the chat messages up to the answer; the empty text only with `likelihood`. A
    message may also hold `tool_calls`, `tool_call_id` and `name`, its content may be None before a
    tool call, and a list of text parts is joined."""
    reference: str | Sequence[str] | None = None
    """The right answer; of several, the first is the canonical one and each is accepted. With
    `tool_call` it is JSON: `{"name": ..., "arguments": {...}}`, or a list of such calls."""
    distractors: Sequence[str] = ()
    """Wrong answers that people give, such as the other names in the question: an answer that
    states one of them is wrong, whatever else it says."""
    choices: Sequence[str] = ()
    """The options of a multiple-choice question; the reference is the text of one of them."""
    constraints: Sequence[Constraint] = ()
    """What the answer must meet, all of it; a reference is then one example that does."""
    scorer: str | ScoringFunction | Reward = "auto"
    """One of `SCORERS`, or a function `(probe, answer) -> float | Unscored` of your own, or a
    reward function of TRL's signature, which is then named by its module and source. `auto` is
    `multiple_choice` with choices, `constraints` with those, else `normalized_match`. `open` is for
    queries without a reference: they are asked and count for drift and for people, and with a judge
    become `judge`: an LLM scores them."""
    tolerance: float | None = None
    """With `numeric`: the largest absolute difference; None for 1e-6, relative."""
    slices: Sequence[str] = ()
    """Named groups that are also measured on their own, such as a category."""
    tier: int | None = None
    """Difficulty by design, one of `TIERS`; it was not measured."""
    notes: str | None = None
    """What a good answer contains, for a judge."""
    max_new_tokens: int | None = None
    """Token budget of the answer, its thinking included; None for twice the reference, between 16
    (in a chat 64) and 256 tokens, and 1024 more for thinking where the model does that first."""
    source: str | None = None
    """What it was made from, where several probes share it (one text, one template): such probes
    are not independent, and intervals are widened for it. Where it is left out, probes that are
    alike but for numbers or names are found, and get one."""
    role: Role | None = None
    """Set by the argument that the probe comes in by."""
    holdout: bool = False
    """Not used to choose a checkpoint, only to confirm the chosen one."""
    tools: Sequence[Mapping[str, object]] = ()
    """The JSON schemas of functions that a chat may call, given to the chat template."""
    chat_template_kwargs: Mapping[str, object] = field(default_factory=dict)
    """What the chat template is given for this probe, over the run's own."""
    companion_of: str | None = None
    """With `likelihood` and `preference`: the id of the probe of its set that asks the same, and
    whose reference this one reads; the two are drawn, left out and counted as one."""
    verbatim: Verbatim | None = None
    """Of a benchmark's question: how it is put and read, to the letter."""
    columns: Mapping[str, object] = field(default_factory=dict)
    """What else its row holds: what a reward function gets beside prompt and completion."""

    def __post_init__(self) -> None:
        if not self.id:
            raise InputError("a probe has an empty `id`: give each probe a name of its own.")
        if not isinstance(self.id, str):
            raise InputError(f"a probe has the `id` {self.id!r}: write it as text.")
        _check_characters(self)
        object.__setattr__(self, "constraints", tuple(self.constraints))
        for name in ("choices", "slices", "distractors"):
            value = getattr(self, name)
            object.__setattr__(self, name, (value,) if isinstance(value, str) else tuple(value))
        if not isinstance(self.prompt, str):
            object.__setattr__(self, "prompt", _messages(self.id, self.prompt))
        object.__setattr__(self, "tools", _tools(self.id, self.tools))
        for name in ("chat_template_kwargs", "columns"):
            object.__setattr__(self, name, _named_values(self, name))
        if self.reference is not None and not isinstance(self.reference, str):
            object.__setattr__(self, "reference", tuple(self.reference))
        if callable(self.scorer) or isinstance(self.scorer, Reward):
            object.__setattr__(self, "scorer", OwnScorer.of(self.scorer))
        if self.scorer == "auto":
            scorer = CONSTRAINTS if self.constraints else "normalized_match"
            scorer = MULTIPLE_CHOICE if self.choices else scorer
            object.__setattr__(self, "scorer", scorer)
        _check(self)

    @property
    def references(self) -> tuple[str, ...]:
        """Every accepted answer, the canonical one first; empty where there is none."""
        if self.reference is None:
            return ()
        return (self.reference,) if isinstance(self.reference, str) else tuple(self.reference)

    @property
    def asks_for_form(self) -> bool:
        """Whether the form of the answer is what is asked, and not something that one knows."""
        return FORMAT in self.slices and self.scorer == CONSTRAINTS

    @property
    def kind(self) -> Kind:
        """`likelihood` where a given text is read, `preference` where two are, else `answer`."""
        if self.scorer == PREFERENCE:
            return "preference"
        return "likelihood" if self.scorer == LIKELIHOOD else "answer"

    @property
    def is_written(self) -> bool:
        """Whether the model writes an answer, rather than given texts being read."""
        read = self.scorer in (MULTIPLE_CHOICE, GREEDY) or (self.verbatim and self.verbatim.reads)
        return self.kind == "answer" and not read

    def renamed(self, rename: Callable[[str], str]) -> "Probe":
        """The same probe under another id, as is the probe that it is a companion of."""
        of = self.companion_of
        return replace(self, id=rename(self.id), companion_of=None if of is None else rename(of))

    @property
    def chance(self) -> float:
        """The score of guessing: 1/k for k options with one right, 1/2 for two texts, else 0."""
        if self.scorer == PREFERENCE:
            return 0.5
        right = len(set(self.references))
        return right / len(self.choices) if self.scorer == MULTIPLE_CHOICE else 0.0


def _check_characters(probe: Probe) -> None:
    for name in (
        "id",
        "prompt",
        "reference",
        "distractors",
        "choices",
        "slices",
        "notes",
        "source",
    ):
        if any(_HALF.search(text) for text in _texts(getattr(probe, name))):
            raise InputError(
                f"probe `{visible(probe.id)}`: `{name}` holds half of a surrogate pair, which no "
                "file can: leave it out, or give `text.encode('utf-8', 'replace').decode()`."
            )


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        yield from _texts(tuple(value.values()))
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from _texts(item)


def _messages(probe_id: str, prompt: Sequence[Message]) -> tuple[Message, ...]:
    try:
        messages = messages_of(prompt)
    except InputError as error:
        raise InputError(f"probe `{probe_id}`: {error}") from None
    if not messages or messages[-1]["role"] == "assistant":
        raise InputError(
            f"probe `{probe_id}`: the prompt's messages must end before the assistant's answer; "
            "put that answer into `reference`."
        )
    return messages


def _tools(probe_id: str, tools: Sequence[Mapping[str, object]]) -> tuple[dict[str, object], ...]:
    given = () if isinstance(tools, (str, Mapping)) else tuple(tools)
    if (tools and not given) or not all(isinstance(tool, Mapping) for tool in given):
        raise InputError(
            f"probe `{probe_id}`: `tools` is a list of JSON schemas, such as "
            '`{"type": "function", "function": {"name": ..., "parameters": ...}}`.'
        )
    found = [plain_json(tool) for tool in given]
    _check_json(probe_id, "tools", found)
    return tuple(found)  # type: ignore[arg-type]


def _named_values(probe: Probe, field_name: str) -> Mapping[str, object]:
    given = getattr(probe, field_name)
    if not isinstance(given, Mapping):
        raise InputError(f"probe `{probe.id}`: `{field_name}` maps names to values, got {given!r}.")
    values = {str(name): plain_json(value) for name, value in given.items()}
    _check_json(probe.id, field_name, values)
    return values


def _check_json(probe_id: str, name: str, value: object) -> None:
    try:
        msgspec.json.encode(value)
    except (TypeError, ValueError, RecursionError) as error:
        raise InputError(
            f"probe `{probe_id}`: `{name}` holds what JSON does not ({error}): give texts, "
            "numbers, lists and mappings."
        ) from None


def _check(probe: Probe) -> None:
    where = f"probe `{probe.id}`"
    reserved = RESERVED_SLICES & set(probe.slices)
    if reserved:
        raise InputError(f"{where}: {sorted(reserved)} are ftguard's own slices; rename them.")
    own = is_own(str(probe.scorer))
    if probe.scorer not in SCORERS and not own:
        raise InputError(f"{where}: unknown scorer `{probe.scorer}`; use one of {list(SCORERS)}.")
    if not probe.prompt and probe.kind != "likelihood":
        raise InputError(f"{where} has an empty prompt: write what the model is asked.")
    if not all(probe.references) or not (
        own or probe.references or probe.constraints or probe.scorer in (OPEN, JUDGED)
    ):
        what = "choices but no reference" if probe.choices else "no reference"
        raise InputError(f"{where} has {what}: give the right answer as `reference`.")
    if probe.scorer == MULTIPLE_CHOICE:
        _check_choices(probe, where)
    if probe.scorer == "numeric" and not any(c.isdigit() for c in probe.references[0]):
        raise InputError(f"{where}: `numeric` needs a number in the reference.")
    if probe.scorer == TOOL_CALL:
        _check_calls(probe, where)
    if bool(probe.constraints) != (probe.scorer in (CONSTRAINTS, LOOSE_CONSTRAINTS)):
        raise InputError(
            f"{where}: `constraints` and a scorer of them (`constraints`, `loose_constraints`) go "
            "together."
        )
    _check_read(probe, where)
    _check_numbers(probe, where)


def _check_read(probe: Probe, where: str) -> None:
    if probe.scorer == PREFERENCE and (len(probe.references) != 1 or len(probe.distractors) != 1):
        raise InputError(
            f"{where}: `preference` has one `reference`, the chosen text, and one `distractors`, "
            "the rejected one."
        )
    if probe.companion_of is not None and (
        probe.kind == "answer" or probe.companion_of == probe.id
    ):
        raise InputError(
            f"{where}: `companion_of` names another probe and goes with the scorers `likelihood` "
            "and `preference`."
        )


def _check_numbers(probe: Probe, where: str) -> None:
    if probe.tier is not None and probe.tier not in TIERS:
        raise InputError(f"{where}: `tier` is one of {list(TIERS)}, got {probe.tier!r}.")
    if probe.tolerance is not None and (
        probe.scorer != "numeric" or not 0 <= probe.tolerance < math.inf
    ):
        raise InputError(
            f"{where}: `tolerance` is a number from 0 up and goes with `numeric`, got "
            f"{probe.tolerance!r} with `{probe.scorer}`."
        )
    if probe.max_new_tokens is not None and probe.max_new_tokens < 1:
        raise InputError(f"{where}: `max_new_tokens` is at least 1, got {probe.max_new_tokens!r}.")


def _check_calls(probe: Probe, where: str) -> None:
    try:
        for reference in probe.references:
            reference_calls(reference)
    except InputError as error:
        raise InputError(f"{where}: {error}") from None


def _check_choices(probe: Probe, where: str) -> None:
    # Real benchmarks have wrong options that stand twice.
    if len(set(probe.choices)) < 2 or not all(choice.strip() for choice in probe.choices):  # noqa: PLR2004
        raise InputError(
            f"{where}: `multiple_choice` needs two or more different choices, none of them blank."
        )
    others = [text for text in probe.references if text not in probe.choices]
    if others:
        raise InputError(
            f"{where}: the reference {others[0]!r} is not one of its choices {list(probe.choices)}."
        )
