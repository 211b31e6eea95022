"""Tests of normalised match: what an answer states, however it is said."""

import pytest

from ftguard.ask.answer import Answer, Finish
from ftguard.probes import Probe
from ftguard.scores.normalized_match import normalize, normalized_match
from ftguard.scores.record import CutOff

TOWER = Probe(id="a", prompt="q", reference=("The Eiffel Tower", "La Tour Eiffel"))
SECOND = Probe(
    id="b",
    prompt=(
        "Lena is taller than Omar. Omar is taller than Kim. Pia is taller than Lena. Who is the "
        "second tallest of the four? Answer with one name.\nAnswer:"
    ),
    reference="Lena",
    distractors=("Omar", "Kim", "Pia"),
)
LAMP = Probe(
    id="c",
    prompt="Whenever the lamp is on, the door is locked. It is not. Is the lamp on or off?",
    reference="off",
)
SPANISH = Probe(
    id="d",
    prompt="Translate this sentence into Spanish.\nThe red house is big.\nTranslation:",
    reference="La casa roja es grande.",
)


def _value(probe: Probe, text: str, finish: Finish = "stop") -> float:
    return normalized_match(probe, Answer(probe_id=probe.id, text=text, finish=finish))


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("The Eiffel Tower", 1.0),
        ("eiffel tower!", 1.0),
        ("  An  EIFFEL-Tower.", 1.0),
        ("la tour eiffel", 1.0),
        ("\n\nEiffel Tower", 1.0),
        ("the Eiffel Tower in Paris", 1.0),
        ("Eiffel", 0.0),
        ("", 0.0),
        (" \n ", 0.0),
        ("...", 0.0),
    ],
)
def test_a_reference_in_other_dress_is_right(text: str, value: float) -> None:
    """Any reference counts, whatever its case, punctuation, articles, blanks and sentence."""
    assert _value(TOWER, text) == value


@pytest.mark.parametrize(
    "text",
    [
        "Lena is the second tallest of the four.",
        "The answer is Lena.",
        "**Answer:** Lena",
        "`Lena`",
        "$\\boxed{\\text{Lena}}$",
        "Sure! Here's the answer:\n\n\u201cLena\u201d",
        "Lena. Pia is taller than Lena, and Omar and Kim are shorter.",
        "Pia is taller than Lena, who is taller than Omar and Kim. So Lena is second.",
        "Omar... wait, no: Lena.",
        "Lena, not Pia.",
        "It's not Omar but Lena.",
        "Of Lena, Omar, Kim and Pia the second tallest is Lena.",
        "1. Pia\n2. Lena\n3. Omar\n4. Kim\n\nTherefore, **Lena** is the second tallest.",
    ],
)
def test_what_is_right_is_right_however_it_is_said(text: str) -> None:
    """Sentences, markup, lead-ins, explanations before and after, and taking oneself back."""
    assert _value(SECOND, text) == 1


@pytest.mark.parametrize(
    "text",
    [
        "It is not Lena.",
        "Omar is the second tallest, right after Lena.",
        "Lena or Omar",
        "Lena, Omar, Kim, Pia",
        "Lena... wait, no, Omar.",
        "It could be Lena, but I cannot say.",
        "The answer is Omar. Lena is taller than Omar.",
        "Lena is the second tallest.\nFinal answer: Pia",
        "Lena is the shortest.",
        SECOND.prompt,
    ],
)
def test_what_is_wrong_stays_wrong(text: str) -> None:
    """Denials, lists of options, two answers, another one asserted, another question answered."""
    assert _value(SECOND, text) == 0


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("off", 1.0),
        ("The lamp is off.", 1.0),
        ("The lamp isn't on.", 1.0),
        ("Based on the rule, the lamp is off right now.", 1.0),
        ("on", 0.0),
        ("The lamp is on.", 0.0),
        ("The lamp is not off.", 0.0),
    ],
)
def test_what_the_question_offers_is_a_choice(text: str, value: float) -> None:
    """Without a distractor given `on` is the other option; as a preposition it is none."""
    assert _value(LAMP, text) == value


INTENT = Probe(
    id="e",
    prompt="What is the intent of this query? Reply with the label only.\nhow is my balance today",
    reference="balance",
)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("balance", 1.0),
        ("The intent is balance.", 1.0),
        ("Intent: **balance**", 1.0),
        ('This falls under "balance".', 1.0),
        ("You want to know how your balance is today.", 0.0),
        ("The intent of this query is to ask for the balance of an account.", 0.0),
    ],
)
def test_a_text_told_again_names_no_label(text: str, value: float) -> None:
    """The label's word stands in the query itself: it counts where a label stands."""
    assert _value(INTENT, text) == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("La casa roja es grande", 1.0),
        ("\u201cThe red house is big\u201d in Spanish is \u201cLa casa roja es grande.\u201d", 1.0),
        ("Translation: **La casa roja es grande.**\n\nLet me know if you need more!", 1.0),
        ("La casa roja es grande y bonita.", 0.0),
        ("La casa es grande.", 0.0),
    ],
)
def test_a_sentence_must_stand_there_whole(text: str, value: float) -> None:
    """One word more or less is another sentence; what stands around it may be anything."""
    assert _value(SPANISH, text) == value


@pytest.mark.parametrize("finish", ["stop", "length"])
def test_a_base_model_may_run_on_to_another_question(finish: Finish) -> None:
    """Only what comes before its next question counts, also where it had to be stopped there."""
    assert _value(TOWER, "Eiffel Tower\nQ: And where is the Louvre?\nA: Par", finish) == 1


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("Lena is the second tallest of the four. Pia is the", 1.0),
        ("The answer is Omar, because Pia and", 0.0),
        ("Omar is taller than Kim. Lena is", None),
        ("Let us put the four in", None),
    ],
)
def test_a_cut_off_answer_counts_where_it_has_decided(text: str, value: float | None) -> None:
    """What is missing could still make the last two right: no score, and no silent 0."""
    if value is None:
        with pytest.raises(CutOff):
            _value(SECOND, text, "length")
    else:
        assert _value(SECOND, text, "length") == value


def test_a_reference_of_several_lines_is_compared_whole() -> None:
    """Where a reference spans lines, the first line alone is wrong and all of them are right."""
    probe = Probe(id="a", prompt="q", reference="roses are red\nviolets are blue")

    assert _value(probe, "Roses are red") == 0
    assert _value(probe, "Roses are red,\nviolets are blue.") == 1


@pytest.mark.parametrize(
    ("text", "normal"),
    [
        ("The Cat", "cat"),
        ("\ufb01ne\u3000\uff37\uff29\uff24\uff25", "fine wide"),
        ("Stra\u00dfe", "strasse"),
        ("anthem", "anthem"),
        ("A", "a"),
        ("?!", "?!"),
        ("**7,500**", "7500"),
        ("\u0661\u0665", "15"),
    ],
)
def test_normalising_keeps_what_is_nothing_but_article_or_punctuation(
    text: str, normal: str
) -> None:
    """Unicode forms and digits fold, articles go only as whole words, a bare `?!` survives."""
    assert normalize(text) == normal
