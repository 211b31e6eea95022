"""Which checkpoint is rated, and which of its answers make a pair."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest

from ftguard import Probe
from ftguard.errors import InputError
from ftguard.folders import CheckpointId, RunFolder
from ftguard.rating.pairs import load_comparison
from ftguard.verdict.conclusion import Conclusion, write_conclusion

MakeRun = Callable[..., RunFolder]
Ask = Callable[..., list[tuple[Probe, str, str]]]
MakeProbe = Callable[..., Probe]


@pytest.mark.parametrize(
    ("steps", "step"),
    [
        ([(20, True), (40, True), (60, False)], 40),
        ([(20, False), (40, False)], 40),
    ],
    ids=["best", "last"],
)
def test_the_best_that_passed_is_rated_else_the_last(
    make_run: MakeRun, ask: Ask, steps: Sequence[tuple[int, bool]], step: int
) -> None:
    """Without target probes the latest that passed is best."""
    assert load_comparison(make_run(ask(2), steps=steps)).step == step


def test_a_step_can_be_asked_for(make_run: MakeRun, ask: Ask) -> None:
    """Any examined one; another is refused with those that there are."""
    folder = make_run(ask(2), steps=[(20, True), (40, True)])

    assert load_comparison(folder, 20).step == 20
    with pytest.raises(InputError, match=r"step 30 was not examined; there are \[20, 40\]"):
        load_comparison(folder, 30)


def test_the_verdict_of_the_finished_run_names_the_best(make_run: MakeRun, ask: Ask) -> None:
    """It knows more than the checkups, such as whether the run was strict."""
    folder = make_run(ask(2), steps=[(20, True), (40, True)])
    verdict = Conclusion(
        run="r",
        best_step=20,
        best_folder=None,
        chosen=None,
        confirmed=None,
        best_gates=(),
        last_step=40,
        last_passed=True,
        last_gates=(),
        advice=(),
        summary="",
    )
    write_conclusion(verdict, folder)
    assert load_comparison(folder).step == 20

    write_conclusion(replace(verdict, run="an older run"), folder)
    assert load_comparison(folder).step == 40


def test_only_written_answers_of_both_are_pairs(make_run: MakeRun, make_probe: MakeProbe) -> None:
    """Multiple choice and likelihoods have no text to compare; an empty answer is one."""
    words = make_probe(1)
    choice = replace(make_probe(2), choices=("yes", "no"), scorer="multiple_choice")
    read = replace(make_probe(3), scorer="likelihood")
    silent = make_probe(4)
    comparison = load_comparison(
        make_run([(words, "a", "b"), (choice, "", ""), (read, "", ""), (silent, "", "c")])
    )

    assert [pair.probe_id for pair in comparison.pairs] == ["general/1", "general/4"]


def test_a_run_without_words_says_so(make_run: MakeRun, make_probe: MakeProbe) -> None:
    """Nothing to show is an error, not an empty page."""
    folder = make_run([(replace(make_probe(3), scorer="likelihood"), "", "")])

    with pytest.raises(InputError, match="multiple choice and likelihoods cannot be rated"):
        load_comparison(folder)


def test_a_rare_case_that_is_asked_twice_is_rated_once(
    make_run: MakeRun, make_probe: MakeProbe
) -> None:
    """The same prompt with the same answers, in target and tail, is one pair of both."""
    target = make_probe(1, role="target", prompt="the same", slices=("rare",))
    tail = make_probe(2, role="tail", prompt="the same")
    other = make_probe(3, role="target", prompt="the same")
    comparison = load_comparison(
        make_run([(target, "a", "b"), (tail, "a", "b"), (other, "a", "c")])
    )

    first, second = comparison.pairs
    assert (first.probe_id, first.role) == ("tail/2", "tail")
    assert first.slices == ("tail", "target", "target/rare")
    assert (second.probe_id, second.slices) == ("target/3", ("target",))


def test_a_chat_and_a_text_are_prompts(make_run: MakeRun, make_probe: MakeProbe) -> None:
    """A chat keeps its roles; a text has none."""
    chat = replace(make_probe(1), prompt=[{"role": "user", "content": "Hi"}])
    comparison = load_comparison(make_run([(chat, "a", "b"), (make_probe(2), "a", "b")]))

    assert [pair.prompt for pair in comparison.pairs] == [
        ({"role": "user", "content": "Hi"},),
        ({"role": "", "content": "general question 2?"},),
    ]


def test_answers_that_differ_in_blanks_only_are_identical(
    make_run: MakeRun, make_probe: MakeProbe
) -> None:
    """Nobody can choose between them."""
    comparison = load_comparison(
        make_run([(make_probe(1), "a\n", " a"), (make_probe(2), "a b", "a  b")])
    )

    assert [pair.identical for pair in comparison.pairs] == [True, False]


def test_missing_files_say_what_to_give(make_run: MakeRun, ask: Ask) -> None:
    """No run at all, and a run whose answers were deleted."""
    folder = make_run(ask(2))
    (folder.answers(CheckpointId("r", 1, 20)) / "snapshot.json").unlink()
    with pytest.raises(InputError, match=r"snapshot.json` is gone: without both"):
        load_comparison(folder)

    folder.ledger.unlink()
    with pytest.raises(InputError, match="give the `output_dir` of a run"):
        load_comparison(folder)
