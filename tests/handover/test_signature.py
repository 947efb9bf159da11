"""A detached signature says over which bytes, whose, when, and who vouches; each fault has its code."""

import datetime as dt
import hashlib
import re
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
from asn1crypto import cms
from pyhanko.sign.signers import SimpleSigner

from handover import bag
from handover.certificate_office import names_office
from handover.outcome import Check, Outcome, verdict
from handover.sealed import Office
from handover.signature_check import check_signature, check_stamp
from handover.signed_parcel import SIGNATURE, ParcelPlace, sign_parcel
from handover.signing import Pending, Stamped, sign_manifest, stamp
from handover.signing_key import KeyOutOfTime, KeyUnusable, SigningKey, from_pkcs11, from_pkcs12
from handover.time_stamp import StampServer, StampServerInvalid
from handover.trust import NOBODY, TrustUnreadable, trust_from
from tests.handover.signing_stock import AN_LAC, HA_TU, Offices, authority, key_of, pair, strange_authority
from tests.house.tree import ROOT
from tests.services.authority import (
    NOW,
    PASSWORD,
    YEAR,
    Pair,
    StampService,
    as_pkcs12,
    private_of,
    serving,
)

PAGE = ROOT / "docs" / "signing.md"
MANIFEST = b"0f" * 32 + b"  manifest-sha256.txt\n"


def codes(checks: tuple[Check, ...], outcome: Outcome = Outcome.FAILED) -> list[str]:
    return [each.code for each in checks if each.outcome is outcome]


def signed_by(made: Pair, data: bytes = MANIFEST) -> bytes:
    """Return a signature of a key that the service would not open: its certificate does not hold now."""
    key = key_of(pair(AN_LAC.name, AN_LAC.code))
    signer = SimpleSigner(
        signing_cert=made.asn1, signing_key=private_of(made), cert_registry=key.signer.cert_registry
    )
    return sign_manifest(data, SigningKey(signer, made.asn1))


def test_a_stamped_signature_passes_every_check(offices: Offices, server: StampServer) -> None:
    p7s = sign_manifest(MANIFEST, offices.an_lac)
    tsr = stamp(p7s, server)

    assert isinstance(tsr, bytes)
    found = check_signature(MANIFEST, p7s, offices.trust, expected_office=AN_LAC, tsr=tsr)
    assert codes(found, Outcome.PASSED) == [
        "signature-bytes", "stamp", "signature-office", "signature-time", "signature-trust",
    ]  # fmt: skip
    assert codes(found, Outcome.NOT_ASKED) == ["signature-revocation"]
    assert verdict(found).outcome is Outcome.PASSED


def test_one_changed_byte_is_found(offices: Offices) -> None:
    p7s = sign_manifest(MANIFEST, offices.an_lac)

    found = check_signature(MANIFEST.replace(b"0f0f", b"0f0e", 1), p7s, offices.trust)

    assert codes(found) == ["signature-bytes-changed"]


def test_a_bent_signature_never_passes(offices: Offices) -> None:
    p7s = sign_manifest(MANIFEST, offices.an_lac)
    passed = [
        place
        for place in range(0, len(p7s), 23)
        if verdict(
            check_signature(MANIFEST, p7s[:place] + bytes([p7s[place] ^ 1]) + p7s[place + 1 :], offices.trust)
        ).outcome
        is Outcome.PASSED
    ]

    assert passed == []
    for nothing in (b"", b"\x30\x80", p7s[:-1], p7s + b"\0", b"x" * (2 << 20)):
        assert codes(check_signature(MANIFEST, nothing, offices.trust)) == ["signature-unreadable"]


def test_a_bent_certificate_beside_the_signers_is_told_and_breaks_nothing(offices: Offices) -> None:
    p7s = sign_manifest(MANIFEST, offices.an_lac)
    certificates = [each.chosen for each in cms.ContentInfo.load(p7s)["content"]["certificates"]]

    for one in certificates:
        place = p7s.index(one.dump()) + one.dump().index(one.issuer.dump())
        bent = p7s[:place] + b"\x2f" + p7s[place + 1 :]  # no SEQUENCE any more
        assert verdict(check_signature(MANIFEST, bent, offices.trust)).outcome is not Outcome.PASSED


