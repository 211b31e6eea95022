"""Which answers are shown, and how: marked, shortened, and deaf to hostile text."""

import math
import re
import time
from collections.abc import Sequence
from typing import Any

import pytest
from rich.cells import cell_len

from ftguard.ask.answer import Answer
from ftguard.errors import InputError
from ftguard.measures.side_by_side import SideBySide
from ftguard.probes import Probe
from ftguard.report.terminal.example_page import render_examples
from ftguard.report.terminal.examples import Wish, choose
from ftguard.scores.record import Score

HOSTILE = (
    "\x1b[2J\x1b[1;31mred",
    "\x9b31m\x07\x08\r",
    "\x1b]0;title\x07",
    "\x1b]8;;http://evil\x1b\\link\x1b]8;;\x1b\\",
    "a\u202eb\u2066c\u200f",
    "NUL\x00NUL",
    "half \ud800 \udfff",
    "[bold red]markup[/] [link=x]",
    "tag \U000e0041\u200b\ufeff",
    "x" * 3000,
    "\u0301" * 300,
    "東" * 900,
    "\u2028line\u2029paragraph\x85next",
    "🏳️‍🌈👩‍👩‍👧‍👦" * 40,
)


def pair(
    name: str,
    before: float | None,
    after: float | None,
    said: tuple[str, str] = ("old words", "new words"),
    *,
    role: str = "general",
    **more: Any,
) -> SideBySide:
    """One probe with both answers and their scores."""
    fields: dict[str, Any] = {"prompt": "asked", "reference": "right", "slices": ("count",)} | more
    probe_id = f"{role}/{name}"
    answers = [Answer(probe_id=probe_id, text=text) for text in said]
    scores = [
        Score(probe_id=probe_id, value=value, unscored=None if value is not None else "no reason")
        for value in (before, after)
    ]
    return SideBySide(
        probe=Probe(id=probe_id, role=role, **fields),  # type: ignore[arg-type]
        base=answers[0],
        now=answers[1],
        before=scores[0],
        after=scores[1],
    )


PAIRS = (
    *(pair(f"lost-{at}", 1.0, 0.0) for at in range(4)),
    pair("lost-rare", 1.0, 0.0, role="tail", slices=("rare",)),
    *(pair(f"gained-{at}", 0.0, 1.0) for at in range(3)),
    pair("right", 1.0, 1.0),
    pair("same", 1.0, 1.0, ("one", "one")),
)


def names(found: Sequence[SideBySide]) -> list[str]:
    """The probes' names without their role."""
    return [one.probe.id.partition("/")[2] for one in found]


@pytest.mark.parametrize(
    ("wish", "n", "expected"),
    [
        (Wish(), 3, ["lost-0", "lost-rare", "gained-0"]),
        (Wish(), 1, ["lost-0"]),
        (Wish(lost=True), 3, ["lost-0", "lost-rare", "lost-1"]),
        (Wish(gained=True), 9, ["gained-0", "gained-1", "gained-2"]),
        (Wish(slice="rare"), 3, ["lost-rare"]),
        (Wish(slice="tail"), 3, ["lost-rare"]),
        (Wish(slice="tail/rare"), 3, ["lost-rare"]),
        (Wish(slice="general/all", gained=True), 1, ["gained-0"]),
        (Wish(id="general/right"), 3, ["right"]),
        (Wish(id="lost-rare"), 3, ["lost-rare"]),
    ],
)
def test_what_is_asked_for_is_chosen(wish: Wish, n: int, expected: list[str]) -> None:
    """Two of three lost and one gained, in turns by role and slice; else what the wish names."""
    assert names(choose(PAIRS, wish, n)) == expected


def test_what_is_missing_is_made_up_for() -> None:
    """Without lost ones the gained ones come, then other words, and what is the same last."""
    assert names(choose(PAIRS[5:], Wish(), 5)) == [
        "gained-0",
        "gained-1",
        "gained-2",
        "right",
        "same",
    ]
    assert names(choose(PAIRS[:5], Wish(), 3)) == ["lost-0", "lost-rare", "lost-1"]
    assert choose(PAIRS[8:], Wish(lost=True), 3) == ()


@pytest.mark.parametrize(
    ("wish", "told"),
    [
        (Wish(slice="rair"), r"slice `rair`; did you mean `rare`"),
        (Wish(id="lost"), "no probe is called"),
    ],
)
def test_what_is_not_there_is_answered_with_what_is_near(wish: Wish, told: str) -> None:
    """An unknown slice and an unknown id are wrong use."""
    with pytest.raises(InputError, match=told):
        choose(PAIRS, wish, 3)


def test_a_probe_that_was_not_asked_here_is_not_said_to_be_unknown() -> None:
    """It is one of the run, asked at other checkpoints; how many are is told in the first line."""
    with pytest.raises(InputError, match="`left` was not asked at this checkpoint"):
        choose(PAIRS, Wish(id="left"), 3, not_asked=("general/left",))

    page = render_examples(60, PAIRS, (), num_not_asked=138, colour=False)
    assert "138 not asked at this checkpoint" in " ".join(page.split())


def test_an_example_is_drawn_whole() -> None:
    """Counts, then what was asked, both answers with the changed words marked, and the scores."""
    shown = pair("a", 1.0, 0.0, ("It is 9 + 6 = 15.", "It is 9 + 6 = number."), prompt="9 + 6?")
    page = render_examples(60, (shown, *PAIRS[:2]), [shown], colour=False)
    assert page.splitlines() == [
        "step 60: 3 lost, 0 gained, 0 right before and after, 0 wrong before and after, 0",
        "  not scored on both sides",
        "",
        "general/a · lost · general: count · normalized_match",
        "prompt      9 + 6?",
        "reference   right",
        "base        It is 9 + 6 = [-15-].",
        "step 60     It is 9 + 6 = {+number+}.",
        "score       1.00 → 0.00",
    ]


