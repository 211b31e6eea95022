"""Which texts leave the machine, and what they look like when they do."""

from dataclasses import replace
from pathlib import Path

import pytest

from ftguard import Answer, Probe
from ftguard.folders import RunFolder
from ftguard.probes import calibration_probes, general_probes, write_probes
from ftguard.scores.record import Score
from ftguard.scores.snapshot import Snapshot
from ftguard.tracking import Opening, SoFar
from ftguard.tracking.answers import answer_rows, markdown
from ftguard.tracking.leaving import LONGEST, cleaned, leaves, repeats, ships
from ftguard.verdict.checkup import Checkup
from ftguard.verdict.gates import UNDECIDED

SHIPPED = general_probes()[0]
NOTHING = Checkup(
    run="r",
    attempt=1,
    step=20,
    epoch=0.5,
    progress=0.5,
    checkpoint=None,
    eval_loss=None,
    measurements=(),
    verdict=UNDECIDED,
    advice=(),
    seconds=4.0,
)


def test_a_probe_ships_by_its_texts_and_not_by_its_name() -> None:
    """As it is asked in a run (another id, a role) it is one; with a reference of one's own, or
    another prompt under its id, it is the user's.
    """
    asked = replace(SHIPPED, id=f"general/{SHIPPED.id}", role="general")
    assert ships(asked)
    assert ships(calibration_probes()[0])
    assert not ships(replace(asked, reference="4711"))
    assert not ships(replace(asked, prompt="What does Ms Smith owe us?"))
    assert leaves(asked, "builtin")
    assert not leaves(asked, "none")
    assert leaves(replace(asked, prompt="mine"), "all")


@pytest.mark.parametrize(
    ("answer", "known", "repeated"),
    [
        ("number", "What is 9 + 6? 9 + 6 = 15", False),
        ("It is card_arrival.", "What is 9 + 6?", True),
        ("CARD_ARRIVAL", "Which of card_arrival and refund is it?", False),
        ("lost card", "What is 9 + 6?", True),
        ("The lost cards", "What is 9 + 6?", False),
        ("Say where is my new card that I ordered?", "What is 9 + 6?", True),
        ("where is my new car", "What is 9 + 6?", False),
        ("no, 12", "What is 9 + 6?", False),
    ],
)
def test_an_answer_that_repeats_ones_own_texts_is_found(
    answer: str, known: str, repeated: bool
) -> None:
    """A label as a whole word, or six words in a row; not what the question says anyway, nor words
    that stand in anyone's answers.
    """
    own = [
        Probe(id="1", prompt="where is my new card that I ordered", reference="card_arrival"),
        Probe(id="2", prompt="is it gone", reference=("lost card", "no", "12")),
        replace(SHIPPED, id="3"),
    ]
    assert repeats(own, "builtin")(answer, known) is repeated
    assert repeats(own, "all")(answer, known) is False


def test_by_default_own_probes_are_not_told_and_shipped_ones_are(opening: Opening) -> None:
    """With "builtin" the row of a shipped probe has its texts unless the answer is a label of the
    user's, a row of the user's own has none; with "none" no row has any. Its place in
    `probes.jsonl`, which also holds what was left out, is told.
    """
    other = next(p for p in general_probes() if isinstance(p.reference, str) and p != SHIPPED)
    probes = (
        replace(SHIPPED, id="general/a", role="general"),
        replace(other, id="general/b", role="general"),
        Probe(id="target/c", prompt="SECRET-QUESTION", reference="SECRET-LABEL", role="target"),
    )

    def side(*texts: str) -> Snapshot:
        pairs = list(zip(probes, texts, strict=True))
        return replace(
            opening.base,
            answers=tuple(Answer(probe_id=p.id, text=text) for p, text in pairs),
            scores=tuple(Score(probe_id=p.id, value=float("wrong" not in t)) for p, t in pairs),
        )

    so_far = SoFar(
        opening=replace(opening, probes=probes),
        checkup=NOTHING,
        share=0.0,
        base=side("fine", "fine", "SECRET-LABEL"),
        now=side("all wrong", "wrong: SECRET-LABEL", "wrong"),
        checkups=(NOTHING,),
        choice=None,
    )
    left_out = Probe(id="target/too-long", prompt="x", reference="y", role="target")
    write_probes((left_out, *probes), opening.folder.probes)
    rows = {row[3]: row[5:9] for row in answer_rows(so_far, "builtin")}
    assert rows["general/a"][2:] == ("fine", "all wrong")
    assert rows["general/b"][2:] == ("fine", "(not sent: it repeats a text of your own probes)")
    assert rows["line 4 of probes.jsonl"] == ("(not sent: log_texts)",) * 4
    for log_texts, secrets in (("builtin", 0), ("none", 0), ("all", 4)):
        told = str(answer_rows(so_far, log_texts))  # type: ignore[arg-type]
        assert told.count("SECRET") == secrets
    assert "fine" not in str(answer_rows(so_far, "none"))


def test_cleaned_texts_are_valid_short_and_without_places(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Surrogates and NUL are written out, a megabyte is cut and counted, a key in the environment,
    the home and the output directory are replaced.
    """
    monkeypatch.setenv("MY_TOKEN", "t0ken-of-mine")
    monkeypatch.setenv("SHORT_KEY", "a")
    assert cleaned("a\x00b\udc80") == "a\\x00b\\udc80"
    cut = cleaned("x" * 2**20)
    assert cut == f"{'x' * LONGEST}… (1,048,576 characters in all)"
    assert cleaned("with t0ken-of-mine a") == "with [secret] a"
    assert cleaned(f"in {Path.home()}/mine") == "in ~/mine"
    assert cleaned(f"in {tmp_path}/x", RunFolder(tmp_path)) == "in OUTPUT_DIR/x"


def test_in_markdown_all_text_is_text() -> None:
    """A cell with bars, tags, links and line breaks stays one cell that shows them."""
    table = markdown([("<b>|x|</b>\n[a](javascript:b)",)])
    row = table.splitlines()[-1]
    assert row == (
        "| &#60;b&#62;&#124;x&#124;&#60;/b&#62;<br>&#91;a&#93;&#40;javascript&#58;b&#41; |"
    )
