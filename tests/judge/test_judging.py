"""Judging in the background: every task ends as a score or a reason, whatever the server does."""

import random
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest
import torch

from ftguard import Probe
from ftguard.judge import Budget, Judge, Judged, Judging, Task

Response = tuple[int, dict[str, str], Iterable[bytes]]
Serve = Callable[[Callable[[int, dict[str, str]], Response]], str]
Complete = Callable[..., Response]
Graded = Callable[[int], str]
Asked = list[dict[str, str]]

PROBE = Probe(id="sum", prompt="What is 2 + 2?", reference="4")
PATIENCE = 120
"""Seconds after which something has gone wrong, however slow the machine is."""
KEY = "sk-this-key-is-secret-0123456789"


def judge_at(url: str, **changes: object) -> Judge:
    """A judge there, that costs nothing."""
    given = {"model": "m", "base_url": url, "usd_per_million": (0.0, 0.0), "retries": 0, **changes}
    return Judge(**given)  # type: ignore[arg-type]


def tasks(*texts: str) -> list[Task]:
    """One task an answer, named by number."""
    return [Task(key=str(n), probe=PROBE, text=text) for n, text in enumerate(texts)]


def judged(judge: Judge, given: list[Task], budget: Budget | None = None) -> dict[str, Judged]:
    """All that comes of some tasks, by key."""
    judging = Judging(judge, given, budget or Budget(judge))
    assert judging.wait(PATIENCE)
    taken = judging.take()
    assert len({each.key for each in taken}) == len(taken) == len(given)
    return {each.key: each for each in taken}


def test_each_answer_gets_its_score(serve: Serve, complete: Complete, graded: Graded) -> None:
    """The mean of (rating - 1) / 4, with ratings and words; by key, whatever the order."""
    url = serve(lambda _n, r: complete(graded(4 if "\nfour\n" in r["messages"] else 1)))
    got = judged(judge_at(url), tasks("four", "five"))

    assert got["0"] == Judged(
        key="0",
        score=0.75,
        ratings={"helpful": 4, "accurate": 4, "coherent": 4},
        justification="It earns a 4.",
    )
    assert got["1"].score == 0


def test_identical_answers_are_judged_once(
    serve: Serve, complete: Complete, graded: Graded, asked: Asked
) -> None:
    """Base and tuned saying the same get the same score from one call."""
    url = serve(lambda _n, _r: complete(graded(3)))
    got = judged(judge_at(url), tasks("four", "five", "four", "four"))

    assert len(asked) == 2
    assert [got[key].score for key in "0123"] == [0.5] * 4


def test_a_second_run_makes_no_call(
    serve: Serve, complete: Complete, graded: Graded, asked: Asked
) -> None:
    """Scores and final refusals alike come from the cache, at once; no seed is part of its key."""
    url = serve(
        lambda _n, r: (
            complete(None, refusal="No.") if "\nno\n" in r["messages"] else (complete(graded(2)))
        )
    )
    first = judged(judge_at(url), tasks("four", "no"))
    judge = judge_at(url, seed=9)
    judging = Judging(judge, tasks("four", "no"), budget := Budget(judge))

    assert judging.wait(0)
    assert {each.key: each for each in judging.take()} == first
    assert first["1"].unscored == "the judge refused"
    assert (len(asked), budget.so_far.calls) == (2, 0)
    judged(judge_at(url, cache=False), tasks("four"))
    assert len(asked) == 3


def test_one_answer_has_one_score_in_a_run_without_a_cache(
    serve: Serve, complete: Complete, graded: Graded, asked: Asked
) -> None:
    """A judge that says 1, then 5, cannot make a difference between equal answers."""
    judge = judge_at(serve(lambda n, _r: complete(graded(1 if n == 1 else 5))), cache=False)
    budget = Budget(judge)

    assert judged(judge, tasks("four"), budget) == judged(judge, tasks("four"), budget)
    assert (len(asked), budget.estimate(tasks("four")).calls) == (1, 0)


