"""Tests of `probes_from_logs`: what is drawn, what is masked, and what is said of the rest."""

import random
import string
import sys
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import cast

import pytest

from ftguard.errors import InputError
from ftguard.probes.logs import from_logs as logs
from ftguard.probes.logs.from_logs import probes_from_logs
from ftguard.probes.probe import Message, Probe

SUBJECTS = {
    "music": ("song", "play", "band", "album", "guitar", "louder"),
    "travel": ("flight", "book", "airport", "seat", "luggage", "visa"),
    "kitchen": ("recipe", "cook", "oven", "flour", "butter", "sauce"),
}


def _queries(seed: int, **sizes: int) -> list[str]:
    """So many queries on each subject, mixed: three of its words and 2, 8 or 20 of nobody's."""
    generator = random.Random(seed)
    found = []
    for subject, size in sizes.items():
        for at in range(size):
            words = generator.sample(SUBJECTS[subject], 3)
            letters = generator.choices(string.ascii_lowercase, k=6 * (2, 8, 20)[at % 3])
            words += ["".join(letters[start : start + 6]) for start in range(0, len(letters), 6)]
            found.append(" ".join(words))
    generator.shuffle(found)
    return found


def _drawn(
    rows: Iterable[Mapping[str, object] | str],
    *,
    size: int = 200,
    seed: int = 0,
    mask: bool = True,
    region: str | None = "US",
) -> tuple[tuple[Probe, ...], str]:
    """The probes, and the one sentence."""
    read = [{"prompt": row} if isinstance(row, str) else row for row in rows]
    numbered = [(f"log.jsonl:{at}", row) for at, row in enumerate(read, start=1)]
    found = probes_from_logs(
        numbered, size=size, seed=seed, mask=mask, region=region, log="log.jsonl"
    )
    return found.probes, found.note


def _user(text: str) -> Message:
    return {"role": "user", "content": text}


def _subject(probe: Probe) -> str:
    said = set(cast(str, probe.prompt).split())
    return next(name for name, words in SUBJECTS.items() if said & set(words))


def test_a_small_log_is_taken_whole() -> None:
    """Probes are open and have their number in the log; with one topic, that is no slice."""
    probes, sentence = _drawn(["What is the capital of France?", "", "Sing!", "sing"], mask=False)

    assert probes == (
        Probe(
            id="log-1",
            prompt="What is the capital of France?",
            scorer="open",
            slices=("length:medium",),
            max_new_tokens=256,
        ),
        Probe(
            id="log-3",
            prompt="Sing!",
            scorer="open",
            slices=("length:short",),
            max_new_tokens=256,
        ),
    )
    assert sentence == (
        "3 logged queries, 1 row blank left out, 1 exact and 0 near duplicates removed, all 2 "
        "left taken over 1 topic and 2 lengths (short to 1 words, long above 6; seed 0), "
        "identifiers not masked"
    )


def test_every_subject_and_length_has_its_share() -> None:
    """Of 150 queries on music, 120 on travel and 30 on cooking, a tenth is 15, 12 and 3.

    Three or four topics are made of 300 (30 drawn make room for 3), a third of each length.
    """
    probes, sentence = _drawn(_queries(0, music=150, travel=120, kitchen=30), size=30)

    assert Counter(map(_subject, probes)) == {"music": 15, "travel": 12, "kitchen": 3}
    assert Counter(p.slices[1] for p in probes) == {
        "length:short": 10,
        "length:medium": 10,
        "length:long": 10,
    }
    assert len({(p.slices[0], _subject(p)) for p in probes}) == 3
    assert all(p.slices[0].startswith("topic:") for p in probes)
    assert "300 logged queries, 0 exact and 0 near duplicates removed, 30 drawn over 3" in sentence
    assert "3 topics and 3 lengths (short to 5 words, long above 11; seed 0)" in sentence


def test_a_rare_topic_is_not_missed() -> None:
    """Four of 604 would get 0.13 of 20 places; they get one, whatever the seed."""
    queries = _queries(1, music=300, travel=300, kitchen=20)

    for seed in range(3):
        probes, _ = _drawn(queries, size=30, seed=seed)
        assert Counter(map(_subject, probes))["kitchen"] >= 1


def test_near_duplicates_are_removed() -> None:
    """A query with another word at its end goes, and the first one stays."""
    queries = _queries(2, music=10)
    rows = [text for query in queries for text in (query, f"{query} please", f"{query.upper()}!")]

    probes, sentence = _drawn(rows)

    assert [probe.prompt for probe in probes] == queries
    assert sentence.startswith(
        "30 logged queries, 10 exact and 10 near duplicates removed, all 10 left taken"
    )


@pytest.mark.parametrize("tasks", [1, 3])
def test_templates_make_no_duplicates(tasks: int) -> None:
    """Short questions in long templates are compared without them, and within one alone."""
    begins = [f"{name}: " + "You read what shoppers ask. " * 10 for name in ("Tag", "Sum", "Say")]
    questions = ["Is it blue?", "How much is it?", "Where are you?", "Any hats left?", "Who is Jo?"]
    questions += ["When do you open?", "Can I pay later?", "Do you ship to Peru?"]
    rows = [
        f"{begin}Question: {question}\nAnswer:"
        for begin in begins[:tasks]
        for question in questions
    ]

    probes, sentence = _drawn([*rows, rows[0].replace("blue", "  BLUE")])

    assert [probe.prompt for probe in probes] == rows
    assert "1 exact and 0 near duplicates removed" in sentence
    # Of 3 3 3 3 4 4 4 5 words; with the templates it would be 58 and more.
    assert "long above 4;" in sentence


