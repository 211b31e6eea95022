"""Puts many requests to a judge in the background, within its limits."""

import asyncio
import contextlib
import queue
import random
import threading
import warnings
from collections import deque
from collections.abc import Iterable

from ftguard.errors import FtguardWarning
from ftguard.judge.budget import Budget
from ftguard.judge.cache import Cache, cache_path
from ftguard.judge.endpoint import Endpoint, NoReply, Reply
from ftguard.judge.judge import Judge
from ftguard.judge.request import Request

DOWN_AFTER = 16
"""Calls in a row without a reply after which the judge is taken to be down."""
ROOM_POLL, STOP_POLL = 0.02, 0.1
"""Seconds between looks whether calls under way have left room under a cap, and at the stop."""
CLOSING = 2.0
"""Seconds that closing waits for the thread."""


class Asking:
    """Asks each distinct request once, in one background thread with an event loop of its own.

    The thread writes to the cache and to a queue, and to nothing else: no random state, signal,
    standard output or tensor is touched. Known replies are there at once, without a call.
    """

    def __init__(self, judge: Judge, requests: Iterable[Request], budget: Budget) -> None:
        self._judge, self._budget = judge, budget
        self._cache = Cache(cache_path() if judge.cache else None)
        self._ready: queue.SimpleQueue[tuple[str, Reply | str]] = queue.SimpleQueue()
        self._finished = threading.Event()
        self._stop = threading.Event()
        self._lasting: str | None = None
        self._failures = 0
        new = []
        for request in {request.digest: request for request in requests}.values():
            known = budget.known(request) or self._cache.get(request.digest, judge.max_reply_tokens)
            if known is None:
                new.append(request)
            else:
                self._ready.put((request.digest, known))
        self._warn()
        random.Random(judge.seed).shuffle(new)
        self._left = deque(new)
        self._thread = threading.Thread(target=self._run, name="ftguard judge", daemon=True)
        if new:
            self._thread.start()
        else:
            self._cache.close()
            self._finished.set()

    def wait(self, seconds: float | None) -> bool:
        """Wait until all is asked, at most so long; whether it is."""
        return self._finished.wait(seconds)

    def take(self) -> list[tuple[str, Reply | str]]:
        """What came since the last call, by digest: a reply, or the reason why there is none."""
        self._warn()
        taken = []
        with contextlib.suppress(queue.Empty):
            while True:
                taken.append(self._ready.get_nowait())
        return taken

    def close(self) -> None:
        """Stop asking; what is still open ends with a reason."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join(CLOSING)

    def _run(self) -> None:
        try:
            asyncio.run(self._ask_all())
        except Exception as error:  # noqa: BLE001, nothing here may end a training run
            self._lasting = f"judging failed ({type(error).__name__})"
        while self._left:
            self._ready.put((self._left.popleft().digest, self._lasting or "judging was stopped"))
        self._cache.close()
        self._finished.set()

    async def _ask_all(self) -> None:
        judge = self._judge
        endpoint = Endpoint(
            judge.model,
            base_url=judge.base_url,
            api_key_env=judge.api_key_env,
            timeout=judge.timeout,
            retries=judge.retries,
            seed=judge.seed,
        )
        async with endpoint:
            workers = [
                asyncio.create_task(self._work(endpoint))
                for _ in range(min(judge.concurrency, len(self._left)))
            ]
            while (await asyncio.wait(workers, timeout=STOP_POLL))[1] and not self._stop.is_set():
                pass
            for worker in workers:
                worker.cancel()
            await asyncio.gather(*workers, return_exceptions=True)

    async def _work(self, endpoint: Endpoint) -> None:
        while self._left and not self._stop.is_set():
            request = self._left.popleft()
            outcome: Reply | str = "judging was stopped"
            try:
                outcome = self._lasting or await self._ask(endpoint, request)
            except Exception as error:  # noqa: BLE001, as above
                outcome = f"judging failed ({type(error).__name__})"
            finally:
                self._ready.put((request.digest, outcome))

    async def _ask(self, endpoint: Endpoint, request: Request) -> Reply | str:
        while (room := self._budget.reserve(request)) is None:  # noqa: ASYNC110
            # Other threads settle too, so no event of this loop could tell.
            await asyncio.sleep(ROOM_POLL)
        if not room:
            return self._budget.over
        reply, billed = None, True
        try:
            reply = await endpoint.ask(
                request.messages, request.schema, self._judge.max_reply_tokens
            )
        except NoReply as error:
            billed = error.billed
            self._failures += 1
            if error.fatal:
                self._lasting = str(error)
            elif self._failures >= DOWN_AFTER:
                self._lasting = f"the judge is down: {error}"
            return str(error)
        finally:
            self._budget.settle(request, reply, billed=billed)
        self._failures = 0
        self._cache.put(request.digest, self._judge.max_reply_tokens, reply)
        return reply

    def _warn(self) -> None:
        problem, self._cache.problem = self._cache.problem, None
        if problem:
            warnings.warn(f"ftguard: {problem}", category=FtguardWarning, stacklevel=2)
