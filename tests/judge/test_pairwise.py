"""Two answers compared in both orders: only what holds in both is a preference."""

import json
from collections.abc import Callable, Iterable

import pytest

from ftguard import Probe
from ftguard.judge import Budget, Compared, Judge, JudgedPair, compare

Response = tuple[int, dict[str, str], Iterable[bytes]]
Serve = Callable[[Callable[[int, dict[str, str]], Response]], str]
Complete = Callable[..., Response]
Asked = list[dict[str, str]]

PROBE = Probe(id="sum", prompt="What is 2 + 2?", reference="4")


def run(url: str, *pairs: tuple[str, str]) -> list[Compared]:
    """Compare some pairs, named by number."""
    judge = Judge(model="m", base_url=url, retries=0, usd_per_million=(0.0, 0.0))
    given = [
        JudgedPair(key=str(n), probe=PROBE, first=first, second=second)
        for n, (first, second) in enumerate(pairs)
    ]
    return list(compare(judge, given, Budget(judge)))


def says(prefer: Callable[[str, str], str], complete: Complete) -> Callable[..., Response]:
    """A server that names A, B or tie, as a function of both answers says."""

    def behave(_number: int, request: dict[str, str]) -> Response:
        shown = {}
        for label in "AB":
            _, _, after = request["messages"].partition(f"\n<<ANSWER {label} ")
            shown[label] = after.split("\n")[1]
        better = prefer(shown["A"], shown["B"])
        return complete(json.dumps({"justification": "So.", "better": better}))

    return behave


@pytest.mark.parametrize(
    ("pair", "better", "orders"),
    [(("four", "five"), "first", ("A", "B")), (("five", "four"), "second", ("B", "A"))],
)
def test_a_preference_that_holds_in_both_orders(
    pair: tuple[str, str],
    better: str,
    orders: tuple[str, str],
    serve: Serve,
    complete: Complete,
) -> None:
    """The better answer wins wherever it stands."""
    url = serve(says(lambda a, _b: "A" if a == "four" else "B", complete))
    (got,) = run(url, pair)

    assert (got.better, got.orders, got.agrees) == (better, orders, True)


def test_a_preference_for_a_place_is_a_tie(serve: Serve, complete: Complete) -> None:
    """Who always prefers the first has said nothing, and is seen to disagree."""
    (got,) = run(serve(says(lambda _a, _b: "A", complete)), ("four", "five"))

    assert (got.better, got.orders, got.agrees) == ("tie", ("A", "A"), False)


def test_a_tie_in_one_order_is_a_tie(serve: Serve, complete: Complete) -> None:
    """Half a preference is none; two ties agree."""
    half = serve(says(lambda a, _b: "A" if a == "four" else "tie", complete))
    (got,) = run(half, ("four", "five"))
    assert (got.better, got.agrees) == ("tie", False)

    (got,) = run(serve(says(lambda _a, _b: "tie", complete)), ("four", "five"))
    assert (got.better, got.agrees) == ("tie", True)


def test_identical_answers_are_a_tie_without_a_call(
    serve: Serve, complete: Complete, asked: Asked
) -> None:
    """Nothing can be better than itself; equal pairs are asked once."""
    url = serve(says(lambda a, _b: "A" if a == "four" else "B", complete))
    got = run(url, ("four", "four"), ("four", "five"), ("five", "four"))

    assert [each.better for each in got] == ["tie", "first", "second"]
    assert (got[0].orders, got[0].agrees) == ((), None)
    assert len(asked) == 2


def test_one_order_without_a_preference_is_a_reason(serve: Serve, complete: Complete) -> None:
    """Neither a win nor a tie is made of half a comparison."""
    wordless = serve(says(lambda a, _b: "A" if a == "four" else "both", complete))
    failing = serve(lambda _n, _r: (500, {}, [b"oops"]))

    (got,) = run(wordless, ("four", "five"))
    assert (got.better, got.orders, got.agrees) == (None, (), None)
    assert "not A, B or tie" in str(got.unscored)
    assert "answered 500" in str(run(failing, ("four", "five"))[0].unscored)
