"""A detached signature that somebody sent, read apart: certificates and stamps of strangers, in a child."""

from collections.abc import Sequence

from asn1crypto import crl, x509

from handover.apart import Lost, read_apart
from handover.outcome import Check, Plain, from_plain, plain
from handover.sealed import Office
from handover.signature_check import check_signature
from handover.trust import Trust
from ingest.limits import Limits

UNREAD = "signature-unread"
"""Code of a signature that this machine could not read: it may be good or bad."""

LIMITS = Limits(seconds_per_file=300.0, memory_bytes=2 << 30)
"""A signature has at most 1 MiB, what it signs at most 40: it takes 0.02 s, and loading its reader 1 s of a
processor that others may be at, too."""

Believed = tuple[tuple[bytes, ...], ...]
"""Certificates of signers and of stampers, and revocation lists, as they go into a child (DER)."""


def read_signature(
    data: bytes,
    p7s: bytes,
    trust: Trust,
    *,
    expected_office: Office | None,
    tsr: bytes | None,
    subject: str,
    limits: Limits = LIMITS,
) -> tuple[Check, ...]:
    """Return what `handover.signature_check.check_signature` finds; where its reader came to grief, that.

    `expected_office` None: whose it is, is not asked.
    """
    office = (expected_office.name, expected_office.code) if expected_office else None
    (answer,) = read_apart(
        verify,
        [(data, p7s, tsr, office)],
        dumped(trust),
        subject,
        limits=limits,
        at_once=1,
        seconds=lambda _one: limits.seconds_per_file,
    )
    if isinstance(answer, Lost):
        return (answer.check("signature-unreadable" if answer.slug else UNREAD, subject),)
    return tuple(map(from_plain, answer))


def verify(
    asked: Sequence[tuple[bytes, bytes, bytes | None, tuple[str, str] | None]],
    believed: Believed,
    subject: str,
    *,
    limits: Limits,
) -> list[list[Plain]]:
    """Return what is found of each signature; runs in a child, whose bounds are set by then."""
    del limits
    trust = loaded(believed)
    told = []
    for data, p7s, tsr, named in asked:
        office = Office(*named) if named else None
        checks = check_signature(data, p7s, trust, expected_office=office, tsr=tsr, subject=subject)
        told.append(list(map(plain, checks)))
    return told


def dumped(trust: Trust) -> Believed:
    """Return those whom `trust` believes as they go into a child."""
    return tuple(tuple(each.dump() for each in some) for some in (trust.signers, trust.stampers, trust.lists))


def loaded(believed: Believed) -> Trust:
    """Return those whom a child was told to believe."""
    signers, stampers = ([x509.Certificate.load(each) for each in some] for some in believed[:2])
    lists = [crl.CertificateList.load(each) for each in believed[2]]
    return Trust(tuple(signers), tuple(stampers), tuple(lists))
