"""Masks identifiers in texts: addresses, numbers and keys whose form makes them sure.

Synopsis:

    mask = masker("US")
    mask("Mail bob@example.com or call 650-253-0000.")
    # Masked(text="Mail [EMAIL] or call [PHONE].", found=("EMAIL", "PHONE"))

What has a check digit is checked (cards, IBANs, national ids: python-stdnum), phone numbers are
held against each country's numbering plan (phonenumbers), IP addresses are parsed. Years, prices,
dates, versions, order numbers and arithmetic are left alone. Letters of scripts without blanks are
borders: an address beside Chinese characters is found, and nothing around it.
"""

import ipaddress
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from ftguard.errors import InputError
from ftguard.probes.logs.borders import bordered, narrow
from ftguard.probes.logs.named_numbers import WALLET, is_wallet, named_numbers
from ftguard.probes.logs.phones import phones
from ftguard.probes.logs.secrets import secrets

KINDS = ("SECRET", "PASSWORD", "EMAIL", "IBAN", "CARD", "ACCOUNT", "ID", "IP", "PHONE")
"""What stands between the brackets of a placeholder."""

Find = Callable[[str], Iterable[Sequence[int]]]
"""Where a text holds identifiers of one kind: starts and ends, in order, without overlap."""


@dataclass(frozen=True, kw_only=True)
class Masked:
    """A text without its identifiers."""

    text: str
    found: tuple[str, ...]
    """The kind of each identifier that was replaced."""


_EMAIL = re.compile(r"[\w.+%'-]{1,64}(?<![.'])@(?:[\w-]{1,63}\.){1,8}[^\W\d_]{2,24}(?![\w(])")
_IBAN = re.compile(r"(?i)(?<![A-Z0-9])[A-Z]{2}\d{2}(?:[ -]?[A-Z0-9]){11,30}")
_CARD = re.compile(
    r"(?<![\w.,+-])(?:\d{14,19}|\d{4}(?P<s>[ -])"
    r"(?:\d{4}(?P=s)\d{4}(?P=s)\d{4}(?:(?P=s)\d{3})?|\d{6}(?P=s)\d{4,5}))(?!\w|[.,-]\d)"
)
_ISSUED = re.compile(
    # Visa, Mastercard, American Express, Diners, Discover, JCB, UnionPay, Maestro.
    r"4\d{15}(?:\d{3})?|5[1-5]\d{14}|2(?:22[1-9]|2[3-9]\d|[3-6]\d\d|7[01]\d|720)\d{12}|3[47]\d{13}"
    r"|3(?:0[0-5]|[689]\d)\d{11}|6(?:011|4[4-9]\d|5\d\d)\d{12}|35(?:2[89]|[3-8]\d)\d{12}"
    r"|62\d{14,17}|(?:50(?:18|20|38)|5893|6304|67(?:59|6[123]))\d{10,15}"
)
_NATIONAL = (
    ("us", "ssn", r"\d{3}-\d\d-\d{4}"),
    ("cn", "ric", r"\d{17}[\dXx]"),
    ("kr", "rrn", r"\d{6}-[1-8]\d{6}"),
    ("br", "cpf", r"\d{3}\.\d{3}\.\d{3}-\d\d"),
    ("es", "dni", r"\d{8}-?[A-Z]"),
    ("es", "nie", r"[XYZ]-?\d{7}-?[A-Z]"),
    ("fi", "hetu", r"\d{6}[-+A]\d{3}[0-9A-Y]"),
    ("fr", "nir", r"[12] ?\d\d ?\d\d ?(?:\d\d|2[AB]) ?\d{3} ?\d{3} ?\d\d"),
    ("in", "aadhaar", r"(?!(?:(?:19|20)\d\d ?){3})[2-9]\d{3} \d{4} \d{4}"),
    ("it", "codicefiscale", r"[A-Z]{6}\d\d[A-Z]\d\d[A-Z]\d{3}[A-Z]"),
    ("se", "personnummer", r"(?:\d\d)?\d{6}[-+]\d{4}"),
)
"""Country, name and written form of the ids that python-stdnum can check. Written as a bare number,
as others are, too much else would pass the check."""
_NINO = re.compile(
    r"(?i)\b(?:(?!BG|GB|KN|NK|NT|TN|ZZ)[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z]|QQ)"
    r"(?:[ -]?\d\d){3}[ -]?[A-D]\b"
)
"""A British national insurance number; it has no check digit. QQ stands in examples."""
_NINO_PARTED = re.compile(r"[A-Z]{2} ?\d\d (?:\d\d ?){2}[A-D]|[A-Z]{2} \d{6} [A-D]")
"""Written in parts and in capitals, as little else is."""
_INSURANCE = re.compile(
    r"(?i)\b(?:n\.?i\.?(?:n\.?o?)?|national insurance|insurance n\w*)\b\D{0,30}$"
)
_IPV4 = re.compile(r"(?<![\w.])\d{1,3}(?:\.\d{1,3}){3}(?![\w]|\.\d)")
_IPV6 = re.compile(r"(?i)(?<![\w:.])(?:[23][0-9a-f]{3}|f[cde][0-9a-f]{2}):[0-9a-f:]{2,34}(?![\w:])")
_SMALL = 20
"""Four numbers below it are a version or a section; of all addresses these are 0.004 %."""
_VERSION = re.compile(r"(?i)\b(?:version|ver|release|build|firmware|section|v)[. ]*$")


