"""`ftguard rate` as a command: a real run, the page in another process, CSV, the gate."""

import csv
import http.client
import io
import re
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import pytest
import typer
from transformers import (
    DataCollatorForLanguageModeling,
    LlamaForCausalLM,
    PreTrainedTokenizerFast,
    Trainer,
    TrainingArguments,
)
from typer.testing import CliRunner

from ftguard import GuardCallback, Probe
from ftguard.cli.rate import rate
from ftguard.folders import RunFolder
from ftguard.rating.store import Rating, RatingsFile

MakeRun = Callable[..., RunFolder]
Ask = Callable[..., list[tuple[Probe, str, str]]]
MakeProbe = Callable[..., Probe]
Mark = Callable[..., Rating]

APP = typer.Typer()
APP.command()(rate)
SCRIPT = "import typer; from ftguard.cli.rate import rate; app = typer.Typer(); "
SCRIPT += "app.command()(rate); app()"


def invoke(folder: RunFolder, *options: str) -> tuple[int, str]:
    """Run the command; its exit code, and all that it said in one line."""
    result = CliRunner().invoke(APP, [str(folder.output_dir), *options])
    assert not result.exception or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, " ".join(result.output.split())


@pytest.mark.filterwarnings("ignore:.*pin_memory.*")
def test_a_real_run_is_rated_in_another_process(
    tmp_path: Path, model: LlamaForCausalLM, tokenizer: PreTrainedTokenizerFast
) -> None:
    """Train, start the command, rate over HTTP, Ctrl-C: the result, exit code 0, all on disk."""
    probes = [
        Probe(id=c, prompt=f"Say {c}: ", reference=c, slices=("letters",)) for c in "abcdefgh"
    ]
    guard = GuardCallback(general=probes, calibration=None)
    Trainer(
        model=model,
        args=TrainingArguments(
            str(tmp_path),
            max_steps=4,
            save_steps=2,
            learning_rate=1e-2,
            report_to=[],
            disable_tqdm=True,
            use_cpu=True,
        ),
        train_dataset=[{"input_ids": tokenizer(f"{n}+1={n + 1}")["input_ids"]} for n in range(20)],
        data_collator=DataCollatorForLanguageModeling(tokenizer, mlm=False),
        processing_class=tokenizer,
        callbacks=[guard],
    ).train()

    with subprocess.Popen(
        [sys.executable, "-u", "-c", SCRIPT, tmp_path, "--no-browser", "--rater", "anna"],
        stdout=subprocess.PIPE,
        text=True,
    ) as command:
        assert command.stdout is not None
        first, second, _ = (command.stdout.readline() for _ in range(3))
        assert re.search(r"step [24] against the base, \d items, blind", first)
        url = urlsplit(second.split()[-1])
        page = _request(url.netloc, url.path)
        item = re.search(r'name="item" value="(general/.)"', page)
        assert item is not None
        fields = {"rater": "anna", "item": item[1], "pick": "left"}
        assert _request(url.netloc, url.path + "rate", fields) == ""
        (rating,) = RatingsFile(tmp_path / "_ftguard" / "ratings.jsonl").read()
        assert (rating.probe_id, rating.rater) == (item[1], "anna")

        command.send_signal(signal.SIGINT)
        rest = command.stdout.read()
        assert command.wait(timeout=120) == 0
    assert "1 rating of 1 pair by anna" in rest
    assert "Traceback" not in rest


def _request(address: str, path: str, fields: dict[str, str] | None = None) -> str:
    connection = http.client.HTTPConnection(address, timeout=60)
    body = urlencode(fields) if fields else None
    headers = {"Origin": f"http://{address}"}
    connection.request("POST" if fields else "GET", path, body=body, headers=headers)
    text = connection.getresponse().read().decode()
    connection.close()
    return text


