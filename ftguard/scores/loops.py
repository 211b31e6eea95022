"""Tells an answer that repeats itself without an end, which more room would not bring to one."""

from ftguard.ask.answer import Answer

TIMES = 3
FEWEST_TOKENS = 12
"""Shorter repetitions may be meant, such as a row of dots."""


def loops(answer: Answer) -> bool:
    """Whether a generated answer was cut off while it said the same tokens again and again.

    Its end is then one chunk, three times or more and over 12 tokens or more; the last time may
    be cut short.
    """
    if answer.finish == "stop":
        return False
    tokens = answer.token_ids[::-1]
    for size in range(1, len(tokens) // TIMES + 1):
        repeated = size
        while repeated < len(tokens) and tokens[repeated] == tokens[repeated - size]:
            repeated += 1
        if repeated >= max(TIMES * size, FEWEST_TOKENS):
            return True
    return False
