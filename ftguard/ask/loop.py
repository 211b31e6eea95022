"""Greedy decoding over a model's own forward, in a batch from which answers that ended are dropped.

`model.generate` copies all keys and values at every step and keeps every row to the end of the
last one. Here they are written into room that is made once, and rows leave. Only models whose
cache is keys and values of each token, and whose inputs `generate` prepares in the common way, can
be decoded so; whether it comes to the same is tried (`as_generate`), never assumed.
"""

import inspect
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

import torch
from transformers import DynamicCache, GenerationConfig, GenerationMixin, PreTrainedModel
from transformers.cache_utils import DynamicLayer, DynamicSlidingWindowLayer

from ftguard.ask.kept_layer import Room
from ftguard.ask.padding import STEPS, apart, rounding_of
from ftguard.ask.prompts import Question
from ftguard.ask.weights import is_sharded
from ftguard.ask.writing import Writing

TRIED = 4
"""So many rows are decoded in both ways to compare them."""
BLOCK = 128
"""Tokens of a vocabulary that are looked through together."""
FEWEST, LIKE = 8, (3, 4)
"""So many prompts at least are read together, and shorter ones than three quarters apart."""
LEAVING = 8
"""Rows leave a batch as soon as an eighth of it has ended: to copy the others' keys and values
costs about as much as one step reads."""


Step = Callable[[torch.Tensor, torch.Tensor, torch.Tensor, DynamicCache], torch.Tensor]
"""Token ids, mask and positions, and what came before: the logits after each row, as float32."""


def decode(
    model: PreTrainedModel,
    writings: Sequence[Writing],
    pad_id: int,
    seen: list[torch.Tensor] | None = None,
) -> None:
    """Write each answer to its end, all in one batch that is padded on the left.

    Args:
        model: in evaluation mode; one for which `can_loop` holds.
        writings: begun or not.
        pad_id: fills the batch.
        seen: gets the logits of each step, longest row first, where given.
    """
    rows = sorted(writings, key=_length, reverse=True)
    width, room = _length(rows[0]), max(row.room for row in rows)
    step, cache = _step(model), _cache(model, width + room)
    device = model.get_input_embeddings().weight.device
    lengths = torch.tensor([_length(row) for row in rows], device=device)
    places = torch.arange(width + room, device=device)
    mask = (places >= width - lengths[:, None]).long()
    positions = (places - (width - lengths[:, None])).clamp(min=0)
    logits = _read_prompts(step, rows, cache, mask, positions, pad_id=pad_id)
    for end in range(width, width + room):
        tokens = _likeliest(logits)
        # The likeliest token's log-probability, in half of the time of a log-sum.
        logprobs = logits.softmax(-1).amax(-1).log()
        if seen is not None:
            seen.append(logits)
        for row, token, logprob in zip(rows, tokens.tolist(), logprobs.tolist(), strict=True):
            row.take(token, logprob)
        live = [place for place, row in enumerate(rows) if row.finish is None]
        if not live or end == width + room - 1:
            return
        if (len(rows) - len(live)) * LEAVING >= len(rows):
            kept = torch.tensor(live, device=device)
            rows = [rows[place] for place in live]
            tokens, mask, positions = tokens[kept], mask[kept], positions[kept]
            cache.batch_select_indices(kept)
        logits = step(tokens[:, None], mask[:, : end + 1], positions[:, end : end + 1], cache)


def _read_prompts(
    step: Step,
    rows: Sequence[Writing],
    cache: DynamicCache,
    mask: torch.Tensor,
    positions: torch.Tensor,
    *,
    pad_id: int,
) -> torch.Tensor:
    """The logits after what is there of each row, longest first; keys and values go to the cache.

    Rows of like lengths are read together, as much of a batch of unlike ones would be padding.
    """
    width = _length(rows[0])
    together = not all(isinstance(layer, Room) for layer in cache.layers) or not cache.layers
    groups = [slice(0, len(rows))] if together else _groups([_length(row) for row in rows])
    logits = []
    for group in groups:
        longest = _length(rows[group.start])
        ids = [[*[pad_id] * (longest - _length(row)), *row.begun] for row in rows[group]]
        own = cache if len(groups) == 1 else DynamicCache()
        here = slice(width - longest, width)
        told = torch.tensor(ids, device=mask.device), mask[group, here], positions[group, here]
        logits.append(step(*told, own))
        if own is not cache:
            for kept, layer in zip(cache.layers, own.layers, strict=True):
                kept.fill(group, len(rows), width, layer)
    return torch.cat(logits)


def _groups(lengths: Sequence[int]) -> list[slice]:
    """Rows that are read together, of lengths that fall: enough of them, and of like lengths."""
    starts = [0]
    for place, length in enumerate(lengths):
        unlike = length * LIKE[1] < lengths[starts[-1]] * LIKE[0]
        if unlike and place - starts[-1] >= FEWEST and len(lengths) - place >= FEWEST:
            starts.append(place)
    return [slice(*ends) for ends in zip(starts, [*starts[1:], len(lengths)], strict=True)]


