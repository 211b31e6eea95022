"""Tests of `probes_from_rows`: every shape that TRL trains on becomes probes."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import pytest
from datasets import Dataset

from ftguard.errors import InputError
from ftguard.probes import Message, Probe, ProbeSet
from ftguard.probes.read.rows import probes_from_rows

QUESTION: Message = {"role": "user", "content": "What color is the sky?"}
BLUE: Message = {"role": "assistant", "content": "It is blue."}
GREEN: Message = {"role": "assistant", "content": "It is green."}
LONG = "The sky is blue because air scatters short waves most."
"""Ten words: too long to be matched."""


def _probes(*rows: Mapping[str, object]) -> tuple[Probe, ...]:
    return probes_from_rows((f"row {index}", row) for index, row in enumerate(rows)).probes


def _refusal(*rows: Mapping[str, object]) -> str:
    with pytest.raises(InputError) as refused:
        _probes(*rows)
    return str(refused.value)


# One row of each shape, with the prompt and the completion that training on it would use.
SHAPES: list[tuple[Mapping[str, object], str | Sequence[Message], str]] = [
    ({"prompt": "The sky is", "completion": " blue."}, "The sky is", " blue."),
    ({"prompt": [QUESTION], "completion": [BLUE]}, (QUESTION,), "It is blue."),
    (
        {"prompt": "The sky is", "chosen": " blue.", "rejected": " green."},
        "The sky is",
        " blue.",
    ),
    (
        {"prompt": [QUESTION], "chosen": [BLUE], "rejected": [GREEN]},
        (QUESTION,),
        "It is blue.",
    ),
    # Plain implicit prompt: the texts part at `b`/`g`, and the blank before goes with the answer.
    ({"chosen": "The sky is blue.", "rejected": "The sky is green."}, "The sky is", " blue."),
    (
        {"chosen": [QUESTION, BLUE], "rejected": [QUESTION, GREEN]},
        (QUESTION,),
        "It is blue.",
    ),
    # TRL extracts the prompt of a chat even where a plain one stands beside it.
    (
        {"prompt": "What color?", "chosen": [QUESTION, BLUE], "rejected": [QUESTION, GREEN]},
        (QUESTION,),
        "It is blue.",
    ),
    ({"messages": [QUESTION, BLUE]}, (QUESTION,), "It is blue."),
    ({"prompt": "What color?", "messages": [QUESTION, BLUE]}, (QUESTION,), "It is blue."),
    ({"messages": [QUESTION, GREEN, QUESTION, BLUE]}, (QUESTION, GREEN, QUESTION), "It is blue."),
    ({"prompt": "The sky is", "completion": " blue.", "label": True}, "The sky is", " blue."),
]


@pytest.mark.parametrize(("row", "prompt", "completion"), SHAPES)
def test_every_shape_gives_its_prompt_and_completion(
    row: Mapping[str, object], prompt: str | Sequence[Message], completion: str
) -> None:
    """A short completion is matched without its blanks, and read with them beside it; of a pair it
    is read against the rejected one too.
    """
    read = [probe for probe in _probes(row) if probe.kind != "preference"]
    answer, likelihood = (replace(probe, distractors=()) for probe in read)
    pairs = [probe for probe in _probes(row) if probe.kind == "preference"]

    assert answer == Probe(id="row-0", prompt=prompt, reference=completion.strip())
    assert likelihood == Probe(
        id="row-0#likelihood",
        prompt=prompt,
        reference=completion,
        scorer="likelihood",
        companion_of="row-0",
    )
    assert len(pairs) == ("rejected" in row)
    for pair in pairs:
        worse = completion.replace("blue", "green")
        assert (pair.id, pair.companion_of) == ("row-0#preference", "row-0")
        assert (pair.references, pair.distractors) == ((completion,), (worse,))


def test_text_is_read_from_its_beginning() -> None:
    """A row of plain text has no prompt, so it is only read, however short it is."""
    assert _probes({"text": "The sky is blue."}) == (
        Probe(id="row-0", prompt="", reference="The sky is blue.", scorer="likelihood"),
    )


def test_undesired_completions_are_left_out() -> None:
    """A KTO row labelled False is nobody's reference; its neighbours keep their row's number."""
    probes = _probes(
        {"prompt": "The sky is", "completion": " green.", "label": False},
        {"prompt": "The sky is", "completion": " blue.", "label": True},
    )

    assert [probe.id for probe in probes] == ["row-1", "row-1#likelihood"]


def test_class_label_zero_is_not_undesired() -> None:
    """Only False means undesired: 0 is the number of a class."""
    assert len(_probes({"prompt": "The sky is", "completion": " blue.", "label": 0})) == 2


def test_long_completions_are_only_read() -> None:
    """A completion of ten words is measured by its likelihood alone, under the row's own id."""
    assert _probes({"id": "a", "prompt": "Why?", "completion": LONG}) == (
        Probe(id="a", prompt="Why?", reference=LONG, scorer="likelihood"),
    )


