"""Tests of scaling a running schedule: every later rate is that of an unscaled twin, times 0.1."""

from collections.abc import Callable
from typing import Any

import pytest
import torch
from accelerate.scheduler import AcceleratedScheduler  # type: ignore[import-untyped]
from torch.optim.lr_scheduler import (
    CosineAnnealingLR,
    LinearLR,
    LRScheduler,
    OneCycleLR,
    ReduceLROnPlateau,
    SequentialLR,
    StepLR,
)
from transformers import get_scheduler
from transformers.optimization import Adafactor, AdafactorSchedule

from ftguard.run.learning_rate import peak_rate, replayed, scale_rate

STEPS = 20
Schedule = Callable[[torch.optim.Optimizer], Any]


def _of_transformers(name: str, **specific: float) -> Schedule:
    return lambda optimizer: get_scheduler(
        name,
        optimizer,
        num_warmup_steps=6,
        num_training_steps=STEPS,
        scheduler_specific_kwargs=specific or None,
    )


SCHEDULES: dict[str, Schedule] = {
    "constant": _of_transformers("constant"),
    "constant with warmup": _of_transformers("constant_with_warmup"),
    "linear": _of_transformers("linear"),
    "cosine": _of_transformers("cosine"),
    "cosine with a least rate": _of_transformers("cosine_with_min_lr", min_lr_rate=0.1),
    "torch steps": lambda optimizer: StepLR(optimizer, step_size=3, gamma=0.5),
    "torch cosine": lambda optimizer: CosineAnnealingLR(optimizer, T_max=STEPS),
    "torch cosine with a least rate": lambda optimizer: CosineAnnealingLR(
        optimizer, T_max=STEPS, eta_min=1e-4
    ),
    "torch one cycle": lambda optimizer: OneCycleLR(optimizer, max_lr=1e-2, total_steps=STEPS + 2),
    "torch warmup, then cosine": lambda optimizer: SequentialLR(
        optimizer,
        [LinearLR(optimizer, 0.1, total_iters=5), CosineAnnealingLR(optimizer, T_max=STEPS)],
        milestones=[5],
    ),
    "plateau": lambda optimizer: ReduceLROnPlateau(
        optimizer, factor=0.5, patience=1, min_lr=[1e-4, 1e-5]
    ),
}


def _running(schedule: Schedule) -> tuple[torch.optim.Optimizer, Any]:
    """An optimizer of two groups with rates of their own, and its schedule."""
    parameters = [torch.nn.Parameter(torch.zeros(1)) for _ in range(2)]
    groups = [{"params": [p], "lr": rate} for p, rate in zip(parameters, (1e-2, 1e-3), strict=True)]
    optimizer = torch.optim.SGD(groups)
    return optimizer, schedule(optimizer)


def _step(optimizer: torch.optim.Optimizer, scheduler: Any) -> list[float]:
    optimizer.step()
    if isinstance(scheduler, ReduceLROnPlateau):
        scheduler.step(1.0)  # a loss that never falls
    else:
        scheduler.step()
    return [float(group["lr"]) for group in optimizer.param_groups]


@pytest.mark.parametrize("name", SCHEDULES)
@pytest.mark.parametrize("before", [0, 3, 9])
def test_all_later_rates_are_scaled(name: str, before: int) -> None:
    """Before, within and after the warm-up, scaling once scales the whole rest, in each group."""
    plain, scaled = _running(SCHEDULES[name]), _running(SCHEDULES[name])
    for _ in range(before):
        assert _step(*plain) == _step(*scaled)

    scale_rate(*scaled, 0.1)

    for own, twin in zip(scaled[0].param_groups, plain[0].param_groups, strict=True):
        assert own["lr"] == pytest.approx(0.1 * twin["lr"])
    later = [(_step(*plain), _step(*scaled)) for _ in range(STEPS - before)]
    assert max(rate for rates, _ in later for rate in rates) > 0
    for rates, scaled_rates in later:
        assert scaled_rates == pytest.approx([0.1 * rate for rate in rates], rel=1e-9, abs=1e-18)