def _length(row: Writing) -> int:
    return len(row.begun)


def can_loop(model: PreTrainedModel) -> bool:
    """Whether a model is of the kind that can be decoded here.

    Not so where its state is no list of keys and values, where it prepares its inputs in its own
    way, where it is spread over devices, or where processes that share its weights must take each
    step together.
    """
    takes = inspect.signature(type(model).forward).parameters
    return (
        "attention_mask" in takes
        and ("cache" in takes or "past_key_values" in takes)
        and type(model).prepare_inputs_for_generation
        is GenerationMixin.prepare_inputs_for_generation
        and not getattr(model, "_is_stateful", False)
        and all(
            type(layer) in (DynamicLayer, DynamicSlidingWindowLayer)
            for layer in DynamicCache(config=model.config.get_text_config(decoder=True)).layers
        )
        and len({parameter.device for parameter in model.parameters()}) == 1
        and not is_sharded(model)
    )


def as_generate(model: PreTrainedModel, questions: Sequence[Question], pad_id: int) -> bool:
    """Whether decoding here says what `model.generate` says: the first tokens of a few answers.

    A failure of any kind is a no: `generate` will tell.
    """
    try:
        if not can_loop(model):
            return False
        # The longest and the shortest among them, so that there is padding where there can be.
        by_length = sorted(questions, key=lambda question: len(question.prompt), reverse=True)
        tried = [*by_length[: TRIED // 2], *by_length[TRIED // 2 :][-TRIED // 2 :]]
        seen: list[torch.Tensor] = []
        decode(model, [_first_tokens(question) for question in tried], pad_id, seen)
        own = torch.stack(seen, dim=1).log_softmax(-1)
        theirs = _of_generate(model, tried, pad_id)
        return own.shape == theirs.shape and not any(
            apart(mine, other, rounding_of(model)) for mine, other in zip(own, theirs, strict=True)
        )
    except Exception:  # noqa: BLE001 - whatever a model raises
        return False


def _likeliest(logits: torch.Tensor) -> torch.Tensor:
    """The first token of each row that none is likelier than, as `argmax` has it.

    On a CPU the highest of a block is found many times as quickly as where it is, and so the place
    is looked for in one block alone.
    """
    blocks = logits.shape[-1] // BLOCK
    if logits.device.type != "cpu" or blocks < BLOCK:
        return logits.argmax(-1)
    rows, kept = torch.arange(len(logits)), blocks * BLOCK
    block = logits[:, :kept].view(-1, blocks, BLOCK).amax(-1).argmax(-1)
    places = block[:, None] * BLOCK + torch.arange(BLOCK)
    found = places[rows, logits[rows[:, None], places].argmax(-1)]
    # What is left behind the last block stands behind the one that was found.
    both = torch.cat([logits[rows, found][:, None], logits[:, kept:]], dim=-1).argmax(-1)
    return torch.where(both == 0, found, kept - 1 + both)


def _first_tokens(question: Question) -> Writing:
    return Writing(question=replace(question, max_new_tokens=STEPS), stop_ids=())


def _of_generate(
    model: PreTrainedModel, questions: Sequence[Question], pad_id: int
) -> torch.Tensor:
    """Log-probabilities at the first tokens of each row's answer, [rows, tokens, vocabulary]."""
    width = max(len(question.prompt) for question in questions)
    device = model.get_input_embeddings().weight.device
    short = [width - len(question.prompt) for question in questions]
    ids = [[*[pad_id] * n, *q.prompt] for n, q in zip(short, questions, strict=True)]
    mask = [[0] * n + [1] * (width - n) for n in short]
    output = model.generate(
        input_ids=torch.tensor(ids, device=device),
        attention_mask=torch.tensor(mask, device=device),
        generation_config=GenerationConfig(
            do_sample=False,
            max_new_tokens=STEPS,
            pad_token_id=pad_id,
            return_dict_in_generate=True,
            output_logits=True,
        ),
    )
    return torch.stack(output.logits, dim=1).float().log_softmax(-1)


def _cache(model: PreTrainedModel, size: int) -> DynamicCache:
    cache = DynamicCache(config=model.config.get_text_config(decoder=True))
    if cache.layers:
        cache.layers = [
            Room(size) if type(layer) is DynamicLayer else layer for layer in cache.layers
        ]
    else:
        cache.layer_class_to_replicate = partial(Room, size)
    return cache


def _step(model: PreTrainedModel) -> Step:
    takes = inspect.signature(type(model).forward).parameters
    name = "cache" if "cache" in takes else "past_key_values"
    keep = {"logits_to_keep": 1} if "logits_to_keep" in takes else {}
    placed = "position_ids" in takes

    def step(
        ids: torch.Tensor, mask: torch.Tensor, positions: torch.Tensor, cache: DynamicCache
    ) -> torch.Tensor:
        where = {"position_ids": positions} if placed else {}
        output = model(
            input_ids=ids,
            attention_mask=mask,
            use_cache=True,
            **{name: cache},
            **where,
            **keep,
        )
        logits: torch.Tensor = output.logits[:, -1].float()
        return logits

    return step
