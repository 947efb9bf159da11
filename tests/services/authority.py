"""A test authority: certificates of offices, and a time stamp server (RFC 3161) on this machine."""

import datetime as dt
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from asn1crypto import keys, tsp
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from pyhanko.sign.timestamps.dummy_client import DummyTimeStamper
from pyhanko_certvalidator.registry import SimpleCertificateStore

PASSWORD = "mật khẩu của khoá"
NOW = dt.datetime.now(dt.UTC)
YEAR = dt.timedelta(days=365)


@dataclass(frozen=True)
class Pair:
    """A key and its certificate."""

    key: rsa.RSAPrivateKey
    certificate: x509.Certificate

    @property
    def pem(self) -> bytes:
        return self.certificate.public_bytes(serialization.Encoding.PEM)

    @property
    def asn1(self) -> asn1_x509.Certificate:
        return asn1_x509.Certificate.load(self.certificate.public_bytes(serialization.Encoding.DER))


class Authority:
    """Makes certificates; each authority is another one."""

    def __init__(self, name: str = "Cơ quan chứng thực thử nghiệm") -> None:
        self._key = _key()
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        self.root = Pair(
            self._key,
            self._made(self._name, self._key.public_key(), NOW - 20 * YEAR, NOW + 20 * YEAR, ca=True),
        )
        self._revoked: list[tuple[int, dt.datetime]] = []

    def office(
        self,
        name: str,
        *,
        code: str = "",
        begins: dt.datetime = NOW - YEAR,
        ends: dt.datetime = NOW + YEAR,
    ) -> Pair:
        """Return an office's key and certificate."""
        parts = [
            x509.NameAttribute(NameOID.COMMON_NAME, name),
            x509.NameAttribute(NameOID.COUNTRY_NAME, "VN"),
        ]
        parts += [x509.NameAttribute(NameOID.USER_ID, f"MDD:{code}")] if code else []
        key = _key()
        return Pair(key, self._made(x509.Name(parts), key.public_key(), begins, ends))

    def stamper(self, name: str = "Máy cấp dấu thời gian thử nghiệm") -> Pair:
        """Return the key and certificate of a time stamp server."""
        key = _key()
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        return Pair(key, self._made(subject, key.public_key(), NOW - 10 * YEAR, NOW + 10 * YEAR, stamps=True))

    def revoke(self, pair: Pair, at: dt.datetime) -> None:
        """Take a certificate back."""
        self._revoked.append((pair.certificate.serial_number, at))

    def revocation_list(self) -> bytes:
        """Return which certificates were taken back (DER)."""
        made = x509.CertificateRevocationListBuilder().issuer_name(self._name)
        made = made.last_update(NOW - dt.timedelta(days=1)).next_update(NOW + YEAR)
        for serial, at in self._revoked:
            one = x509.RevokedCertificateBuilder().serial_number(serial).revocation_date(at).build()
            made = made.add_revoked_certificate(one)
        return made.sign(self._key, hashes.SHA256()).public_bytes(serialization.Encoding.DER)

    def _made(
        self,
        subject: x509.Name,
        public: rsa.RSAPublicKey,
        begins: dt.datetime,
        ends: dt.datetime,
        *,
        ca: bool = False,
        stamps: bool = False,
    ) -> x509.Certificate:
        usage = x509.KeyUsage(
            digital_signature=not ca, content_commitment=not ca, key_encipherment=False,
            data_encipherment=False, key_agreement=False, key_cert_sign=ca, crl_sign=ca,
            encipher_only=False, decipher_only=False,
        )  # fmt: skip
        made = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self._name)
            .public_key(public)
            .serial_number(x509.random_serial_number())
            .not_valid_before(begins)
            .not_valid_after(ends)
            .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
            .add_extension(usage, critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key()), critical=False
            )
        )
        if stamps:
            made = made.add_extension(
                x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), critical=True
            )
        return made.sign(self._key, hashes.SHA256())


def _key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def as_pkcs12(pair: Pair, authority: Authority, path: Path, password: str = PASSWORD) -> Path:
    """Write an office's key as it comes from an authority; return where."""
    path.write_bytes(
        pkcs12.serialize_key_and_certificates(
            b"ky so", pair.key, pair.certificate, [authority.root.certificate],
            serialization.BestAvailableEncryption(password.encode()),
        )
    )  # fmt: skip
    return path


def private_of(pair: Pair) -> keys.PrivateKeyInfo:
    """Return a key as pyHanko takes it."""
    return keys.PrivateKeyInfo.load(
        pair.key.private_bytes(
            serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )


class StampService:
    """A time stamp server that can be told to misbehave."""

    def __init__(self, pair: Pair) -> None:
        self._pair, self._private = pair, private_of(pair)
        self.at: dt.datetime | None = None  #: the moment it stamps with; None: now
        self.mood = "fine"  #: fine, error, noise, other
        self.asked = 0
        self.url = ""

    def answer(self, body: bytes) -> bytes:
        """Return what the server says to a request."""
        self.asked += 1
        if self.mood == "noise":
            return b"<html>proxy</html>"
        request = tsp.TimeStampReq.load(body)
        if self.mood == "other":
            request["message_imprint"]["hashed_message"] = b"\1" * 32
        if self.mood == "refuse":
            return bytes(tsp.TimeStampResp({"status": {"status": "rejection"}}).dump())
        store = SimpleCertificateStore()
        stamper = DummyTimeStamper(
            self._pair.asn1, self._private, store, fixed_dt=self.at or dt.datetime.now(dt.UTC)
        )
        return bytes(stamper.request_tsa_response(request).dump())


@contextmanager
def serving(service: StampService) -> Iterator[StampService]:
    """Let a time stamp server answer on a port of this machine while the block lasts."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            said = service.answer(body)
            self.send_response(500 if service.mood == "error" else 200)
            self.send_header("Content-Type", "application/timestamp-reply")
            self.send_header("Content-Length", str(len(said)))
            self.end_headers()
            self.wfile.write(said)

        def log_message(self, format: str, *args: object) -> None:
            del format, args

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        service.url = f"http://127.0.0.1:{server.server_port}/"
        try:
            yield service
        finally:
            server.shutdown()
            thread.join()
