"""Compares how the task is asked with how it is trained, in tokens: form, not content.

What cannot be told is not claimed: a difference is one that no training row looked at is without,
and that most of the probes looked at have.
"""

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from transformers import PreTrainedTokenizerBase

from ftguard.ask.form import AskedForm, Kind
from ftguard.ask.render import Ids, num_shared
from ftguard.ask.template import THINKING, end_of, seen
from ftguard.ask.today import DATE_MARK
from ftguard.run.training.rows import TrainingRow, of_one_length

ENOUGH = 4
"""Rows that must share a text before it counts as a form that was written around prompts."""
_TAIL = 3
"""Tokens at the end of a row among which its stop token is: line breaks may follow it."""
_BLANKS = ("▁", "Ġ", " ")


@dataclass(frozen=True, kw_only=True)
class Sides:
    """What is compared."""

    asked: Sequence[AskedForm]
    """Probes of one kind."""
    rows: Sequence[TrainingRow]
    tokenizer: PreTrainedTokenizerBase
    stop_ids: Ids

    @property
    def kind(self) -> Kind:
        """The kind that all the probes are of."""
        return self.asked[0].kind

    @property
    def row_texts(self) -> Sequence[str]:
        """The rows, as seen in tokens."""
        return [seen(self.tokenizer, row.ids) for row in self.rows]

    @property
    def one_length(self) -> bool:
        """Whether the rows may begin or end anywhere."""
        return of_one_length(self.rows)

    def bare(self, ids: Ids) -> Ids:
        """The tokens without BOS in front."""
        return ids[self.num_bos(ids) :]

    def num_bos(self, ids: Ids) -> int:
        """How many BOS stand in front."""
        bos = self.tokenizer.bos_token_id
        return next((at for at, token in enumerate(ids) if token != bos), len(ids))

    def is_special(self, token: int) -> bool:
        """Whether it is a token beside the vocabulary of words, such as an end of turn."""
        return token in self.tokenizer.added_tokens_decoder


def differences(sides: Sides) -> list[str]:
    """What is asked otherwise than it is trained, a few words for each."""
    if not sides.asked or not sides.rows:
        return []
    checks = (_bos, _opening, _header, _thinking, _written_around, _first_token, _stop)
    return [words for check in checks if (words := check(sides)) is not None]


def _bos(sides: Sides) -> str | None:
    asked = [sides.num_bos(form.ids) for form in sides.asked]
    trained = {sides.num_bos(row.ids) for row in sides.rows}
    if not _most(count not in trained for count in asked):
        return None
    bos = sides.tokenizer.bos_token_id
    # A packed row begins anywhere.
    within = any(bos in sides.bare(row.ids) for row in sides.rows)
    if trained == {0} and (within or sides.one_length):
        return None
    return f"{asked[0]} BOS in front, in training {min(trained)}"


def _opening(sides: Sides) -> str | None:
    rows = [sides.bare(row.ids) for row in sides.rows]
    shared = _shared(rows)

    def differs(opening: Ids) -> bool:
        # The last token may have merged with the words after it.
        size = max(1, len(opening) - 1)
        if any(row[:size] == opening[:size] for row in rows):
            return False
        # Rows that part before the difference, such as by their system texts, tell of none.
        return num_shared(opening, shared) < min(len(opening), len(shared))

    def differs_behind_a_date(form: AskedForm) -> bool:
        # Told by the rows alone that hold what stands before their date.
        dated, led = form.dated_opening, form.dated_opening.partition(DATE_MARK)[0]
        texts = [text for text in sides.row_texts if led and led in text]
        return bool(texts) and all(end_of(dated, text) is None for text in texts)

    openings = [(form, sides.bare(form.opening)) for form in sides.asked]
    if _most(
        bool(opening) and (differs(opening) or differs_behind_a_date(form))
        for form, opening in openings
    ):
        return "the text before the user's words is another one"
    return None


def _header(sides: Sides) -> str | None:
    texts, headers = sides.row_texts, [form.header for form in sides.asked]
    if not _most(bool(h.strip()) and not any(h in text for text in texts) for h in headers):
        return None
    openings = [sides.bare(form.opening) for form in sides.asked]
    if sides.one_length and any(
        opening and sides.bare(row.ids)[: len(opening)] == opening
        for opening in openings
        for row in sides.rows
    ):
        return None  # cut off before their answers
    led, thinking, _ = headers[0].partition(THINKING)
    if thinking and any(led in text for text in texts):
        return "the answer follows a thinking block that training does not have"
    return "the text between the user's words and the answer is another one"


def _thinking(sides: Sides) -> str | None:
    texts = sides.row_texts

    def differs(form: AskedForm) -> bool:
        after = [t.rpartition(form.header)[2] for t in texts if form.header in t]
        without = not seen(sides.tokenizer, form.answer).lstrip().startswith(THINKING)
        return bool(after) and without and all(t.lstrip().startswith(THINKING) for t in after)

    if sides.kind.is_read and _most(differs(f) for f in sides.asked if f.header.strip()):
        return "references are read without the thinking block that training has before them"
    return None


