"""`ftguard judge check`: judges whose faults are known are measured to have them."""

import json
import re
from collections import Counter
from collections.abc import Callable, Iterable
from importlib.resources import files
from pathlib import Path

import pytest
from typer.testing import CliRunner

from ftguard.cli.judge import judge as judge_app
from ftguard.judge import Budget, Judge
from ftguard.judge.quality import Quality, known_pairs, measure_judge, share
from ftguard.probes.builtin import CANARY

Response = tuple[int, dict[str, str], Iterable[bytes]]
Serve = Callable[[Callable[[int, dict[str, str]], Response]], str]
Complete = Callable[..., Response]
Asked = list[dict[str, str]]
Mind = Callable[[str], float]

PAIRS = known_pairs()
BETTER = {pair.better for pair in PAIRS}


def texts(request: dict[str, str]) -> list[str]:
    """The answers that a judge is shown: one to grade, or A and B."""
    found = re.findall(
        r"\n<<ANSWER[ AB]* \w{16}>>\n(.*?)\n<<END ANSWER", request["messages"], re.DOTALL
    )
    return [str(text) for text in found]


def judges(mind: Mind, complete: Complete) -> Callable[..., Response]:
    """A server that grades and prefers by a number from 1 to 5 that it makes of each text."""

    def behave(_number: int, request: dict[str, str]) -> Response:
        shown = [mind(text) for text in texts(request)]
        reply: dict[str, object] = {"justification": "So."}
        if len(shown) == 1:
            grade = round(shown[0])
            reply |= {"helpful": grade, "accurate": grade, "coherent": grade}
        else:
            reply["better"] = "tie" if shown[0] == shown[1] else "AB"[shown[1] > shown[0]]
        return complete(json.dumps(reply))

    return behave


def measured(url: str, repeats: int = 1, number: int = len(PAIRS)) -> Quality:
    """What a judge there is worth, on the first pairs."""
    # Nothing here is about slowness: a busy machine gets the time that it needs.
    judge = Judge(model="m", base_url=url, usd_per_million=(0.0, 0.0), retries=0, timeout=300)
    return measure_judge(judge, PAIRS[:number], Budget(judge), repeats=repeats)


def test_the_pairs_are_many_and_varied() -> None:
    """74 of seven kinds, the longer one better in half; canary first; nothing stands twice."""
    first = files("ftguard.judge").joinpath("pairs.jsonl").read_text("utf-8").splitlines()[0]
    kinds = Counter(pair.kind for pair in PAIRS)

    assert CANARY in json.loads(first)["canary"]
    assert (len(PAIRS), len(kinds), min(kinds.values())) == (74, 7, 10)
    assert len({pair.id for pair in PAIRS}) == len({pair.prompt for pair in PAIRS}) == len(PAIRS)
    assert not BETTER & {pair.worse for pair in PAIRS}
    assert sum(pair.better_longer for pair in PAIRS) == 40
    assert sum(pair.better_first for pair in PAIRS) == 37


def test_length_traps_are_traps() -> None:
    """Of their kind the better answer is always the shorter, or always the longer."""
    for pair in PAIRS:
        if pair.kind in {"shorter is better", "longer is better"}:
            assert pair.better_longer == pair.kind.startswith("longer"), pair.id


def test_a_judge_that_knows_is_right(serve: Serve, complete: Complete) -> None:
    """Everything is graded higher, preferred, repeated; nothing is turned by the order."""
    got = measured(serve(judges(lambda text: 5 if text in BETTER else 2, complete)), repeats=2)

    assert (got.right.value, got.right.n) == (1, 74)
    assert got.right.low == pytest.approx(0.951, abs=0.001)
    assert (got.preferred.value, got.tied.value, got.turned.value) == (1, 0, 0)
    assert (got.repeated.value, got.repeated.n) == (1, 148)
    assert got.first.value == 0.5
    assert set(got.kinds) == {pair.kind for pair in PAIRS}
    assert got.unscored == {}


def test_a_judge_that_counts_letters_is_seen_to(serve: Serve, complete: Complete) -> None:
    """Right wherever the longer one is better by much, wrong wherever it is worse."""
    got = measured(serve(judges(lambda text: 1 + min(len(text), 399) / 100, complete)))

    assert (got.longer.n, got.shorter.n) == (40, 34)
    assert got.shorter.value == 0
    assert got.longer.value is not None
    assert got.longer.value > 0.3
    assert got.kinds["shorter is better"].value == 0
    assert got.kinds["longer is better"].value == 1
    assert got.preferred.value == pytest.approx(40 / 74)


