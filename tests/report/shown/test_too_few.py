"""Why calibration is not measured: what there was to ask, what fitted, and what would do."""

import random
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from ftguard.folders import RunFolder
from ftguard.probes.probe import Probe
from ftguard.probes.store import write_probes
from ftguard.report.recorded import RecordedRun, read_run
from ftguard.report.shown.too_few import questions

WriteRun = Callable[..., None]
Written = Callable[..., RecordedRun]


@pytest.fixture
def written(tmp_path: Path, write_run: WriteRun) -> Written:
    """A run that asked so many calibration questions, of more that did not fit."""

    def write(asked: int, too_long: int, *, notes: tuple[str, ...] = ()) -> RecordedRun:
        folder = RunFolder(tmp_path / "run")
        probes = [_probe(f"target/{n}", "target") for n in range(8)]
        probes += [_probe(f"calibration/{n}", "calibration") for n in range(asked)]
        said = {probe.id: ("yes", 0.9) for probe in probes}
        write_run(folder, probes, said, {10: said}, notes=notes)
        longer = [_probe(f"calibration/long-{n}", "calibration") for n in range(too_long)]
        write_probes([*probes, *longer], folder.probes)
        return read_run(folder.output_dir)

    return write


def _probe(name: str, role: str) -> Probe:
    asked = f"Is {name} {random.Random(name).random()} so?"
    probe = Probe(id=name, prompt=asked, reference="yes", scorer="normalized_match")
    return replace(probe, role=role)  # type: ignore[arg-type]


def test_questions_that_did_not_fit_are_counted(written: Written) -> None:
    """112 of which 92 are longer than the context: shorter ones are advised, and no setting."""
    why, remedy = questions(written(20, 92), "general") or ("", "")
    assert "112 multiple-choice questions, and 92 of them are left out as longer" in why
    assert "20 can be asked, it takes 100" in why
    assert "shorter" in remedy
    assert "auto" not in remedy


def test_questions_that_were_not_drawn_are_told(written: Written) -> None:
    """Where enough were there, `max_probes` alone would do."""
    note = "calibration: drew 30 of 300 probes, stratified by slice (seed 0; `max_probes` ...)"
    why, remedy = questions(written(30, 0, notes=(note,)), "general") or ("", "")
    assert why == "There are 30 multiple-choice questions; it takes 100"
    assert "30 of 300: let `max_probes` be larger" in remedy


def test_none_and_too_few_and_enough(written: Written) -> None:
    """None is not few; where 100 fit, nothing is made up."""
    run = written(0, 0)
    assert (questions(run, "general") or ("",))[0].startswith("There are no multiple-choice")
    assert (questions(run, "target") or ("",))[0].startswith("There are 8 target probes")


def test_enough_questions_have_no_such_reason(written: Written) -> None:
    """100 that fit are no reason."""
    assert questions(written(100, 0), "general") is None
