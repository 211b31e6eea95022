"""What written answers cost, beside other ways to have them, as ratios in one run.

    python tests/benchmarks/cost_generation.py [--model FOLDER] [--rounds 5] [--only 15M]

1. 64 answers of 64 tokens: ours, `model.generate`, lm-evaluation-harness (`HFLM`, the quickest of
   its batch sizes), one by one, and pyrecall's snapshot where that is installed. Ours are compared
   with those of `model.generate`, token for token.
2. Asking the 15M model again: the base's answers are read in any case, and those that come out the
   same are not written again. What of them is the same is set by changing one token of the others.
   Then the same with a base that shares nothing, and the answers of the checkpoint before.
3. With a chat model in FOLDER: the tokens of its answers to the built-in general probes, written to
   their end and until their score is decided, and whether all scores are the same.

Rounds alternate (A B A B) and medians are compared. `--cpu-time` counts processor time, for a
machine that others use too. Some 8 minutes on two cores.
"""

import argparse
import contextlib
import io
import random
import statistics
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import torch
from cost_models import Loaded, Words, known_models
from lm_eval.api.instance import Instance
from lm_eval.models.huggingface import HFLM
from transformers import GenerationConfig

from ftguard import Probe, ProbeSet
from ftguard.ask.answer import Answer
from ftguard.ask.asking import ask
from ftguard.ask.batches import BatchPlan
from ftguard.ask.prompts import PromptBatch, prepare
from ftguard.scores import decided, score

NUMBER, TOKENS = 64, 64
BATCHES = (16, 32, 64)
"""What lm-eval is tried with; the quickest one is compared."""
SHARES = (1.0, 0.9, 0.7, 0.3)
"""Of answers that are unchanged."""
BEFORE = (1.0, 0.3)
"""The same, of those of the checkpoint before."""
ALONE = 4
"""One in so many prompts is asked alone, and the time multiplied."""

Clock = Callable[[], float]


def prompts(loaded: Loaded) -> list[str]:
    """Of 16 to 48 tokens."""
    words, lengths = Words(loaded[1]), random.Random(0)
    return [words.text(lengths.randint(16, 48)) for _ in range(NUMBER)]


def medians(
    ways: Mapping[str, Callable[[], object]], rounds: int, clock: Clock
) -> dict[str, float]:
    """Seconds of each way, which take turns; each is run once before."""
    times: dict[str, list[float]] = {name: [] for name in ways}
    for place in range(rounds + 1):
        for name, run in ways.items():
            started = clock()
            with contextlib.redirect_stderr(io.StringIO()):
                run()
            if place or rounds == 1:
                times[name].append(clock() - started)
    return {name: statistics.median(found) for name, found in times.items()}


def tell(title: str, times: Mapping[str, float], ours: str) -> None:
    """A line for each way: seconds, and how many times as long as ours it takes."""
    print(f"\n{title}")
    for name, seconds in times.items():
        print(f"  {name:38} {seconds:8.3f} s {seconds / times[ours]:7.2f}")


def by_generate(
    loaded: Loaded, batch: PromptBatch, rows: Sequence[int], *, tokens: int = TOKENS
) -> list[list[int]]:
    """The answers to some prompts, by `model.generate` in one batch."""
    model, _ = loaded
    ids = [batch.questions[row].prompt for row in rows]
    width = max(map(len, ids))
    short = [width - len(row) for row in ids]
    with torch.no_grad():
        said = model.generate(
            input_ids=torch.tensor(
                [[*[batch.pad_id] * n, *row] for n, row in zip(short, ids, strict=True)]
            ),
            attention_mask=torch.tensor([[0] * n + [1] * (width - n) for n in short]),
            generation_config=GenerationConfig(
                do_sample=False,
                max_new_tokens=tokens,
                pad_token_id=batch.pad_id,
                eos_token_id=list(batch.stop_ids) or None,
            ),
        )
    found: list[list[int]] = said[:, width:].tolist()
    return found


