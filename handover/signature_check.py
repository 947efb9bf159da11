"""Is a signature what it says: over these bytes, of this office, by a certificate that held and is believed?

Every check has its code and says one thing; what could not be asked is never told as passed.

    signature-unreadable        no signature, or one of a form that nobody here reads
    signature-weak              made with a digest that can be forged today
    signature-bytes-changed     over other bytes, or bent itself
    signature-other-office      a certificate of somebody else
    signature-expired           the certificate had ended when it was signed
    signature-not-yet-valid     the certificate had not begun
    signature-untrusted         nobody whom this installation believes vouches for it
    signature-revoked           it was taken back before
    stamp-pending               no time stamp yet: the time is the signer's own word (could-not-run)
    stamp-wrong                 a time stamp of something else, bent, or of a server that nobody believes

What passed is told as signature-bytes, signature-office, signature-time, signature-trust,
signature-revocation and stamp.
"""

import asyncio
import hashlib
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from asn1crypto import cms, tsp, x509
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.general import CMSStructuralError
from pyhanko.sign.validation.errors import SignatureValidationError
from pyhanko.sign.validation.generic_cms import extract_certs_for_validation, validate_sig_integrity
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature
from pyhanko_certvalidator import CertificateValidator, ValidationContext
from pyhanko_certvalidator.errors import (
    ExpiredError,
    InsufficientRevinfoError,
    NotYetValidError,
    PathError,
    RevokedError,
    ValidationError,
)
from pyhanko_certvalidator.policy_decl import (
    CertRevTrustPolicy,
    RevocationCheckingPolicy,
    RevocationCheckingRule,
)

from handover.certificate_office import names_office
from handover.outcome import Check, could_not_run, failed, not_asked, passed
from handover.sealed import Office
from handover.trust import Trust

DIGESTS = frozenset({"sha256", "sha384", "sha512"})
LARGEST_SIGNATURE = 1 << 20
"""Bytes of a detached signature or a time stamp; with certificates and lists they have some 10 KB."""
MOST_SIGNATURES = 50
"""In one PDF; minutes have two and their stamps."""

_UNREADABLE = (
    SignatureValidationError, CMSStructuralError, PdfError, ValueError, TypeError, KeyError, AttributeError,
    NotImplementedError, RecursionError,
)  # fmt: skip
"""What reading of a bent signature ends with; bytes from elsewhere may be anything."""


@dataclass(frozen=True)
class _Signer:
    certificate: x509.Certificate
    others: tuple[x509.Certificate, ...]


@dataclass(frozen=True)
class _Stamp:
    """What a time stamp says, once it is known to be whole."""

    imprint: bytes
    digest: str
    at: datetime
    signer: _Signer


def check_signature(
    data: bytes,
    p7s: bytes,
    trust: Trust,
    at: datetime | None = None,
    expected_office: Office | None = None,
    *,
    tsr: bytes | None = None,
    subject: str = "",
) -> tuple[Check, ...]:
    """Check a detached signature over `data`, and the time stamp over that signature.

    `at`: the moment the certificate must hold at where no time stamp proves one (None: now).
    `expected_office` None: whose it is, is not asked.
    """
    moment = at or datetime.now(UTC)
    return _readable(_detached(data, p7s, trust, moment, expected_office, tsr, subject), subject)


def _detached(
    data: bytes,
    p7s: bytes,
    trust: Trust,
    at: datetime,
    office: Office | None,
    tsr: bytes | None,
    subject: str,
) -> Iterator[Check]:
    try:
        signed = _signed_data(p7s)
        signer, info = _signer(signed), signed["signer_infos"][0]
        algorithm = info["digest_algorithm"]["algorithm"].native
        kind = signed["encap_content_info"]["content_type"].native
        if signed["encap_content_info"]["content"].native is not None:
            raise ValueError("it carries bytes of its own")
        if algorithm not in DIGESTS:
            yield failed("signature-weak", subject, f"digest {algorithm}")
            return
        intact, valid = validate_sig_integrity(
            info, signer.certificate, kind, hashlib.new(algorithm, data).digest()
        )
    except _UNREADABLE as error:
        yield failed("signature-unreadable", subject, _short(error))
        return
    yield from _bytes(intact and valid, subject)
    moment, checks = _stamped(p7s, tsr, trust, subject)
    yield from checks
    yield from _whose(signer, trust, moment or at, office, subject)


