"""The same dials as flags and on the page: one run, whoever watches it."""

from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from ftguard.cli import app
from ftguard.demo.dials import Dials
from ftguard.demo.explained import as_flags
from ftguard.demo.losses import LOSSES
from ftguard.demo.tune import tune
from ftguard.demo.watched import Watched
from ftguard.play.found import read_found
from ftguard.run.ledger import Ledger, current_run

WEIGHTS = "checkpoint-6/model.safetensors"


def test_flags_run_what_the_page_runs_and_being_watched_leaves_no_trace(
    tmp_path: Path, short_run: Path, short_dials: Dials
) -> None:
    """The weights of six steps are the same to the bit; the run and its cost are printed."""
    command = ["demo", "--out", str(tmp_path), *as_flags(short_dials).split()]

    done = CliRunner().invoke(app, command)

    assert done.exit_code == 0, done.output
    out = tmp_path / "with-dials"
    assert (out / WEIGHTS).read_bytes() == (short_run / WEIGHTS).read_bytes()
    assert not (out / LOSSES).exists()
    assert "6 steps (0.2 passes over 600 rows), data every-team" in " ".join(done.output.split())
    assert "side by side" not in done.output
    for row in ("general skills", "rare teams (tail)", "verdict", "undecided"):
        assert row in done.output
    # Its advice, on a suspicion, as the command that follows it.
    assert "ftguard demo --learning-rate 1.5e-4 --steps 6 --data every-team" in done.output


@pytest.mark.filterwarnings("ignore:`is_gradient_checkpointing`:FutureWarning")
def test_an_adapter_learns_from_replayed_rows(tmp_path: Path, short_dials: Dials) -> None:
    """LoRA leaves the base's weights alone, limits are the user's own, and stopping is heard."""
    dials = replace(
        short_dials, lora=True, epochs=1.0, replay=0.25, steps=4, limits={"forgetting": 0.3}
    )

    tune(dials, tmp_path, callbacks=[Watched(tmp_path, stop=lambda: True)])

    run = current_run(Ledger(tmp_path / "_ftguard" / "ledger.jsonl").read())
    assert run is not None
    assert run.method == "adapters"
    assert {gate.key: gate.limit for gate in run.gates}["forgetting/all"] == 0.3
    # It was asked to stop after the first of its steps, before any look.
    assert read_found(tmp_path).checkups == ()
    assert not list(tmp_path.glob("checkpoint-*"))
