"""Tests of the benchmarks' shapes: choices, instructions, questions, labels, on the real data."""

import csv
import json
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

import datasets
import pytest

from ftguard import InputError, Probe, ProbeSet
from ftguard.ask.answer import Answer
from ftguard.ask.render import lists_letters
from ftguard.probes.constraint import CONSTRAINTS, Constraint
from ftguard.scores import score

QUESTION: dict[str, object] = {"question": "2 + 2 = ?", "choices": ["3", "4", "5"]}


def _load(*rows: Mapping[str, object]) -> tuple[Probe, ...]:
    return tuple(ProbeSet.load(rows))


def test_a_question_with_choices_lists_them_under_letters() -> None:
    """The prompt ends with the lettered options and `Answer:`; the answer's place is the key."""
    (probe,) = _load(QUESTION | {"id": "m", "answer": 1, "subject": "sums", "tier": 2})

    assert probe == Probe(
        id="m",
        prompt="2 + 2 = ?\nA. 3\nB. 4\nC. 5\nAnswer:",
        reference="4",
        choices=("3", "4", "5"),
        scorer="multiple_choice",
        slices=("sums",),
        tier=2,
    )
    assert lists_letters(probe)


@pytest.mark.parametrize("answer", [1, "1", "B", "b", " B "])
def test_the_right_option_is_a_place_or_a_letter(answer: object) -> None:
    """Places count from 0; in a CSV they come as text, and some sets write letters."""
    assert _load(QUESTION | {"answer": answer})[0].reference == "4"


def test_a_place_wins_over_an_option_of_that_text() -> None:
    """`answer` 2 is the third option, 5, although there is an option `2` as well."""
    row = {"question": "q", "choices": ["2", "4", "5"], "answer": "2"}

    assert _load(row)[0].reference == "5"


@pytest.mark.parametrize("columns", ["ABC", ("choice0", "choice1", "choice2")])
def test_options_may_stand_in_columns(columns: str | tuple[str, ...]) -> None:
    """Columns named by letters or numbers are options, in their order."""
    row = {"question": "q", "answer": "2", **dict(zip(columns, ("x", "y", "z"), strict=True))}

    assert _load(row)[0].choices == ("x", "y", "z")
    assert _load(row)[0].reference == "z"


@pytest.mark.parametrize("answer", [3, -1, "3", "D", "four", "", True, [1]])
def test_an_answer_that_is_no_option_is_named_with_what_is_allowed(answer: object) -> None:
    """Out of range, another letter, a text or nothing: the row, and 0 to 2 or A to C."""
    with pytest.raises(InputError) as refused:
        _load(QUESTION | {"answer": 1}, QUESTION | {"answer": answer})

    assert str(refused.value) == (
        f"row 1: `answer` {answer!r} is not the place of an option: allowed are 0 to 2, or the "
        "letters A to C."
    )


def test_question_and_answer_is_matched_and_read() -> None:
    """A short answer is a reference to match, with its likelihood beside it."""
    short, read = _load({"question": "Capital of Peru?", "answer": "Lima"})

    assert (short.prompt, short.references, short.scorer) == (
        "Capital of Peru?",
        ("Lima",),
        "normalized_match",
    )
    assert (read.id, read.scorer) == ("row-0#likelihood", "likelihood")


def test_a_solution_is_compared_by_the_number_after_its_mark() -> None:
    """`#### 18` is the final number of a solution however long; 17 is another one."""
    probe, read = _load({"question": "How many?", "answer": "16 + 2 = 18 " * 9 + "\n#### 18"})

    assert (probe.scorer, read.scorer) == ("numeric", "likelihood")
    assert [
        score([probe], [Answer(probe_id=probe.id, text=text)])[0].value
        for text in ("I get 9 and 9, so #### 18", "18", "#### 17", "")
    ] == [1.0, 1.0, 0.0, 0.0]


