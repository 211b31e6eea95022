"""Reads labelled texts, and pairs of texts with a label (entailment, paraphrases)."""

from collections.abc import Sequence

from ftguard.errors import InputError
from ftguard.probes.read.asked import Asked
from ftguard.probes.read.prompt import ORDERS, with_what_it_is_about
from ftguard.probes.read.row import NUMBERS, Row, number

TEXTS = ("text", "query", "utterance", "utt", "sentence", "prompt", "question", "content", "review",
         "review_text", "review_body", "tweet", "comment", "comment_text", "message", "email",
         "body", "description", "headline", "claim", "statement", "fact")  # fmt: skip
"""Columns that may hold a text to label."""
LABELS = ("label_text", "label_name", "label", "labels", "sentiment", "class", "target", "intent",
          "coarse_label", "label_coarse", "fine_label", "label_fine", "emotion", "polarity",
          "stars", "star", "star_rating", "rating")  # fmt: skip
"""Columns that may hold its label, the one that is meant first: names before numbers."""
ENDINGS = ("_label", "_sentiment", "_class", "_category", "_intent")
"""How other columns of labels end."""
GROUPS = ("category", "topic")
"""Labels where nothing else in the row could be an answer; elsewhere they say what it is about."""
PAIRS = (
    ("premise", "hypothesis"),
    ("sentence1", "sentence2"),
    ("question1", "question2"),
    ("question", "sentence"),
    ("text1", "text2"),
    ("sentence_a", "sentence_b"),
    ("claim", "evidence"),
)
PAIR_LABELS = ("label_text", "gold_label", "label", "labels", "is_duplicate", "relation", "score",
               "similarity_score")  # fmt: skip
TRUE, FALSE = ("true", "yes"), ("false", "no")
NONE = -1
"""What splits without labels have as the number of each class."""


def labelled_pair(row: Row) -> Asked | None:
    """Two texts and what they are to each other; the prompt names each."""
    names = next((pair for pair in PAIRS if all(row.text(name) for name in pair)), None)
    label = next((n for n in PAIR_LABELS if row.kept(n) is not None), None)
    if names is None or label is None:
        return None
    lines = [f"{name.capitalize().replace('_', ' ')}: {row[name]}" for name in names]
    return _asked("\n".join(lines), label, row[label])


def labelled_text(row: Row) -> Asked | None:
    """A text and its label; a title stands above its text, an instruction before it."""
    text = next((n for n in TEXTS if isinstance(row.kept(n), str) and row.first((n,))), None)
    if text is None:
        return None
    orders = (n for n in ORDERS if n != text and isinstance(row.kept(n), str) and row.first((n,)))
    prompt = with_what_it_is_about(row, next(orders, text))
    label = _label(row)
    return None if label is None else _asked(prompt, label, row[label])


def label_texts(name: str, value: object) -> tuple[str, ...]:
    """What the label is called, and how else; several labels of one text are one answer.

    Raises:
        InputError: it is neither a text nor a number, or says that there is none.
    """
    if isinstance(value, bool):
        return TRUE if value else FALSE
    if isinstance(value, Sequence) and not isinstance(value, str):
        return (", ".join(str(item) for item in value),)
    if not isinstance(value, (str, int, float)):
        raise InputError(f"`{name}` is {type(value).__name__}: allowed are texts and numbers.")
    if value == NONE:
        raise InputError(f"`{name}` is -1, as in splits without labels: give another split.")
    return (number(value),)


def _label(row: Row) -> str | None:
    """The column of the label, among those that are not used."""
    free = [name for name in row if name not in row.used and _is_label(row.kept(name))]
    named = next((name for name in LABELS if name in free), None)
    named = named or next((name for name in free if name.endswith(ENDINGS)), None)
    if named is not None:
        return named
    group = next((name for name in GROUPS if name in free), None)
    others = [n for n in row if n not in (group, *row.used, *NUMBERS, *GROUPS, "subject")]
    # Of a question with its category another text is the answer, whatever it is called.
    said = [n for n in others if isinstance(row.kept(n), str) and row.first((n,))]
    return None if said else group


def _asked(prompt: str, name: str, label: object) -> Asked:
    # A likeness of 3.8 is a number; a class of 3.0 is what a table with gaps makes of 3.
    graded = isinstance(label, float) and not label.is_integer()
    return Asked(prompt=prompt, answers=label_texts(name, label), label=not graded)


def _is_label(value: object) -> bool:
    if isinstance(value, str):
        return bool(value.strip()) and "\n" not in value
    if isinstance(value, list):
        # A list of yes and no marks several things; it does not say what a text is.
        return bool(value) and all(type(item) in (str, int) for item in value)
    return isinstance(value, (bool, int, float))
