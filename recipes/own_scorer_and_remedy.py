"""A scorer and a remedy of your own: replies without digits, and what to do when they come.

On rows in any of TRL's formats:
    python recipes/own_scorer_and_remedy.py MODEL train.jsonl --asked questions.txt --out out
"""

import argparse
from collections.abc import Iterable, Sequence
from pathlib import Path

from datasets import load_dataset
from trl import SFTConfig, SFTTrainer

from ftguard import (
    Answer,
    Checkup,
    Gate,
    GuardCallback,
    Probe,
    ProbeSet,
    Suggestion,
    Unscored,
    Verdict,
)


def spells_out(probe: Probe, answer: Answer) -> float | Unscored:
    """1 where no digit stands in the reply, as a voice assistant needs it."""
    del probe  # What was asked does not matter here; a reference would be `probe.reference`.
    if not answer.text.strip():
        return Unscored("nothing was said")
    return float(not any(character.isdigit() for character in answer.text))


def mix_in_words(
    verdict: Verdict,
    past: Sequence[Checkup],
    run: object,
) -> Iterable[Suggestion]:
    """Where digits are a breach, say what helps; and whether it was one before."""
    del run
    before = past[-1].verdict.outcomes if past else ()
    for outcome in verdict.outcomes:
        if outcome.gate.key == "forgetting/all" and outcome.state == "breach":
            again = any(o.gate == outcome.gate and o.state == "breach" for o in before)
            since = " for the second time" if again else ""
            text = f"digits in replies{since}: spell the numbers of some rows out."
            yield Suggestion(outcome=outcome, finding=True, text=text)


def main() -> None:
    """Train under guard."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model", help="model folder or name")
    parser.add_argument("train", type=Path, help="JSON lines to train on")
    parser.add_argument("--asked", type=Path, required=True, help="a question a line")
    parser.add_argument("--out", type=Path, default=Path("out"))
    parser.add_argument("--rate", type=float, default=1e-4)
    parser.add_argument("--steps", type=int, default=100, help="half of them between checkpoints")
    args = parser.parse_args()
    lines = args.asked.read_text(encoding="utf-8").splitlines()
    asked = [Probe(id=f"asked-{n}", prompt=q, scorer=spells_out) for n, q in enumerate(lines)]
    guard = GuardCallback(
        general=ProbeSet(asked),
        gates=[Gate(measurement="forgetting", limit=0.10)],
        remedies=[mix_in_words],
    )
    config = SFTConfig(
        str(args.out),
        max_steps=args.steps,
        learning_rate=args.rate,
        save_steps=args.steps // 2,
        bf16=False,
    )
    train = load_dataset("json", data_files=str(args.train), split="train")
    SFTTrainer(model=args.model, args=config, train_dataset=train, callbacks=[guard]).train()


if __name__ == "__main__":
    main()
