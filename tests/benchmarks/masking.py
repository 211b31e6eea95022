"""How many real queries masking changes, and where: almost none holds an identifier.

    python tests/benchmarks/masking.py ../shared/inputs

Masks all queries of CLINC150, questions and answers of GSM8K, prompts of IFEval and questions of
MMLU with their options, and prints what was found with the text around it. Each is a query that was
destroyed, unless it holds a number to call, a PIN or an account. One minute on two cores.
"""

import argparse
import csv
import json
from collections.abc import Iterator
from pathlib import Path

from ftguard.probes.logs.masking import masker

AROUND = 50
"""Characters that are shown before and after a placeholder."""


def sets(folder: Path) -> Iterator[tuple[str, list[str]]]:
    """The name of each set and its texts."""
    clinc = json.loads((folder / "clinc150/data_imbalanced.json").read_text("utf-8"))
    yield "CLINC150", [query for rows in clinc.values() for query, _ in rows]
    for name, paths, columns in (
        ("GSM8K", ("gsm8k/train.jsonl", "gsm8k/test.jsonl"), ("question", "answer")),
        ("IFEval", ("ifeval/input_data.jsonl",), ("prompt",)),
    ):
        lines = [line for path in paths for line in (folder / path).read_text("utf-8").splitlines()]
        yield name, [json.loads(line)[column] for line in lines for column in columns]
    exams = []
    for path in sorted((folder / "mmlu").rglob("*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            exams += ["\n".join(row) for row in csv.reader(file)]
    yield "MMLU", exams


def main() -> None:
    """Print how many texts of each set are changed, and the changes."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("inputs", type=Path, help="folder with data/clinc150 and the others")
    mask = masker("US")
    for name, texts in sets(parser.parse_args().inputs / "data"):
        changed = [masked for masked in map(mask, texts) if masked.found]
        print(f"{name:<10} {len(changed):>6,} of {len(texts):>7,} texts changed", flush=True)
        for masked in changed:
            at = masked.text.find(f"[{masked.found[0]}]")
            print(f"    ...{masked.text[max(0, at - AROUND) : at + AROUND]!r}...")


if __name__ == "__main__":
    main()
