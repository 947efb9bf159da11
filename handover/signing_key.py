"""The key an office signs with: in a PKCS#12 file, or in a PKCS#11 token that never gives it out."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from asn1crypto import x509
from pyhanko.sign.signers import SimpleSigner
from pyhanko.sign.signers.pdf_cms import Signer

from luutru.errors import BackendError, Conflict, InvalidInput

LARGEST = 1 << 20
"""Bytes of a PKCS#12 file; one with its chain has about 8 KB."""


class KeyUnusable(InvalidInput):
    """The signing key cannot be opened: not there, another format, or another password."""

    slug = "signing-key-unusable"


class KeyOutOfTime(Conflict):
    """The certificate of the signing key is not valid now; nothing may be signed with it."""

    slug = "signing-key-out-of-time"


class TokenAway(BackendError):
    """The token, or the library that speaks to it, does not answer."""

    slug = "signing-token-away"


@dataclass(frozen=True)
class SigningKey:
    """A key that can sign, and whose it is. Nothing of it is shown or logged but its certificate."""

    signer: Signer = field(repr=False)
    certificate: x509.Certificate = field(repr=False)

    @property
    def office(self) -> str:
        """Whose key it is, as its certificate says: the common name, else all of the subject."""
        named = self.certificate.subject.native
        return str(named.get("common_name") or self.certificate.subject.human_friendly)

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the certificate, 64 hex digits."""
        return str(self.certificate.sha256.hex())


def from_pkcs12(path: Path, password: str) -> SigningKey:
    """Return the key that a PKCS#12 file holds.

    Raises:
        KeyUnusable: it cannot be opened with this password, or holds no key with its certificate.
        KeyOutOfTime: its certificate is not valid now.
    """
    try:
        if path.stat().st_size > LARGEST:
            raise KeyUnusable(f"{path} is no PKCS#12 file: larger than {LARGEST} bytes")
        signer = SimpleSigner.load_pkcs12_data(
            path.read_bytes(), other_certs=[], passphrase=password.encode()
        )
    except OSError as error:
        raise KeyUnusable(f"the signing key {path} cannot be read: {error.strerror}") from error
    except (ValueError, AttributeError, TypeError):  # its text may quote the file
        raise KeyUnusable(f"{path} does not open as PKCS#12 with the password that was set") from None
    return _usable(signer)


@contextmanager
def from_pkcs11(module: Path, *, token: str, certificate: str, pin: str) -> Iterator[SigningKey]:
    """Lend the key of a PKCS#11 token while the block lasts: labels of token and certificate, and its PIN.

    Needs the package `python-pkcs11`, which only offices with a token install.

    Raises:
        KeyUnusable: the package, the library, the token or the certificate is not there, or the PIN is wrong.
        TokenAway: the token does not answer.
        KeyOutOfTime: its certificate is not valid now.
    """
    try:
        import pkcs11
        from pyhanko.config.pkcs11 import TokenCriteria
        from pyhanko.sign.pkcs11 import PKCS11Signer, open_pkcs11_session
    except ImportError:
        raise KeyUnusable("to sign with a token, install python-pkcs11 beside this program") from None
    try:
        session: Any = open_pkcs11_session(
            str(module), token_criteria=TokenCriteria(label=token), user_pin=pin
        )
    except (pkcs11.exceptions.PinIncorrect, pkcs11.exceptions.PinLocked):
        raise KeyUnusable(f"the token {token} does not take the PIN that was set") from None
    except pkcs11.PKCS11Error as error:
        raise TokenAway(f"the token {token} cannot be opened: {_said(error)}") from error
    except (OSError, RuntimeError, ValueError) as error:
        raise KeyUnusable(f"{module} cannot be loaded as a PKCS#11 library") from error
    try:
        with session:
            signer = PKCS11Signer(session, cert_label=certificate, key_label=certificate)
            yield _usable(signer)
    except pkcs11.PKCS11Error as error:
        raise TokenAway(f"the token {token} failed: {_said(error)}") from error


def _usable(signer: Signer) -> SigningKey:
    certificate = signer.signing_cert
    if certificate is None:
        raise KeyUnusable("there is no certificate with the signing key")
    now = datetime.now(UTC)
    if not certificate.not_valid_before <= now <= certificate.not_valid_after:
        raise KeyOutOfTime(
            f"the certificate of the signing key is valid from {certificate.not_valid_before:%d/%m/%Y} "
            f"to {certificate.not_valid_after:%d/%m/%Y}"
        )
    return SigningKey(signer, certificate)


def _said(error: Exception) -> str:
    return (str(error) or type(error).__name__)[:200]
