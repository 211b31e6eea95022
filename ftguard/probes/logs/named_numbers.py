"""Finds numbers that only their name gives away: `account number 12345678`, `SSN 536904399`.

Three kinds: accounts, ids and codes. Each has words that name it; between name and number stand a
word for number, a sign or `is`. Where the word alone might count something (`account 2000000`),
more is asked of the number.
"""

import re
from collections.abc import Iterator

from ftguard.probes.logs.borders import JOINED

_NUMBER_WORD = (
    r"(?:[ _-]?(?:numbers?|num|nummer|nr|no|n[u\u00fa]mero|numero|code|id)\b\.?"
    r"|[ ]?(?:#|\u2116|n[\u00b0\u00ba])"
    r"|\u53f7\u7801|\u53f7|\u865f\u78bc|\u756a\u53f7|\ubc88\ud638)"
)
_TIE = (
    r"(?:\s?\([\w.]{2,6}\))?\\?[\"')]{0,2}\s{0,2}(?:=>|[:=#]|[-\u2013](?=\s)|\b(?:is|was|ist|lautet|es|est|to|\u044d\u0442\u043e)\b:?"
    r"|\u662f|\u70ba|\u4e3a|\u306f|\ub294|\uc740)?\s{0,3}\\?[\"'#]?"
)
_EDGE = rf"(?<![^\W{JOINED}])"
"""No word goes on before a name; `_` does not part `DB_PIN`, so names may follow it."""
_END = rf"(?![^\W{JOINED}]|[.,]\d|[ ]?[%$\u20ac\u00a3\u00a5])"


def _named(names: str, number: str, *, needs: str = "?") -> re.Pattern[str]:
    """Names, a word for number (which `needs` makes optional or not), a tie and the number."""
    return re.compile(
        rf"(?i)(?:{_EDGE}|(?<=_))(?:{names}){_NUMBER_WORD}{needs}{_TIE}(?P<id>{number}){_END}"
    )


_DIGITS = r"\d(?:[ -]?\d){5,19}"
_NAMED = (
    (
        "ACCOUNT",
        _named(
            r"(?:bank |checking |savings? |deposit |brokerage )?(?:account|acct\.?|a/c|acc)"
            r"|konto|kto\.?|compte|cuenta|conto|conta|rekening|\u0441\u0447[\u0435\u0451]\u0442"
            r"|\u8d26\u6237|\u8d26|\u5e10|\u5e33|\u5e33\u6236|\u94f6\u884c\u5361|\u5361|\u53e3\u5ea7"
            r"|\uacc4\uc88c",
            _DIGITS,
            needs="",
        ),
    ),
    (
        "ACCOUNT",
        _named(
            r"kontonummer|kontonr\.?|rekeningnummer|tilinumero"
            r"|(?:n[u\u00fa]mero|n[\u00b0\u00ba]|n\.?) de (?:cuenta|compte|conto|conta)"
            r"|num[e\u00e9]ro de compte|(?:bank )?routing|aba|iban|bankleitzahl|blz",
            _DIGITS,
        ),
    ),
    # The word alone counts other things, too: no round or short number, and no blanks.
    ("ACCOUNT", _named(r"(?:bank )?account|acct\.?|a/c|konto|compte", r"\d{8,17}(?<!000)")),
    ("ACCOUNT", _named(r"sort[ -]?code|bsb", r"\d\d(?P<s>[ -]?)\d\d(?P=s)\d\d|\d{3}[ -]\d{3}")),
    (
        "ID",
        _named(
            r"ssn|social security|social insurance|soc\.? sec\.?", r"\d{3}[ .-]?\d\d[ .-]?\d{4}"
        ),
    ),
    (
        "ID",
        _named(
            r"s\.s\.n\.|(?-i:ITIN|TIN|EIN)|tax(?:payer)?[ -]?id(?:entification)?",
            r"\d{2,3}-?\d\d-?\d{4,5}",
        ),
    ),
    (
        "ID",
        _named(
            r"passport|passeport|pasaporte|reisepass|passnummer|driver'?s? licen[cs]e"
            r"|driving licen[cs]e|\u62a4\u7167|\u30d1\u30b9\u30dd\u30fc\u30c8",
            r"(?=[A-Z]{0,3}\d)[A-Z0-9]{6,16}",
        ),
    ),
    (
        "ID",
        _named(
            r"\u8eab\u4efd\u8bc1|\u8eab\u5206\u8b49|\u30de\u30a4\u30ca\u30f3\u30d0\u30fc",
            r"\d{12,18}X?",
        ),
    ),
    (
        "SECRET",
        _named(
            r"otp|cvv2?|cvc2?|(?:security|verification|confirmation|access|login|log-?in|sms|2fa|mfa"
            r"|auth(?:entication|orization)?|one[ -]time|recovery|backup) ?(?:pass)?code"
            r"|one[ -]time pass\w*|best\u00e4tigungscode|sicherheitscode|pr\u00fcfziffer"
            r"|code de (?:v\u00e9rification|s\u00e9curit\u00e9)"
            r"|c\u00f3digo de (?:verificaci\u00f3n|seguridad)"
            r"|\u043a\u043e\u0434 "
            r"\u043f\u043e\u0434\u0442\u0432\u0435\u0440\u0436\u0434\u0435\u043d\u0438\u044f"
            r"|\u9a8c\u8bc1\u7801?|\u9a57\u8b49\u78bc?|\u8a8d\u8a3c\u30b3\u30fc\u30c9"
            r"|\u78ba\u8a8d\u30b3\u30fc\u30c9|\uc778\uc99d",
            r"\d{3}(?:[ -]\d{3})|\d{3,8}",
        ),
    ),
    (
        "SECRET",
        _named(
            r"pin|pincode|pin[ -]code|passcode|geheimzahl|\u043f\u0438\u043d",
            r"\d{4,8}",
        ),
    ),
)
WALLET = re.compile(r"\b(?:0x[0-9a-fA-F]{40}|bc1[a-z0-9]{11,87}|[13][1-9A-HJ-NP-Za-km-z]{25,34})\b")


def named_numbers(text: str, wanted: str) -> Iterator[tuple[int, int]]:
    """Where a text holds numbers of one kind, in order, without overlap."""
    last = 0
    for start, end in sorted(
        match.span("id")
        for kind, pattern in _NAMED
        if kind == wanted
        for match in pattern.finditer(text)
    ):
        if start >= last:
            yield start, end
            last = end


def is_wallet(match: re.Match[str]) -> bool:
    """Whether the check digits of a Bitcoin address fit; Ethereum's form is sure by itself."""
    from stdnum import bitcoin

    return match[0].startswith("0x") or bool(bitcoin.is_valid(match[0]))
