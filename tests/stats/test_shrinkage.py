"""Partial pooling of small slices, by hand."""

from dataclasses import replace

import pytest

from ftguard.stats.estimates import Estimate
from ftguard.stats.shrinkage import shrink


def _estimate(value: float, stderr: float, n: int = 12) -> Estimate:
    return Estimate(
        value=value,
        low=value - 2 * stderr,
        high=value + 2 * stderr,
        level=0.95,
        n=n,
        stderr=stderr,
        dof=n - 1,
    )


def test_slices_that_differ_by_chance_become_the_whole() -> None:
    """0.1 and 0.3 with errors of 0.2 differ less than their errors explain: both become 0.2."""
    whole = _estimate(0.2, 0.1)

    found = shrink([_estimate(0.1, 0.2), _estimate(0.3, 0.2)], whole)

    assert [f.value for f in found] == pytest.approx([0.2, 0.2])
    assert [f.stderr for f in found] == pytest.approx([0.1, 0.1])


def test_the_error_of_no_change_is_pulled_like_the_other() -> None:
    """Two slices become the whole, and so does their error of no change: 0.07."""
    whole = replace(_estimate(0.2, 0.1), null_stderr=0.07)
    slices = [replace(_estimate(value, 0.2), null_stderr=0.3) for value in (0.1, 0.3)]

    found = shrink(slices, whole)

    assert [f.null_stderr for f in found] == pytest.approx([0.07, 0.07])


def test_slices_that_truly_differ_keep_most_of_their_own() -> None:
    """0 and 0.8 with errors of 0.1, of a whole of 0.4.

    Weights 100 each, centre 0.4: Q = 100 * (0.16 + 0.16) = 32, less 1; the scale is
    200 - 20000 / 200 = 100, so 0.31 lies between. Kept is 0.31 / (0.31 + 0.01) = 0.96875:
    0 becomes 0.0125 and 0.8 becomes 0.7875.
    """
    found = shrink([_estimate(0.0, 0.1), _estimate(0.8, 0.1)], _estimate(0.4, 0.05))

    assert [f.value for f in found] == pytest.approx([0.0125, 0.7875])


def test_a_small_slice_is_pulled_more_than_a_large_one() -> None:
    """Of two slices as far from the whole, the one measured worse ends up nearer to it."""
    small, large, far = _estimate(0.6, 0.3), _estimate(0.6, 0.05), _estimate(-0.2, 0.05)

    pulled = shrink([small, large, far], _estimate(0.2, 0.05))

    assert abs(pulled[0].value - 0.2) < abs(pulled[1].value - 0.2) < 0.4


def test_one_slice_alone_is_left_as_it_is() -> None:
    """What lies between slices can't be told from one."""
    only = _estimate(0.5, 0.2)

    assert shrink([only], _estimate(0.1, 0.1)) == [only]
