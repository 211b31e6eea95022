"""Probes from real, logged queries: duplicates removed, identifiers masked, topics balanced.

    python recipes/production_queries.py LOGS.jsonl --out queries.jsonl

Read the file before you use it: names and addresses are not masked. Then give it to
`GuardCallback(tail="queries.jsonl")`; the answers count for drift, and with `judge=` for the tail.
"""

import argparse
from pathlib import Path

from ftguard import ProbeSet
from ftguard.probes import write_probes


def main() -> None:
    """Draw, write one probe a line, and say what was left out."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("logs", type=Path, help="JSON lines of messages or prompts")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--size", type=int, default=200)
    parser.add_argument("--region", default="US", help="whose national phone numbers are masked")
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()

    queries = ProbeSet.from_logs(args.logs, size=args.size, seed=args.seed, region=args.region)
    write_probes(queries, args.out)
    for note in queries.notes:
        print(note)
    print(f"{len(queries)} probes in {args.out}; look: ftguard probes list {args.out}")


if __name__ == "__main__":
    main()
