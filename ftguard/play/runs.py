"""Makes `Runs`: the runs of one folder, those under way and those of earlier."""

import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from ftguard.demo.dials import Dials
from ftguard.errors import FtguardError, InputError
from ftguard.play.found import read_found
from ftguard.play.guess import Guess, Last, last_of
from ftguard.play.record import LOG, End, PlayRecord, read_record, write_record
from ftguard.play.workers import Worker, Workers

MOST_AT_ONCE = 2
"""A run keeps one core busy."""
LEFT_BEHIND = "ftguard play ended before it did"
PATIENCE = 5.0
"""Seconds to write down that runs were stopped."""
TAIL = 4_000
"""Bytes at the end of a log that are read for what failed."""


@dataclass
class Runs:
    """What has been run in a folder; every change stands there before it is answered."""

    out: Path
    workers: Workers
    _records: dict[int, PlayRecord] = field(default_factory=dict)
    _at_work: dict[int, Worker] = field(default_factory=dict)
    _stopped: set[int] = field(default_factory=set)
    _watching: list[threading.Thread] = field(default_factory=list)
    _lock: threading.RLock = field(default_factory=threading.RLock)

    @property
    def records(self) -> tuple[PlayRecord, ...]:
        """All runs, oldest first."""
        with self._lock:
            return tuple(self._records[number] for number in sorted(self._records))

    def folder(self, record: PlayRecord) -> Path:
        """Where a run's files are."""
        return self.out / record.name

    def find(self, number: int) -> PlayRecord:
        """The run of that number.

        Raises:
            InputError: there is none.
        """
        with self._lock:
            if number not in self._records:
                raise InputError(f"there is no run {number} here.")
            return self._records[number]

    def begin(self, *, failure: str | None, dials: Dials, guess: Guess) -> PlayRecord:
        """Start a run.

        Raises:
            InputError: as many as the machine can bear are under way.
        """
        with self._lock:
            if len(self._at_work) >= MOST_AT_ONCE:
                raise InputError(f"{MOST_AT_ONCE} runs are under way: wait for one, or stop it.")
            record = PlayRecord(
                number=max(self._records, default=0) + 1,
                failure=failure,
                dials=dials,
                guess=guess,
                began=time.time(),
            )
            self.folder(record).mkdir()
            write_record(record, self.folder(record))
            worker = self.workers.take()
            worker.begin(dials, self.folder(record))
            self._records[record.number] = record
            self._at_work[record.number] = worker
            watching = threading.Thread(target=self._see_out, args=(record, worker), daemon=True)
            self._watching.append(watching)
            watching.start()
        return record

    def stop(self, number: int) -> PlayRecord:
        """Ask a run to stop; one that has ended stays as it ended."""
        record = self.find(number)
        with self._lock:
            worker = self._at_work.get(number)
            if worker is not None and number not in self._stopped:
                self._stopped.add(number)
                worker.stop()
        return record

    def close(self) -> None:
        """End all training; what was under way is stopped."""
        with self._lock:
            self._stopped.update(self._at_work)
        self.workers.close()
        for thread in self._watching:
            thread.join(PATIENCE)

    def _see_out(self, record: PlayRecord, worker: Worker) -> None:
        code = worker.wait()
        with self._lock:
            last = _last(self.folder(record))
            how = _how(record, last, code=code, stopped=record.number in self._stopped)
            why = _what_failed(self.folder(record) / LOG) if how == "failed" else ""
            ended = replace(record, ended=time.time(), how=how, why=why, last=last)
            try:
                write_record(ended, self.folder(record))
            except OSError as error:
                ended = replace(ended, why=f"{ended.why} (not saved: {error.strerror})".strip())
            self._records[record.number] = ended
            del self._at_work[record.number]
        self.workers.warm()


@contextmanager
def open_runs(out: Path) -> Iterator[Runs]:
    """The runs of a folder, which is made where there is none; at the end all training ends.

    Raises:
        InputError: it cannot be written, or another page has it.
        FtguardError: a record in it is damaged.
    """
    try:
        out.mkdir(parents=True, exist_ok=True)
        lock = (out / ".lock").open("a")
    except OSError as error:
        raise InputError(
            f"cannot write to `{out}` ({error.strerror}): give another `--out`."
        ) from None
    with lock:
        _take_alone(lock.fileno(), out)
        found = [record for path in sorted(out.glob("run-*")) if (record := read_record(path))]
        records = {record.number: _left_behind(record, out) for record in found}
        runs = Runs(out=out, workers=Workers(), _records=records)
        try:
            yield runs
        finally:
            runs.close()


def _left_behind(record: PlayRecord, out: Path) -> PlayRecord:
    """A run that was under way when its page ended has ended with it."""
    if record.how is not None:
        return record
    folder = out / record.name
    ended = replace(record, ended=record.began, how="stopped", why=LEFT_BEHIND, last=_last(folder))
    write_record(ended, folder)
    return ended


def _how(record: PlayRecord, last: Last | None, *, code: int, stopped: bool) -> End:
    """A run that was at its end already when it was asked to stop has finished."""
    if stopped:
        at_end = code == 0 and last is not None and last.step >= record.dials.steps
        return "finished" if at_end else "stopped"
    return "failed" if code else "finished"


def _last(folder: Path) -> Last | None:
    try:
        last = read_found(folder).last
    except FtguardError:
        return None
    return last_of(last) if last else None


def _take_alone(descriptor: int, out: Path) -> None:
    if os.name == "nt":
        return
    import fcntl

    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        raise InputError(
            f"another `ftguard play` is at work in `{out}`: open its page, or give another `--out`."
        ) from None


def _what_failed(log: Path) -> str:
    """The last line that a run printed."""
    try:
        text = log.read_bytes()[-TAIL:].decode(errors="replace")
    except OSError:
        text = ""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1] if lines else "the process ended without a word"
