"""Checks of answers in two parts."""

from ftguard.scores.constraints.parts import parts
from ftguard.scores.constraints.words import fold


def two_responses(text: str) -> bool:
    """Exactly two responses stand between six asterisks, and not only case tells them apart."""
    responses = [fold(response) for response in parts(text, "******")]
    return len(responses) == len(set(responses)) == 2 and all(responses)  # noqa: PLR2004


def repeat_prompt(text: str, *, prompt_to_repeat: str) -> bool:
    """The text begins with the request, word for word, and goes on after it.

    Case and blanks are ignored. IFEval is content with the request alone.
    """
    said, request = fold(text), fold(prompt_to_repeat)
    return said.startswith(request) and said != request
