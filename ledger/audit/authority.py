"""A time-stamping authority (RFC 3161): asked over HTTP, believed once checked.

`ACQUIT_TSA_URL` says where it is, `ACQUIT_TSA_CERTIFICATE` names a PEM file of the roots that are
trusted (several, where one followed another). An answer counts if it was granted, repeats the nonce
and the imprint that were sent, and is signed by a certificate for time stamping under such a root,
as of the moment that it states. Revocation lists are not read.
"""

from __future__ import annotations

import http.client
import os
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any
from urllib.parse import urlsplit

from cryptography import x509

from ledger.audit.certificate_order import in_order

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rfc3161_client import TimeStampRequest, TimeStampResponse

URL = "ACQUIT_TSA_URL"
ROOTS = "ACQUIT_TSA_CERTIFICATE"
_WAIT_SECONDS = 15
_MOST_BYTES = 256 * 1024


class StampError(ValueError):
    """There is no time stamp that counts; the message says why and the way out."""


@dataclass(frozen=True, slots=True)
class Stamped:
    """An answer as it came (a `TimeStampResp` in DER), and the moment that it states."""

    response: bytes
    stamped_at_us: int


def is_configured() -> bool:
    """Tell whether the environment names an authority."""
    return bool(os.environ.get(URL))


def trusted_roots(environment: Mapping[str, str] = os.environ) -> list[x509.Certificate]:
    """Return the roots that the environment names, none where it names none. Raises StampError."""
    given = environment.get(ROOTS)
    if not given:
        return []
    try:
        return x509.load_pem_x509_certificates(Path(given).read_bytes())
    except OSError as error:
        message = f"{ROOTS}: {given} cannot be read: {error.strerror}"
    except ValueError:
        message = f"{ROOTS}: {given} is not a PEM file of certificates"
    raise StampError(message)


def ask(message: bytes, environment: Mapping[str, str] = os.environ) -> Stamped:
    """Return the time stamp of the configured authority over a message. Raises StampError."""
    address = _address(environment.get(URL, ""))
    roots = trusted_roots(environment)
    if not roots:
        said = f"no root is trusted: set {ROOTS} to the PEM file of the authority's root"
        raise StampError(said)
    client = client_package()
    request = (
        client.TimestampRequestBuilder()
        .data(message)
        .hash_algorithm(client.HashAlgorithm.SHA256)
        .build()
    )
    return check(_answer(address, request), message, roots, request)


def check(
    answer: bytes,
    message: bytes,
    roots: list[x509.Certificate],
    request: TimeStampRequest | None = None,
) -> Stamped:
    """Return an answer as a stamp over a message, if it is one. Raises StampError.

    With the `request` that it answers its nonce is checked too.
    """
    client = client_package()
    response = _read(answer)
    nonce = None if request is None else request.nonce
    builder = client.VerifierBuilder(roots=list(roots), nonce=nonce)
    try:
        builder.build().verify_message(response, message)
    except (client.VerificationError, ValueError) as error:
        said = f"the authority's answer does not hold: {error}"
        raise StampError(said) from None
    moment = response.tst_info.gen_time
    return Stamped(answer, int(moment.timestamp()) * 1_000_000 + moment.microsecond)


def _read(answer: bytes) -> TimeStampResponse:
    client = client_package()
    try:
        response: TimeStampResponse = client.decode_timestamp_response(in_order(answer))
        granted = response.status == client.PKIStatus.GRANTED
        told = "; ".join(response.status_string)[:200]
    except ValueError:
        message = "the authority's answer is not a time stamp"
        raise StampError(message) from None
    if not granted:
        message = f"the authority refused: status {response.status} {told}".rstrip()
        raise StampError(message)
    return response


def client_package() -> Any:
    """Return the package that reads and checks stamps. Raises StampError where it is not here."""
    try:
        import rfc3161_client  # noqa: PLC0415 - an optional package
    except ImportError:
        message = "time stamps need the package rfc3161-client: pip install 'acquit[timestamps]'"
        raise StampError(message) from None
    return rfc3161_client


def _address(given: str) -> str:
    try:
        parts = urlsplit(given)
        good = parts.scheme in {"http", "https"} and parts.hostname and parts.port != 0
    except ValueError:
        good = False
    if not good or parts.username or parts.password:
        message = f"{URL} is no address of an authority: write http(s)://HOST/PATH, without a user"
        raise StampError(message)
    return given


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """The authority is where it was said to be, or nowhere."""

    def redirect_request(self, *_arguments: object) -> None:
        """Follow nothing: the answer is an error then."""


def _answer(address: str, request: TimeStampRequest) -> bytes:
    """Send a request; return the body of the answer. Raises StampError."""
    asked = urllib.request.Request(  # noqa: S310 - only http and https get here
        address,
        data=request.as_bytes(),
        headers={"Content-Type": "application/timestamp-query"},
    )
    host = urlsplit(address).hostname
    opener = urllib.request.build_opener(_NoRedirects)
    try:
        with opener.open(asked, timeout=_WAIT_SECONDS) as reply:
            return _body(reply)
    except urllib.error.HTTPError as error:
        error.close()
        message = f"the authority at {host} answered {error.code}"
    except (OSError, http.client.HTTPException) as error:
        reason = getattr(error, "reason", error)
        message = f"the authority at {host} cannot be reached: {reason or type(error).__name__}"
    raise StampError(message)


def _body(reply: IO[bytes]) -> bytes:
    found = reply.read(_MOST_BYTES + 1)
    if len(found) > _MOST_BYTES:
        message = f"the authority's answer is longer than {_MOST_BYTES} bytes"
        raise StampError(message)
    return found
