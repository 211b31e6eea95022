"""A second run on the same data takes over what was chosen; on any other it is chosen anew."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from datasets import Dataset
from transformers import PreTrainedTokenizerFast

from ftguard import Probe
from ftguard.folders import RunFolder
from ftguard.probes import Gathered, Sets, read_sets
from ftguard.run.chosen_probes import probes_to_ask
from ftguard.run.training.data import TrainingTexts, trainer_texts

ROWS = [{"text": f"{n} apples and {n + 1} pears make a basket of fruit"} for n in range(40)]
LEAKED = {"text": "which rivers flow through the old town of the capital"}


class Loader:
    """A training data loader, as far as it is looked at."""

    def __init__(self, dataset: object) -> None:
        self.dataset = dataset


class Walked:
    """Counts how often the rows of a data set were read through."""

    def __init__(self, dataset: object, tokenizer: PreTrainedTokenizerFast) -> None:
        self.times = 0
        self._read = trainer_texts(Loader(dataset), tokenizer, 0)

    def __call__(self) -> TrainingTexts:
        """What the callback gives to read."""
        return replace(self._read, texts=self._walk())

    def _walk(self) -> Any:
        self.times += 1
        yield from self._read.texts


@pytest.fixture
def sets() -> Sets:
    """Forty questions, of which the row `LEAKED` holds one."""
    target = [
        Probe(id=str(n), prompt=f"what grows on the tree with number {n}?", reference="pears")
        for n in range(39)
    ]
    leaked = Probe(id="leaked", prompt=LEAKED["text"], reference="two")
    return read_sets(
        target=[*target, leaked], general=None, tail="auto", calibration=None, train_dataset=None,
        judged=False, max_probes=10, holdout=0.3, seed=0,
    )  # fmt: skip


@pytest.fixture
def choose(tmp_path: Path, sets: Sets) -> Callable[..., Gathered]:
    """Chooses for a run in a folder of its own."""

    def chosen(training: Walked, given: Sets = sets, *, cache: bool = True) -> Gathered:
        return probes_to_ask(
            given, RunFolder(tmp_path / "new"), "run", training=training, encoder=None,
            progress=False, cache=cache, is_main_process=True,
        )  # fmt: skip

    return chosen


@pytest.mark.parametrize("made", [list, Dataset.from_list], ids=["a list", "a table"])
def test_the_same_data_are_searched_once(
    choose: Callable[..., Gathered],
    tokenizer: PreTrainedTokenizerFast,
    made: Callable[[Sequence[dict[str, str]]], object],
) -> None:
    """A list and a table made twice of the same rows: what was chosen is equal, notes and leaks
    included, and the rows are walked by the first run alone.
    """
    rows = [*ROWS, LEAKED]
    first, second = (Walked(made(rows), tokenizer) for _ in range(2))

    before, after = choose(first), choose(second)

    assert after == before
    assert [leak.probe_id for leak in after.leaks if leak.is_leak] == ["target/leaked"]
    assert (first.times, second.times) == (1, 0)


def test_other_data_or_settings_are_searched_anew(
    choose: Callable[..., Gathered], sets: Sets, tokenizer: PreTrainedTokenizerFast
) -> None:
    """One more row, another seed, the cache switched off: each is walked, and finds its own."""
    known = choose(Walked(Dataset.from_list(ROWS), tokenizer))
    more = Walked(Dataset.from_list([*ROWS, LEAKED]), tokenizer)
    seeded, uncached = (Walked(Dataset.from_list(ROWS), tokenizer) for _ in range(2))

    leaking = choose(more)
    choose(seeded, replace(sets, seed=1))
    choose(uncached, cache=False)

    assert not known.leaks
    assert {leak.probe_id for leak in leaking.leaks} == {"target/leaked"}
    assert (more.times, seeded.times, uncached.times) == (1, 1, 1)


def test_what_a_walk_alone_could_tell_apart_is_walked(
    choose: Callable[..., Gathered], tokenizer: PreTrainedTokenizerFast
) -> None:
    """A data set of a class of its own may draw its rows by chance, or fetch them."""

    class Own:
        def __len__(self) -> int:
            return len(ROWS)

        def __getitem__(self, place: int) -> dict[str, str]:
            return ROWS[place]

    walked = [Walked(Own(), tokenizer) for _ in range(2)]
    for each in walked:
        choose(each)

    assert [each.times for each in walked] == [1, 1]


def test_a_damaged_note_is_passed_over(
    choose: Callable[..., Gathered],
    tokenizer: PreTrainedTokenizerFast,
    tmp_path: Path,
) -> None:
    """What was cut short on a full disk: the probes are chosen anew, and are the same."""
    before = choose(Walked(ROWS, tokenizer))
    (kept,) = (tmp_path / "cache" / "chosen").glob("*/probes.jsonl")
    kept.write_bytes(kept.read_bytes()[:100])
    again = Walked(ROWS, tokenizer)

    assert choose(again) == before
    assert again.times == 1


def test_other_tokenizers_read_other_texts(tokenizer: PreTrainedTokenizerFast) -> None:
    """Token ids are one text to one vocabulary and another to the next."""
    rows = [{"input_ids": [4, 5, 6]}]
    names = [trainer_texts(Loader(rows), each, 0).fingerprint() for each in (tokenizer, tokenizer)]
    tokenizer.add_tokens(["apples"])
    later = trainer_texts(Loader(rows), tokenizer, 0).fingerprint()

    assert names[0] == names[1] != later
    assert names[0]
