"""A time-stamping authority on 127.0.0.1: `openssl ts -reply` behind a small HTTP server."""

from __future__ import annotations

import shutil
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

Reply = Callable[[bytes], tuple[int, bytes]]

CONFIGURATION = """\
[tsa]
default_tsa = ours
[ours]
serial = {0}/serial
signer_cert = {0}/signer.pem
signer_key = {0}/signer.key
certs = {0}/between.pem
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256, sha512
ess_cert_id_alg = sha256
"""


class Authority:
    """Stamps what it is sent; `reply` may be replaced by something that goes wrong."""

    def __init__(self, folder: Path) -> None:
        if shutil.which("openssl") is None:
            pytest.skip("no openssl here, which answers for the authority")
        self.folder = folder
        folder.mkdir()
        self.root = folder / "root.pem"
        self._certify()
        (folder / "serial").write_text("01\n", encoding="utf-8")
        (folder / "tsa.cnf").write_text(CONFIGURATION.format(folder), encoding="utf-8")
        self.url = ""
        self.asked = 0
        self.reply: Reply = self.honest

    def honest(self, query: bytes) -> tuple[int, bytes]:
        """Answer a query as it is."""
        return 200, self.stamp(query)

    def stamp(self, query: bytes) -> bytes:
        """Return what openssl answers to a query."""
        asked, answer = self.folder / "query.tsq", self.folder / "answer.tsr"
        asked.write_bytes(query)
        command = ["openssl", "ts", "-reply", "-config", str(self.folder / "tsa.cnf")]
        subprocess.run(
            [*command, "-queryfile", asked, "-out", answer], check=True, capture_output=True
        )
        return answer.read_bytes()

    @contextmanager
    def serving(self) -> Iterator[None]:
        """Listen on a free port meanwhile."""
        authority = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                authority.asked += 1
                query = self.rfile.read(int(self.headers["Content-Length"]))
                status, body = authority.reply(query)
                self.send_response(status)
                if status in {301, 302, 307}:
                    self.send_header("Location", "file:///etc/hostname")
                self.send_header("Content-Type", "application/timestamp-reply")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_arguments: object) -> None:
                """Say nothing."""

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        self.url = f"http://127.0.0.1:{server.server_port}/"
        try:
            yield
        finally:
            server.shutdown()
            server.server_close()
            thread.join()

    def _certify(self) -> None:
        root_key, between_key, key = (rsa.generate_private_key(65537, 2048) for _ in range(3))
        root, between, signer = (
            x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"{self.folder.name} {what}")])
            for what in ("root", "one between", "signer")
        )
        now = datetime.now(UTC)
        builder = (
            x509.CertificateBuilder()
            .not_valid_before(now - timedelta(days=1))
            .not_valid_after(now + timedelta(days=2))
        )
        signs = x509.BasicConstraints(ca=True, path_length=None)
        stamps = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING])
        for number, (name, subject, public, issuer, by, extension) in enumerate(
            [
                ("root.pem", root, root_key, root, root_key, signs),
                ("between.pem", between, between_key, root, root_key, signs),
                ("signer.pem", signer, key, between, between_key, stamps),
            ],
            1,
        ):
            made = builder.subject_name(subject).public_key(public.public_key())
            made = made.issuer_name(issuer).serial_number(number)
            signed = made.add_extension(extension, critical=True).sign(by, hashes.SHA256())
            (self.folder / name).write_bytes(signed.public_bytes(Encoding.PEM))
        raw = key.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption())
        (self.folder / "signer.key").write_bytes(raw)
