"""Tests of `Probe`: what it derives from its fields, and what it refuses."""

from typing import Any

import pytest

from ftguard.errors import InputError
from ftguard.probes import Message, Probe
from ftguard.probes.probe import SCORERS


def test_defaults_to_normalized_match_of_an_answer() -> None:
    """A probe without choices is an answer that is matched, with nothing to gain by guessing."""
    probe = Probe(id="a", prompt="2 + 2 =", reference="4")

    assert (probe.scorer, probe.kind, probe.chance) == ("normalized_match", "answer", 0.0)
    assert (probe.references, probe.choices, probe.slices) == (("4",), (), ())
    assert (probe.role, probe.holdout) == (None, False)


def test_choices_make_it_multiple_choice() -> None:
    """A probe with choices is multiple choice, and guessing among four of them scores 1/4."""
    probe = Probe(id="a", prompt="Pick.", reference="x", choices=["w", "x", "y", "z"])

    assert (probe.scorer, probe.kind, probe.chance) == ("multiple_choice", "answer", 0.25)


def test_choices_of_a_matched_answer_give_no_chance() -> None:
    """Choices that another scorer was chosen for are no options to guess among."""
    probe = Probe(
        id="a", prompt="yes or no?", reference="yes", choices=["yes", "no"], scorer="exact_match"
    )

    assert (probe.scorer, probe.chance) == ("exact_match", 0.0)


def test_likelihood_is_read_and_may_have_no_prompt() -> None:
    """A likelihood probe is of the reading kind, and the only one that needs no prompt."""
    probe = Probe(id="a", prompt="", reference="Once upon a time.", scorer="likelihood")

    assert (probe.kind, probe.chance) == ("likelihood", 0.0)


def test_first_reference_is_the_canonical_one() -> None:
    """Several references are kept in order, as values that no caller can change."""
    references = ["Indian Ocean", "Indian"]
    probe = Probe(id="a", prompt="Which ocean?", reference=references, slices=["seas"])
    references.clear()

    assert probe.references == ("Indian Ocean", "Indian")
    assert probe.slices == ("seas",)


def test_one_slice_may_be_given_as_text() -> None:
    """A single slice name is one slice, not one for each of its letters."""
    assert Probe(id="a", prompt="q", reference="r", slices="rare").slices == ("rare",)


def test_chat_prompt_is_kept_as_messages() -> None:
    """A chat that ends before the assistant's answer is a prompt."""
    messages: list[Message] = [
        {"role": "system", "content": "Be short."},
        {"role": "user", "content": "2 + 2?"},
    ]

    assert Probe(id="a", prompt=messages, reference="4").prompt == tuple(messages)


@pytest.mark.parametrize(
    ("messages", "reason"),
    [
        ([], "must end before the assistant's answer"),
        (
            [{"role": "user", "content": "2 + 2?"}, {"role": "assistant", "content": "4"}],
            "must end before the assistant's answer",
        ),
        ([{"role": "user"}], "each message needs `role` and `content`"),
    ],
)
def test_refuses_a_chat_that_asks_nothing(messages: list[Message], reason: str) -> None:
    """An empty chat, one that holds its answer and a broken message are refused by name."""
    with pytest.raises(InputError, match=reason) as refused:
        Probe(id="chat-3", prompt=messages, reference="4")

    assert "probe `chat-3`" in str(refused.value)


def test_refuses_an_empty_id() -> None:
    """A probe without a name cannot be told from others."""
    with pytest.raises(InputError, match="empty `id`"):
        Probe(id="", prompt="q", reference="r")


def test_refuses_an_unknown_scorer_and_lists_the_known_ones() -> None:
    """The message names the probe, the scorer and every scorer that may be used."""
    with pytest.raises(InputError) as refused:
        Probe(id="p1", prompt="q", reference="r", scorer="bleu")

    message = str(refused.value)
    assert "probe `p1`: unknown scorer `bleu`" in message
    assert all(scorer in message for scorer in SCORERS)


def test_refuses_an_empty_prompt_that_must_be_answered() -> None:
    """Nothing can be answered where nothing is asked."""
    with pytest.raises(InputError, match="probe `p1` has an empty prompt"):
        Probe(id="p1", prompt="", reference="r")


@pytest.mark.parametrize("reference", [None, "", [], ["r", ""]])
def test_refuses_a_missing_reference(reference: str | list[str] | None) -> None:
    """No reference, an empty one, and an empty one among others cannot be scored against."""
    with pytest.raises(InputError, match="probe `p1` has no reference"):
        Probe(id="p1", prompt="q", reference=reference)


def test_refuses_choices_without_reference() -> None:
    """Options of which none is said to be right are refused in those words."""
    with pytest.raises(InputError, match="probe `p1` has choices but no reference"):
        Probe(id="p1", prompt="q", choices=["x", "y"])


def test_refuses_a_reference_that_is_no_choice() -> None:
    """The right option's text is needed, not its letter."""
    with pytest.raises(InputError, match="the reference 'B' is not one of its choices"):
        Probe(id="p1", prompt="q", reference="B", choices=["x", "y"])


def test_a_wrong_option_may_stand_twice() -> None:
    """As in a question of MMLU."""
    assert Probe(id="p", prompt="q", reference="y", choices=["x", "x", "y"]).chance == 1 / 3


