"""Finds phone numbers: by the numbering plans, and by the words and marks around them.

What a numbering plan allows is often something else. Three things speak against a number: a
reference in front of it (`INV-2024-001234`, `order no. 555-123-4567`), the way it is parted (`1 2 3
4 5 6 7 8 9 10`), and what it is reckoned with (`$`, `=`, `%`). A word such as `call` speaks for it.
"""

import re
from collections.abc import Iterator
from itertools import pairwise

from ftguard.probes.logs.borders import bordered

_LONG = re.compile(r"\d(?:\D{0,3}\d){6}")
"""Seven digits: the fewest that a phone number has."""
_WORDS = (
    r"phone|telephone|tel|ph|call(?:ed|ing)?|mobile|mob|cell(?:phone)?|fax|text|sms|whatsapp|"
    r"wechat|contact|dial|ring|reach|(?:my|his|her|their|our) number|telefon|handy|rufnummer|"
    r"(?:telefon|handy|mobil)nummer|t\u00e9l\u00e9phone|t\u00e9l|portable|tel\u00e9fono|m\u00f3vil|"
    r"celular|cellulare|telefone|telem\u00f3vel|telefoon|\u0442\u0435\u043b\u0435\u0444\u043e\u043d"
    r"|\u0442\u0435\u043b"
)
_UNSPACED_WORDS = (
    # Chinese, Japanese, Korean, Thai.
    r"\u6253|\u62e8|\u624b\u673a|\u624b\u6a5f|\u7535\u8bdd|\u96fb\u8a71|\u8054\u7cfb|\u806f\u7d61|\u81f4\u7535"
    r"|\u643a\u5e2f|\u9023\u7d61|\u77ed\u4fe1|\u5fae\u4fe1|\uc804\ud654|\ud734\ub300\ud3f0"
    r"|\ud578\ub4dc\ud3f0|\uc5f0\ub77d\ucc98|\u0e42\u0e17\u0e23|\u0e40\u0e1a\u0e2d\u0e23\u0e4c"
)
_CALLED = re.compile(rf"(?i)(?:\b(?:{_WORDS})\b|{_UNSPACED_WORDS})\D{{0,30}}$")
_CALLED_HERE = re.compile(rf"(?i)(?:\b(?:{_WORDS})|{_UNSPACED_WORDS})\W*$")
"""The same right in front: `contact no. ...`, `Tel-...`."""
_NUMBER_WORD = r"(?:numbers?|numero|n\u00famero|num|nummer|nr|no|id|code|#|\u2116|n[\u00b0\u00ba])"
_REFERENCE = re.compile(
    r"(?:(?<![^\W\d_])(?:(?i:invoice|inv|pnr|rma|awb|orders?|p\.?o|ticket|case|ref(?:erence)?|tracking"
    r"|shipment|parcel|serial|model|part|sku|isbn|ean|upc|batch|lot|job|quote|contract|policy"
    r"|claim|booking|reservation|receipt|transaction|txn|article|item|product|docket|file|report"
    r"|request|issue|id|rechnung(?:snummer)?|bestellung|bestellnummer|auftrag(?:snummer)?"
    r"|vorgang(?:snummer)?|facture|commande|factura|pedido|fattura|ordine|fatura)|bill(?:ing)?)"
    rf"[\s.:-]{{0,3}}(?i:{_NUMBER_WORD})?"
    rf"|(?<!\w)(?i:bill\s{{0,2}}{_NUMBER_WORD})|(?<![^\W\d_])(?i:no|nr)\.|[#\u2116]"
    r"|(?<!\w)[Nn][\u00b0\u00ba]"
    # Chinese and Japanese: order, invoice, reference, serial number.
    r"|\u8ba2\u5355\u53f7?|\u8a02\u55ae\u7de8?\u865f?|\u53d1\u7968\u53f7?|\u5355\u53f7|\u7f16\u53f7"
    r"|\u6ce8\u6587\u756a\u53f7|\u8acb\u6c42\u66f8\u756a\u53f7|\u6ce8\u6587)"
    r"[\s.:#(\[\"'-]{0,4}(?:(?:is|was|ist|est|es|\u662f|\u4e3a|\u306f)[\s:]{1,3})?$"
)
"""What a number of something else follows. `Bill` alone is also a name."""
_LISTED = re.compile(r"(?:\d[\d -]{4,20}\s?(?:,|;|/|&|and|or|und|et|y)\s?)+$")
"""Earlier numbers of a list, of which the first has the word in front."""
_PREFIX = re.compile(r"[^\W_][-_#]\s?$|(?<!\w)[A-Z]{2,8}\d{0,4}/$")
"""The end of `INV-`, `ord_` or `RE/`."""
_YEARS = re.compile(r"(?:19|20)\d\d\W+(?:19|20)\d\d")
_YEAR_FIRST = re.compile(r"(?:19|20)\d\d[-/.]\d{5,}")
_MAINLAND_MOBILE = re.compile(r"(?<![\w.,+-])1[3-9]\d(?:[ -]?\d{4}){2}(?![\w]|[.,-]\d)")
"""Eleven digits of China; beside a word for phone it needs no region."""
_RECKONED = frozenset("$\u20ac\u00a3\u00a5\uffe5*^\u00d7\u00f7%")
"""What stands beside prices, shares and arithmetic, and not beside a phone number."""
_COUNTED = frozenset("=\u5143\u5186\u570e\u4e07\u4ebf\uc6d0")
"""What stands behind sums."""
_BARE_MOBILES = frozenset({"CN", "IN"})
"""Regions whose mobile numbers are dialled without a 0 and are known by their first digits."""


