"""Reads labelled texts, and pairs of texts with a label (entailment, paraphrases)."""

from collections.abc import Sequence

from ftguard.errors import InputError
from ftguard.probes.read.answer_texts import told
from ftguard.probes.read.asked import Asked
from ftguard.probes.read.pairs import CONTEXTS
from ftguard.probes.read.row import Row, number

TEXTS = ("text", "query", "utterance", "sentence", "prompt", "question", "content", "review",
         "tweet", "comment", "message", "headline", "body", "description")  # fmt: skip
"""Columns that may hold a text to label."""
LABELS = ("label_text", "label_name", "label", "labels", "sentiment", "class", "target", "intent",
          "category", "coarse_label", "label_coarse", "fine_label", "label_fine", "topic",
          "emotion")  # fmt: skip
"""Columns that may hold its label, the one that is meant first: names before numbers."""
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


def labelled_pair(row: Row) -> Asked | None:
    """Two texts and what they are to each other; the prompt names each."""
    names = next((pair for pair in PAIRS if all(row.text(name) for name in pair)), None)
    label = next((n for n in PAIR_LABELS if row.kept(n) is not None), None)
    if names is None or label is None:
        return None
    lines = [f"{name.capitalize().replace('_', ' ')}: {row[name]}" for name in names]
    return _asked("\n".join(lines), label, row[label])


def labelled_text(row: Row) -> Asked | None:
    """A text and its label; a title stands above its text."""
    text = next((n for n in TEXTS if isinstance(row.kept(n), str) and row.first((n,))), None)
    label = next((n for n in LABELS if n != text and _is_label(row.kept(n))), None)
    if text is None or label is None:
        return None
    title = row.text("title") if text in ("content", "body", "text", "description") else None
    prompt = "\n".join(filter(None, (title, str(row[text]))))
    context = row.first(CONTEXTS) if text in ("question", "query", "prompt") else None
    if context is not None:
        prompt = f"{told(row[context])}\n\n{prompt}"
    return _asked(prompt, label, row[label])


def _asked(prompt: str, name: str, label: object) -> Asked:
    # A likeness of 3.8 is a number; a class of 3.0 is what a table with gaps makes of 3.
    graded = isinstance(label, float) and not label.is_integer()
    return Asked(prompt=prompt, answers=label_texts(name, label), label=not graded)


def label_texts(name: str, value: object) -> tuple[str, ...]:
    """What the label is called, and how else; several labels of one text are one answer.

    Raises:
        InputError: it is neither a text nor a number.
    """
    if isinstance(value, bool):
        return TRUE if value else FALSE
    if isinstance(value, Sequence) and not isinstance(value, str):
        return (", ".join(str(item) for item in value),)
    if not isinstance(value, (str, int, float)):
        raise InputError(f"`{name}` is {type(value).__name__}: allowed are texts and numbers.")
    return (number(value),)


def _is_label(value: object) -> bool:
    if isinstance(value, str):
        return bool(value.strip()) and "\n" not in value
    if isinstance(value, list):
        # A list of yes and no marks several things; it does not say what a text is.
        return bool(value) and all(type(item) in (str, int) for item in value)
    return isinstance(value, (bool, int, float))
