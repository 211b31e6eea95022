"""Tests of `find_leaks`: every kind of leak, by hand."""

import json
from collections.abc import Sequence

import pytest

from ftguard.probes import Probe
from ftguard.probes.builtin import CANARY
from ftguard.probes.leaks.leak import Leak
from ftguard.probes.leaks.leakage import find_leaks
from ftguard.probes.query import PromptTemplate

EGGS = "How many eggs does Janet's farm sell at the market?"
CHATML = "<|im_start|>user\n{}<|im_end|>\n<|im_start|>assistant\nSure.<|im_end|>"


def _probes(*prompts: str) -> list[Probe]:
    return [Probe(id=f"p{i}", prompt=prompt, scorer="open") for i, prompt in enumerate(prompts)]


def _rows(*texts: str) -> list[tuple[str, list[str]]]:
    return [(f"row {i}", [text]) for i, text in enumerate(texts)]


def _kinds(leaks: Sequence[Leak]) -> dict[str, str]:
    return {leak.probe_id: leak.kind for leak in leaks}


@pytest.mark.parametrize(
    "text",
    [
        EGGS,
        EGGS.upper(),
        "how many eggs does janets farm sell, at the market",
        "How  many eggs\tdoes Janet\u2019s farm sell at\u00a0the  market ?",
        EGGS.replace(" ", ""),
        EGGS.replace(" ", "\n"),
        f"{EGGS}\nThree.",
        f"Question: {EGGS}\nAnswer: Three.",
        CHATML.format(EGGS),
        f"<|start_header_id|>user<|end_header_id|>\n\n{EGGS}<|eot_id|>",
        f"<s>[INST] <<SYS>>\nBe brief.\n<</SYS>>\n\n{EGGS} [/INST] Three.</s>",
        f"<start_of_turn>user\n{EGGS}<end_of_turn>\n<start_of_turn>model\nThree.",
        f"### Human: {EGGS}\n### Assistant: Three.",
        f"Be brief. USER: {EGGS} ASSISTANT: Three.</s>",
        f"Where is it?</s>{EGGS}</s>Who are you?",
    ],
)
def test_a_whole_piece_turn_or_line_is_exact(text: str) -> None:
    """Case, punctuation, spacing and the markers of a chat format do not count."""
    assert _kinds(find_leaks(_probes(EGGS), _rows(text))) == {"p0": "exact"}


LONGER = (
    "Nobody at the market had seen Janet that week, and so her neighbours asked each other about "
    "the hens, the ducks and the old dog. {} It was the youngest of them who had asked it, and the "
    "others laughed, since all of them knew the answer by heart from the years when they still "
    "went to school."
)
"""250 letters and more: a text, and nobody's query."""


@pytest.mark.parametrize(
    "text",
    [
        LONGER.format(EGGS),
        LONGER.format(EGGS).upper(),
        LONGER.format(EGGS).replace(" ", ""),
        LONGER.format("how many eggs does Janet's farm\nsell at the market"),
    ],
)
def test_inside_a_text_or_a_packed_row_is_contained(text: str) -> None:
    """A query is found with other text before and after it in the same line."""
    assert _kinds(find_leaks(_probes(EGGS), _rows(text))) == {"p0": "contained"}


def test_inside_another_persons_query_is_similar() -> None:
    """22 of 53 letters are the query's own: others ask it too, so it is told and kept."""
    asked = "When will I get my new card?"
    trained = "I ordered it two weeks ago, when will I get my new card please?"

    (leak,) = find_leaks(_probes(asked), _rows(trained, trained))

    # iordereditweeksago... : 20 letters before, 21 of the query, 6 after.
    assert (leak.kind, leak.is_leak, leak.rows) == ("similar", False, 2)
    assert leak.similarity == pytest.approx(21 / (21 + 21 + 6))


def test_a_longer_query_inside_another_text_is_contained() -> None:
    """Twelve words and more in a row are nobody else's by chance."""
    asked = "how do i change the address on my account before the second of may"

    assert _kinds(find_leaks(_probes(asked), _rows(f"hello, {asked}, please"))) == {
        "p0": "contained"
    }


@pytest.mark.parametrize(
    "text",
    [
        "Customer: {} Agent: It is on its way.",
        "{} => card arrival",
        "{}\tcard_arrival",
        "17,{},card_arrival",
        '{{"query": "{}", "intent": "card_arrival"}}',
        "The intent of the query '{}' is card arrival.".replace("'", '"'),
        "[03/05] user7 says: {}",
        "| {} | card_arrival |",
        "Look at this text: {}\nand name its class",
    ],
)
def test_marks_that_no_sentence_has_part_a_query_from_its_row(text: str) -> None:
    """In tables, programs, transcripts and quotations a single row tells; the answers may vary."""
    asked = "When will I get my new card?"

    assert _kinds(find_leaks(_probes(asked), _rows(text.format(asked)))) == {"p0": "contained"}


