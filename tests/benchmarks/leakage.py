"""How well leaked probes are found: planted ones, unrelated sets, what real sets hold, and speed.

    python tests/benchmarks/leakage.py ../shared/inputs

Plants test questions of GSM8K and test queries of CLINC150 in training rows in many ways, one row
a probe, and counts the probes that are found in their row: `left out` as leaks, and `told` as those
or as similar; searches the sets for each other and for themselves; searches 100,000 rows of some
500 characters. Every draw is seeded. Two to three minutes on two cores.

What finds what, and what it costs: letters and digits in line find a text whatever its case, marks
and blanks, and cost a look into a table for each letter of the training data. Stretches of 12
letters in whatever order find sentences in another order (left out) and halves (told): they are
counted in the few rows that hold many. Edits find changed words; where a third of the content words
are, 6 of 10 questions have so few that they are left out, and the others are told. They are not
left out too, since a story that is asked another question looks the same: with a lower bar more
of those (`another's last sentence`) would go for nothing.
"""

import argparse
import csv
import json
import random
import re
import resource
import string
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from ftguard.probes.edges.english import is_function_word
from ftguard.probes.leaks.leak import Leak
from ftguard.probes.leaks.leakage import find_leaks
from ftguard.probes.leaks.letters import letters
from ftguard.probes.leaks.search_terms import LEAST, LONG
from ftguard.probes.probe import Probe

PLANTED = 1000
ROWS = 100_000
ROW_LENGTH = 500
EXAMPLES = 3
SOME = 100
"""Fewer texts tell no share."""
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


SYNONYMS = dict(
    pair.split(":")
    for pair in """
    bought:purchased buy:purchase buys:purchases sold:traded sell:trade sells:trades cost:price
    costs:runs-to money:cash paid:remitted pay:remit pays:remits spent:expended spend:expend
    earns:gains earn:gain makes:produces make:produce made:produced need:require needs:requires
    gave:handed give:hand gives:hands got:obtained get:obtain gets:obtains wants:wishes want:wish
    took:required take:require takes:requires started:began start:begin starts:begins left:remaining
    finish:complete finished:completed total:sum altogether:overall many:numerous number:count
    amount:quantity times:fold twice:doubly half:bisection each:every every:each extra:additional
    additional:further more:additional less:fewer fewer:less first:initial second:following
    next:following last:final whole:entire entire:whole new:fresh old:aged big:large large:big
    small:little friends:pals friend:pal family:household brother:sibling sister:sibling
    kids:children children:youngsters people:persons students:pupils student:pupil
    teacher:instructor boys:lads girls:lasses school:academy class:lesson house:home home:house
    store:shop shop:store car:vehicle cars:vehicles truck:lorry road:street trip:journey
    miles:leagues distance:length drive:travel drives:travels drove:travelled walk:stroll
    walks:strolls run:jog runs:jogs ran:jogged day:date days:dates week:seven-days weeks:sennights
    month:moon months:moons morning:forenoon evening:dusk hours:periods hour:period box:carton
    boxes:cartons bag:sack bags:sacks book:volume books:volumes read:perused reads:peruses dog:hound
    dogs:hounds cat:feline cats:felines trees:saplings flowers:blossoms eggs:ova bread:loaf
    eat:consume eats:consumes ate:consumed uses:employs use:employ used:employed works:labors
    work:labor worked:labored job:occupation found:discovered find:discover decided:resolved
    decides:resolves price:cost pieces:bits piece:bit saved:kept save:keep went:travelled
    goes:travels going:travelling collected:gathered bottles:flasks water:liquid average:mean
    remaining:leftover later:afterwards before:prior after:following during:throughout
    then:afterwards also:too only:merely per:a
    """.split()  # noqa: SIM905
)
"""Frequent words of GSM8K, each with one that says much the same."""


def half(text: str, rng: random.Random) -> str:
    """The first half of the words, or the second."""
    words = text.split()
    middle = len(words) // 2
    return " ".join(rng.choice((words[:middle], words[middle:])))


def sentences(text: str) -> list[str]:
    """The sentences, by the marks at their ends."""
    return re.split(r"(?<=[.!?])\s+", text)


def reordered(text: str, rng: random.Random) -> str:
    """The sentences in another order, where there are two or more."""
    old = sentences(text)
    new = list(old)
    while new == old and len(set(old)) > 1:
        rng.shuffle(new)
    return " ".join(new)


