"""What comes is looked at on seven levels, with a word for each dossier (tampering: test_tampering)."""

import hashlib
import io
import shutil
import tarfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from handover import bag
from handover.outcome import Outcome
from handover.receiving import Expecting, check_delivery
from handover.report import DeliveryReport, Level, Proposal, plain
from handover.virus_scan import scan
from tests.handover import deliveries
from tests.handover.deliveries import RECEIVER, rewrite_lists

EXPECTING = Expecting(offices=RECEIVER, virus=None, content=False)
ALL = [f"H49.64.33.2001.{number}" for number in (1, 2, 3, 4, 5)]


@pytest.fixture(scope="module")
def mould(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("mould")
    deliveries.make(place)
    return place


@pytest.fixture
def disk(mould: Path, tmp_path: Path) -> Path:
    """A delivery of five dossiers in two parcels; may be spoilt."""
    return shutil.copytree(mould, tmp_path / "disk")


def first_parcel(disk: Path) -> Path:
    return sorted((disk / "parcels").iterdir())[0]


def pdf_of(disk: Path, dossier: str) -> Path:
    found: Path = next(iter(sorted((disk / "parcels").rglob(f"{dossier}.1.pdf"))))
    return found


def package_of(disk: Path, dossier: str) -> Path:
    return pdf_of(disk, dossier).parents[3]


def codes(report: DeliveryReport) -> set[str]:
    return {each.check.code for each in report.faults}


def proposed(report: DeliveryReport) -> dict[str, Proposal]:
    return {name: one.proposal for name, one in report.dossiers.items() if name in ALL}


def rest(report: DeliveryReport, *but: str) -> set[Proposal]:
    return {proposal for name, proposal in proposed(report).items() if name not in but}


def test_a_good_delivery_is_proposed_for_acceptance_whole(disk: Path) -> None:
    heard: list[str] = []

    report = check_delivery(
        disk, Expecting(offices=RECEIVER, virus=None), keep=lambda parcel, folder: heard.append(parcel.name)
    )

    assert proposed(report) == dict.fromkeys(ALL, Proposal.ACCEPT)
    assert (report.faults, len(heard)) == ((), 2)


def _byte(disk: Path) -> None:
    file = pdf_of(disk, ALL[0])
    data = bytearray(file.read_bytes())
    data[100] ^= 1
    file.write_bytes(data)


def _rewritten(disk: Path) -> None:
    pdf_of(disk, ALL[0]).write_bytes(deliveries.pdf("forged"))
    rewrite_lists(first_parcel(disk))


def _link(disk: Path) -> None:
    file = pdf_of(disk, ALL[0])
    file.unlink()
    file.symlink_to("/etc/hostname")


@pytest.mark.parametrize(
    ("spoil", "code", "proposal"),
    [
        (_rewritten, "package-digest-other", Proposal.RETURN),
        (_link, "bag-link", Proposal.HOLD),
    ],
)
def test_tampering_with_one_dossier_holds_up_that_one_alone(
    disk: Path, spoil: Callable[[Path], None], code: str, proposal: Proposal
) -> None:
    spoil(disk)

    report = check_delivery(disk, EXPECTING)

    assert code in codes(report)
    assert proposed(report)[ALL[0]] is proposal
    assert rest(report, ALL[0]) == {Proposal.ACCEPT}


def test_a_list_written_anew_is_named_though_the_bag_is_valid(disk: Path) -> None:
    _rewritten(disk)

    report = check_delivery(disk, EXPECTING)

    assert "parcel-digest-other" in codes(report)
    assert not {code for code in codes(report) if code.startswith("bag-")}


def test_a_dossier_that_nobody_announced_is_held(disk: Path) -> None:
    package = package_of(disk, ALL[0])
    strange = package.with_name("uuid-00000000-0000-0000-0000-000000000000")
    shutil.copytree(package, strange)
    rewrite_lists(first_parcel(disk))

    report = check_delivery(disk, EXPECTING)

    assert "dossier-not-announced" in codes(report)
    assert report.dossiers[strange.name].proposal is Proposal.HOLD
    assert rest(report) == {Proposal.ACCEPT}


def test_a_dossier_that_is_not_there_is_missing(disk: Path) -> None:
    shutil.rmtree(package_of(disk, ALL[0]))

    report = check_delivery(disk, EXPECTING)

    assert "dossier-lacks" in codes(report)
    assert proposed(report)[ALL[0]] is Proposal.MISSING
    assert rest(report, ALL[0]) == {Proposal.ACCEPT}


def test_a_listed_path_that_leaves_the_bag_is_not_followed(disk: Path) -> None:
    parcel = first_parcel(disk)
    with (parcel / bag.MANIFEST).open("a") as manifest:
        manifest.write(f"{'0' * 64}  data/../../../../etc/hostname\n")

    report = check_delivery(disk, EXPECTING)

    assert "bag-path-unsafe" in codes(report)
    assert rest(report) == {Proposal.ACCEPT}


def packed(parcel: Path, *more: tuple[str, bytes]) -> Path:
    """Return the parcel as a tar instead of its folder, with more in it."""
    target = parcel.with_name(f"{parcel.name}.tar")
    with tarfile.open(target, "w") as tar:
        tar.add(parcel, arcname=parcel.name)
        for name, data in more:
            info = tarfile.TarInfo(name)
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
    shutil.rmtree(parcel)
    return target


def test_a_parcel_may_come_as_a_tar(disk: Path) -> None:
    packed(first_parcel(disk))

    report = check_delivery(disk, EXPECTING)

    assert (codes(report), rest(report)) == (set(), {Proposal.ACCEPT})


# --- what is not tampering ------------------------------------------------------------------------------


def test_a_parcel_that_another_route_may_bring_is_awaited_and_no_fault(disk: Path) -> None:
    shutil.rmtree(first_parcel(disk))

    report = check_delivery(disk, EXPECTING)

    assert report.faults == ()
    assert {proposed(report)[name] for name in ALL[:3]} == {Proposal.AWAITED}


def test_what_is_for_another_office_is_held(disk: Path) -> None:
    report = check_delivery(disk, replace(EXPECTING, offices=frozenset({"H49.64.99"})))

    assert codes(report) == {"addressee-other"}
    assert rest(report) == {Proposal.HOLD}


def test_a_parcel_that_was_taken_before_is_known_again(disk: Path) -> None:
    parcel = first_parcel(disk)
    digest = hashlib.sha256((parcel / bag.TAG_MANIFEST).read_bytes()).hexdigest()

    report = check_delivery(disk, replace(EXPECTING, settled={parcel.name: digest}))

    assert "parcel-known" in {each.check.code for each in report.parcels[0].findings}
    assert rest(report) == {Proposal.ACCEPT}


def test_another_parcel_under_the_name_of_one_taken_before_is_held(disk: Path) -> None:
    report = check_delivery(disk, replace(EXPECTING, settled={first_parcel(disk).name: "0" * 64}))

    assert "parcel-other-before" in codes(report)
    assert {proposed(report)[name] for name in ALL[3:]} == {Proposal.ACCEPT}


def test_the_sample_is_drawn_from_the_digest_and_waits_for_a_person(disk: Path) -> None:
    once, again = check_delivery(disk, EXPECTING), check_delivery(disk, EXPECTING)
    drawn = {name: one.sample for name, one in once.dossiers.items()}

    looked_at = check_delivery(
        disk, replace(EXPECTING, inspected=frozenset(name for names in drawn.values() for name in names))
    )

    assert drawn == {name: one.sample for name, one in again.dossiers.items()}
    assert _ends(once, Level.R7) == {Outcome.NOT_ASKED}
    assert _ends(looked_at, Level.R7) == {Outcome.PASSED}


def _ends(report: DeliveryReport, level: Level) -> set[Outcome]:
    return {
        each.check.outcome for one in report.dossiers.values() for each in one.findings if each.level is level
    }


@pytest.mark.parametrize(
    ("name", "data", "code"),
    [
        ("pdf", b"%PDF-1.7\nthis is no pdf\n%%EOF\n", "file-damaged"),
        ("pdf", deliveries.tiff(7), "format-not-its-name"),
        ("tif", deliveries.tiff(7)[:60], "file-damaged"),
        ("pdf", b"", "file-empty"),
    ],
    ids=["no pdf", "a picture", "cut", "empty"],
)
def test_a_file_that_is_not_what_it_says_is_named(tmp_path: Path, name: str, data: bytes, code: str) -> None:
    deliveries.make(tmp_path, ((1, 2),))
    file = pdf_of(tmp_path, ALL[0])
    if name == "tif":
        file = file.parents[2] / "rep2" / "data" / f"{file.stem}.tif"
    file.write_bytes(data)

    report = check_delivery(tmp_path, Expecting(offices=RECEIVER, virus=None))

    assert code in codes(report)
    assert proposed(report)[ALL[1]] is Proposal.ACCEPT


def test_where_there_is_no_scanner_nobody_says_that_there_is_no_virus(disk: Path) -> None:
    checks = scan(disk, programs=("no-such-scanner",))

    assert [check.outcome for check in checks] == [Outcome.COULD_NOT_RUN]


def test_what_a_scanner_finds_is_told_by_file(disk: Path, tmp_path: Path) -> None:
    file = pdf_of(disk, ALL[0])
    program = tmp_path / "clamscan"
    program.write_text(
        f'#!/bin/sh\ncase "$*" in *P0001*) echo "{file}: Eicar-Test-Signature FOUND"; exit 1;; esac\n'
    )
    program.chmod(0o755)

    report = check_delivery(
        disk, replace(EXPECTING, virus=lambda place: scan(place, programs=(str(program),)))
    )

    assert "virus" in codes(report)
    assert proposed(report)[ALL[0]] is Proposal.HOLD
    assert rest(report, ALL[0]) == {Proposal.ACCEPT}


def test_the_report_goes_out_as_json(disk: Path) -> None:
    import json

    _byte(disk)

    told = json.loads(json.dumps(plain(check_delivery(disk, EXPECTING))))

    assert told["outcome"] == "failed"
    assert told["parcels"][0]["dossiers"][0]["proposal"] == "return"
