"""Tests of `masker`: what is masked and as what, and what is left alone, one line each."""

import sys
import timeit
from functools import partial

import pytest

from ftguard.errors import InputError
from ftguard.probes.logs.masking import masker

# Written in pieces, so that nobody's secret scanner takes them for real.
OPENAI = "sk-" + "proj-" + "Ab3dEfGh1jKlMn0pQrStUv"
DEEPSEEK = "sk-" + "0123456789abcdef" * 2
ANTHROPIC = "sk-" + "ant-api03-" + "x1Y2z3-W4_" * 3
STRIPE = "sk_" + "live_" + "51H8x2KJ4hGfDsA0qWeRtYu"
GITHUB = "ghp" + "_" + "0aB" * 12
AWS = "AK" + "IA" + "IOSFODNN7EXAMPLE"
GOOGLE = "AI" + "za" + "SyA1b2C3d4E5f6G7h8I9j0K1l2M3n4O5p6Q"
SLACK = "xox" + "b-" + "123456789012-abcdefGHIJKL"
HUB = "hf" + "_" + "AbCdEfGhIj" * 3
JWT = "ey" + "JhbGciOiJIUzI1NiJ9" + ".eyJzdWIiOiIxMjM0In0" + ".c2lnbmF0dXJl"
PRIVATE_KEY = "-----BEGIN RSA PRIVATE" + " KEY-----\nMIIE\nowIB\n-----END RSA PRIVATE" + " KEY-----"

MASKED = [
    ("Mail bob@example.com please.", "Mail [EMAIL] please."),
    ("To: anna.lee+spam@mail.example.co.uk", "To: [EMAIL]"),
    ("<bob_99@example.org>, 'o'neil@example.ie'", "<[EMAIL]>, [EMAIL]'"),
    ("jörg@müller.de ist weg", "[EMAIL] ist weg"),
    ("a@example.com,b@example.com", "[EMAIL],[EMAIL]"),
    ("call 650-253-0000 now", "call [PHONE] now"),
    ("(415) 555-2671", "[PHONE]"),
    ("415.555.2671 is mine", "[PHONE] is mine"),
    ("My number is 6502530000.", "My number is [PHONE]."),
    ("text me at 6502530000", "text me at [PHONE]"),
    ("+44 20 7946 0958 and +49 (0)30 901820", "[PHONE] and [PHONE]"),
    ("1-800-555-1234, ask for Jo", "[PHONE], ask for Jo"),
    ("phone=650-253-0000", "phone=[PHONE]"),
    # Cards: Visa, Mastercard (both ranges), American Express, Discover, JCB, Diners.
    ("4111 1111 1111 1111 exp 12/27", "[CARD] exp 12/27"),
    ("pay with 4111111111111111!", "pay with [CARD]!"),
    ("5555-5555-5555-4444", "[CARD]"),
    ("2223003122003222", "[CARD]"),
    ("3782 822463 10005", "[CARD]"),
    ("6011111111111117 or 3530111333300000", "[CARD] or [CARD]"),
    ("3056 930902 5904", "[CARD]"),
    ("IBAN GB82 WEST 1234 5698 7654 32 please", "IBAN [IBAN] please"),
    ("SEND DE89370400440532013000 TO BOB", "SEND [IBAN] TO BOB"),
    ("PAY NL91 ABNA 0417 1643 00 ASAP", "PAY [IBAN] ASAP"),
    ("FR1420041010050500013M02606", "[IBAN]"),
    ("my ssn is 536-90-4399", "my ssn is [ID]"),
    ("CPF 390.533.447-05", "CPF [ID]"),
    ("DNI 54362315-K, NIE X-2482300W", "DNI [ID], NIE [ID]"),
    ("hetu 131052-308T", "hetu [ID]"),
    ("2 95 10 99 126 111 93", "[ID]"),
    ("aadhaar 2341 2341 2346", "aadhaar [ID]"),
    ("RCCMNL83S18D969H", "[ID]"),
    ("personnummer 880320-0016", "personnummer [ID]"),
    ("NI number AB 12 34 56 C", "NI number [ID]"),
    ("from 203.0.113.7:8080", "from [IP]:8080"),
    ("host 192.168.1.77 is down", "host [IP] is down"),
    ("ping 2001:db8::8a2e:370:7334", "ping [IP]"),
    ("fe80:0:0:0:200:f8ff:fe21:67cf", "[IP]"),
    ("https://bob:hunter2@example.com/x", "https://[SECRET]@example.com/x"),
    ("postgres://admin:s3cr%21t@db/prod", "postgres://[SECRET]@db/prod"),
    ("https://x.io/a?token=abc123&page=2", "https://x.io/a?token=[SECRET]&page=2"),
    ("https://x.io/?a=1&api_key=9f8e7d6c", "https://x.io/?a=1&api_key=[SECRET]"),
    ("https://x.io/?key=0123456789abcdef01", "https://x.io/?key=[SECRET]"),
    (f"OPENAI_API_KEY={OPENAI}", "OPENAI_API_KEY=[SECRET]"),
    (f"{DEEPSEEK} and {ANTHROPIC}", "[SECRET] and [SECRET]"),
    (f"stripe {STRIPE}", "stripe [SECRET]"),
    (f"git clone with {GITHUB}", "git clone with [SECRET]"),
    (f'aws_key = "{AWS}"', 'aws_key = "[SECRET]"'),
    (f"{GOOGLE}, {SLACK}, {HUB}", "[SECRET], [SECRET], [SECRET]"),
    (f"token {JWT}", "token [SECRET]"),
    ("Authorization: Bearer 8f14e45fceea167a5a36", "Authorization: Bearer [SECRET]"),
    (f"mine:\n{PRIVATE_KEY}\nthanks", "mine:\n[SECRET]\nthanks"),
    (f"cut off: {PRIVATE_KEY[:42]}", "cut off: [SECRET]"),
]