@pytest.mark.parametrize(
    "row",
    [
        {"text": "book a table", "label": "restaurant"},
        {"query": "book a table", "intent": "restaurant"},
        {"sentence": "book a table", "label": "restaurant"},
    ],
)
def test_a_labelled_text_asks_for_its_label(row: Mapping[str, object]) -> None:
    """The text is the prompt and the label its completion."""
    probe = _load(row)[0]

    assert (probe.prompt, probe.references) == ("book a table", ("restaurant",))


def test_class_labels_are_asked_for_by_their_names() -> None:
    """A dataset that numbers its classes says what they are called."""
    features = datasets.Features(
        {"text": datasets.Value("string"), "label": datasets.ClassLabel(names=["bad", "good"])}
    )
    rows = datasets.Dataset.from_dict({"text": ["a", "b"], "label": [1, 0]}, features=features)

    assert [probe.references[0] for probe in ProbeSet.load(rows)] == ["good", "good", "bad", "bad"]


def test_a_split_without_labels_is_refused() -> None:
    """-1 is no class: the row is named, and what to give instead."""
    features = datasets.Features(
        {"text": datasets.Value("string"), "label": datasets.ClassLabel(names=["bad", "good"])}
    )
    rows = datasets.Dataset.from_dict({"text": ["a"], "label": [-1]}, features=features)

    with pytest.raises(InputError, match=r"row 0: `label` -1 is none of its 2 classes"):
        ProbeSet.load(rows)


def test_the_place_of_an_answer_is_no_class_label() -> None:
    """MMLU's own dataset declares `answer` as a class of letters; it stays a place."""
    features = datasets.Features(
        {
            "question": datasets.Value("string"),
            "choices": datasets.Sequence(datasets.Value("string")),
            "answer": datasets.ClassLabel(names=["A", "B"]),
        }
    )
    rows = datasets.Dataset.from_list(
        [{"question": "q", "choices": ["x", "y"], "answer": 1}], features=features
    )

    assert next(iter(ProbeSet.load(rows))).reference == "y"


IFEVAL: dict[str, object] = {
    "key": 1005,
    "prompt": "Write 300 words without a comma.",
    "instruction_id_list": ["punctuation:no_comma", "length_constraints:number_words"],
    "kwargs": [{"num_words": None}, {"relation": "at least", "num_words": 300}],
}


def test_instructions_become_constraints() -> None:
    """Each with its own arguments, those of None left out; the kinds are slices; 300 words need
    room for 1200 tokens.
    """
    (probe,) = _load(IFEVAL)

    assert probe == Probe(
        id="1005",
        prompt="Write 300 words without a comma.",
        constraints=(
            Constraint(id="punctuation:no_comma"),
            Constraint(
                id="length_constraints:number_words",
                arguments={"relation": "at least", "num_words": 300},
            ),
        ),
        slices=("punctuation", "length_constraints"),
        max_new_tokens=1200,
    )


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"kwargs": [{}]}, "`kwargs` must be a list of 2 mappings"),
        ({"kwargs": [{}, "x"]}, "`kwargs` must hold mappings, got str"),
        ({"instruction_id_list": []}, "`instruction_id_list` must be a list of at least one"),
        ({"instruction_id_list": ["x:y", "x:z"]}, "unknown constraint `x:y`; use one of"),
        ({"kwargs": [{}, {"num_words": 3}]}, "needs the arguments ['num_words', 'relation']"),
        ({"prompt": ""}, "has an empty prompt"),
    ],
)
def test_names_the_row_of_instructions_that_cannot_be_checked(
    change: dict[str, object], complaint: str
) -> None:
    """Unknown instructions, missing arguments and an empty prompt are refused with their row."""
    with pytest.raises(InputError) as refused:
        _load(IFEVAL | {"key": 1}, IFEVAL | change)

    assert str(refused.value).startswith("row 1: ")
    assert complaint.replace("'num_words', 'relation'", "") in str(refused.value).replace(
        "'num_words', 'relation'", ""
    )


