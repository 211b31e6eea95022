"""Tests of answers that end with their line, on a real tokenizer and a real tiny model."""

from collections.abc import Callable, Sequence
from typing import Any

import pytest
from transformers import LlamaForCausalLM, PreTrainedModel, PreTrainedTokenizerFast

from ftguard.ask.generate import generate
from ftguard.ask.lines import first_line, line_end, line_tokens
from ftguard.ask.prompts import Question

Greedy = Callable[[PreTrainedModel, Sequence[int], int], tuple[int, ...]]
Logprobs = Callable[[PreTrainedModel, Sequence[int], Sequence[int]], list[float]]

SPECIAL = frozenset(range(3))
PROMPTS = tuple("abcdefghijklmnop")


def test_tokens_are_sorted_by_what_they_do_to_a_line(tokenizer: PreTrainedTokenizerFast) -> None:
    """Blanks and special tokens say nothing, and only text before a newline makes a whole line."""
    tokenizer.add_tokens([".\n", "\n\n", "\nx"])
    names = ("<s>", "a", " ", "\n", ".\n", "\n\n", "\nx")
    ids = dict(zip(names, tokenizer.convert_tokens_to_ids(list(names)), strict=True))

    found = line_tokens(tokenizer, SPECIAL)

    assert {n for n, i in ids.items() if i in found.blank} == {"<s>", " ", "\n", "\n\n"}
    assert {n for n, i in ids.items() if i in found.breaking} == {"\n", ".\n", "\n\n", "\nx"}
    assert {n for n, i in ids.items() if i in found.whole} == {".\n"}


@pytest.mark.parametrize(
    ("steps", "length"),
    [
        (["4", "\n", "5"], 2),
        (["\n", " ", "4", "\n\n"], 4),
        # One token that says something and ends the line.
        ([".\n", "4", "5"], 1),
        # One that begins a line ends the line before it only where there is one.
        (["\nx", "4", "\nx"], 3),
        (["<s>", "\n", "4"], 0),
    ],
)
def test_a_row_ends_at_the_first_newline_after_something_was_said(
    steps: list[str], length: int, tokenizer: PreTrainedTokenizerFast
) -> None:
    """Token by token."""
    tokenizer.add_tokens([".\n", "\n\n", "\nx"])
    ends = line_end(line_tokens(tokenizer, SPECIAL))
    said = tokenizer.convert_tokens_to_ids(steps)

    ended = [ends(said[: step + 1]) for step in range(len(said))]

    assert (ended.index(True) + 1 if True in ended else 0) == length


@pytest.mark.parametrize("stops", [(2,), ()])
@pytest.mark.parametrize("pad", ["<pad>", "x", "\n"])
def test_batched_lines_are_those_of_greedy_decoding_by_hand(
    stops: tuple[int, ...],
    pad: str,
    model: LlamaForCausalLM,
    tokenizer: PreTrainedTokenizerFast,
    greedy: Greedy,
    logprobs: Logprobs,
) -> None:
    """Each row ends at its own line, at its stop token or at the limit, with the nats of its own
    tokens; what fills the batch afterwards, a letter or a newline too, is in no answer.
    """
    model.eval()
    newline = tokenizer.convert_tokens_to_ids("\n")
    rows = [
        Question(
            probe_id=text,
            prompt=tuple(tokenizer(text)["input_ids"]),
            max_new_tokens=24,
            ends_at_newline=True,
        )
        for text in PROMPTS
    ]

    found = generate(
        model,
        rows,
        stops,
        tokenizer.convert_tokens_to_ids(pad),
        line_tokens(tokenizer, frozenset({0, 1, 2})),
    )

    ends = []
    for row, answer in zip(rows, found, strict=True):
        said = greedy(model, row.prompt, 24)
        texts = ["" if token < 3 else tokenizer.decode([token]) for token in said]
        end = next(
            (
                i + 1
                for i, token in enumerate(said)
                if token in stops or (token == newline and "".join(texts[:i]).strip())
            ),
            None,
        )
        assert answer.token_ids == said[:end]
        assert answer.stopped is (end is not None)
        assert answer.logprobs == pytest.approx(
            logprobs(model, row.prompt, answer.token_ids), abs=1e-4
        )
        ends.append(end)
    # Some rows end early, at different places, and some do not.
    assert None in ends
    assert len(set(ends)) > 2


def test_a_question_of_another_kind_goes_on_after_a_newline(
    model: LlamaForCausalLM, tokenizer: PreTrainedTokenizerFast, greedy: Greedy
) -> None:
    """The same batch without `ends_at_newline` runs to its limit."""
    model.eval()
    lines = line_tokens(tokenizer, SPECIAL)
    rows = [
        Question(probe_id=text, prompt=tuple(tokenizer(text)["input_ids"]), max_new_tokens=24)
        for text in PROMPTS
    ]

    found = generate(model, rows, (), 0, lines)

    assert [answer.token_ids for answer in found] == [greedy(model, row.prompt, 24) for row in rows]


@pytest.mark.parametrize(
    ("text", "line"), [("4\n5", "4"), ("\n\n 4\n5", "\n\n 4"), ("4", "4"), ("\n", "\n"), ("", "")]
)
def test_the_first_line_is_the_first_that_says_something(text: str, line: str) -> None:
    """Blank lines before it do not count as lines."""
    assert first_line(text) == line


def test_tokens_are_sorted_by_what_each_decodes_to(tokenizer: PreTrainedTokenizerFast) -> None:
    """A backend that is asked at once says of each token what the tokenizer itself says of it, and
    a tokenizer of a class that decodes in its own way is asked itself.
    """

    class Shouting(PreTrainedTokenizerFast):  # type: ignore[misc]
        def _decode(self, *given: Any, **named: Any) -> str:
            return f"{super()._decode(*given, **named)}\n"

    own = Shouting(tokenizer_object=tokenizer.backend_tokenizer)
    newline = tokenizer.convert_tokens_to_ids("\n")

    assert line_tokens(tokenizer, frozenset()).breaking == {newline}
    assert line_tokens(own, frozenset()).breaking == set(range(len(own)))
