"""Asks one model on one server, with retries of its own."""

import asyncio
import os
import random
import time
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from ftguard.judge.endpoint.address import OPENAI, resolve
from ftguard.judge.endpoint.dialect import REFUSED, Dialect
from ftguard.judge.endpoint.reply import NoReply, Reply, excerpt, read_body
from ftguard.judge.endpoint.retry import MAX_RETRY_AFTER, backoff, retry_after
from ftguard.probes.probe import Message

TRANSIENT = (408, 409, 429)
"""Statuses that may pass, beside those from 500 up."""
FATAL = (401, 403, 404)
"""Statuses that every further call would meet: a wrong key, no permission, no such model."""
QUOTA_USED_UP = b"insufficient_quota"
"""OpenAI's word, under status 429, for an account that is used up."""
SHORTEST_KEY = 8
"""Characters; a shorter value (`none`, `EMPTY`) is no secret, and a word that texts may hold."""


@dataclass(frozen=True)
class _Failure:
    """One try that brought no completion."""

    reason: str
    status: int | None = None
    body: bytes = b""
    wait: float | None = None
    """Seconds that the server asks to wait."""

    @property
    def transient(self) -> bool:
        """Whether another try is worth it."""
        if self.status is None:
            return True
        return (self.status in TRANSIENT or self.status >= 500) and QUOTA_USED_UP not in self.body  # noqa: PLR2004

    @property
    def fatal(self) -> bool:
        """Whether every further call would fail alike."""
        return self.status in FATAL or QUOTA_USED_UP in self.body


class Endpoint:
    """To be used as an async context, within one event loop.

    The tries are counted here because the openai package draws the jitter of its own retries from
    Python's global random state, which belongs to the training run.
    """

    def __init__(
        self,
        model: str,
        *,
        base_url: str | None = None,
        api_key_env: str = "OPENAI_API_KEY",
        timeout: float = 30.0,
        retries: int = 3,
        seed: int = 0,
    ) -> None:
        self._model, self._timeout, self._retries = model, timeout, retries
        self._url = resolve(base_url)
        self._key = os.environ.get(api_key_env, "").strip()
        self._jitter = random.Random(seed)
        self._dialect = Dialect("max_completion_tokens" if self._url == OPENAI else "max_tokens")
        self._opened = AsyncExitStack()

    async def __aenter__(self) -> Self:
        # openai takes most of a second to import.
        from openai import AsyncOpenAI, DefaultAioHttpClient

        # Without aiohttp, httpx takes a third more of the processor that training needs too.
        try:
            fast = DefaultAioHttpClient()
        except RuntimeError:
            fast = None
        client = AsyncOpenAI(
            api_key=self._key or "none",
            base_url=self._url,
            timeout=self._timeout,
            max_retries=0,
            http_client=fast,
        )
        self._client = await self._opened.enter_async_context(client)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._opened.aclose()

    async def ask(
        self, messages: Sequence[Message], schema: Mapping[str, object], max_tokens: int
    ) -> Reply:
        """The reply to some messages.

        Args:
            messages: the chat.
            schema: the JSON Schema of the reply, enforced by the servers that can.
            max_tokens: room for the reply.

        Raises:
            NoReply: there is none after the retries, or within `timeout` seconds for each try.
        """
        allowed = self._timeout * (self._retries + 1)
        try:
            async with asyncio.timeout(allowed):
                return await self._ask_with_retries(messages, schema, max_tokens)
        except TimeoutError:
            reason = f"the server did not answer within {allowed:g} s"
            raise NoReply(reason, billed=True) from None

    async def _ask_with_retries(
        self, messages: Sequence[Message], schema: Mapping[str, object], max_tokens: int
    ) -> Reply:
        dialect, tried, failures = self._dialect, [self._dialect], 0
        while True:
            outcome = await self._try(messages, dialect.parameters(schema, max_tokens))
            if isinstance(outcome, bytes):
                self._dialect = dialect
                return read_body(outcome)
            if outcome.status in REFUSED:
                simpler = dialect.simpler(outcome.body.decode(errors="replace"), tried)
                if simpler:
                    dialect = simpler
                    tried.append(dialect)
                    continue
            failures += 1
            wait = backoff(failures, self._jitter) if outcome.wait is None else outcome.wait
            if not outcome.transient or failures > self._retries or wait > MAX_RETRY_AFTER:
                raise NoReply(outcome.reason, fatal=outcome.fatal, billed=outcome.status is None)
            await asyncio.sleep(wait)

    async def _try(
        self, messages: Sequence[Message], parameters: Mapping[str, object]
    ) -> bytes | _Failure:
        """The body of a completion, or what came instead of it; the key is in neither."""
        from openai import (
            APIConnectionError,
            APIStatusError,
            HttpxBinaryResponseContent,
        )

        start = time.monotonic()
        try:
            # The body as it came: the package's typed reading takes a third of a call's processor
            # time, and raises errors of its own for bodies that are no JSON.
            response = await self._client.post(
                "/chat/completions",
                cast_to=HttpxBinaryResponseContent,
                body={"model": self._model, "messages": list(messages), **parameters},
            )
        except APIConnectionError as error:
            # The kinds of this error do not tell: with aiohttp a lost connection is a timeout too.
            if time.monotonic() - start >= self._timeout:
                return _Failure(f"the server did not answer within {self._timeout:g} s")
            return _Failure(f"the connection to the server failed ({_root(error)})")
        except APIStatusError as error:
            body = self._without_key(error.response.content)
            return _Failure(
                f"the server answered {error.status_code}: {excerpt(body)}",
                error.status_code,
                body,
                retry_after(error.response.headers),
            )
        return self._without_key(response.content)

    def _without_key(self, body: bytes) -> bytes:
        """The body without the key, which some servers repeat in their complaints."""
        if len(self._key) < SHORTEST_KEY:
            return body
        return body.replace(self._key.encode(), b"[key]")


def _root(error: BaseException) -> str:
    """The kind of error at the bottom; its text is not repeated, as it may hold headers."""
    while error.__cause__ is not None:
        error = error.__cause__
    return type(error).__name__