def test_csv_both_ways_by_the_command(make_run: MakeRun, ask: Ask, tmp_path: Path) -> None:
    """Export, fill in, import: the result; a second import replaces the first."""
    folder, file = make_run(ask(8)), tmp_path / "rate.csv"
    code, said = invoke(folder, "--export", str(file), "--rater", "Zoë")
    assert (code, said.split(":")[0]) == (0, "ftguard rate")
    assert "8 items in" in said

    rows = list(csv.DictReader(io.StringIO(file.read_bytes().decode("utf-8-sig"), newline="")))
    with file.open("w", newline="") as target:
        writer = csv.DictWriter(target, list(rows[0]))
        writer.writeheader()
        writer.writerows(row | {"choice": "tie"} for row in rows)
    code, said = invoke(folder, "--import", str(file))
    assert code == 0
    assert "8 ratings imported" in said
    assert "8 ratings of 8 pairs by Zoë" in said
    assert "all 50.0 %" in said

    code, said = invoke(folder, "--import", str(file))
    assert "8 ratings imported" in said
    assert "8 of them in place of earlier ones" in said
    assert "8 ratings of 8 pairs by Zoë" in said

    code, said = invoke(folder, "--export", str(tmp_path / "more.csv"), "--rater", "zoë")
    assert (code, "nothing is left to rate" in said) == (2, True)


@pytest.mark.parametrize(
    ("won", "code", "state"), [(0, 1, "breach"), (13, 3, "suspect"), (30, 0, "clear")]
)
def test_the_gate_decides_the_exit_code(
    make_run: MakeRun, ask: Ask, mark: Mark, won: int, code: int, state: str
) -> None:
    """As `ftguard best` exits: 0 passed, 1 a breach, 3 undecided."""
    folder = make_run(ask(30))
    choices = ["tuned"] * won + ["base"] * (30 - won)
    ratings = [mark(f"general/{n}", choice) for n, choice in enumerate(choices)]
    RatingsFile(folder.root / "ratings.jsonl").append(ratings)

    assert invoke(folder, "--result")[0] == 0
    exit_code, said = invoke(folder, "--result", "--least", "0.45")
    assert exit_code == code
    assert f"gate {state}: preference/all" in said


def test_without_ratings_the_gate_is_undecided(make_run: MakeRun, ask: Ask) -> None:
    """Nobody has rated: 3, not 0."""
    code, said = invoke(make_run(ask(3)), "--result", "--least", "0.45")

    assert code == 3
    assert "gate missing: preference/all: not enough evidence" in said


def test_identical_answers_need_no_page(make_run: MakeRun, make_probe: MakeProbe) -> None:
    """The command says so and gives the result, which is even."""
    folder = make_run([(make_probe(n), "same", "same") for n in range(4)])

    code, said = invoke(folder, "--no-browser")
    assert code == 0
    assert "every answer is the same as the base's" in said
    assert "all 50.0 %" in said


def test_what_cannot_be_used_exits_with_two(make_run: MakeRun, ask: Ask, tmp_path: Path) -> None:
    """A message that says what to do, and no traceback."""
    folder = make_run(ask(3))
    for options, message in (
        (["--step", "30"], "step 30 was not examined; there are [20]"),
        (["--rater", " "], "1 to 60 visible characters"),
        (["--result", "--export", "x.csv"], "only one of `--export`, `--import` and `--result`"),
        (["--import", str(tmp_path / "absent.csv")], "cannot read"),
        (["--port", "99999"], "65535"),
        (["--items", "0"], "1"),
    ):
        code, said = invoke(folder, *options)
        assert code == 2
        assert message in said
    code, said = invoke(RunFolder(tmp_path / "nothing"))
    assert (code, "give the `output_dir` of a run" in said) == (2, True)


@pytest.mark.parametrize("missing", ["starlette", "uvicorn"])
def test_a_missing_extra_says_what_to_install(make_run: MakeRun, ask: Ask, missing: str) -> None:
    """Without what `ftguard[rate]` brings, the command says so and ends with 2."""
    folder = make_run(ask(3))
    code = f"import sys; sys.modules[{missing!r}] = None; {SCRIPT}"
    told = subprocess.run(
        [sys.executable, "-c", code, folder.output_dir, "--no-browser"],
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
    )

    assert told.returncode == 2
    assert f"rating needs `{missing}`" in told.stderr
    assert "pip install 'ftguard[rate]'" in told.stderr


def test_registering_the_command_loads_nothing_heavy() -> None:
    """`ftguard best` does not wait for a web server, nor for torch."""
    heavy = {"starlette", "uvicorn", "jinja2", "krippendorff", "torch", "transformers"}
    code = f"import sys, ftguard.cli.rate; print(sorted({heavy} & set(sys.modules)))"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert told.stdout == "[]\n"