def test_the_certificate_of_another_office_is_found(offices: Offices) -> None:
    p7s = sign_manifest(MANIFEST, offices.ha_tu)

    found = check_signature(MANIFEST, p7s, offices.trust, expected_office=AN_LAC)

    assert codes(found) == ["signature-other-office"]
    assert "Hà Tu" in next(each.detail for each in found if each.outcome is Outcome.FAILED)


@pytest.mark.parametrize(
    ("begins", "ends", "code"),
    [
        (NOW - 3 * YEAR, NOW - YEAR, "signature-expired"),
        (NOW + YEAR, NOW + 3 * YEAR, "signature-not-yet-valid"),
    ],
)
def test_a_certificate_out_of_time_is_found(
    offices: Offices, begins: dt.datetime, ends: dt.datetime, code: str
) -> None:
    made = authority().office(AN_LAC.name, code=AN_LAC.code, begins=begins, ends=ends)
    p7s = signed_by(made)

    assert codes(check_signature(MANIFEST, p7s, offices.trust, expected_office=AN_LAC)) == [code]
    then = begins + YEAR / 2
    assert codes(check_signature(MANIFEST, p7s, offices.trust, then, AN_LAC)) == []


def test_a_stamp_keeps_a_signature_good_after_its_certificate_has_ended(
    offices: Offices, service: StampService, server: StampServer
) -> None:
    made = authority().office(AN_LAC.name, code=AN_LAC.code, begins=NOW - 3 * YEAR, ends=NOW - YEAR)
    p7s = signed_by(made)
    service.at = NOW - 2 * YEAR

    tsr = stamp(p7s, server)

    assert isinstance(tsr, bytes)
    assert codes(check_signature(MANIFEST, p7s, offices.trust, tsr=tsr)) == []
    service.at = NOW
    late = stamp(p7s, server)
    assert isinstance(late, bytes)
    assert codes(check_signature(MANIFEST, p7s, offices.trust, tsr=late)) == ["signature-expired"]


def test_an_authority_that_nobody_here_believes_is_found(offices: Offices) -> None:
    strange = strange_authority()
    key = key_of(strange.office(AN_LAC.name, code=AN_LAC.code), strange)

    found = check_signature(MANIFEST, sign_manifest(MANIFEST, key), offices.trust, expected_office=AN_LAC)

    assert codes(found) == ["signature-untrusted"]


def test_without_anchors_nothing_is_said_of_trust(offices: Offices) -> None:
    found = check_signature(MANIFEST, sign_manifest(MANIFEST, offices.an_lac), NOBODY)

    assert codes(found, Outcome.COULD_NOT_RUN) == ["stamp-pending", "signature-trust"]
    assert verdict(found).outcome is Outcome.COULD_NOT_RUN


def test_a_certificate_that_was_taken_back_is_found(offices: Offices, tmp_path: Path) -> None:
    lost = authority().office("Văn phòng mất khoá")
    authority().revoke(lost, NOW - dt.timedelta(days=30))
    (tmp_path / "ca.pem").write_bytes(authority().root.pem)
    (tmp_path / "ca.crl").write_bytes(authority().revocation_list())
    believed = trust_from(tmp_path)

    p7s = sign_manifest(MANIFEST, key_of(lost))

    assert codes(check_signature(MANIFEST, p7s, believed)) == ["signature-revoked"]
    before = NOW - dt.timedelta(days=60)
    assert codes(check_signature(MANIFEST, p7s, believed, before)) == []
    good = check_signature(MANIFEST, sign_manifest(MANIFEST, offices.an_lac), believed)
    assert "signature-revocation" in codes(good, Outcome.PASSED)


