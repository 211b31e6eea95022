"""Whether right answers count however they are said, and subtly wrong ones do not.

    python tests/benchmarks/wording.py [dev|dev2|held|final] [--errors]

Each line of `wording/NAME.jsonl` is an answer to a built-in probe or to a question of its own, with
what a careful reader says of it: right, wrong, or undecided (cut off before it decides). The sets
were written by others who had not seen the scorers; `held` was used only when those were done.
"""

import argparse
import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ftguard import Probe, ProbeSet
from ftguard.ask.answer import Answer
from ftguard.scores.table import score

SETS = Path(__file__).with_name("wording")


def read(name: str) -> Iterator[tuple[Probe, Answer, dict[str, Any]]]:
    """The answers of a set, with their probes and labels."""
    builtin = {probe.id: probe for probe in ProbeSet.builtin("general")}
    with (SETS / f"{name}.jsonl").open(encoding="utf-8") as file:
        for number, line in enumerate(file):
            row = json.loads(line)
            if "probe" in row:
                probe = builtin[row["probe"]]
            else:
                fields = ("prompt", "reference", "scorer", "distractors")
                probe = Probe(id=f"own-{number}", **{k: row[k] for k in fields if k in row})
            text = row["answer"]
            yield probe, Answer(probe_id=probe.id, text=text, finish=row["finish"]), row


def main() -> None:
    """Print both error rates, by scorer and by category."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("set", nargs="?", default="dev", choices=("dev", "dev2", "held", "final"))
    parser.add_argument("--errors", action="store_true", help="print each answer that is misjudged")
    args = parser.parse_args()
    counts: Counter[tuple[str, str, object, bool]] = Counter()
    for probe, answer, row in read(args.set):
        (found,) = score([probe], [answer])
        said = None if found.value is None else found.value > 0.5
        agrees = said == row["right"]
        category = probe.slices[0] if probe.slices else "questions of their own"
        counts[str(probe.scorer), category, row["right"], agrees] += 1
        if args.errors and not agrees:
            print(f"{row['right']} {said} {probe.id} [{row.get('kind')}] {answer.text!r}")
            print(f"      {str(probe.prompt)[-150:]!r} {probe.references[:3]}")
    names = {True: "right, scored 0 or not", False: "wrong, scored 1", None: "undecided, decided"}
    groups = [*sorted({s for s, *_ in counts}), *sorted({c for _, c, *_ in counts}), "all"]
    for label, name in names.items():
        for group in groups:
            mine = {
                key: n
                for key, n in counts.items()
                if key[2] is label and group in (key[0], key[1], "all")
            }
            bad = sum(n for (*_, agrees), n in mine.items() if not agrees)
            if mine:
                print(f"{name:24} {group:22} {bad:4} of {sum(mine.values()):4}")


if __name__ == "__main__":
    main()
