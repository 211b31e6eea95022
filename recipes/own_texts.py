"""General probes for a base model that answers no questions: texts of its own, read for likelihood.

    python recipes/own_texts.py MODEL --out probes.jsonl

Samples at temperature 1 from the model itself, so that a drop says how much of its own language
it has lost.
"""

import argparse
import json
from pathlib import Path

import torch
from tqdm.auto import tqdm
from transformers import AutoModelForCausalLM, AutoTokenizer


def main() -> None:
    """Sample, and write one probe a line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model", help="model folder or name")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--tokens", type=int, default=256)
    parser.add_argument("--name", default="own", help="slice of the probes")
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()

    torch.manual_seed(args.seed)
    tokenizer = AutoTokenizer.from_pretrained(args.model)
    model = AutoModelForCausalLM.from_pretrained(args.model, dtype=torch.float32)
    start = torch.full((min(args.count, 50), 1), tokenizer.bos_token_id)
    texts: list[str] = []
    with tqdm(total=args.count, desc="sampling") as bar:
        while len(texts) < args.count:
            said = model.generate(
                start,
                attention_mask=torch.ones_like(start),
                do_sample=True,
                temperature=1.0,
                top_k=0,
                top_p=1.0,
                max_new_tokens=args.tokens,
            )
            found = tokenizer.batch_decode(said[:, 1:], skip_special_tokens=True)
            texts += [text for text in found if text.strip()]
            bar.update(len(found))
    with args.out.open("w", encoding="utf-8") as file:
        for index, text in enumerate(texts[: args.count]):
            row: dict[str, object] = {"id": f"{args.name}-{index}", "prompt": "", "reference": text}
            row |= {"scorer": "likelihood", "slices": [args.name]}
            file.write(json.dumps(row) + "\n")


if __name__ == "__main__":
    main()