def test_the_key_of_a_stamp_server_signs_no_parcels_and_no_office_stamps(
    offices: Offices, service: StampService, server: StampServer
) -> None:
    p7s = sign_manifest(MANIFEST, offices.an_lac)
    with serving(StampService(pair(HA_TU.name, HA_TU.code))) as wrong:
        tsr = stamp(p7s, StampServer(wrong.url))

    assert isinstance(tsr, bytes)
    assert codes(check_signature(MANIFEST, p7s, offices.trust, tsr=tsr)) == ["stamp-wrong"]


def test_a_stamp_of_something_else_is_wrong(offices: Offices, server: StampServer) -> None:
    p7s, other = (sign_manifest(data, offices.an_lac) for data in (MANIFEST, b"other"))
    tsr = stamp(other, server)

    assert isinstance(tsr, bytes)
    assert codes(check_signature(MANIFEST, p7s, offices.trust, tsr=tsr)) == ["stamp-wrong"]
    for bent in (b"", b"\x30\x03\x02\x01\x00", tsr[:-40] + bytes(40)):
        assert codes(check_stamp(other, bent, offices.trust)) == ["stamp-wrong"]
    assert codes(check_stamp(other, tsr, offices.trust)) == []


def test_a_stamp_of_a_server_that_nobody_believes_is_wrong(offices: Offices, server: StampServer) -> None:
    p7s = sign_manifest(MANIFEST, offices.an_lac)
    tsr = stamp(p7s, server)
    strange = replace(offices.trust, stampers=(strange_authority().root.asn1,))

    assert isinstance(tsr, bytes)
    assert codes(check_signature(MANIFEST, p7s, strange, tsr=tsr)) == ["stamp-wrong"]


@pytest.mark.parametrize("mood", ["error", "noise", "refuse", "other"])
def test_whatever_a_server_does_instead_of_stamping_leaves_the_stamp_pending(
    service: StampService, server: StampServer, mood: str
) -> None:
    service.mood = mood

    found = stamp(b"data", server)

    assert isinstance(found, Pending)
    assert found.reason


def test_a_server_that_is_away_is_left_alone_for_a_while(service: StampService) -> None:
    away = StampServer("http://127.0.0.1:9/", seconds=1, rest_seconds=60)
    service.mood = "error"
    broken, patient = StampServer(service.url, rest_seconds=60), StampServer(service.url, rest_seconds=0)

    assert isinstance(stamp(b"data", away), Pending)
    assert [isinstance(stamp(b"data", broken), Pending) for _ in range(3)] == [True] * 3
    assert service.asked == 1
    service.mood = "fine"
    assert isinstance(stamp(b"data", patient), bytes)
    with pytest.raises(StampServerInvalid):
        StampServer("ftp://stamp")


def commands_of_the_page() -> tuple[list[str], list[str]]:
    """Return the lines of docs/signing.md that verify a parcel, and those that show what is in it."""
    blocks = re.findall(r"(?:^    (?:openssl|sha256sum) .*\n)+", PAGE.read_text("utf-8"), re.MULTILINE)
    verify, show = ([line.strip() for line in block.splitlines()] for block in blocks)
    return verify, show


def small_parcel(folder: Path, key: SigningKey, server: StampServer) -> None:
    """Write a bag of one file, signed and stamped, with the anchors beside it."""
    (folder / "data").mkdir()
    (folder / "data" / "a.txt").write_bytes(b"h\xe1\xbb\x93 s\xc6\xa1\n")
    for manifest, listed in (
        ("manifest-sha256.txt", "data/a.txt"),
        (bag.TAG_MANIFEST, "manifest-sha256.txt"),
    ):
        digest = hashlib.sha256((folder / listed).read_bytes()).hexdigest()
        (folder / manifest).write_text(f"{digest}  {listed}\n", encoding="utf-8")
    assert sign_parcel(ParcelPlace(folder), key, server) is Stamped.STAMPED
    (folder / "ca.pem").write_bytes(authority().root.pem)