def test_what_may_pass_is_asked_again_in_the_next_run(
    serve: Serve, complete: Complete, graded: Graded
) -> None:
    """A failed call is not cached."""
    url = serve(lambda n, _r: (500, {}, [b"oops"]) if n == 1 else complete(graded(5)))

    assert "answered 500" in str(judged(judge_at(url), tasks("four"))["0"].unscored)
    assert judged(judge_at(url), tasks("four"))["0"].score == 1


@pytest.mark.parametrize(
    ("content", "finish", "reason"),
    [
        ("", "stop", "is empty"),
        (None, "stop", "is empty"),
        ("five!", "stop", "no JSON object"),
        ('{"justification": "x", "helpful": 5, "accurate": 5}', "stop", "lacks coherent"),
        (
            '{"justification": "x", "helpful": 7, "accurate": 5, "coherent": 5}',
            "stop",
            "outside 1 to 5",
        ),
        (
            '{"justification": "x", "helpful": 5, "accurate": 5, "coherent": 5}',
            "length",
            "was cut off",
        ),
    ],
)
def test_there_is_never_a_number_out_of_nothing(
    content: str | None, finish: str, reason: str, serve: Serve, complete: Complete
) -> None:
    """An unusable reply is a reason, with neither score nor ratings."""
    url = serve(lambda _n, _r: complete(content, finish=finish))
    got = judged(judge_at(url), tasks("four"))["0"]

    assert reason in str(got.unscored)
    assert (got.score, got.ratings) == (None, {})


def test_a_wrong_key_ends_it_at_once(serve: Serve, asked: Asked) -> None:
    """What every call would meet is met by few; all tasks have the reason, and none the key."""
    url = serve(lambda _n, r: (401, {}, [b"unknown key " + r["authorization"].encode()]))
    got = judged(judge_at(url, concurrency=2), tasks(*"abcdefghij"))

    assert len(asked) <= 3
    assert all("answered 401" in str(each.unscored) for each in got.values())
    assert KEY not in repr(got)


def test_a_judge_that_is_down_is_not_asked_on(serve: Serve, asked: Asked) -> None:
    """After 16 failures in a row the others are given up with the reason."""
    url = serve(lambda _n, _r: (500, {}, [b"oops"]))
    got = judged(judge_at(url, concurrency=1), tasks(*(str(n) for n in range(40))))

    assert len(asked) == 16
    assert sum("the judge is down: " in str(each.unscored) for each in got.values()) == 24


def test_training_waits_no_longer_than_told(
    serve: Serve, complete: Complete, graded: Graded
) -> None:
    """Late scores are handed over as they come; a wait that is over says so, with one still out."""
    go = threading.Event()

    def behave(_number: int, request: dict[str, str]) -> Response:
        if "\nslow\n" in request["messages"]:
            go.wait(PATIENCE)
        return complete(graded(5))

    judge = judge_at(serve(behave), timeout=PATIENCE)
    judging = Judging(judge, tasks("quick", "slow"), Budget(judge))
    assert not judging.wait(0.1)
    assert [each.key for each in _next(judging)] == ["0"]
    assert judging.take() == ()
    go.set()
    assert judging.wait(PATIENCE)
    assert [(each.key, each.score) for each in judging.take()] == [("1", 1.0)]


def _next(judging: Judging) -> tuple[Judged, ...]:
    """What comes next, as soon as something has."""
    end = time.monotonic() + PATIENCE
    while not (taken := judging.take()) and time.monotonic() < end:
        time.sleep(0.01)
    return taken


def test_closing_stops_it(serve: Serve, complete: Complete, graded: Graded, asked: Asked) -> None:
    """What is open, under way or waiting, ends with a reason; the call under way is not waited for,
    and closing again does nothing.
    """
    go = threading.Event()

    def hang(_number: int, _request: dict[str, str]) -> Response:
        go.wait(PATIENCE)
        return complete(graded(5))

    judge = judge_at(serve(hang), concurrency=1, timeout=PATIENCE)
    judging = Judging(judge, tasks("a", "b", "c"), Budget(judge))
    end = time.monotonic() + PATIENCE
    while not asked and time.monotonic() < end:
        time.sleep(0.01)
    judging.close()
    judging.close()

    # The server has not answered yet.
    assert judging.wait(PATIENCE)
    assert Counter(each.unscored for each in judging.take()) == {"judging was stopped": 3}
    go.set()


