"""Makes `best/` a link to the model that passed, where models are compared and not trained."""

from dataclasses import dataclass
from pathlib import Path

from ftguard.folders import RunFolder
from ftguard.run.journal import Journal
from ftguard.run.keep import keep_checkpoint, put_aside
from ftguard.tracking import say
from ftguard.verdict.checkup import Checkup


@dataclass(frozen=True, kw_only=True)
class BestLink:
    """The same as `BestFolder` for models that belong to someone else: nothing is written to them.

    A link costs no disk and no time; where there can be none, the files are kept as in a training.
    """

    journal: Journal
    folder: RunFolder

    def mark(self, checkup: Checkup) -> None:
        """Nothing: no record is left beside a model that was only looked at."""

    def keep(self, checkup: Checkup) -> None:
        """Link to what is now the best."""
        del checkup
        self.reconcile()

    def reconcile(self) -> None:
        """Link to this run's best; what another run held is put aside, and an old link removed."""
        best, place = self.journal.state.best, self.folder.best
        if place.is_symlink():
            place.unlink()
        elif (aside := put_aside(place)) is not None:
            say(f"the best of an earlier run or attempt was put aside as {aside}")
        if best is not None and best.checkpoint is not None:
            _link(Path(best.checkpoint).resolve(), place)


def _link(model: Path, place: Path) -> None:
    try:
        place.symlink_to(model, target_is_directory=True)
    except OSError:
        keep_checkpoint(model, place)
