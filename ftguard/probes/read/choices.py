"""Reads questions with options: MMLU's, ARC's, HellaSwag's, TruthfulQA's and their kin."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ftguard.errors import InputError
from ftguard.probes.probe import OPTION_LETTERS
from ftguard.probes.read.answer_texts import told
from ftguard.probes.read.prompt import CONTEXTS
from ftguard.probes.read.row import Row, number

QUESTIONS = ("question", "prompt", "query", "question_stem", "stem", "sentence", "problem", "goal")
"""Columns that may hold the question."""
ABOUT = (*CONTEXTS, "premise", "para", "dialogue")
"""Columns that may hold what it is about."""
LISTS = ("choices", "options", "choice", "endings", "mc1_targets", "answers", "answer_choices",
         "candidates")  # fmt: skip
"""Columns that may hold all options."""
STEMS = ("choice", "option", "mc_answer", "opt", "answer", "ans", "ending", "sol", "solution",
         "candidate", "alternative", "continuation", "op", "")  # fmt: skip
"""What options in columns of their own are called before their number or letter."""
KEYS = ("answer", "answerkey", "answer_key", "key", "label", "answer_index", "answer_idx",
        "correct", "correct_answer", "correct_answer_num", "correct_option", "correct_choice",
        "gold", "target", "cop")  # fmt: skip
"""Which option is right."""
RIGHT = ("correct_answer", "right_answer", "best_answer")
"""Columns that may hold the right option itself."""
WRONG = (
    tuple(f"distractor{i}" for i in range(1, 6)),
    tuple(f"incorrect_answer_{i}" for i in range(1, 6)),
    tuple(f"wrong_answer_{i}" for i in range(1, 6)),
)
"""Columns that hold the wrong ones beside it."""
MARKED = "choices"
"""The key of a right option that the options themselves mark."""
CONTINUED = ("ctx", "endings")
"""Columns of a text and of how it may go on."""
CLASSES_FROM_ZERO = ("choice", "sol")
"""Columns of COPA and PIQA, which number them from 1 and their classes from 0."""
_LETTERED = re.compile(r"(?:^|(?<=[\s,;|]))\(?([A-Za-j])\s*[.):]\s*")
"""The letter of an option in a text that holds all of them."""
SEVERAL = 5
"""Rows that tell texts from places."""
MANY = 20
"""Rows of a set none of which says 0, where some other says the number of options."""
CAUSES = {"cause": "What was the cause?", "effect": "What happened as a result?"}
"""COPA's questions, of which the data have one word."""


@dataclass(frozen=True, kw_only=True)
class _Options:
    texts: tuple[str, ...]
    labels: tuple[str, ...] = ()
    """What the row calls them, in place of their places and letters."""
    right: int | None = None
    """Its place, where the options themselves say it."""
    first: int = 0
    """The number of the first, where they stand in numbered columns."""
    stem: str = ""
    """What such columns are called, without the number."""


@dataclass(frozen=True, kw_only=True)
class Offered:
    """A question with options, one of which a row says is right."""

    prompt: str
    options: tuple[str, ...]
    labels: tuple[str, ...]
    key: str
    """The column that says which is right."""
    answer: object
    """What it says: the place of the right one, its letter, label or text."""
    first: int
    """The number of the first option, as the row's columns suggest it."""
    slices: tuple[str, ...]

    @property
    def number(self) -> int | None:
        """The answer where it is a number that counts options."""
        answer = self.answer.strip() if isinstance(self.answer, str) else self.answer
        if isinstance(answer, bool) or str(answer) in self.labels:
            return None
        if isinstance(answer, float):
            return int(answer) if answer.is_integer() else None
        try:
            return int(answer) if isinstance(answer, (str, int)) else None
        except ValueError:
            return None

    def right(self, first: int, *, by_text: bool = False) -> str:
        """The right option.

        Args:
            first: the number of the first one.
            by_text: whether the answer is the option's own text.

        Raises:
            InputError: the answer names none.
        """
        answer = self.answer.strip() if isinstance(self.answer, str) else self.answer
        if by_text:
            return next(option for option in self.options if option.strip() == str(answer))
        if isinstance(answer, (str, int)) and str(answer) in self.labels:
            return self.options[self.labels.index(str(answer))]
        letters = OPTION_LETTERS[: len(self.options)]
        if isinstance(answer, str) and len(answer) == 1 and answer.upper() in letters:
            return self.options[letters.index(answer.upper())]
        if self.number is not None and 0 <= self.number - first < len(self.options):
            return self.options[self.number - first]
        # A number that may be meant as a place, counted otherwise, is not taken for a text.
        place = self.number is not None and 0 <= self.number <= len(self.options)
        texts = [option.strip() for option in self.options]
        if isinstance(answer, str) and texts.count(answer) == 1 and not place:
            return next(option for option in self.options if option.strip() == answer)
        raise InputError(
            f"`{self.key}` {self.answer!r} is not the place of an option: allowed are {first} to "
            f"{len(self.options) - 1 + first}, or the letters {letters[0]} to {letters[-1]}."
        )


