"""Keeps what judges said on disk, for any number of processes at once."""

import os
import sqlite3
from dataclasses import replace
from pathlib import Path

import msgspec

from ftguard.judge.endpoint import Reply

BUSY = 5.0
"""Seconds to wait for another process that writes."""


def cache_path() -> Path:
    """The file; `FTGUARD_CACHE` moves it."""
    home = os.environ.get("FTGUARD_CACHE") or Path.home() / ".cache" / "ftguard"
    return Path(home) / "judge" / "replies.sqlite3"


class Cache:
    """Replies by the digest of their request, in SQLite with a write-ahead log.

    What goes wrong with the file turns the cache off, and is said once, by whoever asks `problem`.
    It may be used by one thread after another, not by several at once.
    """

    def __init__(self, path: Path | None) -> None:
        self._path, self._database = path, None
        self.problem: str | None = None
        """Why the cache is off, where it should not be."""
        if path is not None:
            try:
                path.parent.mkdir(parents=True, exist_ok=True)
                self._database = _open(path)
            except (OSError, sqlite3.Error) as error:
                self._give_up(error)

    def get(self, digest: str, room: int) -> Reply | None:
        """The reply to a request that left it so many tokens, if it is known."""
        return self._get(digest) or self._get(f"{digest} cut at {room}")

    def _get(self, digest: str) -> Reply | None:
        if self._database is None:
            return None
        try:
            row = self._database.execute(
                "SELECT reply FROM replies WHERE digest = ?", (digest,)
            ).fetchone()
            return None if row is None else msgspec.json.decode(row[0], type=Reply)
        except (sqlite3.Error, msgspec.DecodeError, TypeError) as error:
            self._give_up(error)
            return None

    def put(self, digest: str, room: int, reply: Reply) -> None:
        """Keep a reply; a known one stays, and a cut one does not count with other room."""
        if self._database is None:
            return
        if reply.finish == "length":
            digest = f"{digest} cut at {room}"
        kept = msgspec.json.encode(replace(reply, input_tokens=None, output_tokens=None))
        try:
            self._database.execute("INSERT OR IGNORE INTO replies VALUES (?, ?)", (digest, kept))
        except sqlite3.Error as error:
            self._give_up(error)

    def close(self) -> None:
        """Let go of the file."""
        if self._database is not None:
            self._database.close()
            self._database = None

    def _give_up(self, error: Exception) -> None:
        self.problem = (
            f"the cache of the judge's replies, `{self._path}`, cannot be used ({error}): judging "
            "goes on without it. Delete the file if it is damaged."
        )
        self.close()


def _open(path: Path) -> sqlite3.Connection:
    database = sqlite3.connect(path, timeout=BUSY, isolation_level=None, check_same_thread=False)
    try:
        database.execute("PRAGMA journal_mode = WAL")
        # A reply lost in a power cut is asked again; the file itself stays whole.
        database.execute("PRAGMA synchronous = NORMAL")
        database.execute(
            "CREATE TABLE IF NOT EXISTS replies (digest TEXT PRIMARY KEY, reply BLOB) WITHOUT ROWID"
        )
    except sqlite3.Error:
        database.close()
        raise
    return database
