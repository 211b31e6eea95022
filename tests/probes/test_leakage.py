"""Tests of `find_leaks`: every kind of leak by hand, odd input, and plantings in real sets."""

import json
import random
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from ftguard.probes import Message, Probe
from ftguard.probes.builtin import CANARY
from ftguard.probes.leak import Leak
from ftguard.probes.leakage import find_leaks
from ftguard.probes.query import Frame

EGGS = "How many eggs does Janet's farm sell at the market?"
CHATML = "<|im_start|>user\n{}<|im_end|>\n<|im_start|>assistant\nSure.<|im_end|>"


def _probes(*prompts: str) -> list[Probe]:
    return [Probe(id=f"p{i}", prompt=prompt, scorer="open") for i, prompt in enumerate(prompts)]


def _rows(*texts: str) -> list[tuple[str, list[str]]]:
    return [(f"row {i}", [text]) for i, text in enumerate(texts)]


def _kinds(leaks: Sequence[Leak]) -> dict[str, str]:
    return {leak.probe_id: leak.kind for leak in leaks}


def _chat(*contents: str) -> tuple[Message, ...]:
    """Turns of a user and an assistant."""
    return tuple(
        Message(role=("user", "assistant")[i % 2], content=text) for i, text in enumerate(contents)
    )


@pytest.mark.parametrize(
    "text",
    [
        EGGS,
        EGGS.upper(),
        "how many eggs does janets farm sell, at the market",
        "How  many eggs\tdoes Janet\u2019s farm sell at\u00a0the  market ?",
        EGGS.replace(" ", ""),
        EGGS.replace(" ", "\n"),
        f"{EGGS}\nThree.",
        f"Question: {EGGS}\nAnswer: Three.",
        CHATML.format(EGGS),
        f"<|start_header_id|>user<|end_header_id|>\n\n{EGGS}<|eot_id|>",
        f"<s>[INST] <<SYS>>\nBe brief.\n<</SYS>>\n\n{EGGS} [/INST] Three.</s>",
        f"<start_of_turn>user\n{EGGS}<end_of_turn>\n<start_of_turn>model\nThree.",
        f"### Human: {EGGS}\n### Assistant: Three.",
        f"Be brief. USER: {EGGS} ASSISTANT: Three.</s>",
        f"Where is it?</s>{EGGS}</s>Who are you?",
    ],
)
def test_a_whole_piece_turn_or_line_is_exact(text: str) -> None:
    """Case, punctuation, spacing and the markers of a chat format do not count."""
    assert _kinds(find_leaks(_probes(EGGS), _rows(text))) == {"p0": "exact"}


@pytest.mark.parametrize(
    "text",
    [
        f"Dear all, {EGGS} Please answer soon.",
        f"Dear all, {EGGS.upper()} PLEASE ANSWER SOON.",
        f"DearallpleaseanswersooN{EGGS}Dearall".replace(" ", ""),
        "Tell me: how many eggs does Janet's farm\nsell at the market, please?",
    ],
)
def test_inside_a_longer_text_is_contained(text: str) -> None:
    """A probe is found with other text before and after it in the same line."""
    assert _kinds(find_leaks(_probes(EGGS), _rows(text))) == {"p0": "contained"}


def test_a_leak_says_where_and_shows_the_text_around() -> None:
    """30 characters before the probe are shown, and 120 in all, as they are; rows are counted."""
    before = "It was a dark and stormy night, and then she asked: "
    text = f"{before}{EGGS}\tNobody\x07knew.{' Nobody at all knew.' * 9}"

    (leak,) = find_leaks(_probes(EGGS), _rows("Hello there.", text, "Goodbye.", text, text))

    shown = text[len(before) - 30 :][:120]
    assert leak == Leak(
        probe_id="p0", kind="contained", where="row 1", similarity=1.0, excerpt=shown, rows=3
    )
    assert leak.is_leak
    assert "Nobody\x07knew" in leak.excerpt


def test_the_strongest_of_several_is_told() -> None:
    """A contained probe gives way to an exact one in a later row, and the rows add up."""
    (leak,) = find_leaks(_probes(EGGS), _rows(f"So, {EGGS} Ha.", EGGS.upper(), EGGS))

    assert (leak.kind, leak.where, leak.rows) == ("exact", "row 1", 3)