def synonyms(text: str, rng: random.Random) -> str:
    """A third of the content words, or as many as have a synonym, replaced by it."""
    words = re.split(r"(\w+)", text)
    content = [at for at in range(1, len(words), 2) if not is_function_word(words[at])]
    known = [at for at in content if words[at].lower() in SYNONYMS]
    for at in rng.sample(known, min(len(known), len(content) // 3)):
        new = SYNONYMS[words[at].lower()]
        words[at] = new.capitalize() if words[at][0].isupper() else new
    return "".join(words)


def asked_otherwise(text: str, others: Sequence[str], rng: random.Random) -> str:
    """The same story with the last sentence of another."""
    return " ".join([*sentences(text)[:-1], sentences(rng.choice(others))[-1]])


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

REWRITTEN: dict[str, Plant] = {
    "half of it": lambda t, _, rng: [half(t, rng)],
    "half of it, between texts": lambda t, o, rng: [between(half(t, rng), o, rng)],
    "sentences in another order": lambda t, _, rng: [reordered(t, rng)],
    "the same, between texts": lambda t, o, rng: [between(reordered(t, rng), o, rng)],
    "a third of content words replaced": lambda t, _, rng: [synonyms(t, rng)],
    "the same, between texts again": lambda t, o, rng: [between(synonyms(t, rng), o, rng)],
}


def asking(texts: Sequence[str]) -> list[Probe]:
    """A probe for each prompt, named by its place."""
    return [Probe(id=str(i), prompt=t, scorer="open") for i, t in enumerate(texts)]


def rows(texts: Sequence[str]) -> Iterator[tuple[str, list[str]]]:
    """A training row for each text, named by its place."""
    return ((str(i), [text]) for i, text in enumerate(texts))


@dataclass(frozen=True, kw_only=True)
class Found:
    """How many texts are found in the row that each was planted in."""

    left_out: int
    told: int
    """Those and the ones called similar."""


def found_in_own_row(texts: Sequence[str], others: Sequence[str], plant: Plant) -> Found:
    """Plant each text in a row of its own, and look for it."""
    rng = random.Random(0)
    planted = [(str(i), plant(text, others, rng)) for i, text in enumerate(texts)]
    probes = asking(texts)
    leaks = {leak.probe_id: leak for leak in find_leaks(probes, planted)}
    left_out = told = 0
    for probe, row in zip(probes, planted, strict=True):
        leak = leaks.get(probe.id)
        if leak is not None and leak.where != probe.id:
            # It stands in another's row too, which came first or holds more of it.
            leak = next(iter(find_leaks([probe], [row])), None)
        told += leak is not None
        left_out += leak is not None and leak.is_leak
    return Found(left_out=left_out, told=told)


def print_recall(
    title: str, texts: Sequence[str], others: Sequence[str], own: Sequence[str]
) -> None:
    """One line a planting: how many were planted, and which share was left out or told.

    Args:
        title: of the table.
        texts: what is planted.
        others: unrelated texts to plant among.
        own: texts of the same kind that are not asked.
    """
    rng = random.Random(0)
    sample = rng.sample(texts, min(PLANTED, len(texts)))
    least = [text for text in sample if len(letters(text)) >= LEAST]
    long = [text for text in sample if len(text.split()) >= LONG]
    short = [text for text in sample if len(text.split()) < LONG]
    print(f"\n{title:<52} {'planted':>8} {'left out':>9} {'told':>8}")
    of_least = f", {LEAST} letters and more"
    jobs = [(name, sample, plant) for name, plant in chain(WHOLE.items(), INSIDE.items())]
    if len(least) < len(sample):
        jobs += [(name + of_least, least, plant) for name, plant in INSIDE.items()]
    changed = {**CHANGED, **REWRITTEN} if len(long) > SOME else CHANGED
    jobs += [(f"{name}, {LONG} words and more", long, p) for name, p in changed.items()]
    name, plant = next(iter(CHANGED.items()))
    jobs.append((f"{name}, shorter", short, plant))
    stories = [text for text in long if len(sentences(text)) > 1]
    if len(stories) > SOME:
        jobs.append(
            ("another's last sentence: a new question", stories,
             lambda t, _, rng: [asked_otherwise(t, own, rng)])
        )  # fmt: skip
    for name, some, plant in jobs:
        if some:
            found = found_in_own_row(some, others, plant)
            shares = found.left_out / len(some), found.told / len(some)
            print(f"{name:<52} {len(some):>8,} {shares[0]:>9.1%} {shares[1]:>8.1%}", flush=True)


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
    print_recall("GSM8K test questions", questions["test"], train, questions["train"])
    print_recall("CLINC150 test queries", test, answers, train)

    print(
        f"\n{'probes in training texts':<52} {'probes':>8}     exact contained      near   similar"
    )
    gsm8k = [*questions["train"], *questions["test"], *answers]
    prompts = [
        json.loads(line)["prompt"]
        for line in (folder / "ifeval/input_data.jsonl").read_text("utf-8").splitlines()
    ]
    exams = [
        "\n".join([row["question"], *(row[f"choice{number}"] for number in range(4))])
        for path in sorted((folder / "mmlu").rglob("*.csv"))
        for row in csv.DictReader(path.open(encoding="utf-8", newline=""))
    ]
    for title, texts, others in (
        ("unrelated: CLINC150 in GSM8K", [*train, *test], gsm8k),
        ("unrelated: GSM8K in CLINC150", gsm8k, [*train, *test]),
        ("unrelated: IFEval in the others", prompts, [*gsm8k, *train, *test, *exams]),
        ("unrelated: MMLU in the others", exams, [*gsm8k, *train, *test, *prompts]),
        ("unrelated: CLINC150 and GSM8K in those", [*gsm8k, *train, *test], [*prompts, *exams]),
        ("CLINC150: test in train", test, train),
        ("GSM8K: test in train", questions["test"], questions["train"]),
    ):
        print_kinds(title, texts, others, EXAMPLES)


if __name__ == "__main__":
    main()
