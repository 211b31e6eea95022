"""Renders `Contents` as one HTML file that needs nothing else, under a strict policy."""

import base64
import hashlib
import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from ftguard.report.page import charts
from ftguard.report.shown.contents import LETTERS, Answered, Column, Contents, RunShown
from ftguard.report.shown.naming import SIGNS

PAGES = Path(__file__).with_name("pages")
STATIC = Path(__file__).with_name("static")
STYLES = ("report.css",)
SCRIPTS = ("look.js", "answers.js", "rule.js", "limits.js")
SIDE_BY_SIDE = 10
"""Lost and gained answers that are shown at once; all of them stand in the list below."""
SECTIONS = (
    ("gain", "Gain beside cost"),
    ("open", "What could not be measured"),
    ("answers", "Answers before and after"),
    ("tail", "The tail, by slice"),
    ("confidence", "Confidence"),
    ("change", "What to change"),
    ("course", "The course of the run"),
    ("account", "How it was measured"),
    ("glossary", "Glossary"),
)
"""What the page leads to, from the second section on: the beginnings of ids, and titles."""
HEAT_SAID = (
    "The share of each category that is lost, below 0 gained, by its own n probes. • marks what is "
    "beyond chance by them."
)
HEATS = 4
"""Steps of the heat map's colours on either side of no change."""
WHOLE = 0.4
"""A relative drop of so much has the strongest colour."""


def render(shown: Contents) -> str:
    """The page; what models and users wrote is text in it, and no script of theirs can run."""
    style = "\n".join(_file(name) for name in STYLES)
    script = "\n".join(_file(name) for name in SCRIPTS)
    return (
        _pages()
        .get_template("report.html")
        .render(
            shown=shown,
            style=Markup(style),  # noqa: S704 - our own file
            script=Markup(script),  # noqa: S704 - our own files
            policy=policy(style, script),
            data=Markup(as_json(_data(shown))),  # noqa: S704 - it holds no `<`
        )
    )


@cache
def _pages() -> Environment:
    """The templates; a run that trains renders them anew at each checkpoint, compiled once."""
    pages = Environment(
        loader=FileSystemLoader(PAGES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    pages.filters["coded"] = coded
    pages.globals.update(
        charts=charts,
        signs=SIGNS,
        heat=heat,
        heat_said=HEAT_SAID,
        many=SIDE_BY_SIDE,
        sections=SECTIONS,
    )
    return pages


def policy(style: str, script: str) -> str:
    """A content security policy that runs and applies these two texts alone."""
    hashes = {
        name: base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        for name, text in (("style", style), ("script", script))
    }
    return (
        f"default-src 'none'; script-src 'sha256-{hashes['script']}'; "
        f"style-src 'sha256-{hashes['style']}'; img-src data:; base-uri 'none'; form-action 'none'"
    )


def as_json(value: object) -> str:
    """JSON that no HTML parser reads anything into: without `<`, `>` and `&`."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    for sign in "<>&":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return text


def coded(text: str) -> Markup:
    """A sentence of ours, escaped, with what stands between backticks as code."""
    plain, *others = text.split("`")
    if len(others) % 2:
        return escape(text)
    pairs = zip(others[::2], others[1::2], strict=True)
    return escape(plain) + Markup("").join(
        Markup("<code>{}</code>{}").format(code, after) for code, after in pairs
    )


def heat(drop: float) -> int:
    """The step of a drop's colour: 0 is no change, above 0 lost, below 0 gained."""
    step = round(HEATS * min(1.0, abs(drop) / WHOLE))
    return step if drop > 0 else -step


def _file(name: str) -> str:
    return (STATIC / name).read_text(encoding="utf-8").strip()


def _data(shown: Contents) -> Mapping[str, object]:
    return {"letters": LETTERS, "runs": [_run(run) for run in shown.runs]}


def _run(run: RunShown) -> Mapping[str, object]:
    return {
        "number": run.number,
        "steps": [checkpoint.step for checkpoint in run.checkpoints],
        "titles": [[column.key, column.title] for column in run.columns],
        "columns": [_column(column) for column in run.columns],
        "figures": run.figures,
        "answers": [_answered(answered) for answered in run.answers.all],
    }


def _column(column: Column) -> Mapping[str, object]:
    of = charts.column_scale(column)
    return {"key": column.key, "low": of.low, "high": of.high, "from": of.start, "to": of.end}


def _answered(one: Answered) -> object:
    """A list and no mapping: names would be most of it."""
    kinds = {"same": 0, "old": 1, "new": 2}
    return [
        one.id,
        one.role,
        one.slices,
        one.change,
        one.history,
        [[turn.role, turn.text] for turn in one.prompt],
        one.reference,
        [[piece.text, kinds[piece.kind]] for piece in one.said],
        one.before,
        one.after,
    ]
