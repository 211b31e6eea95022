"""How a count is held against the number that was asked for."""

from collections.abc import Callable, Mapping
from operator import eq, ge, le, lt
from types import MappingProxyType

RELATIONS: Mapping[str, Callable[[int, int], bool]] = MappingProxyType(
    {"less than": lt, "at least": ge, "at most": le, "exactly": eq}
)


def holds(count: int, relation: str, number: int) -> bool:
    """Whether `count` stands in the relation to `number`, such as 3 `at least` 2."""
    return RELATIONS[relation](count, number)