def test_one_word_of_twenty_changed_is_near() -> None:
    """5 of 100 letters are to edit, so the similarity is 0.95, inside a longer text too."""
    words = (
        "seven brown foxes under green trees chase white birds while eight black bears watch "
        "their young drink fresh river water"
    ).split()
    assert (len(words), len("".join(words))) == (20, 99)
    words[0] = "sevens"
    changed = " ".join([*words[:9], "jumps", *words[10:]])

    leaks = find_leaks(
        _probes(" ".join(words)), _rows(f"Nobody had expected it. {changed} So it went.")
    )

    # The letters of `while` and `jumps` have none in common.
    assert [(leak.kind, leak.similarity) for leak in leaks] == [("near", pytest.approx(0.95))]
    assert leaks[0].excerpt.startswith("Nobody had expected it. sevens")
    assert leaks[0].is_leak


def test_one_word_of_fewer_changed_is_similar() -> None:
    """6 of 36 letters are to edit in a text of eight words: reported, and no leak."""
    asked = "please cancel my table for this friday night"
    trained = "please cancel my table for this sunday night"

    (leak,) = find_leaks(_probes(asked), _rows(trained, "Sure.", trained))

    # 37 letters; f-r-i becomes s-u-n.
    assert (leak.kind, leak.rows, leak.is_leak) == ("similar", 2, False)
    assert leak.similarity == pytest.approx(1 - 3 / 37)
    assert find_leaks(_probes(asked), _rows(f"I said {trained}, and left.")) == ()


def test_few_letters_count_only_as_a_whole() -> None:
    """Of 11 letters a line is needed; 12 count inside a longer text."""
    probes = _probes("set an alarm", "set the alarm")

    assert _kinds(find_leaks(probes, _rows("Can you set an alarm or set the alarm?"))) == {
        "p0": "similar",
        "p1": "contained",
    } or _kinds(find_leaks(probes, _rows("Can you set an alarm or set the alarm?"))) == {
        "p1": "contained"
    }
    assert _kinds(find_leaks(probes[:1], _rows("Sure.\nSet an alarm!"))) == {"p0": "exact"}


@pytest.mark.parametrize(
    ("asked", "trained"),
    [
        ("What is the meaning of art?", "What is the meaning of artificial light in a room?"),
        ("Multiply the numbers 12 and 3", "Multiply the numbers 12 and 35, then add seven to it."),
        ("is the time right for this", "This the time right for this? Who knows, and who is to say"),
    ],
)
def test_words_and_numbers_are_not_cut(asked: str, trained: str) -> None:
    """A text that ends or begins within a word or a number is another text."""
    assert not [leak for leak in find_leaks(_probes(asked), _rows(trained)) if leak.is_leak]


def test_signs_between_numbers_count() -> None:
    """A quotient is no difference, though all letters and digits are the same."""
    probes = _probes("What is 15 / 3, please?")

    assert _kinds(find_leaks(probes, _rows("What is 15 - 3, please?"))) == {"p0": "similar"}
    assert _kinds(find_leaks(probes, _rows("what is 15/3 please"))) == {"p0": "exact"}
    assert _kinds(find_leaks(probes, _rows("What is 15 3 please"))) == {"p0": "exact"}


def test_a_short_question_with_options_is_known_by_its_answer() -> None:
    """Many share the question `Which of these is true?`; the right answer must be there too."""
    probe = Probe(
        id="q",
        prompt="Which of these is true?\nA. Fish fly\nB. Snow is cold\nAnswer:",
        choices=("Fish fly", "Snow is cold"),
        reference="Snow is cold",
    )
    question = "Which of these is true?"

    others = find_leaks([probe], _rows(f"{question}\nA. Ice is hot\nB. Birds sing"))
    reordered = find_leaks([probe], _rows(f"{question}\n(a) Snow is cold\n(b) Fish fly"))

    assert _kinds(others) == {"q": "similar"}
    assert _kinds(reordered) == {"q": "exact"}


QUERIES = ("lost card", "new card", "fees", "balance", "block it", "hours", "branches", "loans")
"""As many as tell a frame."""
TEMPLATE = "You are a kind clerk of a large bank. Say what this customer of yours wants: {} Intent:"


def test_a_query_is_found_without_its_frame() -> None:
    """What all prompts share is no leak; the query in another frame is one, or in the same."""
    asked = "where did i leave my old card"
    probes = _probes(*(TEMPLATE.format(query) for query in (*QUERIES, asked)))

    assert find_leaks(probes, _rows(TEMPLATE.format("how high are the rates"))) == ()
    assert _kinds(find_leaks(probes, _rows(f"Q: {asked}"))) == {"p8": "exact"}
    assert _kinds(find_leaks(probes, _rows(TEMPLATE.format(asked)))) == {"p8": "exact"}
    similar = TEMPLATE.format("where did i leave your old card")
    assert _kinds(find_leaks(probes, _rows(similar))) == {"p8": "similar"}


