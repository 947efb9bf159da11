"""Signing: an office's signature on a document, on minutes, on a parcel; the time stamp beside or in it.

    sign_pdf       a document's PDF/A: visible at the top right of page 1 (TT 05/2025, Điều 8)
    sign_minutes   giver, then receiver: two revisions, the first of which permits the second
    sign_manifest  a parcel's tag manifest: detached, `openssl cms -verify` takes it
    stamp_pdf      the time stamp that a signed PDF still lacks

PDF signatures are PAdES baseline B-B, with a stamp B-T. Where no stamp server answers they are B-B and said
to be pending, never more.
"""

import asyncio
import io
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path

from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.sign.fields import (
    MDPPerm,
    SigFieldSpec,
    SigSeedSubFilter,
    append_signature_field,
    enumerate_sig_fields,
)
from pyhanko.sign.general import SigningError
from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner, PdfTimeStamper
from pyhanko.sign.timestamps.common_utils import TimestampRequestError

from handover.signature_check import check_pdf as check_pdf
from handover.signature_check import check_signature as check_signature
from handover.signature_place import Look, Place, box_of_field, corner, foot
from handover.signing_key import SigningKey
from handover.time_stamp import Pending as Pending
from handover.time_stamp import Stamper, StampServer, StampServerAway
from handover.time_stamp import stamp as stamp
from handover.trust import Trust as Trust
from luutru.errors import Conflict, InvalidInput
from paper.signature_picture import signature_picture

DIGEST = "sha256"
FIELD = "ky-so"
"""Field of a document's signature."""


class PdfNotSignable(InvalidInput):
    """The file is no PDF that a signature can be added to."""

    slug = "pdf-not-signable"


class SignedAlready(Conflict):
    """This side has signed these minutes, or it is not its turn."""

    slug = "signed-already"


class Side(StrEnum):
    """Who signs minutes; the value names the field of the signature."""

    GIVER = "ben-giao"
    RECEIVER = "ben-nhan"


class Stamped(StrEnum):
    """How it stands with the time stamp of a signature."""

    STAMPED = "stamped"
    PENDING = "pending"
    NOT_ASKED = "not-asked"  #: this installation has no stamp server


@dataclass(frozen=True)
class SignedPdf:
    """A PDF with a signature more."""

    data: bytes
    stamp: Stamped
    at: datetime  #: as the picture shows it


def sign_manifest(data: bytes, key: SigningKey) -> bytes:
    """Return a detached signature (CMS, DER) over `data`, which is not in it."""
    made = key.signer.async_sign_general_data(data, DIGEST, detached=True, use_cades=True)
    return bytes(asyncio.run(made).dump())


def sign_pdf(
    pdf: bytes,
    key: SigningKey,
    *,
    office: str,
    server: StampServer | None = None,
    fonts: Path | None = None,
) -> SignedPdf:
    """Return `pdf` with a visible signature at the top right of its first page, as people see it.

    A PDF/A-2b stays one. The bytes of `pdf` are the beginning of what comes back.

    Raises:
        PdfNotSignable: it is no PDF, it is locked or damaged.
        SignedAlready: it has such a signature.
        TypefaceMissing: no typeface for the picture.
    """

    def place(writer: IncrementalPdfFileWriter, look: Look) -> Place:
        if FIELD in _fields(writer):
            raise SignedAlready("this document is signed already")
        found = corner(writer, look)
        append_signature_field(writer, SigFieldSpec(FIELD, on_page=0, box=found.whole))
        return found

    return _sign(pdf, key, FIELD, office, place, server=server, fonts=fonts, certify=False)


