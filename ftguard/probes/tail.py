"""Finds the tail of a target set: named slices, rare classes, out-of-scope labels, far queries."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from ftguard.probes.probe import Probe

FAR = "far"
"""The slice of the queries that lie furthest from the training data."""
OUT_OF_SCOPE = frozenset({"oos", "ood", "out_of_scope", "out-of-scope", "out of scope"})
"""Labels that mean: this query belongs to none of the classes."""
RARE_SHARE = 0.5
"""A class is rare where it has at most this share of the median class's rows."""
ROWS_PER_CLASS = 4
"""References count as class labels where each stands on so many probes on average."""


def tail_of(
    target: Sequence[Probe], train_labels: Sequence[str] = (), far: Sequence[str] = ()
) -> tuple[Probe, ...]:
    """The probes of the target set that belong to its tail, each with the slices that say why.

    A probe's own slices are kept. Where the references are class labels, `rare` holds the
    classes with at most half as many rows as the median class (counted in `train_labels` where
    given, else in the target set) and `out-of-scope` the labels that mean none of the classes.
    `far` holds those that lie furthest from the training data, and their likelihood companions.

    Args:
        target: the target probes, before any draw.
        train_labels: the completions of the training rows, one each.
        far: ids of the probes that are furthest.
    """
    distant = frozenset(far)
    rare = _rare_labels(target, train_labels)
    tail = []
    for probe in target:
        label = next(iter(probe.references), "").strip()
        slices = list(probe.slices)
        if label.lower() in OUT_OF_SCOPE:
            slices.append("out-of-scope")
        elif label in rare:
            slices.append("rare")
        if probe.id in distant or probe.companion_of in distant:
            slices.append(FAR)
        if slices:
            tail.append(replace(probe, slices=tuple(dict.fromkeys(slices))))
    return tuple(tail)


def _rare_labels(target: Sequence[Probe], train_labels: Sequence[str]) -> frozenset[str]:
    labels = [p.references[0].strip() for p in target if p.references and not p.choices]
    classes = {label for label in labels if label.lower() not in OUT_OF_SCOPE}
    if not classes or len(labels) < ROWS_PER_CLASS * len(classes):
        return frozenset()
    counts = Counter(label.strip() for label in train_labels)
    if not classes & counts.keys():
        counts = Counter(labels)
    sizes = sorted(counts[label] for label in classes)
    median = sizes[len(sizes) // 2]
    return frozenset(label for label in classes if counts[label] <= RARE_SHARE * median)
