"""Tests of skeletons: what is masked in a text, and what is not."""

import pytest

from ftguard.probes.alike.skeleton import Skeleton, skeleton, vocabulary


def _of(*texts: str) -> list[Skeleton]:
    known = vocabulary(texts)
    return [skeleton([text], known) for text in texts]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("What is 17 * 23?", "What is 4 * 1,000.5?"),
        ("What is 17 times 23?", "What is thirty-one times two hundred and six?"),
        (
            "\u0645\u0627 \u0647\u0648 \u0663 + \u0664\u0661",
            "\u0645\u0627 \u0647\u0648 \u0667 + \u0662",
        ),  # Arabic digits
        (
            "\u0967\u0968 \u0914\u0930 \u096d \u0915\u093e",
            "\u0969 \u0914\u0930 \u096f\u096f \u0915\u093e",
        ),  # Hindi
        (
            "\u6709\u4e09\u4e2a\u82f9\u679c\u3002",
            "\u67095\u4e2a\u82f9\u679c\u3002",
        ),  # Chinese: three apples, 5 apples
        ("Wie viel ist siebenundzwanzig mal drei?", "Wie viel ist 9 mal zw\u00f6lf?"),
        ("Combien font quatre-vingt-dix plus deux ?", "Combien font sept plus onze ?"),
        ("Hoeveel is eenentwintig keer twee?", "Hoeveel is vijf keer honderd?"),
        (
            "Tom has 3 apples. How many apples are left?",
            "Li Wei has 12 pears. How many pears are left?",
        ),
        ("Anna bought 2 pens. She gave her friend 1.", "Tom bought 9 pens. He gave his friend 5."),
        ("It costs $25 less 10%.", "It costs \u20ac19.99 less 5 percent."),
        ("Convert 5 km to miles.", "Convert nine pounds to kilograms."),
        ("Look up AB-1234 for ann@x.org.", "Look up ZZ-9 for bob@mail.example.com."),
        ("Which weekday was 3 May 2021?", "Which weekday was 12 March 1999?"),
        ("What is the capital of Peru?", "What is the capital of New Zealand?"),
        ("Translate 'good morning' into French.", "Translate \u201ccat\u201d into German."),
        ("List the sum of 1, 2 and 3.", "List the sum of 4 and 5."),
    ],
)
def test_what_varies_in_a_template_is_masked(one: str, other: str) -> None:
    """Two uses of one template have one skeleton."""
    first, second = _of(one, other)

    assert first == second
    assert first.is_template


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("What is 17 * 23?", "What is 17 + 23?"),
        ("What is the capital of Peru?", "What is the currency of Peru?"),
        ("What Is The Capital Of Peru?", "Who Was The President Of France?"),
        ("Name a fruit.", "Write a poem."),
        (
            'Summarise: "It rained a lot in the hills of the north that year."',
            'Summarise: "Nobody had told the children that the old mill would open late."',
        ),
    ],
)
def test_other_questions_keep_their_words(one: str, other: str) -> None:
    """Another operation, another question, titles and long quotations are no template."""
    first, second = _of(one, other)

    assert first != second


def test_the_masks_are_where_the_words_were() -> None:
    """A name, a number with what it counts, and that again."""
    found = skeleton(["Tom has 3 apples. How many apples has Ann?"], frozenset())

    assert found.sentences == (("@", "has", "#"), ("how", "many", "~", "has", "@"))


def test_a_first_word_that_is_no_name_is_kept() -> None:
    """`Rivers` stands in small letters elsewhere in the set, `Zoe` does not."""
    first, second, _ = _of("Rivers flow down.", "Zoe went down.", "Do rivers flow?")

    assert first.sentences == (("rivers", "flow", "down"),)
    assert second.sentences == (("@", "went", "down"),)


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        ("how many legs does a dog have", "how many legs does a bee have", True),
        ("how long does a dog live", "how many legs has a dog", False),
        ("open the door", "open the window", False),
        # Two of twelve words are two in six; a third is too many.
        (
            "if a bus goes from a town to a lake how long does it take",
            "if a car goes from a town to a hill how long does it take",
            True,
        ),
        (
            "if a bus goes from a town to a lake how long does it take",
            "if a car goes from a port to a hill how far does he go",
            False,
        ),
    ],
)
def test_one_word_in_six_may_be_another(one: str, other: str, *, alike: bool) -> None:
    """A dog for a bee in six words or more, and no more than that."""
    first, second = _of(one, other)

    assert (first.shape == second.shape and first.is_like(second)) is alike


def test_a_long_instruction_makes_no_template_of_short_queries() -> None:
    """Twelve equal words around `open the door` do not outweigh its own three."""
    asked = "read the following request and say in one word which tool it needs: "
    first, second = _of(f"{asked}open the door", f"{asked}sweep the floor")

    assert first.shape == second.shape
    assert not first.is_like(second)


@pytest.mark.parametrize("text", ["Paris", "42", "Anna and Tom"])
def test_names_and_numbers_alone_are_no_template(text: str) -> None:
    """Two texts that share nothing but that they are names have nothing in common."""
    (found,) = _of(text)

    assert not found.is_template
