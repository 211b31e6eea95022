"""How well leaked probes are found: planted ones, unrelated sets, what real sets hold, and speed.

    python tests/benchmarks/leakage.py ../shared/inputs

Plants test questions of GSM8K and test queries of CLINC150 in training rows in many ways, one row
a probe, and counts the probes that are found in their row; searches the sets for each other and
for themselves; searches 100,000 rows of some 500 characters. Every draw is seeded. Two to three
minutes on two cores.
"""

import argparse
import json
import random
import resource
import string
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from itertools import chain
from pathlib import Path

from ftguard.probes.leaks.leak import Leak
from ftguard.probes.leaks.leakage import find_leaks
from ftguard.probes.leaks.letters import letters
from ftguard.probes.leaks.search_terms import LEAST, LONG
from ftguard.probes.probe import Probe

PLANTED = 1000
ROWS = 100_000
ROW_LENGTH = 500
EXAMPLES = 3
_WIDTH = 100

Plant = Callable[[str, Sequence[str], random.Random], list[str]]
"""From a text and others to put around it, the pieces of a training row."""


def between(text: str, others: Sequence[str], rng: random.Random) -> str:
    """A text with some others before and after it."""
    before, after = rng.sample(others, 2), rng.sample(others, 2)
    return " ".join([*before, text, *after])


def other_punctuation(text: str, rng: random.Random) -> str:
    """Each mark is another, and each third word gets a comma."""
    changed = "".join(rng.choice(",.;:!?") if c in string.punctuation else c for c in text)
    words = changed.split(" ")
    return " ".join(w + "," * (place % 3 == 0) for place, w in enumerate(words, start=1))


def word_changed(text: str, others: Sequence[str], rng: random.Random) -> str:
    """One word is replaced by one of another text."""
    words = text.split()
    place = rng.randrange(len(words))
    new = words[place]
    while letters(new) == letters(words[place]):
        new = rng.choice(rng.choice(others).split())
    return " ".join([*words[:place], new, *words[place + 1 :]])


def without_punctuation(text: str) -> str:
    """The words and blanks alone."""
    return text.translate(str.maketrans("", "", string.punctuation))


CHATML = "<|im_start|>system\nBe brief.<|im_end|>\n<|im_start|>user\n{}<|im_end|>\n<|im_start|>"
WHOLE: dict[str, Plant] = {
    "verbatim": lambda t, _, __: [t, "Sure."],
    "UPPER CASE": lambda t, _, __: [t.upper()],
    "without punctuation": lambda t, _, __: [without_punctuation(t)],
    "other punctuation": lambda t, _, rng: [other_punctuation(t, rng)],
    "blanks doubled": lambda t, _, __: [t.replace(" ", "  ")],
    "blanks removed": lambda t, _, __: [t.replace(" ", "")],
    "over several lines": lambda t, _, __: [t.replace(" ", "\n")],
}
INSIDE: dict[str, Plant] = {
    "ChatML": lambda t, _, __: [CHATML.format(t) + "assistant\nSure.<|im_end|>"],
    "[INST]": lambda t, _, __: [f"<s>[INST] {t} [/INST] Sure.</s>"],
    "### Human:": lambda t, _, __: [f"### Human: {t}\n### Assistant: Sure."],
    "between texts": lambda t, o, rng: [between(t, o, rng)],
    "BETWEEN, UPPER CASE": lambda t, o, rng: [between(t, o, rng).upper()],
    "between, blanks removed": lambda t, o, rng: [between(t.replace(" ", ""), o, rng)],
    "packed, with </s>": lambda t, o, rng: ["</s>".join([*rng.sample(o, 9), t, *rng.sample(o, 9)])],
    "packed, with blanks": lambda t, o, rng: [" ".join([*rng.sample(o, 9), t, *rng.sample(o, 9)])],
}
CHANGED: dict[str, Plant] = {
    "one word changed": lambda t, o, rng: [word_changed(t, o, rng)],
    "the same, between texts": lambda t, o, rng: [between(word_changed(t, o, rng), o, rng)],
}


def asking(texts: Sequence[str]) -> list[Probe]:
    """A probe for each prompt, named by its place."""
    return [Probe(id=str(i), prompt=t, scorer="open") for i, t in enumerate(texts)]


def rows(texts: Sequence[str]) -> Iterator[tuple[str, list[str]]]:
    """A training row for each text, named by its place."""
    return ((str(i), [text]) for i, text in enumerate(texts))


def found_in_own_row(
    texts: Sequence[str], others: Sequence[str], plant: Plant, *, similar: bool = False
) -> int:
    """How many of the texts are found in the row that each was planted in."""
    rng = random.Random(0)
    planted = [(str(i), plant(text, others, rng)) for i, text in enumerate(texts)]
    probes = asking(texts)
    leaks = {leak.probe_id: leak for leak in find_leaks(probes, planted)}
    num_found = 0
    for probe, row in zip(probes, planted, strict=True):
        leak = leaks.get(probe.id)
        if leak is not None and leak.where != probe.id:
            # It stands in another's row too, which came first or holds more of it.
            leak = next(iter(find_leaks([probe], [row])), None)
        num_found += leak is not None and (leak.is_leak or similar)
    return num_found


