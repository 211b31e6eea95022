"""Tests of what is taken of lm-eval's tasks, what is refused, and what a run keeps of them."""

import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from ftguard import GuardCallback, InputError, Probe, ProbeSet
from ftguard.ask.answer import Answer
from ftguard.cli.probe_pages import render_page, render_table
from ftguard.folders import RunFolder
from ftguard.probes import read_probes, write_probes
from ftguard.probes.leaks.search_terms import search_terms_of
from ftguard.scores import score
from ftguard.testing import tiny_run

pytestmark = [
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::FutureWarning"),
]

Write = Callable[..., None]


def test_a_document_becomes_a_probe_that_is_asked_to_the_letter(tasks: Path) -> None:
    """With lm-eval's number as its id, its task as its slice; what is looked for in the training
    data is the question alone, and not the examples before it.
    """
    asked = ProbeSet.load(f"lm_eval:shown@{tasks}")
    probe = asked.probes[7]

    assert (probe.id, probe.slices, probe.max_new_tokens) == ("shown-7", ("shown",), 12)
    assert probe.verbatim is not None
    assert probe.verbatim.until == ("\n", "=")
    assert str(probe.prompt).endswith("\n" + probe.verbatim.question)
    assert str(probe.prompt).count("\n") == 2
    sought = b" ".join(term.stream for term in search_terms_of([probe], ()))
    example = str(probe.prompt).partition("=")[0].rpartition(" ")[2]
    assert example.encode() not in sought
    (note,) = asked.notes
    assert note == (
        "lm-eval's `shown`: 12 documents of `test`, 2-shot, asked as plain text, scored by "
        "`exact_match,first-word`, its own metric."
    )


def test_the_metric_and_the_examples_can_be_chosen(tasks: Path) -> None:
    """By lm-eval's own names, with the filter or without; a note says what scores."""
    take = partial(ProbeSet.from_lm_eval, include_path=tasks)
    lengths = take("plain", metric="acc_norm")
    whole = take("shown", metric="exact_match,whole", num_fewshot=1)

    assert {probe.verbatim.per for probe in lengths if probe.verbatim} == {"character"}
    assert "`acc_norm` (its log-probability over its number of characters)" in lengths.notes[0]
    assert "1-shot" in whole.notes[0]
    assert "`exact_match,whole`" in whole.notes[0]
    answers = [Answer(probe_id=p.id, text=f"{p.references[0]}, I think") for p in whole]
    assert {found.value for found in score(whole.probes, answers)} == {0.0}
    first = ProbeSet.load(f"lm_eval:words@{tasks}")
    answers = [Answer(probe_id=p.id, text=f" {p.references[0]}, I think") for p in first]
    assert {found.value for found in score(first.probes, answers)} == {1.0}
    with pytest.raises(InputError, match="no metric `f1` here; it has acc, acc_norm"):
        take("plain", metric="f1")


def test_a_group_is_expanded_and_its_names_are_slices(tasks: Path) -> None:
    """The group before the task; a task in two of the names is asked once; a file is a task too."""
    (tasks / "mine.yaml").write_text(json.dumps({"group": "mine", "task": ["plain", "words"]}))
    asked = ProbeSet.load(f"lm_eval:mine,plain,{tasks / 'last.yaml'}@{tasks}")

    slices = {probe.slices for probe in asked}
    assert slices == {("mine", "plain"), ("mine", "words"), ("last",)}
    assert len(asked) == 12 * 4


def test_a_chat_template_gets_messages(tasks: Path) -> None:
    """Description and examples are told to it as lm-eval's `--apply_chat_template` tells them."""
    asked = ProbeSet.from_lm_eval("shots", include_path=tasks, chat=True)
    prompt = asked.probes[0].prompt

    assert not isinstance(prompt, str)
    system, user = prompt
    assert (system["role"], system["content"], user["role"]) == ("system", "So: ", "user")
    assert user["content"].count("\n") == 2
    assert "through the chat template" in asked.notes[0]


@pytest.mark.parametrize(
    ("config", "reason"),
    [
        ({"output_type": "loglikelihood_rolling", "metric_list": None}, "for their perplexity"),
        ({"repeats": 4}, "asks for 4 sampled answers"),
        ({"generation_kwargs": {"until": ["\n"], "do_sample": True}}, "samples its answers"),
        ({"unsafe_code": True}, "runs the code that a model writes"),
        (
            {"metric_list": [{"metric": "bleu", "aggregation": "bleu", "higher_is_better": True}]},
            "no metric that is a share of each answer",
        ),
        ({"dataset_path": "nobody/no-such-set", "dataset_kwargs": None}, "`nobody/no-such-set`"),
        ({"dataset_kwargs": {"data_files": {"test": "gone.jsonl"}}}, "asks of files"),
        ({"num_fewshot": 400, "fewshot_split": "test"}, "makes no prompts of its documents"),
        ({"doc_to_text": "{{asked.nothing.there}}"}, "cannot load `odd`"),
    ],
    ids=[
        "rolling",
        "repeats",
        "sampled",
        "code",
        "corpus",
        "no-data",
        "no-file",
        "shots",
        "broken",
    ],
)
def test_what_no_probe_can_ask_is_refused(
    tmp_path: Path, write: Write, config: dict[str, object], reason: str
) -> None:
    """By the task's name, with what it wants and what to do, before anything is asked."""
    write("odd", config)

    with pytest.raises(InputError, match="`odd`") as refused:
        ProbeSet.load(f"lm_eval:odd@{tmp_path}")
    assert reason in str(refused.value)


AS_IT_IS = [{"name": "as-it-is", "filter": [{"function": "take_first"}]}]


