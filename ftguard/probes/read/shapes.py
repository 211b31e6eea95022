"""The shapes in which people keep questions: each a function from a row to what it asks."""

from collections.abc import Callable

from ftguard.errors import InputError
from ftguard.probes.probe import Probe
from ftguard.probes.read.answer_texts import accepted
from ftguard.probes.read.asked import Asked, LeftOut
from ftguard.probes.read.choices import Offered, multiple_choice
from ftguard.probes.read.labels import labelled_pair, labelled_text
from ftguard.probes.read.pairs import exchange, question_and_answer, translation
from ftguard.probes.read.row import Row
from ftguard.probes.read.trained import chat, chosen, completion, preferred, undesired
from ftguard.probes.read.written import instructions, written

Item = Probe | Asked | Offered | LeftOut
"""What a row is read as."""
TOKENS = ("input_ids", "prompt_ids", "completion_ids")


def tokenised(row: Row) -> None:
    """Rows of token ids are refused."""
    if any(isinstance(row.kept(name), list) for name in TOKENS[:3]):
        raise InputError(
            "the rows are token ids: give them as they are before tokenising, such as "
            '{"prompt": "What is 2 + 2?", "completion": "4"}.'
        )


def plain_text(row: Row) -> Item | None:
    """A text that is read from its beginning."""
    name = next((n for n in ("text", "content") if isinstance(row.kept(n), str)), None)
    if name is None or "prompt" in row:
        return None
    return Asked(prompt="", answers=accepted(row[name]))


SHAPES: tuple[Callable[[Row], Item | None], ...] = (
    tokenised,
    written,
    instructions,
    chosen,
    preferred,
    undesired,
    multiple_choice,
    completion,
    chat,
    labelled_pair,
    question_and_answer,
    exchange,
    labelled_text,
    translation,
    plain_text,
)
"""In the order in which they are tried: what says more about itself first. None where a row has
another shape."""
