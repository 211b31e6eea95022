"""`ftguard check BASE TUNED`: two models, by the callback's own path."""

import json
import shutil
from pathlib import Path

import pytest
import torch
from transformers import AutoTokenizer, LlamaForCausalLM
from typer.testing import CliRunner, Result

from ftguard import GuardCallback
from ftguard.cli.main import app
from ftguard.report.recorded import read_run
from ftguard.testing import tiny_run, tiny_tokenizer, unwrapped


def check(*arguments: object) -> Result:
    """Run the command without a tail and without calibration questions."""
    given = ["check", *map(str, arguments), "--tail", "off", "--calibration", "off"]
    return CliRunner().invoke(app, given)


def files_in(folder: Path) -> dict[str, int]:
    """Every file with the time of its last change."""
    return {str(p): p.stat().st_mtime_ns for p in folder.rglob("*") if p.is_file()}


def test_a_check_measures_what_a_guarded_training_measured_at_that_checkpoint(
    tmp_path: Path, models: Path, general: Path, target: Path
) -> None:
    """Every measurement of `check BASE checkpoint-2` equals the callback's own at step 2."""
    guard = GuardCallback(
        target=str(target), general=str(general), tail=None, calibration=None, holdout=0.0
    )
    model = LlamaForCausalLM.from_pretrained(models / "base").train()
    run = tmp_path / "run"
    tiny_run(
        run, guard, model=model, tokenizer=tiny_tokenizer(), max_steps=2, learning_rate=1e-3
    ).train()

    out = tmp_path / "out"
    result = check(
        *(models / "base", run / "checkpoint-2", "--target", target, "--general", general),
        *("--out", out),
    )
    (found,) = read_run(out).checkups

    assert result.exit_code in (0, 1, 3), result.output
    assert found.step == 2
    assert found.measurements == guard.checkups[0].measurements


def test_a_breach_exits_with_1_and_the_next_check_of_the_base_asks_it_nothing(
    tmp_path: Path, models: Path, general: Path, target: Path
) -> None:
    """The second call takes the base's answers from the cache; no file of a model is touched."""
    before = files_in(models / "base") | files_in(models / "full")
    asked = ("--target", target, "--general", general, "--json", tmp_path / "decision.json")
    first = check(
        models / "base", models / "full" / "checkpoint-4", *asked, "--out", tmp_path / "one"
    )
    second = check(
        models / "base", models / "full" / "checkpoint-2", *asked, "--out", tmp_path / "two"
    )

    assert (first.exit_code, second.exit_code) == (1, 1), first.output
    assert "base answers asked" in unwrapped(first.output)
    assert "base answers cache" in unwrapped(second.output)
    assert "BLOCKED" in unwrapped(first.output)
    assert files_in(models / "base") | files_in(models / "full") == before
    decision = json.loads((tmp_path / "decision.json").read_bytes())
    assert (decision["verdict"], decision["exit_code"], decision["step"]) == ("breach", 1, 2)
    assert [gate["gate"] for gate in decision["gates"]] == ["forgetting/all"]
    assert decision["gates"][0]["change"]["value"] > 0.1


def test_adapters_go_on_the_base_and_what_passed_can_be_looked_at_as_a_run(
    tmp_path: Path, models: Path, general: Path
) -> None:
    """A run's folder stands for its newest checkpoint; `ftguard best` then answers as of a run."""
    out = tmp_path / "out"
    result = check(models / "base", models / "lora", "--general", general, "--out", out)
    best = CliRunner().invoke(app, ["best", str(out)])

    assert result.exit_code == 0, result.output
    assert "the newest checkpoint" in unwrapped(result.output)
    assert read_run(out).run.method == "adapters"
    assert (out / "_ftguard" / "best").resolve() == (models / "lora" / "checkpoint-4").resolve()
    assert best.exit_code == 0
    assert read_run(out).pairs(read_run(out).checkups[0])


