"""Reads rows that hold a question and its answer, whatever these are called."""

from ftguard.probes.probe import Message
from ftguard.probes.read.answer_texts import accepted, is_empty, told
from ftguard.probes.read.asked import Asked, LeftOut
from ftguard.probes.read.chat import calls_in, is_chat, read_chat
from ftguard.probes.read.row import Row

ASKED = ("instruction", "prompt", "question", "query", "problem", "task", "instructions",
         "user_input", "inputs", "input", "source_text", "text", "article", "document", "dialogue",
         "sentence", "content")  # fmt: skip
"""Columns that may hold what is asked, the one that is meant first."""
ANSWERS = ("completion", "reference", "reference_answer", "answer", "answers", "best_answer",
           "final_decision",
           "correct_answer", "answers_spans", "output", "response", "outputs", "responses",
           "expected_output", "expected_answer", "expected", "ground_truth", "ground_truths",
           "golden_answer", "golden_answers", "gold_answer", "gold", "ideal",
           "ideal_response", "solution", "solutions",
           "answer_number", "target", "targets", "target_text", "code", "canonical_solution",
           "sql", "summary", "highlights", "query")  # fmt: skip
"""Columns that may hold its answer, the one that is meant first."""
CONTEXTS = ("context", "contexts", "passage", "passages", "document", "documents", "article",
            "paragraph", "support", "background", "story", "evidence", "body", "schema",
            "sql_context", "retrieved_contexts", "docs", "knowledge")  # fmt: skip
"""Columns that may hold what the question is about."""
INPUTS = ("input", "inputs", "context", "text")
"""Columns that may hold what an instruction is to be carried out on."""
MORE = ("correct_answers", "aliases", "answer_aliases", "accepted_answers")
"""Columns that may hold other answers that are right too."""
WRONG = ("incorrect_answers", "wrong_answers", "rejected")
USERS, ASSISTANTS = ("user", "human"), ("assistant", "gpt", "bot")
"""One exchange whose columns are named by who speaks; alone, `user` is more often a person's id."""
TWO = 2


def question_and_answer(row: Row) -> Asked | LeftOut | None:
    """What is asked, with what it is about, and the answers that are right.

    Of an instruction its input or context comes after it; elsewhere a context comes before.
    """
    prompt = prompt_of(row)
    if prompt is None:
        return None
    name = next((n for n in ANSWERS if n not in row.used and row.kept(n) is not None), None)
    if name is None:
        return None
    calls = calls_in(row.kept(name)) if row.kept("tools") is not None else None
    if calls is not None:
        row.used.add(name)
        return Asked(prompt=prompt, answers=(calls,), calls=True)
    if str(row.kept("label")).lower() == "false":
        row.used.update(row)
        return LeftOut(reason="say that their answer is wrong")
    right = accepted(row[name])
    if not right and is_empty(row.kept(name)):
        return LeftOut(reason="had an empty list of answers")
    more = tuple(text for n in MORE if n in row for text in accepted(row[n]))
    wrong = tuple(text for n in WRONG if n in row for text in accepted(row[n]))
    return Asked(prompt=prompt, answers=tuple(dict.fromkeys((*right, *more))), wrong=wrong)


def exchange(row: Row) -> Asked | None:
    """What a user says and what the assistant does, in columns of these names."""
    user, assistant = row.first(USERS), row.first(ASSISTANTS)
    if user is None or assistant is None:
        return None
    return Asked(prompt=str(row[user]), answers=accepted(row[assistant]))


def prompt_of(row: Row) -> str | tuple[Message, ...] | None:
    """What is asked, with what it is about; None where no column holds it."""
    if is_chat(row.kept("prompt")):
        return read_chat("prompt", row["prompt"]).turns
    asked = next((n for n in ASKED if isinstance(row.kept(n), str) and row.first((n,))), None)
    if asked is None:
        return None
    question = str(row[asked])
    after = asked in ("instruction", "instructions", "task")
    beside = next(
        (n for n in (INPUTS if after else CONTEXTS) if n != asked and row.first((n,))), None
    )
    if after and beside is None:
        beside = next((n for n in CONTEXTS if n != asked and row.first((n,))), None)
    about = told(row.kept(beside)) if beside else ""
    if beside and about:
        row[beside]
    # Alpaca's rows also hold both as one formatted text.
    if not about or about in question or (question in about and after):
        return question
    return f"{question}\n\n{about}" if after else f"{about}\n\n{question}"


def translation(row: Row) -> Asked | None:
    """A text in two languages, as translation sets keep them."""
    value = row.kept("translation")
    if not isinstance(value, dict) or len(value) != TWO:
        return None
    texts = [str(text) for text in dict(row["translation"]).values() if isinstance(text, str)]  # type: ignore[call-overload]
    return Asked(prompt=texts[0], answers=(texts[1],)) if len(texts) == TWO else None