def test_few_probes_have_the_frame_of_another_role() -> None:
    """Two tail probes tell no frame, but stand in the target's."""
    target = [
        Probe(id=f"target/{q}", prompt=TEMPLATE.format(q), scorer="open", role="target")
        for q in QUERIES
    ]
    tail = [
        Probe(id=f"tail/{q}", prompt=TEMPLATE.format(q), scorer="open", role="tail")
        for q in ("what are your opening hours", "where is your next branch")
    ]

    leaks = find_leaks([*target, *tail], _rows(TEMPLATE.format("where are all your branches now")))
    given = find_leaks(
        tail,
        _rows(TEMPLATE.format("where are all your branches now")),
        frames=[Frame(before=TEMPLATE.partition("{}")[0], after=" Intent:")],
    )

    assert (leaks, given) == ((), ())


def test_what_many_probes_share_is_not_compared() -> None:
    """Prompts of varying templates have no frame, and still are not near to each other's rows."""
    rng = random.Random(0)  # noqa: S311
    letters = "abcdefghijklmnopqrstuvwxyz"
    queries = ["".join(rng.choices(letters, k=30)) for _ in range(40)]
    prompts = [f"{rng.choice(QUERIES)} {TEMPLATE.format(q)} {q[:3]}" for q in queries]

    assert find_leaks(_probes(*prompts[:20]), _rows(*prompts[20:])) == ()
    assert len(find_leaks(_probes(*prompts[:20]), _rows(*prompts))) == 20


def test_a_text_is_searched_for_as_a_whole() -> None:
    """A story's beginning is no leak, its beginning with its end is; its companion is no second."""
    told = Probe(
        id="s", prompt="Once upon a time", reference=", there was a girl.", scorer="likelihood"
    )
    text = Probe(id="t", prompt="", reference="The king's old horse ran away.", scorer="likelihood")
    question = Probe(id="q", prompt="Where is the king's horse?", reference="gone")
    companion = Probe(
        id="q#likelihood", prompt=question.prompt, reference="gone", scorer="likelihood"
    )
    probes = [told, text, question, companion]

    begun = find_leaks(probes, _rows("Once upon a time, there was a bear, and nobody knew why."))
    whole = find_leaks(
        probes,
        _rows(
            "Once upon a time, there was a girl. The king's old horse ran away!",
            "Where is the king's horse? It is gone.",
        ),
    )

    assert begun == ()
    assert _kinds(whole) == {"s": "contained", "t": "contained", "q": "contained"}


def test_a_longer_chat_is_found_across_its_messages() -> None:
    """Its turns are searched for together: its last words alone are not what is asked."""
    turns = ("Can you book me a table?", "For how many people?", "Four of us, at eight please")
    probe = Probe(id="c", prompt=_chat(*turns), scorer="open")
    template = "<|im_start|>user\n{}<|im_end|>\n<|im_start|>assistant\n{}<|im_end|>\n"
    decoded = template.format(*turns[:2]) + f"<|im_start|>user\n{turns[2]}<|im_end|>"

    assert find_leaks([probe], _rows("Four of us, at eight please")) == ()
    assert _kinds(find_leaks([probe], [("row", [*turns, "Booked."])])) == {"c": "contained"}
    assert _kinds(find_leaks([probe], _rows(f"{decoded} Booked."))) == {"c": "contained"}


def test_the_canary_is_reported() -> None:
    """Training on ftguard's own probe files is found by their canary, whatever the probes."""
    line = json.dumps({"canary": f"keep out of training data: canary GUID {CANARY}"})

    assert [(leak.probe_id, leak.where) for leak in find_leaks([], _rows("Hello.", line))] == [
        (CANARY, "row 1")
    ]


