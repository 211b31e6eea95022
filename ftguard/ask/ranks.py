"""One value for all processes of a distributed run: the main process's."""

from typing import TypeVar

import torch.distributed

Value = TypeVar("Value")


def broadcast_from_main(value: Value) -> Value:
    """The main process's value, on every process; every process must call it."""
    if not (torch.distributed.is_available() and torch.distributed.is_initialized()):
        return value
    box = [value]
    torch.distributed.broadcast_object_list(box, src=0)
    return box[0]
