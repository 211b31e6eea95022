"""What a gate can find, told before training, against the real gate in a simulation."""

import numpy as np
import pytest
from scipy import stats

from ftguard.measures.paired import Paired, measure_drop
from ftguard.stats.alpha_spending import Look
from ftguard.stats.power import probes_needed, smallest_drop
from ftguard.verdict.gate import Gate
from ftguard.verdict.gates import decide


def test_the_smallest_drop_by_hand() -> None:
    """N = 200, room 0.7: an error of sqrt(0.2 / 200) / 0.7 = 4.52 %.

    At 0.05 the limit of 10 % is the hurdle (1.64 errors are 7.4 %): 10 + 0.84 * 4.52 = 13.8 %.
    At 0.00125 chance is (3.02 errors are 13.7 %): 13.7 + 3.8 = 17.5 %.
    """
    assert smallest_drop(200, 0.7, 0.10, 0.05) == pytest.approx(0.138, abs=5e-4)
    assert smallest_drop(200, 0.7, 0.10, 0.00125) == pytest.approx(0.1746, abs=5e-4)


@pytest.mark.parametrize("level", [0.05, 0.00125])
@pytest.mark.parametrize("drop", [0.13, 0.2])
def test_so_many_probes_are_needed_for_it(drop: float, level: float) -> None:
    """The two questions are each other's answer, within one probe."""
    needed = probes_needed(drop, 0.7, 0.10, level)

    assert smallest_drop(needed, 0.7, 0.10, level) <= drop + 1e-9
    assert smallest_drop(needed - 1, 0.7, 0.10, level) > drop


def test_what_lies_within_the_limit_is_never_a_breach() -> None:
    """No number of probes finds a drop of 10 % beyond a limit of 10 %."""
    with pytest.raises(ValueError, match="within the limit"):
        probes_needed(0.10, 0.7, 0.10, 0.05)


@pytest.mark.parametrize("planned", [1, 10])
def test_the_gate_finds_it_four_times_of_five(planned: int) -> None:
    """Of 1,000 drawn checkpoints with the smallest drop, 800 are a breach, give or take.

    Exact binomial bounds at 99.9 %, and two points for the normal approximation.
    """
    gate, look = Gate(measurement="forgetting", limit=0.10), Look(number=1, planned=planned)
    drop = smallest_drop(200, 0.7, gate.limit, look.level)
    generator = np.random.default_rng(planned)
    hits = 0
    for _ in range(1000):
        base = (generator.random(200) < 0.7).astype(float)
        lost, won = 0.1 + 0.35 * drop, 0.1 - 0.35 * drop
        flip = generator.random(200) < np.where(base == 1, lost / 0.7, won / 0.3)
        pairs = Paired(
            base=base,
            now=np.abs(base - flip),
            chance=np.zeros(200),
            num_unscored=0,
            discrete=True,
            clusters=None,
        )
        verdict = decide([measure_drop("forgetting", "all", pairs)], [gate], look)
        hits += verdict.passed is False

    low, high = stats.binom.interval(0.999, 1000, 0.8)
    assert low - 20 <= hits <= high + 20
