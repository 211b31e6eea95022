"""Reads the callback's arguments at the door: each is what it should be, or a sentence says what.

Numbers of numpy are numbers, 0 and 1 are as good as False and True, and a bool is no number.
"""

import math
import numbers
import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn, TypeGuard

import numpy as np

from ftguard.errors import InputError
from ftguard.judge import Judge
from ftguard.measures import Measure
from ftguard.run.budget.budget import Budget, read_budget
from ftguard.tracking import LogTexts, Tracker, read_log_texts
from ftguard.verdict.gate import Gate
from ftguard.verdict.limits import read_limits
from ftguard.verdict.remedies import Remedy


@dataclass(frozen=True, kw_only=True)
class Given:
    """The arguments that are no probes, as Python's own values."""

    limits: Mapping[str, Gate | None]
    gates: tuple[Gate, ...] | None
    measures: tuple[Measure, ...]
    remedies: tuple[Remedy, ...]
    trackers: tuple[Tracker, ...]
    act_on_breach: bool
    patience: int
    strict: bool
    max_probes: int
    holdout: float
    seed: int
    cache: bool
    chat_template_kwargs: Mapping[str, object]
    base: str | None
    log_texts: LogTexts
    log_artifacts: bool | None
    budget: Budget | None


def read_given(
    *,
    limits: object,
    gates: object,
    measures: object,
    remedies: object,
    trackers: object,
    judge: object,
    act_on_breach: object,
    patience: object,
    strict: object,
    max_probes: object,
    holdout: object,
    seed: object,
    encoder: object,
    cache: object,
    chat_template_kwargs: object,
    base: object,
    log_texts: object,
    log_artifacts: object,
    budget: object,
) -> Given:
    """Check every argument that is no source of probes.

    Raises:
        InputError: one is not what it should be.
    """
    if limits is not None and gates is not None:
        raise InputError(
            "give either `limits`, which moves default limits, or `gates`, which takes the "
            "place of all of them."
        )
    if judge is not None and not isinstance(judge, Judge):
        example = judge if isinstance(judge, str) else "..."
        _refuse("judge", f'an `ftguard.Judge`, such as judge=Judge(model="{example}")', judge)
    if encoder is not None and not isinstance(encoder, str) and not _is_encoder(encoder):
        _refuse("encoder", "a sentence-transformers model, or its name or folder", encoder)
    return Given(
        limits=read_limits({} if limits is None else limits),  # type: ignore[arg-type]
        gates=_gates(gates),
        measures=_own("measures", measures, "functions (probes, base, now) -> measurements"),
        remedies=_own("remedies", remedies, "functions (verdict, past, run) -> advice"),
        trackers=_trackers(trackers),
        act_on_breach=_switch("act_on_breach", act_on_breach),
        patience=_whole("patience", patience, least=1),
        strict=_switch("strict", strict),
        max_probes=_whole(
            "max_probes", max_probes, least=1, hint="; for all of a set, one as large as it is"
        ),
        holdout=_share("holdout", holdout),
        seed=_whole("seed", seed, hint=", such as 0: the same one draws the same probes"),
        cache=_switch("cache", cache),
        chat_template_kwargs=_kwargs(chat_template_kwargs),
        base=_base(base),
        log_texts=read_log_texts(log_texts),
        log_artifacts=None if log_artifacts is None else _switch("log_artifacts", log_artifacts),
        budget=read_budget(budget),
    )


def check_source(name: str, source: object) -> None:
    """Refuse as a source of probes what cannot hold any; what it holds is read elsewhere.

    Raises:
        InputError: a switch, a number or a single object.
    """
    if source is None or isinstance(source, str | os.PathLike):
        return
    none = "None for none" if name in ("tail", "calibration") else "leave it out for none"
    if not isinstance(source, Iterable) and not hasattr(source, "__getitem__"):
        _refuse(name, f"a dataset, its name, a file, rows or probes ({none})", source)
    if isinstance(source, bytes | bytearray):
        _refuse(name, "a dataset, its name, a file, rows or probes, and no bytes", source)