def phones(text: str, region: str | None) -> Iterator[tuple[int, int]]:
    """Where a text holds phone numbers: starts and ends, in order, without overlap."""
    if not _LONG.search(text):
        return
    from phonenumbers import PhoneNumberMatcher, PhoneNumberType, number_type

    seen = bordered(text)
    found = set()
    for match in PhoneNumberMatcher(seen, region):
        is_mobile = number_type(match.number) == PhoneNumberType.MOBILE
        bare_is_sure = is_mobile and (region in _BARE_MOBILES or match.raw_string.startswith("0"))
        if _is_phone(text, match.start, match.end, bare_is_sure=bare_is_sure):
            found.add((match.start, match.end))
    for mobile in _MAINLAND_MOBILE.finditer(seen):
        start, end = mobile.span()
        if _CALLED.search(text[max(0, start - 60) : start]) and _is_phone(
            text, start, end, bare_is_sure=True
        ):
            found.add((start, end))
    last = 0
    for start, end in sorted(found):
        if start >= last:
            yield start, end
            last = end


def _is_phone(text: str, start: int, end: int, *, bare_is_sure: bool) -> bool:
    number, before = text[start:end], text[max(0, start - 60) : start]
    if _is_reference(number, before) or _YEARS.fullmatch(number):
        return False
    if not _CALLED.search(before):
        if number.isdigit() and not bare_is_sure:
            return False
        if not _is_parted_well(number):
            return False
    left, right = before.rstrip()[-1:], text[end:].lstrip()[:1]
    return left not in _RECKONED and right not in _RECKONED | _COUNTED


def _is_reference(number: str, before: str) -> bool:
    """Whether it is the number of an order, an invoice or the like."""
    if number.startswith("+"):
        return False
    before = _LISTED.sub("", before)
    for pattern in (_PREFIX, _REFERENCE):
        match = pattern.search(before)
        if match is not None:
            # `Tel-` and `contact no.` end in a mark or a word of references, too.
            word = before[: match.end()] if pattern is _PREFIX else before[: match.start()]
            return not _CALLED_HERE.search(word)
    return False


def _is_parted_well(number: str) -> bool:
    """Whether its digits stand in groups as phone numbers do; not so years, lists and rows."""
    groups = re.findall(r"\d+", number)
    if number.startswith("+") or len(groups) == 1:
        return True
    if _YEAR_FIRST.match(number):
        return False
    steps = {int(right) - int(left) for left, right in pairwise(groups)}
    is_row = len(groups) > 3 and len(steps) == 1 and steps != {0}  # noqa: PLR2004
    of_pairs = len(groups) > 3 and all(len(group) == 2 for group in groups)  # noqa: PLR2004
    return not is_row and (of_pairs or any(len(group) > 2 for group in groups))  # noqa: PLR2004