@pytest.mark.parametrize("choices", ["x", ["x"], ["x", "x"], ["x", " "]])
def test_refuses_choices_that_leave_no_choice(choices: str | list[str]) -> None:
    """One option, nothing but the same option, or a blank one is no multiple choice."""
    with pytest.raises(InputError, match="two or more different choices"):
        Probe(id="p1", prompt="q", reference="x", choices=choices)


def test_refuses_a_numeric_reference_without_a_number() -> None:
    """A numeric probe's reference holds at least one digit."""
    with pytest.raises(InputError, match="`numeric` needs a number"):
        Probe(id="p1", prompt="q", reference="seven", scorer="numeric")


@pytest.mark.parametrize("fields", [{}, {"id": "p0", "scorer": "likelihood"}])
def test_refuses_a_companion_that_is_asked_or_is_its_own(fields: dict[str, str]) -> None:
    """A companion is read, and beside another probe."""
    with pytest.raises(InputError, match="`companion_of` names another probe"):
        Probe(**{"id": "p1", "prompt": "q", "reference": "r", "companion_of": "p0", **fields})  # type: ignore[arg-type]


def test_a_companion_is_renamed_with_its_probe() -> None:
    """Both ids change in one way, and a probe that is no companion stays none."""
    probe = Probe(id="a", prompt="q", reference="r")
    companion = Probe(id="b", prompt="q", reference="r", scorer="likelihood", companion_of="a")

    renamed = [p.renamed(lambda name: f"tail/{name}") for p in (probe, companion)]

    assert [(p.id, p.companion_of) for p in renamed] == [("tail/a", None), ("tail/b", "tail/a")]


def test_what_a_message_holds_beside_its_text_stays() -> None:
    """Calls, the id that a result belongs to and names reach the chat template as they are."""
    call = {"id": "c1", "function": {"name": "weather", "arguments": {"city": "Oslo"}}}
    messages = (
        {"role": "user", "content": [{"type": "text", "text": "Oslo?"}]},
        {"role": "assistant", "content": None, "tool_calls": (call,)},
        {"role": "tool", "content": "7", "tool_call_id": "c1", "name": "weather", "x": None},
    )

    probe = Probe(id="a", prompt=messages, reference="7 degrees")  # type: ignore[arg-type]

    assert probe.prompt == (
        {"role": "user", "content": "Oslo?"},
        {"role": "assistant", "content": "", "tool_calls": [call]},
        {"role": "tool", "content": "7", "tool_call_id": "c1", "name": "weather"},
    )


def test_parts_of_a_message_are_joined_and_pictures_are_refused() -> None:
    """Parts that would run into each other are lines; what is no text cannot be asked."""
    parts = [{"type": "text", "text": "What is"}, "this?", {"type": "text", "text": " Say it."}]
    messages = [{"role": "user", "content": parts}]
    picture = [{"role": "user", "content": [*parts, {"type": "image", "url": "x"}]}]

    asked = Probe(id="a", prompt=messages, reference="r").prompt  # type: ignore[arg-type]

    assert asked == ({"role": "user", "content": "What is\nthis? Say it."},)
    with pytest.raises(InputError, match="probe `a`: a message holds a part of the type `image`"):
        Probe(id="a", prompt=picture, reference="r")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"tools": {"name": "f"}}, "`tools` is a list of JSON schemas"),
        ({"tools": ["f"]}, "`tools` is a list of JSON schemas"),
        ({"chat_template_kwargs": ["a"]}, "`chat_template_kwargs` maps names to values"),
        ({"chat_template_kwargs": {"a": object()}}, "`chat_template_kwargs` holds what JSON does"),
    ],
)
def test_refuses_what_no_chat_template_can_be_given(fields: dict[str, object], reason: str) -> None:
    """Tools are a list of mappings, arguments a mapping, and both are kept as JSON."""
    with pytest.raises(InputError, match=f"probe `a`: {reason}"):
        Probe(id="a", prompt="q", reference="r", **fields)  # type: ignore[arg-type]


@pytest.mark.parametrize("reference", ["weather(Oslo)", "[]", '{"arguments": {}}', '{"name": 3}'])
def test_a_tool_call_needs_one_as_its_reference(reference: str) -> None:
    """What is no JSON of a call is refused with an example of one."""
    with pytest.raises(InputError, match=r"probe `a`: `tool_call` needs a reference such as"):
        Probe(id="a", prompt="q", reference=reference, scorer="tool_call")


@pytest.mark.parametrize(
    "field",
    [
        {"id": "s\ud800"},
        {"prompt": "a\ud800"},
        {"prompt": [{"role": "user", "content": "a\ud800"}]},
        {"reference": "a\ud800"},
        {"slices": ("a\ud800",)},
        {"notes": "a\ud800"},
        {"choices": ("x", "a\ud800")},
    ],
)
def test_half_a_surrogate_pair_is_refused_by_name(field: dict[str, Any]) -> None:
    """No tokenizer and no file takes it: the probe is named, in letters that can be printed."""
    with pytest.raises(InputError, match=r"probe `s.*half of a surrogate pair") as caught:
        Probe(**({"id": "s", "prompt": "a", "reference": "x"} | field))
    assert str(caught.value).encode()
