"""Pretrain the small base model that ships with ftguard, from text that ftguard generates.

    python recipes/pretrain_demo_model.py --out ftguard/demo/model

Takes about a quarter of an hour on two cores, and no download. Same seed, threads, machine and
library versions: same weights.
"""

import argparse
import string
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path

import torch
from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers, processors
from tqdm import tqdm
from transformers import GenerationConfig, LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

from ftguard.demo.routing import TEAMS, routing_examples
from ftguard.demo.skills import SKILLS, skill_examples

PAD, BOS, EOS = 0, 1, 2
NOT_LEARNED = -100
CONTEXT = 128
SKILL_ROWS, TICKET_ROWS = 36, 6
"""Rows a step. Small batches learn most in a given time on a few cores."""
PEAK_RATE = 2e-3
WARM_STEPS = 100
ROWS_EXAMINED = 60
"""Held-out prompts per skill and per team."""

Row = tuple[str, str]
"""A prompt and its answer."""


def make_tokenizer() -> PreTrainedTokenizerFast:
    """Every printable ASCII character is a token; `<s>` is put in front, there is no template."""
    special = ["<pad>", "<s>", "</s>", "<unk>"]
    characters = [c for c in string.printable if c not in "\t\r\x0b\x0c"]
    vocabulary = {token: index for index, token in enumerate([*special, *characters])}
    backend = Tokenizer(models.WordLevel(vocabulary, unk_token="<unk>"))  # noqa: S106
    backend.pre_tokenizer = pre_tokenizers.Split(Regex(r"[\s\S]"), "isolated")
    backend.post_processor = processors.TemplateProcessing(
        single="<s> $A", special_tokens=[("<s>", BOS)]
    )
    backend.decoder = decoders.Fuse()
    return PreTrainedTokenizerFast(
        tokenizer_object=backend,
        pad_token="<pad>",  # noqa: S106
        bos_token="<s>",  # noqa: S106
        eos_token="</s>",  # noqa: S106
        unk_token="<unk>",  # noqa: S106
        model_max_length=CONTEXT,
        model_input_names=["input_ids", "attention_mask"],
    )


def make_model(vocabulary: int) -> LlamaForCausalLM:
    """A Llama of 0.9 million parameters: four layers of width 128."""
    config = LlamaConfig(
        vocab_size=vocabulary,
        hidden_size=128,
        intermediate_size=384,
        num_hidden_layers=4,
        num_attention_heads=4,
        num_key_value_heads=4,
        max_position_embeddings=CONTEXT,
        pad_token_id=PAD,
        bos_token_id=BOS,
        eos_token_id=EOS,
        tie_word_embeddings=True,
    )
    return LlamaForCausalLM(config)


def steps_of_text(steps: int, seed: int) -> Iterator[tuple[list[Row], list[Row]]]:
    """The rows of each step: skills, and tickets."""
    skills = skill_examples("pretrain", steps * SKILL_ROWS, seed)
    tickets = routing_examples("pretrain", steps * TICKET_ROWS, seed)
    for step in range(steps):
        some_skills = skills[step * SKILL_ROWS : (step + 1) * SKILL_ROWS]
        some_tickets = tickets[step * TICKET_ROWS : (step + 1) * TICKET_ROWS]
        yield (
            [(example.prompt, example.answer) for example in some_skills],
            [(ticket.prompt, ticket.answer) for ticket in some_tickets],
        )


def answer_nats(
    model: LlamaForCausalLM, tokenizer: PreTrainedTokenizerFast, rows: Sequence[Row]
) -> tuple[torch.Tensor, int]:
    """The summed nats of the answers and their ends, and how many tokens that are.

    The prompts are drawn at random, so there is nothing in them to learn.
    """
    prompts = [tokenizer(prompt)["input_ids"] for prompt, _ in rows]
    answers = [tokenizer(a, add_special_tokens=False)["input_ids"] + [EOS] for _, a in rows]
    longest = max(len(p) + len(a) for p, a in zip(prompts, answers, strict=True))
    ids = torch.full((len(rows), longest), PAD)
    labels = torch.full((len(rows), longest), NOT_LEARNED)
    for i, (prompt, answer) in enumerate(zip(prompts, answers, strict=True)):
        end = len(prompt) + len(answer)
        ids[i, :end] = torch.tensor(prompt + answer)
        labels[i, len(prompt) : end] = torch.tensor(answer)
    # Padding stands behind the answer, where causal attention never looks: no mask is needed.
    logits = model(input_ids=ids).logits[:, :-1]
    wanted = labels[:, 1:]
    learned = wanted != NOT_LEARNED
    nats = torch.nn.functional.cross_entropy(logits[learned], wanted[learned], reduction="sum")
    return nats, int(learned.sum())


