"""Makes `Head`: what a model says of some places of a batch, without its logits of all others."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Literal

import torch
from transformers import PreTrainedModel

from ftguard.ask.padding import apart, rounding_of
from ftguard.ask.weights import is_sharded

CHUNK = 2**23
"""Logits that are held at once on a CPU: in float32 32 megabytes."""
CHUNK_ON_DEVICE = 2**26
"""The same on any other device, where few large steps are quick."""
TRIED = 2
"""Tokens that a model is tried with."""

Inputs = Mapping[str, Any]
Way = Literal["streamed", "gathered", "full"]


@dataclass(frozen=True, kw_only=True)
class Head:
    """How a model's logits are had, as it was found by trying.

    A model's head is all that follows its last hidden states. It is called on the places that are
    asked for alone: `streamed` in chunks, after the pass, where nothing follows its output layer;
    `gathered` within the pass, where something does (a soft cap, a scale), so that the model's own
    code does it; `full` is the model as it is, where its output layer cannot be told.
    """

    model: PreTrainedModel
    layer: torch.nn.Module | None
    """The output layer."""
    way: Way

    @classmethod
    def of(cls, model: PreTrainedModel, ids: tuple[int, ...]) -> "Head":
        """Try which way gives the model's own logits, with a few tokens.

        Args:
            model: in evaluation mode, without gradients.
            ids: any of its tokens.
        """
        full = cls(model=model, layer=None, way="full")
        layer = _output_layer(model)
        if layer is None:
            return full
        device = model.get_input_embeddings().weight.device
        inputs = {"input_ids": torch.tensor([(ids * TRIED)[:TRIED]], device=device)}
        seen: list[tuple[tuple[int, ...], torch.Tensor]] = []

        def hear(_: torch.nn.Module, given: tuple[Any, ...], said: torch.Tensor) -> None:
            seen.append((tuple(given[0].shape) if given else (), said))

        handle = layer.register_forward_hook(hear)
        try:
            logits = model(**inputs, use_cache=False).logits
        finally:
            handle.remove()
        if len(seen) != 1 or seen[0][0][:2] != (1, TRIED) or not torch.is_tensor(seen[0][1]):
            return full
        # A soft cap moves small logits by little: nothing follows where not one bit is moved. What
        # a process holds but a part of is whole within a pass alone.
        if not is_sharded(model) and torch.equal(seen[0][1].float(), logits.float()):
            return cls(model=model, layer=layer, way="streamed")
        gathered = cls(model=model, layer=layer, way="gathered")
        return gathered if gathered._says(logits[:, -1].float(), inputs) else full

    def _says(self, logits: torch.Tensor, inputs: Inputs) -> bool:
        """Whether these are what it says of the last place."""
        place = torch.tensor([0]), torch.tensor([TRIED - 1])
        try:
            (said,) = self.logits(inputs, *place)
        except Exception:  # noqa: BLE001 - whatever a model makes of another shape
            return False
        return said.shape == logits.shape and not apart(logits, said, rounding_of(self.model))

    def pass_over(self, inputs: Inputs) -> Any:
        """The model's output for a batch of which no logits are asked."""
        with self._given(lambda hidden: hidden[:1, :1]):
            return self.model(**inputs)

    def logits(
        self, inputs: Inputs, rows: torch.Tensor, places: torch.Tensor
    ) -> Iterator[torch.Tensor]:
        """What the model says at some places of a batch, in float32, in chunks of [places, tokens].

        Args:
            inputs: of the model.
            rows: the row of each place, in the batch.
            places: each place, in its row.
        """
        if self.way == "full":
            logits = self.model(**inputs).logits
            logits = logits[rows.to(logits.device), places.to(logits.device)]
        elif self.way == "gathered":
            with self._given(lambda hidden: _picked(hidden, rows, places)):
                logits = self.model(**inputs).logits[0]
        else:
            yield from self._streamed(inputs, rows, places)
            return
        yield from (chunk.float() for chunk in _chunks(logits, logits.shape[-1]))

    def _streamed(
        self, inputs: Inputs, rows: torch.Tensor, places: torch.Tensor
    ) -> Iterator[torch.Tensor]:
        caught: list[torch.Tensor] = []

        def catch(hidden: torch.Tensor) -> torch.Tensor:
            caught.append(_picked(hidden, rows, places))
            return hidden[:1, :1]

        with self._given(catch):
            vocabulary = self.model(**inputs).logits.shape[-1]
        hidden, layer = caught[0], self.layer
        if layer is None:
            raise ValueError("only a known output layer is streamed")
        for chunk in _chunks(hidden[0], vocabulary):
            yield layer(chunk.unsqueeze(0))[0].float()

    @contextmanager
    def _given(self, change: Callable[[torch.Tensor], torch.Tensor]) -> Iterator[None]:
        """Give the output layer other hidden states than those of the whole batch."""
        if self.layer is None:
            yield
            return

        def before(_: torch.nn.Module, given: tuple[Any, ...]) -> tuple[Any, ...]:
            return change(given[0]), *given[1:]

        handle = self.layer.register_forward_pre_hook(before)
        try:
            yield
        finally:
            handle.remove()


def _picked(hidden: torch.Tensor, rows: torch.Tensor, places: torch.Tensor) -> torch.Tensor:
    """The hidden states at some places, as one row."""
    return hidden[rows.to(hidden.device), places.to(hidden.device)].unsqueeze(0)


def _chunks(places: torch.Tensor, vocabulary: int) -> Iterator[torch.Tensor]:
    """Places, [places, any size], in parts of which the logits are held at once."""
    most = CHUNK if places.device.type == "cpu" else CHUNK_ON_DEVICE
    size = max(1, most // max(1, vocabulary))
    for start in range(0, len(places), size):
        yield places[start : start + size]


def _output_layer(model: PreTrainedModel) -> torch.nn.Module | None:
    try:
        found = model.get_output_embeddings()
    except (AttributeError, NotImplementedError):
        return None
    return found if isinstance(found, torch.nn.Module) else None
