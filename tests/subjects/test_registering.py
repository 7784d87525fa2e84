"""Customers are registered sealed: nothing personal stands in clear, free text names nobody."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select, text

from bootstrap import Acquit
from ledger.answers import Verdict
from ledger.events import CustomerRegistered
from ledger.store.database import normalised
from ledger.store.log import read_stream
from ledger.store.schema import events
from ledger.subjects.keystore import KeyStoreError, keys_url
from tests.conftest import NewLedger
from tests.subjects.conftest import (
    EMAIL,
    NAME,
    WORDS,
    done,
    key_store,
    refunded,
    registered,
    sold,
)

pytestmark = pytest.mark.usefixtures("keys_place")


def opened(acquit: Acquit, customer: str = "C-1") -> list[dict[str, str] | None]:
    """Return what is sealed in each event of a customer, opened."""
    with acquit.database.reading() as connection:
        stream = read_stream(connection, f"customer:{customer}")
    return [
        acquit.application.subjects.opened(event, "service")
        for event in stream
        if isinstance(event.fact, CustomerRegistered)
    ]


def test_sealed_and_opened(acquit: Acquit) -> None:
    """What was registered can be opened, and stands nowhere in clear."""
    (result,) = done(acquit, registered())
    assert result.verdict is Verdict.ACCEPTED
    assert opened(acquit) == [{"name": NAME, "email": EMAIL, "phone": "+33 6 12 34 56 78"}]
    with acquit.database.reading() as connection:
        payloads = b"".join(
            bytes(row) for row in connection.execute(select(events.c.payload)).scalars()
        )
    assert not any(word in payloads for word in WORDS)


def test_registered_again(acquit: Acquit) -> None:
    """The same command is accepted once, other data under its id are refused, a new id replaces."""
    results = done(
        acquit,
        registered(),
        registered(),
        registered(name="Somebody Else"),
        registered(number="r2", name="Somebody Else"),
    )
    assert [each.verdict.value for each in results] == [
        "accepted",
        "repeated",
        "refused",
        "accepted",
    ]
    assert results[2].refusal is not None
    assert results[2].refusal.code == "command_id_reused"
    assert [each and each["name"] for each in opened(acquit)] == [NAME, "Somebody Else"]


def test_the_request_hash_is_of_no_use_without_the_key(acquit: Acquit) -> None:
    """Whoever has the events and the hash key cannot try names: the hash is over keyed data."""
    from ledger.canonical import request_hash

    line = registered()
    done(acquit, line)
    with acquit.database.reading() as connection:
        (stored,) = connection.execute(text("SELECT request_hash FROM command_keys")).scalars()
    assert bytes(stored) != request_hash(line, acquit.identity.request_key)


@pytest.mark.parametrize(
    ("reason", "code"),
    [
        ("Marie Dupont called", "person_named"),
        ("Mme Dupont called", "person_named"),
        ("called 06 12 34 56 78", "person_named"),
        ("write to other@example.org", "email_given"),
        ("C-1 called", None),
    ],
)
def test_free_text_names_nobody(acquit: Acquit, reason: str, code: str | None) -> None:
    """A reason that names the customer, by name, phone or address, is refused and not stored."""
    done(acquit, registered(), *sold())
    (result,) = done(acquit, refunded(reason))
    assert (result.refusal.code if result.refusal else None) == code


def test_another_customers_single_word_is_no_name(acquit: Acquit) -> None:
    """A family name alone is refused in a text about that customer, and about nobody else."""
    done(acquit, registered(), *sold("C-2", "P-2"))
    weak, sure = done(
        acquit,
        refunded("Dupont crossing closed", plan="P-2"),
        refunded("for Dupont, Marie", "f2", plan="P-2"),
    )
    assert weak.verdict is Verdict.ACCEPTED
    assert sure.refusal is not None
    assert sure.refusal.code == "person_named"


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"customer": "marie.helene.dupont"}, "id_names_person"),
        ({"customer": EMAIL}, "email_given"),
        ({"email": "no address"}, "field_wrong"),
        ({"name": "N" * 501}, "field_wrong"),
        ({"name": "4242 4242 4242 4242"}, "card_number_given"),
        ({"invoiced_as": {"address": "Dupont's"}}, "field_missing"),
        ({"nickname": "Dupont"}, "field_unknown"),
    ],
)
def test_refusals_do_not_repeat_what_was_said(
    acquit: Acquit, more: dict[str, Any], code: str
) -> None:
    """A refusal names the field, and never what stands in it."""
    (result,) = done(acquit, registered(**more))
    assert result.refusal is not None
    assert result.refusal.code == code
    assert not any(word.decode() in str(result.refusal) for word in WORDS)


def test_a_sealed_value_opens_nowhere_else(acquit: Acquit) -> None:
    """A value moved into another event of the same customer does not open."""
    from dataclasses import replace

    done(acquit, registered(), registered(number="r2"))
    with acquit.database.reading() as connection:
        first, second = read_stream(connection, "customer:C-1")
    subjects = acquit.application.subjects
    moved = replace(second, fact=first.fact)
    with pytest.raises(KeyStoreError, match="was changed or belongs elsewhere"):
        subjects.opened(moved, "service")
    assert isinstance(first.fact, CustomerRegistered)
    swapped = replace(first.fact, service={"name": first.fact.service["email"]})
    with pytest.raises(KeyStoreError, match="was changed or belongs elsewhere"):
        subjects.opened(replace(first, fact=swapped), "service")


def test_keys_are_kept_apart() -> None:
    """Keys are not put into the ledger's own database; beside a file there is a place for them."""
    ledger = normalised("sqlite:///some/acquit.db")
    assert keys_url(ledger, None) == "sqlite:///some/acquit.keys"
    assert keys_url(ledger, "/else/where") == "sqlite:////else/where"
    assert keys_url(normalised("postgresql://one/acquit"), None) is None
    with pytest.raises(KeyStoreError, match="names the ledger itself"):
        keys_url(ledger, "some/acquit.db")
    with pytest.raises(KeyStoreError, match="names the ledger itself"):
        keys_url(normalised("postgresql://one/acquit"), "postgres://one/acquit")


def test_without_a_place_for_keys(new_ledger: NewLedger) -> None:
    """Where no place for keys is known a customer is not registered, and the way out is said."""
    from ledger.subjects.sealing import Subjects

    acquit = new_ledger()
    acquit.application.subjects = Subjects(None)
    (result,) = done(acquit, registered())
    assert result.refusal is not None
    assert "set ACQUIT_KEYS" in str(result.refusal)


def test_keys_are_of_one_ledger(new_ledger: NewLedger) -> None:
    """Two ledgers may share a place for keys: a customer of one is unknown to the other."""
    one, other = new_ledger(), new_ledger()
    done(one, registered())
    assert key_store(one).kinds_of("C-1") == {"service", "legal"}
    assert key_store(other).kinds_of("C-1") == set()
    done(other, *sold())
    (result,) = done(other, refunded("Marie Dupont called"))
    assert result.verdict is Verdict.ACCEPTED
