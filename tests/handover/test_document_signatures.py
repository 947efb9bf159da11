"""A signature inside a PDF that came is verified when it is received: good, bent, another's, or not there."""

import hashlib
import os
from functools import cache
from pathlib import Path

import pytest

from catalog.instants import now
from handover import apart, document_signatures
from handover import record as records
from handover.document_signatures import said_in, signatures_by
from handover.outcome import AGAIN, LEFT, Check, Outcome, failed, verdict
from handover.receiving import Expecting, check_delivery
from handover.record import Signed, SourceFile
from handover.report import Level, Proposal
from handover.signing import sign_pdf
from handover.time_stamp import StampServer
from handover.trust import NOBODY, Trust
from ingest.limits import MIB, Limits
from tests.handover import deliveries
from tests.handover.deliveries import RECEIVER
from tests.handover.holdings import blank, record
from tests.handover.killed import be_killed
from tests.handover.signing_stock import AN_LAC, Offices
from tests.paper.forms import form, printed

SUBJECT = "representations/rep1/data/D.1.pdf"


@cache
def paper() -> bytes:
    """Return what is signed."""
    return printed(form("catalogue", 3))


def package(folder: Path, pdf: bytes, certificate: str) -> Path:
    """Return a package with one document, which its record says is signed."""
    place = folder / SUBJECT
    place.parent.mkdir(parents=True)
    place.write_bytes(pdf)
    told = Signed(
        hashlib.sha256(paper()).hexdigest(), len(paper()), "UBND", certificate, "lan", now(), "not-asked"
    )
    scan = SourceFile("f1", "0" * 64, 9, "image/jpeg", "a.jpg", 1, False)
    (folder / records.PATH).parent.mkdir(parents=True)
    (folder / records.PATH).write_bytes(records.to_json(record("D", [blank(1, "D.1", told)], [scan])))
    return folder


def checked(folder: Path, trust: Trust) -> list[Check]:
    path = folder / records.PATH
    said = said_in(records.from_json(path.read_bytes()) if path.is_file() else None)
    (found,) = signatures_by(lambda: trust)([(folder, said)], Limits())
    return list(found)


def codes(checks: list[Check], outcome: Outcome) -> set[str]:
    return {each.code for each in checks if each.outcome is outcome}


def test_a_stamped_signature_of_whom_the_record_names_passes(
    offices: Offices, server: StampServer, tmp_path: Path
) -> None:
    made = sign_pdf(paper(), offices.an_lac, office=AN_LAC.name, server=server)

    found = checked(package(tmp_path / "p", made.data, offices.an_lac.fingerprint), offices.trust)

    assert verdict(found).outcome is Outcome.PASSED
    assert codes(found, Outcome.PASSED) >= {"signature-bytes", "signature-trust", "stamp"}


def test_what_is_wrong_with_a_signature_is_told_by_document(offices: Offices, tmp_path: Path) -> None:
    made, own = sign_pdf(paper(), offices.an_lac, office=AN_LAC.name), offices.an_lac.fingerprint
    at = made.data.find(b"stream") + 40
    bent = made.data[:at] + bytes([made.data[at] ^ 1]) + made.data[at + 1 :]

    wrong = {
        name: codes(checked(package(tmp_path / name, pdf, certificate), offices.trust), Outcome.FAILED)
        for name, pdf, certificate in (
            ("bent", bent, own),
            ("unsigned", paper(), own),
            ("other", made.data, offices.ha_tu.fingerprint),
            ("nothing", b"no pdf", own),
        )
    }

    assert wrong == {
        "bent": {"signature-bytes-changed"},
        "unsigned": {"signature-unreadable"},
        "other": {"signature-other-office"},
        "nothing": {"signature-unreadable"},
    }


def test_what_could_not_be_asked_is_not_passed(offices: Offices, tmp_path: Path) -> None:
    made = sign_pdf(paper(), offices.an_lac, office=AN_LAC.name)

    found = checked(package(tmp_path / "p", made.data, offices.an_lac.fingerprint), NOBODY)

    assert verdict(found).outcome is Outcome.COULD_NOT_RUN
    assert codes(found, Outcome.COULD_NOT_RUN) == {"stamp-pending", "signature-trust"}
    assert verdict(checked(tmp_path, offices.trust)).outcome is Outcome.NOT_ASKED  # a package without record


def test_how_many_signed_pdfs_may_end_their_reader_is_counted_over_all_packages(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(apart, "MOST_LOST", 2)  # each costs a child its whole time
    folders = [package(tmp_path / name, b"%PDF", "0" * 64) for name in "abcd"]
    for each in folders:
        os.truncate(each / SUBJECT, 128 * MIB)  # more than its reader may hold
    asked = [(each, said_in(records.from_json((each / records.PATH).read_bytes()))) for each in folders]

    found = signatures_by(lambda: NOBODY)(asked, Limits(memory_bytes=64 * MIB))

    assert [verdict(each).outcome for each in found] == [Outcome.FAILED] * 2 + [Outcome.COULD_NOT_RUN] * 2
    assert [one.unread for each in found for one in each] == ["", "", LEFT, LEFT]


def test_a_signed_pdf_whose_reader_the_machine_kills_is_asked_for_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(document_signatures, "verify", be_killed)

    (found,) = checked(package(tmp_path / "p", b"%PDF", "0" * 64), NOBODY)

    assert (found.code, found.outcome, found.unread) == ("document-signatures", Outcome.COULD_NOT_RUN, AGAIN)


def test_what_is_too_large_to_be_verified_is_not_asked_for_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(document_signatures, "LARGEST", 3)

    (found,) = checked(package(tmp_path / "p", b"%PDF", "0" * 64), NOBODY)

    assert (found.code, found.outcome, found.unread) == ("document-signatures", Outcome.COULD_NOT_RUN, "")


def test_a_dossier_with_a_signature_that_is_not_good_is_proposed_for_return(tmp_path: Path) -> None:
    deliveries.make(tmp_path)
    bad = failed("signature-bytes-changed", SUBJECT)

    report = check_delivery(
        tmp_path,
        Expecting(
            offices=RECEIVER,
            virus=None,
            signatures=lambda packages, _limits: [
                (bad,) if "2001.1" in str(list(folder.rglob("*.pdf"))) else () for folder, _said in packages
            ],
        ),
    )

    told = report.dossiers["H49.64.33.2001.1"]
    assert bad in [each.check for each in told.findings if each.level is Level.R3]
    assert told.proposal is Proposal.RETURN
    assert report.dossiers["H49.64.33.2001.2"].proposal is Proposal.ACCEPT
