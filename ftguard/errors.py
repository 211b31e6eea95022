"""The few errors that a caller would catch, each addressed to the person who can mend it."""


class FtguardError(Exception):
    """Anything that ftguard raises on purpose."""


class InputError(FtguardError, ValueError):
    """What was given cannot be used; the message says what is allowed and what to do now."""


class BaseMismatchError(FtguardError):
    """The stored base snapshot does not belong to this run; the message says what differs."""


class NothingExaminedError(InputError):
    """A run has no checkpoint that was examined: nothing is wrong, and nothing decided."""


class FtguardWarning(UserWarning):
    """What did not go by plan and ends nothing; commands tell it as a line of their own."""


def told(error: BaseException) -> str:
    """An error in words that can be stored and printed, whatever code raised it."""
    try:
        text = f"{type(error).__name__}: {error}"
    except Exception:  # noqa: BLE001 - its own `__str__` fails
        text = type(error).__name__
    return text.encode("utf-8", "backslashreplace").decode()
