"""What judging costs: estimated before, counted during, stopped at the cap."""

import threading
from collections.abc import Callable, Iterable

import pytest

from ftguard import Probe
from ftguard.judge import Budget, Judge, Judging, Task, Usage, announce
from ftguard.judge.budget import input_tokens
from ftguard.judge.endpoint import Reply
from ftguard.judge.request import rating_request

Response = tuple[int, dict[str, str], Iterable[bytes]]
Serve = Callable[[Callable[[int, dict[str, str]], Response]], str]
Complete = Callable[..., Response]
Graded = Callable[[int], str]
Asked = list[dict[str, str]]

PROBE = Probe(id="sum", prompt="What is 2 + 2?", reference="4")
PATIENCE = 120
"""Seconds after which something has gone wrong, however slow the machine is."""
USAGE = {"prompt_tokens": 1000, "completion_tokens": 100}


def judge_at(url: str = "http://127.0.0.1:9/v1", **changes: object) -> Judge:
    """A judge whose input costs 1 dollar and whose output 10 dollars for a million tokens."""
    given = {"model": "m", "base_url": url, "usd_per_million": (1.0, 10.0), **changes}
    return Judge(**given)  # type: ignore[arg-type]


def tasks(number: int) -> list[Task]:
    """So many different answers."""
    return [Task(key=str(n), probe=PROBE, text=str(n)) for n in range(number)]


def test_what_the_server_counts_is_spent(serve: Serve, complete: Complete, graded: Graded) -> None:
    """3 calls of 1,000 + 100 tokens: 3 * (1,000 * 1 + 100 * 10) / 1e6 = 0.006 dollars."""
    judge = judge_at(serve(lambda _n, _r: complete(graded(5), usage=USAGE)))
    budget = Budget(judge)
    Judging(judge, tasks(3), budget).wait(PATIENCE)

    assert budget.so_far == Usage(calls=3, input_tokens=3000, output_tokens=300, usd=0.006)
    assert budget.so_far.tokens == 3300


def test_what_the_server_does_not_count_is_estimated(
    serve: Serve, complete: Complete, graded: Graded
) -> None:
    """From the bytes that went out and came back."""
    judge = judge_at(serve(lambda _n, _r: complete(graded(5))))
    budget, task = Budget(judge), tasks(1)
    Judging(judge, task, budget).wait(PATIENCE)

    assert budget.so_far.input_tokens == input_tokens(rating_request(judge, task[0]))
    assert budget.so_far.output_tokens == len(graded(5)) // 3 + 1


def test_a_refused_call_costs_nothing_and_a_lost_one_its_prompt() -> None:
    """An error status is not billed; behind a lost connection the server may have read it."""
    judge = judge_at()
    request = rating_request(judge, tasks(1)[0])
    refused, lost = Budget(judge), Budget(judge)
    for budget in (refused, lost):
        assert budget.reserve(request)
        budget.settle(request, None, billed=budget is lost)

    assert (refused.so_far.tokens, refused.so_far.calls) == (0, 1)
    assert lost.so_far.tokens == input_tokens(request)


def test_the_cap_stops_cleanly(
    serve: Serve, complete: Complete, graded: Graded, asked: Asked
) -> None:
    """Calls that cost 0.002, and may cost at most some 0.011: within 0.03 dollars 10 are made, as
    the tenth may bring 0.018 up to 0.029, and the eleventh 0.020 beyond 0.031."""  # noqa: D209
    url = serve(lambda _n, _r: complete(graded(5), usage=USAGE))
    judge = judge_at(url, max_usd=0.03)
    budget = Budget(judge)
    most = (input_tokens(rating_request(judge, tasks(1)[0])) + 10 * 1024) / 1e6
    assert 0.018 + most < 0.03 < 0.020 + most
    judging = Judging(judge, tasks(40), budget)
    assert judging.wait(PATIENCE)
    taken = judging.take()

    assert len(asked) == sum(each.score == 1 for each in taken) == 10
    reasons = {each.unscored for each in taken if each.score is None}
    assert reasons == {"the cap of 0.03 US dollars (`max_usd`) is reached"}
    assert budget.so_far.usd == pytest.approx(0.02)


def test_the_cap_is_the_runs(
    serve: Serve, complete: Complete, graded: Graded, asked: Asked
) -> None:
    """What earlier checkpoints, and an earlier attempt, have spent counts."""
    judge = judge_at(serve(lambda _n, _r: complete(graded(5), usage=USAGE)), max_usd=0.03)
    budget = Budget(judge, Usage(calls=9, input_tokens=9000, output_tokens=900))
    Judging(judge, tasks(1), budget).wait(PATIENCE)
    judging = Judging(judge, tasks(2), budget)
    judging.wait(PATIENCE)

    assert len(asked) == 1
    assert sorted(each.unscored is None for each in judging.take()) == [False, True]


