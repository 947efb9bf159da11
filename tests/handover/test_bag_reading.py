"""Lists and signatures of strangers are read apart: what ends their reader, or the machine does, is told."""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from handover import bag, bag_reading, signature_reading
from handover.bag_check import PARCEL, check_bag, payload_rows
from handover.bag_reading import read_bag
from handover.outcome import LEFT, Outcome
from handover.receiving import Expecting, check_delivery
from handover.report import DeliveryReport, Level, Proposal
from handover.signature_reading import read_signature
from handover.trust import NOBODY
from ingest.limits import MIB, Limits
from tests.handover import deliveries
from tests.handover.deliveries import RECEIVER
from tests.handover.killed import be_killed, sleep

LIMITS = Limits(seconds_per_file=250.0, memory_bytes=1200 * MIB)
EXPECTING = Expecting(offices=RECEIVER, virus=None, content=False, limits=LIMITS)


@pytest.fixture(scope="module")
def mould(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("mould")
    deliveries.make(place, ((1,), (2,)))
    return place


@pytest.fixture
def disk(mould: Path, tmp_path: Path) -> Path:
    """A delivery of two parcels; the first may be spoilt."""
    return shutil.copytree(mould, tmp_path / "disk")


def first(disk: Path) -> Path:
    return sorted((disk / "parcels").iterdir())[0]


def proposed(report: DeliveryReport) -> list[Proposal]:
    return [one.proposal for parcel in report.parcels for one in parcel.dossiers]


def unread(report: DeliveryReport) -> set[tuple[str, Outcome]]:
    every = [each for parcel in report.parcels for one in parcel.dossiers for each in one.findings]
    return {(one.check.code, one.check.outcome) for one in every if one.level is Level.R2}


def test_a_good_bag_is_read_as_it_is(disk: Path) -> None:
    found = read_bag(first(disk), "p", PARCEL, limits=LIMITS)

    assert found.checks == check_bag(first(disk), PARCEL).checks
    assert found.rows == payload_rows(first(disk))
    assert (found.wrong, found.listed, found.unread) == (frozenset(), True, None)


def test_a_list_that_fills_any_memory_ends_its_reader_and_holds_up_no_other_parcel(disk: Path) -> None:
    (first(disk) / bag.MANIFEST).write_bytes(b"x\n" * (20 << 20))

    report = check_delivery(disk, EXPECTING)

    assert proposed(report) == [Proposal.RETURN, Proposal.ACCEPT]
    assert ("bag-unread", Outcome.FAILED) in unread(report)


def test_a_bag_whose_reader_the_machine_kills_is_no_worse_for_it_and_not_proven(
    disk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bag_reading, "look_into", be_killed)

    report = check_delivery(disk, EXPECTING)

    assert proposed(report) == [Proposal.LOOK, Proposal.LOOK]
    assert unread(report) == {("bag-unread", Outcome.COULD_NOT_RUN)}


def test_nobody_says_of_a_bag_that_was_not_read_that_it_is_safe(
    disk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bag_reading, "look_into", be_killed)

    report = check_delivery(disk, EXPECTING)

    told = [each.check for parcel in report.parcels for each in parcel.findings if each.level is Level.R1]
    assert {(each.code, each.outcome) for each in told} == {("safe", Outcome.COULD_NOT_RUN)}


def test_a_bag_that_outlives_its_time_is_at_no_fault_and_not_asked_again_by_itself(
    disk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bag_reading, "look_into", sleep)
    monkeypatch.setattr(bag_reading, "SECONDS_PER_FILE", 0.0)

    found = read_bag(first(disk), "p", PARCEL, limits=replace(LIMITS, seconds_per_file=1.0))

    assert found.unread is not None
    assert (found.unread.outcome, found.unread.unread) == (Outcome.COULD_NOT_RUN, LEFT)
    assert "within" in found.unread.detail


def time_of(folder: Path, monkeypatch: pytest.MonkeyPatch) -> float:
    """Return the seconds that the reader of a bag has."""
    asked: list[float] = []

    def read(*_what: object, seconds: Callable[[object], float], **_more: object) -> Iterator[object]:
        asked.append(seconds([folder]))
        yield [], [], [], True

    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(bag_reading, "read_apart", read)
        read_bag(folder, "p", PARCEL, limits=LIMITS)
    return asked[0]


def test_the_time_for_a_bag_grows_with_its_files_and_not_with_their_bytes_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(100):
        (tmp_path / f"{number}.txt").write_bytes(b"")

    many = time_of(tmp_path, monkeypatch)

    assert many == pytest.approx(LIMITS.seconds_per_file + 100 * bag_reading.SECONDS_PER_FILE)


@pytest.mark.parametrize("most", ["MOST_ROWS", "MOST_CHECKS"])
def test_of_a_bag_with_too_much_in_it_nothing_is_taken_for_true(
    disk: Path, monkeypatch: pytest.MonkeyPatch, most: str
) -> None:
    monkeypatch.setattr(bag_reading, most, 1)
    for name in ("one.txt", "two.txt"):
        (first(disk) / "data" / name).write_bytes(b"nobody listed it")

    ((checks, rows, _wrong, _listed),) = bag_reading.look_into([first(disk)], "p", PARCEL, limits=LIMITS)

    assert rows == []
    assert Outcome.FAILED.value in {outcome for _code, outcome, *_rest in checks}


def test_a_signature_whose_reader_the_machine_kills_is_neither_good_nor_bad(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    bent = read_signature(b"list", b"\x30\x80", NOBODY, expected_office=None, tsr=None, subject="x")
    monkeypatch.setattr(signature_reading, "verify", be_killed)

    (found,) = read_signature(b"list", b"\x30\x80", NOBODY, expected_office=None, tsr=None, subject="x")

    assert [each.code for each in bent] == ["signature-unreadable"]
    assert (found.code, found.outcome) == ("signature-unread", Outcome.COULD_NOT_RUN)
