"""What a person who opens the W&B run sees, and is told unasked."""

from typing import Any

import pytest

from ftguard.tracking import SoFar

pytestmark = [
    pytest.mark.filterwarnings("ignore:.*pin_memory.*"),
    # wandb closes its own pipes late
    pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning"),
    # and leaves the temporary folders of its artifacts to the garbage collector, whenever it comes
    pytest.mark.filterwarnings("ignore:Implicitly cleaning up:ResourceWarning"),
]

Runs = Any
"""The W&B runs of a test, as `runs` in this folder's `conftest.py` reads them."""


def test_one_section_of_twelve_panels_tells_the_story(runs: Runs, told: tuple[SoFar, ...]) -> None:
    """What makes a panel, logged keys that are not hidden and charts, is 12 in the section
    `ftguard`, though some hundred curves are logged; limits and intervals are lines of the charts.
    """
    log = runs.tell(*told)
    assert log.panels() == {
        f"ftguard/{name}"
        for name in [
            "target",
            "forgetting",
            "tail",
            "calibration",
            "gates",
            "drift",
            "frontier",
            "reliability_target",
            "reliability_general",
            "answers",
            "share",
            "score",
        ]
    }
    assert len([key for row in log.history() for key in row if "ftguard/" in key]) > 300
    for key in ("forgetting", "tail"):
        drawn = log.tables(f"{key}_table")[-1]["data"]
        assert [row[:2] for row in drawn] == [
            [checkup.step, name]
            for name in ("estimate", "low end", "high end", "limit")
            for checkup in told[-1].checkups
        ]
    (limit,) = {row[2] for row in log.tables("tail_table")[-1]["data"] if row[1] == "limit"}
    assert limit == 0.15
    names = {row[1] for row in log.tables("calibration_table")[-1]["data"]}
    assert {"general", "general low end", "general high end", "limit"} <= names
    last = told[-1].checkups[-1]
    row = log.history()[-1]
    assert row["train/global_step"] == last.step
    assert row["ftguard/learning_rate"] == last.learning_rate
    assert row["ftguard/advice"].splitlines() == [advice.text for advice in last.advice]


def test_the_first_breach_is_alerted_of_once_and_the_config_says_what_it_is_held_against(
    runs: Runs, told: tuple[SoFar, ...]
) -> None:
    """Three breached checkpoints are one alert, also where the run goes on in another process."""
    assert [so_far.checkup.verdict.passed for so_far in told] == [False] * 3
    log = runs.tell(*told, name="one")
    again = runs.tell(*told, name="one")
    alerts = [record["alert"] for record in log.records() if record["type"] == "alert"]
    assert len(alerts) == 1
    assert ": a drop of" in alerts[0]["text"]
    assert int(alerts[0]["wait_duration"]) >= 60_000
    assert not [record for record in again.records() if record["type"] == "alert"]

    (config,) = (
        record["config"]["update"]["ftguard"]
        for record in log.records()
        if record["type"] == "config" and "ftguard" in record["config"]["update"]
    )
    assert config["gates"]["tail/worst"]["limit"] == 0.15
    base = told[0].opening.base
    assert config["fingerprint"]["weights"] == base.fingerprint.weights
    assert config["versions"] == base.versions
