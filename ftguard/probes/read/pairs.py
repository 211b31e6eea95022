"""Reads rows that hold a question and its answer, whatever these are called."""

from ftguard.probes.probe import Message
from ftguard.probes.read.answer_texts import accepted, is_empty
from ftguard.probes.read.asked import Asked, LeftOut
from ftguard.probes.read.chat import calls_in
from ftguard.probes.read.prompt import BODIES, prompt_of
from ftguard.probes.read.row import Row

ANSWERS = ("completion", "reference", "reference_answer", "ground_truth", "ground_truths",
           "expected_output", "expected_answer", "expected", "golden_answer", "golden_answers",
           "gold_answer", "gold", "ideal", "ideal_response", "answer", "answers", "best_answer",
           "final_answer", "final_decision", "correct_answer", "possible_answers", "answers_spans",
           "target", "targets", "output", "response", "outputs", "responses", "reply", "solution",
           "solutions", "answer_number", "target_text", "tgt", "code", "canonical_solution", "sql",
           "summary", "highlights", "query", "a")  # fmt: skip
"""Columns that may hold its answer: what was expected before what some model said."""
MORE = ("correct_answers", "aliases", "answer_aliases", "accepted_answers")
"""Columns that may hold other answers that are right too."""
WRONG = ("incorrect_answers", "wrong_answers", "rejected")
"""Columns that may hold wrong ones."""
USERS, ASSISTANTS = ("user", "human"), ("assistant", "gpt", "bot")
"""One exchange whose columns are named by who speaks; alone, `user` is more often a person's id."""
JUDGED = ("label", "is_correct", "correct", "is_right", "kto_tag", "feedback", "verdict")
"""Columns that may say whether the answer of a row is right, or wanted."""
BAD = frozenset({"false", "0", "incorrect", "wrong", "bad", "undesirable", "thumbs_down", "no"})
"""What says that it is not."""
REWARDS = ("reward_model", "ground_truth")
"""The column that rewards are told in, and what in it answers are held against."""
TWO = 2
"""Texts that make a translation."""


def question_and_answer(row: Row) -> Asked | LeftOut | None:
    """What is asked, with what it is about, and the answers that are right."""
    prompt = prompt_of(row)
    if prompt is None:
        return None
    name = next((n for n in ANSWERS if n not in row.used and row.kept(n) is not None), None)
    if name is None:
        return _rewarded(row, prompt)
    if name == "target" and row.used & set(BODIES):
        return None  # A text and its class.
    return _answered(row, prompt, name)


def _answered(row: Row, prompt: str | tuple[Message, ...], name: str) -> Asked | LeftOut:
    calls = calls_in(row.kept(name)) if row.kept("tools") is not None else None
    if calls is not None:
        row.used.add(name)
        return Asked(prompt=prompt, answers=(calls,), calls=True)
    if is_judged_bad(row):
        return LeftOut(reason="came with an answer that is marked as wrong")
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


def translation(row: Row) -> Asked | None:
    """A text in two languages, as translation sets keep them: in one column, or in two."""
    value = row.kept("translation")
    if isinstance(value, dict):
        row.used.add("translation")
    else:
        value = {n: row.kept(n) for n in row if len(n) == TWO and n != "id"}
        if len(value) == TWO and all(isinstance(text, str) for text in value.values()):
            row.used.update(value)
    texts = [text for text in value.values() if isinstance(text, str) and text.strip()]
    if len(value) != TWO or len(texts) != TWO:
        return None
    return Asked(prompt=texts[0], answers=(texts[1],))


def is_judged_bad(row: Row) -> bool:
    """Whether the row says that its answer is wrong, or undesired."""
    for name in JUDGED:
        given = row.kept(name)
        if given is not None and str(given).strip().lower().removesuffix(".0") in BAD:
            row.used.add(name)
            return True
    return False


def _rewarded(row: Row, prompt: str | tuple[Message, ...]) -> Asked | None:
    """What reinforcement learning holds answers against (verl)."""
    column, key = REWARDS
    held = row.kept(column)
    if not isinstance(held, dict) or not accepted(held.get(key)):
        return None
    row.used.add(column)
    return Asked(prompt=prompt, answers=accepted(held[key]))
