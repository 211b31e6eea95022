"""What reading costs, beside lm-evaluation-harness in the same run.

    python tests/benchmarks/cost_reading.py [--chat-model FOLDER] [--rounds 5] [--only 15M] [--busy]

Four-choice questions with options of three tokens behind 60 of their own, the same behind a
beginning of hundreds that all questions share, and texts to read behind a context. Both sides get
the same strings. lm-eval turns them into tokens each time that it is asked, ftguard once a run:
`ratio` compares what a checkpoint takes, `whole` counts the tokens too. lm-eval's `HFLM` has the
quickest of three batch sizes, found first. Rounds alternate (A B A B), medians are compared, and so
are answers: log-probabilities of each option, and the option that has the most.

`floor` is one pass over each prompt and its texts, in batches of their own length, with no logits:
what no way of asking falls below that runs a prompt for itself. A shared beginning is run once, so
that there the multiple falls below 1. With `--busy` the processor's time counts in place of the
clock's, for a machine that others use too. Some 8 minutes on two cores with a chat model.
"""

import argparse
import logging
import statistics
import time
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import torch
from cost_models import Loaded, Words, known_models, question
from lm_eval.api.instance import Instance
from lm_eval.models.huggingface import HFLM
from transformers import PreTrainedModel

from ftguard import Probe
from ftguard.ask.asking import ask
from ftguard.ask.batches import BatchPlan
from ftguard.ask.prompts import PromptBatch, prepare
from ftguard.ask.reading import AT_ONCE

BATCHES = (8, 32, 64)
"""What lm-eval is tried with; the quickest one is compared."""
TOKENS, MOST, LEAST = 240_000, 200, 4
"""Tokens that lm-eval reads of each set with a model of a million parameters, and of larger ones
in proportion fewer; and the most and the fewest questions."""
CLOSE = 1e-4
"""Nats that the log-probability of an option may differ by, and of a longer text for each
`SHORT` of its tokens."""
SHORT = 10

Values = list[list[float]]
Clock = Callable[[], float]
Found = TypeVar("Found")