def test_written_probes_carry_constraints_notes_tier_and_tolerance() -> None:
    """Everything that the built-in files say can be said in a user's own file."""
    demanded, number = _load(
        {
            "prompt": "Name a colour in capitals.",
            "constraints": [{"id": "change_case:english_capital"}],
            "reference": "RED",
            "notes": "any colour",
            "tier": 1,
        },
        {
            "prompt": "Pi to two places?",
            "reference": "3.14",
            "scorer": "numeric",
            "tolerance": 0.005,
            "max_new_tokens": 9,
        },
    )

    assert (demanded.scorer, demanded.notes, demanded.tier) == ("constraints", "any colour", 1)
    assert (number.tolerance, number.max_new_tokens) == (0.005, 9)


@pytest.mark.parametrize(
    ("row", "complaint"),
    [
        ({"reference": "r"}, "no `prompt` (columns ['reference'])"),
        ({"prompt": "q", "reference": "r", "tier": 5}, "`tier` is one of [1, 2, 3, 4], got 5"),
        ({"prompt": "q", "reference": "r", "tier": "hard"}, "`tier` must be a int, got 'hard'"),
        ({"prompt": "q", "reference": "r", "tolerance": 1}, "goes with `numeric`"),
        ({"prompt": "q", "reference": "r", "constraints": "x"}, "must be a list of mappings"),
        ({"prompt": "q", "constraints": ["x"]}, "`constraints` must hold mappings, got str"),
        ({"prompt": "q", "reference": "r", "max_new_tokens": 0}, "`max_new_tokens` is at least 1"),
    ],
)
def test_names_the_row_of_a_written_probe_that_cannot_be_used(
    row: Mapping[str, object], complaint: str
) -> None:
    """A missing prompt, another tier, a tolerance of words: the row and what is allowed."""
    with pytest.raises(InputError) as refused:
        _load(row)

    assert str(refused.value).startswith("row 0: ")
    assert complaint in str(refused.value)


def test_every_constraint_says_what_it_needs() -> None:
    """A relation that there is none of, and an argument of another constraint, are refused."""
    assert len(CONSTRAINTS) == 32
    with pytest.raises(InputError, match=r"`relation` is one of \['less than', 'at least'"):
        Constraint(
            id="length_constraints:number_words", arguments={"num_words": 3, "relation": "over"}
        )
    with pytest.raises(InputError, match=r"needs the arguments \[\], got \['num_words'\]"):
        Constraint(id="punctuation:no_comma", arguments={"num_words": 3})


# The real thing, each in the shape in which people have it.


def test_reads_gsm8k(shared: Path) -> None:
    """All 1,319 questions have a final number to compare, and a solution to read."""
    probes = ProbeSet.load(shared / "data/gsm8k/test.jsonl")

    assert Counter(probe.scorer for probe in probes) == {"numeric": 1319, "likelihood": 1319}


def test_reads_mmlu_as_csv(shared: Path) -> None:
    """Every row of every subject: the right option is the one that the answer's place names."""
    for path in sorted((shared / "data/mmlu/test").glob("*.csv"))[:8]:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file))

        probes = ProbeSet.load(path)

        assert [p.reference for p in probes] == [row[f"choice{row['answer']}"] for row in rows]


def test_reads_ifeval(shared: Path) -> None:
    """All 541 prompts with their 834 instructions of 25 kinds."""
    probes = ProbeSet.load(shared / "data/ifeval/input_data.jsonl")
    kinds = Counter(constraint.id for probe in probes for constraint in probe.constraints)

    assert (len(probes), kinds.total(), len(kinds)) == (541, 834, 25)


def test_reads_clinc150(shared: Path) -> None:
    """4,500 labelled queries over 150 intents, each matched and read."""
    path = shared / "data/clinc150/data_imbalanced.json"
    splits = json.loads(path.read_text("utf-8"))
    rows = [{"text": query, "label": intent} for query, intent in splits["test"]]

    matched = [probe for probe in ProbeSet.load(rows) if probe.companion_of is None]

    assert len(matched) == 4500
    assert len({probe.references for probe in matched}) == 150