def test_no_more_calls_than_allowed_are_under_way(
    serve: Serve, complete: Complete, graded: Graded
) -> None:
    """The server sees at most `concurrency` at once, and, with enough to do, as many: it answers
    none of three before the third is there.
    """
    now, most, lock, three = 0, 0, threading.Lock(), threading.Barrier(3)

    def behave(_number: int, _request: dict[str, str]) -> Response:
        nonlocal now, most
        with lock:
            now += 1
            most = max(most, now)
        three.wait(PATIENCE)
        # A fourth that is not to be there would be seen.
        time.sleep(0.02)
        with lock:
            now -= 1
        return complete(graded(5))

    judge = judge_at(serve(behave), concurrency=3, timeout=PATIENCE)
    got = judged(judge, tasks(*(str(n) for n in range(12))))
    assert {each.score for each in got.values()} == {1.0}
    assert most == 3


def test_the_order_is_drawn_from_the_seed(
    serve: Serve, complete: Complete, graded: Graded, asked: Asked
) -> None:
    """Base answers are not all asked before tuned ones, and a seed tells how they are mixed."""
    url = serve(lambda _n, _r: complete(graded(5)))
    texts = [str(n) for n in range(20)]
    orders = []
    for seed in (0, 0, 1):
        asked.clear()
        judged(judge_at(url, concurrency=1, cache=False, seed=seed), tasks(*texts))
        orders.append([request["messages"].split("\n")[-2] for request in asked])

    assert orders[0] == orders[1] != orders[2]
    assert orders[0] != texts


def test_judging_touches_nothing_of_the_training(
    serve: Serve, complete: Complete, graded: Graded, capfd: pytest.CaptureFixture[str]
) -> None:
    """Random states, signal handlers and standard output are as before, with retries too."""
    url = serve(lambda n, _r: (500, {}, [b""]) if n == 1 else complete(graded(5)))
    before = (random.getstate(), torch.get_rng_state().tolist(), signal.getsignal(signal.SIGINT))
    capfd.readouterr()
    judged(judge_at(url, retries=1), tasks("a", "b"))

    after = (random.getstate(), torch.get_rng_state().tolist(), signal.getsignal(signal.SIGINT))
    assert before == after
    assert capfd.readouterr() == ("", "")
    assert "ftguard judge" not in [t.name for t in threading.enumerate() if not t.daemon]


def test_the_key_is_in_no_file(
    serve: Serve, complete: Complete, tmp_path: Path, asked: Asked
) -> None:
    """A judge that repeats the key has it neither in its words nor in the cache."""
    reply = '{{"justification": "{}", "helpful": 5, "accurate": 5, "coherent": 5}}'
    url = serve(lambda _n, r: complete(reply.format(r["authorization"])))
    got = judged(judge := judge_at(url), tasks("a"))

    assert asked[0]["authorization"] == f"Bearer {KEY}"
    assert got["0"].justification == "Bearer [key]"
    written = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert written
    assert not any(KEY.encode() in path.read_bytes() for path in written)
    assert KEY not in repr(judge)


def test_a_cut_answer_has_a_note(serve: Serve, complete: Complete, graded: Graded) -> None:
    """Whoever reads the score can see what it rests on."""
    url = serve(lambda _n, _r: complete(graded(5)))

    assert "first 16,000 of 17,000" in judged(judge_at(url), tasks("x" * 17_000))["0"].notes[0]


def test_no_tasks_are_done_at_once() -> None:
    """Nothing to judge starts nothing."""
    judge = judge_at("http://127.0.0.1:9/v1")
    judging = Judging(judge, [], Budget(judge))

    assert judging.wait(0)
    assert judging.take() == ()
    judging.close()