def test_tokens_are_capped_where_no_price_is_known(asked: Asked) -> None:
    """And then no dollars are told."""
    judge = judge_at(usd_per_million=None, max_tokens=500)
    judging = Judging(judge, tasks(2), budget := Budget(judge))
    judging.wait(PATIENCE)

    assert asked == []
    assert {each.unscored for each in judging.take()} == {
        "the cap of 500 tokens (`max_tokens`) is reached"
    }
    assert budget.so_far == Usage()


def test_tokens_can_be_capped_beside_money() -> None:
    """The reason names both."""
    budget = Budget(judge_at(max_tokens=500))

    assert budget.reserve(rating_request(judge_at(), tasks(1)[0])) is False
    assert budget.over == (
        "the cap of 5 US dollars (`max_usd`) or 500 tokens (`max_tokens`) is reached"
    )


def test_calls_under_way_are_waited_for_near_the_cap() -> None:
    """A call that fits once another has settled is neither made too early nor given up."""
    judge = judge_at(max_usd=0.015)
    budget, request = Budget(judge), rating_request(judge, tasks(1)[0])

    assert budget.reserve(request) is True
    assert budget.reserve(request) is None
    budget.settle(request, Reply(text="x", input_tokens=10, output_tokens=10))
    assert budget.reserve(request) is True


def test_threads_can_share_it() -> None:
    """No count is lost."""
    judge = judge_at()
    budget, request = Budget(judge), rating_request(judge, tasks(1)[0])

    def work() -> None:
        for _ in range(300):
            while budget.reserve(request) is not True:
                pass
            budget.settle(request, Reply(input_tokens=1, output_tokens=2))

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert budget.so_far == Usage(calls=1200, input_tokens=1200, output_tokens=2400, usd=0.0252)


def test_the_estimate_counts_only_what_will_be_asked(
    serve: Serve, complete: Complete, graded: Graded
) -> None:
    """Distinct answers that are not in the cache; rather too much than too little."""
    judge = judge_at(serve(lambda _n, _r: complete(graded(5))))
    budget = Budget(judge)
    before = budget.estimate([*tasks(3), *tasks(3)])
    Judging(judge, tasks(2), budget).wait(PATIENCE)
    after = budget.estimate(tasks(3))

    assert (before.calls, before.output_tokens) == (3, 450)
    assert (after.calls, after.output_tokens) == (1, 150)
    assert budget.so_far.usd is not None
    assert before.usd is not None
    assert before.usd > budget.so_far.usd * 3 / 2


def test_what_leaves_the_machine_is_said_before() -> None:
    """Where to, for whom, how much, and where it stops."""
    usage = Usage(calls=400, input_tokens=250_000, output_tokens=60_000, usd=0.196)
    judge = Judge(model="gpt-4.1-mini", wait_seconds=60)

    assert list(announce(judge, usage)) == [
        (
            "judge: prompts, references, notes and answers leave this machine for "
            f"`api.openai.com`, to be graded by `gpt-4.1-mini` (rubric {judge.rubric.version})"
        ),
        (
            "judge: about 400 calls, 310,000 tokens, 0.20 US dollars; replies that are in the "
            "cache cost nothing"
        ),
        (
            "judge: stops at 5.00 US dollars a run (`max_usd`; list price of June 2026, which "
            "may be old)"
        ),
    ]


def test_an_unknown_price_is_said() -> None:
    """With the cap that holds instead, and how to tell the price."""
    judge = judge_at(usd_per_million=None)

    assert list(announce(judge, Usage(calls=1, input_tokens=5)))[1:] == [
        "judge: about 1 call, 5 tokens; replies that are in the cache cost nothing",
        (
            "judge: the price of `m` is not known (`usd_per_million` says it), so judging stops "
            "at 2,000,000 tokens a run (`max_tokens`)"
        ),
    ]
    assert "answers go on this machine to `127.0.0.1:9`" in next(announce(judge, Usage()))
    told = list(announce(judge_at(max_tokens=900), Usage(calls=1, input_tokens=5, usd=0.001)))
    assert "less than 0.01 US dollars" in told[1]
    assert "stops at 5.00 US dollars or 900 tokens a run" in told[2]
