"""The signatures inside the PDFs of a package: what its record says is signed is verified when it comes.

Foreign bytes are read in a child. A signature without a time stamp is asked at the time that the giver wrote
down: that this is the signer's own word is told (`stamp-pending`), and never passed.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from pathlib import Path

from asn1crypto import crl, x509
from pyhanko.pdf_utils.reader import PdfFileReader

from handover import record as records
from handover.apart import Lost, read_apart
from handover.outcome import Check, Plain, could_not_run, failed, from_plain, not_asked, plain
from handover.record import Record, RecordInvalid
from handover.signing import check_pdf
from handover.trust import Trust
from ingest.limits import Limits

CODE = "document-signatures"
LARGEST = 256 << 20
"""Bytes of a PDF that is verified: it lies in the child's memory several times over."""
AT_ONCE = 50
"""PDFs verified in one child."""


@dataclass(frozen=True)
class SaidSigned:
    """A document that its record says is signed."""

    identifier: str
    signed_at: str  #: as the giver wrote it down, ISO 8601
    certificate: str  #: SHA-256 of the signer's


@dataclass(frozen=True)
class Said:
    """What the record of a package says of signatures, as far as it could be read."""

    has_record: bool = False
    signed: tuple[SaidSigned, ...] = ()
    why: str = ""  #: why the record cannot be read; "" = it can


DocumentCheck = Callable[[Path, Said, Limits], Iterable[Check]]
"""Says how it stands with the signatures in a package's PDFs, by its folder and what its record says."""


def not_checked(_folder: Path, _said: Said, _limits: Limits) -> Iterable[Check]:
    """Say that nobody asked."""
    return (not_asked(CODE, "", "nobody asked for them"),)


def said_in(record: Record | RecordInvalid | None) -> Said:
    """Return what a record says of signatures; None: the package has none."""
    if record is None:
        return Said()
    if isinstance(record, RecordInvalid):
        return Said(True, (), str(record)[:200])
    signed = [(each.identifier, each.signed) for each in record.documents]
    return Said(
        True,
        tuple(SaidSigned(name, it.signed_at.isoformat(), it.certificate) for name, it in signed if it),
    )


def signatures_by(trust: Callable[[], Trust]) -> DocumentCheck:
    """Return the check by those whom `trust` believes."""

    def check(folder: Path, said: Said, limits: Limits) -> Iterable[Check]:
        if not said.has_record:
            return (not_asked(CODE, "", "no record says which documents are signed"),)
        if said.why:
            return (could_not_run(CODE, records.PATH, said.why),)
        if not said.signed:
            return (not_asked(CODE, "", "no document is said to be signed"),)
        return list(_checks(folder, said.signed, trust(), limits))

    return check


def _checks(folder: Path, signed: Sequence[SaidSigned], trust: Trust, limits: Limits) -> Iterator[Check]:
    there: list[SaidSigned] = []
    asked: list[tuple[Path, str, str]] = []
    for each in signed:
        subject = f"representations/rep1/data/{each.identifier}.pdf"
        path = folder / subject
        if "/" in each.identifier or not path.is_file() or path.is_symlink():
            yield failed("signature-unreadable", subject, "it is not in the package")
        elif path.stat().st_size > LARGEST:
            yield could_not_run(CODE, subject, f"more than {LARGEST >> 20} MB")
        else:
            there.append(each)
            asked.append((path, each.signed_at, subject))
    believed = tuple(
        tuple(each.dump() for each in some) for some in (trust.signers, trust.stampers, trust.lists)
    )
    answers = read_apart(
        verify, asked, believed, limits=limits, at_once=AT_ONCE, seconds=lambda _some: limits.seconds_per_file
    )
    for each, (_path, _moment, subject), answer in zip(there, asked, answers, strict=True):
        if isinstance(answer, Lost):
            told = failed if answer.slug else could_not_run
            yield told("signature-unreadable" if answer.slug else CODE, subject, answer.reason)
            continue
        rows, fingerprint = answer
        yield from map(from_plain, rows)
        if fingerprint and fingerprint != each.certificate:
            said = f"the record says certificate {each.certificate[:16]}…, found {fingerprint[:16]}…"
            yield failed("signature-other-office", subject, said)


def verify(
    asked: Sequence[tuple[Path, str, str]], believed: tuple[tuple[bytes, ...], ...], *, limits: Limits
) -> list[tuple[list[Plain], str]]:
    """Return what every signature of each PDF comes to, and whose certificate the first has (SHA-256).

    Runs in a child, whose bounds are set by then.
    """
    del limits
    signers, stampers = ([x509.Certificate.load(each) for each in some] for some in believed[:2])
    lists = [crl.CertificateList.load(each) for each in believed[2]]
    trust = Trust(tuple(signers), tuple(stampers), tuple(lists))
    told = []
    for path, moment, subject in asked:
        pdf = path.read_bytes()
        checks = check_pdf(pdf, trust, datetime.fromisoformat(moment), subject=subject)
        told.append(([plain(each) for each in checks], _fingerprint(pdf, checks)))
    return told


def _fingerprint(pdf: bytes, checks: Sequence[Check]) -> str:
    """Return whose certificate the first signature has; "" where it cannot be read, which was told."""
    if any(each.code == "signature-unreadable" for each in checks):
        return ""
    signatures = PdfFileReader(BytesIO(pdf)).embedded_signatures
    first = next(each for each in signatures if each.sig_object_type == "/Sig")
    return str(first.signer_cert.sha256.hex())
