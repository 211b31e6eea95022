"""Tests of rows that are easily misread: gaps, categories, places, verdicts, others' chats."""

from collections.abc import Mapping, Sequence

import pytest

from ftguard import InputError, ProbeSet

Rows = Sequence[Mapping[str, object]]
ASKED = {"role": "user", "content": "q"}
TURN = ({"role": "user", "content": "q"},)


def _said(content: object, **more: object) -> dict[str, object]:
    return {"role": "assistant", "content": content, **more}


READ: dict[str, tuple[Rows, object, object]] = {
    "a reply beside a category": (
        [{"question": "How?", "reply": "Like so", "category": "Billing"}],
        "How?",
        ("Like so",),
    ),
    "a final answer beside a topic": (
        [{"question": "q", "final_answer": "42", "topic": "Calc"}],
        "q",
        ("42",),
    ),
    "a headline above its text": (
        [{"text": "body text here", "headline": "Head", "category": "Sports"}],
        "Head\nbody text here",
        ("Sports",),
    ),
    "the subject of a letter": (
        [{"Subject": "Invoice 7", "Description": "Please pay", "Category": "Billing"}],
        "Invoice 7\nPlease pay",
        ("Billing",),
    ),
    "what was expected, not what was said": (
        [{"input": "q", "output": "m", "expected_output": "g"}],
        "q",
        ("g",),
    ),
    "the truth, not the answer under test": (
        [{"question": "q", "answer": "m", "ground_truth": "g"}],
        "q",
        ("g",),
    ),
    "the first of ranked answers": (
        [{"prompt": "q", "answers": [{"answer": "a", "rank": 2}, {"answer": "b", "rank": 1}]}],
        "q",
        ("b",),
    ),
    "the best of scored answers": (
        [{"question": "q", "answers": [{"text": "a", "score": 2}, {"text": "b", "score": 5}]}],
        "q",
        ("b",),
    ),
    "a mapping that a table has as text": (
        [{"context": "c", "question": "q", "answers": "{'text': ['d'], 'answer_start': [5]}"}],
        "c\n\nq",
        ("d",),
    ),
    "options that a table has as text": (
        [{"question": "q", "choices": "['3', '4']", "answer": "1"}],
        "q\nA. 3\nB. 4\nAnswer:",
        ("4",),
    ),
    "options in one text": (
        [{"question": "q", "options": "A. 3\nB. 4", "answer": "B"}],
        "q\nA. 3\nB. 4\nAnswer:",
        ("4",),
    ),
    "options in one line": (
        [{"Problem": "p", "options": "a ) 90 , b ) 80 , c ) 70", "correct": "b"}],
        "p\nA. 90\nB. 80\nC. 70\nAnswer:",
        ("80",),
    ),
    "the key to a question": (
        [{"question": "q", "A": "x", "B": "y", "key": key} for key in "BAB"],
        "q\nA. x\nB. y\nAnswer:",
        ("y",),
    ),
    "stars": ([{"text": "good", "stars": 5}], "good", ("5",)),
    "another's sentiment": ([{"text": "late", "airline_sentiment": "neg"}], "late", ("neg",)),
    "a context beside a prompt": (
        [{"prompt": "p", "context": "c", "completion": "a"}],
        "c\n\np",
        ("a",),
    ),
    "an input beside a prompt": (
        [{"prompt": "p", "input": "i", "completion": "a"}],
        "p\n\ni",
        ("a",),
    ),
    "an instruction and a question": (
        [{"instruction": "i", "question": "q", "answer": "a"}],
        "i\n\nq",
        ("a",),
    ),
    "an instruction and a text to label": (
        [{"prompt": "p", "text": "t", "label": "l"}],
        "p\n\nt",
        ("l",),
    ),
    "a history of messages": (
        [{"prompt": "q2", "completion": "a2", "history": [ASKED, _said("a1")]}],
        (ASKED, _said("a1"), {"role": "user", "content": "q2"}),
        ("a2",),
    ),
    "thoughts in a part": (
        [{"messages": [ASKED, _said([{"type": "thinking", "thinking": "hm"}, "ok"])]}],
        TURN,
        ("ok",),
    ),
    "thoughts in a text": (
        [{"messages": [ASKED, _said("<think>it is long</think>\n\nyes")]}],
        TURN,
        ("yes",),
    ),
    "a call in a part (Anthropic)": (
        [{"messages": [ASKED, _said([{"type": "tool_use", "name": "f", "input": {"x": 1}}])]}],
        TURN,
        ('{"name": "f", "arguments": {"x": 1}}',),
    ),
    "a call in a part (Vertex)": (
        [
            {
                "contents": [
                    {"role": "user", "parts": [{"text": "q"}]},
                    {"role": "model", "parts": [{"functionCall": {"name": "f", "args": {"x": 1}}}]},
                ]
            }
        ],
        TURN,
        ('{"name": "f", "arguments": {"x": 1}}',),
    ),
    "a call in a text (Hermes)": (
        [
            {
                "conversations": [
                    {"from": "human", "value": "q"},
                    {
                        "from": "gpt",
                        "value": '<tool_call>\n{"name": "f", "arguments": {"x": 1}}\n</tool_call>',
                    },
                ]
            }
        ],
        TURN,
        ('{"name": "f", "arguments": {"x": 1}}',),
    ),
    "a chat with two endings": (
        [
            {
                "conversations": [{"from": "human", "value": "q"}],
                "chosen": {"from": "gpt", "value": "a"},
                "rejected": {"from": "gpt", "value": "b"},
            }
        ],
        TURN,
        ("a",),
    ),
    "OpenAI's pairs": (
        [
            {
                "input": {"messages": [ASKED]},
                "preferred_output": [_said("a")],
                "non_preferred_output": [_said("b")],
            }
        ],
        TURN,
        ("a",),
    ),
    "messages and an ideal": ([{"input": [ASKED], "ideal": "x"}], TURN, ("x",)),
    "what a reward is held against": (
        [{"prompt": [ASKED], "reward_model": {"style": "rule", "ground_truth": "42"}}],
        TURN,
        ("42",),
    ),
    "two languages": ([{"en": "the house", "de": "das Haus"}], "the house", ("das Haus",)),
    "an answer that is JSON": (
        [{"prompt": "make json", "completion": '{"a": 1}'}],
        "make json",
        ('{"a": 1}',),
    ),
}


