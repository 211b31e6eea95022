"""Tests of `find_leaks` on real sets: what is found of what is planted, and what they hold."""

import json
import random
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from ftguard.probes import Probe
from ftguard.probes.leaks.leakage import find_leaks


def _probes(*prompts: str) -> list[Probe]:
    return [Probe(id=f"p{i}", prompt=prompt, scorer="open") for i, prompt in enumerate(prompts)]


def _rows(*texts: str) -> list[tuple[str, list[str]]]:
    return [(f"row {i}", [text]) for i, text in enumerate(texts)]


@pytest.fixture
def gsm8k(shared: Path) -> dict[str, list[str]]:
    """Questions of each split, and all answers."""
    rows = {
        split: [
            json.loads(line)
            for line in (shared / f"data/gsm8k/{split}.jsonl").read_text("utf-8").splitlines()
        ]
        for split in ("train", "test")
    }
    questions = {split: [row["question"] for row in found] for split, found in rows.items()}
    return questions | {"answers": [row["answer"] for row in rows["train"]]}


@pytest.fixture
def clinc(shared: Path) -> dict[str, list[str]]:
    """Queries of each split; test with the out-of-scope ones."""
    path = shared / "data/clinc150/data_imbalanced.json"
    splits = {
        name: [query for query, _ in rows]
        for name, rows in json.loads(path.read_text("utf-8")).items()
    }
    return {"train": splits["train"], "test": splits["test"] + splits["oos_test"]}


def _found(asked: Sequence[str], trained: Sequence[str]) -> float:
    leaks = find_leaks(_probes(*asked), _rows(*trained))
    return sum(leak.is_leak for leak in leaks) / len(asked)


def _spelled_otherwise(text: str, rng: random.Random) -> str:
    """Other case, other marks, other blanks."""
    marks = "".join(rng.choice(",.;!?") if c in ".,?!'" else c for c in text)
    return rng.choice((str.upper, str.title))(marks).replace(" ", rng.choice(("  ", "", "\n")))


@pytest.mark.parametrize("plant", [lambda text, _: text, _spelled_otherwise])
def test_spelling_hides_no_real_text(
    gsm8k: dict[str, list[str]],
    clinc: dict[str, list[str]],
    plant: Callable[[str, random.Random], str],
) -> None:
    """All of 300 questions and 1,000 queries are found among other rows."""
    rng = random.Random(0)
    for asked, others in (
        (rng.sample(gsm8k["test"], 300), clinc["train"][:500]),
        (rng.sample(clinc["test"], 1000), gsm8k["train"][:300]),
    ):
        assert _found(asked, [*others, *(plant(text, rng) for text in asked)]) == 1


def test_other_text_hides_no_real_text(
    gsm8k: dict[str, list[str]], clinc: dict[str, list[str]]
) -> None:
    """At least 98 % are found between others, of queries those with 12 letters and more."""
    rng = random.Random(0)
    queries = [text for text in clinc["test"] if sum(map(str.isalnum, text)) >= 12]
    for asked, others in (
        (rng.sample(gsm8k["test"], 300), clinc["train"]),
        (rng.sample(queries, 1000), gsm8k["answers"]),
    ):
        # Four texts around, so that a turn is as long as no query is.
        around = [rng.sample(others, 4) for _ in asked]
        trained = [" ".join([*o[:2], t, *o[2:]]) for o, t in zip(around, asked, strict=True)]

        assert _found(asked, trained) >= 0.98


def test_one_word_changed_hides_no_long_text(
    gsm8k: dict[str, list[str]], clinc: dict[str, list[str]]
) -> None:
    """At least 95 % of questions with 20 words and more, alone and between other texts."""
    rng = random.Random(0)
    asked = [text for text in rng.sample(gsm8k["test"], 400) if len(text.split()) >= 20]
    changed = []
    for text in asked:
        words = text.split()
        words[rng.randrange(len(words))] = rng.choice(rng.choice(gsm8k["train"]).split())
        changed.append(" ".join(words))

    others = clinc["train"]
    assert _found(asked, changed) >= 0.95
    assert (
        _found(asked, [f"{rng.choice(others)} {t} {rng.choice(others)}" for t in changed]) >= 0.95
    )


def test_half_a_question_and_one_in_another_order_are_found(gsm8k: dict[str, list[str]]) -> None:
    """Of 200 questions, all halves are told and none left out, and 99 % in another order are."""
    rng = random.Random(0)
    asked = [text for text in rng.sample(gsm8k["test"], 300) if text.count(". ") > 1][:200]
    halves, moved = [], []
    for text in asked:
        words, (first, *others) = text.split(), text.split(". ")
        middle = len(words) // 2
        halves.append(" ".join(rng.choice((words[:middle], words[middle:]))))
        moved.append(". ".join([*others, first]))

    leaks = find_leaks(_probes(*asked), _rows(*halves))

    assert {leak.kind for leak in leaks} == {"similar"}
    assert len(leaks) == len(asked)
    assert _found(asked, moved) >= 0.99


def test_unrelated_sets_hold_nothing_of_each_other(
    gsm8k: dict[str, list[str]], clinc: dict[str, list[str]]
) -> None:
    """No question or answer is found among queries, and no query among those; not even similar."""
    sums = [*gsm8k["test"], *gsm8k["answers"][:1000]]

    assert find_leaks(_probes(*sums), _rows(*clinc["train"], *clinc["test"])) == ()
    assert find_leaks(_probes(*clinc["test"][::4]), _rows(*sums)) == ()


def test_what_the_real_sets_hold(gsm8k: dict[str, list[str]], clinc: dict[str, list[str]]) -> None:
    """The figures that the thresholds were chosen by."""
    sums = find_leaks(_probes(*gsm8k["test"]), _rows(*gsm8k["train"]))
    queries = find_leaks(_probes(*clinc["test"]), _rows(*clinc["train"]))

    # The similar questions are twins with other numbers. The longest query that stands within
    # another person's has nine words.
    assert Counter(leak.kind for leak in sums) == {"near": 3, "similar": 7}
    assert Counter(leak.kind for leak in queries) == {"exact": 25, "similar": 606}
