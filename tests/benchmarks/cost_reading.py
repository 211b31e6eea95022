"""What reading costs, beside lm-evaluation-harness in the same run.

    python tests/benchmarks/cost_reading.py [--chat-model FOLDER] [--rounds 5] [--only 15M]

Four-choice questions with options of three tokens behind 60 of their own, the same behind a
beginning of hundreds that all questions share, and texts to read behind a context. Both sides get
the same strings and turn them into tokens themselves; lm-eval's `HFLM` has the quickest of three
batch sizes, found first. Rounds alternate (A B A B), medians are compared, and so are answers:
log-probabilities of each option, and the option that has the most.

`floor` is one pass over each prompt and its texts, in batches of their own length, with no logits:
what no way of asking falls below that runs a prompt for itself. A shared beginning is run once, so
that there the multiple falls below 1. Some 8 minutes on two cores with a chat model.
"""

import argparse
import statistics
import time
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from cost_models import Loaded, Words, known_models, question
from lm_eval.api.instance import Instance
from lm_eval.models.huggingface import HFLM
from transformers import PreTrainedModel

from ftguard import Probe
from ftguard.ask.asking import ask
from ftguard.ask.batches import BatchPlan
from ftguard.ask.prompts import PromptBatch, prepare
from ftguard.ask.render import Ids

BATCHES = (8, 32, 64)
"""What lm-eval is tried with; the quickest one is compared."""
TOKENS = 60_000
"""Of each set for a model of a million parameters; larger ones have fewer."""
CLOSE = 1e-4

Values = list[list[float]]


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
        """The same with contexts that fit."""
        context = min(self.context, room - self.tokens - 4)
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
    Shape(name="4 options, few-shot", shared=600, context=800, options=4, tokens=3),
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


def ours(loaded: Loaded, asked: Sequence[Probe], plan: BatchPlan) -> Values:
    """Log-probabilities of each question's options, from strings on."""
    batch = prepare(asked, loaded[0], loaded[1], {})
    answers = ask(loaded[0], batch, base_answers=(), plan=plan).answers
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


def floor(model: PreTrainedModel, batch: PromptBatch) -> float:
    """Seconds of one pass over each prompt and its texts, without logits."""
    rows = sorted(
        (
            shared + tuple(token for context, text in q.reads for token in (*context, *text)[n:])
            for q in batch.questions
            for shared, n in [_trunk(q.reads)]
        ),
        key=len,
    )
    started = time.perf_counter()
    with torch.no_grad():
        for start in range(0, len(rows), 32):
            some = rows[start : start + 32]
            width = max(map(len, some))
            ids = torch.tensor([[*row, *[0] * (width - len(row))] for row in some])
            model.base_model(input_ids=ids, use_cache=False)
    return time.perf_counter() - started


def _trunk(reads: Sequence[tuple[Ids, Ids]]) -> tuple[Ids, int]:
    context = reads[0][0]
    return context, len(context)


def timed(run: Callable[[], Values]) -> tuple[float, Values]:
    """Seconds, and what came of it."""
    started = time.perf_counter()
    found = run()
    return time.perf_counter() - started, found


def same(one: Values, other: Values) -> str:
    """Whether both sides say the same."""
    pairs = list(zip(one, other, strict=True))
    apart = max(abs(a - b) for x, y in pairs for a, b in zip(x, y, strict=True))
    best = sum(x.index(max(x)) == y.index(max(y)) for x, y in pairs)
    alike = best == len(pairs) and apart < CLOSE
    return f"{'yes' if alike else 'NO'} ({best}/{len(pairs)}, {apart:.0e})"


def row(name: str, loaded: Loaded, shape: Shape, rounds: int) -> str:
    """One line of the table."""
    model, tokenizer = loaded
    shape = shape.within(model.config.max_position_embeddings)
    size = max(1.0, model.num_parameters() / 1e6)
    each = shape.context + shape.tokens * shape.options
    number = max(12, min(400, int(TOKENS / size**0.75 / each)))
    asked, plan = probes(loaded, shape, number), BatchPlan()
    harnesses = [HFLM(pretrained=model, tokenizer=tokenizer, batch_size=size) for size in BATCHES]
    harness = min(harnesses, key=lambda one: timed(lambda: theirs(one, asked))[0])
    ours(loaded, asked, plan)
    batch = prepare(asked, model, tokenizer, {})
    mine, other, least = [], [], []
    for _ in range(rounds):
        seconds, found = timed(lambda: theirs(harness, asked))
        other.append(seconds)
        seconds, own = timed(lambda: ours(loaded, asked, plan))
        mine.append(seconds)
        least.append(floor(model, batch))
    a, b, c = map(statistics.median, (mine, other, least))
    return (
        f"{name:<18}{shape.name:<22}{number:>5}{c:>8.2f}{a:>8.2f}{a / c:>7.2f}"
        f"{b:>9.2f} at {harness.batch_size:<4}{b / a:>6.2f}  {same(own, found)}"
    )


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--chat-model", type=Path, help="folder of a real chat model")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", default="", help="part of a model's name")
    args = parser.parse_args()
    warnings.simplefilter("ignore")
    print(f"{torch.get_num_threads()} threads, medians of {args.rounds}, seconds")
    print(
        f"{'model':<18}{'questions':<22}{'items':>5}{'floor':>8}{'ours':>8}{'x':>7}"
        f"{'lm-eval':>9}{'':8}{'ratio':>6}  same answers"
    )
    for name, make in known_models(args.chat_model).items():
        if args.only in name:
            loaded = make()
            for shape in SHAPES:
                print(row(name, loaded, shape, args.rounds), flush=True)


if __name__ == "__main__":
    main()