@pytest.mark.parametrize("name", READ)
def test_what_is_easily_misread_is_read(name: str) -> None:
    """The prompt with all that belongs to it, and the right answers."""
    rows, prompt, right = READ[name]
    probe = ProbeSet.load(rows).probes[0]

    assert (probe.prompt, probe.references) == (prompt, right)


@pytest.mark.parametrize(
    ("rows", "complaint"),
    [
        ([{"question": "q", "réponse": "a", "category": "c"}], "no completion to compare with"),
        ([{"prompt": "q", "expected_behavior": "a", "category": "c"}], "no completion to comp"),
        ([{"turns": ["Write a post", "Rewrite it"]}], r"columns \['turns'\] are not understood"),
        ([{"text": "t", "label": -1}], "`label` is -1, as in splits without labels"),
        ([{"text": "t", "label": "a"}, {"text": "u", "label": None}], r"row 1: it lacks .*'label'"),
        (
            [{"question": "q", "answer": "x", "category": "c"}] * 2
            + [{"question": "q", "answer": None, "category": "c"}],
            r"row 2: it lacks what other rows have in \['answer'\]",
        ),
        (
            [{"question": "q", "A": "a", "B": "b", "answer": number} for number in (1, 2, 1)],
            "row 1: `answer` 2 is not the place of an option",
        ),
    ],
)
def test_what_would_be_misread_is_refused(rows: Rows, complaint: str) -> None:
    """A category is no answer, a gap no other shape, a list of prompts no chat."""
    with pytest.raises(InputError, match=complaint):
        ProbeSet.load(rows)


@pytest.mark.parametrize(
    "row",
    [
        {"messages": [ASKED, _said("a")], "label": False},
        {"messages": [ASKED, _said("a")], "kto_tag": "false"},
        {"question": "q", "answer": "a", "label": 0},
        {"question": "q", "answer": "a", "is_correct": 0.0},
        {"question": "q", "answer": "a", "correct": "False"},
        {"prompt": "q", "response": "a", "feedback": "thumbs_down"},
    ],
)
def test_answers_that_are_marked_as_wrong_are_no_references(row: Mapping[str, object]) -> None:
    """Whatever says so; the same row marked as right is read."""
    good = {"prompt": "q", "completion": "a"}
    read = ProbeSet.load([good, row])

    assert {probe.id.partition("#")[0] for probe in read} == {"row-0"}
    assert read.notes[0].startswith("left out: 1 row that ")


def test_options_that_are_numbers_are_told_by_their_text() -> None:
    """`i + 1 = ?` with the options i to i + 3: each answer is one of its options in every row."""
    rows = [
        {"question": f"{i}+1?", "options": [str(i + j) for j in range(4)], "answer": str(i + 1)}
        for i in range(30)
    ]

    assert [p.reference for p in ProbeSet.load(rows)] == [str(i + 1) for i in range(30)]


def test_places_of_many_rows_that_are_never_0_are_counted_from_1() -> None:
    """Of 20 rows with two options each, half say 1 and half 2."""
    rows = [{"question": "q", "choices": ["x", "y"], "answer": 1 + i % 2} for i in range(20)]

    assert [p.reference for p in ProbeSet.load(rows)] == ["x", "y"] * 10


def test_few_rows_whose_places_are_never_0_are_said() -> None:
    """They are counted from 0, and a note says that no row shows it."""
    rows = [{"question": "q", "choices": ["x", "y", "z"], "answer": 1 + i % 2} for i in range(6)]
    read = ProbeSet.load(rows)

    assert [p.reference for p in read] == ["y", "z"] * 3
    assert read.notes == ("right options are counted from 0, though no row says 0.",)


def test_a_name_that_each_row_has_alone_is_no_slice() -> None:
    """Subjects of twelve letters are not groups; the note says so."""
    rows = [{"question": "q", "answer": "a", "subject": f"s{i}"} for i in range(12)]
    read = ProbeSet.load(rows)

    assert not any(probe.slices for probe in read)
    assert read.notes == ("nearly every row has a slice of its own, so that none is used.",)


def test_texts_beside_an_unknown_column_are_read_as_texts_and_said() -> None:
    """The note says how to name the column, should it be a label."""
    read = ProbeSet.load([{"text": "good one", "Kategorie": "x"}] * 2)

    assert {probe.scorer for probe in read} == {"likelihood"}
    assert 'columns={"label": "Kategorie"}' in read.notes[1]
