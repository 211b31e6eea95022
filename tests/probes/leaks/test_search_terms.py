"""Tests of what is searched for: queries, texts, chats and questions with options."""

import random
from collections.abc import Sequence
from dataclasses import replace

from ftguard.probes import Message, Probe
from ftguard.probes.leaks.leak import Leak
from ftguard.probes.leaks.leakage import find_leaks
from ftguard.probes.query import PromptTemplate


def _probes(*prompts: str) -> list[Probe]:
    return [Probe(id=f"p{i}", prompt=prompt, scorer="open") for i, prompt in enumerate(prompts)]


def _rows(*texts: str) -> list[tuple[str, list[str]]]:
    return [(f"row {i}", [text]) for i, text in enumerate(texts)]


def _kinds(leaks: Sequence[Leak]) -> dict[str, str]:
    return {leak.probe_id: leak.kind for leak in leaks}


def _chat(*contents: str) -> tuple[Message, ...]:
    """Turns of a user and an assistant."""
    return tuple(
        Message(role=("user", "assistant")[i % 2], content=text) for i, text in enumerate(contents)
    )


def test_a_short_question_with_options_is_known_by_its_answer() -> None:
    """Many share the question `Which of these is true?`; the right answer must be there too."""
    probe = Probe(
        id="q",
        prompt="Which of these is true?\nA. Fish fly\nB. Snow is cold\nAnswer:",
        choices=("Fish fly", "Snow is cold"),
        reference="Snow is cold",
    )
    question = "Which of these is true?"

    others = find_leaks([probe], _rows(f"{question}\nA. Ice is hot\nB. Birds sing"))
    reordered = find_leaks([probe], _rows(f"{question}\n(a) Snow is cold\n(b) Fish fly"))

    assert _kinds(others) == {"q": "similar"}
    assert _kinds(reordered) == {"q": "exact"}


QUERIES = ("lost card", "new card", "fees", "balance", "block it", "hours", "branches", "loans")
"""As many as tell what they share."""
TEMPLATE = "You are a kind clerk of a large bank. Say what this customer of yours wants: {} Intent:"


def test_a_query_is_found_without_its_frame() -> None:
    """What all prompts share is no leak; the query in another template is one, or in the same."""
    asked = "where did i leave my old card"
    probes = _probes(*(TEMPLATE.format(query) for query in (*QUERIES, asked)))

    assert find_leaks(probes, _rows(TEMPLATE.format("how high are the rates"))) == ()
    assert _kinds(find_leaks(probes, _rows(f"Q: {asked}"))) == {"p8": "exact"}
    assert _kinds(find_leaks(probes, _rows(TEMPLATE.format(asked)))) == {"p8": "exact"}
    similar = TEMPLATE.format("where did i leave your old card")
    assert _kinds(find_leaks(probes, _rows(similar))) == {"p8": "similar"}


def test_few_probes_have_the_template_of_another_role() -> None:
    """Two tail probes do not tell it, but stand in the target's."""
    target = [
        Probe(id=f"target/{q}", prompt=TEMPLATE.format(q), scorer="open", role="target")
        for q in QUERIES
    ]
    tail = [
        Probe(id=f"tail/{q}", prompt=TEMPLATE.format(q), scorer="open", role="tail")
        for q in ("what are your opening hours", "where is your next branch")
    ]

    leaks = find_leaks([*target, *tail], _rows(TEMPLATE.format("where are all your branches now")))
    given = find_leaks(
        tail,
        _rows(TEMPLATE.format("where are all your branches now")),
        templates=[PromptTemplate(before=TEMPLATE.partition("{}")[0], after=" Intent:")],
    )

    assert (leaks, given) == ((), ())


def test_what_many_probes_share_is_not_compared() -> None:
    """Prompts in many templates have none in common, and are still not near to the rows."""
    rng = random.Random(0)
    letters = "abcdefghijklmnopqrstuvwxyz"
    queries = ["".join(rng.choices(letters, k=30)) for _ in range(40)]
    prompts = [f"{rng.choice(QUERIES)} {TEMPLATE.format(q)} {q[:3]}" for q in queries]

    assert find_leaks(_probes(*prompts[:20]), _rows(*prompts[20:])) == ()
    assert len(find_leaks(_probes(*prompts[:20]), _rows(*prompts))) == 20


def test_a_text_is_searched_for_as_a_whole() -> None:
    """A story's beginning is no leak, its beginning with its end is; its companion is no second."""
    told = Probe(
        id="s", prompt="Once upon a time", reference=", there was a girl.", scorer="likelihood"
    )
    text = Probe(id="t", prompt="", reference="The king's old horse ran away.", scorer="likelihood")
    question = Probe(id="q", prompt="Where is the king's horse?", reference="gone")
    companion = replace(question, id="r", scorer="likelihood", companion_of="q")
    probes = [told, text, question, companion]

    begun = find_leaks(probes, _rows("Once upon a time, there was a bear, and nobody knew why."))
    whole = find_leaks(
        probes,
        _rows(
            "Once upon a time, there was a girl. The king's old horse ran away!",
            "Where is the king's horse? It is gone.",
        ),
    )

    assert begun == ()
    assert _kinds(whole) == {"s": "contained", "t": "contained", "q": "contained"}


def test_a_longer_chat_is_found_across_its_messages() -> None:
    """Its turns are searched for together: its last words alone are not what is asked."""
    turns = ("Can you book me a table?", "For how many people?", "Four of us, at eight please")
    probe = Probe(id="c", prompt=_chat(*turns), scorer="open")
    template = "<|im_start|>user\n{}<|im_end|>\n<|im_start|>assistant\n{}<|im_end|>\n"
    decoded = template.format(*turns[:2]) + f"<|im_start|>user\n{turns[2]}<|im_end|>"

    assert find_leaks([probe], _rows("Four of us, at eight please")) == ()
    assert _kinds(find_leaks([probe], [("row", [*turns, "Booked."])])) == {"c": "contained"}
    assert _kinds(find_leaks([probe], _rows(f"{decoded} Booked."))) == {"c": "contained"}