def by_text(offered: Sequence[Offered]) -> bool:
    """Whether the answers of a set are the options' own texts, though these may look like places.

    Places among options that are numbers are seldom the text of one of them in each of many rows.
    """
    texts = [(str(o.answer).strip(), [text.strip() for text in o.options]) for o in offered]
    return len(texts) >= SEVERAL and all(listed.count(answer) == 1 for answer, listed in texts)


def first_number(offered: Sequence[Offered]) -> int | None:
    """From which number the options of a set are counted; None where each row's columns say it.

    A zero anywhere says that from 0; the number of the last option, and never a zero among many
    rows, that from 1.
    """
    numbers = [(o.number, len(o.options)) for o in offered if o.number is not None]
    if any(number == 0 for number, _ in numbers):
        return 0
    if len(numbers) >= MANY and any(number == count for number, count in numbers):
        return 1
    return None


def multiple_choice(row: Row) -> Offered | None:
    """A question, its options and which one is right; None where the row is none.

    The right one is given by its number, its letter, the label that the row gives it, or its text.
    The prompt lists the options under letters, as the benchmarks' own prompts do; endings
    (HellaSwag) continue their context instead.
    """
    stem = row.kept("question")
    if isinstance(stem, dict) and "choices" in stem:
        row["question"]
        row = _joined(row, stem)
    found = _options(row)
    if found is None:
        return None
    question, endings = _question(row)
    keys = (n for n in KEYS if row.kept(n) is not None and n not in row.used)
    key = MARKED if found.right is not None else next(keys, None)
    if key is None:
        return None
    answer = row[key] if found.right is None else found.right
    if not question:
        raise InputError("the question is empty: write what the model is asked.")
    listed = zip(OPTION_LETTERS, found.texts, strict=False)
    lines = [f"{letter}. {text}" for letter, text in listed]
    subject = row.text("subject")
    return Offered(
        prompt=question if endings else "\n".join([question, *lines, "Answer:"]),
        options=found.texts,
        labels=found.labels,
        key=key,
        answer=answer,
        first=0 if key == "label" and found.stem in CLASSES_FROM_ZERO else found.first,
        slices=(subject,) if subject else (),
    )


def _joined(row: Row, stem: Mapping[str, object]) -> Row:
    """ARC's older files keep the question and its options in one column."""
    joined = Row({**{name: row.kept(name) for name in row}, **stem, "question": stem.get("stem")})
    joined.used, joined.id = row.used, row.id
    return joined


def _question(row: Row) -> tuple[str, bool]:
    """What is asked, with what stands before it, and whether the options are its endings."""
    if row.first(("endings", "ending0")) and (name := row.first(("ctx", "sent1", "startphrase"))):
        return str(row[name]).strip(), True
    context = row.first(ABOUT)
    before = told(row[context]) if context else ""
    name = next((n for n in QUESTIONS if isinstance(row.kept(n), str)), None)
    asked = str(row[name]).strip() if name else ""
    asked = CAUSES.get(asked, asked)
    return "\n\n".join(filter(None, (before, asked))), False


