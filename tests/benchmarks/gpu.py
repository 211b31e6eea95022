"""What a check costs on a GPU: anyone with one can run this in five minutes.

    python tests/benchmarks/gpu.py [--no-large]
    python tests/benchmarks/gpu.py --device cpu --tiny      # tries the script itself, in seconds

Models have random weights in bfloat16, so nothing is downloaded; what they say never ends, which
is the most that answers can cost. First one of half a billion parameters (Qwen2.5-0.5B's shape):
four-choice questions, the same behind a beginning that all share, texts to read and answers to
write, beside lm-evaluation-harness where it is installed; then answers asked again, where this
version verifies earlier ones. Last one of seven billion parameters, where the memory holds it: how
many minutes a check of a thousand questions takes.

`peak` is the memory above the model's own, `left` what is still reserved after, both in GB.
"""

import argparse
import gc
import importlib.util
import inspect
import random
import sys
import time
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import torch
from cost_models import Loaded, Words, words_tokenizer
from cost_reading import SHAPES, Shape, Values, ours, probes, theirs
from transformers import (
    LlamaConfig,
    LlamaForCausalLM,
    PreTrainedModel,
    Qwen2Config,
    Qwen2ForCausalLM,
)

from ftguard import Answer, Probe
from ftguard.ask.asking import ask
from ftguard.ask.padding import plan_batches
from ftguard.ask.prompts import prepare
from ftguard.errors import FtguardError

GB = 1e9
UNCHANGED = 0.9
"""Of the answers that are asked again, the share that is as before."""
SPARE = 1.4
"""Times the weights of a model that must be free to try it."""


@dataclass(frozen=True, kw_only=True)
class Sizes:
    """How much is asked of what."""

    questions: int = 256
    shots: int = 64
    """Questions behind a long beginning."""
    prompts: int = 128
    new_tokens: int = 64
    batch: int = 64
    """Of lm-eval."""


FULL = Sizes()
TINY = Sizes(questions=8, shots=4, prompts=4, new_tokens=8, batch=4)


def half_billion(device: str, *, tiny: bool) -> PreTrainedModel:
    """Qwen2.5-0.5B's shape."""
    config = Qwen2Config(
        vocab_size=4000 if tiny else 151_936,
        hidden_size=64 if tiny else 896,
        intermediate_size=128 if tiny else 4864,
        num_hidden_layers=2 if tiny else 24,
        num_attention_heads=2 if tiny else 14,
        num_key_value_heads=2,
        max_position_embeddings=2048,
        tie_word_embeddings=True,
        bos_token_id=1,
        eos_token_id=2,
    )
    return placed(lambda: Qwen2ForCausalLM(config), device)


def seven_billion(device: str, *, tiny: bool) -> PreTrainedModel:
    """Llama-2-7B's shape."""
    config = LlamaConfig(
        vocab_size=4000 if tiny else 32_000,
        hidden_size=64 if tiny else 4096,
        intermediate_size=128 if tiny else 11_008,
        num_hidden_layers=2 if tiny else 32,
        num_attention_heads=2 if tiny else 32,
        max_position_embeddings=2048,
    )
    return placed(lambda: LlamaForCausalLM(config), device)


def placed(make: Callable[[], PreTrainedModel], device: str) -> PreTrainedModel:
    """A model made where it will be, in bfloat16."""
    torch.manual_seed(0)
    torch.set_default_dtype(torch.bfloat16)
    try:
        with torch.device(device):
            return make().eval().requires_grad_(requires_grad=False)
    finally:
        torch.set_default_dtype(torch.float32)


@dataclass(frozen=True, kw_only=True)
class Cost:
    """What one thing took."""

    seconds: float
    peak: float
    left: float