def masker(region: str | None) -> Callable[[str], Masked]:
    """A function that replaces each identifier in a text by its kind: `[EMAIL]`, `[PHONE]`, ...

    It finds e-mail addresses; phone numbers; payment cards and IBANs; national ids of the US,
    Brazil, Britain, China, Finland, France, India, Italy, Korea, Spain and Sweden; IP addresses;
    keys that their form gives away (OpenAI, GitHub, AWS, Google, Azure, JSON web tokens, webhooks,
    `Bearer ...`, passwords in addresses); what is given to a name such as password, api_key or
    token (`DB_PASSWORD=x`, `"token": "x"`, `--password x`, `my password is x1`); addresses of
    Bitcoin and Ethereum; and numbers that follow their name: of accounts, sort codes, social
    security, passports, and codes such as a PIN. It does **not** find names, street addresses,
    birthdays, order and customer numbers, a password in prose that is a word (`my password is
    swordfish`), ids without a check digit or a name in front, or spelt-out addresses ("bob at
    example dot com"): read what was drawn before it leaves the house.

    Args:
        region: whose national phone numbers are known, as a two-letter country code; None for
            international ones (`+44 ...`) alone. A bare row of digits is a phone number where the
            words before it say so, or where it is a mobile number of the region that begins with
            a 0, or in China or India. What follows a word such as invoice, order or ticket, or a
            prefix (`INV-`), is none.

    Raises:
        InputError: an unknown region, or the libraries are missing.
    """
    _check(region)
    steps: tuple[tuple[str, Find], ...] = (
        ("SECRET", _of_kind("SECRET")),
        ("PASSWORD", _of_kind("PASSWORD")),
        ("SECRET", lambda text: named_numbers(text, "SECRET")),
        ("EMAIL", _matches(_EMAIL)),
        ("IBAN", _ibans),
        ("CARD", _matches(_CARD, _is_card)),
        ("ACCOUNT", _matches(WALLET, is_wallet)),
        *(("ID", _ids(*national)) for national in _NATIONAL),
        ("ID", _matches(_NINO, _is_nino)),
        ("ID", lambda text: named_numbers(text, "ID")),
        ("ACCOUNT", lambda text: named_numbers(text, "ACCOUNT")),
        ("IP", _matches(_IPV4, _is_address)),
        ("IP", _matches(_IPV6, _is_address)),
        ("PHONE", _phones(region)),
    )

    def mask(text: str) -> Masked:
        found: list[str] = []
        for kind, find in steps:
            spans = list(find(narrow(text)))
            for start, end in reversed(spans):
                text = f"{text[:start]}[{kind}]{text[end:]}"
            found += [kind] * len(spans)
        return Masked(text=text, found=tuple(found))

    return mask


def _check(region: str | None) -> None:
    try:
        import phonenumbers
        import stdnum  # noqa: F401
    except ImportError:
        raise InputError(
            "masking identifiers needs `phonenumbers` and `python-stdnum`: pip install "
            "'ftguard[logs]', or pass `mask=False` where the logs hold none."
        ) from None
    if region is not None and region not in phonenumbers.SUPPORTED_REGIONS:
        raise InputError(
            f"unknown region `{region}`: give a two-letter country code in capitals, such as 'US' "
            "or 'DE', or None for international phone numbers alone."
        )


def _matches(pattern: re.Pattern[str], holds: Callable[[re.Match[str]], object] = bool) -> Find:
    """Where the pattern matches and what it matched also holds."""

    def find(text: str) -> list[tuple[int, int]]:
        return [match.span() for match in pattern.finditer(bordered(text)) if holds(match)]

    return find


def _of_kind(kind: str) -> Find:
    return lambda text: [span for found, *span in secrets(text) if found == kind]


def _ibans(text: str) -> Iterator[tuple[int, int]]:
    from stdnum import iban

    text = bordered(text)
    for match in _IBAN.finditer(text):
        # Words in capitals may follow; a country's IBANs have one length, so one end is valid.
        for end in range(match.end(), match.start() + 14, -1):
            whole = text[end - 1].isalnum() and not text[end : end + 1].isalnum()
            if whole and iban.is_valid(text[match.start() : end], check_country=False):
                yield match.start(), end
                break


def _is_nino(match: re.Match[str]) -> bool:
    before = match.string[max(0, match.start() - 50) : match.start()]
    return bool(_NINO_PARTED.fullmatch(match[0]) or _INSURANCE.search(before))


def _is_card(match: re.Match[str]) -> bool:
    from stdnum import luhn

    digits = re.sub(r"\D", "", match[0])
    return bool(_ISSUED.fullmatch(digits)) and luhn.is_valid(digits)


def _ids(country: str, name: str, form: str) -> Find:
    from stdnum import get_cc_module

    module = get_cc_module(country, name)
    return _matches(
        re.compile(rf"(?<![\w.-]){form}(?![\w-])"),
        lambda match: module is not None and module.is_valid(match[0]),
    )


def _is_address(match: re.Match[str]) -> bool:
    try:
        address = ipaddress.ip_address(match[0])
    except ValueError:
        return False
    if address.version == 6:  # noqa: PLR2004
        return len(match[0].replace("::", ":").strip(":").split(":")) > 2  # noqa: PLR2004
    # Netmasks count as reserved.
    if address.is_loopback or address.is_unspecified or address.is_multicast or address.is_reserved:
        return False
    before = match.string[max(0, match.start() - 20) : match.start()]
    return max(address.packed) >= _SMALL and not _VERSION.search(before)


def _phones(region: str | None) -> Find:
    return lambda text: phones(text, region)
