"""Makes `Journal`, which keeps a run's ledger on disk and its state in memory in step."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import reduce

from ftguard.ask.ranks import broadcast_from_main
from ftguard.run.ledger import AnyEvent, Ledger
from ftguard.run.state import RunState, after


@dataclass
class Journal:
    """The ledger of one run in this process, and the state that its events come to.

    The main process writes and folds; the others fold what `share` brings them.
    """

    ledger: Ledger
    state: RunState
    _unshared: list[AnyEvent] = field(default_factory=list)

    def append(self, event: AnyEvent) -> None:
        """Write an event and fold it; only the main process calls it."""
        self.ledger.append(event)
        self.state = after(self.state, event)
        self._unshared.append(event)

    def share(self) -> None:
        """Bring every process to the main one's state; every process must call it."""
        events: Sequence[AnyEvent] = broadcast_from_main(tuple(self._unshared))
        if not self._unshared:
            self.state = reduce(after, events, self.state)
        self._unshared.clear()