def _options(row: Row) -> _Options | None:
    if not any(isinstance(row.kept(n), (str, dict)) for n in (*QUESTIONS, *ABOUT, *CONTINUED)):
        return None
    name = next((n for n in LISTS if _is_options(n, row)), None)
    if name is not None:
        value = row[name]
        return _listed(_parted(value) if isinstance(value, str) else value)
    for stem in STEMS:
        first, names = _numbered(row, stem)
        if len(names) > 1:
            texts = tuple(_option(row[name]) for name in names)
            return _Options(texts=texts, first=first, stem=stem)
    right = row.first(RIGHT)
    for columns in WRONG:
        names = _running(row, columns)
        if right and names:
            # In the order of the alphabet, so that the right one is not always the first.
            offered = tuple(sorted({_option(row[n]).strip() for n in (right, *names)}))
            return _Options(texts=offered, right=offered.index(_option(row[right]).strip()))
    return None


def _is_options(name: str, row: Row) -> bool:
    value = row.kept(name)
    if name == "answers":
        # Elsewhere these are right ones, all of them.
        return isinstance(value, list) and len(value) > 1 and isinstance(row.kept("label"), int)
    if isinstance(value, Mapping):
        return len(value) > 1
    if isinstance(value, str):
        return len(_parted(value)) > 1
    return isinstance(value, Sequence) and not isinstance(value, str) and len(value) > 0


def _numbered(row: Row, stem: str) -> tuple[int, list[str]]:
    """Columns of one stem with numbers or letters, and the number that the first one stands for."""
    letters = [letter.lower() for letter in OPTION_LETTERS]
    one_up = list(map(str, range(1, len(letters) + 1)))
    # Answers in columns of letters are SocialIQA's, which counts them from 1.
    from_letters = int(stem == "answer")
    for first, marks in ((0, ["0", *one_up]), (1, one_up), (from_letters, letters)):
        for joint in ("", "_"):
            names = _running(row, [f"{stem}{joint}{mark}" for mark in marks])
            if len(names) > 1 and (stem or marks is letters):
                return first, names
    return 0, []


def _running(row: Row, columns: Sequence[str]) -> list[str]:
    """Those of the columns, from the first on, that hold something."""
    found = []
    for name in columns:
        if not row.first((name,)):
            break
        found.append(name)
    return found


def _parted(text: str) -> list[str]:
    """Options that are written as one text: after letters, or parted by bars, semicolons, lines."""
    marks = list(_LETTERED.finditer(text))
    if len(marks) > 1 and "".join(m[1].upper() for m in marks) == OPTION_LETTERS[: len(marks)]:
        ends = [*(mark.start() for mark in marks[1:]), len(text)]
        parts = [text[m.end() : end] for m, end in zip(marks, ends, strict=True)]
        return [part.strip(" \t\r\n,;|") for part in parts]
    for separator in ("|", "\n", ";"):
        parts = [part.strip() for part in text.split(separator)]
        if len(parts) > 1 and all(parts):
            return parts
    return []


def _listed(value: object) -> _Options:
    if isinstance(value, Mapping):
        texts, labels = value.get("text", value.get("choices")), value.get("label")
        if isinstance(texts, Sequence) and not isinstance(texts, str):
            marks = value.get("labels")
            right = list(marks).index(1) if isinstance(marks, Sequence) and 1 in marks else None
            named = tuple(map(_option, labels)) if isinstance(labels, Sequence) else ()
            return _Options(texts=tuple(map(_option, texts)), labels=named, right=right)
        filled = {str(k): v for k, v in value.items() if v is not None}
        return _Options(texts=tuple(map(_option, filled.values())), labels=tuple(filled))
    items = list(value) if isinstance(value, Sequence) else []
    if items and all(isinstance(item, Mapping) and "text" in item for item in items):
        texts = tuple(_option(item["text"]) for item in items)
        names = tuple(str(item.get("label", item.get("id", ""))) for item in items)
        return _Options(texts=texts, labels=names if all(names) else ())
    return _Options(texts=tuple(map(_option, items)))


def _option(value: object) -> str:
    if isinstance(value, (list, dict)):
        raise InputError(f"an option is {type(value).__name__}: allowed are texts and numbers.")
    return number(value)
