"""Numbers as people read them; pure functions, so that the console, W&B and reports agree."""

PERCENT = "relative"
"""Unit of a share of something (a relative drop): shown in percent."""

POINTS = "points"
"""Unit of a difference between two scores or errors in [0, 1]: shown as a signed decimal."""

NATS = "nats"
"""Unit of a difference in nats per token."""


def percent(value: float) -> str:
    """A share as a percentage with one decimal, without a trailing `.0`: 0.1 -> `10 %`."""
    return f"{_plain(100 * value, 1)} %"


def quantity(value: float, unit: str) -> str:
    """A value in its unit: `relative` in percent, everything else as a signed decimal."""
    if unit == PERCENT:
        return percent(value)
    return f"{value:+.3f}"


def span(low: float, high: float, unit: str) -> str:
    """An interval in its unit: `3.1 to 9.2 %` or `-0.010 to +0.031`."""
    if unit == PERCENT:
        return f"{_plain(100 * low, 1)} to {percent(high)}"
    return f"{low:+.3f} to {high:+.3f}"


def rate(value: float) -> str:
    """A learning rate in the shortest form people type: 5e-05 -> `5e-5`, 0.001 -> `1e-3`."""
    mantissa, exponent = f"{value:.1e}".split("e")
    return f"{mantissa.removesuffix('.0')}e{int(exponent)}"


def duration(seconds: float) -> str:
    """Seconds as `4.1 s`, `3 min 5 s` or `2 h 10 min`."""
    if seconds < 60:  # noqa: PLR2004
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:  # noqa: PLR2004
        return f"{minutes} min {rest} s"
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min"


def _plain(value: float, digits: int) -> str:
    text = f"{value:.{digits}f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text == "-0" else text
