"""The part of an answer that the model brought to an end."""

from ftguard.ask.answer import Answer


def finished_text(answer: Answer) -> str:
    """The answer up to its end; of an answer that was cut off, only its complete lines."""
    if answer.finish == "stop":
        return answer.text
    return answer.text.rpartition("\n")[0]
