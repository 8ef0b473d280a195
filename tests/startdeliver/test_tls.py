"""The key goes to the server that the connection names, and to no other."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from ssl import PROTOCOL_TLS_SERVER, SSLContext

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from smrt_startdeliver.startdeliver.client import Client
from smrt_startdeliver.startdeliver.errors import Unreachable
from tests.startdeliver.scripted import Answer, Scripted, scripted_server


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate of 127.0.0.1, signed by itself, with its key, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    address = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    now = datetime.now(UTC)
    signed = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(address, critical=False)
        .sign(key, hashes.SHA256())
    )
    file = tmp_path_factory.mktemp("tls") / "certificate.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    file.write_bytes(private + signed.public_bytes(serialization.Encoding.PEM))
    return file


@pytest.fixture
def secure(certificate: Path) -> Iterator[Scripted]:
    context = SSLContext(PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    with scripted_server(context) as script:
        yield script


def test_a_certificate_that_nobody_trusts_is_refused_before_the_key_is_sent(
    secure: Scripted, waits: list[float]
) -> None:
    with pytest.raises(Unreachable) as refused:
        Client(secure.url, "demo-key").get("me", purpose="check")
    said = str(refused.value)
    assert "its TLS certificate is not trusted" in said
    assert "REQUESTS_CA_BUNDLE" in said
    assert "\n" not in said
    assert secure.asked == []


def test_an_authority_of_ones_own_can_be_trusted(
    secure: Scripted, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate))
    Client(secure.url, "demo-key").get("me", purpose="check")
    assert [asked.headers["Authorization"] for asked in secure.asked] == ["demo-key"]


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize(
    "ask",
    [
        lambda client: client.get("me", purpose="check"),
        lambda client: client.post("user", {"name": "Ann"}),
        lambda client: client.patch("user/1", {"id": 1, "name": "Ann"}),
    ],
    ids=["get", "post", "patch"],
)
def test_a_redirect_to_another_host_gets_neither_key_nor_data(
    told: Client, scripted: Scripted, status: int, ask: Callable[[Client], object]
) -> None:
    with scripted_server() as elsewhere:
        scripted.answers = [Answer(status, headers={"Location": elsewhere.url})]
        with pytest.raises(Unreachable, match=r"sends .* elsewhere"):
            ask(told)
        assert elsewhere.asked == []
    assert len(scripted.asked) == 1
