"""Runs as they lie on disk, of answers that the tests give, and their pages in a browser."""

import random
import runpy
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Dialog, Page

from ftguard.folders import RunFolder
from ftguard.report.recorded import RecordedRun, read_run
from ftguard.report.writing import write_report

MAKING: dict[str, Any] = runpy.run_path(
    str(Path(__file__).parents[1] / "benchmarks" / "report_size.py")
)
"""Writes a run as a guarded one leaves it."""
DESK = {"width": 1280, "height": 900}
WATCH = """
window.violations = [];
document.addEventListener("securitypolicyviolation", (event) => {
  window.violations.push(`${event.violatedDirective} ${event.blockedURI} ${event.sample}`);
});
"""

OpenPage = Callable[..., Page]
WriteRun = Callable[..., None]


@pytest.fixture(scope="session")
def write_run() -> WriteRun:
    """Leave on disk what a guarded run leaves: `write_run(folder, probes, base, by_step)`."""
    return MAKING["write_run"]  # type: ignore[no-any-return]


@pytest.fixture(scope="session")
def three(tmp_path_factory: pytest.TempPathFactory, write_run: WriteRun) -> RecordedRun:
    """A run of three checkpoints that lose more and more of what 480 probes ask."""
    rng = random.Random(0)
    folder = RunFolder(tmp_path_factory.mktemp("three") / "run")
    probes = MAKING["probes_of"](480, rng)
    base = MAKING["answers_of"](probes, 0.8, rng)
    later = {
        step: MAKING["trained"](base, probes, lost=lost, gained=0.8, rng=rng)
        for step, lost in ((10, 0.04), (20, 0.12), (30, 0.4))
    }
    write_run(folder, probes, base, later, measures=MAKING["cheap"])
    return read_run(folder.output_dir)


@pytest.fixture(scope="session")
def forgetful_run(forgetful: Path) -> RecordedRun:
    """A real run of the demo's model, read back."""
    return read_run(forgetful)


@pytest.fixture(scope="session")
def page_file(three: RecordedRun) -> Path:
    """Its report."""
    return write_report(three)


@dataclass  # Playwright notes its handlers on what they belong to.
class Watch:
    """Over one page: what it complains of, asks for, opens or runs that is not its own."""

    page: Page
    path: Path
    wrong: list[str] = field(default_factory=list)

    def begin(self) -> None:
        """Before the page is opened."""
        page, wrong = self.page, self.wrong
        page.add_init_script(WATCH)
        page.on("pageerror", lambda error: wrong.append(f"script failed: {error}"))
        page.on("console", lambda said: wrong.append(f"console: {said.text}"))
        page.on("dialog", self._dismiss)
        page.on("popup", lambda other: wrong.append(f"popup: {other.url}"))
        page.on("request", lambda asked: _own(asked.url, self.path, wrong))

    def _dismiss(self, dialog: Dialog) -> None:
        self.wrong.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    def found(self) -> list[str]:
        """All of it so far."""
        ran = self.page.evaluate("typeof window.pwned") != "undefined"
        stopped = self.page.evaluate("window.violations")
        return [*self.wrong, *stopped, *(["a script of the texts ran"] if ran else [])]


@pytest.fixture
def watched(chromium: Browser) -> Iterator[Callable[..., Watch]]:
    """Open a page as a reader does, under watch."""
    watches: list[Watch] = []

    def open_it(path: Path, address: str = "", **context: Any) -> Watch:
        watch = Watch(chromium.new_page(**{"viewport": DESK, **context}), path)
        watches.append(watch)
        watch.page.set_default_timeout(60_000)
        watch.begin()
        watch.page.goto(path.as_uri() + address)
        watch.page.wait_for_load_state()
        return watch

    yield open_it
    for watch in watches:
        watch.page.close()


@pytest.fixture
def open_page(watched: Callable[..., Watch]) -> Iterator[OpenPage]:
    """The same; what the watch finds fails the test."""
    watches: list[Watch] = []

    def open_it(path: Path, address: str = "", **context: Any) -> Page:
        watches.append(watched(path, address, **context))
        return watches[-1].page

    yield open_it
    assert [found for watch in watches for found in watch.found()] == []


def _own(url: str, path: Path, wrong: list[str]) -> None:
    if url.partition("#")[0] != path.as_uri() and not url.startswith("data:"):
        wrong.append(f"asked for {url}")
