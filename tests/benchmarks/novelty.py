"""What finds the tail: characters, a base model's hidden states, a sentence encoder, and pairs.

    python tests/benchmarks/novelty.py INPUTS [--encoder MODEL]

CLINC150: 900 in-scope test queries with 100 out-of-scope ones mixed in, over 20 draws; how many
times as often as chance the furthest fifth is out of scope (5 is the ceiling). Distances are to the
10,525 training queries. Hidden states are mean-pooled over a query's tokens, whitened over the
training queries (Su et al. 2021, 2103.15316), and compared by the cosine like everything else.
"""

import argparse
import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from transformers import AutoModelForCausalLM, AutoTokenizer

from ftguard.probes.novelty import FAR_SHARE, Encoder, furthest, load_encoder, novelty

DRAWS = 20
IN_SCOPE, OUT_OF_SCOPE = 900, 100
BATCH = 128
WEIGHTS = (0.2, 0.3, 0.5)
DEMO = Path(__file__).parents[2] / "ftguard" / "demo" / "model"

Array = NDArray[np.float64]


def main() -> None:
    """Print one row a method."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("inputs", type=Path, help="the folder of real inputs")
    parser.add_argument("--encoder", help="a sentence-transformers model, by name or folder")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    path = arguments.inputs / "data/clinc150/data_imbalanced.json"
    splits = {
        name: [query for query, _ in rows]
        for name, rows in json.loads(path.read_text("utf-8")).items()
    }
    training = splits["train"]
    queries = splits["test"] + splits["oos_test"]
    count = len(splits["test"])
    characters = novelty(queries, training)
    print(f"{'distance':<44} {'lift':>5} {'sd':>5}")
    report("characters (the default)", characters, count)
    for size in (500, 2000, 5000):
        some = np.random.default_rng(0).choice(len(training), size, replace=False)
        report(
            f"  of {size} training queries", novelty(queries, [training[i] for i in some]), count
        )
    for name, folder in (
        ("stories260K", arguments.inputs / "models/stories260K"),
        ("demo model", DEMO),
    ):
        known, asked = hidden_states(folder, training), hidden_states(folder, queries)
        for layer in range(len(known)):
            alone = to_nearest(*whitened(known[layer], asked[layer]))
            report(f"{name}, layer {layer}", alone, count)
            for weight in WEIGHTS:
                both = weight * standard(alone) + (1 - weight) * standard(characters)
                report(f"  {weight} of it with characters", both, count)
    if arguments.encoder:
        encoder = load_encoder(arguments.encoder)
        report("encoder alone", encoder_alone(encoder, training, queries), count)
        report("encoder with characters (`encoder=`)", novelty(queries, training, encoder), count)


def report(name: str, distances: Array, count: int) -> None:
    """Print the mean lift over the draws, and its standard deviation."""
    lifts = []
    for draw in range(DRAWS):
        generator = np.random.default_rng(draw)
        inside = distances[generator.choice(count, IN_SCOPE, replace=False)]
        outside = distances[
            count + generator.choice(distances.size - count, OUT_OF_SCOPE, replace=False)
        ]
        far = furthest(np.concatenate([inside, outside]))
        lifts.append((far >= IN_SCOPE).sum() / OUT_OF_SCOPE / FAR_SHARE)
    print(f"{name:<44} {np.mean(lifts):5.2f} {np.std(lifts):5.2f}", flush=True)


def hidden_states(folder: Path, texts: Sequence[str]) -> list[Array]:
    """Of each layer the mean over each text's tokens, shape [texts, width]."""
    tokenizer = AutoTokenizer.from_pretrained(folder)
    model = AutoModelForCausalLM.from_pretrained(folder).eval()
    tokenizer.padding_side = "right"
    order = sorted(range(len(texts)), key=lambda index: len(texts[index]))
    found: list[list[NDArray[np.float32]]] = []
    for start in range(0, len(order), BATCH):
        batch = tokenizer(
            [texts[i] for i in order[start : start + BATCH]],
            return_tensors="pt",
            padding=True,
            truncation=True,
            max_length=model.config.max_position_embeddings,
        )
        mask = batch["attention_mask"].unsqueeze(-1).float()
        with torch.no_grad():
            layers = model.base_model(
                input_ids=batch["input_ids"],
                attention_mask=batch["attention_mask"],
                output_hidden_states=True,
            ).hidden_states
        found.append([((h * mask).sum(1) / mask.sum(1)).numpy() for h in layers])
    back = np.argsort(order)
    return [np.concatenate(parts).astype(np.float64)[back] for parts in zip(*found, strict=True)]


def whitened(training: Array, queries: Array) -> tuple[Array, Array]:
    """Both in coordinates in which the training queries are uncorrelated with unit variance."""
    centre = training.mean(axis=0)
    variances, axes = np.linalg.eigh(np.cov((training - centre).T))
    scaled = axes / np.sqrt(variances.clip(0) + 1e-6 * variances[-1])
    return (training - centre) @ scaled, (queries - centre) @ scaled


def to_nearest(training: Array, queries: Array, nearest: int = 5) -> Array:
    """1 - the mean cosine to the nearest training vectors, shape [queries]."""
    known, asked = (v / np.linalg.norm(v, axis=1, keepdims=True) for v in (training, queries))
    best = [np.partition(row @ known.T, -nearest)[-nearest:].mean() for row in asked]
    return 1 - np.array(best)


def encoder_alone(encoder: Encoder, training: Sequence[str], queries: Sequence[str]) -> Array:
    """The same distance over an encoder's vectors."""
    known, asked = (np.asarray(encoder.encode(list(texts)), float) for texts in (training, queries))
    return to_nearest(known, asked)


def standard(values: Array) -> Array:
    """In standard deviations from the mean."""
    return np.asarray((values - values.mean()) / values.std())


if __name__ == "__main__":
    main()