def measured(run: Callable[[], object], device: str) -> Cost:
    """Run it once to warm up, and once to measure."""
    run()
    gc.collect()
    held = 0
    if device == "cuda":
        torch.cuda.synchronize()
        torch.cuda.reset_peak_memory_stats()
        held = torch.cuda.memory_allocated()
    started = time.perf_counter()
    run()
    if device != "cuda":
        return Cost(seconds=time.perf_counter() - started, peak=0.0, left=0.0)
    torch.cuda.synchronize()
    return Cost(
        seconds=time.perf_counter() - started,
        peak=(torch.cuda.max_memory_allocated() - held) / GB,
        left=(torch.cuda.memory_reserved() - held) / GB,
    )


def line(name: str, items: int, tokens: int, cost: Cost, beside: str = "") -> None:
    """One line of the table."""
    print(
        f"{name:<24}{items:>6}{cost.seconds:>9.2f}{tokens / cost.seconds:>11,.0f}"
        f"{cost.peak:>7.2f}{cost.left:>6.2f}  {beside}",
        flush=True,
    )


def same(one: Values, other: Values) -> str:
    """How many have the same best option, and how far log-probabilities are apart."""
    pairs = list(zip(one, other, strict=True))
    best = sum(x.index(max(x)) == y.index(max(y)) for x, y in pairs)
    apart = max(abs(a - b) for x, y in pairs for a, b in zip(x, y, strict=True))
    return f"{best}/{len(pairs)} the same, at most {apart:.2f} nats apart"


def read(loaded: Loaded, shape: Shape, number: int, sizes: Sizes, device: str) -> None:
    """Options or texts, beside lm-eval."""
    asked = probes(loaded, shape, number)
    batch = prepare(asked, loaded[0], loaded[1], {})
    plan = plan_batches(loaded[0], (5, 6, 7, 8), 0)
    each = shape.context + shape.options * shape.tokens
    cost = measured(lambda: ours(loaded[0], batch, plan), device)
    beside = ""
    if importlib.util.find_spec("lm_eval") is not None:
        from lm_eval.models.huggingface import HFLM

        model, tokenizer = loaded
        harness = HFLM(pretrained=model, tokenizer=tokenizer, batch_size=sizes.batch)
        found: list[Values] = []
        other = measured(lambda: found.append(theirs(harness, asked)), device)
        beside = (
            f"lm-eval {other.seconds:.2f}, {other.seconds / cost.seconds:.1f} times; "
            f"{same(ours(loaded[0], batch, plan), found[-1])}"
        )
    line(shape.name, number, number * each, cost, beside)


def prompts(loaded: Loaded, number: int, new_tokens: int) -> list[Probe]:
    """Questions whose answers are written."""
    words = Words(loaded[1])
    return [
        Probe(
            id=f"p{n}",
            prompt=words.text(40 + n % 30),
            reference="w5",
            role="general",
            scorer="exact_match",
            max_new_tokens=new_tokens,
        )
        for n in range(number)
    ]


def write(loaded: Loaded, sizes: Sizes, device: str) -> None:
    """Answers, and the same asked again where most are as before."""
    model, tokenizer = loaded
    batch = prepare(prompts(loaded, sizes.prompts, sizes.new_tokens), model, tokenizer, {})
    plan = plan_batches(model, batch.questions[0].prompt[-16:], batch.pad_id)
    found: list[tuple[Answer, ...]] = []
    cost = measured(
        lambda: found.append(ask(model, batch, base_answers=(), plan=plan).answers), device
    )
    tokens = sum(len(answer.token_ids) for answer in found[-1])
    line("answers", sizes.prompts, tokens, cost)
    if "previous" not in inspect.signature(ask).parameters:
        print("answers again           this version does not verify earlier answers")
        return
    previous = {answer.probe_id: answer for answer in changed(found[-1], len(tokenizer))}
    # The name is looked up above: versions without it are measured too.
    again: dict[str, Any] = {"previous": previous}
    second = measured(lambda: ask(model, batch, base_answers=(), plan=plan, **again), device)
    ratio = f"{second.seconds / cost.seconds:.2f} of asking, {UNCHANGED:.0%} unchanged"
    line("answers again", sizes.prompts, tokens, second, ratio)


