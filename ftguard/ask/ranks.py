"""One value for all processes of a distributed run: the main process's."""

from collections.abc import Callable
from typing import TypeVar

import torch.distributed

from ftguard.errors import FtguardError

Value = TypeVar("Value")


def broadcast_from_main(value: Value) -> Value:
    """The main process's value, on every process; every process must call it."""
    if not (torch.distributed.is_available() and torch.distributed.is_initialized()):
        return value
    box = [value]
    torch.distributed.broadcast_object_list(box, src=0)
    return box[0]


def made_by_main(make: Callable[[], Value], *, is_main_process: bool) -> Value:
    """What the main process makes, on every process; every process must call it.

    Raises:
        FtguardError: the main process's, on every process, so that none waits for a value that
            never comes.
    """
    found: list[Value] | FtguardError = []
    if is_main_process:
        try:
            found = [make()]
        except FtguardError as error:
            found = error
    found = broadcast_from_main(found)
    if isinstance(found, FtguardError):
        raise found
    return found[0]