def test_factors_multiply() -> None:
    """A half and then a fifth are a tenth."""
    once, twice = _running(SCHEDULES["cosine"]), _running(SCHEDULES["cosine"])

    scale_rate(*once, 0.1)
    scale_rate(*twice, 0.5)
    scale_rate(*twice, 0.2)

    for _ in range(STEPS):
        assert _step(*twice) == pytest.approx(_step(*once))


def test_the_peak_is_what_the_schedule_works_from() -> None:
    """During warm-up the current rate is lower; after scaling the peak is scaled too."""
    optimizer, scheduler = _running(SCHEDULES["constant with warmup"])
    _step(optimizer, scheduler)

    # 1 of 6 steps of warm-up is done.
    assert optimizer.param_groups[0]["lr"] == pytest.approx(1e-2 / 6)
    assert peak_rate(optimizer, scheduler) == 1e-2
    scale_rate(optimizer, scheduler, 0.1)
    assert peak_rate(optimizer, scheduler) == pytest.approx(1e-3)
    # What another schedule on the same optimizer would work from follows as well.
    assert peak_rate(optimizer, None) == pytest.approx(1e-3)


def test_the_peak_without_a_schedule_is_the_rate() -> None:
    """ReduceLROnPlateau keeps no initial rate, and a run may have no scheduler at all."""
    optimizer, scheduler = _running(SCHEDULES["plateau"])

    assert peak_rate(optimizer, scheduler) == 1e-2
    assert peak_rate(optimizer, None) == 1e-2


def test_a_scheduler_that_accelerate_wraps_is_scaled_within() -> None:
    """The Trainer hands over its schedulers wrapped."""
    optimizer, scheduler = _running(SCHEDULES["linear"])
    assert isinstance(scheduler, LRScheduler)
    wrapped = AcceleratedScheduler(scheduler, optimizer, step_with_optimizer=False)

    scale_rate(optimizer, wrapped, 0.1)

    assert scheduler.base_lrs == pytest.approx([1e-3, 1e-4])
    assert peak_rate(optimizer, wrapped) == pytest.approx(1e-3)


def test_the_reported_rate_follows() -> None:
    """`get_last_lr`, which the Trainer logs, is scaled at once."""
    optimizer, scheduler = _running(SCHEDULES["cosine"])
    _step(optimizer, scheduler)
    before = scheduler.get_last_lr()

    scale_rate(optimizer, scheduler, 0.1)

    assert scheduler.get_last_lr() == pytest.approx([0.1 * rate for rate in before])


@pytest.mark.parametrize(
    ("rate", "expected"),
    [(None, 0.0), (0.0, 0.0), (float("nan"), 0.0), (1, 1.0), (torch.tensor(1e-2), 1e-2)],
)
def test_a_rate_that_is_none_or_0_or_a_tensor_is_read_and_scaled(
    rate: Any, expected: float
) -> None:
    """0 stands for a rate that nobody told; what is no number is left alone."""
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=1.0)
    optimizer.param_groups[0]["lr"] = rate

    assert peak_rate(optimizer, None) == pytest.approx(expected)
    scale_rate(optimizer, None, 0.1)
    assert peak_rate(optimizer, None) == pytest.approx(0.1 * expected)
    assert (optimizer.param_groups[0]["lr"] is None) == (rate is None)


def test_adafactor_with_relative_steps_has_no_rate_to_scale() -> None:
    """Its group's rate is None, and its schedule tells what it used last."""
    optimizer = Adafactor(
        [torch.nn.Parameter(torch.ones(3))], scale_parameter=True, relative_step=True, lr=None
    )
    scheduler = AdafactorSchedule(optimizer)

    assert peak_rate(optimizer, scheduler) == 0.0
    scale_rate(optimizer, scheduler, 0.1)
    optimizer.step()
    scheduler.step()


def test_a_lowered_rate_is_replayed_unless_the_users_own_is_as_low() -> None:
    """1e-4 in place of 1e-3; 1e-5 stays, and so does a rate that was never lowered or told."""
    assert replayed(1e-3, 1e-4) == 1e-4
    assert replayed(1e-5, 1e-4) == 1e-5
    assert replayed(1e-3, None) == 1e-3
    assert replayed(0.0, 1e-4) == 0.0