def check_pdf(
    pdf: bytes,
    trust: Trust,
    at: datetime | None = None,
    expected_offices: Sequence[Office] = (),
    *,
    subject: str = "",
) -> tuple[Check, ...]:
    """Check every signature of a PDF in its order; the first should be of the first expected office, etc.

    Changes after the last signature that it does not permit are told as bytes changed.
    """
    return _readable(_embedded(pdf, trust, at or datetime.now(UTC), expected_offices, subject), subject)


def _readable(checks: Iterator[Check], subject: str) -> tuple[Check, ...]:
    """Return the checks; a certificate that turns out bent only when it is asked fails what bears it."""
    found: list[Check] = []
    try:
        found += checks
    except _UNREADABLE as error:
        found.append(failed("signature-unreadable", subject, _short(error)))
    return tuple(found)


def _embedded(
    pdf: bytes, trust: Trust, at: datetime, offices: Sequence[Office], subject: str
) -> Iterator[Check]:
    try:
        reader = PdfFileReader(io.BytesIO(pdf))
        signatures = list(reader.embedded_signatures)
    except _UNREADABLE as error:
        yield failed("signature-unreadable", subject, _short(error))
        return
    own = [each for each in signatures if each.sig_object_type == "/Sig"]
    if not own or len(signatures) > MOST_SIGNATURES:
        yield failed("signature-unreadable", subject, f"{len(own)} signatures in it")
        return
    later: list[tuple[int, datetime]] = []
    for number, each in enumerate(signatures):
        if each.sig_object_type == "/DocTimeStamp":
            found, checks = _document_stamp(each, trust, _named(subject, each.field_name))
            yield from checks
            if found is not None:
                later.append((number, found))
    for ordinal, each in enumerate(own):
        name = _named(subject, each.field_name)
        office = offices[ordinal] if ordinal < len(offices) else None
        place = signatures.index(each)
        stamped = min((moment for number, moment in later if number > place), default=None)
        yield from _one(each, trust, at, office, stamped, name)
    for missing in offices[len(own) :]:
        yield failed("signature-unreadable", subject, f"the signature of {missing.name} is not there")


def _named(subject: str, field: str) -> str:
    return f"{subject}#{field}" if subject else field


def _one(
    each: EmbeddedPdfSignature,
    trust: Trust,
    at: datetime,
    office: Office | None,
    stamped: datetime | None,
    subject: str,
) -> Iterator[Check]:
    try:
        signer = _signer(each.signed_data)
        if each.md_algorithm not in DIGESTS:
            yield failed("signature-weak", subject, f"digest {each.md_algorithm}")
            return
        whole = _is_whole(each, signer)
        token = _attribute(each.signer_info, "signature_time_stamp_token")
    except _UNREADABLE as error:
        yield failed("signature-unreadable", subject, _short(error))
        return
    yield from _bytes(whole, subject)
    moment: datetime | None = None
    if token is not None:
        moment, checks = _stamped(each.signer_info["signature"].native, token.dump(), trust, subject)
        yield from checks
    elif stamped is None:
        yield could_not_run("stamp-pending", subject, "no time stamp yet: the time is the signer's own word")
    yield from _whose(signer, trust, moment or stamped or at, office, subject)


def _is_whole(each: EmbeddedPdfSignature, signer: _Signer) -> bool:
    """Return whether bytes are as they were signed, and nothing was added but what the signature permits."""
    each.compute_integrity_info()
    kind = each.signed_data["encap_content_info"]["content_type"].native
    intact, valid = validate_sig_integrity(each.signer_info, signer.certificate, kind, each.compute_digest())
    told = each.summarise_integrity_info()
    return bool(intact and valid and told["docmdp_ok"] is not False and _covers(told))


def _covers(told: dict[str, Any]) -> bool:
    return told["coverage"].name in ("ENTIRE_FILE", "ENTIRE_REVISION")


def _document_stamp(
    each: EmbeddedPdfSignature, trust: Trust, subject: str
) -> tuple[datetime | None, list[Check]]:
    try:
        each.compute_integrity_info()
        info = cms.ContentInfo({"content_type": "signed_data", "content": each.signed_data})
        found = _read_stamp(info.dump())
        if found.imprint != each.compute_digest(found.digest) or not _covers(each.summarise_integrity_info()):
            return None, [failed("stamp-wrong", subject, "of other bytes")]
    except _UNREADABLE as error:
        return None, [failed("stamp-wrong", subject, _short(error))]
    return _believed(found, trust, subject)