LEFT_ALONE = [
    # Years, dates, times.
    "from 1998 to 2024",
    "2019-2020 and 2021 2022",
    "2024-05-12 10:30:45",
    "born on 12/05/1987 at 11:45",
    "20240512103045",
    "wake me at 6:30:15",
    "2019 2020 2021 2022",
    # Prices, amounts, shares.
    "$1,234,567.89 a year",
    "it costs 1 234 567 euros",
    "$ 212 555 1234",
    "12.5 % of 1200000",
    "1.000.000,00 EUR",
    # Order numbers and the like.
    "order 123456",
    "order number 48201734",
    "tracking 1Z999AA10123456784",
    "tracking 9400110200881234567890",
    "ISBN 978-3-16-148410-0",
    "EAN 4006381333931",
    "case #20240017",
    "flight BA2490, seat 23A",
    "room 1408, floor 14",
    "zip 94043-1351",
    "model XJ-9000-12",
    # Mathematics.
    "28980 - 18480 = 10500",
    "what is 2147483647 + 1",
    "28980-18480=10500",
    "pi is 3.14159265358979",
    "factor 6502530000",
    "2^31 - 1 is 2147483647",
    "x = 650253 * 1000",
    "1 2 3 4 5 6 7 8 9 10 11 12",
    "f(x@W) and A@B.T",
    "16 digits: 1234 5678 9012 3456",
    "a[1::2] and a[::3]",
    "roll 3d6 + 4, 555-1234",
    # Versions, addresses that nobody has.
    "python 3.11.4",
    "upgrade from 2.4.1.0 to 3.0.0.1",
    "chrome version 120.55.60.99",
    "Chrome/120.0.6099.109",
    "see section 4.12.30.2",
    "bind to 127.0.0.1 or 0.0.0.0",
    "netmask 255.255.255.0",
    "std::vector<int> and ab::cd",
    # What only looks like a key.
    "sk-learn-release-notes-and-changes-2024",
    "the bearer of this letter is a friend",
    "a basic understanding of things",
    "https://x.io/search?q=shoes&page=2",
    "https://x.io/?key=shoes",
    "550e8400-e29b-41d4-a716-446655440000",
    "d41d8cd98f00b204e9800998ecf8427e",
    "https://example.com/p/6502530000",
    # What only looks like an address.
    "@bob on twitter",
    "meet me @ 5pm",
    "bob at example dot com",
    "user@localhost",
    "@app.route('/x')",
    "x@W.dot(y)",
    # Check digits that do not fit.
    "4111 1111 1111 1112",
    "GB82 WEST 1234 5698 7654 33",
    "666-12-3456",
    "390.533.447-06",
    "54362315-Z",
]