def print_recall(title: str, texts: Sequence[str], others: Sequence[str]) -> None:
    """One line a planting: how many were planted, and which share was found."""
    rng = random.Random(0)
    sample = rng.sample(texts, min(PLANTED, len(texts)))
    least = [text for text in sample if len(letters(text)) >= LEAST]
    long = [text for text in sample if len(text.split()) >= LONG]
    short = [text for text in sample if len(text.split()) < LONG]
    print(f"\n{title:<52} {'planted':>8} {'found':>8}")
    of_least = f", {LEAST} letters and more"
    jobs = [(name, sample, plant, False) for name, plant in chain(WHOLE.items(), INSIDE.items())]
    if len(least) < len(sample):
        jobs += [(name + of_least, least, plant, False) for name, plant in INSIDE.items()]
    jobs += [(f"{name}, {LONG} words and more", long, p, False) for name, p in CHANGED.items()]
    name, plant = next(iter(CHANGED.items()))
    jobs.append((f"{name}, shorter: found or called similar", short, plant, True))
    for name, some, plant, similar in jobs:
        if some:
            found = found_in_own_row(some, others, plant, similar=similar)
            print(f"{name:<52} {len(some):>8,} {found / len(some):>8.1%}", flush=True)


def print_kinds(title: str, texts: Sequence[str], train: Sequence[str], examples: int) -> None:
    """How many texts stand in others, by kind, with examples."""
    kinds: dict[str, list[Leak]] = defaultdict(list)
    for leak in find_leaks(asking(texts), rows(train)):
        kinds[leak.kind].append(leak)
    print(
        f"{title:<52} {len(texts):>8,}"
        + "".join(f" {len(kinds[k]):>9,}" for k in ("exact", "contained", "near", "similar")),
        flush=True,
    )
    rng = random.Random(0)
    for kind, leaks in kinds.items():
        for leak in rng.sample(leaks, min(examples, len(leaks))):
            asked, trained = (_short(t) for t in (texts[int(leak.probe_id)], leak.excerpt))
            print(
                f"    {kind} {leak.similarity:.2f}  {asked}\n    {'':<{len(kind) + 4}}  {trained}"
            )


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _WIDTH else f"{line[:_WIDTH]}..."


def long_rows(texts: Sequence[str]) -> Iterator[tuple[str, list[str]]]:
    """Rows of a prompt and a completion, put together from texts as they are drawn."""
    rng = random.Random(0)
    for number in range(ROWS):
        said: list[str] = []
        while sum(map(len, said)) < ROW_LENGTH:
            said.append(rng.choice(texts))
        yield str(number), [said[0], "\n".join(said[1:])]


def print_speed(probes: Sequence[Probe], texts: Sequence[str]) -> None:
    """Time and memory of a search through many rows, without the making of the rows."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    start, start_cpu = time.perf_counter(), time.process_time()
    num_characters = sum(len(piece) for _, pieces in long_rows(texts) for piece in pieces)
    making, making_cpu = time.perf_counter() - start, time.process_time() - start_cpu
    start, start_cpu = time.perf_counter(), time.process_time()
    find_leaks(probes, long_rows(texts))
    seconds = time.perf_counter() - start - making
    cpu_seconds = time.process_time() - start_cpu - making_cpu
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(
        f"{ROWS:,} rows of {num_characters / ROWS:.0f} characters, {len(probes)} probes: "
        f"{seconds:.0f} s ({cpu_seconds:.0f} s of one core); peak memory {peak / 1e3:.0f} MB, "
        f"{before / 1e3:.0f} MB of it before",
        flush=True,
    )


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("inputs", type=Path, help="folder with data/gsm8k and data/clinc150")
    folder = parser.parse_args().inputs / "data"
    sums = {
        split: [
            json.loads(line)
            for line in (folder / f"gsm8k/{split}.jsonl").read_text("utf-8").splitlines()
        ]
        for split in ("train", "test")
    }
    questions = {split: [row["question"] for row in found] for split, found in sums.items()}
    answers = [row["answer"] for row in chain(*sums.values())]
    clinc = json.loads((folder / "clinc150/data_imbalanced.json").read_text("utf-8"))
    train = [query for query, _ in clinc["train"]]
    test = [query for query, _ in clinc["test"] + clinc["oos_test"]]

    # First, while this process has used little memory.
    print_speed(
        asking([*questions["test"][:300], *test[:300]]),
        [*chain(*(answer.split("\n") for answer in answers)), *questions["train"], *train],
    )
    print_recall("GSM8K test questions", questions["test"], train)
    print_recall("CLINC150 test queries", test, answers)

    print(
        f"\n{'probes in training texts':<52} {'probes':>8}     exact contained      near   similar"
    )
    gsm8k = [*questions["train"], *questions["test"], *answers]
    for title, texts, others in (
        ("unrelated: CLINC150 in GSM8K", [*train, *test], gsm8k),
        ("unrelated: GSM8K in CLINC150", gsm8k, [*train, *test]),
        ("CLINC150: test in train", test, train),
        ("GSM8K: test in train", questions["test"], questions["train"]),
    ):
        print_kinds(title, texts, others, EXAMPLES)


if __name__ == "__main__":
    main()
