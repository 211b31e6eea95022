"""Tests of `phones`: which numbers are to call, by the words and marks around them."""

import pytest

from ftguard.probes.logs.masking import masker

CALLED = [
    ("US", "my phone no. is 415-555-2671", "my phone no. is [PHONE]"),
    ("US", "Contact No: 415-555-2671", "Contact No: [PHONE]"),
    ("US", "Tel-415-555-2671", "Tel-[PHONE]"),
    ("US", "about my order: call 415-555-2671", "about my order: call [PHONE]"),
    ("US", "Bill 415-555-2671", "Bill [PHONE]"),
    ("US", "dial 2024-123456", "dial [PHONE]"),
    ("US", "650-253-0000\uff0c\u8c22\u8c22", "[PHONE]\uff0c\u8c22\u8c22"),
    ("FR", "06 12 34 56 78", "[PHONE]"),
    ("FR", "0612345678", "[PHONE]"),
    ("DE", "0171 123 45 67", "[PHONE]"),
    ("DE", "Telefonnummer 030/901820", "Telefonnummer [PHONE]"),
    ("IN", "9876543210 is mine", "[PHONE] is mine"),
    ("IN", "98765 43210", "[PHONE]"),
    ("US", "call 650-253-0000 or 650-253-0001", "call [PHONE] or [PHONE]"),
    ("CN", "\u6211\u768413812345678", "\u6211\u7684[PHONE]"),
    ("US", "\u624b\u673a 13812345678", "\u624b\u673a [PHONE]"),
    (None, "\u7535\u8bdd\uff1a138-1234-5678\u3002", "\u7535\u8bdd\uff1a[PHONE]\u3002"),
    ("KR", "\uc804\ud654 010-2345-6789\ub85c", "\uc804\ud654 [PHONE]\ub85c"),
    ("JP", "\u96fb\u8a71\u306f090-1234-5678\u3067\u3059", "\u96fb\u8a71\u306f[PHONE]\u3067\u3059"),
]

NOT_CALLED = [
    ("US", "INV-2024-001234"),
    ("US", "PO-2024-555123"),
    ("US", "bill no 2024-123456"),
    ("US", "2024-123456"),
    ("US", "SO/2024/555123"),
    ("US", "order 650-253-0000"),
    ("US", "ticket #650-253-0000"),
    ("US", "case no. 415-555-2671"),
    ("US", "Ref: 415-555-2671"),
    ("US", "my invoice number is 415-555-2671"),
    ("US", "no. 415-555-2671"),
    ("US", "call me about order no. 415-555-2671"),
    ("US", "ord_4155552671"),
    ("US", "1 2 3 4 5 6 7 8 9 10"),
    ("FR", "01 02 03 04 05"),
    ("DE", "Rechnung 0171 1234567"),
    ("IN", "5876543210"),
    ("IN", "order id 9876543210"),
    ("IN", "txn 9876543210"),
    ("IN", "order numbers 9876543210, 9876543211"),
    ("CN", "\u8ba2\u5355\u53f713812345678"),
    ("CN", "13812345678\u5143"),
    ("US", "13812345678"),
    ("CN", "2024\u5e7405\u670812\u65e5"),
]


@pytest.mark.parametrize(("region", "text", "masked"), CALLED)
def test_numbers_to_call_are_masked(region: str | None, text: str, masked: str) -> None:
    """Words for phone, each region's way to write numbers, and letters that stand beside them."""
    assert masker(region)(text).text == masked


@pytest.mark.parametrize(("region", "text"), NOT_CALLED)
def test_references_rows_and_sums_stay(region: str, text: str) -> None:
    """What a prefix or a word of invoices, orders and the like stands in front of, is no phone."""
    assert masker(region)(text).text == text
