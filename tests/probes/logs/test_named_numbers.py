"""Tests of `named_numbers`: what a name in front makes an account, an id or a code."""

import pytest

from ftguard.probes.logs.masking import masker

NAMED = [
    # Accounts, in words, settings and other languages.
    ("account number 12345678901", "account number [ACCOUNT]"),
    ("account number: 1234-5678-9012", "account number: [ACCOUNT]"),
    ("my account number is 12345678.", "my account number is [ACCOUNT]."),
    ("Account Number - 12345678", "Account Number - [ACCOUNT]"),
    ("acct #0012345678", "acct #[ACCOUNT]"),
    ("account 12345678", "account [ACCOUNT]"),
    ("account_number=12345678", "account_number=[ACCOUNT]"),
    ('{"account_id": "12345678"}', '{"account_id": "[ACCOUNT]"}'),
    ("Kontonummer 123456789", "Kontonummer [ACCOUNT]"),
    ("Konto-Nr. 123 456 789", "Konto-Nr. [ACCOUNT]"),
    ("n\u00famero de cuenta 12345678901", "n\u00famero de cuenta [ACCOUNT]"),
    ("num\u00e9ro de compte : 12345678901", "num\u00e9ro de compte : [ACCOUNT]"),
    ("\u8d26\u53f712345678901", "\u8d26\u53f7[ACCOUNT]"),
    ("sort code 12-34-56, routing 021000021", "sort code [ACCOUNT], routing [ACCOUNT]"),
    ("pay 0x52908400098527886E0F7030069857D2E4169EE7", "pay [ACCOUNT]"),
    ("to 1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa.", "to [ACCOUNT]."),
    ("bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4", "[ACCOUNT]"),
    # Ids.
    ("SSN 536904399", "SSN [ID]"),
    ("Social Security Number (SSN): 536 90 4399", "Social Security Number (SSN): [ID]"),
    ("ssn: 536 90 4399", "ssn: [ID]"),
    ("my social security number is 536904399", "my social security number is [ID]"),
    ("EIN 12-3456789", "EIN [ID]"),
    ("passport number X1234567", "passport number [ID]"),
    ("driver's license D1234567", "driver's license [ID]"),
    # Codes.
    ("your OTP is 123456", "your OTP is [SECRET]"),
    ("change my pin to 1234", "change my pin to [SECRET]"),
    ("CVV: 123", "CVV: [SECRET]"),
    ("verification code 123 456", "verification code [SECRET]"),
    ("\u9a8c\u8bc1\u7801123456\u3002", "\u9a8c\u8bc1\u7801[SECRET]\u3002"),
    ("DB_PIN=4821", "DB_PIN=[SECRET]"),
]

STAYS = [
    "account 1000000",
    "account number 12345 has two users",
    "my account has 12345678 points",
    "account balance 12345678",
    "account number ending in 1234",
    "accuracy 12345678",
    "order number 12345678",
    "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNb",
    "social security 2024",
    "ein 12-3456789",
    "passport 2024",
    "Passport holders 123456",
    "pin 13 of the board",
    "spin 1234",
    "my opinion: 1234",
    "error code 12345",
    "zip code 94043",
    "536904399",
]


@pytest.mark.parametrize(("text", "masked"), NAMED)
def test_numbers_behind_their_names_are_masked(text: str, masked: str) -> None:
    """The number alone is replaced, and masking again changes nothing."""
    mask = masker("US")

    assert mask(text).text == masked
    assert mask(masked).text == masked


@pytest.mark.parametrize("text", STAYS)
def test_other_numbers_stay(text: str) -> None:
    """Sums, short and round numbers, other names, and words that only end in a name."""
    assert masker("US")(text).text == text
