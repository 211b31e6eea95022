"""Writes `report.html`: by command, and while a run trains, at each checkpoint."""

import warnings
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from ftguard.disk import write_whole
from ftguard.errors import FtguardWarning, told
from ftguard.folders import RunFolder
from ftguard.report.recorded import RecordedRun, read_run


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


@dataclass(frozen=True)
class LivingReport:
    """The page of a run that trains; where it cannot be written, that is warned about once."""

    folder: RunFolder
    _failed: set[str] = field(default_factory=set)

    def rewrite(self) -> None:
        """Write it anew; training goes on whatever happens."""
        try:
            write_report(self.folder.output_dir)
        except Exception as error:  # noqa: BLE001
            if not self._failed:
                self._failed.add(told(error))
                warnings.warn(
                    f"ftguard: the report was not written ({told(error)}); training goes on and "
                    "the ledger holds everything",
                    category=FtguardWarning,
                    stacklevel=2,
                )
