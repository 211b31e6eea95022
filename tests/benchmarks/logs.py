"""What `probes_from_logs` finds in a log whose intents are known, and what a long log costs.

    python tests/benchmarks/logs.py ../shared/inputs/data/clinc150/data_imbalanced.json [--rows N]

Prints, for the training queries of CLINC150 (Larson et al. 2019; 150 intents):

1. Agreement of the topics with the intents: normalised mutual information, and purity (the share of
   queries that are of the most frequent intent of their topic), for all intents, of which 20 topics
   can't tell 150, and for logs of 8 and 20 of them. Means over seeds.
2. How many intents a draw of 200 covers, and a plain random draw of 200 rows, where some queries
   are repeated and some carry an identifier; as they are, and where intents fall as 1 / rank.
3. What is left of the planted identifiers in the draw.
4. Seconds of processor time, and peak memory, for N (100,000) rows that vary these queries.

Some 3 minutes on one core. Seeds are fixed.
"""

import argparse
import json
import random
import resource
import statistics
import time
from collections import Counter, defaultdict
from collections.abc import Hashable, Iterator, Mapping, Sequence
from pathlib import Path

from sklearn.metrics import normalized_mutual_info_score

from ftguard.probes.logs.from_logs import probes_from_logs
from ftguard.probes.logs.topics import topics

SEEDS = range(5)
SIZE = 200
PLANTED = {
    "EMAIL": "mail me at jo{}@example.com",
    "PHONE": "call me at 650-253-{}",
    "CARD": "card 4111 1111 1111 1111 no {}",
    "IP": "from 203.0.113.7 port {}",
}
"""What is added to a query; a number makes each different."""

Labelled = Sequence[tuple[str, str]]
"""Queries and their intents."""


def purity(groups: Sequence[Hashable], labels: Sequence[str]) -> float:
    """The share of texts that have the most frequent label of their group."""
    counts: dict[Hashable, Counter[str]] = defaultdict(Counter)
    for group, label in zip(groups, labels, strict=True):
        counts[group][label] += 1
    return sum(max(count.values()) for count in counts.values()) / len(labels)


def few_intents(queries: Labelled, number: int, seed: int) -> Labelled:
    """The queries of so many intents, drawn at random."""
    intents = sorted({intent for _, intent in queries})
    kept = set(random.Random(seed).sample(intents, number))
    return [query for query in queries if query[1] in kept]


def skewed(queries: Labelled) -> Labelled:
    """The same queries, of which intents keep ever fewer: as 8 / rank, at most all."""
    generator = random.Random(0)
    intents = sorted({intent for _, intent in queries})
    generator.shuffle(intents)
    keep = {intent: min(1.0, 8 / rank) for rank, intent in enumerate(intents, start=1)}
    return [query for query in queries if generator.random() < keep[query[1]]]


def logged(queries: Labelled) -> list[tuple[str, str]]:
    """A log of them: 3 in 10 come again in capitals, 1 in 20 again with an identifier."""
    generator = random.Random(1)
    rows = []
    for text, intent in queries:
        rows.append((text, intent))
        if generator.random() < 0.3:
            rows.append((f"{text.upper()}?", intent))
        if generator.random() < 0.05:
            kind = generator.choice(list(PLANTED.values()))
            rows.append((f"{text} {kind.format(generator.randrange(1000, 9999))}", intent))
    generator.shuffle(rows)
    return rows


def rows_of(texts: Sequence[str]) -> Iterator[tuple[str, Mapping[str, object]]]:
    """As a JSONL file is read."""
    return ((f"log:{at}", {"prompt": text}) for at, text in enumerate(texts, start=1))


def report_topics(queries: Labelled) -> None:
    """The first table."""
    cases = {
        "all": [queries for _ in SEEDS],
        "20": [few_intents(queries, 20, seed) for seed in SEEDS],
        "8": [few_intents(queries, 8, seed) for seed in SEEDS],
    }
    print("intents  topics  NMI    purity")
    for name, logs in cases.items():
        scores = []
        for seed, log in zip(SEEDS, logs, strict=True):
            labels = [intent for _, intent in log]
            names = topics(
                [text for text, _ in log], most=min(20, len(set(labels))), seed=seed
            ).names
            agreement = normalized_mutual_info_score(labels, names)
            scores.append((len(set(names)), agreement, purity(names, labels)))
        number, agreement, pure = (statistics.mean(column) for column in zip(*scores, strict=True))
        print(f"{name:7}  {number:6.1f}  {agreement:.3f}  {pure:.3f}")


def report_draws(name: str, queries: Labelled) -> None:
    """The second table's line and the third."""
    log = logged(queries)
    texts = [text for text, _ in log]
    covered, plainly, masked, left = [], [], 0, 0
    for seed in SEEDS:
        found = probes_from_logs(rows_of(texts), size=SIZE, seed=seed)
        probes, notes = found.probes, (found.note,)
        covered.append(len({log[int(p.id.removeprefix("log-")) - 1][1] for p in probes}))
        drawn = random.Random(seed).sample(log, SIZE)
        plainly.append(len({intent for _, intent in drawn}))
        asked = " ".join(str(probe.prompt) for probe in probes)
        masked += sum(asked.count(f"[{kind}]") for kind in PLANTED)
        left += sum(asked.count(part) for part in ("@example", "650-253", "4111 1", "203.0.113"))
    print(f"{name}: {notes[0]}")
    print(
        f"  intents covered of {len({intent for _, intent in queries})}: {covered}, mean ", end=""
    )
    print(f"{statistics.mean(covered):.1f}; plain {plainly}, mean {statistics.mean(plainly):.1f}")
    print(f"  identifiers in the draws of all seeds: {masked} masked, {left} left")


def report_cost(queries: Labelled, number: int) -> None:
    """The fourth table."""
    generator = random.Random(0)
    words = [word for text, _ in queries for word in text.split()]
    texts = []
    for _ in range(number):
        said = generator.choice(queries)[0].split()
        for _ in range(generator.choice((0, 1, 2, 3))):
            said.insert(generator.randrange(len(said) + 1), generator.choice(words))
        texts.append(" ".join(said))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    start = time.process_time()
    notes = (probes_from_logs(rows_of(texts)).note,)
    seconds = time.process_time() - start
    more = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    print(f"{number:,} rows: {seconds:.1f} s of processor time, {more:.0f} MiB more at the peak")
    print(f"  {notes[0]}")


def main() -> None:
    """Read CLINC150 and print the tables."""
    parser = argparse.ArgumentParser()
    parser.add_argument("clinc150", type=Path)
    parser.add_argument("--rows", type=int, default=100_000)
    given = parser.parse_args()
    queries = [tuple(row) for row in json.loads(given.clinc150.read_text())["train"]]
    report_cost(queries, given.rows)
    report_topics(queries)
    report_draws("even", queries)
    report_draws("skewed", skewed(queries))


if __name__ == "__main__":
    main()
