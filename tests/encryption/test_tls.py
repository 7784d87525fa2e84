"""A ledger in Postgres over TLS: whom the server's certificate convinces, and whom not."""

from __future__ import annotations

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

import cli
from ledger.store.database import Database
from projections.doctor import encryption
from tests.encryption.conftest import PASSWORD, Server


def refused(url: str, capsys: pytest.CaptureFixture[str]) -> str:
    """Return what a user is told who gets no connection; never a password."""
    assert cli.main(["balances", "--ledger", url]) == cli.FAILED
    said = capsys.readouterr().err
    assert PASSWORD not in said
    return said


def test_a_server_that_is_who_it_says(server: Server, capsys: pytest.CaptureFixture[str]) -> None:
    """With the authority that signed its certificate, a ledger is made and looked at over TLS."""
    url = server.url(f"sslmode=verify-full&sslrootcert={server.right.path}")
    assert cli.main(["init", "--simulated", "--entity", "Test", "--ledger", url]) == 0
    assert cli.main(["doctor", "--format", "csv", "--ledger", url]) == 0
    said = capsys.readouterr().out
    assert 'encryption,well,"TLSv1.' in said
    assert "its certificate is checked (verify-full)" in said
    assert PASSWORD not in said


def test_a_server_that_nobody_vouches_for(
    server: Server, capsys: pytest.CaptureFixture[str]
) -> None:
    """Another authority, none that is there, or another host's name: no connection, and why."""
    wrong = refused(server.url(f"sslmode=verify-full&sslrootcert={server.wrong.path}"), capsys)
    assert "certificate verify failed" in wrong
    assert "sslrootcert" in wrong
    missing = server.url("sslmode=verify-full&sslrootcert=/nowhere/ca.pem")
    assert 'root certificate file "/nowhere/ca.pem" does not exist' in refused(missing, capsys)
    right = server.url(f"sslmode=verify-full&sslrootcert={server.right.path}")
    named = right.replace("@127.0.0.1", "@localhost") + "&hostaddr=127.0.0.1"
    assert 'does not match host name "localhost"' in refused(named, capsys)


def test_a_client_may_have_a_certificate_too(server: Server) -> None:
    """Who logs in by certificate is known by its name; without one there is no way in."""
    owner = Database(server.url("sslmode=require"))
    with owner.writing() as connection:
        connection.execute(text("CREATE ROLE certified LOGIN"))
    owner.close()
    certificate, key = server.right.certify("certified")
    trusted = f"sslmode=verify-full&sslrootcert={server.right.path}"
    url = server.url(f"{trusted}&sslcert={certificate}&sslkey={key}", "certified")
    database = Database(url)
    who = database.glance(lambda found: found.execute(text("SELECT current_user")).scalar_one())
    assert who == "certified"
    database.close()
    bare = Database(server.url(f"{trusted}&sslcert=&sslkey=", "certified"))
    with pytest.raises(DBAPIError, match="valid client certificate"), bare.reading():
        pass
    bare.close()


@pytest.mark.parametrize(
    ("query", "said"),
    [("sslmode=require", "is not checked"), ("sslmode=disable", "not encrypted, on this machine")],
)
def test_the_doctor_sees_what_is_missing(server: Server, query: str, said: str) -> None:
    """A certificate that nobody checks is worth a look; on this machine plain text is not."""
    database = Database(server.url(query))
    with database.reading() as connection:
        found = encryption(connection)
    assert said in found.text
    assert found.state == ("look" if query.endswith("require") else "well")
    database.close()
