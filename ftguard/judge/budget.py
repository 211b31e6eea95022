"""Counts what judging costs, and holds it under the caps."""

import math
import threading
from collections.abc import Iterable
from dataclasses import dataclass, replace

from ftguard.judge.cache import Cache, cache_path
from ftguard.judge.endpoint import Reply
from ftguard.judge.judge import Judge
from ftguard.judge.request import Request, Task, rating_request

BYTES_A_TOKEN = 3
"""Fewer than the usual four of English, so that an estimate is rather too high."""
USUAL_REPLY = 150
"""Tokens of a reply, as estimated."""
FRAME = 10
"""Tokens that a request takes beside its texts."""


@dataclass(frozen=True, kw_only=True)
class Usage:
    """Calls, and what they take."""

    calls: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    usd: float | None = None
    """US dollars; None where the price is not known."""

    @property
    def tokens(self) -> int:
        """In and out together."""
        return self.input_tokens + self.output_tokens


class Budget:
    """What a run has spent on a judge so far; one for all its checkpoints, safe among threads.

    A call reserves the most that it may cost before it is made, and settles afterwards, so that
    many at once cannot pass a cap together.
    """

    def __init__(self, judge: Judge, before: Usage | None = None) -> None:
        self._judge, self._lock = judge, threading.Lock()
        before = before or Usage()
        self._calls = before.calls
        self._input, self._output = before.input_tokens, before.output_tokens
        self._held: list[tuple[int, int]] = []
        self._replies: dict[str, Reply] = {}

    @property
    def so_far(self) -> Usage:
        """What was spent, with what an earlier attempt of the run spent before."""
        with self._lock:
            return self._usage(self._calls, self._input, self._output)

    def estimate(self, tasks: Iterable[Task]) -> Usage:
        """What judging these would take, rather too much."""
        return self.estimate_requests(rating_request(self._judge, task) for task in tasks)

    def estimate_requests(self, requests: Iterable[Request]) -> Usage:
        """What asking would take: distinct requests whose reply is not in the cache."""
        cache = Cache(cache_path() if self._judge.cache else None)
        distinct = {request.digest: request for request in requests}.values()
        new = [r for r in distinct if not (self.known(r) or cache.get(r.digest, self._most))]
        cache.close()
        return self._usage(
            len(new), sum(map(input_tokens, new)), min(USUAL_REPLY, self._most) * len(new)
        )

    def reserve(self, request: Request) -> bool | None:
        """Set aside the most that a call may take.

        Returns:
            True where that fits under the caps, None where it may once calls under way have
            settled, and False where it does not.
        """
        call = (input_tokens(request), self._most)
        with self._lock:
            if self._fits([*self._held, call]):
                self._held.append(call)
                return True
            return None if self._held and self._fits([call]) else False

    def settle(self, request: Request, reply: Reply | None, *, billed: bool = True) -> None:
        """Replace what was set aside by what was taken.

        A server that does not count is taken to have used the estimate; a call that was lost on
        the way, to have read its prompt; one that was turned away, to have cost nothing.
        """
        taken = (0, 0)
        if reply is not None:
            output = reply.output_tokens
            counted = len(reply.text.encode(errors="replace")) // BYTES_A_TOKEN + 1
            read = reply.input_tokens
            taken = (
                input_tokens(request) if read is None else read,
                counted if output is None else output,
            )
        elif billed:
            taken = (input_tokens(request), 0)
        with self._lock:
            self._held.remove((input_tokens(request), self._most))
            self._calls += 1
            if reply is not None:
                self._replies[request.digest] = reply
            self._input += taken[0]
            self._output += taken[1]

    def known(self, request: Request) -> Reply | None:
        """What the run was told before: the same answer has one score, with or without a cache."""
        return self._replies.get(request.digest)

    @property
    def over(self) -> str:
        """Why no further call fits."""
        judge, caps = self._judge, []
        if judge.price is not None:
            caps.append(f"{judge.max_usd:g} US dollars (`max_usd`)")
        if judge.token_cap < math.inf:
            caps.append(f"{judge.token_cap:,.0f} tokens (`max_tokens`)")
        return f"the cap of {' or '.join(caps)} is reached"

    @property
    def _most(self) -> int:
        return self._judge.max_reply_tokens

    def _fits(self, calls: list[tuple[int, int]]) -> bool:
        read = self._input + sum(call[0] for call in calls)
        written = self._output + sum(call[1] for call in calls)
        usage = self._usage(0, read, written)
        return usage.tokens <= self._judge.token_cap and (
            usage.usd is None or usage.usd <= self._judge.max_usd
        )

    def _usage(self, calls: int, read: int, written: int) -> Usage:
        usage = Usage(calls=calls, input_tokens=read, output_tokens=written)
        price = self._judge.price
        if price is None:
            return usage
        return replace(usage, usd=math.fsum((read * price[0], written * price[1])) / 1e6)


def input_tokens(request: Request) -> int:
    """How many tokens a request takes, rather too many."""
    return FRAME + math.ceil(request.num_bytes / BYTES_A_TOKEN)
