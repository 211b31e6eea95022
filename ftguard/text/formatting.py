"""Numbers and text as people read them; pure functions, so that console, W&B and reports agree."""

import io
import re
from collections.abc import Iterator, Sequence

from rich.cells import cell_len, chop_cells
from rich.console import Console, RenderableType

WIDTH = 80
"""Columns of a block in the terminal."""

PERCENT = "relative"
"""Unit of a share of something (a relative drop): shown in percent."""

RAREST = 10_000
"""What is rarer than once in so many times is told as that."""

POINTS = "points"
"""Unit of a difference between two scores or errors in [0, 1]: shown as a signed decimal."""

NATS = "nats"
"""Unit of a difference in nats per token."""


def percent(value: float) -> str:
    """A limit or share as a percentage in its shortest form: 0.1 -> `10 %`, 0.125 -> `12.5 %`."""
    return f"{_plain(100 * value, 1)} %"


def quantity(value: float, unit: str) -> str:
    """An estimate in its unit: `3.0 %` where relative, else as a signed decimal: `+0.031`."""
    return f"{_share(value)} %" if unit == PERCENT else decimal(value, sign="+")


def span(low: float, high: float, unit: str) -> str:
    """An interval in its unit: `3.0 to 9.2 %` or `-0.010 to +0.031`."""
    if unit == PERCENT:
        return f"{_share(low)} to {_share(high)} %"
    return f"{decimal(low, sign='+')} to {decimal(high, sign='+')}"


def decimal(value: float, *, sign: str = "-") -> str:
    """A number with three decimals, and with fewer the larger it is: `0.031`, `41.98`, `1.2e6`.

    Args:
        value: the number, in any unit.
        sign: "+" to write the sign of gains too.
    """
    for below, digits in ((10, 3), (100, 2), (1_000, 1), (100_000, 0)):
        if abs(value) < below:
            # Adding 0 makes no "-0.000" of what rounds to nothing.
            return f"{round(value, digits) + 0.0:{sign}.{digits}f}"
    mantissa, exponent = f"{value:{sign}.1e}".split("e")
    return f"{mantissa}e{int(exponent)}"


def bound(limit: float, unit: str) -> str:
    """A limit in the unit of its measurement in its shortest form: `10 %`, `0.05`, `0.005`."""
    if unit == PERCENT:
        return percent(limit)
    text = decimal(limit)
    return text.removesuffix("0") if text[-4:-3] == "." else text


def _share(value: float) -> str:
    hundredths = 100 * value
    if abs(hundredths) < 1_000:  # noqa: PLR2004
        return f"{round(hundredths, 1) + 0.0:.1f}"
    return decimal(hundredths)


def rate(value: float) -> str:
    """A learning rate in the shortest form people type: 5e-05 -> `5e-5`, 0.001 -> `1e-3`."""
    mantissa, exponent = f"{value:.1e}".split("e")
    return f"{mantissa.removesuffix('.0')}e{int(exponent)}"


def odds(p: float) -> str:
    """How rare chance alone makes something: 0.004 -> `1 in 250`, 1e-9 -> `less than 1 in 10,000`.

    Args:
        p: a probability above 0.
    """
    if p * RAREST < 1:
        return f"less than 1 in {count(RAREST)}"
    if p > 0.5:  # noqa: PLR2004
        return "more than 1 in 2"
    times = float(f"{1 / p:.2g}")
    return f"1 in {count(round(times))}" if times >= 10 else f"1 in {times:.2g}"  # noqa: PLR2004


def count(number: int) -> str:
    """A number of things with separators: 12345 -> `12,345`."""
    return f"{number:,}"


def duration(seconds: float) -> str:
    """Seconds as `4.1 s`, `3 min 5 s` or `2 h 10 min`."""
    if round(seconds, 1) < 60:  # noqa: PLR2004
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:  # noqa: PLR2004
        return f"{minutes} min {rest} s"
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min"


def alternatives(names: Sequence[str]) -> str:
    """Names to choose from: "`a`, `b` or `c`"."""
    quoted = [f"`{name}`" for name in names]
    return " or ".join(filter(None, (", ".join(quoted[:-1]), *quoted[-1:])))


def printable(text: str) -> str:
    """The text with control characters written out, so that a terminal shows and obeys none."""
    return "".join(c if c.isprintable() else ascii(c)[1:-1] for c in text)


def wrapped(text: str, *, first: str = "", then: str = "", width: int = WIDTH) -> str:
    """The text in lines of at most so many columns, broken between words alone.

    A number stays with its `%`. A word that is wider than a line is cut to its width, but a path
    stays whole, so that it can be copied.

    Args:
        text: lines of it stay lines.
        first: in front of the first line.
        then: in front of each further one.
        width: in columns, the indents included.
    """
    found: list[str] = []
    for paragraph in text.split("\n"):
        found += _lines(paragraph, then if found else first, then, width)
    return "\n".join(line.rstrip() for line in found)


def _lines(text: str, first: str, then: str, width: int) -> Iterator[str]:
    line, filled, empty = first, cell_len(first), True
    for blanks, word in _WORDS.findall(text):
        before = blanks
        for piece in _pieces(word, width - cell_len(then)):
            size = cell_len(before) + cell_len(piece)
            if not empty and filled + size > width:
                yield line
                line, filled, before = then, cell_len(then), ""
                size = cell_len(piece)
            line += before + piece
            filled, empty, before = filled + size, False, ""
    yield line


def _pieces(word: str, width: int) -> list[str]:
    if cell_len(word) <= width or ("/" in word and len(word) < _LONGEST_PATH):
        return [word]
    return chop_cells(word, width)


_WORDS = re.compile(r"(\s*)(\S+(?:(?<=\d) %\S*)?)")
_LONGEST_PATH = 512


def encodable(text: str, encoding: str) -> str:
    """The text as an encoding can hold it: arrows and the like spelt out, all else escaped."""
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        spelt = text.translate(_SPELT)
        return spelt.encode(encoding, "backslashreplace").decode(encoding)
    return text


_SPELT = str.maketrans(
    {
        "→": "->",
        "·": "|",
        "…": "...",
        "─": "-",
        "│": "|",
        "≤": "<=",
        **dict(zip("▁▂▃▄▅▆▇█", "_.,-~=^#", strict=True)),
    }
)
"""Signs of ours that some terminals lack; each bar of a curve stays one column."""


def _plain(value: float, digits: int) -> str:
    text = f"{value:.{digits}f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text == "-0" else text


def drawn(*parts: RenderableType, colour: bool) -> str:
    """Parts one below the other as text, 80 columns wide, without blanks at the ends of lines."""
    output = io.StringIO()
    console = Console(
        # In a notebook rich would display the parts instead of writing them.
        file=output,
        width=WIDTH,
        force_terminal=colour,
        force_jupyter=False,
        highlight=False,
    )
    for part in parts:
        console.print(part)
    return "".join(line.rstrip() + "\n" for line in output.getvalue().splitlines())
