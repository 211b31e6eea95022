"""Tests of the callback's arguments at the door: each wrong one is refused with what to give."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ftguard import Gate, GuardCallback, InputError, Judge
from ftguard.run.arguments import read_given

WRONG: list[tuple[dict[str, Any], str]] = [
    ({"gates": {"forgetting": 0.2}}, "names and numbers are `limits`"),
    (
        {"gates": [Gate(measurement="drift", limit=limit) for limit in (0.1, 0.2)]},
        "two for `drift/all`",
    ),
    ({"gates": "forgetting"}, "`gates` is a list of `ftguard.Gate`"),
    ({"gates": Gate(measurement="forgetting", limit=0.1)}, r"put yours into \[...\]"),
    ({"limits": ["forgetting"]}, "`limits` maps names to numbers"),
    ({"limits": 0.2}, "`limits` maps names to numbers"),
    ({"judge": "gpt-4"}, r'judge=Judge\(model="gpt-4"\); got \'gpt-4\''),
    ({"judge": Judge}, "`judge` is an `ftguard.Judge`"),
    ({"judge": False}, "`judge` is an `ftguard.Judge`"),
    ({"tail": False}, r"`tail` is a dataset, .*None for none.*; got False"),
    ({"tail": 5}, "`tail` is a dataset"),
    ({"calibration": True}, "`calibration` is a dataset, .*None for none"),
    ({"target": 3}, "`target` is a dataset, .*leave it out for none"),
    ({"general": b"general"}, "`general` is .* no bytes"),
    ({"train_dataset": print}, "`train_dataset` is a dataset"),
    ({"max_probes": "all"}, "`max_probes` is a whole number, at least 1; for all of a set"),
    ({"max_probes": None}, "`max_probes` is a whole number"),
    ({"max_probes": True}, "`max_probes` is a whole number"),
    ({"max_probes": 2.5}, "`max_probes` is a whole number"),
    ({"max_probes": float("nan")}, "`max_probes` is a whole number"),
    ({"max_probes": 0}, "`max_probes` must be at least 1, got 0"),
    ({"act_on_breach": "yes"}, "`act_on_breach` is True or False; got 'yes'"),
    ({"act_on_breach": None}, "`act_on_breach` is True or False"),
    ({"act_on_breach": 2}, "`act_on_breach` is True or False"),
    ({"strict": "no"}, "`strict` is True or False"),
    ({"cache": "no"}, "`cache` is True or False"),
    ({"cache": Path("cache")}, "`cache` is True or False"),
    ({"patience": 0}, "`patience` must be at least 1, got 0"),
    ({"patience": "2"}, "`patience` is a whole number, at least 1; got '2'"),
    ({"patience": True}, "`patience` is a whole number"),
    ({"holdout": "30%"}, r"`holdout` is a share in \[0, 1\), such as 0.3; .*got '30%'"),
    ({"holdout": 30}, "`holdout` is a share"),
    ({"holdout": -0.1}, "`holdout` is a share"),
    ({"holdout": float("nan")}, "`holdout` is a share"),
    ({"holdout": None}, "`holdout` is a share .* 0 holds nothing back"),
    ({"seed": None}, "`seed` is a whole number, such as 0"),
    ({"seed": "0"}, "`seed` is a whole number"),
    ({"measures": print}, r"give measures=\[print\]"),
    ({"measures": ["forgetting"]}, "`measures` is a list of functions"),
    ({"measures": "forgetting"}, "`measures` is a list of functions"),
    ({"measures": None}, "`measures` is a list of functions"),
    ({"remedies": print}, r"give remedies=\[print\]"),
    ({"remedies": 3}, "`remedies` is a list of functions"),
    ({"trackers": "wandb"}, "`trackers` is a list of objects .* `report_to='wandb'`"),
    ({"log_texts": True}, r'`log_texts` is "all", "builtin" .* or "none"; got \'True\''),
    ({"log_texts": "own"}, "`log_texts` is .* got 'own'"),
    ({"log_artifacts": "yes"}, "`log_artifacts` is True or False; got 'yes'"),
    ({"trackers": [print]}, "`trackers` is a list of objects with `log` and `finish`"),
    ({"encoder": 3}, "`encoder` is a sentence-transformers model, or its name"),
    (
        {"chat_template_kwargs": "enable_thinking=False"},
        '`chat_template_kwargs` is a mapping .*"ena',
    ),
    ({"chat_template_kwargs": {1: True}}, "`chat_template_kwargs` is a mapping"),
    ({"base": 3}, '`base` is a folder, the name of a model on the hub, or "self"'),
    ({"base": ""}, "`base` is a folder"),
    ({"base": Path("nowhere/at/all")}, "`base` names the folder `nowhere/at/all`, which is not"),
]


@pytest.mark.parametrize(("given", "message"), WRONG, ids=range(len(WRONG)))
def test_what_is_no_such_thing_is_refused_at_construction(
    given: dict[str, Any], message: str
) -> None:
    """One sentence names the argument, says what it is, and shows what was given."""
    with pytest.raises(InputError, match=message) as refused:
        GuardCallback(**given)
    assert len(str(refused.value)) < 250


class Tracks:
    """A tracker that is one."""

    def log(self, checkup: object, share: float) -> None:
        """Nothing."""

    def finish(self, conclusion: object) -> None:
        """Nothing."""


def test_a_tracker_by_itself_or_its_class_is_no_list_of_them() -> None:
    """Both are refused: one belongs into a list, the other has to be made."""
    with pytest.raises(InputError, match=r"put yours into \[...\]"):
        GuardCallback(trackers=Tracks())  # type: ignore[arg-type]
    with pytest.raises(InputError, match="a list of objects with `log` and `finish`"):
        GuardCallback(trackers=[Tracks])  # type: ignore[list-item]


RIGHT: list[tuple[str, object, object]] = [
    ("max_probes", np.int64(50), 50),
    ("max_probes", np.float64(50.0), 50),
    ("max_probes", 1e3, 1000),
    ("patience", np.int32(3), 3),
    ("holdout", np.float32(0.25), 0.25),
    ("holdout", 0, 0.0),
    ("seed", np.int64(7), 7),
    ("seed", -1, -1),
    ("act_on_breach", np.bool_(1), True),
    ("act_on_breach", 1, True),
    ("strict", 0, False),
    ("cache", np.int64(1), True),
    ("chat_template_kwargs", None, {}),
    ("base", Path(), "."),
    ("gates", (Gate(measurement="forgetting", limit=0.1),), None),
]


@pytest.mark.parametrize(("name", "given", "read"), RIGHT)
def test_numbers_of_numpy_and_0_and_1_are_read_as_what_they_are(
    name: str, given: object, read: object, nothing_given: Callable[..., Any]
) -> None:
    """They come out as Python's own, which JSON can hold."""
    found = getattr(nothing_given(**{name: given}), name)
    assert found == (given if read is None else read)
    assert read is None or type(found) is type(read)


@pytest.fixture
def nothing_given() -> Callable[..., Any]:
    """Reads the defaults, but for what is given."""
    defaults: dict[str, Any] = {
        "limits": None,
        "gates": None,
        "measures": (),
        "remedies": (),
        "trackers": (),
        "judge": None,
        "act_on_breach": False,
        "patience": 2,
        "strict": False,
        "max_probes": 200,
        "holdout": 0.3,
        "seed": 0,
        "encoder": None,
        "cache": True,
        "chat_template_kwargs": None,
        "base": None,
        "log_texts": "builtin",
        "log_artifacts": None,
        "budget": None,
    }
    return lambda **given: read_given(**(defaults | given))
