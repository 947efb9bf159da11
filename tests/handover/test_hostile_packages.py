"""Packages made to break whoever reads them: told dossier by dossier, and the others are as they were."""

import io
import json
import os
import shutil
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from functools import partial
from pathlib import Path
from typing import cast

import pytest

from catalog.transfer_item import Item
from handover import package_reading
from handover import record as records
from handover.description_reading import read_descriptions
from handover.foreign import recognise
from handover.outcome import MOST_TOLD, Outcome
from handover.package_reading import Asked, read_packages
from handover.receiving import Expecting, check_delivery
from handover.report import DeliveryReport, Proposal, plain
from handover.sample import Document, Opened, described
from ingest.limits import MIB, Limits
from luutru.commands.handover_told import say_check
from tests.handover import deliveries
from tests.handover.deliveries import RECEIVER
from tests.handover.killed import be_killed

FIRST, SECOND = "H49.64.33.2001.1", "H49.64.33.2001.2"
LIMITS = Limits(seconds_per_file=60.0, memory_bytes=1200 * MIB)
EXPECTING = Expecting(offices=RECEIVER, virus=None, content=False, limits=LIMITS)


SAID = {"bomb": ("memory",), "crashed": ("broke down", "ended by signal"), "timed-out": ("within",)}


@pytest.fixture(scope="module")
def mould(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("mould")
    deliveries.make(place, ((1, 2),))
    return place


@pytest.fixture
def disk(mould: Path, tmp_path: Path) -> Path:
    """A delivery of two dossiers in one parcel; the first may be spoilt."""
    return shutil.copytree(mould, tmp_path / "disk")


def first(disk: Path) -> Path:
    """Return the package of the first dossier."""
    return next(iter(sorted((disk / "parcels").rglob(f"{FIRST}.1.pdf")))).parents[3]


def codes(report: DeliveryReport, dossier: str) -> set[str]:
    return {each.check.code for each in report.dossiers[dossier].findings}


def _in_mets(package: Path, more: str) -> None:
    root = package / "METS.xml"
    text = root.read_text("utf-8")
    end = text.rindex("</")
    root.write_text(text[:end] + more + text[end:], "utf-8")


def deep(package: Path) -> None:
    _in_mets(package, "<a>" * 100_000 + "</a>" * 100_000)


def attribute(package: Path) -> None:
    _in_mets(package, f'<a b="{"x" * (11 << 20)}"/>')


def entities(package: Path) -> None:
    laughs = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))
    root = package / "METS.xml"
    body = root.read_text("utf-8").split("?>", 1)[1]
    root.write_text(f'<!DOCTYPE mets [<!ENTITY a0 "ha">{laughs}]>{body}'.replace("</", "&a9;</", 1), "utf-8")


def description(package: Path) -> None:
    (told,) = package.glob("metadata/descriptive/EAD.xml")
    told.write_text("<ead>" * 200_000 + "</ead>" * 200_000)


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        (deep, "package-mets-not-xml"),
        (attribute, "package-mets-not-xml"),
        (entities, "package-mets-not-xml"),
        (description, "package-ead-not-xml"),
    ],
)
def test_what_a_parser_refuses_is_told_and_holds_up_no_other(
    disk: Path, spoil: Callable[[Path], None], code: str
) -> None:
    spoil(first(disk))

    report = check_delivery(disk, EXPECTING)

    assert code in codes(report, FIRST)
    assert report.dossiers[FIRST].proposal is Proposal.RETURN
    assert max(len(each.check.detail) for each in report.dossiers[FIRST].findings) <= 500
    assert report.dossiers[SECOND].proposal is Proposal.ACCEPT


