"""ftguard shows what a fine-tune costs, and keeps the best checkpoint that costs little enough."""

from typing import TYPE_CHECKING

from ftguard.errors import BaseMismatchError as BaseMismatchError
from ftguard.errors import FtguardError as FtguardError
from ftguard.errors import InputError as InputError
from ftguard.gates import Gate as Gate
from ftguard.probes import Probe as Probe
from ftguard.probes import ProbeSet as ProbeSet

if TYPE_CHECKING:
    from ftguard.callback import GuardCallback as GuardCallback

__version__ = "0.1.0"


def __getattr__(name: str) -> object:
    # torch and transformers take seconds to import and are needed by the callback alone.
    if name == "GuardCallback":
        from ftguard.callback import GuardCallback  # noqa: PLC0415

        return GuardCallback
    raise AttributeError(f"module 'ftguard' has no attribute {name!r}")