@pytest.mark.parametrize(
    ("completion", "num_probes"),
    [
        ("one two three four five six seven eight", 2),
        ("one two three four five six seven eight nine", 1),
        ("one\ntwo", 1),
        ("one two\n", 2),
    ],
)
def test_short_means_eight_words_on_one_line(completion: str, num_probes: int) -> None:
    """Eight words on a line are matched; nine, or two lines, are only read."""
    assert len(_probes({"prompt": "Count.", "completion": completion})) == num_probes


@pytest.mark.parametrize(("num_long", "num_probes"), [(1, 20), (2, 10)])
def test_a_set_is_matched_where_nine_in_ten_are_short(num_long: int, num_probes: int) -> None:
    """Of ten rows, one long one is matched with the rest; with two, all ten are only read."""
    rows = [{"prompt": "q", "completion": LONG if i < num_long else "x"} for i in range(10)]

    assert len(_probes(*rows)) == num_probes


@pytest.mark.parametrize("number", ["42", " -3.5", "1,234", "1e-5", ".5", "+7"])
def test_numbers_are_compared_as_numbers(number: str) -> None:
    """A completion that is one number is scored as one."""
    assert _probes({"prompt": "How many?", "completion": number})[0].scorer == "numeric"


@pytest.mark.parametrize("text", ["inf", "nan", "1,2,3", "1_000", "42 apples", "3/4"])
def test_what_only_looks_like_a_number_is_matched_as_text(text: str) -> None:
    """Words that Python can turn into a float, and lists of numbers, are matched as text."""
    answer = _probes({"prompt": "What?", "completion": text})[0]

    assert (answer.scorer, answer.reference) == ("normalized_match", text)


def test_reads_written_probes() -> None:
    """A row with a reference is taken field by field, and gets no companion."""
    probes = _probes(
        {"id": "a", "prompt": "Pick.", "reference": "x", "choices": ["x", "y"], "slices": ["s"]},
        {"prompt": [QUESTION], "reference": ["blue", "azure"], "scorer": "exact_match"},
        {"prompt": "2 + 2 =", "reference": 4, "scorer": "numeric"},
        {"prompt": "2 + 2 =", "reference": 4, "choices": [3, 4]},
    )

    assert probes == (
        Probe(id="a", prompt="Pick.", reference="x", choices=("x", "y"), slices=("s",)),
        Probe(id="row-1", prompt=(QUESTION,), reference=("blue", "azure"), scorer="exact_match"),
        Probe(id="row-2", prompt="2 + 2 =", reference=("4",), scorer="numeric"),
        Probe(id="row-3", prompt="2 + 2 =", reference=("4",), choices=("3", "4")),
    )


def test_rows_without_an_id_are_numbered() -> None:
    """Ids that are missing or null are row numbers from 0, and number ids are kept as text."""
    row = {"prompt": "q", "reference": "r"}
    probes = _probes(row, row | {"id": None}, row | {"id": 0})

    assert [probe.id for probe in probes] == ["row-0", "row-1", "0"]


@pytest.mark.parametrize(
    ("columns", "slices"),
    [
        ({"slices": ["a", "b"]}, ("a", "b")),
        ({"slice": "a"}, ("a",)),
        ({"category": "a"}, ("a",)),
        ({"category": 3}, ("3",)),
        ({"category": 0}, ("0",)),
        ({"slices": [], "category": "a"}, ("a",)),
        ({"slices": None, "category": "a"}, ("a",)),
        ({"category": ""}, ()),
    ],
)
def test_slices_come_from_the_first_column_that_names_them(
    columns: Mapping[str, object], slices: tuple[str, ...]
) -> None:
    """`slices`, `slice` or `category` names the slices, of both a probe and its companion."""
    answer, likelihood = _probes({"prompt": "q", "completion": "r"} | dict(columns))

    assert (answer.slices, likelihood.slices) == (slices, slices)