def swollen(package: Path) -> None:
    _in_mets(package, "<a/>" * ((15 << 20) // 4))  # read twice, which takes 1.2 GB


def slow(package: Path) -> None:
    """Describe many documents at such length that each takes a second or more."""
    folder = next(package.glob("representations/*/metadata/descriptive"))
    first_one = folder / "EAD_DOC_x0.xml"
    first_one.write_text("<ead>" + "<a/>" * (3 << 20) + "</ead>")
    for number in range(1, 20):
        (folder / f"EAD_DOC_x{number}.xml").hardlink_to(first_one)


@pytest.mark.parametrize(
    ("spoil", "seconds", "slugs"),
    [(swollen, 60.0, {"bomb", "crashed"}), (slow, 3.0, {"timed-out"})],
    ids=["memory", "time"],
)
def test_a_package_that_outgrows_its_reader_is_told_and_holds_up_no_other(
    disk: Path, spoil: Callable[[Path], None], seconds: float, slugs: set[str]
) -> None:
    spoil(first(disk))

    report = check_delivery(disk, replace(EXPECTING, limits=replace(LIMITS, seconds_per_file=seconds)))

    (told,) = [each.check for each in report.dossiers[FIRST].findings if each.check.code == "package-unread"]
    assert any(word in told.detail for slug in slugs for word in SAID[slug])
    assert report.dossiers[FIRST].proposal is Proposal.RETURN
    assert report.dossiers[SECOND].proposal is Proposal.ACCEPT


def test_a_package_whose_reader_the_machine_kills_is_no_worse_for_it(
    disk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(package_reading, "look_into", be_killed)

    report = check_delivery(disk, EXPECTING)

    (told,) = [each.check for each in report.dossiers[FIRST].findings if each.check.code == "package-unread"]
    assert told.outcome is Outcome.COULD_NOT_RUN
    assert {one.proposal for one in report.dossiers.values()} == {Proposal.LOOK}


def test_of_faults_without_end_the_first_are_told_and_how_many_there_are(disk: Path) -> None:
    package = first(disk)
    _in_mets(package, '<fileSec><fileGrp USE="x">' + '<file ID="x"/>' * 20_000 + "</fileGrp></fileSec>")

    (found,) = read_packages([_asked(package)], limits=LIMITS)

    assert len(found.package) == MOST_TOLD + 2  # and one of a kind that was cut
    assert found.package[-1].code == "package-more-faults"


def test_of_faults_in_many_packages_a_parcel_is_told_so_many(
    disk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(package_reading, "MOST_OF_PARCEL", 1_500)
    package = first(disk)
    _in_mets(package, '<fileSec><fileGrp USE="x">' + '<file ID="x"/>' * 2_000 + "</fileGrp></fileSec>")

    told = [len(each.package) for each in read_packages([_asked(package)] * 4, limits=LIMITS)]

    assert sum(told) < 1_500 + 40
    assert min(told) > 1  # what kinds, and how many


def _asked(package: Path) -> Asked:
    return Asked(package, None, date(2026, 11, 26), None, {})


def test_a_record_and_page_descriptions_are_read_apart_too(disk: Path) -> None:
    package = first(disk)
    (package / records.PATH).parent.mkdir(exist_ok=True)
    (package / records.PATH).write_bytes(b"[" * (8 << 20))

    (found,) = read_packages([_asked(package)], limits=LIMITS)

    assert [each.code for each in found.words] == ["secret-mark"]
    assert "more than 1500000 values" in found.said.why


def test_a_description_that_cannot_be_read_shows_nothing_in_the_sample() -> None:
    deep_one = b"<ead>" * 200_000

    found = read_descriptions([deep_one, b"<ead><title>A</title></ead>", b""], limits=LIMITS)

    assert found == [{}, {"title": "A"}, {}]


def test_descriptions_that_are_too_large_together_are_not_all_shown() -> None:
    large = b"<ead><title>A</title></ead>" + b" " * (9 << 20)
    small = b"<ead><title>B</title></ead>"
    folder = "representations/rep1/metadata/descriptive"
    told = {"metadata/descriptive/EAD.xml": small, f"{folder}/ead_doc_1.xml": large}
    told |= {f"{folder}/ead_doc_2.xml": large, f"{folder}/ead_doc_3.xml": small}
    files = {path: partial(io.BytesIO, data) for path, data in told.items()}
    item = cast(Item, None)  # nobody asks which it is

    found = described(Opened(item, tuple(map(Document, "123")), 3, "", files), limits=LIMITS)

    assert found.described == {"title": "B"}
    assert [dict(each.described) for each in found.documents] == [{"title": "A"}, {}, {"title": "B"}]


def test_a_foreign_package_that_outgrows_its_reader_stays_behind_and_the_others_are_taken(
    disk: Path, tmp_path: Path
) -> None:
    parcel = next((disk / "parcels").iterdir())
    shutil.copytree(parcel / "data", tmp_path / "came")
    (spoilt,) = [each for each in (tmp_path / "came").iterdir() if each.name == first(disk).name]
    swollen(spoilt)

    found = recognise(tmp_path / "came", "/disk", limits=LIMITS)

    assert [each.code for each in found.faults] == ["package-unread"]
    assert {each.dossier for each in found.scans} == {SECOND}


def test_threads_check_at_once_as_the_desk_does(disk: Path) -> None:
    told: list[DeliveryReport] = []
    many = [threading.Thread(target=lambda: told.append(check_delivery(disk, EXPECTING))) for _ in range(3)]

    for one in many:
        one.start()
    for one in many:
        one.join()

    assert {one.proposal for report in told for one in report.dossiers.values()} == {Proposal.ACCEPT}
    assert len(told) == 3


def test_names_that_are_no_text_or_speak_to_terminals_are_told_harmlessly(
    disk: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    names = (b"\xff.pdf", "\x1b[2J\n  kết luận: đạt".encode(), "\u202efdp.exe".encode())
    for name in names:
        Path(os.fsdecode(os.fsencode(first(disk)) + b"/" + name)).write_bytes(b"x")

    report = check_delivery(disk, EXPECTING)
    for each in report.faults:
        say_check(each.check)
    told = capsys.readouterr().out
    kept = json.dumps(plain(report), ensure_ascii=False)

    assert report.dossiers[FIRST].proposal is Proposal.RETURN
    assert "\\udcff.pdf" in told
    assert not {"\x1b", "\u202e"} & set(told + kept)
    assert "\n  kết luận" not in told
    assert kept.encode()
