"""Reads what a check asks as the callback reads it."""

from ftguard.callback import GuardCallback
from ftguard.check.asked import Asked
from ftguard.run.given import Settings


def settings_of(asked: Asked, *, holdout: float) -> Settings:
    """Read by the callback itself, so that a check asks what a guarded training asks.

    Args:
        asked: in words.
        holdout: share of the target probes that choose no checkpoint.

    Raises:
        InputError: something given cannot be used.
    """
    return GuardCallback(
        target=asked.target,
        general=asked.general,
        tail=asked.tail,
        calibration=asked.calibration,
        train_dataset=asked.train_dataset,
        limits=asked.limits,
        judge=asked.judge,
        strict=asked.strict,
        max_probes=asked.max_probes,
        seed=asked.seed,
        cache=asked.cache,
        holdout=holdout,
        chat_template_kwargs=asked.chat_template_kwargs,
        # Whatever the base descends from, it is the base that was named.
        base="self",
    ).settings
