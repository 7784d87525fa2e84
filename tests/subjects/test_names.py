"""A known person is found in free text, however the name is written; others are left alone."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.subjects.names import holds_email, marks_in, marks_of, names_whole

PERSON = {
    "name": "Marie-Hélène Dupont",
    "email": "MH.Dupont@Example.org",
    "phone": "+33 6 12345678",
}


@pytest.mark.parametrize(
    "text",
    [
        "Marie-Hélène Dupont called",
        "VIR DUPONT MARIE FACT 12",
        "DUPONT, Mme Helene",
        "write to mh.dupont@example.org",
        "called back 06.12.34.56.78",
    ],
)
def test_a_person_is_found(text: str) -> None:
    """Case, accents, order, titles and the way digits are spaced hide nobody."""
    assert marks_of(PERSON)[0] & marks_in(text)[0]


@pytest.mark.parametrize(
    "text", ["txn_1", "Marie called", "wrong amount billed 12345678901", "SARL de la Paix", ""]
)
def test_others_are_not(text: str) -> None:
    """A first name alone, numbers and ordinary words are no sure sign."""
    assert not marks_of(PERSON)[0] & marks_in(text)[0]


def test_a_single_word_is_a_weak_sign() -> None:
    """A family name alone tells the person only where it is known whom the text is about."""
    sure, words = marks_in("Mme Dupont called")
    assert not marks_of(PERSON)[0] & sure
    assert marks_of(PERSON)[1] & words == {"dupont"}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("a@b.org", True),
        ("say <x.y+z@mail.example.co.uk>!", True),
        ("10 @ 5.00", False),
        ("@", False),
    ],
)
def test_addresses(text: str, *, found: bool) -> None:
    """An e-mail address is seen inside a text."""
    assert holds_email(text) is found


def test_an_id_that_tells_the_name() -> None:
    """Two words of a name in an id tell it; a single word may be a company's."""
    assert names_whole("dupont-marie.helene", PERSON["name"])
    assert not names_whole("C-1", PERSON["name"])
    assert not names_whole("acme", "Acme")


@given(st.text(max_size=300))
def test_any_text_can_be_searched(text: str) -> None:
    """Whatever is written, looking through it ends and finds words of letters alone."""
    assert all(word.isalpha() for word in marks_in(text)[1])


@given(st.text(max_size=60), st.text(max_size=60))
def test_a_name_is_found_in_any_surroundings(before: str, after: str) -> None:
    """What stands around a name, apart from it, does not hide it."""
    assert marks_of(PERSON)[0] & marks_in(f"{before} Dupont Marie {after}")[0]