def _bytes(whole: bool, subject: str) -> Iterator[Check]:
    if whole:
        yield passed("signature-bytes", subject)
    else:
        yield failed("signature-bytes-changed", subject, "these are not the bytes that were signed")


def _whose(
    signer: _Signer, trust: Trust, moment: datetime, office: Office | None, subject: str
) -> Iterator[Check]:
    """Check the certificate of a signature that was made at `moment`."""
    certificate = signer.certificate
    if office is None:
        yield not_asked("signature-office", subject)
    elif names_office(certificate, office):
        yield passed("signature-office", subject, office.name)
    else:
        yield failed(
            "signature-other-office",
            subject,
            f"expected {office.name} {office.code}".strip() + f", found {certificate.subject.human_friendly}",
        )
    begins, ends = certificate.not_valid_before, certificate.not_valid_after
    if moment > ends:
        yield failed("signature-expired", subject, f"ended {ends:%d/%m/%Y}, signed {moment:%d/%m/%Y}")
    elif moment < begins:
        yield failed(
            "signature-not-yet-valid", subject, f"begins {begins:%d/%m/%Y}, signed {moment:%d/%m/%Y}"
        )
    else:
        yield passed("signature-time", subject, f"{begins:%d/%m/%Y} - {ends:%d/%m/%Y}")
    # Whether somebody vouches for it is one question, whether it had ended another: each is told.
    within = min(max(moment, begins + timedelta(seconds=1)), ends - timedelta(seconds=1))
    yield from _vouched(signer, trust, trust.signers, within, subject)


def _vouched(
    signer: _Signer, trust: Trust, anchors: tuple[x509.Certificate, ...], moment: datetime, subject: str
) -> Iterator[Check]:
    if not anchors:
        yield could_not_run("signature-trust", subject, "no trust anchors are set (LUUTRU_TRUST)")
        return
    if not _may_sign(signer.certificate):
        yield failed("signature-untrusted", subject, "its certificate is not for signing")
        return
    fault = _path_fault(signer, trust, anchors, moment)
    match fault:
        case None if _listed(signer, trust):
            yield passed("signature-trust", subject)
            yield passed("signature-revocation", subject)
        case None:
            yield passed("signature-trust", subject)
            yield not_asked("signature-revocation", subject, "no revocation list of its authority is set")
        case ("signature-revocation", detail):
            yield passed("signature-trust", subject)
            yield could_not_run("signature-revocation", subject, detail)
        case (code, detail):
            yield failed(code, subject, detail)


def _listed(signer: _Signer, trust: Trust) -> bool:
    """Return whether there is a revocation list of the authority that gave out the certificate."""
    return any(each.issuer == signer.certificate.issuer for each in trust.lists)


def _may_sign(certificate: x509.Certificate) -> bool:
    usage = certificate.key_usage_value
    return usage is None or bool({"digital_signature", "non_repudiation"} & usage.native)


def _path_fault(
    signer: _Signer,
    trust: Trust,
    anchors: Iterable[x509.Certificate],
    moment: datetime,
    purposes: set[str] | None = None,
) -> tuple[str, str] | None:
    """Return why nobody vouches for a certificate at `moment`; None: somebody does. Nothing is fetched.

    Where there is a revocation list of its authority, the certificate must not be on it.
    """
    asked = RevocationCheckingRule.CRL_REQUIRED if _listed(signer, trust) else RevocationCheckingRule.NO_CHECK
    rules = RevocationCheckingPolicy(asked, RevocationCheckingRule.CHECK_IF_DECLARED_SOFT)
    context = ValidationContext(
        trust_roots=list(anchors),
        moment=moment,
        best_signature_time=moment,
        allow_fetching=False,
        crls=list(trust.lists),
        revinfo_policy=CertRevTrustPolicy(rules, retroactive_revinfo=True),
    )
    validator = CertificateValidator(
        signer.certificate, intermediate_certs=list(signer.others), validation_context=context
    )
    try:
        asyncio.run(validator.async_validate_usage(set(), purposes))
    except RevokedError as error:
        return "signature-revoked", _short(error)
    except InsufficientRevinfoError as error:
        return "signature-revocation", _short(error)
    except (ExpiredError, NotYetValidError) as error:
        return "signature-untrusted", f"an authority above it: {_short(error)}"
    except (ValidationError, PathError, *_UNREADABLE) as error:
        return "signature-untrusted", _short(error)
    return None


