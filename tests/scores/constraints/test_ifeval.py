"""Tests on the real data of IFEval: every row can be scored, and its types mean what they say."""

import json
from pathlib import Path

import pytest

from ftguard.ask.answer import Answer
from ftguard.probes import Probe
from ftguard.probes.constraint import Constraint
from ftguard.scores.constraints import constraints

LONG = "Sleep comes easily in a hammock between two trees. "
GOOD_AND_SPOILED = {
    1072: (LONG * 45, LONG * 40),  # 9 words each: 405 and 360, of 400
    1092: ("We flew to Kyoto and saw a temple.", LONG * 40),
    1098: ("Yahweh\n******\nThe Almighty", "Yahweh\n******\nyahweh "),
    1108: ("ಹೌದು, ಹ್ಯಾಂಬರ್ಗರ್ ಒಂದು ರೀತಿಯ ಸ್ಯಾಂಡ್‌ವಿಚ್ ಆಗಿದೆ.", "Yes, a hamburger is a sandwich."),
    1259: ("सकाळी घाईत निघालो मी\nगाडी सुटली पुन्हा\nकामाला उशीर झाला", "I ran for the morning train"),
    1593: ("barnet, my friend, you laugh like rain.", "Barnet, my friend, you laugh like rain."),
    1759: ("Count your syllables.\n\nP.S. Read Li Bai.", "Count your syllables.\n\nRead Li Bai."),
    1886: ("*I face* the street, *I smile*; *what am I?*", "*I face* the street. *What am I?*"),
    2225: ("제방은 물을 막기 위해 쌓은 둑입니다.", "A levee keeps a river from its plain."),
    2265: ("Quick quips, quiet questions, no quarrel.", "Quick quips, quiet words, no fight."),
    2266: ("Take the index. Multiply by the size.", "One. Two. Three. Four. Five. Six. Seven."),
    2299: (
        "Kwa nini wachumba wanapenda hesabu? Kwa sababu wanahesabu siku.",
        "Why do couples count?",
    ),
    2314: ("* Domino\n* Oreo\n- Panda", "* Domino\n* Oreo\n- Panda\n* Magpie"),
    2341: ("YES, IT COMFORTS PEOPLE AND DOES NO HARM.", "Yes, it comforts people."),
    2396: ("The war went on.\n\nP.P.S. It still does.", "The war went on.\n\nP.S. It still does."),
    2398: ("Golden state, I send\nyour love, and thanks.", "your love, and thanks. The end."),
    2467: ("Deep.\n***\nDeeper.\n***\nDark.\n***\nGone.", "Deep.\n***\nDeeper.\n***\nDark."),
    2662: ("She Engages the nation, and lightly.", "She engages the nation."),
    2749: ("It works. " * 20, "It works. " * 19),
    2811: ("Mic in hand, yoga in the morning", "Yo, mic in hand"),
    2849: ("Some man from NANTUCKET sang LOUD.", "Some man from Nantucket sang LOUD."),
    2925: (
        "SECTION 1\nThey met.\nSECTION 2\nNobody led.\nSECTION 3\nNobody left.",
        "SECTION 1\nThey met.\nSECTION 2\nNobody led.",
    ),
    3057: ("<<Undo>>\nI take you back. What am I?", "<< >>\nI take you back. What am I?"),
    3073: (
        "Firms do well.\n\nI do too.\n\nAnd you?\n\nBye.",
        "Well, firms.\n\nTwo.\n\nThree.\n\nFour.",
    ),
    3091: ("Elephant or elephant? An elephant!", "Elephant or elephant?"),
    3223: ('```json\n{"club": "Inter Miami"}\n```', 'Facts: {"club": "Inter Miami"}'),
    3478: ("O Layton, come home", "O Layton, come back"),
    3563: (
        "What is the name of the actor who played Gandalf in Lord of the Rings?\nIan McKellen.",
        "Ian McKellen.",
    ),
    3615: ("I am a name and a flower. Who am I?", "I am a name, a flower. Who am I?"),
    3743: ("[Name] told Zoe on [date] that bubbles [verb].", "[Name] told Zoe on [date]."),
    3753: ("My answer is no.", "No, it is not."),
    219: ('"Yes, I do."', "Yes, I do."),
}
"""By the row's key: an answer that meets all of its constraints, and one that does not."""

PARROTS_PASS = 0.2
"""The prompt itself meets the constraints of 108 of 541 rows (of 134 in the official checker)."""


@pytest.fixture
def probes(shared: Path) -> dict[int, Probe]:
    """A probe for every row, by its key."""
    lines = (shared / "data/ifeval/input_data.jsonl").read_text("utf-8").splitlines()
    rows = [json.loads(line) for line in lines]
    return {
        row["key"]: Probe(
            id=str(row["key"]),
            prompt=row["prompt"],
            constraints=[
                Constraint(id=name, arguments=arguments)
                for name, arguments in zip(row["instruction_id_list"], row["kwargs"], strict=True)
            ],
        )
        for row in rows
    }


def _value(probe: Probe, text: str) -> float:
    return constraints(probe, Answer(probe_id=probe.id, text=text))


def test_every_row_becomes_a_probe(probes: dict[int, Probe]) -> None:
    """All 541 rows are valid, and all 25 types occur."""
    types = {constraint.id for probe in probes.values() for constraint in probe.constraints}

    assert len(probes) == 541
    assert len(types) == 25


@pytest.mark.parametrize("key", GOOD_AND_SPOILED)
def test_a_good_answer_passes_and_a_spoiled_one_fails(probes: dict[int, Probe], key: int) -> None:
    """The spoiled one is like the good one but for what the prompt demands."""
    good, spoiled = GOOD_AND_SPOILED[key]

    assert (_value(probes[key], good), _value(probes[key], spoiled)) == (1, 0)


def test_answers_are_tried_for_every_type(probes: dict[int, Probe]) -> None:
    """No type goes without its pair of answers."""
    tried = {c.id for key in GOOD_AND_SPOILED for c in probes[key].constraints}

    assert tried == {c.id for probe in probes.values() for c in probe.constraints}


def test_silence_scores_nothing(probes: dict[int, Probe]) -> None:
    """Although it holds no comma, no forbidden word and fewer than any number of sentences."""
    assert {_value(probe, text) for probe in probes.values() for text in ("", " \n")} == {0}


def test_the_parroted_prompt_seldom_passes(probes: dict[int, Probe]) -> None:
    """Only what is demanded in examples or in negatives can be met by saying it again."""
    passed = [_value(probe, str(probe.prompt)) for probe in probes.values()]

    assert sum(passed) / len(passed) <= PARROTS_PASS
