"""Makes `Writing`, one greedy answer while it is written, which knows where it ends."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field

from ftguard.ask.answer import Finish
from ftguard.ask.prompts import Question

LOG_ZERO = -1e4
"""Stands for the log-probability of what a model gives none: finite, so that it can be stored."""

End = Callable[[Sequence[int]], bool]
"""Told an answer's tokens after each of them, says whether it ends there."""


@dataclass(frozen=True, kw_only=True)
class Generated:
    """One greedy answer in tokens."""

    token_ids: tuple[int, ...]
    """With the stop token, where there is one; a newline or a text that ends it is one too."""
    logprobs: tuple[float, ...]
    """Nats, one for each token."""
    finish: Finish

    @property
    def stopped(self) -> bool:
        """Whether the model ended it itself."""
        return self.finish == "stop"


@dataclass(kw_only=True)
class Writing:
    """One answer and what was written of it."""

    question: Question
    stop_ids: Collection[int]
    """Tokens that end it."""
    end: End | None = None
    """Ends it like a stop token."""
    decided: End | None = None
    """Ends it as nothing that follows matters any more."""
    token_ids: list[int] = field(default_factory=list)
    logprobs: list[float] = field(default_factory=list)
    finish: Finish | None = None

    @property
    def begun(self) -> tuple[int, ...]:
        """What the model reads before its next token."""
        return (*self.question.prompt, *self.token_ids)

    @property
    def room(self) -> int:
        """So many more tokens may be written."""
        return self.question.max_new_tokens - len(self.token_ids)

    def take(self, token: int, logprob: float) -> None:
        """Write a token, unless the answer has ended."""
        if self.finish is not None:
            return
        self.token_ids.append(token)
        # What is no number has no probability either.
        self.logprobs.append(max(LOG_ZERO, logprob))
        if token in self.stop_ids or (self.end is not None and self.end(self.token_ids)):
            self.finish = "stop"
        elif not self.room:
            self.finish = "length"
        elif self.decided is not None and self.decided(self.token_ids):
            self.finish = "decided"

    def generated(self) -> Generated:
        """What was written; `length` where it was not brought to an end."""
        return Generated(
            token_ids=tuple(self.token_ids),
            logprobs=tuple(self.logprobs),
            finish=self.finish or "length",
        )
