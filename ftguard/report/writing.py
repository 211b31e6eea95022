"""Writes `report.html`: by command, and while a run trains, as its checkpoints come."""

import time
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from ftguard.disk import write_whole
from ftguard.errors import FtguardWarning, told
from ftguard.folders import RunFolder
from ftguard.report.recorded import RecordedRun, read_run

SHARE = 0.01
"""Of a run's time that its page may take, that of its first checkpoints and at its end aside."""
FIRST = 5
"""Checkpoints whose page is always written: of a short run all."""


def render_report(runs: Sequence[RecordedRun]) -> str:
    """One page of one run, or of several side by side."""
    # What draws takes a while to import, which commands that draw nothing do without.
    from ftguard.report.page.page import render
    from ftguard.report.shown.gathering import contents

    return render(contents(runs, now=datetime.now().astimezone()))


def write_report(run: Path | RecordedRun, path: Path | None = None) -> Path:
    """Write the page of one run; whole, or not at all.

    Args:
        run: what was read of it, or its output directory.
        path: where; by default `report.html` in the run's own folder.

    Returns:
        Where it was written.

    Raises:
        InputError: there is no such run.
    """
    recorded = run if isinstance(run, RecordedRun) else read_run(run)
    path = path or recorded.folder.report
    write_page(render_report([recorded]), path)
    return path


def write_page(page: str, path: Path) -> None:
    """Put a page in its place; what is no Unicode text is written as its escape."""
    write_whole(path, page.encode("utf-8", "backslashreplace"))


@dataclass
class LivingReport:
    """The page of a run that trains; where it cannot be written, that is warned about once."""

    folder: RunFolder
    write: Callable[[Path], object] = write_report
    now: Callable[[], float] = time.monotonic
    _failed: bool = False
    _asked: int = 0
    """How often it was to keep up."""
    _took: float = 0.0
    """Seconds that the last page took."""
    _written: float = 0.0
    """When it was written."""

    def keep_up(self) -> None:
        """Write it anew, unless that would take more than a small share of the time since.

        A page grows with the run: after a thousand checkpoints it takes half a minute, and one that
        is a little older does as well.
        """
        self._asked += 1
        if self._asked <= FIRST or self._took <= SHARE * (self.now() - self._written):
            self.rewrite()

    def rewrite(self) -> None:
        """Write it anew; training goes on whatever happens."""
        begun = self.now()
        try:
            self.write(self.folder.output_dir)
        except Exception as error:  # noqa: BLE001
            if not self._failed:
                self._failed = True
                warnings.warn(
                    f"ftguard: the report was not written ({told(error)}); training goes on and "
                    "the ledger holds everything",
                    category=FtguardWarning,
                    stacklevel=2,
                )
        self._written = self.now()
        self._took = self._written - begun
