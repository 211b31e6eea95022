"""A missing library of an extra is told with the line that installs it."""

import pytest

from ftguard import InputError
from ftguard.needs import need, needing


def test_what_is_missing_is_told_before_it_is_needed() -> None:
    """The message says what needs it; one that is there is passed over."""
    need("numpy", "demo", "the demo")
    with pytest.raises(InputError, match=r"the demo needs `nopy`.*pip install 'ftguard\[demo\]'"):
        need("nopy", "demo", "the demo")


def test_what_is_missing_is_told_where_it_is_imported() -> None:
    """Of the extras that are named alone: another lack is a defect, and stays one."""
    with (
        pytest.raises(InputError, match=r"the page needs `nopy`.*pip install 'ftguard\[rate\]'"),
        needing("the page", {"nopy": "rate"}),
    ):
        __import__("nopy.server")
    with pytest.raises(ModuleNotFoundError), needing("the page", {"nopy": "rate"}):
        __import__("nothing_of_ours")
