"""Tests of the budget as the user says it."""

import numpy as np
import pytest

from ftguard import InputError
from ftguard.run.budget.budget import Budget, read_budget


def test_a_number_below_one_is_a_share_and_others_are_seconds() -> None:
    """0.05 and a float of numpy are shares of the run; 1 and 30 are seconds a checkpoint."""
    assert read_budget(0.05) == Budget(share=0.05)
    assert read_budget(np.float32(0.5)) == Budget(share=0.5)
    assert read_budget(1) == Budget(seconds=1.0)
    assert read_budget(30) == Budget(seconds=30.0)
    assert read_budget(None) is None


@pytest.mark.parametrize("given", [0, -1, float("nan"), float("inf"), True, "5 %", [0.05], {}])
def test_what_is_no_budget_is_refused(given: object) -> None:
    """The message says what a budget is, and what was given."""
    with pytest.raises(InputError, match="`budget` is the share of the run's time"):
        read_budget(given)


def test_the_environment_moves_the_default_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """`auto` is 5 % or what the variable says; what the user gives stands whatever it says."""
    monkeypatch.delenv("FTGUARD_BUDGET")
    assert read_budget("auto") == Budget(share=0.05)
    monkeypatch.setenv("FTGUARD_BUDGET", "0.2")
    assert read_budget("auto") == Budget(share=0.2)
    assert read_budget(0.1) == Budget(share=0.1)
    monkeypatch.setenv("FTGUARD_BUDGET", "None")
    assert read_budget("auto") is None
    monkeypatch.setenv("FTGUARD_BUDGET", "little")
    with pytest.raises(InputError, match="FTGUARD_BUDGET"):
        read_budget("auto")


def test_a_share_is_of_the_run_with_its_checks() -> None:
    """5 % of a run whose training takes 95 s are 5 s; 3 s a checkpoint are 12 s for 3 and the
    base.
    """
    assert Budget(share=0.05).total(95.0, 3) == pytest.approx(5.0)
    assert Budget(seconds=3.0).total(95.0, 3) == 12.0