def _written_around(sides: Sides) -> str | None:
    """Plain prompts, where all rows share a text with a line break or a special token in it."""
    rows = [sides.bare(row.ids) for row in sides.rows]
    if sides.kind.is_chat or len(set(rows)) < ENOUGH:
        return None
    prompts = [row.prompt for row in sides.rows if row.prompt]
    masked = len(prompts) == len(rows)

    def formal(token: int) -> bool:
        # Texts may begin alike by what they say; a line break is form where a prompt is told.
        return sides.is_special(token) or (masked and "\n" in seen(sides.tokenizer, [token]))

    begins = _shared(rows)
    end = max((at + 1 for at, token in enumerate(begins) if formal(token)), default=0)
    if end and _most(sides.bare(form.ids)[:end] != begins[:end] for form in sides.asked):
        return "the text in front of the prompt is another one"
    ends = _shared([prompt[::-1] for prompt in prompts]) if masked else ()
    size = max((at + 1 for at, token in enumerate(ends) if formal(token)), default=0)
    led = seen(sides.tokenizer, ends[:size][::-1])
    if size and _most(led not in seen(sides.tokenizer, form.ids) for form in sides.asked):
        return "the text between prompt and answer is another one"
    return None


def _first_token(sides: Sides) -> str | None:
    """Whether the first token of what is read has a blank in front of it."""
    if not (sides.kind.is_read and sides.kind.is_prompted):
        return None
    headers = dict.fromkeys(form.header for form in sides.asked)
    asked = [_asked_first(sides, form) for form in sides.asked]
    trained = [t for header in headers for row in sides.rows for t in _firsts(sides, row, header)]
    blanks = {_has_blank(sides.tokenizer, token) for token in trained}
    if blanks and _most(_has_blank(sides.tokenizer, token) not in blanks for token in asked):
        left, right = sides.tokenizer.convert_ids_to_tokens([asked[0], trained[0]])
        return f"the answer's first token is `{left}`, in training such as `{right}`"
    return None


def _asked_first(sides: Sides, form: AskedForm) -> int:
    found = _after(sides.tokenizer, form.ids, form.header) if form.header else None
    return form.answer[0] if found is None else found


def _firsts(sides: Sides, row: TrainingRow, header: str) -> Iterator[int]:
    if header:
        token = _after(sides.tokenizer, row.trained, header)
    else:
        token = row.ids[row.answer[0]] if row.answer else None
    if token is not None and not sides.is_special(token):
        yield token


def _after(tokenizer: PreTrainedTokenizerBase, ids: Ids, header: str) -> int | None:
    """The token with the first character after the last such header; None where there is none."""
    text = seen(tokenizer, ids)
    at = text.rfind(header) + len(header)
    if header not in text or at >= len(text):
        return None
    place = bisect_right(range(len(ids)), at, key=lambda k: len(seen(tokenizer, ids[: k + 1])))
    return ids[place] if place < len(ids) else None


def _has_blank(tokenizer: PreTrainedTokenizerBase, token: int) -> bool:
    return str(tokenizer.convert_ids_to_tokens(token)).startswith(_BLANKS)


def _stop(sides: Sides) -> str | None:
    tails = [row.trained[-_TAIL:] for row in sides.rows]
    if not sides.stop_ids or any(set(tail) & set(sides.stop_ids) for tail in tails):
        return None
    stops = ", ".join(f"`{t}`" for t in sides.tokenizer.convert_ids_to_tokens(sides.stop_ids))
    ends = Counter(
        next((token for token in reversed(tail) if sides.is_special(token)), None) for tail in tails
    )
    (end, count), *_ = ends.most_common(1)
    if end is not None and 2 * count > len(tails):
        return (
            f"training rows end with `{sides.tokenizer.convert_ids_to_tokens(end)}`, which ends no "
            f"answer as {stops} does (`model.generation_config.eos_token_id` may list several)"
        )
    ends_by_itself = [
        not form.kind.is_chat or bool(set(form.closing) & set(sides.stop_ids))
        for form in sides.asked
    ]
    told = all(row.answer for row in sides.rows) and not sides.one_length
    if told and sides.kind.is_written and _most(ends_by_itself):
        return f"training answers end without a stop token such as {stops}, so that none is learnt"
    return None


def _shared(rows: Sequence[Ids]) -> Ids:
    """What all rows begin with."""
    if not rows:
        return ()
    return rows[0][: min((num_shared(rows[0], row) for row in rows), default=0)]


def _most(found: Iterable[bool]) -> bool:
    flags = list(found)
    return 2 * sum(flags) > len(flags)
