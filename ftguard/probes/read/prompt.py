"""Joins the columns that hold what is asked: a question with what it is about, a title, a chat."""

from ftguard.probes.probe import Message
from ftguard.probes.read.answer_texts import told
from ftguard.probes.read.chat import is_chat, read_chat
from ftguard.probes.read.row import Row

ASKED = ("instruction", "prompt", "question", "query", "problem", "task", "instructions",
         "user_input", "inputs", "input", "q", "source_text", "src", "text", "article", "document",
         "dialogue", "sentence", "content", "message", "email", "body", "description")  # fmt: skip
"""Columns that may hold what is asked, the one that is meant first."""
ORDERS = ("instruction", "instructions", "task", "prompt")
"""Those of them that say what to do, with something that stands beside."""
INPUTS = ("input", "inputs", "question", "query", "text")
"""What an order may be about, after it."""
QUESTIONS = ("question", "query", "problem", "user_input", "input", "q")
"""Those of `ASKED` that may be about a text."""
CONTEXTS = ("context", "contexts", "passage", "passages", "document", "documents", "article",
            "paragraph", "support", "background", "story", "evidence", "body", "schema",
            "sql_context", "retrieved_contexts", "docs", "knowledge", "flores_passage")  # fmt: skip
"""What any of them may be about."""
TITLES = ("title", "subject", "headline")
"""What may stand above a text."""
BODIES = ("text", "content", "body", "description", "message", "email", "article", "document",
          "review")  # fmt: skip
"""Columns that may hold a text with a title."""
CHATS = ("prompt", "input", "inputs", "question")
"""Columns that may hold a chat up to the answer."""


def prompt_of(row: Row) -> str | tuple[Message, ...] | None:
    """What is asked, with what it is about; None where no column holds it.

    Of an instruction its input or context comes after it; elsewhere a context comes before.
    """
    chat = next((name for name in CHATS if is_chat(row.kept(name))), None)
    if chat is not None:
        return read_chat(chat, row[chat]).turns
    asked = next((n for n in ASKED if isinstance(row.kept(n), str) and row.first((n,))), None)
    return None if asked is None else with_what_it_is_about(row, asked)


def with_what_it_is_about(row: Row, asked: str) -> str:
    """The text of a column, with its title, its input and its context.

    Args:
        row: the row.
        asked: the column.
    """
    text = str(row[asked])
    if asked in BODIES:
        title = row.first(TITLES)
        return f"{row[title]}\n{text}" if title and isinstance(row.kept(title), str) else text
    after, before = _after(row, asked, text), ""
    # What an instruction is about comes after it, as in Alpaca's and Dolly's template.
    if asked in ORDERS and asked != "prompt":
        after = after or _context(row, asked, text)
    else:
        before = _context(row, asked, text)
    return "\n\n".join(filter(None, (before, text, after)))


def _after(row: Row, asked: str, text: str) -> str:
    if asked not in ORDERS and asked not in QUESTIONS:
        return ""
    names = INPUTS if asked in ORDERS else ("input", "inputs")
    found = (n for n in names if n != asked and isinstance(row.kept(n), str) and row.first((n,)))
    for name in found:
        about = told(row.kept(name))
        # Alpaca's rows also hold everything as one formatted text.
        if about not in text and text not in about:
            row.used.add(name)
            return about
    return ""


def _context(row: Row, asked: str, text: str) -> str:
    names = (*CONTEXTS, "text") if asked in QUESTIONS else CONTEXTS
    for name in (n for n in names if n != asked and n not in row.used and row.first((n,))):
        about = told(row.kept(name))
        if about and about not in text:
            row.used.add(name)
            return about
    return ""
