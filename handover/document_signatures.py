"""The signatures inside the PDFs of a package: what its record says is signed is verified when it comes.

Foreign bytes are read in a child. A signature without a time stamp is asked at the time that the giver wrote
down: that this is the signer's own word is told (`stamp-pending`), and never passed.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from io import BytesIO
from pathlib import Path

from asn1crypto import crl, x509
from pyhanko.pdf_utils.reader import PdfFileReader

from handover import record as records
from handover.outcome import Check, Outcome, could_not_run, failed, not_asked
from handover.record import Document, RecordInvalid
from handover.signing import check_pdf
from handover.trust import Trust
from ingest.limits import Limits
from ingest.refusal import Refused
from ingest.sandbox import SandboxUnavailable, run_in_child

DocumentCheck = Callable[[Path, Limits], Iterable[Check]]
"""Says how it stands with the signatures in a package's PDFs, by its folder."""

CODE = "document-signatures"
LARGEST = 256 << 20
"""Bytes of a PDF that is verified: it lies in the child's memory several times over."""
AT_ONCE = 50
"""PDFs verified in one child."""


def not_checked(_folder: Path, _limits: Limits) -> Iterable[Check]:
    """Say that nobody asked."""
    return (not_asked(CODE, "", "nobody asked for them"),)


def signatures_by(trust: Callable[[], Trust]) -> DocumentCheck:
    """Return the check by those whom `trust` believes."""

    def check(folder: Path, limits: Limits) -> Iterable[Check]:
        path = folder / records.PATH
        if not path.is_file() or path.is_symlink():
            return (not_asked(CODE, "", "no record says which documents are signed"),)
        try:
            told = records.from_json(path.read_bytes())
        except RecordInvalid as error:
            return (could_not_run(CODE, records.PATH, str(error)[:200]),)
        signed = [each for each in told.documents if each.signed is not None]
        if not signed:
            return (not_asked(CODE, "", "no document is said to be signed"),)
        return list(_checks(folder, signed, trust(), limits))

    return check


def _checks(folder: Path, signed: Sequence[Document], trust: Trust, limits: Limits) -> Iterator[Check]:
    there: list[tuple[Document, Path, str]] = []
    for each in signed:
        subject = f"representations/rep1/data/{each.identifier}.pdf"
        path = folder / subject
        if "/" in each.identifier or not path.is_file() or path.is_symlink():
            yield failed("signature-unreadable", subject, "it is not in the package")
        elif path.stat().st_size > LARGEST:
            yield could_not_run(CODE, subject, f"more than {LARGEST >> 20} MB")
        else:
            there.append((each, path, subject))
    believed = tuple(
        tuple(each.dump() for each in some) for some in (trust.signers, trust.stampers, trust.lists)
    )
    for at in range(0, len(there), AT_ONCE):
        yield from _some(there[at : at + AT_ONCE], believed, limits)


def _some(
    there: Sequence[tuple[Document, Path, str]], believed: tuple[tuple[bytes, ...], ...], limits: Limits
) -> Iterator[Check]:
    asked = [(path, _moment(each), subject) for each, path, subject in there]
    try:
        answers = run_in_child(verify, asked, believed, limits=limits)
    except SandboxUnavailable as error:
        yield from (could_not_run(CODE, subject, str(error)) for _each, _path, subject in there)
        return
    except Refused as refusal:
        if len(there) > 1:  # one of them killed the child: each alone
            for one in there:
                yield from _some([one], believed, limits)
            return
        yield failed("signature-unreadable", there[0][2], str(refusal))
        return
    for (each, _path, subject), (rows, fingerprint) in zip(there, answers, strict=True):
        yield from (Check(code, Outcome(outcome), about, detail) for code, outcome, about, detail in rows)
        assert each.signed is not None  # asked of signed ones only
        if fingerprint and fingerprint != each.signed.certificate:
            said = f"the record says certificate {each.signed.certificate[:16]}…, found {fingerprint[:16]}…"
            yield failed("signature-other-office", subject, said)


def _moment(document: Document) -> str:
    assert document.signed is not None  # asked of signed ones only
    return document.signed.signed_at.isoformat()


Row = tuple[str, str, str, str]
"""Code, outcome, subject and detail of a check."""


def verify(
    asked: Sequence[tuple[Path, str, str]], believed: tuple[tuple[bytes, ...], ...], *, limits: Limits
) -> list[tuple[list[Row], str]]:
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
        rows = [(each.code, each.outcome.value, each.subject, each.detail) for each in checks]
        told.append((rows, _fingerprint(pdf, checks)))
    return told


def _fingerprint(pdf: bytes, checks: Sequence[Check]) -> str:
    """Return whose certificate the first signature has; "" where it cannot be read, which was told."""
    if any(each.code == "signature-unreadable" for each in checks):
        return ""
    signatures = PdfFileReader(BytesIO(pdf)).embedded_signatures
    first = next(each for each in signatures if each.sig_object_type == "/Sig")
    return str(first.signer_cert.sha256.hex())
