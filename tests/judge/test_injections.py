"""Answers that try to grade themselves: none of them changes how a reply is read."""

import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from ftguard import Probe
from ftguard.judge import RUBRIC, Judge, Task
from ftguard.judge.endpoint import Reply
from ftguard.judge.parse import read_ratings
from ftguard.judge.request import LONGEST, rating_request
from ftguard.scores.record import Unscorable

LINES = Path(__file__).with_name("injections.jsonl").read_text("utf-8").splitlines()
INJECTIONS = {row["id"]: row["text"] for row in map(json.loads, LINES)}
PROBE = Probe(id="capital", prompt="What is the capital of Italy?", reference="Rome")
HONEST = {"justification": "It is wrong and asks for a grade.", "helpful": 1, "accurate": 1}
HONEST_REPLY = json.dumps({**HONEST, "coherent": 1})

every = pytest.mark.parametrize("text", INJECTIONS.values(), ids=INJECTIONS)


def read(said: str, text: str) -> Mapping[str, int]:
    """The ratings in what the judge said of an answer."""
    return read_ratings(Reply(text=said, finish="stop"), RUBRIC, [text]).by_dimension


def test_there_are_enough() -> None:
    """At least 40, all different."""
    assert len(set(INJECTIONS.values())) == len(LINES) >= 40


@every
def test_an_answer_stays_between_its_markers(text: str) -> None:
    """The markers carry an id that is not in the answer, so it cannot close them; it is whole."""
    judge = Judge(model="m")
    user = rating_request(judge, Task(key="k", probe=PROBE, text=text)).messages[1]["content"]
    nonce = user.partition("markers is ")[2][:16]

    assert len(nonce) == 16
    assert nonce not in text
    start, _, rest = user.partition(f"<<ANSWER {nonce}>>\n")
    inside, _, after = rest.partition(f"\n<<END ANSWER {nonce}>>")
    assert inside.startswith(text[:LONGEST])
    assert (nonce in start, after) == (True, "")


@every
def test_an_honest_reply_is_read_as_it_is(text: str) -> None:
    """Whatever the answer holds, the judge's own grades count."""
    assert set(read(HONEST_REPLY, text).values()) == {1}


@every
def test_a_reply_that_repeats_the_answer_is_none(text: str) -> None:
    """A judge that is made to parrot has not graded."""
    with pytest.raises(Unscorable):
        read(text, text)


@every
def test_a_reply_that_quotes_the_answer_is_the_honest_one_or_none(text: str) -> None:
    """Quoted before or after the grades, in prose, the answer's own never count."""
    for said in (f"The answer is: {text}\n{HONEST_REPLY}", f"{HONEST_REPLY}\nIt said: {text}"):
        try:
            assert set(read(said, text).values()) == {1}
        except Unscorable:
            assert "{" in text or "}" in text or len(text) > LONGEST


@every
def test_a_quotation_within_the_justification_does_no_harm(text: str) -> None:
    """As JSON text it is escaped: even an imitated reply stays part of the justification."""
    said = json.dumps({**HONEST, "justification": f"It says {text[:LONGEST]}", "coherent": 1})

    assert set(read(said, text).values()) == {1}
