"""What other systems send is known for what it is; what is not as its package says stays behind."""

import hashlib
from datetime import date
from pathlib import Path

import pytest

from handover import bag, bag_reading
from handover.bag_check import ANY
from handover.csip_check import check_csip
from handover.foreign import Foreign, NothingForeign, recognise, write_list
from handover.foreign_reading import look_into
from handover.outcome import AGAIN, MOST_TOLD, Outcome
from handover.package import package
from ingest.limits import Limits
from ingest.list_columns import sets
from ingest.listing import read_list
from paper.form_xlsx import save_table
from tests.handover import deliveries
from tests.handover.holdings import SEALED
from tests.handover.killed import be_killed, die


@pytest.fixture
def sip(tmp_path: Path) -> Path:
    """One SIP, as any system writes it: CSIP 2.0.4, two documents."""
    for entry in package(deliveries.real(1), kind="SIP", sealed=SEALED):
        target = tmp_path / "came" / entry.path
        target.parent.mkdir(parents=True, exist_ok=True)
        with entry.open() as source:
            target.write_bytes(source.read())
    return next((tmp_path / "came").iterdir())


def names(found: Foreign) -> list[str]:
    return [each.relative for each in found.scans]


def test_a_csip_package_is_recognised_with_what_it_says(sip: Path) -> None:
    found = recognise(sip, "/disk/sip")

    assert (found.kind, found.version, found.faults) == ("csip", "2.0.4", ())
    assert names(found) == [f"H49.64.33.2001.1/H49.64.33.2001.1.{number}.pdf" for number in (1, 2)]
    assert [row["fileCode"] for row in found.dossiers] == ["H49.64.33.2001.1"]
    assert len(found.documents) == 2
    assert {each.code for each in found.checks if each.outcome is Outcome.NOT_ASKED} >= {
        "representation-left"
    }


def test_what_it_says_is_a_list_that_has_no_fault(sip: Path, tmp_path: Path) -> None:
    write_list(recognise(sip, "/disk/sip"), tmp_path / "list.xlsx")

    listing = read_list(tmp_path / "list.xlsx", date(2026, 11, 26), limits=Limits())

    assert (listing.set, listing.faults) == ("tt05", ())
    assert (len(listing.dossiers), len(listing.documents)) == (1, 2)


def test_a_file_that_is_not_what_its_package_says_stays_behind(sip: Path) -> None:
    spoilt = sorted(sip.rglob("*.pdf"))[0]
    spoilt.write_bytes(spoilt.read_bytes() + b"?")

    found = recognise(sip, "/disk/sip")

    assert {each.code for each in found.faults} == {"package-size-wrong", "package-digest-wrong"}
    assert names(found) == ["H49.64.33.2001.1/H49.64.33.2001.1.2.pdf"]


@pytest.mark.parametrize(
    ("profile", "version", "outcome"),
    [
        ("https://earkcsip.dilcis.eu/profile/E-ARK-CSIP.xml", "2.0.4", Outcome.PASSED),
        ("https://earkcsip.dilcis.eu/profile/E-ARK-CSIP-v2-1-0.xml", "2.1.0", Outcome.PASSED),
        ("https://earksip.dilcis.eu/profile/E-ARK-SIP-v2-2-0.xml", "2.2.0", Outcome.PASSED),
        ("https://earksip.dilcis.eu/profile/E-ARK-SIP-v3-0-0.xml", "3.0.0", Outcome.COULD_NOT_RUN),
        ("https://example.org/own.xml", "", Outcome.COULD_NOT_RUN),
    ],
)
def test_the_version_is_told_and_an_unknown_one_never_passes(
    sip: Path, profile: str, version: str, outcome: Outcome
) -> None:
    root = sip / "METS.xml"
    text = root.read_text("utf-8")
    start = text.index('PROFILE="') + len('PROFILE="')
    root.write_text(text[:start] + profile + text[text.index('"', start) :], "utf-8")

    told, checks = check_csip(sip)

    assert told == version
    assert [each.outcome for each in checks if each.code.startswith("csip-version")] == [outcome]


def test_packages_in_a_bag_are_taken_and_a_spoilt_bag_told(tmp_path: Path) -> None:
    deliveries.make(tmp_path, ((1, 2),))
    parcel = next((tmp_path / "parcels").iterdir())
    spoilt = sorted(parcel.rglob("*.pdf"))[0]
    spoilt.write_bytes(spoilt.read_bytes()[:-1] + b"?")

    found = recognise(parcel, "/disk/parcel")

    assert "bag-digest-wrong" in {each.code for each in found.faults}
    assert (found.kind, len(found.scans), len(found.dossiers)) == ("csip", 3, 2)


def plain(folder: Path) -> Path:
    """Return a plain folder of two dossiers, with a list beside them."""
    for dossier in ("HS 1", "HS 2"):
        (folder / dossier).mkdir(parents=True)
        (folder / dossier / "1.pdf").write_bytes(deliveries.pdf(dossier))
    columns = sets()["plain"].dossier
    heads = [column.head for column in columns]
    rows = [
        [{"label": str(at), "title": f"Hồ sơ số {at}"}.get(column.field, "") for column in columns]
        for at in (1, 2)
    ]
    save_table([("Hồ sơ", [heads], rows)], folder / "danh mục.xlsx")
    return folder


def test_a_plain_folder_is_taken_with_its_list_and_the_list_is_no_scan(tmp_path: Path) -> None:
    found = recognise(plain(tmp_path / "scans"), "/disk/scans")

    assert (found.kind, names(found)) == ("folder", ["HS 1/1.pdf", "HS 2/1.pdf"])
    assert found.office_list is not None
    assert {each.dossier for each in found.scans} == {"HS 1", "HS 2"}