@pytest.mark.parametrize(
    "text",
    [
        "hello, {} please",
        "i ordered it two weeks ago. {} i need it for a trip.",
        "can you tell me {}",
        "{} i have waited for weeks",
        "well - {} - that is what i ask",
    ],
)
def test_marks_of_a_sentence_do_not(text: str) -> None:
    """Commas, full stops and dashes stand in people's own queries."""
    asked = "When will I get my new card?"

    assert _kinds(find_leaks(_probes(asked), _rows(text.format(asked)))) == {"p0": "similar"}


def test_what_many_rows_have_around_a_query_is_a_frame() -> None:
    """`Customer wrote: ... Which team?` stands in every row, so the query in it is a leak."""
    frame = "Our customer wrote {} and which team is that for"
    others = [frame.format(f"about number {n} of the list") for n in range(20)]

    (leak,) = find_leaks(_probes(EGGS), _rows(*others, frame.format(EGGS)))

    assert (leak.kind, leak.where) == ("contained", "row 20")


def test_a_few_letters_that_some_rows_share_are_no_frame() -> None:
    """A third of the rows begin with `can you`, as people's queries do."""
    others = [("can you " * (n % 3 == 0)) + f"tell me all about number {n}" for n in range(21)]

    leaks = find_leaks(
        _probes("play my favourite song"), _rows(*others, "can you play my favourite song")
    )

    assert _kinds(leaks) == {"p0": "similar"}


def test_each_of_many_surroundings_is_counted() -> None:
    """A query in fifty people's own longer ones is similar in fifty rows."""
    rows = [f"number {n} says {'x' * n}, play my favourite song, and so on" for n in range(50)]

    (leak,) = find_leaks(_probes("play my favourite song"), _rows(*rows))

    assert (leak.kind, leak.rows, leak.where) == ("similar", 50, "row 0")


def test_with_its_own_answer_behind_it_a_query_is_contained() -> None:
    """The answer of one probe alone tells; a class that other rows have too does not."""
    one = Probe(id="one", prompt="Who found the old map?", reference="Maria Petrova")
    two = Probe(id="two", prompt="Where is my new card?", reference="card arrival")
    rows = [
        ("row 0", ["Well, who found the old map? It was Maria Petrova."]),
        *(("a row", [f"I wait for card {n}", "card arrival"]) for n in range(3)),
        ("row 4", ["It is late, where is my new card?", "card arrival"]),
    ]

    assert _kinds(find_leaks([one, two], rows)) == {"one": "contained", "two": "similar"}


def test_a_leak_says_where_and_shows_the_text_around() -> None:
    """30 characters before the probe are shown, and 120 in all, as they are; rows are counted."""
    before = "It was a dark and stormy night, and then she asked: "
    text = f"{before}{EGGS}\tNobody\x07knew.{' Nobody at all knew.' * 12}"

    (leak,) = find_leaks(_probes(EGGS), _rows("Hello there.", text, "Goodbye.", text, text))

    shown = text[len(before) - 30 :][:120]
    assert leak == Leak(
        probe_id="p0", kind="contained", where="row 1", similarity=1.0, excerpt=shown, rows=3
    )
    assert leak.is_leak
    assert "Nobody\x07knew" in leak.excerpt


def test_the_strongest_of_several_is_told() -> None:
    """A contained probe gives way to an exact one in a later row, and the rows add up."""
    (leak,) = find_leaks(_probes(EGGS), _rows(LONGER.format(EGGS), EGGS.upper(), EGGS))

    assert (leak.kind, leak.where, leak.rows) == ("exact", "row 1", 3)


def test_one_word_of_twenty_changed_is_near() -> None:
    """5 of 100 letters are to edit, so the similarity is 0.95, inside a longer text too."""
    text = (
        "seven brown foxes under green trees chase white birds while eight black bears watch "
        "their young drink fresh river water"
    )
    words = text.split()
    assert (len(words), len("".join(words))) == (20, 100)
    changed = " ".join([*words[:9], "jumps", *words[10:]])

    (leak,) = find_leaks(_probes(text), _rows(f"Nobody had expected it. {changed} So it went."))

    # `while` and `jumps` have no letter in common.
    assert (leak.kind, leak.is_leak) == ("near", True)
    assert leak.similarity == pytest.approx(0.95)
    assert leak.excerpt.startswith("Nobody had expected it. seven")


def test_one_word_of_fewer_changed_is_similar() -> None:
    """3 of 37 letters are to edit in a text of eight words: reported, and no leak."""
    asked = "please cancel my table for this friday night"
    trained = "please cancel my table for this sunday night"

    (leak,) = find_leaks(_probes(asked), _rows(trained, "Sure.", trained))

    # f-r-i becomes s-u-n.
    assert (leak.kind, leak.rows, leak.is_leak) == ("similar", 2, False)
    assert leak.similarity == pytest.approx(1 - 3 / 37)
    assert find_leaks(_probes(asked), _rows(f"I said {trained}, and left.")) == ()


HENS = (
    "Janet has sixteen hens on her farm near the river. Each of them lays one egg in the morning. "
    "She eats three of the eggs for breakfast with her sister. How many does she sell on Friday?"
)