def by_harness(loaded: Loaded, texts: Sequence[str], size: int) -> Callable[[], object]:
    """A function that has lm-evaluation-harness write the answers."""
    model, tokenizer = loaded
    harness = HFLM(pretrained=model, tokenizer=tokenizer, batch_size=size)
    settings = {"until": [], "max_gen_toks": TOKENS, "do_sample": False}
    asked = [
        Instance("generate_until", {}, (text, dict(settings)), place)
        for place, text in enumerate(texts)
    ]
    return lambda: harness.generate_until(asked, disable_tqdm=True)


def by_pyrecall(loaded: Loaded, clock: Clock) -> tuple[float, int] | str:
    """Seconds of its fast snapshot and the number of its prompts, or why there are none."""
    try:
        import pyrecall
        from pyrecall.benchmarks import get_benchmarks_for_mode
    except ImportError as error:
        return f"not installed ({error}): pip install pyrecall==0.12.1"
    with tempfile.TemporaryDirectory() as folder:
        for part in loaded:
            part.save_pretrained(folder)
        with contextlib.redirect_stdout(io.StringIO()):
            model = pyrecall.Model(folder, snapshot_dir=Path(folder) / "snapshots")
            started = clock()
            model.snapshot("before", dry_run=True, benchmark_mode="fast")
            return clock() - started, len(get_benchmarks_for_mode("fast"))


def same_answers(loaded: Loaded, batch: PromptBatch, answers: Sequence[Answer]) -> int:
    """How many answers are those of `model.generate`, token for token."""
    same = 0
    for answer, theirs in zip(answers, by_generate(loaded, batch, range(NUMBER)), strict=True):
        same += theirs[: len(answer.token_ids)] == list(answer.token_ids)
    return same


def written(name: str, loaded: Loaded, rounds: int, clock: Clock) -> None:
    """The first table."""
    texts = prompts(loaded)
    probes = [
        Probe(id=str(place), prompt=text, scorer="open", max_new_tokens=TOKENS, role="general")
        for place, text in enumerate(texts)
    ]
    model, tokenizer = loaded
    # Nothing ends an answer but its length, for all alike.
    stopped, model.generation_config = model.generation_config, GenerationConfig()
    batch = replace(prepare(probes, model, tokenizer, {}), stop_ids=(), special_ids=frozenset())
    plan = BatchPlan()
    answers = ask(model, batch, plan=plan).answers
    print(f"\n=== {name}: {NUMBER} answers of {TOKENS} tokens; own loop: {plan.own_loop}")
    print(f"  the same as model.generate: {same_answers(loaded, batch, answers)} of {NUMBER}")
    quickest = min(
        BATCHES,
        key=lambda size: medians({"it": by_harness(loaded, texts, size)}, 1, clock)["it"],
    )
    alone = range(0, NUMBER, ALONE)
    times = medians(
        {
            "ours": lambda: ask(model, batch, plan=plan),
            "model.generate, one batch": lambda: by_generate(loaded, batch, range(NUMBER)),
            f"lm-evaluation-harness, batch {quickest}": by_harness(loaded, texts, quickest),
            "one by one": lambda: [by_generate(loaded, batch, [row]) for row in alone],
        },
        rounds,
        clock,
    )
    times["one by one"] *= ALONE
    found = by_pyrecall(loaded, clock) if "15M" in name else "with the 15M model alone"
    if not isinstance(found, str):
        seconds, number = found
        times[f"pyrecall's snapshot, {number} prompts, x{NUMBER / number:.1f}"] = (
            seconds * NUMBER / number
        )
    tell("written once", times, "ours")
    if isinstance(found, str):
        print(f"  pyrecall: {found}")
    if "15M" in name:
        asked_again(loaded, batch, answers, rounds, clock)
    model.generation_config = stopped