def test_a_tuned_model_with_a_template_of_its_own_is_asked_in_it(
    tmp_path: Path, models: Path, general: Path, target: Path
) -> None:
    """It has two tokens more and another precision: a line says each, and all is measured."""
    tuned = tmp_path / "chatty"
    tokenizer = AutoTokenizer.from_pretrained(models / "base")
    tokenizer.add_special_tokens({"additional_special_tokens": ["<|user|>", "<|end|>"]})
    tokenizer.chat_template = (
        "{% for m in messages %}<|user|>{{ m['content'] }}<|end|>{% endfor %}"
        "{% if add_generation_prompt %}<|user|>{% endif %}"
    )
    model = LlamaForCausalLM.from_pretrained(models / "base", dtype=torch.bfloat16)
    model.resize_token_embeddings(len(tokenizer))
    model.save_pretrained(tuned)
    tokenizer.save_pretrained(tuned)
    result = check(
        models / "base", tuned, "--target", target, "--general", general, "--out", tmp_path / "out"
    )
    (found,) = read_run(tmp_path / "out").checkups

    assert "each is asked with its own" in unwrapped(result.output), result.output
    assert "bfloat16" in unwrapped(result.output)
    assert found.notes == ()
    assert all(m.estimate is not None for m in found.measurements)
    # Plain target prompts are asked plainly, so that nothing but rounding changes them.
    gain = found.find("target")
    assert gain is not None
    assert gain.estimate is not None
    assert abs(gain.estimate.value) < 0.01


def test_a_folder_that_holds_the_record_of_a_training_is_not_written_over(
    forgetful: Path, models: Path, general: Path
) -> None:
    """Its probes and its base would be gone."""
    ledger = (forgetful / "_ftguard" / "ledger.jsonl").read_bytes()
    result = check(
        *(models / "base", models / "lora", "--general", general, "--out", forgetful),
    )

    assert result.exit_code == 2
    assert "holds the record of another run" in unwrapped(result.output)
    assert (forgetful / "_ftguard" / "ledger.jsonl").read_bytes() == ledger


def test_adapters_as_the_base_and_models_that_are_not_there_are_refused(
    tmp_path: Path, models: Path
) -> None:
    """Each with exit code 2 and a sentence that says what to give."""
    empty = tmp_path / "empty"
    empty.mkdir()
    adapters = check(models / "lora" / "checkpoint-2", models / "base")
    gone = check(models / "base", tmp_path / "gone" / "away")
    nothing = check(models / "base", empty)

    assert {adapters.exit_code, gone.exit_code, nothing.exit_code} == {2}
    assert "holds adapters" in unwrapped(adapters.output)
    assert "there is no folder" in unwrapped(gone.output)
    assert "no model in" in unwrapped(nothing.output)


def test_what_breaks_while_it_is_asked_is_undecided_and_no_breach(
    tmp_path: Path, models: Path, target: Path
) -> None:
    """A tokenizer that knows a token more than its model: 3, and not the 1 of Python itself."""
    broken = Path(shutil.copytree(models / "base", tmp_path / "broken"))
    tokenizer = AutoTokenizer.from_pretrained(broken)
    tokenizer.add_tokens(["+1="])
    tokenizer.save_pretrained(broken)
    result = check(broken, broken, "--general", target, "--out", tmp_path / "out")

    assert result.exit_code == 3
    assert "nothing was decided (IndexError" in unwrapped(result.output)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--limit", "forgetting"), "NAME=NUMBER"),
        (("--limit", "forgetting=much"), "is a number"),
        (("--limit", "tail=0.1", "--limit", "tail=0.2"), "given twice"),
        (("--limit", "forgetting=20"), "did you mean 0.2?"),
        (("--dtype", "half"), "one of auto"),
        (("--device", "nowhere"), "cannot be used"),
        (("--quantized", "2bit"), "4bit or 8bit"),
        (("--form", "mine"), "one of own, tuned"),
        (("--template-arg", "thinking"), "NAME=JSON"),
        (("--general", "no/such/file.jsonl"), "no/such/file.jsonl"),
    ],
)
def test_wrong_use_exits_with_2_and_says_what_is_allowed(
    models: Path, arguments: tuple[str, ...], said: str
) -> None:
    """Before anything is asked."""
    result = check(models / "base", models / "full" / "checkpoint-2", *arguments)

    assert result.exit_code == 2
    assert said in unwrapped(result.output)
