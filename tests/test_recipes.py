"""The recipes as people run them, on a real story model, GSM8K and CLINC150."""

import contextlib
import csv
import io
import json
import os
import runpy
import sys
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from pathlib import Path

import datasets
import pytest
from transformers import AutoModelForCausalLM

from ftguard.folders import RunFolder
from ftguard.run.ledger import Ledger, RunStarted, current_run
from ftguard.run.state import fold
from ftguard.verdict.checkup import Checkup
from ftguard.verdict.conclusion import read_conclusion

RECIPES = Path(__file__).parents[1] / "recipes"
pytestmark = [pytest.mark.long, pytest.mark.filterwarnings("ignore")]

Sample = Callable[[Path], Path]


@pytest.fixture(scope="module")
def own_texts_of(tmp_path_factory: pytest.TempPathFactory) -> Sample:
    """Samples 40 stories of 128 tokens from a model, once, with the recipe for it."""

    @cache
    def sample(model: Path) -> Path:
        out = tmp_path_factory.mktemp("own") / "probes.jsonl"
        recipe("own_texts", model, "--out", out, "--count", 40, "--tokens", 128)
        return out

    return sample


def recipe(name: str, *arguments: object) -> str:
    """What a recipe prints, run as the command that its docstring names, in this process: loading
    the libraries once more would take longer than most of them.
    """
    path = str(RECIPES / f"{name}.py")
    said = io.StringIO()
    with pytest.MonkeyPatch.context() as patch, contextlib.redirect_stdout(said):
        patch.setattr(sys, "argv", [path, *map(str, arguments)])
        patch.setattr(datasets.config, "HF_DATASETS_CACHE", Path(os.environ["FTGUARD_CACHE"]))
        runpy.run_path(path, run_name="__main__")
    return said.getvalue()


def write(path: Path, rows: Iterable[Mapping[str, object]]) -> Path:
    """Rows as JSON lines."""
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    return path


def grade_school(shared: Path, split: str, count: int) -> list[dict[str, object]]:
    """Questions and answers of GSM8K as texts."""
    lines = (shared / "data/gsm8k" / f"{split}.jsonl").read_text("utf-8").splitlines()[:count]
    rows = map(json.loads, lines)
    return [{"text": f"{row['question']}\n{row['answer']}"} for row in rows]


def examined(folder: Path) -> tuple[Checkup, ...]:
    """The checkups that count of the latest run in a folder."""
    events = Ledger(RunFolder(folder).ledger).read()
    run = current_run(events)
    assert run is not None
    return fold(events, run.id).checkups


def test_own_texts_are_probes_by_themselves(shared: Path, own_texts_of: Sample) -> None:
    """40 readable stories with ids and a slice of their own, the same for the same seed."""
    path = own_texts_of(shared / "models/stories260K")
    rows = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    assert len({row["id"] for row in rows}) == 40
    assert {row["scorer"] for row in rows} == {"likelihood"}
    assert {tuple(row["slices"]) for row in rows} == {("own",)}
    words = " ".join(row["reference"] for row in rows).split()
    assert len(words) > 40 * 50
    assert {"the", "was", "and"} <= set(words)


def test_a_reckless_rate_forgets_the_stories(
    shared: Path, tmp_path: Path, own_texts_of: Sample
) -> None:
    """Full fine-tuning on GSM8K at 1e-3 breaches forgetting at both checkpoints; none is kept."""
    model = shared / "models/stories260K"
    output = recipe(
        "trainer_full",
        model,
        write(tmp_path / "train.jsonl", grade_school(shared, "train", 800)),
        "--target",
        write(tmp_path / "held_out.jsonl", grade_school(shared, "test", 8)),
        "--general",
        own_texts_of(model),
        *("--out", tmp_path / "out", "--rate", 1e-3, "--steps", 20, "--save-steps", 10),
    )
    found = examined(tmp_path / "out")
    assert [checkup.step for checkup in found] == [10, 20]
    for checkup in found:
        states = {o.gate.key: o.state for o in checkup.verdict.outcomes}
        assert states["forgetting/all"] == "breach"
        assert "lower_learning_rate" in {advice.do for advice in checkup.advice}
        gain = checkup.find("target")
        assert gain is not None
        assert gain.estimate is not None
        assert gain.estimate.low > 0
    assert "NO CHECKPOINT PASSED" in output
    assert output.rstrip().endswith("kept: None")