@pytest.mark.parametrize(
    ("asked", "trained", "kind"),
    [
        ("\U0001f34e\U0001f34e\U0001f34a", "Sure.\n\U0001f34e \U0001f34e\U0001f34a\n", "exact"),
        ("你好", "<|im_start|>user\n你好!<|im_end|>", "exact"),
        ("今天天气怎么样？", "请问,今天天气怎么样,我们去公园吧", "contained"),
        ("كيف يمكنني إعادة تعيين كلمة المرور؟", "مرحبا، كيف يمكنني إعادة تعيين كلمة المرور", "contained"),
        ("मुझे पासवर्ड कैसे बदलना चाहिए", "सुनो, मुझे पासवर्ड कैसे बदलना चाहिए?", "contained"),
        ("Straße zum Rathaus gesucht", "Bitte: STRASSE ZUM RATHAUS GESUCHT!", "contained"),
        ("a\ud800b and so on and on", "A\ud800b, and so on, and on", "exact"),
    ],
)
def test_every_script_is_found(asked: str, trained: str, kind: str) -> None:
    """Emoji, ideographs, Arabic, Indic scripts, and even broken text."""
    assert _kinds(find_leaks(_probes(asked), _rows(trained))) == {"p0": kind}


def test_a_changed_ideograph_is_near() -> None:
    """Sixty ideographs are as long as 22 words; one of them changed leaves a near match."""
    rng = random.Random(0)  # noqa: S311
    text = "".join(chr(rng.randrange(0x4E00, 0x9FA5)) for _ in range(60))

    leaks = find_leaks(_probes(text), _rows(f"好的好的{text[:30]}一{text[31:]}好的"))

    assert _kinds(leaks) == {"p0": "near"}


def test_nothing_is_found_in_nothing() -> None:
    """Empty rows, blank pieces and no rows at all are searched without complaint."""
    assert find_leaks(_probes(EGGS, "hi"), []) == ()
    assert find_leaks(_probes(EGGS, "hi"), [("a", []), ("b", [""]), ("c", [" \n", "\t", "?!"])]) == ()


def test_rows_are_read_in_chunks() -> None:
    """Progress is told while rows are still to come, so that no list of them is needed."""
    read = 0
    told = []

    def rows() -> Iterator[tuple[str, list[str]]]:
        nonlocal read
        for read in range(1, 6001):
            yield f"row {read}", ["Nothing of interest happened here. " * 20]

    find_leaks(_probes(EGGS), rows(), progress=lambda searched: told.append((searched, read)))

    assert told[-1] == (6000, 6000)
    # A chunk is searched as soon as the next row is one too many.
    assert told[0] == (told[0][0], told[0][0] + 1)
    assert len(told) > 2


