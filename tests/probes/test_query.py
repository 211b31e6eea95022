"""Tests of the template: what the prompts of a set share, and the query within it."""

import pytest

from ftguard.probes import Probe
from ftguard.probes.query import PromptTemplate, SplitPrompt, prompt_template_of

QUERIES = [
    "book a table",
    "play jazz",
    "what is due",
    "call mum",
    "what is up",
    "stop",
    "go",
    "a b",
]


def _probes(before: str, after: str) -> list[Probe]:
    return [
        Probe(id=str(i), prompt=f"{before}{query}{after}", reference="r")
        for i, query in enumerate(QUERIES)
    ]


@pytest.mark.parametrize(
    ("before", "after"),
    [("Query: ", "\nIntent:"), ("", "\nIntent:"), ("Query: ", ""), ("", "")],
)
def test_the_frame_is_what_all_prompts_share(before: str, after: str) -> None:
    """A template around the queries is told from them, on either side or none."""
    probes = _probes(before, after)
    template = prompt_template_of(probes)

    assert template == PromptTemplate(before=before, after=after)
    assert [template.query(probe) for probe in probes] == QUERIES


def test_shared_letters_of_the_queries_are_no_frame() -> None:
    """The template is cut back to whole words: queries that all begin with `wh` keep it."""
    queries = ["what", "where", "when", "who", "why", "which", "whose", "whom"]
    probes = [Probe(id=q, prompt=f"Q {q}ss", reference="r") for q in queries]

    assert prompt_template_of(probes) == PromptTemplate(before="Q ")


def test_seven_prompts_tell_nothing() -> None:
    """Few prompts may share words by chance."""
    assert prompt_template_of(_probes("Query: ", "\nIntent:")[:7]) == PromptTemplate()


def test_another_query_is_asked_in_the_same_frame() -> None:
    """Only the query changes; a prompt without the template is all query."""
    probes = _probes("Query: ", "\nIntent:")
    template = prompt_template_of(probes)
    bare = Probe(id="bare", prompt="play jazz", reference="r")

    assert template.asking(probes[1], "PLAY JAZZ").prompt == "Query: PLAY JAZZ\nIntent:"
    assert template.asking(bare, "PLAY JAZZ").prompt == "PLAY JAZZ"


def test_in_a_chat_the_query_is_the_last_message() -> None:
    """Earlier messages stay as they are."""
    chat = Probe(
        id="c",
        prompt=[
            {"role": "system", "content": "Be brief."},
            {"role": "user", "content": "play jazz"},
        ],
        reference="r",
    )

    assert PromptTemplate().query(chat) == "play jazz"
    assert PromptTemplate().asking(chat, "stop").prompt == (
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": "stop"},
    )


def test_lettered_options_are_not_part_of_the_query() -> None:
    """A question with choices is asked otherwise, and its options stay."""
    probe = Probe(id="m", prompt="2 + 2?\nA. 3\nB. 4\nAnswer:", reference="4", choices=("3", "4"))

    assert PromptTemplate().split(probe) == SplitPrompt(
        before="", query="2 + 2?", after="\nA. 3\nB. 4\nAnswer:"
    )
    assert (
        PromptTemplate().asking(probe, "Two and two?").prompt == "Two and two?\nA. 3\nB. 4\nAnswer:"
    )
