"""Makes `best/` hold what the run's state says is its best."""

from dataclasses import dataclass
from pathlib import Path

from ftguard.folders import RunFolder
from ftguard.run.baseline import Lineage, read_lineage, write_lineage
from ftguard.run.journal import Journal
from ftguard.run.keep import keep_checkpoint, loads, put_aside
from ftguard.run.ledger import Lost
from ftguard.scores.snapshot import Snapshot
from ftguard.tracking import say
from ftguard.verdict.checkup import Checkup
from ftguard.verdict.run import Run


@dataclass(frozen=True, kw_only=True)
class BestFolder:
    """The best checkpoint's files, and records beside checkpoints; for the main process alone."""

    run: Run
    journal: Journal
    folder: RunFolder
    base: Snapshot

    def mark(self, checkup: Checkup) -> None:
        """Leave the checkup beside its checkpoint's files, where they are there."""
        if checkup.checkpoint is not None and Path(checkup.checkpoint).is_dir():
            write_lineage(Path(checkup.checkpoint), self._lineage(checkup))

    def keep(self, checkup: Checkup) -> None:
        """Mark a checkpoint that was just saved, and keep its files if it is the best."""
        self.mark(checkup)
        best = self.journal.state.best
        if best is None or best.step != checkup.step or checkup.checkpoint is None:
            return
        checkpoint = Path(checkup.checkpoint)
        if checkpoint.is_dir():
            keep_checkpoint(checkpoint, self.folder.best)
            if not loads(self.folder.best):
                say(f"{self.folder.best} is kept sharded, as it was saved: merge it to load it")

    def reconcile(self) -> None:
        """Hold this run's best, and nothing of another run or an abandoned attempt.

        What was held before is put aside, never deleted.
        """
        while (best := self.journal.state.best) is not None:
            kept = read_lineage(self.folder.best)
            if kept is not None and kept.checkup.id == best.id:
                write_lineage(self.folder.best, self._lineage(best))
                return
            self._put_aside()
            if best.checkpoint is not None and Path(best.checkpoint).is_dir():
                keep_checkpoint(Path(best.checkpoint), self.folder.best)
                return
            say(f"step {best.step} passed, but its files are gone: it cannot be kept")
            self.journal.append(Lost(run=self.run.id, attempt=self.run.attempt, step=best.step))
        self._put_aside()

    def _put_aside(self) -> None:
        aside = put_aside(self.folder.best)
        if aside is not None:
            say(f"the best of an earlier run or attempt was put aside as {aside}")

    def _lineage(self, checkup: Checkup) -> Lineage:
        return Lineage(
            base=self.base.fingerprint.digest,
            base_folder=str(self.folder.base.resolve()),
            checkup=checkup,
        )