def test_a_bag_of_plain_files_is_checked_and_taken(tmp_path: Path) -> None:
    top = bagged(tmp_path / "bag")
    (top / "data" / "HS 1" / "1.pdf").write_bytes(b"%PDF-1.7 other")

    found = recognise(top, "/disk/bag")

    assert (found.kind, [each.code for each in found.faults]) == ("bag", ["bag-digest-wrong"])
    assert names(found) == ["HS 2/1.pdf"]


def bagged(top: Path, *more: str) -> Path:
    """Return a bag of a plain folder of two dossiers, and of files with these names."""
    plain(top / "data")
    for name in more:
        place = top / "data" / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(deliveries.pdf(name[-9:]))
    rows = [
        (path.relative_to(top).as_posix(), hashlib.sha256(path.read_bytes()).hexdigest())
        for path in sorted((top / "data").rglob("*"))
        if path.is_file()
    ]
    (top / bag.MANIFEST).write_bytes(bag.manifest(rows))
    (top / "bagit.txt").write_text("BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n")
    return top


def test_of_many_spoilt_files_of_a_bag_and_of_long_names_none_is_taken(tmp_path: Path) -> None:
    long = "/".join(["x" * 200] * 8 + ["a.pdf"])
    top = bagged(tmp_path / "bag", long)
    (top / "data" / long).write_bytes(b"%PDF-1.7 other")
    (top / "data" / "HS 1" / "1.pdf").write_bytes(b"%PDF-1.7 other")

    found = recognise(top, "/disk/bag")

    assert [each.code for each in found.faults] == ["bag-digest-wrong"] * 2
    assert names(found) == ["HS 2/1.pdf"]


def test_of_a_bag_with_more_faults_than_are_told_nothing_is_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    top = bagged(tmp_path / "bag")
    for path in top.rglob("*.pdf"):
        path.write_bytes(b"%PDF-1.7 other")
    monkeypatch.setattr(bag_reading, "MOST_CHECKS", 1)
    (answer,) = bag_reading.look_into([top], "bag", ANY, limits=Limits())
    monkeypatch.setattr(bag_reading, "read_apart", lambda *_asked, **_more: iter([answer]))

    found = recognise(top, "/disk/bag")

    assert (names(found), len(found.faults) > 1) == ([], True)


def test_where_a_bag_does_not_say_what_it_is_and_its_list_is_not_read_nothing_is_taken(
    tmp_path: Path,
) -> None:
    top = bagged(tmp_path / "bag")
    (top / "bagit.txt").write_bytes(b"\xef\xbb\xbf" + (top / "bagit.txt").read_bytes())

    found = recognise(top, "/disk/bag")

    assert (names(found), [each.code for each in found.faults]) == ([], ["bag-declaration-bom"])


def test_of_a_bag_that_ends_its_reader_nothing_is_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bag_reading, "look_into", die)

    found = recognise(bagged(tmp_path / "bag"), "/disk/bag")

    assert (names(found), [each.code for each in found.faults]) == ([], ["bag-unread"])


def test_a_bag_whose_reader_the_machine_kills_is_told_and_nothing_of_it_is_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    top = bagged(tmp_path / "bag")
    monkeypatch.setattr(bag_reading, "look_into", be_killed)

    found = recognise(top, "/disk/bag")

    assert (names(found), found.faults) == ([], ())
    assert [(each.code, each.subject, each.unread) for each in found.checks] == [("bag-unread", "bag", AGAIN)]


def test_a_file_with_a_virus_stays_behind(sip: Path) -> None:
    spoilt = sorted(sip.rglob("*.pdf"))[0]

    found = recognise(sip, "/disk/sip", unfit=[spoilt.relative_to(sip).as_posix()])

    assert len(found.scans) == 1


def test_where_there_is_nothing_it_is_said(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()

    with pytest.raises(NothingForeign):
        recognise(tmp_path / "empty", "/disk/empty")


def test_a_description_cannot_reach_for_other_files(sip: Path) -> None:
    (description,) = sip.glob("metadata/descriptive/*.xml")
    description.write_text(
        '<!DOCTYPE ead [<!ENTITY x SYSTEM "file:///etc/hostname">]><ead><title>&x;</title></ead>', "utf-8"
    )

    found = recognise(sip, "/disk/sip")

    assert not any(row.get("title") for row in found.dossiers)


def test_a_package_with_a_link_in_it_is_told_and_not_read(sip: Path, tmp_path: Path) -> None:
    (tmp_path / "elsewhere" / "data").mkdir(parents=True)
    (tmp_path / "elsewhere" / "data" / "secret.pdf").write_bytes(deliveries.pdf("secret"))
    (sip / "representations" / "rep9").symlink_to(tmp_path / "elsewhere")

    found = recognise(sip, "/disk/sip")

    assert [(each.code, each.subject) for each in found.faults] == [("package-link", "representations/rep9")]
    assert names(found) == []


def test_of_faults_without_end_the_first_are_told(sip: Path) -> None:
    mets = sip / "METS.xml"
    text = mets.read_text("utf-8")
    more = '<fileSec><fileGrp USE="x">' + '<file ID="x"/>' * (2 * MOST_TOLD) + "</fileGrp></fileSec>"
    at = text.rindex("</")
    mets.write_text(text[:at] + more + text[at:], "utf-8")

    _version, told, *_ = look_into([sip], limits=Limits())[0]

    assert (len(told), told[-1][0]) == (MOST_TOLD + 1, "package-more-faults")