def changed(answers: Sequence[Answer], share: float, vocabulary: int) -> list[Answer]:
    """The answers, all but a share of them with another token somewhere."""
    draw = random.Random(1)
    others = set(draw.sample(range(len(answers)), round((1 - share) * len(answers))))
    found = []
    for place, answer in enumerate(answers):
        tokens = list(answer.token_ids)
        if place in others:
            at = draw.randrange(len(tokens))
            tokens[at] = (tokens[at] + 1) % vocabulary
        found.append(replace(answer, token_ids=tuple(tokens)))
    return found


def asked_again(
    loaded: Loaded,
    batch: PromptBatch,
    answers: Sequence[Answer],
    rounds: int,
    clock: Clock,
) -> None:
    """The second table: a checkpoint reads the base's answers, and writes its own."""
    model, plan = loaded[0], BatchPlan(own_loop=True)
    vocabulary = len(loaded[1])

    def plain(drafts: list[Answer]) -> list[Answer]:
        # An answer to another question is no draft, and is read all the same.
        return [replace(draft, fingerprint="") for draft in drafts]

    def asking(drafts: list[Answer], previous: list[Answer] | None = None) -> Callable[[], object]:
        by_id = {draft.probe_id: draft for draft in previous} if previous else None
        return lambda: ask(model, batch, base_answers=drafts, previous=by_id, plan=plan)

    far = changed(answers, 0.0, vocabulary)
    ways = {"the base's answers read, all written": asking(plain(list(answers)))}
    for share in SHARES:
        drafts = changed(answers, share, vocabulary)
        ways[f"{share:.0%} are the base's"] = asking(drafts)
        if share in BEFORE:
            named = f"none are, {share:.0%} the checkpoint's before"
            ways[named] = asking(plain(far), changed(answers, share, vocabulary))
        again = ask(model, batch, base_answers=drafts, plan=plan)
        same = [a.token_ids == b.token_ids for a, b in zip(again.answers, answers, strict=True)]
        print(
            f"  {share:.0%} unchanged: {again.num_unchanged} not written again; "
            f"{sum(same)} of {len(same)} answers are those of plain decoding"
        )
    times = medians(ways, rounds, clock)
    tell("asked again", times, "the base's answers read, all written")


def ended_early(loaded: Loaded) -> None:
    """The third table: tokens written, in full and until the score is decided."""
    model, tokenizer = loaded
    probes = [
        replace(probe, role="general")
        for probe in ProbeSet.builtin("general").probes
        if not probe.choices and probe.kind == "answer"
    ]
    batch = prepare(probes, model, tokenizer, {})
    whole = ask(model, batch, base_answers=())
    early = ask(model, batch, base_answers=(), decided=decided)
    tokens = [sum(len(a.token_ids) for a in side.answers) for side in (whole, early)]
    scores = [score(batch.probes, side.answers) for side in (whole, early)]
    same = sum(a == b for a, b in zip(*scores, strict=True))
    ended = sum(answer.finish == "decided" for answer in early.answers)
    print(f"\n=== written until decided: {len(probes)} built-in general probes")
    print(f"  tokens {tokens[0]}, then {tokens[1]} ({tokens[1] / tokens[0]:.0%}); {ended} ended so")
    print(f"  seconds {whole.seconds:.1f}, then {early.seconds:.1f}")
    print(f"  scores that are the same: {same} of {len(probes)}")
    for answer, one, other in zip(early.answers, *scores, strict=True):
        if one != other:
            print(f"    {answer.probe_id}: {one.value} in full, {other.value}: {answer.text!r}")


def main() -> None:
    """Measure, model by model."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", type=Path, help="folder of a chat model")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", default="random", help="a part of the models' names")
    parser.add_argument("--cpu-time", action="store_true", help="count processor time")
    args = parser.parse_args()
    clock = time.process_time if args.cpu_time else time.perf_counter
    known = known_models(args.model)
    for name, load in known.items():
        if args.only in name:
            written(name, load(), args.rounds, clock)
    if args.model is not None:
        ended_early(known["SmolLM2-135M"]())


if __name__ == "__main__":
    main()
