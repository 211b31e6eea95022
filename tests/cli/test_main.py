"""`ftguard best`: what it prints, how it exits, and how little it loads."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from transformers import (
    DataCollatorForLanguageModeling,
    LlamaForCausalLM,
    PreTrainedTokenizerFast,
    Trainer,
    TrainingArguments,
)
from typer.testing import CliRunner

from ftguard import GuardCallback, Probe
from ftguard.cli.main import app
from ftguard.folders import RunFolder
from ftguard.measures.measurement import Measurement
from ftguard.stats.estimates import Estimate
from ftguard.testing import tiny_run
from ftguard.verdict.conclusion import Conclusion, write_conclusion
from ftguard.verdict.gate import Gate, State
from ftguard.verdict.gates import Outcome


@pytest.fixture
def run(tmp_path: Path) -> RunFolder:
    """A run's folder in which everything is made, and nothing kept yet."""
    folder = RunFolder(tmp_path / "run")
    folder.check_writable()
    return folder


def outcome(state: State) -> Outcome:
    """A gate's outcome on forgetting."""
    estimate = Estimate(
        value=0.05, low=0.01, high=0.09, level=0.95, n=40, stderr=(0.09 - 0.01) / 3.92, dof=1000
    )
    return Outcome(
        gate=Gate(measurement="forgetting", limit=0.1),
        measurement=Measurement(name="forgetting", slice="all", estimate=estimate),
        state=state,
        explanation=f"forgetting is {state}.",
    )


def conclusion(
    *,
    best_step: int | None,
    last_passed: bool | None,
    last_step: int | None = 40,
    best_passed: bool | None = True,
) -> Conclusion:
    """A run's outcome, whose best passed clearly and whose last is in breach."""
    return Conclusion(
        run="r",
        best_step=best_step,
        best_folder=None,
        chosen=None,
        confirmed=None,
        best_gates=(outcome("clear"),) if best_step else (),
        best_passed=best_passed if best_step else None,
        last_step=last_step,
        last_passed=last_passed,
        last_gates=(outcome("breach"),),
        advice=(),
        summary="one line about the run",
    )


def test_the_kept_checkpoint_is_the_first_line_and_its_verdict_follows(run: RunFolder) -> None:
    """Path, then each gate of the best (not of the last), then the summary; exit code 0."""
    run.best.mkdir()
    write_conclusion(conclusion(best_step=20, last_passed=False), run)
    result = CliRunner().invoke(app, ["best", str(run.output_dir)])
    assert result.stdout.splitlines() == [
        str(run.best),
        "clear           forgetting is clear.",
        "one line about the run",
    ]
    assert (result.exit_code, result.stderr) == (0, "")


def test_a_best_that_could_not_be_decided_on_is_no_pass(run: RunFolder) -> None:
    """Its path is printed, since nothing speaks against it, and the exit code is 3."""
    run.best.mkdir()
    write_conclusion(conclusion(best_step=20, last_passed=None, best_passed=None), run)
    result = CliRunner().invoke(app, ["best", str(run.output_dir)])
    assert result.stdout.startswith(str(run.best))
    assert result.exit_code == 3


@pytest.mark.parametrize(
    ("last_passed", "code"),
    [(False, 1), (None, 3), (True, 3)],
    ids=["breached", "undecided", "unproven"],
)
def test_without_a_best_the_last_checkpoint_says_why(
    run: RunFolder,
    last_passed: bool | None,
    code: int,
) -> None:
    """A breach exits with 1; undecided, and passed but kept out by `strict`, exit with 3."""
    write_conclusion(conclusion(best_step=None, last_passed=last_passed), run)
    result = CliRunner().invoke(app, ["best", str(run.output_dir)])
    assert result.stdout.splitlines() == [
        "breach          forgetting is breach.",
        "one line about the run",
    ]
    assert result.exit_code == code


def test_a_run_that_examined_nothing_is_undecided(run: RunFolder) -> None:
    """Nothing is known, so the exit code is 3."""
    nothing = conclusion(best_step=None, last_passed=None, last_step=None)
    write_conclusion(nothing, run)
    assert CliRunner().invoke(app, ["best", str(run.output_dir)]).exit_code == 3


def test_wrong_use_says_what_to_give(run: RunFolder) -> None:
    """No verdict, a damaged one, a kept folder that is gone, no argument: 2, and no traceback."""
    invoke = CliRunner().invoke
    result = invoke(app, ["best", str(run.output_dir)])
    assert (result.exit_code, result.stdout) == (2, "")
    assert "give the `output_dir` of a run" in result.stderr

    run.verdict.write_text('{"run": 3}')
    result = invoke(app, ["best", str(run.output_dir)])
    assert (result.exit_code, result.stdout) == (2, "")
    assert "is damaged" in result.stderr

    run.verdict.write_bytes(b"\xff{")
    assert invoke(app, ["best", str(run.output_dir)]).exit_code == 2

    write_conclusion(conclusion(best_step=20, last_passed=True), run)
    result = invoke(app, ["best", str(run.output_dir)])
    assert (result.exit_code, result.stdout) == (2, "")
    assert f"`{run.best}` is gone" in result.stderr

    assert invoke(app, ["best"]).exit_code == 2
    assert invoke(app, ["worst", "."]).exit_code == 2


