"""A decision told to machines: JSON, JUnit, GitHub Actions and a model card, with hostile text."""

import html
import json
import os
import re
import subprocess
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
import yaml  # type: ignore[import-untyped]
from huggingface_hub import ModelCard, metadata_load
from typer.testing import CliRunner

from ftguard import InputError
from ftguard.check.card import results, write_card
from ftguard.check.decision import Decision, shown, write_decision
from ftguard.check.github import annotations, append_summary, summary
from ftguard.check.junit import write_junit
from ftguard.check.results import GateResult, Interval
from ftguard.check.told import render_decision
from ftguard.cli.main import app
from ftguard.verdict.gate import State
from ftguard.verdict.gates import Bearing

HOSTILE = (
    "]]><failure/>",
    "\x00\x08\x1b[31mred\x9b",
    "\ud800 alone",
    "\ufffe\uffff",
    "::error::mine\n::set-output name=verdict::passed",
    "##[add-mask]secret",
    "%0A::warning::x",
    "| cell | <img src=x onerror=alert(1)> [link](javascript:x) `code` www.example.org",
    "https://example.org @everyone **bold** _it_ #1",
    "\u202egnp.exe",
    "---\nlicense: mit\n---",
    "key: [unclosed",
    "'\"&<>",
)


BEARINGS: dict[State, Bearing] = {
    "clear": "holds",
    "within": "holds",
    "breach": "blocks",
    "nothing to lose": "aside",
}


def a_gate(gate: str, state: State, explanation: str = "as it is.") -> GateResult:
    """A gate on a relative drop of 5 % against a limit of 10 %."""
    return GateResult(
        gate=gate,
        state=state,
        bearing=BEARINGS.get(state, "open"),
        limit=0.1,
        unit="relative",
        higher_is_better=False,
        change=Interval(value=0.05, low=0.01, high=0.09, level=0.95, n=40),
        base=0.8,
        tuned=0.76,
        explanation=explanation,
    )


def a_decision(*gates: GateResult, exit_code: int = 0, summary: str = "so it is") -> Decision:
    """A check of two models with these gates."""
    return Decision(
        schema=1,
        verdict={0: "passed", 1: "breach", 3: "undecided"}[exit_code],  # type: ignore[arg-type]
        exit_code=exit_code,
        kind="check",
        base="base",
        step=1,
        model="models/tuned",
        best_step=1 if exit_code == 0 else None,
        last_step=1,
        learned=True,
        strict=False,
        gates=gates,
        gains=(),
        advice=(),
        notes=(),
        summary=summary,
        folder="out/_ftguard",
        versions={"ftguard": "0"},
    )


def hostile() -> Decision:
    """A breach with a hostile text in every place that holds one."""
    gates = [a_gate(f"forgetting/{text}", "breach", text) for text in HOSTILE]
    return a_decision(*gates, exit_code=1, summary="".join(HOSTILE))


def test_junit_has_a_case_a_gate_and_one_for_the_whole(tmp_path: Path) -> None:
    """Breach: failure; too wide: error; nothing to lose: skipped; clear: none of them."""
    states: tuple[State, ...] = ("breach", "too wide", "nothing to lose", "clear")
    write_junit(a_decision(*(a_gate(s, s) for s in states), exit_code=1), tmp_path / "a" / "j.xml")
    root = ET.parse(tmp_path / "a" / "j.xml").getroot()  # noqa: S314 - our own
    cases = {case.get("name"): [child.tag for child in case] for case in root.iter("testcase")}

    assert cases == {
        "breach": ["failure"],
        "too wide": ["error"],
        "nothing to lose": ["skipped"],
        "clear": ["system-out"],
        "verdict": ["failure"],
    }
    assert [root.get(n) for n in ("tests", "failures", "errors", "skipped")] == ["5", "2", "1", "1"]


