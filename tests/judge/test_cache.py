"""The cache of replies: shared by processes, and never in the way."""

import subprocess
import sys
from pathlib import Path

import pytest

from ftguard import Probe
from ftguard.judge import Budget, Judge, Judging, Task
from ftguard.judge.cache import Cache, cache_path
from ftguard.judge.endpoint import Reply

REPLY = Reply(text="Fine.", finish="stop", input_tokens=3, output_tokens=2)
KEPT = Reply(text="Fine.", finish="stop")

WRITER = """
import sys
from pathlib import Path
from ftguard.judge.endpoint import Reply
from ftguard.judge.cache import Cache

cache = Cache(Path(sys.argv[1]))
for number in range(400):
    cache.put(f"shared {number}", 9, Reply(text=f"from {sys.argv[2]}", finish="stop"))
    cache.put(f"{sys.argv[2]} {number}", 9, Reply(text=str(number), finish="stop"))
    assert cache.get(f"shared {number}", 9) is not None
assert cache.problem is None, cache.problem
"""


def test_a_reply_is_kept(tmp_path: Path) -> None:
    """For whoever opens the file next; without its counts, as it then costs nothing."""
    one = Cache(tmp_path / "a" / "b.sqlite3")
    one.put("d", 9, REPLY)
    one.put("d", 9, Reply(text="another"))
    one.close()
    other = Cache(tmp_path / "a" / "b.sqlite3")

    assert (other.get("d", 9), other.get("e", 9)) == (KEPT, None)
    other.close()
    assert other.get("d", 9) is None


def test_a_cut_reply_is_that_of_its_room(tmp_path: Path) -> None:
    """Where more tokens are allowed, it is asked again; a whole reply fits any room."""
    cache = Cache(tmp_path / "b.sqlite3")
    cut = Reply(text="Fin", finish="length")
    cache.put("d", 9, cut)
    assert (cache.get("d", 9), cache.get("d", 99)) == (cut, None)

    cache.put("d", 99, KEPT)
    assert (cache.get("d", 9), cache.get("d", 99)) == (KEPT, KEPT)
    cache.close()


def test_processes_share_it(tmp_path: Path) -> None:
    """Two that write 800 replies each at once, half of them the same, lose none."""
    path = tmp_path / "replies.sqlite3"
    writers = [
        subprocess.Popen([sys.executable, "-c", WRITER, str(path), name]) for name in ("one", "two")
    ]

    assert [writer.wait(300) for writer in writers] == [0, 0]
    cache = Cache(path)
    for number in range(400):
        shared = cache.get(f"shared {number}", 9)
        assert shared is not None
        assert shared.text in {"from one", "from two"}
        for name in ("one", "two"):
            assert cache.get(f"{name} {number}", 9) == Reply(text=str(number), finish="stop")
    cache.close()


def test_no_path_keeps_nothing() -> None:
    """`cache=False` is the same code without a file."""
    cache = Cache(None)
    cache.put("d", 9, REPLY)

    assert cache.get("d", 9) is None
    assert cache.problem is None


def test_it_is_where_the_other_caches_are(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`FTGUARD_CACHE` moves it."""
    assert cache_path() == tmp_path / "cache" / "judge" / "replies.sqlite3"
    monkeypatch.delenv("FTGUARD_CACHE")
    assert cache_path() == Path.home() / ".cache" / "ftguard" / "judge" / "replies.sqlite3"


@pytest.mark.parametrize("damage", ["no database", "a folder", "no folder", "another table", "row"])
def test_a_damaged_cache_is_one_warning(damage: str) -> None:
    """Judging goes on without it: here to the reason why nobody answers."""
    path = cache_path()
    judge = Judge(model="m", base_url="http://127.0.0.1:9/v1", retries=0)
    tasks = [Task(key="k", probe=Probe(id="p", prompt="Hi", scorer="open"), text="Ho")]
    if damage == "no folder":
        path.parent.parent.mkdir()
        path.parent.write_text("in the way")
    else:
        path.parent.mkdir(parents=True)
    if damage == "a folder":
        path.mkdir()
    if damage == "no database":
        path.write_bytes(b"SQLite format 4?" * 500)
    if damage in {"another table", "row"}:
        _spoil(path, judge, tasks, row=damage == "row")

    with pytest.warns(
        UserWarning, match="the cache of the judge's replies, .* cannot be used"
    ) as w:
        judging = Judging(judge, tasks, Budget(judge))
    assert judging.wait(120)
    taken = judging.take()
    assert len(w) == 1
    assert "connection" in str(taken[0].unscored)


def _spoil(path: Path, judge: Judge, tasks: list[Task], *, row: bool) -> None:
    """Put a table of other columns there, or a reply that is none under the task's digest."""
    import sqlite3

    from ftguard.judge.request import rating_request

    database = sqlite3.connect(path)
    database.execute(f"CREATE TABLE replies ({'digest, reply' if row else 'x'})")
    if row:
        digest = rating_request(judge, tasks[0]).digest
        database.execute("INSERT INTO replies VALUES (?, ?)", (digest, b'{"text": 5'))
    database.commit()
    database.close()