def _sentences(letters: int, seed: int) -> str:
    """So many characters of made-up words."""
    rng = random.Random(seed)  # noqa: S311
    alphabet = "abcdefghijklmnopqrstuvwxyz"
    words = ["".join(rng.choices(alphabet, k=rng.randint(2, 9))) for _ in range(2000)]
    return " ".join(rng.choices(words, k=letters // 6))


def test_a_row_of_five_megabytes_is_searched() -> None:
    """A long probe, a changed one and a short one are found in it within seconds."""
    long = _sentences(20_000, seed=1)
    changed = _sentences(600, seed=2)
    row = _sentences(5_000_000, seed=3)
    trained = " ".join([row[:2_000_000], long, row[2_000_000:], changed.replace("e", "i"), EGGS])
    start = time.process_time()

    leaks = find_leaks(_probes(long, changed, EGGS), _rows(trained))

    assert _kinds(leaks) == {"p0": "contained", "p1": "near", "p2": "contained"}
    assert time.process_time() - start < 20


def test_letters_without_end_are_searched() -> None:
    """A row of one letter again and again, and the like, takes no more than a moment."""
    probes = _probes("a" * 200, "a a " * 100, "ab" * 100, "aaaaaaaaaaaaab")

    leaks = find_leaks(probes, _rows("a" * 300_000, "a " * 300_000, "ab " * 100_000))

    assert _kinds(leaks) == {"p0": "contained", "p1": "contained", "p2": "contained"}


def test_every_one_of_a_hundred_rows_is_counted() -> None:
    """100 identical rows are one leak in 100 rows, whether exact or near."""
    probe = " ".join(f"word{number}" for number in range(25))
    near = probe.replace("word7 ", "")

    (exact,) = find_leaks(_probes(probe), _rows(*[probe] * 100))
    (changed,) = find_leaks(_probes(probe), _rows(*[near] * 100))

    assert (exact.kind, exact.rows) == ("exact", 100)
    assert (changed.kind, changed.rows) == ("near", 100)


# What real sets hold, and what is found of what is planted in them.


@pytest.fixture
def gsm8k(shared: Path) -> dict[str, list[str]]:
    """Questions of each split, and all answers."""
    rows = {
        split: [
            json.loads(line)
            for line in (shared / f"data/gsm8k/{split}.jsonl").read_text("utf-8").splitlines()
        ]
        for split in ("train", "test")
    }
    questions = {split: [row["question"] for row in found] for split, found in rows.items()}
    return questions | {"answers": [row["answer"] for row in rows["train"]]}


@pytest.fixture
def clinc(shared: Path) -> dict[str, list[str]]:
    """Queries of each split; test with the out-of-scope ones."""
    path = shared / "data/clinc150/data_imbalanced.json"
    splits = {
        name: [query for query, _ in rows]
        for name, rows in json.loads(path.read_text("utf-8")).items()
    }
    return {"train": splits["train"], "test": splits["test"] + splits["oos_test"]}


def _found(asked: Sequence[str], trained: Sequence[str]) -> float:
    leaks = find_leaks(_probes(*asked), _rows(*trained))
    return sum(leak.is_leak for leak in leaks) / len(asked)


def _spelled_otherwise(text: str, rng: random.Random) -> str:
    """Other case, other marks, other blanks."""
    marks = "".join(rng.choice(",.;!?") if c in ".,?!'" else c for c in text)
    return rng.choice((str.upper, str.title))(marks).replace(" ", rng.choice(("  ", "", "\n")))


@pytest.mark.parametrize("plant", [lambda text, _: text, _spelled_otherwise])
def test_spelling_hides_no_real_text(
    gsm8k: dict[str, list[str]],
    clinc: dict[str, list[str]],
    plant: Callable[[str, random.Random], str],
) -> None:
    """All of 300 questions and 1,000 queries are found among other rows."""
    rng = random.Random(0)  # noqa: S311
    for asked, others in (
        (rng.sample(gsm8k["test"], 300), clinc["train"][:500]),
        (rng.sample(clinc["test"], 1000), gsm8k["train"][:300]),
    ):
        assert _found(asked, [*others, *(plant(text, rng) for text in asked)]) == 1


def test_other_text_hides_no_real_text(
    gsm8k: dict[str, list[str]], clinc: dict[str, list[str]]
) -> None:
    """At least 98 % are found between others, of queries those with 12 letters and more."""
    rng = random.Random(0)  # noqa: S311
    queries = [text for text in clinc["test"] if sum(map(str.isalnum, text)) >= 12]
    for asked, others in (
        (rng.sample(gsm8k["test"], 300), clinc["train"]),
        (rng.sample(queries, 1000), gsm8k["answers"]),
    ):
        trained = [" ".join([*rng.sample(others, 2), t, rng.choice(others)]) for t in asked]

        assert _found(asked, trained) >= 0.98


def test_one_word_changed_hides_no_long_text(
    gsm8k: dict[str, list[str]], clinc: dict[str, list[str]]
) -> None:
    """At least 95 % of questions with 20 words and more, alone and between other texts."""
    rng = random.Random(0)  # noqa: S311
    asked = [text for text in rng.sample(gsm8k["test"], 400) if len(text.split()) >= 20]
    changed = []
    for text in asked:
        words = text.split()
        words[rng.randrange(len(words))] = rng.choice(rng.choice(gsm8k["train"]).split())
        changed.append(" ".join(words))

    others = clinc["train"]
    assert _found(asked, changed) >= 0.95
    assert _found(asked, [f"{rng.choice(others)} {t} {rng.choice(others)}" for t in changed]) >= 0.95


def test_unrelated_sets_hold_nothing_of_each_other(
    gsm8k: dict[str, list[str]], clinc: dict[str, list[str]]
) -> None:
    """No question or answer is found among queries, and no query among those; not even similar."""
    sums = [*gsm8k["test"], *gsm8k["answers"][:1000]]

    assert find_leaks(_probes(*sums), _rows(*clinc["train"], *clinc["test"])) == ()
    assert find_leaks(_probes(*clinc["test"][::4]), _rows(*sums)) == ()


def test_what_the_real_sets_hold(gsm8k: dict[str, list[str]], clinc: dict[str, list[str]]) -> None:
    """The figures that the thresholds were chosen by."""
    sums = find_leaks(_probes(*gsm8k["test"]), _rows(*gsm8k["train"]))
    queries = find_leaks(_probes(*clinc["test"]), _rows(*clinc["train"]))

    assert Counter(leak.kind for leak in sums) == {"near": 3}
    assert Counter(leak.kind for leak in queries) == {
        "exact": 25,
        "contained": 128,
        "similar": 477,
    }
