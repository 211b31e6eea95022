"""The memory that reading takes above the model's own, beside the logits that it needs.

    python tests/benchmarks/memory.py [--rows 32] [--tokens 512] [--vocabulary 128000]

Reads texts behind contexts, in batches of so many tokens, with a model whose logits follow from its
output layer (Llama) and with one that caps them after it (Gemma 2). `needed` are the logits of the
texts' tokens in one batch, in float32. A process of its own measures each: on Linux the peak of its
resident memory, from before reading on; with `--device cuda` what torch allocated. Some 3 minutes.
"""

import argparse
import subprocess
import sys
from pathlib import Path

import torch
from transformers import (
    Gemma2Config,
    Gemma2ForCausalLM,
    LlamaConfig,
    LlamaForCausalLM,
    PreTrainedModel,
)

from ftguard.ask.batches import BatchPlan
from ftguard.ask.memory import give_back
from ftguard.ask.reading import read_all
from ftguard.ask.trees import trees_of

KINDS = ("llama", "gemma2")
TEXTS = (64, 256, 448)
"""Tokens of a text, of those of its row."""


def made(kind: str, vocabulary: int, tokens: int) -> PreTrainedModel:
    """A random model, small but for its vocabulary."""
    sizes = {
        "vocab_size": vocabulary,
        "hidden_size": 128,
        "intermediate_size": 256,
        "num_hidden_layers": 2,
        "num_attention_heads": 4,
        "num_key_value_heads": 2,
        "max_position_embeddings": tokens + 1,
        "tie_word_embeddings": True,
    }
    torch.manual_seed(0)
    if kind == "llama":
        return LlamaForCausalLM(LlamaConfig(**sizes)).eval()
    return Gemma2ForCausalLM(
        Gemma2Config(**sizes, head_dim=32, sliding_window=tokens + 1, final_logit_softcapping=30.0)
    ).eval()


def resident(name: str) -> int:
    """Bytes of this process: `VmRSS` now, `VmHWM` at most."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return 1024 * int(next(line for line in lines if line.startswith(name)).split()[1])


def measure(args: argparse.Namespace) -> None:
    """Print bytes at the peak and left behind, above those before."""
    model = made(args.kind, args.vocabulary, args.tokens).to(args.device)
    trees = [
        tree
        for n in range(args.rows)
        for row in [tuple((7 * n + i) % args.vocabulary for i in range(args.tokens))]
        for tree in trees_of([(row[: -args.text], row[-args.text :])])
    ]
    plan = BatchPlan(max_rows=args.rows, max_tokens=args.rows * args.tokens)
    with torch.no_grad():
        read_all(model, trees[:1], 0, plan, lambda _: None)
        if args.device == "cuda":
            torch.cuda.reset_peak_memory_stats()
            before = torch.cuda.memory_allocated()
        else:
            Path("/proc/self/clear_refs").write_text("5")
            before = resident("VmRSS")
        read_all(model, trees, 0, plan, lambda _: None)
    give_back()
    if args.device == "cuda":
        peak, after = torch.cuda.max_memory_allocated(), torch.cuda.memory_reserved()
    else:
        peak, after = resident("VmHWM"), resident("VmRSS")
    print(peak - before, max(0, after - before))


def main() -> None:
    """Print the table, or measure one line of it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=32)
    parser.add_argument("--tokens", type=int, default=512)
    parser.add_argument("--vocabulary", type=int, default=128_000)
    parser.add_argument("--device", choices=("cpu", "cuda"), default="cpu")
    parser.add_argument("--kind", choices=KINDS, help="measure this one here, and print bytes")
    parser.add_argument("--text", type=int, default=256)
    args = parser.parse_args()
    if args.kind:
        measure(args)
        return
    print(f"{args.rows} x {args.tokens} tokens, vocabulary {args.vocabulary:,}, {args.device}, MB")
    print(f"{'model':<10}{'text':>5}{'needed':>9}{'peak':>8}{'ratio':>7}{'left':>6}")
    for kind in KINDS:
        for text in TEXTS:
            if text >= args.tokens:
                continue
            needed = 4 * args.rows * text * args.vocabulary
            given = ["--rows", args.rows, "--tokens", args.tokens, "--vocabulary", args.vocabulary]
            given += ["--device", args.device, "--kind", kind, "--text", text]
            command = [sys.executable, __file__, *map(str, given)]
            found = subprocess.run(command, check=True, capture_output=True, text=True).stdout
            peak, left = map(int, found.split())
            print(
                f"{kind:<10}{text:>5}{needed / 1e6:>9.0f}{peak / 1e6:>8.0f}{peak / needed:>7.2f}"
                f"{left / 1e6:>6.0f}",
                flush=True,
            )


if __name__ == "__main__":
    main()
