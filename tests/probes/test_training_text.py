"""Tests of `pieces`: the texts of every shape of training row."""

from collections.abc import Mapping

import pytest

from ftguard.probes.training_text import pieces

USER = {"role": "user", "content": "Hi?"}
BOT = {"role": "assistant", "content": "Yes."}


@pytest.mark.parametrize(
    ("row", "texts"),
    [
        ({"text": "Once."}, ["Once."]),
        ({"prompt": "Hi?", "completion": "Yes."}, ["Hi?", "Yes."]),
        ({"prompt": [USER], "chosen": [BOT], "rejected": [BOT]}, ["Hi?", "Yes.", "Yes."]),
        ({"messages": (USER, BOT)}, ["Hi?", "Yes."]),
        ({"conversations": [{"from": "human", "value": "Hi?"}]}, ["Hi?"]),
        (
            {
                "messages": [
                    USER | {"content": [{"type": "text", "text": "See"}, {"type": "image"}]}
                ]
            },
            ["See"],
        ),
        ({"data": {"question": "Q", "options": ["a", "b"], "answer": 1}}, ["Q", "a", "b"]),
        ({"answers": {"text": ["x"], "answer_start": [3]}}, ["x"]),
        ({"messages": [BOT | {"content": None}], "tools": None}, []),
        ({"input_ids": [1, 2, 3], "label": 4, "weight": 0.5, "kept": True}, []),
        ({"text": "  \n", "other": "", "raw": b"bytes"}, []),
        (
            {"image_url": {"url": "data:image/png;base64,iVBORw0KGgo="}, "text": "data: all of it"},
            ["data: all of it"],
        ),
        ({}, []),
    ],
)
def test_texts_are_found_in_their_order(row: Mapping[str, object], texts: list[str]) -> None:
    """Columns, messages of both kinds, parts, lists and nested columns; no numbers, no speakers."""
    assert pieces(row) == texts
