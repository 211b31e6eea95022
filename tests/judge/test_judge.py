"""Judges and rubrics are checked when they are made; a model is no judge of itself."""

import importlib.util
from collections.abc import Mapping

import pytest

from ftguard.errors import InputError
from ftguard.judge import RUBRIC, Judge, Rubric, refuse_self


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"model": " "}, "`model` is the judge's name"),
        ({"concurrency": 0}, "`concurrency` is at least 1"),
        ({"wait_seconds": -1.0}, "`wait_seconds` is a number from 0 up"),
        ({"wait_seconds": float("nan")}, "`wait_seconds` is a number from 0 up"),
        ({"max_usd": float("inf")}, "`max_usd` is a number of US dollars"),
        ({"max_tokens": -1}, "`max_tokens` is from 0 up"),
        ({"max_reply_tokens": 0}, "`max_reply_tokens` is at least 1"),
        ({"retries": -1}, "`retries` is at least 0"),
        ({"timeout": 0.0}, "`timeout` is a number of seconds above 0"),
        ({"usd_per_million": (1.0, -1.0)}, "`usd_per_million` is two numbers"),
        ({"base_url": "localhost"}, "`base_url` must be an address"),
    ],
)
def test_a_judge_that_cannot_be_is_refused(arguments: Mapping[str, object], message: str) -> None:
    """The message says what is allowed."""
    given: dict[str, object] = {"model": "m", **arguments}
    with pytest.raises(InputError, match=message):
        Judge(**given)  # type: ignore[arg-type]


def test_a_missing_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """With the line that installs it."""
    monkeypatch.setattr("ftguard.judge.endpoint.address.find_spec", lambda _name: None)

    with pytest.raises(InputError, match=r'pip install "ftguard\[judge\]"'):
        Judge(model="m")
    assert importlib.util.find_spec("openai")


def test_the_digest_names_what_a_score_depends_on() -> None:
    """Model and rubric, not the limits."""
    rubric = Rubric(dimensions={"funny": "Is it?"})

    assert Judge(model="m").digest == Judge(model="m", wait_seconds=1, max_usd=1, seed=3).digest
    assert Judge(model="m").digest != Judge(model="n").digest
    assert Judge(model="m").digest != Judge(model="m", rubric=rubric).digest


def test_prices_are_of_openai_itself() -> None:
    """Another server's model of the same name has no known price; a given one wins."""
    elsewhere = Judge(model="gpt-4.1-mini", base_url="http://localhost:8000/v1")

    assert Judge(model="gpt-4.1-mini").price == (0.4, 1.6)
    assert Judge(model="gpt-4.1-mini", usd_per_million=(0.0, 0.0)).price == (0.0, 0.0)
    assert elsewhere.price is None
    assert elsewhere.token_cap == 2_000_000
    assert Judge(model="gpt-4.1-mini").token_cap == float("inf")


@pytest.mark.parametrize(
    ("judge", "trained"),
    [
        ("gpt-4.1", "gpt-4.1"),
        ("Qwen/Qwen2.5-0.5B", "qwen/qwen2.5-0.5b"),
        ("qwen2.5:0.5b", "Qwen/Qwen2.5-0.5B"),
        ("my-model", "runs/2024/My_Model"),
        ("my-model", "/models/my-model/"),
    ],
)
def test_a_model_does_not_judge_itself(judge: str, trained: str) -> None:
    """Under whatever spelling; unless that is wanted."""
    with pytest.raises(InputError, match="is the model in training"):
        refuse_self(Judge(model=judge), "", "base", trained)
    refuse_self(Judge(model=judge, force=True), trained)


def test_nor_does_a_server_that_serves_it() -> None:
    """The same host and port, whatever the path."""
    judge = Judge(model="m", base_url="http://Localhost:8000/v1")

    with pytest.raises(InputError, match="where the model in training answers"):
        refuse_self(judge, "other", served_at="http://localhost:8000/other/v1")
    refuse_self(judge, "other", "", served_at="http://localhost:8001/v1")


def test_the_value_is_the_weighted_mean() -> None:
    """(4-1)/4 = 0.75 weighed 3, (2-1)/4 = 0.25 weighed 1: (2.25 + 0.25) / 4 = 0.625."""
    rubric = Rubric(dimensions={"a": "A?", "b": "B?"}, weights={"b": 1, "a": 3})

    assert rubric.value({"a": 4, "b": 2}) == 0.625
    assert RUBRIC.value(dict.fromkeys(RUBRIC.dimensions, 5)) == 1
    assert RUBRIC.value(dict.fromkeys(RUBRIC.dimensions, 1)) == 0
    assert RUBRIC.value({"helpful": 5, "accurate": 5, "coherent": 2}) == pytest.approx(0.75)


def test_a_version_follows_all_that_a_rubric_says() -> None:
    """Name, words and weights; not whether equal weights were written out."""
    words = {"a": "A?", "b": "B?"}
    plain = Rubric(dimensions=words)
    others = (
        Rubric(dimensions=words, name="other"),
        Rubric(dimensions={**words, "b": "C?"}),
        Rubric(dimensions=words, weights={"a": 1, "b": 2}),
    )

    assert plain.version == Rubric(dimensions=words, weights={"a": 1, "b": 1}).version
    assert len({plain.version, *(other.version for other in others)}) == 4
    assert plain.version.startswith("own-")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"dimensions": {}}, "needs `dimensions`"),
        ({"dimensions": {"Not good": "x"}}, "`Not good` must be a name"),
        ({"dimensions": {"justification": "x"}}, "`justification` must be a name"),
        ({"dimensions": {"a": " "}}, "`a` must be a name"),
        ({"dimensions": {"a": "A?"}, "weights": {"b": 1}}, "for exactly"),
        ({"dimensions": {"a": "A?"}, "weights": {"a": -1}}, "numbers from 0 up"),
        ({"dimensions": {"a": "A?"}, "weights": {"a": float("nan")}}, "numbers from 0 up"),
        ({"dimensions": {"a": "A?"}, "weights": {"a": 0}}, "at least one"),
    ],
)
def test_a_rubric_that_cannot_be_is_refused(arguments: Mapping[str, object], message: str) -> None:
    """The message says what is allowed."""
    with pytest.raises(InputError, match=message):
        Rubric(**arguments)  # type: ignore[arg-type]
