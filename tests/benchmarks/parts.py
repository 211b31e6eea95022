"""Draws which probes each look of a simulated run asks, and lines up what a part says.

A part is a window over the probes in an order that holds each stratum evenly, so that every window
has each stratum's share of it. From look to look the window moves by what is not common to both.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from ftguard.measures.paired import Paired
from ftguard.measures.part import Part
from ftguard.stats.estimates import Array

Asked = NDArray[np.bool_]


def rotating(
    generator: Generator,
    strata: Sequence[int],
    looks: int,
    *,
    part: float,
    common: float = 0.0,
    full: Sequence[int] = (-1,),
) -> Asked:
    """Which probes each look asks, shape [looks, n].

    Args:
        generator: of the order.
        strata: the sizes of the groups that each part has its share of; their sum is n.
        looks: how many.
        part: the share of the probes that a look asks.
        common: the share of a part that the next look asks again; 1 is always the same part.
        full: the looks that ask all.
    """
    # The k-th of m in a stratum stands at about k / m of the way.
    at = np.concatenate([(generator.permutation(m) + generator.random(m)) / m for m in strata])
    order, n = np.argsort(at), sum(strata)
    size = max(1, round(part * n))
    asked = np.zeros((looks, n), dtype=np.bool_)
    for look in range(looks):
        start = round(look * (1 - common) * size)
        asked[look, order[np.arange(start, start + size) % n]] = True
    asked[list(full)] = True
    return asked


def of_part(whole: Paired, asked: Asked) -> Paired:
    """What a look that asked these says; `whole` itself where it asked all."""
    if asked.all():
        return whole
    return replace(
        whole,
        base=whole.base[asked],
        now=whole.now[asked],
        chance=whole.chance[asked],
        units=np.flatnonzero(asked),
        num_units=asked.size,
        part=Part(num_in_all=asked.size, base=whole.base, chance=whole.chance),
        units_asked=asked,
    )


def mean_of(values: Array, asked: Asked) -> float:
    """Of those that were asked; 0 where none was."""
    return float(values[asked].mean()) if asked.any() else 0.0
