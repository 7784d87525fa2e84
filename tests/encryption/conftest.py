"""A Postgres server that speaks TLS, an authority that signed its certificate, and another one."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

PASSWORD = "s3cret-word"  # noqa: S105 - of a server that lives for a test
OWNER = "postgres"
HBA = """\
hostssl all certified 127.0.0.1/32 cert
hostssl all postgres 127.0.0.1/32 scram-sha-256
host all postgres 127.0.0.1/32 scram-sha-256
"""


class Authority:
    """Signs certificates, and keeps its own beside them."""

    def __init__(self, folder: Path, name: str) -> None:
        self.folder = folder
        self.name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.path = folder / f"{name}.pem"
        made = self._builder(self.name, self.key.public_key()).add_extension(
            x509.BasicConstraints(ca=True, path_length=None), critical=True
        )
        signed = made.sign(self.key, hashes.SHA256())
        self.path.write_bytes(signed.public_bytes(Encoding.PEM))

    def certify(self, common_name: str) -> tuple[Path, Path]:
        """Return the files of a new certificate, good for 127.0.0.1, and of its key."""
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])
        address = x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))])
        made = self._builder(subject, key.public_key()).add_extension(address, critical=False)
        certificate = self.folder / f"{common_name}.crt"
        certificate.write_bytes(made.sign(self.key, hashes.SHA256()).public_bytes(Encoding.PEM))
        private = self.folder / f"{common_name}.key"
        private.touch(mode=0o600)
        private.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        return certificate, private

    def _builder(
        self, subject: x509.Name, public: ec.EllipticCurvePublicKey
    ) -> x509.CertificateBuilder:
        now = datetime.now(UTC)
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self.name)
            .public_key(public)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(days=1))
            .not_valid_after(now + timedelta(days=2))
        )


@dataclass(frozen=True)
class Server:
    """A running server: its port, who signed its certificate, who did not."""

    port: int
    right: Authority
    wrong: Authority

    def url(self, query: str, user: str = OWNER) -> str:
        """Return the URL of its database with a query."""
        word = f":{PASSWORD}" if user == OWNER else ""
        return f"postgresql://{user}{word}@127.0.0.1:{self.port}/postgres?{query}"


def programs() -> Path:
    """Return the folder of a Postgres that can TLS; the test is skipped where there is none."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    found += [Path(path).parent for path in [shutil.which("postgres")] if path]
    for folder in found:
        asked = [str(folder / "pg_config"), "--configure"]
        if not (folder / "initdb").exists() or not (folder / "pg_config").exists():
            continue
        built = subprocess.run(asked, capture_output=True, text=True, check=False).stdout
        if "--with-openssl" in built or "--with-ssl=openssl" in built:
            return folder
    pytest.skip("no Postgres server with TLS here: the one of the test packages is built without")


def run(*command: str | Path) -> None:
    """Run a program of the server's, never as root, which it refuses."""
    user = OWNER if os.getuid() == 0 else None
    subprocess.run([str(word) for word in command], check=True, capture_output=True, user=user)


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """Give a server with ssl=on."""
    bin_ = programs()
    with tempfile.TemporaryDirectory(prefix="acquit-tls-") as name:
        folder = Path(name)
        right, wrong = Authority(folder, "right"), Authority(folder, "wrong")
        certificate, key = right.certify("server")
        (folder / "hba").write_text(HBA, encoding="utf-8")
        (folder / "word").write_text(PASSWORD, encoding="utf-8")
        folder.chmod(0o755)
        (folder / "run").mkdir()
        if os.getuid() == 0:
            for path in (key, folder / "run", folder / "word"):
                shutil.chown(path, OWNER)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        data = folder / "run" / "data"
        run(bin_ / "initdb", "-D", data, "-U", OWNER, "-A", "scram-sha-256",
            f"--pwfile={folder / 'word'}", "--no-sync")  # fmt: skip
        settings = {
            "ssl": "on", "ssl_cert_file": certificate, "ssl_key_file": key,
            "ssl_ca_file": right.path, "hba_file": folder / "hba", "port": port, "fsync": "off",
            "listen_addresses": "127.0.0.1", "unix_socket_directories": folder / "run",
        }  # fmt: skip
        told = " ".join(f"-c {name}={value}" for name, value in settings.items())
        run(bin_ / "pg_ctl", "-D", data, "-w", "-l", folder / "run" / "log", "-o", told, "start")
        try:
            yield Server(port, right, wrong)
        finally:
            run(bin_ / "pg_ctl", "-D", data, "-w", "-m", "immediate", "stop")
