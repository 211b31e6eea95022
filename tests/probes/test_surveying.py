"""Tests of the survey: leaks and far queries in small training data, by hand."""

from importlib import import_module

import pytest

from ftguard import Probe, ProbeSet
from ftguard.probes.gathering import gather
from ftguard.probes.query import PromptTemplate
from ftguard.probes.sets import Sets, read_sets
from ftguard.probes.surveying import Survey, query_and_answer, survey

INTENTS = {
    "book a table for {} at the italian place": "restaurant",
    "please play {} songs by the new band": "music",
    "what is the weather like in {} days": "weather",
}
NUMBERS = ("two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "twelve")
TRAINING = [
    (f"row {index}", [f"Query: {query.format(number)}\nIntent:", f" {intent}"])
    for index, (query, intent, number) in enumerate(
        (query, intent, number) for query, intent in INTENTS.items() for number in NUMBERS * 2
    )
]
STRANGE = "my grandmother knits woollen socks"


def _probe(name: str, query: str, answer: str = "oos") -> Probe:
    return Probe(id=name, prompt=f"Query: {query}\nIntent:", reference=answer)


TARGET = [
    *(_probe(f"near-{n}", f"book a table for {n} at the greek place") for n in NUMBERS[:8]),
    _probe("strange", STRANGE),
    _probe("leaked", "Please play FOUR songs, by the new band!"),
]


def _sets(target: object = TARGET, tail: object = "auto") -> Sets:
    return read_sets(
        target=target,  # type: ignore[arg-type]  # what a user may give
        general=[Probe(id="g", prompt="Capital of Peru?", reference="Lima")],
        tail=tail,  # type: ignore[arg-type]  # what a user may give
        calibration=None,
        train_dataset=None,
        judged=False,
        max_probes=200,
        holdout=0,
        seed=0,
    )


def _surveyed(sets: Sets) -> Survey:
    return survey(sets, TRAINING, what="60 rows")


def test_a_leaked_probe_and_the_furthest_queries_are_found() -> None:
    """Of ten queries one stands in the training data but for case and punctuation; of the other
    nine a fifth is two, and the strangest comes first.
    """
    found = _surveyed(_sets())

    assert found.leaked == {"target/leaked"}
    assert {leak.kind for leak in found.leaks if leak.is_leak} == {"exact"}
    assert len(found.far) == 2
    assert found.far[0] == "target/strange"


def test_no_id_makes_a_probe_the_companion_of_another() -> None:
    """`mt-1#likelihood` stands beside `mt-1`, is another question, and leaked: it is named."""
    leaked = _probe("mt-1#likelihood", "play four songs by the new band")
    sets = _sets([*TARGET[:-1], _probe("mt-1", "translate this for me into welsh"), leaked])
    found = _surveyed(sets)

    gathered = gather(sets, found)

    assert found.leaked == {"target/mt-1#likelihood"}
    assert "such as `target/mt-1#likelihood` (" in " ".join(gathered.notes)
    asked = {probe.id for probe in gathered.probes}
    assert "target/mt-1" in asked
    assert "target/mt-1#likelihood" not in asked


def test_queries_and_answers_of_the_training_data_are_told_apart() -> None:
    """All 60 rows in the targets' template, and what was read is said."""
    found = _surveyed(_sets())

    assert len(found.known) == 60
    assert found.known[0] == ("book a table for two at the italian place", "restaurant")
    assert found.notes == ("leaks were looked for in 60 rows",)


def test_without_enough_training_texts_nothing_is_called_far() -> None:
    """With 49 of the 50 rows that are needed, leaks are still found and the note says why."""
    found = survey(_sets(), TRAINING[:49], what="49 rows")

    assert found.far == ()
    assert found.leaked == {"target/leaked"}
    assert "49 training texts were read, 50 are needed" in found.notes[1]


def test_that_nothing_was_read_is_said_loudly() -> None:
    """Rows without a text, as tuples of tensors are, leave the question open."""
    found = survey(_sets(), [], what="100 training rows")

    assert found.notes[0].startswith("LEAKS WERE NOT LOOKED FOR, no text could be read: 100")


def test_logged_queries_of_a_given_tail_are_told_by_their_distance() -> None:
    """A given tail's own probes are taken as they are; of its open ones a fifth is far."""
    logged = [
        *(
            Probe(id=f"l{n}", prompt=f"a {n} seat table, booked", scorer="open")
            for n in NUMBERS[:4]
        ),
        Probe(id="odd", prompt=STRANGE, scorer="open"),
        Probe(id="own", prompt="äöü?", reference="r"),
    ]

    assert _surveyed(_sets(tail=ProbeSet(logged))).far == ("tail/odd",)


def test_given_no_candidates_only_leaks_are_looked_for() -> None:
    """Without a target and a tail there is nothing to be far."""
    assert _surveyed(_sets(target=None)).far == ()


@pytest.mark.parametrize(
    ("pieces", "expected"),
    [
        (["Query: stop\nIntent:", " end"], ("stop", "end")),
        (["<s>Query: stop\nIntent: end</s>"], ("stop", "end</s>")),
        (["stop", "end"], ("stop", "end")),
        (["system text", "stop", "end"], ("stop", "end")),
        (["a text"], ("a text", "")),
        ([], ("", "")),
    ],
)
def test_the_query_is_what_the_frame_leaves(pieces: list[str], expected: tuple[str, str]) -> None:
    """In a prompt and its completion, in one decoded text, or without the template."""
    assert query_and_answer(PromptTemplate(before="Query: ", after="\nIntent:"), pieces) == expected


def test_a_system_message_is_no_query() -> None:
    """The same words before every query make nothing near: the strange one is still far."""
    system = "You are a helpful assistant of a large company. " * 12
    chats = [(where, [system, *pieces]) for where, pieces in TRAINING]
    decoded = [(where, [system + "".join(pieces)]) for where, pieces in TRAINING]

    for rows in (chats, decoded):
        assert survey(_sets(), rows, what="60 rows").far[0] == "target/strange"


def test_the_sample_of_a_long_stream_is_even(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of 60 rows 20 are kept, some of them from the last third."""
    monkeypatch.setattr(import_module("ftguard.probes.surveying"), "MOST_QUERIES", 20)

    found = _surveyed(_sets())

    assert len(found.known) == 20
    assert {answer for _, answer in found.known} == {"restaurant", "music", "weather"}