def _refuse(name: str, what: str, given: object) -> NoReturn:
    shown = repr(given)
    shown = f"{shown[:60]}..." if len(shown) > 60 else shown  # noqa: PLR2004
    raise InputError(f"`{name}` is {what}; got {shown}.")


def _switch(name: str, given: object) -> bool:
    if isinstance(given, bool | np.bool_) or (_is_number(given) and given in (0, 1)):
        return bool(given)
    _refuse(name, "True or False", given)


def _whole(name: str, given: object, *, least: int | None = None, hint: str = "") -> int:
    what = "a whole number" if least is None else f"a whole number, at least {least}"
    if not _is_number(given) or not math.isfinite(given) or given != int(given):
        _refuse(name, what + hint, given)
    if least is not None and given < least:
        raise InputError(f"`{name}` must be at least {least}, got {given}.")
    return int(given)


def _share(name: str, given: object) -> float:
    if not _is_number(given) or not 0 <= given < 1:
        _refuse(name, "a share in [0, 1), such as 0.3; 0 holds nothing back", given)
    return float(given)


def _is_number(given: object) -> TypeGuard[float]:
    if isinstance(given, np.ndarray) and given.ndim == 0:
        given = given.item()
    return isinstance(given, numbers.Real) and not isinstance(given, bool | np.bool_)


def _items(name: str, given: object, what: str) -> tuple[Any, ...]:
    if isinstance(given, str | bytes | Mapping) or not isinstance(given, Iterable):
        _refuse(name, f"a list of {what}", given)
    return tuple(given)


def _own(name: str, given: object, what: str) -> tuple[Callable[..., Any], ...]:
    if callable(given):
        called = getattr(given, "__name__", "...")
        raise InputError(f"`{name}` is a list of {what}: give {name}=[{called}].")
    found = _items(name, given, what)
    for item in found:
        if not callable(item):
            _refuse(name, f"a list of {what}", given)
    return found


def _trackers(given: object) -> tuple[Tracker, ...]:
    what = "objects with `log` and `finish`"
    if isinstance(given, str):
        raise InputError(
            f"`trackers` is a list of {what}; the Trainer's own are named by its arguments, "
            f"`report_to={given!r}`."
        )
    if (hasattr(given, "log") or hasattr(given, "examined")) and hasattr(given, "finish"):
        raise InputError(f"`trackers` is a list of {what}: put yours into [...].")
    found = _items("trackers", given, what)
    for item in found:
        logs = any(callable(getattr(item, name, None)) for name in ("log", "examined"))
        whole = logs and callable(getattr(item, "finish", None))
        if isinstance(item, type) or not whole:
            _refuse("trackers", f"a list of {what}", given)
    return found


def _gates(given: object) -> tuple[Gate, ...] | None:
    if given is None:
        return None
    if isinstance(given, Gate):
        raise InputError("`gates` is a list of `ftguard.Gate`: put yours into [...].")
    if isinstance(given, Iterable) and not isinstance(given, str | Mapping):
        items = tuple(given)
        if all(isinstance(item, Gate) for item in items):
            keys = [item.key for item in items]
            twice = next((key for key in keys if keys.count(key) > 1), None)
            if twice is not None:
                raise InputError(f"`gates` has two for `{twice}`: give one of them.")
            return items
    raise InputError("`gates` is a list of `ftguard.Gate`; names and numbers are `limits`.")


def _kwargs(given: object) -> Mapping[str, object]:
    if given is None:
        return {}
    if not isinstance(given, Mapping) or not all(isinstance(key, str) for key in given):
        _refuse(
            "chat_template_kwargs",
            'a mapping of names to values, such as {"enable_thinking": False}',
            given,
        )
    return dict(given)


def _base(given: object) -> str | None:
    if given is None:
        return None
    if not isinstance(given, str | os.PathLike) or not str(given):
        _refuse("base", 'a folder, the name of a model on the hub, or "self"', given)
    path = Path(given)
    if isinstance(given, os.PathLike) and not path.is_dir():
        raise InputError(f"`base` names the folder `{path}`, which is not there.")
    return str(given)


def _is_encoder(given: object) -> bool:
    return callable(getattr(given, "encode", None)) and not isinstance(given, type)
