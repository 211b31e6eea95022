"""Our scores on tasks of lm-evaluation-harness are its own, document by document."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from transformers import AutoModelForCausalLM, AutoTokenizer

import ftguard
from ftguard import ProbeSet
from ftguard.ask.asking import ask
from ftguard.ask.prompts import prepare
from ftguard.scores import score

pytestmark = [
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::FutureWarning"),
]

DEMO = Path(ftguard.__file__).parent / "demo" / "model"
METRICS = {
    "plain": ("acc", "none"),
    "shots": ("acc_norm", "none"),
    "both": ("acc", "none"),
    "blanks": ("acc", "none"),
    "own": ("acc", "none"),
    "words": ("exact_match", "first-word"),
    "shown": ("exact_match", "first-word"),
    "last": ("acc", "none"),
}


def samples(model: Any, tokenizer: Any, folder: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """What lm-eval logs of each document, under the id of our probe."""
    from lm_eval import simple_evaluate
    from lm_eval.models.huggingface import HFLM
    from lm_eval.tasks import TaskManager

    found = simple_evaluate(
        HFLM(pretrained=model, tokenizer=tokenizer, batch_size=8),
        tasks=list(METRICS),
        task_manager=TaskManager(include_path=str(folder), include_defaults=False),
        log_samples=True,
        bootstrap_iters=0,
    )
    for task, logged in found["samples"].items():
        for sample in logged:
            if sample["filter"] == METRICS[task][1]:
                yield f"{task}-{sample['doc_id']}", sample


@pytest.mark.parametrize("name", ["demo", "stories260K"])
def test_scores_are_lm_evals_own(name: str, tasks: Path, request: pytest.FixtureRequest) -> None:
    """On the same model and documents every probe's score is the value that lm-eval logs; so are
    the log-probabilities of options and the answers, letter by letter.
    """
    models = DEMO.parent if name == "demo" else request.getfixturevalue("shared") / "models"
    place = models / ("model" if name == "demo" else name)
    model = AutoModelForCausalLM.from_pretrained(place, dtype="float32").eval()
    tokenizer = AutoTokenizer.from_pretrained(place)
    asked = ProbeSet.load(f"lm_eval:{','.join(METRICS)}@{tasks}")
    probes = [replace(probe, role="general") for probe in asked]
    batch = prepare(probes, model, tokenizer, {})
    answers = {answer.probe_id: answer for answer in ask(model, batch).answers}
    ours = {each.probe_id: each.value for each in score(batch.probes, answers.values())}
    theirs = dict(samples(model, tokenizer, tasks))

    assert batch.too_long == ()
    assert len(theirs) == 12 * len(METRICS)
    assert ours.keys() - theirs.keys() == {f"last-{n}#likelihood" for n in range(12)}
    for probe_id, sample in theirs.items():
        metric, _ = METRICS[probe_id.rpartition("-")[0]]
        answer, responses = answers[probe_id], [response for (response,) in sample["resps"]]
        assert ours[probe_id] == sample[metric], probe_id
        if answer.option_logprobs:
            read = [float(response[0]) for response in responses]
            assert answer.option_logprobs == pytest.approx(read, abs=1e-3), probe_id
        elif probe_id.startswith("last"):
            assert sum(answer.logprobs) == pytest.approx(float(responses[0][0]), abs=1e-3)
        else:
            assert answer.text == responses[0], probe_id
    assert not all(ours.values())
    for task in ("plain", "words", "last"):
        right = [ours[f"{task}-{n}"] for n in range(12)]
        assert name != "demo" or any(right), task