def test_what_was_not_held_is_a_skipped_case_and_stands_in_the_file(tmp_path: Path) -> None:
    """A default gate that nothing measured is not silently gone."""
    decision = replace(
        a_decision(a_gate("tail/worst", "clear")), not_held=("forgetting/all (not measured)",)
    )
    write_junit(decision, tmp_path / "j.xml")
    write_decision(decision, tmp_path / "d.json")
    root = ET.parse(tmp_path / "j.xml").getroot()  # noqa: S314 - our own
    (case,) = (case for case in root.iter("testcase") if case.get("name") == "forgetting/all")

    assert [(child.tag, child.get("message")) for child in case] == [
        ("skipped", "not held (not measured)")
    ]
    assert root.get("skipped") == "1"
    read = json.loads((tmp_path / "d.json").read_bytes())
    assert read["not_held"] == ["forgetting/all (not measured)"]


def test_junit_of_an_undecided_run_is_never_all_green(tmp_path: Path) -> None:
    """Where every gate holds and nothing was learned, the whole is an error, as exit code 3 is."""
    write_junit(a_decision(a_gate("forgetting/all", "clear"), exit_code=3), tmp_path / "j.xml")
    root = ET.parse(tmp_path / "j.xml").getroot()  # noqa: S314 - our own

    assert (root.get("failures"), root.get("errors")) == ("0", "1")


def test_hostile_texts_stand_in_json_and_junit_and_nothing_else_comes_of_them(
    tmp_path: Path,
) -> None:
    """Both files parse; there are as many cases as gates, and each text is where it was put."""
    decision = hostile()
    write_junit(decision, tmp_path / "j.xml")
    write_decision(decision, tmp_path / "d.json")
    root = ET.parse(tmp_path / "j.xml").getroot()  # noqa: S314 - our own
    read = json.loads((tmp_path / "d.json").read_bytes())

    assert len(list(root.iter("testcase"))) == len(HOSTILE) + 1
    assert len(list(root.iter("failure"))) == len(HOSTILE) + 1
    said = [case.find("failure").text for case in root.iter("testcase")]  # type: ignore[union-attr]
    assert said[0] == "]]><failure/>"
    assert said[1] == "\\x00\\x08\\x1b[31mred\x9b"
    assert [gate["explanation"] for gate in read["gates"]][3] == "\ufffe\uffff"
    assert read["gates"][2]["explanation"] == "\\ud800 alone"


def test_annotations_are_one_command_a_line_whatever_a_text_says() -> None:
    """Every line begins with our command, and only its first `::` pair is one."""
    lines = list(annotations(hostile()))

    assert len(lines) == len(HOSTILE) + 1
    for line in lines:
        assert len(line.splitlines()) == 1
        assert re.match(r"::error title=ftguard%3A [^:,]*::", line), line
        assert line.isprintable()


def test_the_summary_is_a_table_whose_cells_are_text(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As many columns in each row as in its head, no markup, and the texts come back unescaped."""
    place = tmp_path / "summary.md"
    place.write_text("before\n")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(place))
    append_summary(hostile())
    lines = list(summary(hostile()))
    rows = [line for line in lines if line.startswith("|")]

    assert place.read_text() == "\n".join(["before", *lines]) + "\n"
    assert {row.count("|") for row in rows} == {8}
    assert len(rows) == len(HOSTILE) + 2
    written = "".join(line for line in lines if not line.startswith(("|---", "###")))
    for mark in ("<", "`", "@", "[", "://", "www.", "**", "javascript:"):
        assert mark not in written
    assert "<img src=x onerror=alert(1)>" in html.unescape(written)


def test_the_terminal_obeys_nothing_and_no_line_is_too_long() -> None:
    """Control characters are written out; 80 columns."""
    text = render_decision(hostile(), colour=False)

    assert "\x1b" not in text
    assert max(map(len, text.splitlines())) <= 80


def test_on_github_all_that_is_printed_besides_is_no_command(
    forgetful: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The output is fenced by `stop-commands`; the annotations follow, and the summary is there."""
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path / "summary.md"))
    lines = CliRunner().invoke(app, ["check", str(forgetful)]).output.splitlines()
    token = lines[0].removeprefix("::stop-commands::")
    end = lines.index(f"::{token}::")

    assert len(token) >= 32
    assert all(line.startswith(("::error", "::warning")) for line in lines[end + 1 :])
    assert len(lines) > end + 1
    assert "BLOCKED" in (tmp_path / "summary.md").read_text()


