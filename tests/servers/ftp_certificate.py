"""The certificate of a test's FTPS server, and how it is pinned."""

import ssl
from pathlib import Path

from services.transfer.adapters.ftp_tls import digest_of
from services.transfer.domain.host_key import HostKey
from tests.servers.certificates import tls_of
from tests.servers.listening import HOST

FILE = "server.pem"  # key and certificate


def make_certificate(folder: Path) -> tuple[Path, HostKey]:
    """Its file, and its pin."""
    folder.mkdir(parents=True, exist_ok=True)
    tls_of(folder, HOST)
    return folder / FILE, pin_of(folder / FILE)


def pin_of(file: Path) -> HostKey:
    _, _, certificate = file.read_text().partition("-----BEGIN CERTIFICATE-----")
    der = ssl.PEM_cert_to_DER_cert("-----BEGIN CERTIFICATE-----" + certificate)
    return digest_of(der)
