"""What is said before the first call: what leaves the machine, where to, how much, and the cap."""

from collections.abc import Iterator

from ftguard.judge.budget import Usage
from ftguard.judge.endpoint import host, is_local
from ftguard.judge.judge import Judge
from ftguard.judge.prices import AS_OF
from ftguard.text.formatting import count


def announce(judge: Judge, usage: Usage) -> Iterator[str]:
    """The sentences to print before the first call.

    Args:
        judge: who is asked.
        usage: the estimate, of `Budget.estimate`, for what is about to be judged.
    """
    way = "go on this machine to" if is_local(judge.base_url) else "leave this machine for"
    yield (
        f"judge: prompts, references, notes and answers {way} `{host(judge.base_url)}`, to be "
        f"graded by `{judge.model}` (rubric {judge.rubric.version})"
    )
    calls = f"{count(usage.calls)} call{'s' * (usage.calls != 1)}"
    price = "" if usage.usd is None else f", {_dollars(usage.usd)}"
    yield (
        f"judge: about {calls}, {count(usage.tokens)} tokens{price}; replies that are in the cache "
        "cost nothing"
    )
    if usage.usd is None:
        yield (
            f"judge: the price of `{judge.model}` is not known (`usd_per_million` says it), so "
            f"judging stops at {judge.token_cap:,.0f} tokens a run (`max_tokens`)"
        )
        return
    tokens = "" if judge.max_tokens is None else f" or {count(judge.max_tokens)} tokens"
    source = (
        "price as given" if judge.usd_per_million else f"list price of {AS_OF}, which may be old"
    )
    yield f"judge: stops at {_dollars(judge.max_usd)}{tokens} a run (`max_usd`; {source})"


def _dollars(usd: float) -> str:
    return f"{usd:.2f} US dollars" if usd >= 0.01 or not usd else "less than 0.01 US dollars"  # noqa: PLR2004