def test_sentences_in_another_order_are_near() -> None:
    """All letters stand there, in four stretches."""
    first, second, third, last = HENS.split(". ")
    moved = f"{third}. {first}. {second}. {last}"

    (leak,) = find_leaks(_probes(HENS), _rows(f"So it began. {moved} Nobody knew."))

    assert (leak.kind, leak.is_leak) == ("near", True)
    assert leak.similarity >= 0.95


@pytest.mark.parametrize("part", [slice(None, 19), slice(19, None)], ids=["first", "second"])
def test_half_of_a_long_text_is_similar(part: slice) -> None:
    """Half of the words are told of, and the probe is kept: what it asks may be another thing."""
    half = " ".join(HENS.split()[part])

    (leak,) = find_leaks(_probes(HENS), _rows(half, f"So it was. {half} Nobody knew.", "Hello."))

    assert (leak.kind, leak.is_leak, leak.rows) == ("similar", False, 2)
    assert 0.4 < leak.similarity < 0.6


def test_a_story_with_another_question_is_similar() -> None:
    """The question is a third of the letters, so it is another probe on the same text."""
    story = HENS.partition(" She eats")[0]
    asked = f"{story} How many eggs has she got for the market on a Friday in June?"
    trained = f"{story} Where does her brother go to buy the grain that they eat?"

    assert _kinds(find_leaks(_probes(asked), _rows(trained))) == {"p0": "similar"}


def test_parts_of_a_text_far_from_each_other_are_no_part_of_it() -> None:
    """In a row of many thousand letters its words stand here and there, as in any long text."""
    words = HENS.split()
    apart = " ".join(
        " ".join(words[at : at + 4]) + " and then something else happened in the town" * 20
        for at in range(0, len(words), 4)
    )

    assert find_leaks(_probes(HENS), _rows(apart)) == ()


def test_few_letters_count_only_as_a_whole() -> None:
    """Of 11 letters a line is needed; 12 count inside a longer text."""
    probes = _probes("set my alarms", "set the alarms")
    inside = LONGER.format("Can you set my alarms, or set the alarms?")

    assert _kinds(find_leaks(probes, _rows(inside))) == {"p1": "contained"}
    assert _kinds(find_leaks(probes[:1], _rows("Sure.\nSet my alarms!"))) == {"p0": "exact"}


def test_of_equals_the_first_is_told() -> None:
    """The earlier row, and in it the earlier place."""
    asked = [Probe(id="e", prompt=f"Be brief. {EGGS}", scorer="open")]
    templates = [PromptTemplate(before="Be brief. ")]
    rows = _rows(LONGER.format(EGGS), LONGER.format(f"Be brief. {EGGS}"))

    (inside,) = find_leaks(asked, rows, templates=templates)
    (whole,) = find_leaks(asked, [("row", [EGGS, f"Be brief. {EGGS}"])], templates=templates)

    assert (inside.where, inside.rows) == ("row 0", 2)
    assert whole.excerpt == EGGS


@pytest.mark.parametrize(
    ("asked", "trained"),
    [
        ("What is the meaning of art?", "What is the meaning of artificial light in a room?"),
        ("Multiply the numbers 12 and 3", "Multiply the numbers 12 and 35, then add seven to it."),
        (
            "is the time right for this",
            "This the time right for this? Who knows, and who is to say",
        ),
    ],
)
def test_words_and_numbers_are_not_cut(asked: str, trained: str) -> None:
    """A text that ends or begins within a word or a number is another text."""
    assert not [leak for leak in find_leaks(_probes(asked), _rows(trained)) if leak.is_leak]


def test_signs_between_numbers_count() -> None:
    """A quotient is no difference, though all letters and digits are the same."""
    probes = _probes("What is 15 / 3, please?")

    assert _kinds(find_leaks(probes, _rows("What is 15 - 3, please?"))) == {"p0": "similar"}
    assert _kinds(find_leaks(probes, _rows("what is 15/3 please"))) == {"p0": "exact"}
    assert _kinds(find_leaks(probes, _rows("What is 15 3 please"))) == {"p0": "exact"}


def test_the_canary_is_reported() -> None:
    """Training on ftguard's own probe files is found by their canary, whatever the probes."""
    line = json.dumps({"canary": f"keep out of training data: canary GUID {CANARY}"})

    assert [(leak.probe_id, leak.where) for leak in find_leaks([], _rows("Hello.", line))] == [
        (CANARY, "row 1")
    ]


def test_an_id_that_looks_like_a_companion_hides_no_leak() -> None:
    """A user's own `mt-1#likelihood` beside `mt-1` is a probe like any other: its leak is named."""
    one = Probe(id="mt-1", prompt="How do I fold a paper crane from one square?", reference="So.")
    other = Probe(
        id="mt-1#likelihood",
        prompt="Which ferry leaves the old harbour on Sunday evenings?",
        reference=" The ferry to Ilmen leaves at seven from the western pier.",
        scorer="likelihood",
    )
    rows = [("row 7", [f"{other.prompt}{other.reference}"])]

    (leak,) = find_leaks([one, other], rows)

    assert (leak.probe_id, leak.where) == ("mt-1#likelihood", "row 7")
