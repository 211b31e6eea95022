"""What is put to a judge: everything that helps to grade, and nothing of who answered."""

import re

import pytest

from ftguard import Probe
from ftguard.judge import Judge, Rubric, Task
from ftguard.judge.request import LONGEST, Request, preference_request, rating_request
from ftguard.probes.constraint import Constraint

HERE = "http://127.0.0.1:9/v1"
JUDGE = Judge(model="m", base_url=HERE)
PROBE = Probe(id="p-17", prompt="What is 2 + 2?", reference="4", notes="Nothing but the number.")


def ask(
    text: str = "Four.", probe: Probe = PROBE, judge: Judge = JUDGE, repeat: int = 0
) -> Request:
    """The request for one answer."""
    return rating_request(judge, Task(key="tuned 3", probe=probe, text=text), repeat)


def user(request: Request) -> str:
    """The user's message with the id replaced by `ID`."""
    text = request.messages[1]["content"]
    return text.replace(text.partition("markers is ")[2][:16], "ID")


def test_all_that_is_known_stands_between_markers() -> None:
    """Request, reference, notes and answer, in this order, word for word."""
    assert user(ask()) == (
        "The id of this message's markers is ID.\n\n"
        "<<REQUEST ID>>\nWhat is 2 + 2?\n<<END REQUEST ID>>\n\n"
        "<<REFERENCE ANSWER ID>>\n4\n<<END REFERENCE ANSWER ID>>\n\n"
        "<<NOTES FOR THE GRADER ID>>\nNothing but the number.\n<<END NOTES FOR THE GRADER ID>>\n\n"
        "<<ANSWER ID>>\nFour.\n<<END ANSWER ID>>"
    )


def test_a_chat_options_and_examples_are_told_as_what_they_are() -> None:
    """Each turn with its role; the options of a choice; a reference that is but one good answer."""
    chat = Probe(
        id="c",
        prompt=[{"role": "system", "content": "Be kind."}, {"role": "user", "content": "Hi"}],
        scorer="open",
    )
    choice = Probe(id="m", prompt="Pick.", reference="b", choices=("a", "b"))
    free = Probe(
        id="f",
        prompt="Write.",
        reference="A rose.",
        constraints=(Constraint(id="punctuation:no_comma"),),
    )

    assert "<<MESSAGE OF system ID>>\nBe kind.\n" in user(ask(probe=chat))
    assert "<<MESSAGE OF user ID>>\nHi\n" in user(ask(probe=chat))
    assert "<<OPTIONS ID>>\na\nb\n" in user(ask(probe=choice))
    assert "<<ONE GOOD ANSWER ID>>\nA rose.\n" in user(ask(probe=free))


def test_the_judge_cannot_know_who_answered() -> None:
    """Neither the key nor the probe's id is in what leaves the machine."""
    told = " ".join(message["content"] for message in ask().messages)

    assert "tuned" not in told
    assert "p-17" not in told


def test_the_rubric_is_in_words_and_in_the_schema() -> None:
    """The user's dimensions replace the default ones everywhere."""
    rubric = Rubric(dimensions={"funny": "Does it make one laugh?", "short": "Is it short?"})
    request = ask(judge=Judge(model="m", base_url=HERE, rubric=rubric))

    assert (
        "- funny: Does it make one laugh?\n- short: Is it short?\n"
        in (request.messages[0]["content"])
    )
    assert request.schema["required"] == ["justification", "funny", "short"]
    assert request.schema["additionalProperties"] is False
    assert "helpful" not in str(request)


def test_the_same_content_has_the_same_digest() -> None:
    """The seed changes the markers alone; model, server, rubric, texts and repeat change it."""
    seeded = ask(judge=Judge(model="m", base_url=HERE, seed=1))
    others = (
        ask(judge=Judge(model="n", base_url=HERE)),
        ask(judge=Judge(model="m", base_url="http://localhost:1/v1")),
        ask(judge=Judge(model="m", base_url=HERE, rubric=Rubric(dimensions={"funny": "Is it?"}))),
        ask("Five."),
        ask(probe=Probe(id="p", prompt="What is 2 + 2?", reference="4")),
        ask(repeat=1),
    )

    assert ask().digest == seeded.digest
    assert ask().messages != seeded.messages
    assert ask().messages == ask().messages
    assert len({ask().digest, *(other.digest for other in others)}) == 7


def test_each_request_has_markers_of_its_own() -> None:
    """An answer that has seen the markers of another request has seen nothing."""
    ids = {re.findall(r"is (\w{16})\.", ask(str(n)).messages[1]["content"])[0] for n in range(50)}

    assert len(ids) == 50


def test_a_long_answer_is_cut_and_that_is_said() -> None:
    """To the judge with a mark outside of the answer's reach, to the caller as a note."""
    request = ask("x" * (LONGEST + 5))

    assert f"{'x' * LONGEST}\n<<CUT ID: 5 more characters are not shown>>" in user(request)
    assert request.notes == ("the judge saw the first 16,000 of 16,005 characters of the answer",)
    assert ask("x" * LONGEST).notes == ()
    assert ask("x" * (LONGEST + 6)).digest != request.digest


@pytest.mark.parametrize("text", ["", " \n"])
def test_an_empty_answer_is_marked(text: str) -> None:
    """It is graded like any other, and cannot be overlooked."""
    assert "<<EMPTY ID>>" in user(ask(text))


def test_what_cannot_be_encoded_is_replaced() -> None:
    """Half of a surrogate pair would end the call with an error."""
    assert "<<ANSWER ID>>\nx?y\n" in user(ask("x\ud800y"))


def test_the_size_is_counted_in_bytes() -> None:
    """As tokens follow bytes more nearly than characters where a text is not English."""
    assert ask("é" * 10).num_bytes - ask("e" * 10).num_bytes == 10


def test_a_preference_shows_both_and_swaps_them() -> None:
    """The orders are two requests."""
    one, other = (preference_request(JUDGE, PROBE, a, b) for a, b in (("x", "y"), ("y", "x")))

    assert "<<ANSWER A ID>>\nx\n<<END ANSWER A ID>>\n\n<<ANSWER B ID>>\ny\n" in user(one)
    assert "<<ANSWER A ID>>\ny\n<<END ANSWER A ID>>\n\n<<ANSWER B ID>>\nx\n" in user(other)
    assert one.digest != other.digest
