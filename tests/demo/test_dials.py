"""The dials of the demo: where they may stand, what follows from them, and how flags set them."""

from dataclasses import fields
from typing import get_args

import pytest
from typer.testing import CliRunner

from ftguard import InputError
from ftguard.cli import app
from ftguard.demo.dials import Data, Dials
from ftguard.demo.explained import DATA, DIALS, as_flags, described
from ftguard.demo.failures import FAILURES, find_failure


def test_the_defaults_are_the_reckless_run() -> None:
    """240 steps of 16 rows over 600 tickets at 7e-4, as `ftguard demo` has always begun."""
    dials = Dials()

    assert (dials.learning_rate, dials.steps, dials.warmup) == (7e-4, 240, 0.05)
    assert (dials.rows, dials.replayed, dials.passes) == (600, 0, 6.4)
    assert (dials.lora, dials.data, dials.checkpoints, dials.limits) == (False, "frequent", 4, {})


def test_replay_comes_on_top_of_the_tickets() -> None:
    """With a fourth of the rows replayed, 600 tickets and 200 answers of the base's own."""
    dials = Dials(replay=0.25)

    assert (dials.rows, dials.replayed) == (800, 200)


def test_epochs_settle_the_rows() -> None:
    """120 steps of 16 rows see each forty times where there are 48, a quarter of them replayed."""
    dials = Dials(steps=120, epochs=40, replay=0.25)

    assert (dials.rows, dials.replayed, dials.passes) == (48, 12, 40)


@pytest.mark.parametrize(
    ("dial", "value"),
    [
        ("learning_rate", 0.0),
        ("learning_rate", -1e-4),
        ("learning_rate", float("nan")),
        ("learning_rate", 1000.0),
        ("steps", 0),
        ("steps", 10_000),
        ("warmup", 1.5),
        ("epochs", 0.1),
        ("epochs", 1000.0),
        ("replay", 1.0),
        ("replay", 0.8),
        ("data", "tidy"),
        ("checkpoints", 0),
        ("checkpoints", 13),
        ("probes", 0.0),
        ("seed", -1),
        ("limits", {"forgeting": 0.2}),
        ("limits", {"forgetting": 20}),
    ],
)
def test_a_dial_that_cannot_stand_there_is_refused(dial: str, value: object) -> None:
    """The message names it and where it may stand; more replay than there are prompts, too."""
    given: dict[str, object] = {dial: value}
    with pytest.raises(InputError, match=rf"{dial[:4]}|forgetting|warm-up"):
        Dials(**given)  # type: ignore[arg-type]


def test_there_are_at_most_as_many_checkpoints_as_steps() -> None:
    """Three steps cannot be looked at four times."""
    with pytest.raises(InputError, match="at most one a step"):
        Dials(steps=3)


def test_every_dial_and_kind_of_data_is_explained() -> None:
    """A new one has its sentence on the page before it can be turned."""
    assert set(DIALS) == {field.name for field in fields(Dials)}
    assert set(DATA) == set(get_args(Data))


def test_flags_say_what_is_turned() -> None:
    """Only dials that stand elsewhere than by default, in the form that people type."""
    dials = Dials(
        learning_rate=3e-4,
        steps=200,
        replay=0.1,
        lora=True,
        limits={"forgetting": 0.2, "tail": None},
    )

    assert as_flags(Dials()) == ""
    assert as_flags(dials) == (
        "--learning-rate 3e-4 --steps 200 --replay 0.1 --lora --limit forgetting=0.2 "
        "--limit tail=off"
    )
    assert described(dials) == (
        "learning rate 3e-4, 5 % warm-up, 200 steps (4.8 passes over 667 rows), data frequent, "
        "10 % replay, a LoRA adapter, forgetting limit 0.2, tail off"
    )


@pytest.mark.parametrize("name", FAILURES)
def test_a_failure_is_told_in_two_sentences_or_so(name: str) -> None:
    """Before the run what is set, after it what came of it."""
    failure = find_failure(name)

    assert 30 < len(failure.what) < 200
    assert 100 < len(failure.happened) < 350
    assert failure.what != failure.happened


def test_an_unknown_failure_is_told_with_those_there_are() -> None:
    """The message lists them."""
    with pytest.raises(InputError, match="rate-too-high, too-many-epochs"):
        find_failure("rate")


@pytest.mark.parametrize(
    ("flags", "told"),
    [
        (["--learning-rate", "200"], "learning rate must be above 0 to 100, got 200"),
        (["--data", "wide"], "one of frequent, every-team, narrow"),
        (["--failure", "none"], "there is no failure `none`"),
        (["--limit", "tail"], "give limits as NAME=NUMBER"),
        (["--limit", "tail=low"], "give limits as NAME=NUMBER"),
        (["--limit", "forgeting=0.2"], "did you mean `forgetting`"),
        (["--limit", "tail=0.2", "--limit", "tail=0.3"], "given twice"),
    ],
)
def test_a_wrong_flag_ends_the_command_at_once(flags: list[str], told: str) -> None:
    """Exit code 2 and what is allowed, before anything is loaded or written."""
    done = CliRunner().invoke(app, ["demo", *flags])

    assert done.exit_code == 2
    assert told in " ".join(done.output.split())