def test_a_rate_low_enough_keeps_them_and_a_resume_goes_on(
    shared: Path, tmp_path: Path, own_texts_of: Sample
) -> None:
    """At 1e-6 every checkpoint passes and the best loads; a resume from step 10 keeps its checkup
    and examines step 20 again, as attempt 2 of the same run.
    """
    model = shared / "models/stories260K"
    arguments = (
        model,
        write(tmp_path / "train.jsonl", grade_school(shared, "train", 300)),
        "--general",
        own_texts_of(model),
        *("--out", tmp_path / "out", "--rate", 1e-6, "--steps", 20, "--save-steps", 10),
        *("--batch", 4),
    )
    output = recipe("trainer_full", *arguments)
    first = examined(tmp_path / "out")
    assert [(c.step, c.attempt, c.verdict.passed) for c in first] == [(10, 1, True), (20, 1, True)]
    best = tmp_path / "out/_ftguard/best"
    assert output.rstrip().endswith(f"kept: {best}")
    assert AutoModelForCausalLM.from_pretrained(best).num_parameters() == 260_032

    recipe("trainer_full", *arguments, "--resume", tmp_path / "out/checkpoint-10")
    again = examined(tmp_path / "out")
    assert again[0] == first[0]
    assert [(c.step, c.attempt, c.verdict.passed) for c in again] == [(10, 1, True), (20, 2, True)]
    events = Ledger(RunFolder(tmp_path / "out").ledger).read()
    assert len({e.run for e in events}) == 1
    assert [e.attempt for e in events if isinstance(e, RunStarted)] == [1, 2]
    # The same data in the same order from the same state: the resumed run ends as the first did.
    assert again[1].measurements == first[1].measurements


def intents(shared: Path, names: Iterable[str]) -> dict[str, list[dict[str, object]]]:
    """CLINC150's rows of some intents, and its out-of-scope ones, as prompt and completion."""
    data = json.loads((shared / "data/clinc150/data_imbalanced.json").read_text("utf-8"))
    wanted = {*names, "oos"}
    return {
        split: [
            {"prompt": f"{query} ->", "completion": f" {intent}"}
            for query, intent in rows
            if intent in wanted
        ]
        for split, rows in data.items()
    }


def test_rare_intents_and_out_of_scope_queries_are_the_tail(
    shared: Path, tmp_path: Path, own_texts_of: Sample
) -> None:
    """From the training rows alone it is seen which intents are rare; a model that knows no intent
    has nothing to lose by match, and the likelihood of the right one is measured beside it.
    """
    data = json.loads((shared / "data/clinc150/data_imbalanced.json").read_text("utf-8"))
    labels = [intent for _, intent in data["train"]]
    counts = {label: labels.count(label) for label in dict.fromkeys(labels)}
    rare = [label for label, count in counts.items() if count == 25][:2]
    usual = [label for label, count in counts.items() if count == 100][:3]
    rows = intents(shared, rare + usual)
    model = shared / "models/stories260K"
    held_out = [row for row in rows["test"] if str(row["completion"]).strip() in rare + usual]
    output = recipe(
        "trainer_full",
        model,
        write(tmp_path / "train.jsonl", rows["train"] + rows["oos_train"][:50]),
        "--target",
        write(tmp_path / "held_out.jsonl", held_out + rows["oos_test"][:30]),
        "--general",
        own_texts_of(model),
        *("--out", tmp_path / "out", "--rate", 1e-4, "--steps", 4, "--save-steps", 4),
    )
    (checkup,) = examined(tmp_path / "out")
    keys = {measurement.key: measurement for measurement in checkup.measurements}
    assert {"tail/rare", "tail/out-of-scope", "tail/worst"} <= set(keys)
    # "tell me my routing number" within "can you tell me my routing number for summit" is no leak.
    few, outside = keys["tail/rare"], keys["tail/out-of-scope"]
    assert few.num_scored + few.num_unscored + few.num_cut_off == 2 * 30
    assert "(contained," not in output
    assert outside.num_scored + outside.num_unscored + outside.num_cut_off == 30
    worst = next(o for o in checkup.verdict.outcomes if o.gate.key == "tail/worst")
    assert worst.state == "nothing to lose"
    assert "nothing to lose" in output
    likelihood = keys["target/likelihood"].estimate
    assert likelihood is not None
    assert likelihood.low > 0