def test_the_same_query_in_two_tasks_is_two() -> None:
    """Where each query is asked under two system messages, both are asked of the tuned model."""
    rows = [
        {"messages": [{"role": "system", "content": content}, _user("Is my card blocked?")]}
        for content in ("Name the intent.", "Answer in French.")
    ]

    assert [probe.prompt for probe in _drawn(rows)[0]] == [tuple(r["messages"]) for r in rows]


def test_every_message_is_masked_and_counted() -> None:
    """Identifiers go from the system's message, earlier turns and the query, and are counted."""
    chat = [
        Message(role="system", content="The user is bob@example.com."),
        _user("My card is 4111 1111 1111 1111."),
        Message(role="assistant", content="I call 650-253-0000."),
        _user("Or write to al@example.com"),
        Message(role="assistant", content="Done, al@example.com."),
    ]

    (first, second), sentence = _drawn([{"messages": chat}, "Is 10.1.77.5 yours?"])

    assert first.prompt == (
        Message(role="system", content="The user is [EMAIL]."),
        _user("My card is [CARD]."),
        Message(role="assistant", content="I call [PHONE]."),
        _user("Or write to [EMAIL]"),
    )
    assert second.prompt == "Is [IP] yours?"
    assert sentence.endswith("5 identifiers masked in 2 of them (2 EMAIL, 1 CARD, 1 PHONE, 1 IP)")


def test_masking_can_be_off_and_for_another_region() -> None:
    """With `mask=False` the texts stay; a region's own numbers are known."""
    text = "Call 020 7946 0958 or mail bob@example.com"

    assert _drawn([text], mask=False)[0][0].prompt == text
    assert _drawn([text], region="GB")[0][0].prompt == "Call [PHONE] or mail [EMAIL]"
    assert _drawn([text], region=None)[0][0].prompt == "Call 020 7946 0958 or mail [EMAIL]"


def test_masking_off_needs_no_library(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without phonenumbers, masking is refused with what to install; the draw alone works."""
    monkeypatch.setitem(sys.modules, "phonenumbers", None)

    assert len(_drawn(["Why?"], mask=False)[0]) == 1
    with pytest.raises(InputError, match=r"ftguard\[logs\]"):
        _drawn(["Why?"])


def test_queries_that_differ_by_an_identifier_are_one() -> None:
    """They are compared as they will be asked."""
    rows = [f"Send the report to {name}@example.com" for name in ("bob", "alexandria", "x.y.z1234")]

    probes, sentence = _drawn(rows)

    assert [probe.prompt for probe in probes] == ["Send the report to [EMAIL]"]
    assert "0 exact and 2 near duplicates removed" in sentence


def test_turns_of_one_chat_share_their_source() -> None:
    """Later turns are not independent of earlier ones; a chat that stands alone has no source."""
    opening, reply = _user("Plan my week in Rome"), Message(role="assistant", content="Gladly.")
    later = _user("What about the catacombs, are these open on Sunday mornings in the winter?")
    rows = [
        {"messages": [opening, reply]},
        {"messages": [opening, reply, later, reply]},
        {"messages": [_user("Why is the sky blue?"), reply]},
    ]

    probes, _ = _drawn(rows)

    assert [probe.source for probe in probes] == ["chat of log-1", "chat of log-1", None]


def test_what_is_left_out_is_counted_by_reason() -> None:
    """Blank rows and rows with images or tools are no mistakes, and are said."""
    image = [{"type": "image_url", "image_url": {"url": "u"}}]
    rows: list[Mapping[str, object]] = [
        {"messages": [{"role": "user", "content": image}]},
        {"prompt": ""},
        {"prompt": " "},
        {"prompt": "Why?"},
    ]

    assert _drawn(rows)[1].startswith(
        "1 logged query, 1 row with images, files or tools left out, 2 rows blank left out, 0 exact"
    )


@pytest.mark.parametrize(
    ("rows", "counted"),
    [
        ([], "0 logged queries"),
        (["", " "], "0 logged queries, 2 rows blank left out"),
    ],
)
def test_a_log_without_queries_is_refused(rows: list[str], counted: str) -> None:
    """The log is named, with what it holds and what to write into it."""
    with pytest.raises(InputError) as refused:
        _drawn(rows)

    assert str(refused.value).startswith(
        f"`log.jsonl` holds no query ({counted}): log one request a line, as `messages`"
    )


def test_a_row_that_cannot_be_read_is_named() -> None:
    """The place comes first."""
    with pytest.raises(InputError, match=r"^log.jsonl:2: no query in the columns \['user'\]"):
        _drawn(["Why?", {"user": "u"}])


@pytest.mark.parametrize("size", [0, -1])
def test_a_draw_of_nothing_is_refused(size: int) -> None:
    """At least one probe must be drawn."""
    with pytest.raises(InputError, match=f"`size` must be at least 1, got {size}"):
        _drawn(["Why?"], size=size)


def test_the_seed_alone_decides() -> None:
    """One seed twice gives the same probes and sentence; another gives others."""
    queries = _queries(3, music=100, travel=100)

    assert _drawn(queries, size=20, seed=5) == _drawn(queries, size=20, seed=5)
    assert _drawn(queries, size=20, seed=5)[0] != _drawn(queries, size=20, seed=6)[0]


def test_a_long_log_is_sampled_first(monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond the candidates, near-duplicates are sought among these alone, and it is said."""
    monkeypatch.setattr(logs, "CANDIDATES", 60)

    probes, sentence = _drawn([*_queries(4, music=100, travel=100), "Why?", "why"], size=10)

    assert len(probes) == 10
    assert sentence.startswith(
        "202 logged queries, 1 exact duplicates removed, and 0 near ones from 60 of the 201 "
        "different, taken at random, 10 drawn over "
    )
