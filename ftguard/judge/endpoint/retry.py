"""How long to wait before a call is tried again."""

import email.utils
import math
import random
import time
from collections.abc import Mapping

FIRST_WAIT, MAX_WAIT = 0.5, 8.0
"""Seconds before the first further try, and at most."""
JITTER = 0.25
"""The share by which a wait is shortened at random, so that calls do not come back together."""
MAX_RETRY_AFTER = 120.0
"""Seconds; a server that asks for a longer wait is not waited for."""


def backoff(failures: int, jitter: random.Random) -> float:
    """Seconds to wait after so many failures: doubling, with jitter."""
    return min(FIRST_WAIT * 2.0 ** min(failures - 1, 10), MAX_WAIT) * (1 - JITTER * jitter.random())


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds that a server asks to wait (RFC 9110, 10.2.3: seconds or a date), or None.

    `retry-after-ms`, as some servers send it, comes first. What cannot be read is not there.
    """
    for name, unit in (("retry-after-ms", 1e-3), ("retry-after", 1.0)):
        try:
            seconds = float(headers[name]) * unit
        except (KeyError, ValueError):
            continue
        return max(0.0, seconds) if math.isfinite(seconds) else None
    try:
        until = email.utils.parsedate_to_datetime(headers["retry-after"]).timestamp()
    except (KeyError, ValueError, TypeError, OverflowError):
        return None
    return max(0.0, until - time.time())