@pytest.mark.parametrize(
    ("metrics", "config", "reason"),
    [
        (("acc_mutual_info",), {}, "each option is read a second time"),
        (("acc", "acc_mutual_info"), {"filter_list": AS_IT_IS}, "each option is read a second"),
        (("exact_match",), {}, "not whether the model would write them"),
        (("brier_score",), {}, "no metric that is a share of each answer"),
        (("f1", "mcc"), {}, "no metric that is a share of each answer"),
    ],
)
def test_a_metric_of_options_that_cannot_be_worked_out_here_is_refused_in_a_sentence(
    tasks: Path, metrics: Sequence[str], config: dict[str, Any], reason: str
) -> None:
    """What needs options read twice, a greedy answer or a whole set; no error of lm-eval's own."""
    named = [{"metric": n, "aggregation": "mean", "higher_is_better": True} for n in metrics]
    task = json.loads((tasks / "plain.yaml").read_text())
    odd = task | {"task": "odd", "metric_list": named} | config
    (tasks / "odd.yaml").write_text(json.dumps(odd))
    with pytest.raises(InputError, match=reason) as refused:
        ProbeSet.load(f"lm_eval:odd@{tasks}")
    assert "`odd`" in str(refused.value)
    assert "Error" not in str(refused.value)


def test_beside_a_metric_that_cannot_be_read_another_is_taken(tasks: Path) -> None:
    """A task that asks for both is scored by `acc`."""
    named = [
        {"metric": n, "aggregation": "mean", "higher_is_better": True}
        for n in ("acc_mutual_info", "acc")
    ]
    task = json.loads((tasks / "plain.yaml").read_text())
    (tasks / "odd.yaml").write_text(json.dumps(task | {"task": "odd", "metric_list": named}))
    asked = ProbeSet.load(f"lm_eval:odd@{tasks}")

    assert "scored by `acc`" in asked.notes[0]
    assert all(len(p.verbatim.reads) == len(p.choices) for p in asked if p.verbatim)


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("lm_eval:", "names no task"),
        ("lm_eval:plain@", "names no task"),
        ("lm_eval:plain@nowhere", "no folder `nowhere`"),
        ("lm_eval:nowhere.yaml", "no file `nowhere.yaml`"),
    ],
)
def test_a_name_of_nothing_is_refused(source: str, reason: str) -> None:
    """With how it is written."""
    with pytest.raises(InputError, match=reason):
        ProbeSet.load(source)


def test_questions_are_no_training_data() -> None:
    """A benchmark as `train_dataset` is a slip."""
    with pytest.raises(InputError, match="`train_dataset` is what you train on"):
        GuardCallback(train_dataset="lm_eval:arc_easy", tail=None)


def test_without_lm_eval_probes_are_read_and_shown(
    tasks: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Kept probes are what they were; one that lm-eval's own metric scores says what is missing."""
    asked = ProbeSet.load(f"lm_eval:plain,words@{tasks}")
    write_probes(asked, tmp_path / "probes.jsonl")
    for name in ("lm_eval", "lm_eval.tasks"):
        monkeypatch.setitem(sys.modules, name, None)

    kept = read_probes(tmp_path / "probes.jsonl")
    assert kept == asked.probes
    assert "words-3" in render_table(kept, colour=False)
    page = render_page(kept[15], colour=False)
    assert "lm_eval:words@" in page
    assert "ends at\n  '\\n', '='" in page
    found = score(kept[11:13], [Answer(probe_id=probe.id, text="a") for probe in kept])
    assert "likelihoods for" in str(found[0].unscored)
    assert "give the probes as `lm_eval:words` again" in str(found[1].unscored)
    with pytest.raises(InputError, match=r"pip install 'ftguard\[lm_eval\]'"):
        ProbeSet.load(f"lm_eval:plain@{tasks}")


def test_a_run_asks_them_and_goes_on_with_them(tasks: Path, tmp_path: Path) -> None:
    """Tasks are slices of what is forgotten, drawn as all sets are; a resume, which loads them
    anew, finds the same probes and the same base.
    """
    home, source = tmp_path / "run", f"lm_eval:plain,words,last@{tasks}"
    first, again = (GuardCallback(general=source, tail=None, max_probes=24) for _ in range(2))
    tiny_run(home, first, max_steps=2).train()
    kept = read_probes(RunFolder(home).probes)
    tiny_run(home, again, max_steps=4).train(resume_from_checkpoint=True)

    assert [checkup.step for checkup in again.checkups] == [2, 4]
    assert read_probes(RunFolder(home).probes) == kept
    assert sum(probe.kind == "answer" for probe in kept) == 24
    for name in ("all", "plain", "words", "last", "last/likelihood"):
        assert again.checkups[0].find("forgetting", name) is not None, name
    calibrated = again.checkups[0].find("calibration", "general")
    assert calibrated is not None
    # Options alone tell how sure a model is; a third of 24 by the draw's shares.
    assert calibrated.num_scored + (calibrated.estimate.n if calibrated.estimate else 0) == 8


def test_the_prompt_of_a_probe_is_asked_plain_under_any_template(tasks: Path) -> None:
    """General prompts go through a chat template; a benchmark's stays as lm-eval has it."""
    from ftguard.ask.render import Rendering
    from ftguard.testing import tiny_tokenizer

    tokenizer = tiny_tokenizer()
    tokenizer.chat_template = "{% for m in messages %}u:{{ m['content'] }}{% endfor %}a:"
    probe = replace(ProbeSet.load(f"lm_eval:words@{tasks}").probes[0], role="general")
    plain = Probe(id="p", prompt=probe.prompt, reference="a", role="general")
    rendering = Rendering(tokenizer=tokenizer)

    assert tokenizer.decode(rendering.prompt(probe)) == f"<s>{probe.prompt}"
    assert tokenizer.decode(rendering.prompt(plain)) == f"u:{probe.prompt}a:"
