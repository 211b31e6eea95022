"""Makes SVG elements: every text in them is escaped, and colours are classes of the stylesheet."""

from markupsafe import Markup, escape


def element(tag: str, *inside: Markup | str, **attributes: float | str | None) -> Markup:
    """One element; a text inside of it is escaped, and an attribute that is None left out.

    Args:
        tag: its name.
        inside: elements and texts.
        attributes: `class_` for `class`, `_` for `-`; numbers are written to one decimal.
    """
    given = "".join(
        f' {name.rstrip("_").replace("_", "-")}="{escape(_value(value))}"'
        for name, value in attributes.items()
        if value is not None
    )
    return Markup(f"<{tag}{given}>{''.join(escape(part) for part in inside)}</{tag}>")  # noqa: S704


def picture(width: float, height: float, label: str, *inside: Markup, class_: str) -> Markup:
    """A drawing with the words that stand for it where it is not seen."""
    return element(
        "svg",
        *inside,
        viewBox=f"0 0 {width:g} {height:g}",
        width=width,
        height=height,
        role="img",
        aria_label=label,
        class_=class_,
    )


def line(x1: float, y1: float, x2: float, y2: float, class_: str) -> Markup:
    """A straight line."""
    return element("line", x1=x1, y1=y1, x2=x2, y2=y2, class_=class_)


def words(x: float, y: float, text: str, class_: str = "", anchor: str = "middle") -> Markup:
    """A text at a place."""
    return element("text", text, x=x, y=y, text_anchor=anchor, class_=class_ or None)


def dot(x: float, y: float, shape: str, class_: str, size: float = 4) -> Markup:
    """A point as a `circle`, `square`, `diamond` or `cross`: shapes tell what colours do."""
    if shape == "circle":
        return element("circle", cx=x, cy=y, r=size, class_=class_)
    if shape == "square":
        return element(
            "rect", x=x - size, y=y - size, width=2 * size, height=2 * size, class_=class_
        )
    if shape == "cross":
        left, top, wide = x - size, y - size, 2 * size
        path = f"M{left:.1f} {top:.1f}l{wide} {wide}m0 {-wide}l{-wide} {wide}"
        return element("path", d=path, class_=class_)
    wide = 1.5 * size
    path = f"M{x:.1f} {y - wide:.1f}l{wide} {wide}l{-wide} {wide}l{-wide} {-wide}z"
    return element("path", d=path, class_=class_)


def _value(value: float | str) -> str:
    return value if isinstance(value, str) else f"{value:.1f}".removesuffix(".0")
