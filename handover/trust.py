"""Whose signatures and time stamps are believed here: trust anchors and revocation lists from a folder."""

from dataclasses import dataclass, field
from pathlib import Path

from asn1crypto import crl, pem, x509

from luutru.errors import InvalidInput

LARGEST = 20 << 20
"""Bytes of a file; the largest public revocation lists have a few MB."""
MOST_FILES = 500


class TrustUnreadable(InvalidInput):
    """A trust anchor or revocation list cannot be read; nothing is believed until it is put right."""

    slug = "trust-unreadable"


@dataclass(frozen=True)
class Trust:
    """Authorities whose certificates are believed. With none, nothing is said of a signature's origin."""

    signers: tuple[x509.Certificate, ...] = ()
    stampers: tuple[x509.Certificate, ...] = ()  #: of time stamp servers
    lists: tuple[crl.CertificateList, ...] = field(default=(), repr=False)


NOBODY = Trust()
"""Believes nobody."""


def trust_from(signers: Path | None, stampers: Path | None = None) -> Trust:
    """Return what two folders (or files) hold: certificates (PEM or DER) and revocation lists (*.crl).

    `stampers` None: time stamps are believed from whom signatures are.

    Raises:
        TrustUnreadable: a file is no certificate and no list, or there are too many.
    """
    if signers is None and stampers is None:
        return NOBODY
    anchors, lists = _read(signers)
    stamp_anchors, more = _read(stampers) if stampers is not None else (anchors, ())
    return Trust(anchors, stamp_anchors, (*lists, *more))


def _read(
    place: Path | None,
) -> tuple[tuple[x509.Certificate, ...], tuple[crl.CertificateList, ...]]:
    if place is None:
        return (), ()
    if not place.exists():
        raise TrustUnreadable(f"there are no trust anchors at {place}")
    files = sorted(each for each in place.iterdir() if each.is_file()) if place.is_dir() else [place]
    files = [each for each in files if each.suffix.lower() in (".pem", ".crt", ".cer", ".der", ".crl")]
    if len(files) > MOST_FILES:
        raise TrustUnreadable(f"{place} has more than {MOST_FILES} files of trust anchors")
    anchors: list[x509.Certificate] = []
    lists: list[crl.CertificateList] = []
    for each in files:
        try:
            if each.stat().st_size > LARGEST:
                raise ValueError("too large")
            data = each.read_bytes()
            parts = (
                [part for _kind, _head, part in pem.unarmor(data, multiple=True)]
                if pem.detect(data)
                else [data]
            )
            for part in parts:
                if each.suffix.lower() == ".crl":
                    read = crl.CertificateList.load(part, strict=True)
                    _issuer = read.issuer.native
                    lists.append(read)
                else:
                    certificate = x509.Certificate.load(part, strict=True)
                    _subject = certificate.subject.native
                    anchors.append(certificate)
        except (OSError, ValueError, TypeError, KeyError) as error:
            raise TrustUnreadable(f"{each} is no certificate or revocation list (PEM or DER)") from error
    return tuple(anchors), tuple(lists)
