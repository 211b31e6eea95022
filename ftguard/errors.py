"""The few errors that a caller would catch, each addressed to the person who can mend the cause."""


class FtguardError(Exception):
    """Anything that ftguard raises on purpose."""


class InputError(FtguardError, ValueError):
    """What was given cannot be used; the message says what is allowed and what to do now."""


class BaseMismatchError(FtguardError):
    """The stored base snapshot does not belong to this run; the message says what differs."""
