"""Where a server is, and whether it can be asked at all."""

import os
import re
from importlib.util import find_spec
from urllib.parse import urlsplit

from ftguard.errors import InputError

OPENAI = "https://api.openai.com/v1"
LOCAL = ("localhost", "127.0.0.1", "::1")

_VARIABLE = re.compile(r"[A-Za-z_]\w*", re.ASCII)


def resolve(base_url: str | None) -> str:
    """The address that is called: the one given, else `OPENAI_BASE_URL`, else OpenAI's."""
    return (base_url or os.environ.get("OPENAI_BASE_URL") or OPENAI).rstrip("/")


def host(base_url: str | None) -> str:
    """The host and port that are called, lower case."""
    return urlsplit(resolve(base_url)).netloc.lower()


def is_local(base_url: str | None) -> bool:
    """Whether the server is on this machine."""
    return urlsplit(resolve(base_url)).hostname in LOCAL


def check_endpoint(base_url: str | None, api_key_env: str) -> None:
    """Refuse what cannot be asked, before anything is.

    Raises:
        InputError: openai is missing, the address is none, or a needed key is not set.
    """
    if find_spec("openai") is None:
        raise InputError('asking a server needs the openai package: pip install "ftguard[judge]"')
    if not _VARIABLE.fullmatch(api_key_env):
        raise InputError(
            "`api_key_env` is the name of the environment variable that holds the key, such as "
            "`OPENAI_API_KEY`: put the key there, not here."
        )
    try:
        parts = urlsplit(resolve(base_url))
        known = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        known = False
    if not known:
        raise InputError("`base_url` must be an address such as `http://localhost:8000/v1`.")
    if parts.username or parts.password or parts.query:
        raise InputError(
            "`base_url` holds a user, a password or a query: give the bare address, and put the "
            f"key into the environment as `{api_key_env}`."
        )
    if resolve(base_url) == OPENAI and not os.environ.get(api_key_env):
        raise InputError(
            f"`{api_key_env}` is not set: put the key there, name another variable as "
            "`api_key_env`, or give the `base_url` of a server that needs none."
        )
