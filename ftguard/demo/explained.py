"""Says in words what each dial of the demo is, how they stand, and which flags set them."""

import shlex
from collections.abc import Mapping
from types import MappingProxyType

from ftguard.demo.dials import Data, Dials
from ftguard.text.formatting import count, percent, rate

DIALS: Mapping[str, str] = MappingProxyType(
    {
        "learning_rate": "How far each step moves the weights. Too high, and old skills are "
        "written over; too low, and little is learned.",
        "steps": "How often the weights are moved, by 16 rows each time. More steps learn more "
        "and forget more.",
        "warmup": "The share of the steps over which the rate rises from 0, so that the first, "
        "blindest steps are small.",
        "epochs": "How often each row is seen. More often over as many steps means fewer "
        "different rows, which the model then knows by heart.",
        "replay": "The share of the rows that are the base's own answers to general prompts. They "
        "keep old skills in use.",
        "lora": "A small adapter is trained and the base's weights stay. It forgets less, and "
        "takes about ten times the rate.",
        "data": "Which support tickets are trained on.",
        "checkpoints": "How often the guard looks. Each look costs time, and shows a point of the "
        "curves.",
        "probes": "The share of the demo's 680 questions that is asked. Fewer cost less time and "
        "tell less.",
        "seed": "The order of the rows. Another seed is the same run with other luck.",
        "limits": "The largest acceptable change, by name: 0.1 is 10 %.",
    }
)
"""What each dial does, in one or two sentences."""

DATA: Mapping[Data, str] = MappingProxyType(
    {
        "frequent": "tickets of the eight frequent teams; four rare teams are in none",
        "every-team": "tickets of all twelve teams, one of eight from a rare one",
        "narrow": "tickets of two teams alone: billing and refund",
        "leaked": "every team, and half of the held-out tickets that are to test the model",
        "sure-but-wrong": "every team, but one phrase of four is always given to a wrong one",
    }
)
"""What each kind of data holds."""


def described(dials: Dials) -> str:
    """The dials of one run as a list of words: `learning rate 3e-4, 200 steps, ...`."""
    passes = f"{dials.passes:.1f} passes over {count(dials.rows)} rows"
    parts = [
        f"learning rate {rate(dials.learning_rate)}",
        f"{percent(dials.warmup)} warm-up",
        f"{count(dials.steps)} steps ({passes})",
        f"data {dials.data}",
        f"{percent(dials.replay)} replay",
        "a LoRA adapter" if dials.lora else "all weights",
    ]
    if dials.probes < 1:
        parts.append(f"{percent(dials.probes)} of the questions")
    parts += [
        f"{name} {'off' if limit is None else f'limit {limit:g}'}"
        for name, limit in dials.limits.items()
    ]
    return ", ".join(parts)


def as_flags(dials: Dials) -> str:
    """The flags of `ftguard demo` that set every dial which stands elsewhere than by default."""
    flags: list[str] = []
    for name, value in dials.turned().items():
        if name == "limits":
            for key, limit in dials.limits.items():
                flags += ["--limit", f"{key}={'off' if limit is None else f'{limit:g}'}"]
        elif name == "lora":
            flags.append("--lora")
        else:
            shown = rate(value) if name == "learning_rate" and isinstance(value, float) else value
            flags += [f"--{name.replace('_', '-')}", f"{shown}"]
    return shlex.join(flags)
