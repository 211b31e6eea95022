"""`ftguard best`: what it prints, how it exits, and how little it loads."""

import os
import re
import shutil
import subprocess
import sys
from importlib.metadata import version
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

import ftguard
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
    path, *lines = result.stdout.splitlines()
    assert Path(path, "model.safetensors").is_file()
    assert re.match(r"(clear|within) +forgetting/all: ", lines[0])
    assert guard.best is not None
    told = "\n".join(lines)
    assert f"\nbest: step {guard.best.step}" in told
    assert "not held: tail/worst (not measured), calibration/target (not measured)" in told
    assert all(len(line) <= 80 for line in lines if path not in line)


def test_what_only_reads_loads_nothing_heavy(forgetful: Path) -> None:
    """Best, show, compare, watch, glossary and the version answer in a process that imports none of
    the heavy libraries, nor scipy's half a second of statistics.
    """
    run = str(forgetful)
    commands = [["best", run], ["show", run], ["compare", run, run], ["watch", run]]
    heavy = ["torch", "transformers", "wandb", "trl", "peft", "sklearn", "scipy.stats"]
    code = (
        "import sys\n"
        "from ftguard.cli import app\n"
        f"for command in {[*commands, ['glossary'], ['--version'], ['manual']]!r}:\n"
        "    try: app(command)\n"
        "    except SystemExit: pass\n"
        f"print(sorted(set({heavy!r}) & set(sys.modules)))\n"
    )
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert result.stdout.splitlines()[-1] == "[]"


def test_wrong_use_ends_before_what_reads_a_run_is_loaded(tmp_path: Path) -> None:
    """The commands' own modules load no numpy until what they were given can be used."""
    nothing, elsewhere = str(tmp_path), str(tmp_path / "nothing")
    commands = {
        "best": [[nothing], [elsewhere]],
        "show": [[elsewhere]],
        "report": [[nothing, elsewhere]],
        "compare": [[nothing], [nothing, elsewhere]],
        "card": [[elsewhere]],
        "check": [
            [nothing],
            [nothing, elsewhere],
            ["./no-base", "./no-tuned"],
            [nothing, nothing, "--limit", "tail"],
        ],
        "examine": [[elsewhere]],
    }
    # The package's face and the command line's may load more; that is their own matter.
    code = (
        "import sys, types, importlib, typer\n"
        "for name in ('ftguard', 'ftguard.cli'):\n"
        "    package = types.ModuleType(name)\n"
        "    package.__path__ = [sys.argv[1] + name.replace('.', '/')]\n"
        "    sys.modules[name] = package\n"
        f"for name, calls in {commands!r}.items():\n"
        "    app = typer.Typer()\n"
        "    app.command()(getattr(importlib.import_module(f'ftguard.cli.{name}'), name))\n"
        "    for given in calls:\n"
        "        try: app(given)\n"
        "        except SystemExit as end: print(name, end.code)\n"
        "print('numpy' in sys.modules)\n"
    )
    place = f"{Path(ftguard.__file__).parents[1]}/"
    command = [sys.executable, "-c", code, place]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    *ended, loaded = result.stdout.splitlines()
    assert ended == [f"{name} 2" for name, calls in commands.items() for _ in calls], result.stderr
    assert loaded == "False"


def test_a_torn_ledger_is_told_in_a_line(forgetful: Path, tmp_path: Path) -> None:
    """By the installed command, without the place in the code that a warning has."""
    run = RunFolder(tmp_path / "run")
    shutil.copytree(forgetful / "_ftguard", run.root)
    number = len(run.ledger.read_bytes().splitlines()) + 1
    with run.ledger.open("ab") as file:
        file.write(b'{"type":"checkup","ru')
    command = [str(Path(sys.executable).with_name("ftguard")), "show", "--numbers"]
    command.append(str(run.output_dir))
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert result.stderr == (
        f"ftguard: {run.ledger}:{number}: the last line was cut short and is left out\n"
    )
    assert result.returncode == 0


def test_the_version_is_told() -> None:
    """The one that is installed, and nothing else."""
    result = CliRunner().invoke(app, ["--version"])
    assert (result.exit_code, result.stdout) == (0, f"ftguard {version('ftguard')}\n")


@pytest.mark.parametrize(
    ("shell", "words", "expected"),
    [
        ("bash", {"COMP_WORDS": "ftguard comp", "COMP_CWORD": "1"}, {"compare"}),
        ("bash", {"COMP_WORDS": "ftguard manual s", "COMP_CWORD": "2"}, {"setups", "statistics"}),
        ("bash", {"COMP_WORDS": "ftguard show --l", "COMP_CWORD": "2"}, {"--lost"}),
        ("zsh", {"_TYPER_COMPLETE_ARGS": "ftguard comp"}, {"compare"}),
        ("zsh", {"_TYPER_COMPLETE_ARGS": "ftguard manual s"}, {"setups", "statistics"}),
    ],
)
def test_shells_complete(shell: str, words: dict[str, str], expected: set[str]) -> None:
    """What bash and zsh ask the installed command for: commands, options, topics of the manual."""
    command = Path(sys.executable).with_name("ftguard")
    env = {**os.environ, **words, "_FTGUARD_COMPLETE": f"complete_{shell}"}
    result = subprocess.run([command], env=env, capture_output=True, text=True, check=False)
    told = result.stdout.split() if shell == "bash" else re.findall(r'"([^":]+)"', result.stdout)
    assert expected <= {word for word in told if word in expected}, result.stdout
    assert not {"rate", "demo"} & set(told)


def test_a_run_is_found_by_what_lies_in_it(forgetful: Path) -> None:
    """Its checkpoint's folder, `_ftguard` and what is in that all name the run; what lies beside it
    does not.
    """
    expected = CliRunner().invoke(app, ["best", str(forgetful)])
    for inner in ("checkpoint-6", "_ftguard", "_ftguard/answers", "_ftguard/ledger.jsonl"):
        found = CliRunner().invoke(app, ["best", str(forgetful / inner)])
        assert (found.exit_code, found.stdout.split()) == (
            expected.exit_code,
            expected.stdout.split(),
        )
    assert CliRunner().invoke(app, ["best", str(forgetful / "elsewhere")]).exit_code == 2
    beside = CliRunner().invoke(app, ["show", str(forgetful.parent)])
    assert beside.exit_code == 2
    assert "there are ['run'] in it" in beside.stderr


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