def test_a_card_keeps_its_text_and_metadata_and_the_hub_reads_our_results(tmp_path: Path) -> None:
    """Written twice there is one set of ours; another's result under the same model stays."""
    card = tmp_path / "README.md"
    theirs = {
        "task": {"type": "text-generation"},
        "dataset": {"name": "ARC", "type": "ai2_arc"},
        "metrics": [{"type": "accuracy", "value": 0.5}],
    }
    head = {"license": "mit", "model-index": [{"name": "mine", "results": [theirs]}]}
    card.write_text(f"---\n{yaml.safe_dump(head)}---\n\n# My model\n\nText: stays.\n")
    write_card(a_decision(a_gate("forgetting/all", "clear")), tmp_path, "run")
    write_card(a_decision(a_gate("tail/worst", "within")), tmp_path, "run")
    read = ModelCard.load(card)
    metadata = metadata_load(card)

    assert read.content.endswith("# My model\n\nText: stays.\n")
    assert metadata is not None
    assert metadata["license"] == "mit"
    assert read.data.model_name == "mine"
    found = [(r.dataset_type, r.metric_value) for r in read.data.eval_results or ()]
    assert found == [("ai2_arc", 0.5), ("ftguard/tail", 0.05)]


def test_hostile_texts_stay_values_of_a_card(tmp_path: Path) -> None:
    """The metadata has one key, and the hub's library reads as many results as there are gates."""
    write_card(hostile(), tmp_path, "run\n---\nlicense: mit")
    metadata = metadata_load(tmp_path / "README.md")
    read = ModelCard.load(tmp_path / "README.md")

    assert list(metadata or ()) == ["model-index"]
    assert len(read.data.eval_results or ()) == len(HOSTILE) == len(results(hostile()))


def test_a_card_that_cannot_be_read_is_left_as_it_is(tmp_path: Path) -> None:
    """What another wrote is not thrown away."""
    card = tmp_path / "README.md"
    for broken in ("---\na: [1\n---\ntext", "---\nmodel-index: 3\n---\ntext"):
        card.write_text(broken)
        with pytest.raises(InputError, match="cannot be read"):
            write_card(a_decision(), tmp_path, "run")
        assert card.read_text() == broken


def test_a_card_of_the_hubs_cache_is_replaced_not_written_through(tmp_path: Path) -> None:
    """There it is a link to a file that others read too."""
    blob = tmp_path / "blob"
    blob.write_text("# Shared\n")
    folder = tmp_path / "snapshot"
    folder.mkdir()
    (folder / "README.md").symlink_to(blob)
    write_card(a_decision(a_gate("forgetting/all", "clear")), folder, "run")

    assert blob.read_text() == "# Shared\n"
    assert "model-index" in (folder / "README.md").read_text()


def test_the_home_directory_is_in_no_decision(monkeypatch: pytest.MonkeyPatch) -> None:
    """It names its owner; a folder that only begins alike is another one."""
    monkeypatch.setenv("HOME", "/home/ann")

    assert shown("/home/ann/models/a and /home/anna") == "~/models/a and /home/anna"


def test_the_composite_action_hands_on_verdict_and_exit_code(
    forgetful: Path, tmp_path: Path
) -> None:
    """Its script as written, on a run in breach: outputs, files, and the exit code of the check."""
    action = yaml.safe_load(Path("recipes/github/action.yml").read_text())
    (step,) = action["runs"]["steps"]
    given = {name: str(value.get("default", "")) for name, value in action["inputs"].items()}
    given |= {"base": str(forgetful), "results": str(tmp_path / "my results")}
    given |= {"limits": "forgetting=0.11\n", "arguments": "--strict\n"}
    environment = {
        name: given[re.fullmatch(r"\$\{\{ inputs\.([\w-]+) \}\}", value)[1]]  # type: ignore[index]
        for name, value in step["env"].items()
    }
    out = tmp_path / "output"
    found = subprocess.run(
        ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]],  # noqa: S607
        env={**os.environ, **environment, "GITHUB_OUTPUT": str(out)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert found.returncode == 1, found.stdout + found.stderr
    assert out.read_text().splitlines() == ["exit-code=1", "verdict=breach"]
    assert json.loads((tmp_path / "my results" / "decision.json").read_bytes())["strict"] is True
    assert (tmp_path / "my results" / "junit.xml").is_file()
