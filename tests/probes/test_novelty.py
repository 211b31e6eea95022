"""Tests of novelty: distances by hand, and out-of-scope queries found on CLINC150."""

import json
import sys
from pathlib import Path

import numpy as np
import pytest

from ftguard import InputError
from ftguard.probes.novelty import Floats, furthest, load_encoder, novelty

TRAINING = ["play some jazz", "play some rock", "play some blues", "play a song", "play music"]


def test_a_query_like_the_training_data_is_near_and_another_far() -> None:
    """What was trained on five times is at no distance; what shares no letters is at 1."""
    near, between, far = novelty(
        ["play some jazz", "play the drums", "ÄÖÜ"], ["play some jazz"] * 5 + TRAINING
    )

    assert near == pytest.approx(0, abs=1e-6)
    assert 0.1 < between < 0.9
    assert far == pytest.approx(1)


def test_the_distance_is_one_minus_the_mean_cosine_to_the_five_nearest() -> None:
    """Of six training texts five are the query itself: the sixth, a stranger, does not count."""
    assert novelty(["abc"], ["abc"] * 5 + ["xyz"])[0] == pytest.approx(0, abs=1e-6)
    # Four times itself and once nothing in common: 1 - 4/5.
    assert novelty(["abc"], ["abc"] * 4 + ["xyz"] * 2)[0] == pytest.approx(0.2, abs=1e-6)


def test_fewer_than_five_training_texts_are_all_nearest() -> None:
    """With two, the distance is to both: 1 - (1 + 0) / 2."""
    assert novelty(["abc"], ["abc", "xyz"])[0] == pytest.approx(0.5)


class _Length:
    """Encodes a text as a direction that turns with its length."""

    def encode(self, sentences: list[str]) -> Floats:
        angles = np.array([len(sentence) / 20 for sentence in sentences])
        return np.stack([np.cos(angles), np.sin(angles)], axis=1)


def test_an_encoder_adds_what_it_sees() -> None:
    """Of two queries equally strange by letters, the one of a strange length is further."""
    queries = ["play some jazz", "ÄÖÜ" * 5, "ÄÖÜ" * 15]

    by_characters = novelty(queries, TRAINING)
    with_encoder = novelty(queries, TRAINING, _Length())

    assert by_characters[1] == pytest.approx(by_characters[2])
    assert with_encoder[0] < with_encoder[1] < with_encoder[2]


def test_the_furthest_fifth_comes_furthest_first() -> None:
    """Of ten distances the two largest, equals in their order."""
    distances = np.array([0.1, 0.9, 0.2, 0.9, 0.3, 0.95, 0.1, 0.1, 0.1, 0.1])

    assert furthest(distances).tolist() == [5, 1]
    assert furthest(distances, 0.3).tolist() == [5, 1, 3]


def test_out_of_scope_queries_are_found_on_clinc150(shared: Path) -> None:
    """The furthest fifth of 900 in-scope queries and 100 out-of-scope ones holds these at least
    3.7 times as often as chance, as the mean over 20 draws (measured: 4.09).
    """
    path = shared / "data/clinc150/data_imbalanced.json"
    splits = {
        name: [query for query, _ in rows]
        for name, rows in json.loads(path.read_text("utf-8")).items()
    }
    inside, outside = splits["test"], splits["oos_test"]
    distances = novelty(inside + outside, splits["train"])

    def lift(seed: int) -> float:
        generator = np.random.default_rng(seed)
        known = generator.choice(len(inside), 900, replace=False)
        strange = len(inside) + generator.choice(len(outside), 100, replace=False)
        far = furthest(distances[np.concatenate([known, strange])])
        return float((far >= 900).mean() / 0.1)

    assert np.mean([lift(seed) for seed in range(20)]) >= 3.7


def test_a_missing_package_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    """A name needs sentence-transformers; the message says how to get it."""
    monkeypatch.setitem(sys.modules, "sentence_transformers", None)

    with pytest.raises(InputError, match=r"pip install 'ftguard\[encoder\]'"):
        load_encoder("some-model")
