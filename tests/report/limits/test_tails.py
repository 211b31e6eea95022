"""The page's tails of the normal and of Student's t distribution, against scipy's."""

from collections.abc import Sequence

import numpy as np
import pytest
from numpy.random import default_rng
from playwright.sync_api import Page
from scipy import special, stats

DOFS = (1, 2, 3, 4, 5, 9, 30, 59, 60, 61, 199, 5_000, 10**6)


def _in_page(rule: Page, call: str, given: Sequence[object]) -> list[float]:
    found: list[float] = rule.evaluate(f"(given) => given.map((one) => ftguardRule.{call})", given)
    return found


def test_the_normal_tail_is_that_of_scipy(rule: Page) -> None:
    """To 11 digits from one end to the other, where the method changes too."""
    generator, turn = default_rng(0), 2 * np.sqrt(2)
    at = [0.0, turn, -turn, -np.nextafter(turn, 0), *np.linspace(-38, 38, 401)]
    at += list(generator.normal(0, 4, 600))

    found = _in_page(rule, "normalBelow(one)", [float(x) for x in at])
    assert found == pytest.approx(list(special.ndtr(at)), rel=1e-11, abs=1e-300)


def test_the_student_tail_is_that_of_scipy(rule: Page) -> None:
    """To 9 digits of any p down to 1e-200, from 1 degree of freedom to a million."""
    generator = default_rng(1)
    at = [(dof, t) for dof in DOFS for t in (-30.0, -8.0, -2.0, -1.0, -0.1, 0.0, 0.3, 1.0, 5.0)]
    dofs = np.exp(generator.uniform(0, np.log(1e6), 600)).astype(int)
    at += [(int(dof), float(t)) for dof, t in zip(dofs, generator.normal(0, 5, 600), strict=True)]

    found = _in_page(rule, "studentBelow(one[0], one[1])", at)
    assert found == pytest.approx([stats.t.cdf(t, dof) for dof, t in at], rel=1e-9, abs=1e-200)


def test_ends_of_the_line(rule: Page) -> None:
    """Infinite distances are certain, and none at all is even."""
    ends = "[Infinity, -Infinity, 0].flatMap((x) => [ftguardRule.{}])"

    assert rule.evaluate(ends.format("normalBelow(x)")) == [1, 0, 0.5]
    assert rule.evaluate(ends.format("studentBelow(7, x)")) == [1, 0, 0.5]