@pytest.mark.filterwarnings("ignore:.*pin_memory.*")
def test_a_real_run_is_read_by_the_installed_command(
    tmp_path: Path,
    model: LlamaForCausalLM,
    tokenizer: PreTrainedTokenizerFast,
    own_texts: tuple[Probe, ...],
) -> None:
    """After a training, `ftguard best` in another process prints the kept folder and its gates."""
    guard = GuardCallback(general=own_texts, calibration=None)
    Trainer(
        model=model,
        args=TrainingArguments(
            str(tmp_path),
            max_steps=2,
            save_steps=1,
            learning_rate=1e-5,
            report_to=[],
            disable_tqdm=True,
            use_cpu=True,
        ),
        train_dataset=[{"input_ids": tokenizer(f"{n}+1={n + 1}")["input_ids"]} for n in range(20)],
        data_collator=DataCollatorForLanguageModeling(tokenizer, mlm=False),
        processing_class=tokenizer,
        callbacks=[guard],
    ).train()
    command = Path(sys.executable).with_name("ftguard")
    result = subprocess.run(
        [command, "best", tmp_path], capture_output=True, text=True, check=False
    )
    assert (result.returncode, result.stderr) == (0, "")
    path, gate, summary = result.stdout.splitlines()
    assert Path(path, "model.safetensors").is_file()
    assert re.fullmatch(r"(clear|within) +forgetting/all: .*", gate)
    assert guard.best is not None
    assert summary.startswith(f"best: step {guard.best.step}")


def test_best_and_deciding_again_load_neither_torch_nor_transformers(
    run: RunFolder, forgetful: Path
) -> None:
    """`best` and `check RUN` answer in a process that imports none of the heavy libraries."""
    write_conclusion(conclusion(best_step=None, last_passed=False), run)
    code = (
        "import sys\n"
        "from ftguard.cli import app\n"
        f"for given in (['best', {str(run.output_dir)!r}], ['check', {str(forgetful)!r}]):\n"
        "    try: app(given)\n"
        "    except SystemExit as end: print(end.code)\n"
        "print(sorted({'torch', 'transformers', 'wandb', 'trl', 'peft'} & set(sys.modules)))\n"
    )
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert result.stdout.splitlines()[-2:] == ["1", "[]"]


def test_probes_are_listed_by_slice_and_tier() -> None:
    """`probes list` filters by both, and says what there is no such probe of."""
    listed = CliRunner().invoke(app, ["probes", "list", "--slice", "logic", "--tier", "4"])
    none = CliRunner().invoke(app, ["probes", "list", "quick", "--slice", "nothing"])

    assert listed.exit_code == 0
    assert [line.split()[0] for line in listed.output.splitlines()[1:5]] == [
        f"logic-{number}" for number in (15, 16, 17, 18)
    ]
    assert none.exit_code == 2
    assert "`quick` has no probe of that slice and tier" in none.output


def test_a_probe_is_shown_by_its_id() -> None:
    """Without a source both built-in sets are tried; an unknown id is wrong use."""
    for probe_id in ("logic-08", "cal-logic-08"):
        shown = CliRunner().invoke(app, ["probes", "show", probe_id])
        assert shown.exit_code == 0
        assert shown.output.startswith(f"{probe_id}\n")
    unknown = CliRunner().invoke(app, ["probes", "show", "logic-99"])
    assert unknown.exit_code == 2
    assert "no probe `logic-99` among 560" in unknown.output


def test_a_probe_is_shown_as_a_run_asked_it(tmp_path: Path) -> None:
    """What the model saw, from the run's own files; without a run it is wrong use."""
    general = [Probe(id="sum", prompt="3-1=", reference="2", scorer="likelihood")]
    guard = GuardCallback(general=general, tail=None, cache=False)
    tiny_run(tmp_path, guard, max_steps=1, save_steps=1).train()
    command = ["probes", "show", "general/sum", "--rendered"]

    shown = CliRunner().invoke(app, [*command, str(tmp_path)])

    assert shown.exit_code == 0
    assert shown.output == (
        "general/sum\ncontext (5 tokens)\n  <s>3-1=\nread after it (1 token)\n  2\n"
    )
    assert CliRunner().invoke(app, command).exit_code == 2
