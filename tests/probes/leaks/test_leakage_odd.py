"""Tests of `find_leaks` on every script, on nothing, and on very much."""

import random
import time
from collections.abc import Iterator, Sequence

import pytest

from ftguard.probes import Probe
from ftguard.probes.leaks.leak import Leak
from ftguard.probes.leaks.leakage import find_leaks

EGGS = "How many eggs does Janet's farm sell at the market?"


def _probes(*prompts: str) -> list[Probe]:
    return [Probe(id=f"p{i}", prompt=prompt, scorer="open") for i, prompt in enumerate(prompts)]


def _rows(*texts: str) -> list[tuple[str, list[str]]]:
    return [(f"row {i}", [text]) for i, text in enumerate(texts)]


def _kinds(leaks: Sequence[Leak]) -> dict[str, str]:
    return {leak.probe_id: leak.kind for leak in leaks}


@pytest.mark.parametrize(
    ("asked", "trained", "kind"),
    [
        ("\U0001f34e\U0001f34e\U0001f34a", "Sure.\n\U0001f34e \U0001f34e\U0001f34a\n", "exact"),
        ("你好", "<|im_start|>user\n你好!<|im_end|>", "exact"),
        # A short query within another person's own.
        ("今天天气怎么样", "请问,今天天气怎么样,我们去公园吧", "similar"),
        (
            "今天天气怎么样",
            "请问,今天天气怎么样。" + "我们后来去了公园,又去了河边的老茶馆。" * 6,
            "contained",
        ),
        (
            "كيف يمكنني إعادة تعيين كلمة المرور؟",
            "مرحبا، كيف يمكنني إعادة تعيين كلمة المرور",
            "similar",
        ),
        ("मुझे पासवर्ड कैसे बदलना चाहिए", "सुनो, मुझे पासवर्ड कैसे बदलना चाहिए?", "similar"),
        ("Straße zum Rathaus gesucht", "Bitte, STRASSE ZUM RATHAUS GESUCHT!", "similar"),
    ],
)
def test_every_script_is_found(asked: str, trained: str, kind: str) -> None:
    """Emoji, ideographs, Arabic and Indic scripts."""
    assert _kinds(find_leaks(_probes(asked), _rows(trained))) == {"p0": kind}


def test_a_changed_ideograph_is_near() -> None:
    """Sixty ideographs are as long as 22 words; one of them changed leaves a near match."""
    rng = random.Random(0)
    text = "".join(chr(rng.randrange(0x4E00, 0x9FA5)) for _ in range(60))

    leaks = find_leaks(_probes(text), _rows(f"好的好的{text[:30]}一{text[31:]}好的"))

    assert _kinds(leaks) == {"p0": "near"}


def test_nothing_is_found_in_nothing() -> None:
    """Empty rows, blank pieces and no rows at all are searched without complaint."""
    assert find_leaks(_probes(EGGS, "hi"), []) == ()
    assert (
        find_leaks(_probes(EGGS, "hi"), [("a", []), ("b", [""]), ("c", [" \n", "\t", "?!"])]) == ()
    )


def test_rows_are_read_in_chunks() -> None:
    """Progress is told while rows are still to come, so that no list of them is needed."""
    read = 0
    told = []

    def rows() -> Iterator[tuple[str, list[str]]]:
        nonlocal read
        for read in range(1, 6001):
            yield f"row {read}", ["Nothing of interest happened here. " * 20]

    find_leaks(_probes(EGGS), rows(), progress=lambda searched: told.append((searched, read)))

    assert told[-1] == (6000, 6000)
    # A chunk is searched as soon as the next row is one too many.
    assert told[0] == (told[0][0], told[0][0] + 1)
    assert len(told) > 2


def _sentences(letters: int, seed: int) -> str:
    """So many characters of made-up words."""
    rng = random.Random(seed)
    alphabet = "abcdefghijklmnopqrstuvwxyz"
    words = ["".join(rng.choices(alphabet, k=rng.randint(2, 9))) for _ in range(2000)]
    return " ".join(rng.choices(words, k=letters // 6))


def test_a_row_of_five_megabytes_is_searched() -> None:
    """A long probe, a changed one and a short one are found in it within seconds."""
    long = _sentences(20_000, seed=1)
    changed = _sentences(600, seed=2)
    row = _sentences(5_000_000, seed=3)
    trained = " ".join([row[:2_000_000], long, row[2_000_000:], changed.replace("e", "i"), EGGS])
    start = time.process_time()

    leaks = find_leaks(_probes(long, changed, EGGS), _rows(trained))

    assert _kinds(leaks) == {"p0": "contained", "p1": "near", "p2": "contained"}
    assert time.process_time() - start < 20


def test_letters_without_end_are_searched() -> None:
    """A row of one letter again and again, and the like, takes no more than a moment."""
    probes = _probes("a" * 200, "a a " * 100, "ab" * 100, "aaaaaaaaaaaaab")

    leaks = find_leaks(probes, _rows("a" * 300_000, "a " * 300_000, "ab " * 100_000))

    assert _kinds(leaks) == {"p0": "contained", "p1": "contained", "p2": "contained"}


def test_every_one_of_a_hundred_rows_is_counted() -> None:
    """100 identical rows are one leak in 100 rows, whether exact or near."""
    probe = " ".join(f"word{number}" for number in range(25))
    near = probe.replace("word7 ", "")

    (exact,) = find_leaks(_probes(probe), _rows(*[probe] * 100))
    (changed,) = find_leaks(_probes(probe), _rows(*[near] * 100))

    assert (exact.kind, exact.rows) == ("exact", 100)
    assert (changed.kind, changed.rows) == ("near", 100)