def faults_told(lines: list[str], folder: Path) -> list[int]:
    """Return which of some commands do not end with 0."""
    done = [subprocess.run(each.split(), cwd=folder, capture_output=True, check=False) for each in lines]
    return [number for number, each in enumerate(done) if each.returncode]


def test_the_commands_of_the_page_verify_a_parcel_without_us(
    offices: Offices, server: StampServer, tmp_path: Path
) -> None:
    small_parcel(tmp_path, offices.an_lac, server)

    verify, show = commands_of_the_page()

    assert (len(verify), len(show)) == (4, 2)
    assert faults_told(verify + show, tmp_path) == []
    for number, name in enumerate((bag.TAG_MANIFEST, SIGNATURE, bag.MANIFEST, "data/a.txt")):
        file = tmp_path / name
        whole = file.read_bytes()
        file.write_bytes(whole[:-9] + bytes([whole[-9] ^ 1]) + whole[-8:])
        assert number in faults_told(verify, tmp_path), name
        file.write_bytes(whole)
    (tmp_path / "ca.pem").write_bytes(strange_authority().root.pem)
    assert faults_told(verify, tmp_path) == [0, 1]


@pytest.mark.parametrize(
    ("office", "named"),
    [
        (AN_LAC, True),
        (Office("Tên khác", "H49.64.33"), True),  # the code decides where both have one
        (Office(AN_LAC.name, "H49.64.99"), False),
        (Office("  ủy ban  nhân dân XÃ AN LẠC", ""), True),
        (Office("", ""), False),
    ],
)
def test_an_office_is_known_by_its_code_else_by_its_name(office: Office, named: bool) -> None:
    assert names_office(pair(AN_LAC.name, AN_LAC.code).asn1, office) is named


def test_a_key_opens_with_its_password_alone_and_tells_nothing(tmp_path: Path) -> None:
    file = as_pkcs12(pair(AN_LAC.name, AN_LAC.code), authority(), tmp_path / "key.p12")
    noise = tmp_path / "noise.p12"
    noise.write_bytes(b"no key")

    key = from_pkcs12(file, PASSWORD)

    assert (key.office, len(key.fingerprint)) == (AN_LAC.name, 64)
    assert "key" not in repr(key).lower().replace("signingkey", "")
    for path, password in ((file, "sai"), (file, ""), (noise, PASSWORD), (tmp_path / "none.p12", PASSWORD)):
        with pytest.raises(KeyUnusable) as refused:
            from_pkcs12(path, password)
        assert PASSWORD not in str(refused.value)


def test_nothing_is_signed_with_a_certificate_that_has_ended(tmp_path: Path) -> None:
    ended = authority().office("Văn phòng cũ", begins=NOW - 3 * YEAR, ends=NOW - YEAR)

    with pytest.raises(KeyOutOfTime):
        from_pkcs12(as_pkcs12(ended, authority(), tmp_path / "old.p12"), PASSWORD)


def test_a_token_without_its_library_is_told(tmp_path: Path) -> None:
    with (
        pytest.raises(KeyUnusable),
        from_pkcs11(tmp_path / "none.so", token="t", certificate="c", pin="1234"),
    ):
        pass


def test_trust_is_read_from_files_and_a_bad_one_stops_all(tmp_path: Path) -> None:
    (tmp_path / "a.pem").write_bytes(authority().root.pem + strange_authority().root.pem)
    (tmp_path / "ghi chú.txt").write_text("không phải chứng thư")

    assert len(trust_from(tmp_path).signers) == 2
    assert trust_from(None) == NOBODY
    apart = trust_from(None, tmp_path)
    assert (len(apart.signers), len(apart.stampers)) == (0, 2)
    (tmp_path / "b.crt").write_bytes(b"noise")
    for place in (tmp_path, tmp_path / "none"):
        with pytest.raises(TrustUnreadable):
            trust_from(place)
