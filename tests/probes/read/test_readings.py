"""Tests that the shapes people have are read as what they mean; the manual's table is made here.

python tests/probes/read/test_readings.py      # writes the table into the manual's page `data`
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from ftguard import Probe, ProbeSet
from ftguard.probes import Message

PAGE = Path(__file__).parents[3] / "ftguard" / "manual" / "data.md"
BEGIN, END = "<!-- shapes -->\n", "<!-- end -->\n"
MATCHED, CHOICE, READ, CALL = "normalized_match", "multiple_choice", "likelihood", "tool_call"
ASKED: Message = {"role": "user", "content": "Capital of Peru?"}
SAID: Message = {"role": "assistant", "content": "Lima"}
BRIEF: Message = {"role": "system", "content": "Be brief."}
LONG = "The sky is blue because air scatters short waves more than it scatters long ones."
TOOL: dict[str, object] = {
    "type": "function",
    "function": {
        "name": "weather",
        "parameters": {"type": "object", "properties": {"city": {"type": "string"}}},
    },
}
CALLED = {"name": "weather", "arguments": '{"city": "Oslo"}'}
OSLO = '{"name": "weather", "arguments": {"city": "Oslo"}}'


@dataclass(frozen=True, kw_only=True)
class Shape:
    """A row as people have it, and what it should become."""

    name: str
    row: Mapping[str, object]
    prompt: str | Sequence[Message]
    reference: str | Sequence[str]
    scorer: str = MATCHED
    becomes: str
    """For the manual."""
    choices: Sequence[str] = ()
    distractors: Sequence[str] = ()
    slices: Sequence[str] = ()
    notes: Sequence[str] = ()
    tools: Sequence[Mapping[str, object]] = field(default=())


def _lettered(question: str, *options: str) -> str:
    listed = [f"{letter}. {option}" for letter, option in zip("ABCDEFGHIJ", options, strict=False)]
    return "\n".join([question, *listed, "Answer:"])


FRUITS = ("stone", "apple", "chair", "cup")
FRUIT = _lettered("Which is a fruit?", *FRUITS)
TEN = tuple(f"{number} m" for number in range(10))

SHAPES = (
    Shape(
        name="prompt and answer (TRL; `response`, `output`, `answer`... too)",
        row={"prompt": "Capital of Peru?", "response": "Lima"},
        prompt="Capital of Peru?",
        reference="Lima",
        becomes="the prompt; its answer is matched and read",
    ),
    Shape(
        name="Alpaca",
        row={
            "instruction": "Translate to German.",
            "input": "the house",
            "output": "das Haus",
            "text": "Below is an instruction.\nTranslate to German.\nthe house\ndas Haus",
        },
        prompt="Translate to German.\n\nthe house",
        reference="das Haus",
        notes=("columns that are not used: `text`.",),
        becomes="the instruction, a blank line, the input; the output",
    ),
    Shape(
        name="Dolly",
        row={
            "instruction": "Who opened it?",
            "context": "The Shah opened it.",
            "response": "The Shah",
            "category": "closed_qa",
        },
        prompt="Who opened it?\n\nThe Shah opened it.",
        reference="The Shah",
        slices=("closed_qa",),
        becomes="the instruction and the context; `category` is a slice",
    ),
    Shape(
        name="`input` + `output`",
        row={"input": "Capital of Peru?", "output": "Lima"},
        prompt="Capital of Peru?",
        reference="Lima",
        becomes="the same",
    ),
    Shape(
        name="`instruction` + `response`",
        row={"instruction": "Name Peru's capital.", "response": "Lima"},
        prompt="Name Peru's capital.",
        reference="Lima",
        becomes="the same",
    ),
    Shape(
        name="OpenOrca",
        row={
            "id": "a",
            "system_prompt": "Be brief.",
            "question": "Capital of Peru?",
            "response": "Lima",
        },
        prompt=(BRIEF, ASKED),
        reference="Lima",
        becomes="a system message and the question",
    ),
    Shape(
        name="chat (OpenAI, TRL)",
        row={"messages": [BRIEF, ASKED, SAID]},
        prompt=(BRIEF, ASKED),
        reference="Lima",
        becomes="all turns but the last, which is the answer",
    ),
    Shape(
        name="ShareGPT",
        row={
            "system": "Be brief.",
            "conversations": [
                {"from": "human", "value": "Capital of Peru?"},
                {"from": "gpt", "value": "Lima"},
            ],
        },
        prompt=(BRIEF, ASKED),
        reference="Lima",
        becomes="human and gpt as user and assistant",
    ),
    Shape(
        name="chat as JSON text",
        row={
            "messages": '[{"role": "user", "content": "Capital of Peru?"},'
            ' {"role": "assistant", "content": "Lima"}]'
        },
        prompt=(ASKED,),
        reference="Lima",
        becomes="the chat inside",
    ),
    Shape(
        name="chat in parts",
        row={
            "messages": [
                {"role": "user", "content": [{"type": "text", "text": "Capital of Peru?"}]},
                {"role": "assistant", "content": [{"type": "text", "text": "Lima"}]},
            ]
        },
        prompt=(ASKED,),
        reference="Lima",
        becomes="the text parts joined; rows with images or files are left out, and counted",
    ),
    Shape(
        name="tool call (OpenAI)",
        row={
            "messages": [
                ASKED,
                {
                    "role": "assistant",
                    "content": None,
                    "tool_calls": [{"id": "1", "type": "function", "function": CALLED}],
                },
            ],
            "tools": [TOOL],
        },
        prompt=(ASKED,),
        reference=OSLO,
        scorer=CALL,
        tools=(TOOL,),
        becomes="name and arguments compared as JSON; `tools` go to the chat template",
    ),
    Shape(
        name="tool call (`query`, `tools`, `answers`)",
        row={
            "query": "Weather in Oslo?",
            "tools": '[{"name": "weather", "parameters": {}}]',
            "answers": '[{"name": "weather", "arguments": {"city": "Oslo"}}]',
        },
        prompt="Weather in Oslo?",
        reference=OSLO,
        scorer=CALL,
        tools=({"type": "function", "function": {"name": "weather", "parameters": {}}},),
        becomes="the same, out of JSON text",
    ),
    Shape(
        name="preference pair (DPO)",
        row={"prompt": "Say hi", "chosen": "Hi!", "rejected": "No."},
        prompt="Say hi",
        reference="Hi!",
        distractors=("No.",),
        becomes="the chosen answer; the rejected one counts as wrong, and both are compared",
    ),
    Shape(
        name="preference pair with the prompt inside",
        row={"chosen": [ASKED, SAID], "rejected": [ASKED, {"role": "assistant", "content": "No"}]},
        prompt=(ASKED,),
        reference="Lima",
        distractors=("No",),
        becomes="the same",
    ),
    Shape(
        name="SQuAD",
        row={
            "id": "5",
            "title": "Bridges",
            "context": "It is near Bath.",
            "question": "Where is it?",
            "answers": {"text": ["near Bath", "Bath"], "answer_start": [6, 11]},
        },
        prompt="It is near Bath.\n\nWhere is it?",
        reference=("near Bath", "Bath"),
        notes=("columns that are not used: `title`.",),
        becomes="context and question; each listed answer is right",
    ),
    Shape(
        name="HotpotQA",
        row={
            "question": "Which is older?",
            "answer": "Bath",
            "context": {"title": ["Bath", "York"], "sentences": [["It is old.", "Very."], ["No."]]},
        },
        prompt="Bath\nIt is old. Very.\n\nYork\nNo.\n\nWhich is older?",
        reference="Bath",
        becomes="each paragraph under its title, then the question",
    ),
    Shape(
        name="RAG",
        row={
            "question": "Which is older?",
            "contexts": ["Bath is old.", "York is not."],
            "ground_truth": "Bath",
        },
        prompt="Bath is old.\n\nYork is not.\n\nWhich is older?",
        reference="Bath",
        becomes="the documents, then the question",
    ),
    Shape(
        name="TriviaQA",
        row={"question": "Peru's capital?", "answer": {"value": "Lima", "aliases": ["La Lima"]}},
        prompt="Peru's capital?",
        reference=("Lima", "La Lima"),
        becomes="the value and its aliases are right",
    ),
    Shape(
        name="TruthfulQA",
        row={
            "question": "Is the Earth flat?",
            "best_answer": "No",
            "correct_answers": ["No", "It is round"],
            "incorrect_answers": ["Yes"],
        },
        prompt="Is the Earth flat?",
        reference=("No", "It is round"),
        distractors=("Yes",),
        becomes="right and wrong answers as they are listed",
    ),
    Shape(
        name="BoolQ",
        row={"question": "is the sky blue", "passage": "The sky is blue.", "answer": False},
        prompt="The sky is blue.\n\nis the sky blue",
        reference=("no", "false"),
        becomes="passage and question; yes or no (true or false)",
    ),
    Shape(
        name="MBPP",
        row={
            "task_id": 7,
            "text": "Write a function that adds two numbers.",
            "code": "def add(a, b):\n    return a + b",
            "test_list": ["assert add(1, 2) == 3"],
        },
        prompt="Write a function that adds two numbers.",
        reference="def add(a, b):\n    return a + b",
        scorer=READ,
        notes=("columns that are not used: `test_list`.",),
        becomes="the code is read for its likelihood; its tests are not run, and it says so",
    ),
    Shape(
        name="MATH",
        row={"problem": "What is 2 + 2?", "solution": "It is\n\\boxed{4}.", "answer": "4"},
        prompt="What is 2 + 2?",
        reference="4",
        scorer="numeric",
        notes=("columns that are not used: `solution`.",),
        becomes="the answer, compared as a number",
    ),
    Shape(
        name="translation",
        row={"translation": {"de": "das Haus", "en": "the house"}},
        prompt="das Haus",
        reference="the house",
        becomes="the first language and the second",
    ),
    Shape(
        name="summaries (`article` + `highlights`, `document` + `summary`...)",
        row={"article": "It rained all day.", "highlights": LONG},
        prompt="It rained all day.",
        reference=LONG,
        scorer=READ,
        becomes="the text; its summary is read",
    ),
    Shape(
        name="MMLU",
        row={"question": "Which is a fruit?", "subject": "food", "choices": FRUITS, "answer": 1},
        prompt=FRUIT,
        reference="apple",
        scorer=CHOICE,
        choices=FRUITS,
        slices=("food",),
        becomes="lettered options; the right one is the likeliest; `subject` is a slice",
    ),
    Shape(
        name="MMLU-Pro",
        row={
            "question_id": 70,
            "question": "How long?",
            "options": TEN,
            "answer": "I",
            "answer_index": 8,
            "category": "physics",
        },
        prompt=_lettered("How long?", *TEN),
        reference="8 m",
        scorer=CHOICE,
        choices=TEN,
        slices=("physics",),
        notes=("columns that are not used: `answer_index`.",),
        becomes="ten of them",
    ),
    Shape(
        name="ARC, CommonsenseQA",
        row={
            "id": "x",
            "question": "Which is a fruit?",
            "choices": {"text": FRUITS, "label": ["1", "2", "3", "4"]},
            "answerKey": "2",
        },
        prompt=FRUIT,
        reference="apple",
        scorer=CHOICE,
        choices=FRUITS,
        becomes="the option whose label is the key",
    ),
    Shape(
        name="OpenBookQA",
        row={
            "question_stem": "Which is a fruit?",
            "choices": {"text": FRUITS, "label": ["A", "B", "C", "D"]},
            "answerKey": "B",
        },
        prompt=FRUIT,
        reference="apple",
        scorer=CHOICE,
        choices=FRUITS,
        becomes="the same",
    ),
    Shape(
        name="MedQA",
        row={
            "question": "Which is a fruit?",
            "options": dict(zip("ABCD", FRUITS, strict=True)),
            "answer": "apple",
            "answer_idx": "B",
        },
        prompt=FRUIT,
        reference="apple",
        scorer=CHOICE,
        choices=FRUITS,
        notes=("columns that are not used: `answer_idx`.",),
        becomes="options by their letters, the answer by its text",
    ),
    Shape(
        name="RACE, LogiQA",
        row={
            "article": "Fruits can be eaten.",
            "question": "Which is a fruit?",
            "options": FRUITS,
            "answer": "B",
        },
        prompt="Fruits can be eaten.\n\n" + FRUIT,
        reference="apple",
        scorer=CHOICE,
        choices=FRUITS,
        becomes="the article stands before the question",
    ),
    Shape(
        name="SciQ",
        row={
            "question": "Which is a fruit?",
            "correct_answer": "apple",
            "distractor1": "stone",
            "distractor2": "cup",
            "support": "",
        },
        prompt=_lettered("Which is a fruit?", "apple", "cup", "stone"),
        reference="apple",
        scorer=CHOICE,
        choices=("apple", "cup", "stone"),
        becomes="right and wrong answers as options, in the order of the alphabet",
    ),
    Shape(
        name="TruthfulQA, one choice",
        row={
            "question": "Which is a fruit?",
            "mc1_targets": {"choices": FRUITS, "labels": [0, 1, 0, 0]},
        },
        prompt=FRUIT,
        reference="apple",
        scorer=CHOICE,
        choices=FRUITS,
        becomes="the option that is marked",
    ),
    Shape(
        name="HellaSwag",
        row={
            "ctx": "He opens the door and",
            "endings": ["walks in.", "flies off.", "eats it.", "sings blue."],
            "label": "0",
        },
        prompt="He opens the door and",
        reference="walks in.",
        scorer=CHOICE,
        choices=("walks in.", "flies off.", "eats it.", "sings blue."),
        becomes="four endings of the context, without letters",
    ),
    Shape(
        name="PIQA",
        row={"goal": "Dry a cup.", "sol1": "Use a stone.", "sol2": "Use a towel.", "label": 1},
        prompt=_lettered("Dry a cup.", "Use a stone.", "Use a towel."),
        reference="Use a towel.",
        scorer=CHOICE,
        choices=("Use a stone.", "Use a towel."),
        becomes="two options, counted from 0",
    ),
    Shape(
        name="WinoGrande",
        row={"sentence": "The _ is wet.", "option1": "cup", "option2": "chair", "answer": "2"},
        prompt=_lettered("The _ is wet.", "cup", "chair"),
        reference="chair",
        scorer=CHOICE,
        choices=("cup", "chair"),
        becomes="two options, counted from 1 as their columns are",
    ),
    Shape(
        name="COPA",
        row={
            "premise": "It rained.",
            "choice1": "The street was wet.",
            "choice2": "The sun rose.",
            "question": "effect",
            "label": 0,
        },
        prompt="It rained.\n\n"
        + _lettered("What happened as a result?", "The street was wet.", "The sun rose."),
        reference="The street was wet.",
        scorer=CHOICE,
        choices=("The street was wet.", "The sun rose."),
        becomes="its word as a question",
    ),
    Shape(
        name="SocialIQA",
        row={
            "context": "It rained.",
            "question": "And then?",
            "answerA": "wet",
            "answerB": "dry",
            "answerC": "hot",
            "label": "1",
        },
        prompt="It rained.\n\n" + _lettered("And then?", "wet", "dry", "hot"),
        reference="wet",
        scorer=CHOICE,
        choices=("wet", "dry", "hot"),
        becomes="options in columns of letters, counted from 1",
    ),
    Shape(
        name="QNLI",
        row={"question": "When?", "sentence": "It rained at noon.", "label": 0, "idx": 3},
        prompt="Question: When?\nSentence: It rained at noon.",
        reference="0",
        becomes="both texts by name; the label (its name, where the dataset has one)",
    ),
    Shape(
        name="MNLI, RTE",
        row={"premise": "It rained.", "hypothesis": "It was wet.", "label": "entailment"},
        prompt="Premise: It rained.\nHypothesis: It was wet.",
        reference="entailment",
        becomes="the same",
    ),
    Shape(
        name="STS-B",
        row={"sentence1": "It rained.", "sentence2": "It was wet.", "label": 3.8},
        prompt="Sentence1: It rained.\nSentence2: It was wet.",
        reference="3.8",
        scorer="numeric",
        becomes="a likeness, compared as a number",
    ),
    Shape(
        name="banking77",
        row={"text": "Where is my card?", "category": "card_arrival"},
        prompt="Where is my card?",
        reference="card_arrival",
        becomes="the text; its category is the label where there is no other",
    ),
    Shape(
        name="`text` + `label` (`sentiment`, `class`, `target`, `intent`...)",
        row={"text": "great film", "sentiment": "positive"},
        prompt="great film",
        reference="positive",
        becomes="the label is matched; a set's other labels are wrong answers",
    ),
    Shape(
        name="numbers as labels",
        row={"text": "great film", "label": 1.0},
        prompt="great film",
        reference="1",
        becomes="as text",
    ),
    Shape(
        name="`label` + `label_text`",
        row={"text": "great film", "label": 1, "label_text": "positive"},
        prompt="great film",
        reference="positive",
        notes=("columns that are not used: `label`.",),
        becomes="the name, not the number",
    ),
    Shape(
        name="yes and no as labels",
        row={"text": "win a prize", "label": False},
        prompt="win a prize",
        reference=("false", "no"),
        becomes="true or false (yes or no)",
    ),
    Shape(
        name="TREC",
        row={"text": "Who was Bach?", "coarse_label": "human", "fine_label": "individual"},
        prompt="Who was Bach?",
        reference="human",
        notes=("columns that are not used: `fine_label`.",),
        becomes="the coarse label",
    ),
    Shape(
        name="reviews (`title` + `content` + `label`)",
        row={"title": "Broken", "content": "It came in two parts.", "label": "bad"},
        prompt="Broken\nIt came in two parts.",
        reference="bad",
        becomes="title and text",
    ),
    Shape(
        name="plain text",
        row={"text": LONG},
        prompt="",
        reference=LONG,
        scorer=READ,
        becomes="read from its beginning",
    ),
)


def table() -> str:
    """The manual's table."""
    lines = ["| what people have | becomes |", "|---|---|"]
    return "\n".join(lines + [f"| {shape.name} | {shape.becomes} |" for shape in SHAPES]) + "\n"


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: shape.name)
def test_every_shape_becomes_what_it_means(shape: Shape) -> None:
    """Prompt, right answers, wrong ones, options, slices, and what of the row was not used."""
    read = ProbeSet.load([shape.row])
    probe: Probe = read.probes[0]

    assert (probe.prompt, probe.scorer) == (shape.prompt, shape.scorer)
    right = (shape.reference,) if isinstance(shape.reference, str) else tuple(shape.reference)
    assert probe.references == right
    assert tuple(probe.choices) == tuple(shape.choices)
    assert tuple(probe.distractors) == tuple(shape.distractors)
    assert tuple(probe.slices) == tuple(shape.slices)
    assert tuple(probe.tools) == tuple(shape.tools)
    assert read.notes == tuple(shape.notes)


def test_the_manual_has_every_shape() -> None:
    """Its table is the one that is made of these tests."""
    page = PAGE.read_text("utf-8")

    assert page[page.index(BEGIN) + len(BEGIN) : page.index(END)] == table()


if __name__ == "__main__":
    page = PAGE.read_text("utf-8")
    begin, end = page.index(BEGIN) + len(BEGIN), page.index(END)
    PAGE.write_text(page[:begin] + table() + page[end:], "utf-8")
