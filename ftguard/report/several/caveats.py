"""Says what makes the figures of several runs mean less than they seem to, side by side."""

from collections.abc import Iterator, Sequence

from ftguard.report.several.compared import Contender, Shared


def caveats(contenders: Sequence[Contender], shared: Shared) -> Iterator[str]:
    """What makes figures side by side mean less than they seem to."""
    for one in contenders:
        if one.run.so_far.state:
            yield f"NOT ENDED: {one.name}: {one.run.so_far.state}."
    first = contenders[0]
    for other in contenders[1:]:
        both, names = shared[first.name, other.name], f"{first.name} and {other.name}"
        if both.missing:
            yield f"NOT COMPARED: {names}: {both.missing}"
        elif both.base:
            parts = ", ".join(both.base)
            yield f"NOT THE SAME BASE: {names} differ in {parts}; no difference is computed."
        elif not both.probes:
            yield f"NOT THE SAME PROBES: {names} share none; no difference is computed."
        elif len(both.probes) < both.of:
            yield (
                f"NOT THE SAME PROBES: {names} share {len(both.probes)} of {both.of}; the table "
                "shows what each measured by its own, the differences are over the shared ones."
            )