def pretrain(
    model: LlamaForCausalLM, tokenizer: PreTrainedTokenizerFast, steps: int, seed: int
) -> None:
    """AdamW at a rate that rises over the first steps and then falls to zero along a cosine."""
    optimizer = torch.optim.AdamW(model.parameters(), lr=PEAK_RATE, betas=(0.9, 0.98), fused=True)
    rise = torch.optim.lr_scheduler.LinearLR(optimizer, 0.01, total_iters=WARM_STEPS)
    fall = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, max(1, steps - WARM_STEPS))
    schedule = torch.optim.lr_scheduler.SequentialLR(optimizer, [rise, fall], [WARM_STEPS])
    model.train()
    bar = tqdm(steps_of_text(steps, seed), total=steps, desc="pretraining", unit="step")
    for step, (skills, tickets) in enumerate(bar):
        # Two passes, since tickets are three times as long as the rest.
        skill_nats, skill_tokens = answer_nats(model, tokenizer, skills)
        ticket_nats, ticket_tokens = answer_nats(model, tokenizer, tickets)
        loss = (skill_nats + ticket_nats) / (skill_tokens + ticket_tokens)
        torch.autograd.backward(loss)
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad()
        schedule.step()
        if step % 50 == 0:
            skill, ticket = skill_nats.item() / skill_tokens, ticket_nats.item() / ticket_tokens
            bar.set_postfix_str(f"nats per token: skills {skill:.3f}, tickets {ticket:.3f}")


@torch.inference_mode()
def ask(
    model: LlamaForCausalLM, tokenizer: PreTrainedTokenizerFast, prompts: Sequence[str]
) -> list[str]:
    """The greedy answer to each prompt."""
    model.eval()
    asked = tokenizer(list(prompts), padding=True, padding_side="left", return_tensors="pt")
    said = model.generate(**asked, max_new_tokens=24, do_sample=False)
    start = asked["input_ids"].shape[1]
    return list(tokenizer.batch_decode(said[:, start:], skip_special_tokens=True))


def print_table(model: LlamaForCausalLM, tokenizer: PreTrainedTokenizerFast, seed: int) -> None:
    """Exact match on held-out prompts, by skill and by team."""
    rows: defaultdict[str, list[Row]] = defaultdict(list)
    for example in skill_examples("probe", ROWS_EXAMINED * len(SKILLS), seed):
        rows[example.skill].append((example.prompt, example.answer))
    rare = sum(team.rare for team in TEAMS)
    tickets = routing_examples("target", ROWS_EXAMINED * (len(TEAMS) - rare), seed)
    tickets += routing_examples("tail", ROWS_EXAMINED * rare, seed)
    for ticket in tickets:
        kind = "rare" if ticket.rare else "frequent"
        for name in (f"team {ticket.label} ({kind})", f"all {kind} teams"):
            rows[name].append((ticket.prompt, ticket.answer))
    print(f"{'held-out prompts':<26}{'exact match':>12}{'n':>6}")
    for name, pairs in rows.items():
        said = ask(model, tokenizer, [prompt for prompt, _ in pairs])
        right = sum(given == answer for given, (_, answer) in zip(said, pairs, strict=True))
        print(f"{name:<26}{right / len(pairs):>12.0%}{len(pairs):>6}")


def main() -> None:
    """Pretrain, save in half precision, and examine what was saved."""
    parser = argparse.ArgumentParser(description="Pretrain the base model of `ftguard demo`.")
    parser.add_argument("--out", type=Path, required=True, help="the folder to write")
    parser.add_argument("--steps", type=int, default=4000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--threads", type=int, default=2)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    torch.manual_seed(arguments.seed)

    tokenizer = make_tokenizer()
    model = make_model(len(tokenizer))
    pretrain(model, tokenizer, arguments.steps, arguments.seed)

    model.generation_config = GenerationConfig(
        pad_token_id=PAD, bos_token_id=BOS, eos_token_id=EOS, do_sample=False
    )
    model.to(torch.float16).save_pretrained(arguments.out)
    tokenizer.save_pretrained(arguments.out)
    shipped = LlamaForCausalLM.from_pretrained(arguments.out, dtype=torch.float32)
    print_table(shipped, tokenizer, arguments.seed)
    size = sum(file.stat().st_size for file in arguments.out.iterdir())
    print(f"{model.num_parameters():,} parameters, {size / 1e6:.2f} MB in {arguments.out}")


if __name__ == "__main__":
    main()
