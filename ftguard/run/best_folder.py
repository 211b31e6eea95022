"""Makes `best/` hold what the run's state says is its best."""

from dataclasses import dataclass
from pathlib import Path

from ftguard.folders import RunFolder
from ftguard.run.descent.lineage import Examined, examined, read_lineage, write_lineage
from ftguard.run.descent.original import Original
from ftguard.run.journal import Journal
from ftguard.run.keep import keep_checkpoint, loads, put_aside
from ftguard.run.ledger import Lost
from ftguard.tracking import say
from ftguard.verdict.checkup import Checkup
from ftguard.verdict.run import Run


@dataclass(frozen=True, kw_only=True)
class BestFolder:
    """The best checkpoint's files, and records beside checkpoints; for the main process alone."""

    run: Run
    journal: Journal
    folder: RunFolder
    original: Original
    """The base that the run counts from."""

    def mark(self, checkup: Checkup) -> None:
        """Leave the checkup beside its checkpoint's files, where they are there."""
        if checkup.checkpoint is not None and Path(checkup.checkpoint).is_dir():
            write_lineage(Path(checkup.checkpoint), self.original, examined(checkup))

    def keep(self, checkup: Checkup) -> bool:
        """Mark a checkpoint that was just saved, and hold what is now the best."""
        self.mark(checkup)
        return self.reconcile()

    def reconcile(self) -> bool:
        """Hold this run's best, and nothing of another run or an abandoned attempt.

        Whether other files are held than before.

        What this run held before gives way to its new best; anything else is put aside, never
        deleted, and so is what is held where there is no best any more.
        """
        while (best := self.journal.state.best) is not None:
            held = self._held()
            if held is not None and held.name == str(best.id):
                write_lineage(self.folder.best, self.original, examined(best))
                return False
            checkpoint = self._files_of(best)
            if checkpoint is not None:
                self._hold(checkpoint, best, held)
                return True
            say(f"step {best.step} passed, but its files are gone: it cannot be kept")
            self.journal.append(Lost(run=self.run.id, attempt=self.run.attempt, step=best.step))
        self._put_aside()
        return False

    def _files_of(self, best: Checkup) -> Path | None:
        """Where a checkpoint's files are; the output folder may have moved since."""
        if best.checkpoint is None:
            return None
        recorded = Path(best.checkpoint)
        here = self.folder.output_dir
        moved = [here / recorded.name, here / recorded.parent.name / recorded.name]
        for place in (recorded, *moved):
            lineage = read_lineage(place)
            if lineage is not None and lineage.checkup.name == str(best.id):
                return place
        return recorded if recorded.is_dir() and read_lineage(recorded) is None else None

    def _held(self) -> Examined | None:
        kept = read_lineage(self.folder.best)
        return None if kept is None else kept.checkup

    def _hold(self, checkpoint: Path, best: Checkup, held: Examined | None) -> None:
        ours = self._is_ours(held)
        if not ours:
            self._put_aside()
        elif held is not None and held.step > best.step:
            say(
                f"step {best.step} is kept in place of step {held.step}: by the curve of all "
                f"{len(self.journal.state.checkups)} checkpoints it loses less"
            )
        keep_checkpoint(checkpoint, self.folder.best)
        write_lineage(self.folder.best, self.original, examined(best))
        if not loads(self.folder.best):
            say(f"{self.folder.best} is kept sharded, as it was saved: merge it to load it")

    def _put_aside(self) -> None:
        held = self._held()
        aside = put_aside(self.folder.best)
        if aside is None:
            return
        ours = self._is_ours(held)
        if ours and held is not None:
            say(f"step {held.step} is the best no more, by the curve since: put aside as {aside}")
        else:
            say(f"the best of an earlier run or attempt was put aside as {aside}")

    def _is_ours(self, held: Examined | None) -> bool:
        ids = {str(checkup.id) for checkup in self.journal.state.checkups}
        return held is not None and held.name in ids