def test_lora_with_trl_is_guarded(shared: Path, tmp_path: Path) -> None:
    """2 steps on pairs, with 60 probes that ship, end with a verdict and a conclusion on disk."""
    rows = intents(shared, ["translate", "transfer"])
    output = recipe(
        "trl_sft_lora",
        shared / "models/stories260K",
        write(tmp_path / "train.jsonl", rows["train"]),
        "--target",
        write(tmp_path / "held_out.jsonl", rows["test"][:8]),
        *("--out", tmp_path / "out", "--steps", 2, "--batch", 4, "--save-steps", 2, "--quick"),
    )
    found = examined(tmp_path / "out")
    assert [checkup.step for checkup in found] == [2]
    assert read_conclusion(RunFolder(tmp_path / "out")).last_step == 2
    assert "kept: " in output
    assert found[-1].find("target", "likelihood") is not None
    assert found[-1].find("forgetting") is not None


def test_a_measure_of_ones_own_is_gated_and_in_the_csv(
    shared: Path, tmp_path: Path, own_texts_of: Sample
) -> None:
    """A story model ends few answers to an intent with their line, before and after 2 steps:
    a change on all 14 probes that are not held back, gated, and in a row of each checkpoint.
    """
    rows = intents(shared, ["translate", "transfer"])
    model = shared / "models/stories260K"
    recipe(
        "own_measure",
        model,
        write(tmp_path / "train.jsonl", rows["train"]),
        "--target",
        write(tmp_path / "held_out.jsonl", rows["test"][:20]),
        "--general",
        own_texts_of(model),
        *("--out", tmp_path / "out", "--steps", 2),
    )
    found = examined(tmp_path / "out")
    assert [checkup.step for checkup in found] == [1, 2]
    written = list(csv.reader((tmp_path / "out/curves.csv").read_text("utf-8").splitlines()))
    for checkup in found:
        change = checkup.find("unended")
        assert change is not None
        assert change.estimate is not None
        assert change.base is not None
        assert change.now is not None
        assert change.base > 0.7
        assert change.estimate.n == 14
        assert change.estimate.value == pytest.approx(change.now - change.base)
        gates = [outcome.gate.key for outcome in checkup.verdict.outcomes]
        assert gates[0] == "forgetting/all"
        assert gates[-1] == "unended/all"
        numbers = (change.estimate.value, change.estimate.low, change.estimate.high)
        assert [str(checkup.step), "unended/all", *map(str, numbers)] in written


def test_a_scorer_and_a_remedy_of_ones_own(shared: Path, tmp_path: Path) -> None:
    """A story model writes no digits until it was trained on GSM8K at 1e-2: a breach by the scorer
    alone at both checkpoints, whose remedy is told each time, the second time as met before.
    """
    names = ("Tom", "Lily", "Ben", "Mia", "Max", "Sue", "Tim", "Anna", "Sam", "Lucy", "Jack", "Amy")
    asked = tmp_path / "asked.txt"
    asked.write_text("\n".join(f"Once upon a time {name} went out" for name in names), "utf-8")
    output = recipe(
        "own_scorer_and_remedy",
        shared / "models/stories260K",
        write(tmp_path / "train.jsonl", grade_school(shared, "train", 200)),
        *("--asked", asked, "--out", tmp_path / "out", "--rate", 1e-2, "--steps", 16),
    )
    found = examined(tmp_path / "out")
    told = [[a.text for a in c.advice if a.do == "suggestion"] for c in found]
    rest = "spell the numbers of some rows out."
    assert told == [
        [f"digits in replies: {rest}"],
        [f"digits in replies for the second time: {rest}"],
    ]
    assert rest in " ".join(output.split())
    for checkup in found:
        forgetting = checkup.find("forgetting")
        assert forgetting is not None
        assert forgetting.base == 1
