"""Time stamps by a real authority: one that answers well, and every way in which one may not."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rfc3161_client import TimestampRequestBuilder
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from ledger.audit.authority import ROOTS, URL, Stamped, StampError, ask, check, trusted_roots
from ledger.audit.certificate_order import in_order
from ledger.audit.publishing import publish_into
from ledger.audit.stamping import stamp_newest, stamps, verify_stamps
from tests.audit.conftest import Sealed, record
from tests.authority import Authority

MESSAGE = b"a note\n"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """Give an authority with its certificates."""
    return Authority(tmp_path_factory.mktemp("tsa") / "ours")


@pytest.fixture
def authority(made: Authority, monkeypatch: pytest.MonkeyPatch) -> Iterator[Authority]:
    """Give an authority that listens, configured, trusted and honest."""
    made.reply, made.asked = made.honest, 0
    with made.serving():
        monkeypatch.setenv(URL, made.url)
        monkeypatch.setenv(ROOTS, str(made.root))
        yield made


def test_a_stamp_is_kept_once(sealed: Sealed, authority: Authority) -> None:
    """The newest checkpoint is stamped, asked for once, and holds; a longer log needs another."""
    database = sealed.acquit.database
    first = stamp_newest(database)
    assert stamp_newest(database) == first
    assert authority.asked == 1
    record(sealed.acquit, "C", 1)
    assert stamp_newest(database) == first
    sealed.seal()
    assert stamp_newest(database).size > first.size
    with database.reading() as connection:
        assert next(kept.size for kept in stamps(connection)) == first.size
        assert list(verify_stamps(connection, trusted_roots())) == []
    assert sealed.findings() == []


def test_nothing_kept_is_changed(sealed: Sealed, authority: Authority) -> None:
    """The database refuses to change, remove or replace a stamp."""
    del authority
    stamp_newest(sealed.acquit.database)
    statements = ["UPDATE audit_stamps SET stamped_at = 0", "DELETE FROM audit_stamps"]
    if not sealed.acquit.database.is_postgres:
        statements.append("INSERT OR REPLACE INTO audit_stamps SELECT * FROM audit_stamps")
    for statement in statements:
        with (
            pytest.raises(DBAPIError, match="append-only"),
            sealed.acquit.database.writing() as connection,
        ):
            connection.execute(text(statement))


def test_a_changed_stamp_is_found(sealed: Sealed, authority: Authority, tmp_path: Path) -> None:
    """Another moment, other bytes, another root, no checkpoint: each is named."""
    database = sealed.acquit.database
    size = stamp_newest(database).size
    other = Authority(tmp_path / "theirs")
    with database.reading() as connection:
        (found,) = verify_stamps(connection, trusted_roots({ROOTS: str(other.root)}))
        assert (found.position, found.kind) == (size, "stamp")
    with database.writing() as connection:
        if database.is_postgres:
            connection.execute(text("ALTER TABLE audit_stamps DISABLE TRIGGER ALL"))
        else:
            connection.execute(text("DROP TRIGGER audit_stamps_no_update"))
    roots = trusted_roots({ROOTS: str(authority.root)})
    for change, said in (
        ("stamped_at = stamped_at + 1", "another moment"),
        ("response = CAST('x' AS BLOB)", "is not a time stamp"),
        ("size = size + 1", "belongs to no checkpoint"),
    ):
        changed = change.replace("CAST('x' AS BLOB)", "'x'") if database.is_postgres else change
        with database.writing() as connection:
            connection.execute(text(f"UPDATE audit_stamps SET {changed}"))
        with database.reading() as connection:
            (found,) = verify_stamps(connection, roots)
        assert said in found.text


def _other_nonce(authority: Authority) -> Callable[[bytes], tuple[int, bytes]]:
    def reply(query: bytes) -> tuple[int, bytes]:
        at = query.rindex(b"\x01\x01\xff") - 1  # The nonce stands before the wish for certificates.
        return authority.honest(query[:at] + bytes([query[at] ^ 1]) + query[at + 1 :])

    return reply


def _other_imprint(authority: Authority) -> Callable[[bytes], tuple[int, bytes]]:
    def reply(query: bytes) -> tuple[int, bytes]:
        at = query.index(b"\x04\x20") + 2  # An octet string of 32 bytes: the hash.
        return authority.honest(query[:at] + bytes(32) + query[at + 32 :])

    return reply


WRONG: dict[str, tuple[Callable[[Authority], Callable[[bytes], tuple[int, bytes]]], str]] = {
    "500": (lambda _: lambda _query: (500, b"down"), "answered 500"),
    "moved away": (lambda _: lambda _query: (302, b""), "answered 302"),
    "garbage": (lambda _: lambda _query: (200, b"<html>"), "is not a time stamp"),
    "nothing": (lambda _: lambda _query: (200, b""), "is not a time stamp"),
    "oversized": (lambda _: lambda _query: (200, bytes(300_000)), "longer than 262144 bytes"),
    "refused": (lambda found: lambda _query: found.honest(b"junk"), "the authority refused"),
    "wrong nonce": (_other_nonce, "Nonce mismatch"),
    "wrong imprint": (_other_imprint, "Mismatch between messages"),
}


@pytest.mark.parametrize("name", WRONG)
def test_an_answer_that_does_not_count(sealed: Sealed, authority: Authority, name: str) -> None:
    """It is refused in words and nothing is kept; an honest answer is, the next time."""
    reply, said = WRONG[name]
    authority.reply = reply(authority)
    with pytest.raises(StampError, match=said):
        stamp_newest(sealed.acquit.database)
    with sealed.acquit.database.reading() as connection:
        assert stamps(connection) == []
    authority.reply = authority.honest
    stamp_newest(sealed.acquit.database)


def test_an_authority_that_is_not_trusted(authority: Authority, tmp_path: Path) -> None:
    """Its answer does not lead to the root that is."""
    other = Authority(tmp_path / "theirs")
    with pytest.raises(StampError, match="does not hold"):
        ask(MESSAGE, {URL: authority.url, ROOTS: str(other.root)})


def test_certificates_in_any_order(good: Stamped) -> None:
    """An authority may send its chain in any order; sorted, it is the same answer."""
    sorted_ = in_order(good.response)
    assert sorted_ != good.response
    assert sorted(sorted_) == sorted(good.response)
    assert in_order(sorted_) == sorted_
    assert in_order(b"junk") == b"junk"


def test_an_authority_that_is_down(made: Authority) -> None:
    """It cannot be reached, which is said."""
    with made.serving():
        url = made.url
    with pytest.raises(StampError, match=r"at 127\.0\.0\.1 cannot be reached"):
        ask(MESSAGE, {URL: url, ROOTS: str(made.root)})


@pytest.mark.parametrize(
    "url",
    ["file:///etc/hostname", "ftp://h/x", "h/x", "http://", "http://u:s3cret@h/", "http://h:x"],
)
def test_an_address_that_is_none(url: str, made: Authority) -> None:
    """Only http and https, and no password that a message could repeat."""
    with pytest.raises(StampError, match="ACQUIT_TSA_URL is no address") as caught:
        ask(MESSAGE, {URL: url, ROOTS: str(made.root)})
    assert "s3cret" not in str(caught.value)


def test_roots_that_are_none(tmp_path: Path) -> None:
    """Without roots nothing is asked; a file that is not there, or holds none, is named."""
    with pytest.raises(StampError, match="no root is trusted"):
        ask(MESSAGE, {URL: "http://127.0.0.1:1/"})
    with pytest.raises(StampError, match="cannot be read"):
        trusted_roots({ROOTS: str(tmp_path / "none.pem")})
    (tmp_path / "bad.pem").write_text("no", encoding="utf-8")
    with pytest.raises(StampError, match="is not a PEM file"):
        trusted_roots({ROOTS: str(tmp_path / "bad.pem")})


def test_without_the_package(
    sealed: Sealed, authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its name is said, for asking and for checking: a stamp that cannot be read is no finding."""
    database, roots = sealed.acquit.database, trusted_roots({ROOTS: str(authority.root)})
    stamp_newest(database)
    monkeypatch.setitem(sys.modules, "rfc3161_client", None)
    with pytest.raises(StampError, match=r"pip install 'acquit\[timestamps\]'"):
        ask(MESSAGE)
    with database.reading() as connection, pytest.raises(StampError, match="need the package"):
        list(verify_stamps(connection, roots))