def check_stamp(data: bytes, tsr: bytes, trust: Trust, *, subject: str = "") -> tuple[Check, ...]:
    """Check a time stamp over `data`, by itself."""
    return tuple(_stamped(data, tsr, trust, subject)[1])


def _stamped(
    data: bytes, tsr: bytes | None, trust: Trust, subject: str
) -> tuple[datetime | None, list[Check]]:
    """Return when `data` was stamped, if that can be believed, and what is to be said of the stamp."""
    if tsr is None:
        detail = "no time stamp yet: the time is the signer's own word"
        return None, [could_not_run("stamp-pending", subject, detail)]
    try:
        found = _read_stamp(tsr)
        if found.digest not in DIGESTS or found.imprint != hashlib.new(found.digest, data).digest():
            return None, [failed("stamp-wrong", subject, "it stamps other bytes")]
    except _UNREADABLE as error:
        return None, [failed("stamp-wrong", subject, _short(error))]
    return _believed(found, trust, subject)


def _believed(found: _Stamp, trust: Trust, subject: str) -> tuple[datetime | None, list[Check]]:
    if not trust.stampers:
        detail = f"{found.at:%d/%m/%Y %H:%M:%S} UTC, of a server that no anchor here says anything of"
        return None, [could_not_run("stamp", subject, detail)]
    fault = _path_fault(found.signer, trust, trust.stampers, found.at, {"time_stamping"})
    if fault is not None:
        return None, [failed("stamp-wrong", subject, f"its server is not believed: {fault[1]}")]
    return found.at, [passed("stamp", subject, f"{found.at:%d/%m/%Y %H:%M:%S} UTC")]


def _read_stamp(data: bytes) -> _Stamp:
    """Return what a time stamp says: an answer of a server, or the token in it; its own signature holds."""
    if len(data) > LARGEST_SIGNATURE:
        raise ValueError("too large for a time stamp")
    try:
        answer = tsp.TimeStampResp.load(data, strict=True)
        if answer["status"]["status"].native not in ("granted", "granted_with_mods"):
            raise ValueError("the server refused")
        token = answer["time_stamp_token"]
        signed = token["content"]
        signed["encap_content_info"]
    except (ValueError, TypeError, KeyError):
        signed = _signed_data(data)
    content = signed["encap_content_info"]
    if content["content_type"].native != "tst_info":
        raise ValueError("no time stamp")
    told: tsp.TSTInfo = content["content"].parsed
    signer, info = _signer(signed), signed["signer_infos"][0]
    algorithm = info["digest_algorithm"]["algorithm"].native
    if algorithm not in DIGESTS:
        raise ValueError(f"signed with {algorithm}")
    digest = hashlib.new(algorithm, bytes(content["content"])).digest()
    intact, valid = validate_sig_integrity(info, signer.certificate, "tst_info", digest)
    if not (intact and valid):
        raise ValueError("the time stamp was changed")
    imprint = told["message_imprint"]
    return _Stamp(
        imprint["hashed_message"].native,
        imprint["hash_algorithm"]["algorithm"].native,
        told["gen_time"].native.astimezone(UTC),
        signer,
    )


# --- reading ------------------------------------------------------------------------------------------


def _signed_data(data: bytes) -> cms.SignedData:
    if len(data) > LARGEST_SIGNATURE:
        raise ValueError("too large for a signature")
    info = cms.ContentInfo.load(data, strict=True)
    if info["content_type"].native != "signed_data":
        raise ValueError("no signature")
    return info["content"]


def _signer(signed: cms.SignedData) -> _Signer:
    if len(signed["signer_infos"]) != 1:
        raise ValueError(f"{len(signed['signer_infos'])} signers")
    found = extract_certs_for_validation(signed)
    return _Signer(found.signer_cert, tuple(found.other_certs))


def _attribute(info: cms.SignerInfo, name: str) -> Any:
    """Return the one value of an unsigned attribute; None: it is not there."""
    for attribute in info["unsigned_attrs"] or ():
        if attribute["type"].native == name:
            return attribute["values"][0]
    return None


def _short(error: BaseException) -> str:
    return (str(error) or type(error).__name__)[:200]
