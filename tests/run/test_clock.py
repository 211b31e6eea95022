"""Tests of the clock: real pauses, counted where they were made."""

import time

import pytest

from ftguard.run.clock import Clock


def test_only_time_within_the_blocks_is_spent() -> None:
    """Two pauses of 10 ms inside and one outside: 20 ms are spent of 30 at least."""
    clock = Clock()
    with clock:
        time.sleep(0.01)
    time.sleep(0.01)
    with clock:
        time.sleep(0.01)
    spent = clock.spent

    assert spent >= 0.02
    assert clock.elapsed - spent >= 0.01
    assert clock.spent == spent


def test_the_current_block_counts() -> None:
    """Within its first block the clock has spent all the time since, not none."""
    clock = Clock()
    with clock:
        time.sleep(0.01)
        assert clock.spent >= 0.01
        assert clock.share > 0


def test_a_block_within_a_block_counts_once_and_ends_nothing() -> None:
    """10 ms before an inner block, 10 ms within it and 10 ms after it are all spent, and once."""
    clock = Clock()
    with clock:
        time.sleep(0.01)
        with clock:
            time.sleep(0.01)
        time.sleep(0.01)
    spent = clock.spent

    assert 0.03 <= spent <= clock.elapsed


def test_what_came_before_the_first_block_can_be_counted() -> None:
    """10 ms since it was made, and 10 ms in a block."""
    clock = Clock()
    time.sleep(0.01)
    clock.count_all()
    with clock:
        time.sleep(0.01)

    assert 0.02 <= clock.spent <= clock.elapsed


def _fail_slowly() -> None:
    time.sleep(0.01)
    raise KeyError


def test_a_block_that_fails_counts_too() -> None:
    """An error passes through, and its time is spent."""
    clock = Clock()

    with pytest.raises(KeyError), clock:
        _fail_slowly()

    assert 0.01 <= clock.spent <= clock.elapsed


def test_the_share_is_a_share() -> None:
    """0 where nothing is spent, and never more than 1."""
    clock = Clock()

    assert clock.share == 0
    with clock:
        assert 0 <= clock.share <= 1
