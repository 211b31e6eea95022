"""Writes a decision as JUnit XML, one test case a gate, which every CI system shows."""

from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree as ET

from ftguard.check.decision import (
    BREACHED,
    UNDECIDED,
    Decision,
    GateResult,
    as_utf8,
    is_undecided,
)
from ftguard.disk import write_whole

SUITE = "ftguard"
WHOLE = "verdict"
"""The last test case: the exit code may say more than the gates, as where nothing was learned."""


def write_junit(decision: Decision, path: Path) -> None:
    """Write the file.

    A breach is a failure. What could not be decided (suspect, too wide, missing; with `strict`
    what is not proven) is an error, since the command fails on it too. What had nothing to lose or
    was not held is skipped. The case `verdict` stands for the whole.
    """
    cases = [
        *(_case(gate, decision) for gate in decision.gates),
        *map(_not_held, decision.not_held),
        _whole(decision),
    ]
    counts = {
        "tests": len(cases),
        "failures": sum(case.find("failure") is not None for case in cases),
        "errors": sum(case.find("error") is not None for case in cases),
        "skipped": sum(case.find("skipped") is not None for case in cases),
    }
    numbers = {name: str(count) for name, count in counts.items()}
    root = ET.Element("testsuites", {"name": SUITE, **numbers})
    suite = ET.SubElement(root, "testsuite", {"name": SUITE, "time": "0", **numbers})
    properties = ET.SubElement(suite, "properties")
    for name, value in _properties(decision):
        ET.SubElement(properties, "property", {"name": name, "value": xml_text(value)})
    suite.extend(cases)
    ET.indent(root)
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, ET.tostring(root, encoding="utf-8", xml_declaration=True) + b"\n")


def xml_text(text: str) -> str:
    """The text with every character that XML cannot hold written out, NUL as its escape."""
    return "".join(c if _fits(ord(c)) else ascii(c)[1:-1] for c in as_utf8(text))


def _fits(code: int) -> bool:
    return (
        code in (0x9, 0xA, 0xD)
        or 0x20 <= code <= 0xD7FF  # noqa: PLR2004
        or 0xE000 <= code <= 0xFFFD  # noqa: PLR2004
        or code >= 0x10000  # noqa: PLR2004
    )


def _case(gate: GateResult, decision: Decision) -> ET.Element:
    case = _named(gate.gate)
    if gate.state == "breach":
        _add(case, "failure", gate.state, gate.explanation)
    elif is_undecided(gate, strict=decision.strict):
        _add(case, "error", gate.state, gate.explanation)
    elif gate.state == "nothing to lose":
        ET.SubElement(case, "skipped", {"message": xml_text(gate.explanation)})
    else:
        ET.SubElement(case, "system-out").text = xml_text(gate.explanation)
    return case


def _not_held(told: str) -> ET.Element:
    key, _, why = told.partition(" ")
    case = _named(key)
    ET.SubElement(case, "skipped", {"message": xml_text(f"not held {why}".rstrip())})
    return case


def _whole(decision: Decision) -> ET.Element:
    case = _named(WHOLE)
    if decision.exit_code == BREACHED:
        _add(case, "failure", decision.verdict, decision.summary)
    elif decision.exit_code == UNDECIDED:
        _add(case, "error", decision.verdict, decision.summary)
    else:
        ET.SubElement(case, "system-out").text = xml_text(decision.summary)
    return case


def _named(name: str) -> ET.Element:
    return ET.Element("testcase", {"classname": SUITE, "name": xml_text(name), "time": "0"})


def _add(case: ET.Element, kind: str, of: str, text: str) -> None:
    ET.SubElement(case, kind, {"type": of, "message": xml_text(text)}).text = xml_text(text)


def _properties(decision: Decision) -> Iterator[tuple[str, str]]:
    yield "base", decision.base
    yield "model", decision.model or ""
    for name, version in decision.versions.items():
        yield f"version.{name}", version
