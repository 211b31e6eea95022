"""Makes `Room`, one layer of a cache whose keys and values are never copied as they grow."""

import torch
from transformers.cache_utils import DynamicLayer


class Room(DynamicLayer):  # type: ignore[misc]
    """Keys and values of one layer, written into room for all that may come."""

    def __init__(self, size: int) -> None:
        super().__init__()
        self._size = size
        self._used = 0
        self._kept: tuple[torch.Tensor, ...] = ()

    def update(
        self, key_states: torch.Tensor, value_states: torch.Tensor, *args: object, **kwargs: object
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Add what a step brings, and return all so far."""
        del args, kwargs
        self._make(len(key_states), key_states, value_states)
        end = self._used + key_states.shape[2]
        for kept, new in zip(self._kept, (key_states, value_states), strict=True):
            kept[:, :, self._used : end] = new
        self._show(end)
        return self.keys, self.values

    def fill(self, rows: slice, number: int, end: int, layer: DynamicLayer) -> None:
        """Take over what was read for some of so many rows, so that it ends at a place."""
        self._make(number, layer.keys, layer.values)
        for kept, new in zip(self._kept, (layer.keys, layer.values), strict=True):
            kept[rows, :, end - new.shape[2] : end] = new
        self._show(end)

    def batch_select_indices(self, indices: torch.Tensor) -> None:
        """Keep some rows."""
        if self._kept:
            self._kept = tuple(kept[indices] for kept in self._kept)
            self._show(self._used)

    def _make(self, number: int, *likes: torch.Tensor) -> None:
        if self._kept:
            return
        # What is masked counts nothing only where it is a number.
        self._kept = tuple(
            like.new_zeros((number, like.shape[1], self._size, like.shape[3])) for like in likes
        )
        self.dtype, self.device = likes[0].dtype, likes[0].device
        self.is_initialized = True

    def _show(self, end: int) -> None:
        self._used = end
        self.keys, self.values = (kept[:, :, :end] for kept in self._kept)
