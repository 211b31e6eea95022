"""Makes `Judge`: which model grades, on which rubric, and within what limits."""

import hashlib
import math
from dataclasses import dataclass
from pathlib import PurePath
from urllib.parse import urlsplit

from ftguard.errors import InputError
from ftguard.judge.endpoint import check_endpoint, host
from ftguard.judge.prices import list_price
from ftguard.judge.rubric import RUBRIC, Rubric

PROMPT_VERSION = "1"
"""Part of every cache key and fingerprint; raised whenever the words put to a judge change."""
MAX_TOKENS = 2_000_000
"""The cap on tokens where the price is not known: 5 US dollars at 2.5 for a million."""


@dataclass(frozen=True, kw_only=True)
class Judge:
    """A model behind an OpenAI-compatible server that grades answers.

    Raises:
        InputError: a field cannot be used, the key is not set, or the openai package is missing.
    """

    model: str
    """As the server names it."""
    base_url: str | None = None
    """The server's address; None for `OPENAI_BASE_URL`, else OpenAI."""
    api_key_env: str = "OPENAI_API_KEY"
    """The environment variable that holds the key; the key itself is never kept."""
    rubric: Rubric = RUBRIC
    concurrency: int = 32
    """Calls under way at once, at most."""
    wait_seconds: float = 60.0
    """How long training waits for scores at each checkpoint; later ones are handed over later."""
    max_usd: float = 5.0
    """US dollars that a run may spend, where the price is known."""
    usd_per_million: tuple[float, float] | None = None
    """US dollars for a million tokens of input and of output, (0, 0) for a server of your own; None
    for the list price, where ftguard knows one."""
    max_tokens: int | None = None
    """Tokens, in and out, that a run may use; None for no cap but `max_usd`, and for 2 million
    where the price is not known."""
    max_reply_tokens: int = 1024
    """Room for one reply; models that reason need more."""
    retries: int = 3
    """Further tries of a call that failed for a reason that may pass."""
    timeout: float = 30.0
    """Seconds that one try may take."""
    cache: bool = True
    """Whether replies are kept on disk, and known ones used."""
    seed: int = 0
    """Of the order of the calls, the delimiters and the jitter."""
    force: bool = False
    """Whether it may judge itself (see `refuse_self`)."""

    def __post_init__(self) -> None:
        allowed = (
            (bool(self.model.strip()), "`model` is the judge's name as its server knows it"),
            (self.concurrency >= 1, "`concurrency` is at least 1"),
            (0 <= self.wait_seconds < math.inf, "`wait_seconds` is a number from 0 up"),
            (0 <= self.max_usd < math.inf, "`max_usd` is a number of US dollars from 0 up"),
            (self.max_tokens is None or self.max_tokens >= 0, "`max_tokens` is from 0 up"),
            (self.max_reply_tokens >= 1, "`max_reply_tokens` is at least 1"),
            (self.retries >= 0, "`retries` is at least 0"),
            (0 < self.timeout < math.inf, "`timeout` is a number of seconds above 0"),
            (
                all(0 <= price < math.inf for price in self.usd_per_million or ()),
                "`usd_per_million` is two numbers from 0 up: of input, of output",
            ),
        )
        for holds, rule in allowed:
            if not holds:
                raise InputError(f"judge: {rule}.")
        check_endpoint(self.base_url, self.api_key_env)

    @property
    def digest(self) -> str:
        """What a score depends on, for fingerprints: model, rubric version, prompt version."""
        text = f"{self.model}|{self.rubric.version}|{PROMPT_VERSION}"
        return hashlib.blake2b(text.encode(), digest_size=12).hexdigest()

    @property
    def price(self) -> tuple[float, float] | None:
        """US dollars for a million tokens of input and of output, or None where not known."""
        return self.usd_per_million or list_price(self.model, self.base_url)

    @property
    def token_cap(self) -> float:
        """Tokens that a run may use; infinity where money alone is capped."""
        if self.max_tokens is not None:
            return self.max_tokens
        return MAX_TOKENS if self.price is None else math.inf


def refuse_self(judge: Judge, *trained: str, served_at: str | None = None) -> None:
    """Refuse a judge that would grade itself, unless it is forced.

    Names are compared by their last part and by letters and digits alone, so that `qwen2.5:0.5b`
    is taken for `Qwen/Qwen2.5-0.5B`.

    Args:
        judge: who grades.
        trained: names or folders of the model in training and of its base; empty ones count not.
        served_at: the address that the model in training answers at, if it does.

    Raises:
        InputError: it is the same model, or stands at the same address.
    """
    if judge.force:
        return
    same = [name for name in trained if _bare(name) and _bare(name) == _bare(judge.model)]
    if same:
        raise InputError(
            f"the judge `{judge.model}` is the model in training (`{same[0]}`): a model grades its "
            "own answers too well. Take another as judge, or say `force=True`."
        )
    if served_at and urlsplit(served_at).netloc.lower() == host(judge.base_url):
        raise InputError(
            f"the judge stands at `{host(judge.base_url)}`, where the model in training answers: "
            "take another server as judge, or say `force=True`."
        )


def _bare(name: str) -> str:
    return "".join(c for c in PurePath(name).name.casefold() if c.isalnum())