def test_on_a_terminal_colours_mark() -> None:
    """What is gone is struck out in red, what is new is bold and green; no brackets are needed."""
    shown = pair("a", 1.0, 0.0)
    page = render_examples(60, [shown], [shown], colour=True)
    assert "\x1b[9;31mold\x1b[0m words" in page
    assert "\x1b[1;32mnew\x1b[0m words" in page
    assert "[-" not in page


def test_options_are_told_with_how_sure_each_model_is() -> None:
    """Softmax of the options' log-probabilities: 80 % against 20 %, then the other way round."""
    probe = Probe(
        id="general/q",
        role="general",
        prompt="Capital?",
        choices=("Paris", "Rome"),
        reference="Paris",
    )
    sure = [(math.log(0.8), math.log(0.2)), (math.log(0.1), math.log(0.4))]
    base, now = (Answer(probe_id=probe.id, option_logprobs=logprobs) for logprobs in sure)
    before, after = (Score(probe_id=probe.id, value=value) for value in (1.0, 0.0))
    shown = SideBySide(probe=probe, base=base, now=now, before=before, after=after)

    lines = render_examples(6, [shown], [shown], colour=False).splitlines()
    assert "options     how sure: base → step 6" in lines
    assert "             80% →  20%  Paris (right, base's choice)" in lines
    assert "             20% →  80%  Rome (step 6's choice)" in lines


def test_a_text_that_is_read_is_told_with_nats() -> None:
    """Two tokens at 1 nat each, then at 2: exp(-1) is 37 %, exp(-2) 14 %."""
    probe = Probe(
        id="general/r", role="general", prompt="Once", reference=" upon", scorer="likelihood"
    )
    base, now = (Answer(probe_id=probe.id, logprobs=(-n, -n)) for n in (1.0, 2.0))
    before, after = (Score(probe_id=probe.id, value=math.exp(-n)) for n in (1.0, 2.0))
    shown = SideBySide(probe=probe, base=base, now=now, before=before, after=after)

    page = render_examples(6, [shown], [shown], colour=False)
    assert "text read    upon" in page
    assert "base        1.00 nats per token (each token at 37%)" in page
    assert "step 6      2.00 nats per token (each token at 14%)" in page


def test_long_texts_and_chats_say_what_is_left_out() -> None:
    """1,000 characters of which 600 are shown, and 9 messages of which 5 are."""
    turns = [{"role": r, "content": f"turn {n}"} for n in range(4) for r in ("user", "assistant")]
    chat = [*turns, {"role": "user", "content": "a" * 400 + "b" * 400 + "c" * 200}]
    shown = pair("chat", 1.0, None, ("", "x"), prompt=chat)
    page = render_examples(6, [shown], [shown], colour=False)
    assert "[…4 messages left out…]" in page
    assert page.count("turn ") == 4
    text = "".join(page.split())
    assert f"{'a' * 400}[…400charactersleftout…]{'c' * 200}" in text
    assert "base        (nothing)" in page
    assert "score       1.00 → none (no reason)" in page


def test_an_answer_that_was_cut_off_says_so() -> None:
    """Both said the same, and one of them was cut off there: that is no `both`."""
    shown = pair("a", 1.0, 0.0, ("one two", "one two"))
    cut = Answer(probe_id=shown.probe.id, text="one two", finish="length")
    shown = SideBySide(
        probe=shown.probe, base=shown.base, now=cut, before=shown.before, after=shown.after
    )
    page = render_examples(6, [shown], [shown], colour=False)
    assert "step 6      one two (cut off here)" in page
    assert "\nboth " not in page


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
@pytest.mark.parametrize("colour", [False, True])
def test_hostile_text_steers_nothing(text: str, *, colour: bool) -> None:
    """In the prompt, the answers, the reference, the id, the slice and a reason: no control
    character, no bidi mark, no half of a surrogate is left, and no line is wider than 80 columns.
    """
    # A probe with half of a surrogate is refused; an answer may hold one.
    whole = text.encode("utf-8", "replace").decode()
    shown = (
        pair(
            whole,
            1.0,
            0.0,
            (f"{text} old", f"{text} new"),
            prompt=whole,
            reference=whole,
            slices=(whole,),
        ),
        pair(
            "q",
            1.0,
            0.0,
            (text, ""),
            choices=(whole, "b"),
            reference=whole,
            scorer="multiple_choice",
        ),
    )
    page = render_examples(6, shown, shown, colour=colour)
    plain = re.sub(r"\x1b\[[0-9;]*m", "", page) if colour else page
    assert not re.search(
        "[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\u202e\u2066\u200f\ud800-\udfff]", plain
    )
    assert max(cell_len(line) for line in plain.split("\n")) <= 80
    page.encode()


def test_megabytes_are_shown_in_a_page() -> None:
    """A megabyte of one letter as prompt, and two of other words: a page, in bounded time."""
    shown = pair("big", 1.0, 0.0, ("x " * 500_000, "y" * 10**6), prompt="z" * 10**6)
    started = time.process_time()
    page = render_examples(6, [shown], [shown], colour=False)
    assert time.process_time() - started < 10
    assert len(page) < 5_000
    assert page.count("characters left out") == 3