def sign_minutes(
    pdf: bytes,
    key: SigningKey,
    side: Side,
    *,
    office: str,
    server: StampServer | None = None,
    fonts: Path | None = None,
) -> SignedPdf:
    """Return minutes with the signature of one side more: first the giver's, then the receiver's.

    The giver's signature certifies the minutes and permits nothing but signatures (DocMDP 2); the field of
    the receiver's is there already by then. Fields called "ben-giao" and "ben-nhan" are used where they
    stand; minutes without them get both at the foot of the last page.

    Raises:
        PdfNotSignable, TypefaceMissing: as they say.
        SignedAlready: this side has signed, or the giver has not and it is the receiver's turn only then.
    """

    def place(writer: IncrementalPdfFileWriter, look: Look) -> Place:
        fields = _fields(writer)
        if fields.get(side.value) or (side is Side.GIVER and any(fields.values())):
            raise SignedAlready(f"{side.value} has signed these minutes, or somebody before")
        if side is Side.RECEIVER and not fields.get(Side.GIVER.value):
            raise SignedAlready("the giver signs first; these minutes have no signature of theirs")
        for each in Side:
            if each.value not in fields:
                box = foot(writer, left=each is Side.GIVER)
                append_signature_field(writer, SigFieldSpec(each.value, on_page=-1, box=box))
        return box_of_field(writer, side.value, look)

    return _sign(pdf, key, side.value, office, place, server=server, fonts=fonts, certify=side is Side.GIVER)


def stamp_pdf(pdf: bytes, server: StampServer) -> bytes | Pending:
    """Return a signed PDF with a time stamp over all of it; the bytes of `pdf` are its beginning.

    Raises:
        PdfNotSignable: it is no PDF.
    """
    try:
        out = PdfTimeStamper(Stamper(server)).timestamp_pdf(_writer(pdf), DIGEST)
    except StampServerAway as error:
        return Pending(str(error))
    except TimestampRequestError as error:
        return Pending(f"the time stamp server refused: {error}"[:200])
    except (PdfError, SigningError, ValueError) as error:
        raise PdfNotSignable(f"no time stamp can be added to this PDF: {type(error).__name__}") from error
    return bytes(out.getvalue())


Placing = Callable[[IncrementalPdfFileWriter, Look], Place]
"""Makes the field of a signature where it is missing, and says where it stands."""


def _sign(
    pdf: bytes,
    key: SigningKey,
    field: str,
    office: str,
    placing: Placing,
    *,
    server: StampServer | None,
    fonts: Path | None,
    certify: bool,
) -> SignedPdf:
    about = PdfSignatureMetadata(
        field_name=field,
        md_algorithm=DIGEST,
        name=office,
        subfilter=SigSeedSubFilter.PADES,
        certify=certify,
        docmdp_permissions=MDPPerm.FILL_FORMS,
    )

    def signed(stamper: Stamper | None, stamp: Stamped) -> SignedPdf:
        at = datetime.now(UTC).replace(microsecond=0)  # taken anew: a server that is away takes its time
        look = Look(signature_picture(office, at, fonts=fonts))
        try:
            writer = _writer(pdf)
            style = look.at(placing(writer, look))
            signer = PdfSigner(about, key.signer, timestamper=stamper, stamp_style=style)
            out = signer.sign_pdf(writer, existing_fields_only=True)
        except (PdfError, SigningError) as error:
            raise PdfNotSignable(f"no signature can be added to this PDF: {error}"[:300]) from error
        return SignedPdf(bytes(out.getvalue()), stamp, at)

    if server is None:
        return signed(None, Stamped.NOT_ASKED)
    try:
        return signed(server.stamper, Stamped.STAMPED)
    except (StampServerAway, TimestampRequestError):
        return signed(None, Stamped.PENDING)


def _writer(pdf: bytes) -> IncrementalPdfFileWriter:
    try:
        writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
        if writer.prev.encrypted:
            raise PdfNotSignable("a PDF with a password cannot be signed")
    except (PdfError, ValueError, KeyError, TypeError) as error:
        raise PdfNotSignable(f"this is no PDF that can be signed: {type(error).__name__}") from error
    return writer


def _fields(writer: IncrementalPdfFileWriter) -> dict[str, bool]:
    """Return the signature fields by name, and whether each is signed."""
    return {name: value is not None for name, value, _ref in enumerate_sig_fields(writer.prev)}