def test_a_stamp_is_published_too(sealed: Sealed, authority: Authority, tmp_path: Path) -> None:
    """It stands beside the checkpoint, once it is there; publishing again changes nothing."""
    del authority
    database = sealed.acquit.database
    with database.reading() as connection:
        published = publish_into(connection, tmp_path / "outside")
    assert not published.with_suffix(".tsr").exists()
    kept = stamp_newest(database)
    for _ in range(2):
        with database.reading() as connection:
            publish_into(connection, tmp_path / "outside")
    assert published.with_suffix(".tsr").read_bytes() == kept.stamped.response


@pytest.fixture(scope="module")
def good(made: Authority) -> Stamped:
    """Give a stamp over the message."""
    answer = made.stamp(TimestampRequestBuilder().data(MESSAGE).build().as_bytes())
    return check(answer, MESSAGE, trusted_roots({ROOTS: str(made.root)}))


@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(place=st.integers(0, 100_000), junk=st.binary(max_size=4), cut=st.integers(0, 4))
def test_no_harm_makes_it_fall_over(
    made: Authority, good: Stamped, place: int, junk: bytes, cut: int
) -> None:
    """Bytes put in or taken out anywhere: it is refused in words, or says what it said."""
    start = place % len(good.response)
    harmed = good.response[:start] + junk + good.response[start + cut :]
    try:
        found = check(harmed, MESSAGE, trusted_roots({ROOTS: str(made.root)}))
    except StampError:
        return
    assert found.stamped_at_us == good.stamped_at_us
