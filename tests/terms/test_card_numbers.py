"""Card numbers are found however they are written, and nothing else is taken for one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.terms.card_numbers import holds_card_number

NUMBERS = [
    *("4111111111111111", "4222222222222", "5555555555554444", "2223003122003222"),
    *("378282246310005", "30569309025904", "6011000990139424", "3530111333300000"),
    *("6759649826438453", "6200000000000005"),
]
"""Numbers that issuers and processors publish for tests."""


@pytest.mark.parametrize("number", NUMBERS)
def test_numbers_of_every_issuer(number: str) -> None:
    """A published test number is found; with another last digit it is none."""
    assert holds_card_number(number)
    assert not holds_card_number(number[:-1] + str((int(number[-1]) + 1) % 10))


@given(
    number=st.sampled_from(NUMBERS),
    apart=st.sampled_from(["", " ", "-", ".", "\u00a0", "\u200b", "\n", " - ", "/", "_"]),
    around=st.sampled_from(["{}", "card {} please", "ref:{}.", "12 {} 7", "carte{}", "n°{}, Ltd"]),
    zero=st.sampled_from("0\u0660\u0966\uff10"),
    size=st.integers(1, 6),
)
def test_however_it_is_written(number: str, apart: str, around: str, zero: str, size: int) -> None:
    """Cut into groups, in the digits of any script, among other text: it is found."""
    parts = [number[start : start + size] for start in range(0, len(number), size)]
    written = apart.join(parts).translate({48 + n: chr(ord(zero) + n) for n in range(10)})
    assert holds_card_number(around.format(written))


@pytest.mark.parametrize(
    "text",
    [
        *("411111******1111", "last4=1111", "4111 1111 1111", "1234567890123456"),
        *("FR76 3000 6000 0112 3456 7890 189", "de89 3704 0044 0532 0130 00"),
        *("SIRET 732 829 320 00074", "SIRET: 380 129 866 00014", "2026-01-15 2026-02-15"),
        *("4000000000000.02", "pi_3MtwBwLkdIwHu7ix28a3tqPa", "+33 6 12 34 56 78 90 12 34"),
    ],
)
def test_what_only_looks_so(text: str) -> None:
    """Truncated numbers, bank accounts, company numbers, days, amounts and keys are none."""
    assert not holds_card_number(text)


def test_beside_a_bank_account() -> None:
    """A bank account in the same text hides no card number."""
    assert holds_card_number("FR76 3000 6000 0112 3456 7890 189 4242424242424242")


def test_keys_are_put_together_from_numbers() -> None:
    """In a key, a number and a day make no card number; one that is written as on a card does."""
    assert holds_card_number("411111-111-1111-111")
    assert not holds_card_number("411111-111-1111-111", is_key=True)
    for written in ("pay-4111111111111111", "4111-1111-1111-1111", "3782 822463 10005"):
        assert holds_card_number(written, is_key=True)
    assert not holds_card_number("3782-82246-310005", is_key=True)