def changed(answers: Sequence[Answer], vocabulary: int) -> tuple[Answer, ...]:
    """The answers as if a tenth of them had been others from some token on."""
    chance = random.Random(0)
    found = []
    for answer in answers:
        ids = list(answer.token_ids)
        if ids and chance.random() > UNCHANGED:
            at = chance.randrange(len(ids))
            ids[at] = (ids[at] + 1) % vocabulary
        found.append(replace(answer, token_ids=tuple(ids)))
    return tuple(found)


def check(loaded: Loaded, sizes: Sizes, device: str) -> None:
    """About what a checkpoint is asked by default: 40 % of a thousand are written."""
    model, tokenizer = loaded
    scale = sizes.questions / FULL.questions
    number = {name: max(2, int(n * scale)) for name, n in (("read", 300), ("write", 400))}
    asked = prompts(loaded, number["write"], sizes.new_tokens)
    for shape in (SHAPES[0], SHAPES[2]):
        named = probes(loaded, shape, number["read"])
        asked += [replace(probe, id=f"{shape.name} {probe.id}") for probe in named]
    batch = prepare(asked, model, tokenizer, {})
    plan = plan_batches(model, batch.questions[0].prompt[-16:], batch.pad_id)
    base = ask(model, batch, plan=plan).base_answer_logprobs
    cost = measured(lambda: ask(model, batch, base_answers=base, plan=plan), device)
    tokens = sum(question.length for question in batch.questions)
    line("a whole check", len(asked), tokens, cost, f"{cost.seconds / 60:.2f} minutes")


def require(device: str) -> None:
    """Refuse to measure what is not there.

    Raises:
        FtguardError: there is no such device.
    """
    if device == "cuda" and not torch.cuda.is_available():
        raise FtguardError(
            "no CUDA GPU is here: run this on a machine that has one; to try the script itself, "
            "run it with `--device cpu --tiny`."
        )


def fits(parameters: float, device: str) -> bool:
    """Whether a model of so many parameters in bfloat16 can be held, with something to spare."""
    return device == "cpu" or torch.cuda.mem_get_info()[0] > SPARE * 2 * parameters


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--device", choices=("cuda", "cpu"), default="cuda")
    parser.add_argument("--tiny", action="store_true", help="tiny models and few questions")
    parser.add_argument("--no-large", action="store_true", help="leave the larger model out")
    args = parser.parse_args()
    warnings.simplefilter("ignore")
    device: str = args.device
    try:
        require(device)
    except FtguardError as error:
        sys.exit(f"gpu.py: {error}")
    sizes = TINY if args.tiny else FULL
    place = torch.cuda.get_device_name() if device == "cuda" else "CPU"
    print(f"{place}, torch {torch.__version__}, bfloat16, seconds, GB")
    print(f"{'':<24}{'items':>6}{'seconds':>9}{'tokens/s':>11}{'peak':>7}{'left':>6}")
    model = half_billion(device, tiny=args.tiny)
    loaded: Loaded = model, words_tokenizer(model.config.vocab_size)
    print(f"{model.num_parameters() / 1e9:.2f}B parameters")
    for shape in SHAPES:
        number = sizes.shots if shape.shared else sizes.questions
        read(loaded, shape, number, sizes, device)
    write(loaded, sizes, device)
    del model, loaded
    gc.collect()
    if args.no_large or not fits(7e9, device):
        why = "as told" if args.no_large else "the memory that is free does not hold it"
        print(f"the model of 7B is left out: {why}")
        return
    if device == "cuda":
        torch.cuda.empty_cache()
    large = seven_billion(device, tiny=args.tiny)
    print(f"{large.num_parameters() / 1e9:.2f}B parameters")
    check((large, words_tokenizer(large.config.vocab_size)), sizes, device)


if __name__ == "__main__":
    main()
