"""Tests of normalised match: case, punctuation and articles are forgiven, nothing else."""

import pytest

from ftguard.ask.answer import Answer
from ftguard.probes import Probe
from ftguard.scores.normalized_match import normalize, normalized_match

PROBE = Probe(id="a", prompt="q", reference=("The Eiffel Tower", "La Tour Eiffel"))


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("The Eiffel Tower", 1.0),
        ("eiffel tower!", 1.0),
        ("  An  EIFFEL-Tower.", 1.0),
        ("la tour eiffel", 1.0),
        ("\n\nEiffel Tower", 1.0),
        ("Eiffel", 0.0),
        ("the Eiffel Tower in Paris", 0.0),
        ("", 0.0),
        (" \n ", 0.0),
        ("...", 0.0),
    ],
)
def test_a_reference_in_other_dress_is_right(text: str, value: float) -> None:
    """Any reference counts, whatever its case, punctuation, articles and blanks."""
    assert normalized_match(PROBE, Answer(probe_id="a", text=text)) == value


@pytest.mark.parametrize("finish", ["stop", "length"])
def test_a_base_model_may_run_on_after_its_first_line(finish: str) -> None:
    """Only the first line counts, also where the model had to be stopped in the second."""
    text = "Eiffel Tower\nQ: And where is the Louvre?\nA: Par"
    said = Answer(probe_id="a", text=text, finish="length" if finish == "length" else "stop")

    assert normalized_match(PROBE, said) == 1


def test_a_first_line_that_was_cut_off_is_wrong() -> None:
    """`Eiffel Tower` may have been on its way to `Eiffel Tower replica`."""
    assert normalized_match(PROBE, Answer(probe_id="a", text="Eiffel Tower", finish="length")) == 0


def test_a_reference_of_several_lines_is_compared_whole() -> None:
    """Where a reference spans lines, the first line alone is wrong and all of them are right."""
    probe = Probe(id="a", prompt="q", reference="roses are red\nviolets are blue")

    assert normalized_match(probe, Answer(probe_id="a", text="Roses are red")) == 0
    assert (
        normalized_match(probe, Answer(probe_id="a", text="Roses are red,\nviolets are blue.")) == 1
    )


@pytest.mark.parametrize(
    ("text", "normal"),
    [
        ("The Cat", "cat"),
        ("\ufb01ne\u3000\uff37\uff29\uff24\uff25", "fine wide"),
        ("Straße", "strasse"),
        ("anthem", "anthem"),
        ("A", "a"),
        ("?!", "?!"),
        ("a.b", "b"),
    ],
)
def test_normalising_keeps_what_is_nothing_but_article_or_punctuation(
    text: str, normal: str
) -> None:
    """Unicode forms fold, articles go only as whole words, and a bare `A` or `?!` survives."""
    assert normalize(text) == normal