@pytest.mark.parametrize(("text", "masked"), MASKED)
def test_identifiers_are_replaced_by_their_kind(text: str, masked: str) -> None:
    """What is sure by its form or its check digits is masked, and nothing around it."""
    assert masker("US")(text).text == masked


@pytest.mark.parametrize("text", LEFT_ALONE)
def test_other_numbers_and_words_are_left_alone(text: str) -> None:
    """Years, prices, order numbers, arithmetic, versions and wrong check digits stay."""
    found = masker("US")(text)

    assert (found.text, found.found) == (text, ())


def test_kinds_are_told_one_for_each() -> None:
    """Every identifier counts, and counts once."""
    text = "a@example.com, b@example.com, 650-253-0000"

    assert masker("US")(text).found == ("EMAIL", "EMAIL", "PHONE")


def test_a_masked_text_is_masked_already() -> None:
    """Placeholders are no identifiers: masking again changes nothing."""
    mask = masker("US")

    for _, masked in MASKED:
        assert mask(masked).text == masked


def test_national_numbers_are_those_of_the_region() -> None:
    """A London number is one in Britain, none in the US, and none where no region is given."""
    text = "call 020 7946 0958"

    assert masker("GB")(text).text == "call [PHONE]"
    assert masker("US")(text).text == text
    assert masker(None)(text).text == text
    assert masker(None)("call +44 20 7946 0958").text == "call [PHONE]"


@pytest.mark.parametrize("region", ["us", "UK", "Germany", ""])
def test_an_unknown_region_is_refused(region: str) -> None:
    """A region that the numbering plans do not know is named, with what would do."""
    with pytest.raises(InputError, match=f"unknown region `{region}`: give a two-letter"):
        masker(region)


@pytest.mark.parametrize("library", ["phonenumbers", "stdnum"])
def test_a_missing_library_is_named_with_what_to_install(
    library: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without its libraries, masking says how to get them and how to do without."""
    monkeypatch.setitem(sys.modules, library, None)

    with pytest.raises(InputError, match=r"pip install 'ftguard\[logs\]', or pass `mask=False`"):
        masker("US")


@pytest.mark.parametrize(
    "part",
    [
        "a",
        "1",
        "1-",
        "a.b@",
        "1:",
        "sk-a1",
        "eyJ-",
        "?a=",
        "SG.",
        "AB12 ",
        "ab 12 ",
        "+1 650 ",
        "key=",
        "token ",
        "account 1",
        "pin code ",
        "\u5bc6\u78011",
        "curl ",
        "authorization: ",
        "--password ",
        'pwd: "',
        "\n",
        "",
    ],
)
def test_time_grows_with_the_length_alone(part: str) -> None:
    """A text of 80 times the length takes less than 800 times as long, and not 6,400 times."""
    mask = masker("US")
    seconds = []
    for length in (500, 40_000):
        text = (part * length)[:length]
        seconds.append(min(timeit.repeat(partial(mask, text), number=1, repeat=2)))

    assert seconds[1] < 800 * seconds[0]