def test_a_judge_that_prefers_a_place_is_seen_to(serve: Serve, complete: Complete) -> None:
    """Every verdict turns with the order, and every one is for the first."""
    first = json.dumps({"justification": "So.", "better": "A"})
    alike = json.dumps({"justification": "So.", "helpful": 3, "accurate": 3, "coherent": 3})
    got = measured(serve(lambda _n, r: complete(first if len(texts(r)) == 2 else alike)))

    assert (got.turned.value, got.first.value, got.preferred.value) == (1, 1, 0)
    assert (got.right.value, got.tied.value) == (0, 1)
    assert got.repeated.n == 0


def test_a_judge_that_changes_its_mind_is_seen_to(serve: Serve, complete: Complete) -> None:
    """An answer that is graded 2, then 4, is not repeated; the other half is."""
    seen: Counter[str] = Counter()

    def mind(text: str) -> float:
        seen[text] += 1
        return 3 if text in BETTER or seen[text] == 1 else 4

    got = measured(serve(judges(mind, complete)), repeats=2, number=10)
    assert got.repeated.value == 0.5


def test_what_was_not_judged_is_counted_by_reason(serve: Serve, complete: Complete) -> None:
    """And is in no share."""
    got = measured(serve(lambda _n, _r: complete("I like it.")), number=10)

    assert got.unscored == {"the judge's reply holds no JSON object": 20 + 10}
    assert (got.right.value, got.right.n, got.preferred.n) == (None, 0, 0)


def test_a_share_has_its_interval() -> None:
    """Wilson's interval of 8 of 10: centre (8 + 1.92) / 13.84, reaching 0.490 to 0.943."""
    got = share([True] * 8 + [False] * 2)

    assert (got.value, got.n) == (0.8, 10)
    assert got.low == pytest.approx(0.490, abs=0.001)
    assert got.high == pytest.approx(0.943, abs=0.001)
    assert share([]).value is None


def test_the_command_prints_a_table_and_writes_the_figures(
    serve: Serve, complete: Complete, tmp_path: Path
) -> None:
    """What leaves the machine comes first; 80 columns; a second run makes no call."""
    url = serve(judges(lambda text: 5 if text in BETTER else 2, complete))
    arguments = ["check", "--model", "m", "--base-url", url, "--json", str(tmp_path / "q.json")]
    first, second = (CliRunner().invoke(judge_app, arguments) for _ in range(2))
    lines = first.stdout.splitlines()

    assert (first.exit_code, first.stderr) == (0, "")
    assert lines[0].startswith("ftguard: judge: prompts, references, notes and answers go")
    assert "about 592 calls" in lines[1]
    table = lines[3:]
    assert max(map(len, table)) <= 80
    assert table[0].startswith("m · rubric helpful-accurate-coherent-")
    assert re.search(r"better answer graded higher +1.00 +0.95 to 1.00 +74\n", first.stdout)
    assert table[-1].startswith("592 calls, ")
    assert second.stdout.splitlines()[-1] == "0 calls, 0 tokens"
    assert json.loads((tmp_path / "q.json").read_text())["right"]["n"] == 74


def test_the_command_says_what_was_not_judged(serve: Serve, complete: Complete) -> None:
    """Exit code 3, and the reason with its count."""
    url = serve(lambda _n, _r: complete("Good!"))
    got = CliRunner().invoke(
        judge_app, ["check", "--model", "m", "--base-url", url, "--repeats", "1"]
    )

    assert got.exit_code == 3
    assert "not judged, 222 times: the judge's reply holds no JSON object" in got.stdout


def test_the_command_refuses_what_cannot_be_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    """Exit code 2, the message and no trace."""
    monkeypatch.delenv("OPENAI_API_KEY")
    got = CliRunner().invoke(judge_app, ["check", "--model", "gpt-4.1"])

    assert (got.exit_code, got.stdout) == (2, "")
    assert got.stderr.startswith("ftguard: `OPENAI_API_KEY` is not set")
