"""Reads what a column holds as texts: answers that are accepted, paragraphs of a context."""

from collections.abc import Iterable, Mapping, Sequence

from ftguard.probes.read.row import number

YES, NO = ("yes", "true"), ("no", "false")
_LISTED = ("text", "spans", "value", "values", "answer", "answers", "aliases")
"""Where a mapping of answers has them, the canonical one first: SQuAD, DROP, TriviaQA."""
_RANKS, _SCORES = ("rank",), ("score", "pm_score", "rating", "reward", "upvotes", "votes")
_TITLED = ("title", "titles")
_TOLD = ("sentences", "paragraphs", "contexts", "parts", "text", "content")
_WHOLE = ("text", "content", "contents", "page_content", "passage", "passage_text", "paragraph",
          "context", "body", "snippet", "sentence")  # fmt: skip


def accepted(value: object) -> tuple[str, ...]:
    """The texts of which each is right, the canonical one first; empty where there is none.

    Args:
        value: a text, a number, a yes or no, a list of these, or a mapping that has such a list.
    """
    if isinstance(value, bool):
        return YES if value else NO
    if isinstance(value, str):
        return (value,) if value.strip() else ()
    if isinstance(value, (int, float)):
        return (number(value),)
    if isinstance(value, Mapping):
        return _different(text for name in _LISTED for text in accepted(value.get(name)))
    if isinstance(value, Sequence):
        return _different(text for item in _best(value) for text in accepted(item))
    return ()


def _best(answers: Sequence[object]) -> Sequence[object]:
    """Of answers that are ranked or scored the best one; all of those that are not."""
    for names, sign in ((_RANKS, 1), (_SCORES, -1)):
        name = next((n for n in names if all(isinstance(a, dict) and n in a for a in answers)), "")
        ranked = [
            a for a in answers if isinstance(a, dict) and isinstance(a.get(name), (int, float))
        ]
        if name and len(ranked) == len(answers) > 1:
            return [min(ranked, key=lambda answer: sign * answer[name])]
    return answers


def is_empty(value: object) -> bool:
    """Whether answers are listed and there are none: the question has no answer."""
    if isinstance(value, Mapping):
        return any(isinstance(value.get(name), list) and not value[name] for name in _LISTED)
    return isinstance(value, list) and not value


def told(value: object) -> str:
    """A context as one text: paragraphs are parted by a blank line, a title stands before its own.

    Args:
        value: a text, a list of texts, of documents, or of pairs of a title and sentences.
    """
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, Mapping):
        return _document(value)
    if isinstance(value, Sequence):
        items = list(value)
        if _is_titled(items):
            return _under(str(items[0]), _joined(items[1]))
        return "\n\n".join(filter(None, map(told, items)))
    return ""


def _document(value: Mapping[str, object]) -> str:
    title = next((value[name] for name in _TITLED if value.get(name)), None)
    body = next((value[name] for name in (*_TOLD, *_WHOLE) if value.get(name)), None)
    if isinstance(title, Sequence) and isinstance(body, Sequence) and not isinstance(title, str):
        pairs = zip(title, body, strict=False)
        return "\n\n".join(_under(str(head), _joined(text)) for head, text in pairs)
    text = told(body)
    return _under(title, text) if isinstance(title, str) and text else text


def _is_titled(items: Sequence[object]) -> bool:
    """HotpotQA's pairs: a title, and the sentences under it."""
    match items:
        case [str(), [str(), *_]]:
            return True
    return False


def _joined(text: object) -> str:
    """Sentences as one paragraph: those of a list have their blanks or not."""
    if isinstance(text, str):
        return text.strip()
    return " ".join(str(item).strip() for item in text) if isinstance(text, Sequence) else ""


def _under(title: str, text: str) -> str:
    return f"{title.strip()}\n{text}" if title.strip() else text


def _different(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(texts))