@dataclass(frozen=True, kw_only=True)
class Shape:
    """Questions of one kind."""

    name: str
    shared: int
    """Tokens that all contexts begin with."""
    context: int
    """Tokens of each context, those included."""
    options: int
    tokens: int
    """Of each option."""

    def within(self, room: int) -> "Shape":
        """The same with contexts that fit, of which some are a quarter longer."""
        context = min(self.context, (room - 16 - self.tokens) * 3 // 4)
        shared = self.shared * context // self.context
        return Shape(
            name=self.name,
            shared=shared,
            context=context,
            options=self.options,
            tokens=self.tokens,
        )


SHAPES = (
    Shape(name="4 options", shared=0, context=60, options=4, tokens=3),
    Shape(name="4 options, few-shot", shared=300, context=400, options=4, tokens=3),
    Shape(name="likelihood", shared=0, context=60, options=1, tokens=40),
)


def probes(loaded: Loaded, shape: Shape, number: int) -> list[Probe]:
    """Questions of a shape, as text."""
    words = Words(loaded[1])
    beginning = words.text(shape.shared) + " " if shape.shared else ""
    found = []
    for n in range(number):
        # Contexts of unlike lengths, as real ones are: a quarter shorter or longer.
        own = shape.context - shape.shared
        context = beginning + words.text(own * (6 + n % 5) // 8)
        texts: list[str] = []
        while len(texts) < shape.options:
            text = words.text(shape.tokens)
            texts += [text] * (text not in texts)
        found.append(question(f"q{n}", context, texts))
    return found


def ours(model: PreTrainedModel, batch: PromptBatch, plan: BatchPlan) -> Values:
    """Log-probabilities of each question's options."""
    answers = ask(model, batch, base_answers=(), plan=plan).answers
    return [list(a.option_logprobs) or [sum(a.logprobs)] for a in answers]


def theirs(harness: HFLM, asked: Sequence[Probe]) -> Values:
    """The same by lm-eval."""
    reads = [(probe, read) for probe in asked if probe.verbatim for read in probe.verbatim.reads]
    requests = [
        Instance(request_type="loglikelihood", doc={}, arguments=read, idx=n)
        for n, (_, read) in enumerate(reads)
    ]
    found = iter(harness.loglikelihood(requests, disable_tqdm=True))
    return [[next(found)[0] for _ in p.verbatim.reads] for p in asked if p.verbatim]


def floor(model: PreTrainedModel, batch: PromptBatch, clock: Clock) -> float:
    """Seconds of one pass over as many tokens as each prompt and its texts have, without logits."""
    lengths = (len(q.reads[0][0]) + sum(len(text) for _, text in q.reads) for q in batch.questions)
    rows = sorted(lengths, reverse=True)
    started = clock()
    with torch.no_grad():
        while rows:
            size = max(1, AT_ONCE // rows[0])
            some, rows = rows[:size], rows[size:]
            ids = torch.arange(some[0]).expand(len(some), -1) % model.config.vocab_size
            model.base_model(input_ids=ids, use_cache=False)
    return clock() - started


def timed(run: Callable[[], Found], clock: Clock) -> tuple[float, Found]:
    """Seconds, and what came of it."""
    started = clock()
    found = run()
    return clock() - started, found


def same(one: Values, other: Values, tokens: int) -> str:
    """Whether both sides say the same of texts of so many tokens."""
    pairs = list(zip(one, other, strict=True))
    values = [both for x, y in pairs for both in zip(x, y, strict=True)]
    apart = max(abs(a - b) for a, b in values)
    close = apart < CLOSE * max(1.0, tokens / SHORT)
    best = sum(x.index(max(x)) == y.index(max(y)) for x, y in pairs)
    alike = best == len(pairs) and close
    return f"{'yes' if alike else 'NO'} ({best}/{len(pairs)}, {apart:.0e})"


def row(name: str, loaded: Loaded, shape: Shape, rounds: int, clock: Clock) -> str:
    """One line of the table."""
    model, tokenizer = loaded
    shape = shape.within(model.config.max_position_embeddings)
    read = shape.options * (shape.context + shape.tokens)
    fitting = TOKENS * 1_000_000 // model.num_parameters() // read
    asked, plan = probes(loaded, shape, max(LEAST, min(MOST, fitting))), BatchPlan()
    some = asked[: max(LEAST, len(asked) // 3)]
    harnesses = [HFLM(pretrained=model, tokenizer=tokenizer, batch_size=size) for size in BATCHES]
    harness = min(harnesses, key=lambda one: timed(lambda: theirs(one, some), clock)[0])
    batch = prepare(asked, model, tokenizer, {})
    ours(model, batch, plan)
    mine, tokens, other, least = [], [], [], []
    for _ in range(rounds):
        seconds, found = timed(lambda: theirs(harness, asked), clock)
        other.append(seconds)
        tokens.append(timed(lambda: prepare(asked, model, tokenizer, {}), clock)[0])
        seconds, own = timed(lambda: ours(model, batch, plan), clock)
        mine.append(seconds)
        least.append(floor(model, batch, clock))
    a, b, c, d = map(statistics.median, (mine, other, least, tokens))
    alike = same(own, found, shape.tokens)
    return (
        f"{name:<18}{shape.name:<22}{len(asked):>5}{c:>8.2f}{a:>8.2f}{a / c:>7.2f}"
        f"{b:>9.2f} at {harness.batch_size:<4}{b / a:>6.2f}{b / (a + d):>7.2f}  {alike}"
    )


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--chat-model", type=Path, help="folder of a real chat model")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", default="", help="part of a model's name")
    parser.add_argument("--busy", action="store_true", help="count the processor's time")
    args = parser.parse_args()
    clock: Clock = time.process_time if args.busy else time.perf_counter
    warnings.simplefilter("ignore")
    logging.disable(logging.WARNING)
    print(f"{torch.get_num_threads()} threads, medians of {args.rounds}, seconds")
    print(
        f"{'model':<18}{'questions':<22}{'items':>5}{'floor':>8}{'ours':>8}{'x':>7}"
        f"{'lm-eval':>9}{'':8}{'ratio':>6}{'whole':>7}  same answers"
    )
    for name, make in known_models(args.chat_model).items():
        if args.only in name:
            loaded = make()
            for shape in SHAPES:
                print(row(name, loaded, shape, args.rounds, clock), flush=True)


if __name__ == "__main__":
    main()
