"""The signatures inside the PDFs of a package: what its record says is signed is verified when it comes.

Foreign bytes are read in a child. A signature without a time stamp is asked at the time that the giver wrote
down: that this is the signer's own word is told (`stamp-pending`), and never passed.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from pathlib import Path

from pyhanko.pdf_utils.reader import PdfFileReader

from handover import record as records
from handover.apart import Lost, read_apart
from handover.outcome import Check, Plain, could_not_run, failed, from_plain, not_asked, plain
from handover.record import Record, RecordInvalid
from handover.signature_reading import Believed, dumped, loaded
from handover.signing import check_pdf
from handover.trust import Trust
from ingest.limits import Limits

CODE = "document-signatures"
UNSIGNED = "documents-unsigned"
"""The record was read, and says of no document that it is signed: an answer, unlike that nobody asked."""
LARGEST = 256 << 20
"""Bytes of a PDF that is verified: it lies in the child's memory several times over."""
AT_ONCE = 50
"""PDFs verified in one child."""
SECONDS_PER_PDF = 1.0
"""Of each PDF beside the first, which has `Limits.seconds_per_file`."""


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


DocumentCheck = Callable[[Sequence[tuple[Path, Said]], Limits], Sequence[Iterable[Check]]]
"""Says of each package of a parcel, by its folder and what its record says, how its signed PDFs stand."""


def not_checked(packages: Sequence[tuple[Path, Said]], _limits: Limits) -> Sequence[Iterable[Check]]:
    """Say that nobody asked."""
    return [(not_asked(CODE, "", "nobody asked for them"),)] * len(packages)


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
    """Return the check by those whom `trust` believes.

    The PDFs of all packages are verified as one sending: how many may end their reader is counted over it.
    """

    def check(packages: Sequence[tuple[Path, Said]], limits: Limits) -> Sequence[Iterable[Check]]:
        found: list[list[Check]] = []
        asked: list[tuple[int, SaidSigned, Path, str]] = []
        for at, (folder, said) in enumerate(packages):
            found.append(list(_beforehand(folder, said)))
            asked += [(at, *each) for each in _to_verify(folder, said)]
        if asked:
            answers = _verified([each[1:] for each in asked], trust(), limits)
            for (at, *_), checks in zip(asked, answers, strict=True):
                found[at] += checks
        return found

    return check


def _beforehand(folder: Path, said: Said) -> Iterator[Check]:
    """Yield what is known without verifying anything."""
    if not said.has_record:
        yield not_asked(CODE, "", "no record says which documents are signed")
    elif said.why:
        yield could_not_run(CODE, records.PATH, said.why)
    elif not said.signed:
        yield not_asked(UNSIGNED, "", "no document is said to be signed")
    for each in said.signed:
        path, subject = _pdf(folder, each)
        if path is None:
            yield failed("signature-unreadable", subject, "it is not in the package")
        elif path.stat().st_size > LARGEST:
            yield could_not_run(CODE, subject, f"more than {LARGEST >> 20} MB")


def _to_verify(folder: Path, said: Said) -> Iterator[tuple[SaidSigned, Path, str]]:
    for each in said.signed:
        path, subject = _pdf(folder, each)
        if path is not None and path.stat().st_size <= LARGEST:
            yield each, path, subject


def _pdf(folder: Path, each: SaidSigned) -> tuple[Path | None, str]:
    """Return where a document lies, None where it does not, and its path within the package."""
    subject = f"representations/rep1/data/{each.identifier}.pdf"
    path = folder / subject
    there = "/" not in each.identifier and path.is_file() and not path.is_symlink()
    return path if there else None, subject


def _verified(
    asked: Sequence[tuple[SaidSigned, Path, str]], trust: Trust, limits: Limits
) -> Iterator[list[Check]]:
    def seconds(some: Sequence[object]) -> float:
        return limits.seconds_per_file + (len(some) - 1) * SECONDS_PER_PDF

    sent = [(path, each.signed_at, subject) for each, path, subject in asked]
    answers = read_apart(verify, sent, dumped(trust), limits=limits, at_once=AT_ONCE, seconds=seconds)
    for (each, _path, subject), answer in zip(asked, answers, strict=True):
        if isinstance(answer, Lost):
            yield [answer.check("signature-unreadable" if answer.slug else CODE, subject)]
            continue
        rows, fingerprint = answer
        checks = list(map(from_plain, rows))
        if fingerprint and fingerprint != each.certificate:
            said = f"the record says certificate {each.certificate[:16]}…, found {fingerprint[:16]}…"
            checks.append(failed("signature-other-office", subject, said))
        yield checks


def verify(
    asked: Sequence[tuple[Path, str, str]], believed: Believed, *, limits: Limits
) -> list[tuple[list[Plain], str]]:
    """Return what every signature of each PDF comes to, and whose certificate the first has (SHA-256).

    Runs in a child, whose bounds are set by then.
    """
    del limits
    trust = loaded(believed)
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