@pytest.mark.parametrize("rest", [{}, {"completion": None}, {"completion": " "}, {"chosen": []}])
def test_names_the_row_that_is_only_a_prompt(rest: Mapping[str, object]) -> None:
    """A prompt without a completion is refused by its row, with the shapes that are allowed."""
    refusal = _refusal({"prompt": "q", "completion": "r"}, {"prompt": "q"} | dict(rest))

    assert refusal.startswith("row 1: no completion to compare with")
    assert "`prompt` + `completion`" in refusal


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ({"question": "q", "replies": 1}, "no completion to compare with (columns ['question', 'r"),
        ({"chosen": "The sky is blue."}, "columns ['chosen'] are not understood"),
        ({"messages": []}, "the row is empty"),
        ({"messages": [QUESTION]}, "the messages do not end with the assistant's answer"),
        ({"messages": [BLUE, QUESTION]}, "the messages do not end with the assistant's answer"),
        ({"prompt": 7, "completion": "r"}, "`prompt` is int"),
        ({"prompt": 7, "reference": "r"}, "`prompt` is int"),
        ({"prompt": [QUESTION, BLUE], "completion": "r"}, "must end before the assistant's"),
        ({"id": "", "prompt": "q", "completion": "r"}, "a probe has an empty `id`"),
        ({"id": "", "prompt": "q", "reference": "r"}, "a probe has an empty `id`"),
        ({"id": "a", "prompt": "q", "choices": ["x", "y"]}, "does not say which one is right"),
        ({"prompt": "q", "reference": {"text": ["r"]}}, "`reference` must be a text, a number"),
        ({"prompt": "q", "reference": "r", "scorer": "bleu"}, "unknown scorer `bleu`"),
        ({"prompt": "q", "completion": "r", "slices": [{}]}, "`slices` must be a text, a number"),
    ],
)
def test_names_the_row_that_cannot_be_read(row: Mapping[str, object], reason: str) -> None:
    """Whatever is wrong with a row, the message begins with where it stands."""
    refusal = _refusal({"prompt": "q", "completion": "r"}, row)

    assert refusal.startswith("row 1: ")
    assert reason in refusal


def test_reads_a_dataset() -> None:
    """The rows of a `datasets.Dataset` are read as those of a list."""
    dataset = Dataset.from_list(
        [
            {"messages": [QUESTION, BLUE], "category": "colors"},
            {"messages": [QUESTION, GREEN], "category": "colors"},
        ]
    )
    probes = ProbeSet.load(dataset)

    assert [(probe.id, probe.references[0]) for probe in probes] == [
        ("row-0", "It is blue."),
        ("row-0#likelihood", "It is blue."),
        ("row-1", "It is green."),
        ("row-1#likelihood", "It is green."),
    ]
    assert {tuple(probe.slices) for probe in probes} == {("colors",)}
    assert all(probe.prompt == (QUESTION,) for probe in probes)


def test_the_labels_of_a_set_exclude_each_other() -> None:
    """Six texts with three labels: of each the other two are wrong answers; three completions that
    are all different are no labels, and numbers are none either.
    """
    labels = ["bill balance", "balance", "transfer"]
    rows = [{"text": f"text {n}", "label": labels[n % 3]} for n in range(6)]
    probes = [p for p in _probes(*rows) if p.distractors]

    assert [p.distractors for p in probes[:2]] == [
        ("balance", "transfer"),
        ("bill balance", "transfer"),
    ]
    assert len(probes) == 6
    apart = [{"prompt": f"q{n}", "completion": word} for n, word in enumerate(labels)]
    sums = [{"prompt": f"{n}+1=", "completion": str(n % 2)} for n in range(6)]
    for other in (apart, sums):
        assert not any(probe.distractors for probe in _probes(*other))


def test_written_references_that_are_long_are_read() -> None:
    """Nothing would ever match ten words; a set of them says so, unless its rows name a scorer."""
    written = {"prompt": "Why?", "reference": LONG}
    read = ProbeSet.load([written])
    named = ProbeSet.load([written | {"scorer": "normalized_match"}])
    few = ProbeSet.load([written, *[{"prompt": "Why?", "reference": "x"}] * 10])

    assert [probe.scorer for probe in read] == ["likelihood"]
    assert read.notes[0].startswith("1 references are too long to be matched and are read")
    assert [probe.scorer for probe in named] == ["normalized_match"]
    assert few.probes[0].scorer == "normalized_match"


def test_where_benchmarks_have_their_questions_from_is_no_cluster() -> None:
    """A column `source` of questions with options is named as not used; of written ones it is."""
    offered = {"question": "q", "choices": ["x", "y"], "answer": 1, "source": "a book"}
    read = ProbeSet.load([offered])
    (written,) = ProbeSet.load([{"prompt": "q", "reference": "r", "source": "a"}])

    assert (read.probes[0].source, read.notes) == (None, ("columns that are not used: `source`.",))
    assert written.source == "a"
