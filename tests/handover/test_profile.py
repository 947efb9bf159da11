"""Which packages a handover is sealed with is chosen once; those of the circular alone say what they lack."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from catalog import transfer as transfers
from catalog.identifiers import TransferId
from handover import sealing
from handover.bag_check import check_bag
from handover.outcome import Outcome
from handover.package_check import check_package, deviations
from handover.profile import CSIP, TT05, ProfileUnknown
from handover.receiving import Expecting, check_delivery
from handover.report import Proposal
from handover.sealing import ProfileFixed, ProfileNotForRoute
from handover.sending import ProfileNotForLine, send
from tests.catalog.archive import SYSTEM
from tests.catalog.conftest import migrated_file as migrated_file
from tests.handover.sealing_house import SMALL, House, files
from tests.handover.sealing_house import house as house


def seal(house: House, which: TransferId, profile: str | None) -> sealing.Sealing:
    return sealing.seal(
        house.register,
        house.store,
        house.giver,
        SYSTEM,
        which,
        version="1",
        limits=SMALL,
        by_profile=profile,
    )


class Nowhere:
    """A line on which nothing is ever asked."""

    def ask(
        self, method: str, path: str, body: bytes = b"", headers: Mapping[str, str] | None = None
    ) -> dict[str, Any]:
        raise AssertionError(f"asked {method} {path}")


def test_by_the_circulars_profile_pdfs_and_descriptions_go_alone(house: House, tmp_path: Path) -> None:
    which = house.draft(house.fill(2, documents=2))

    done = seal(house, which, TT05.name)
    first, second = house.export(which, tmp_path / "1"), house.export(which, tmp_path / "2")

    assert files(first) == files(second)
    packages = sorted(first.glob("parcels/*/data/*uuid-*"))
    assert len(packages) == 2
    for package in packages:
        names = {path.relative_to(package).as_posix() for path in package.rglob("*") if path.is_file()}
        assert {name.rsplit(".", 1)[-1] for name in names if "/data/" in name} == {"pdf"}
        assert "documentation/luutru.json" not in names
        assert "mdtype-dc" in deviations(package)
        assert [fault.code for fault in check_package(package).faults if "field" not in fault.code] == []
    for parcel in first.glob("parcels/*"):
        assert check_bag(parcel).outcome is Outcome.PASSED
    assert (done.transfer.frame or {})["profile"] == "tt05-2025"


def test_what_was_begun_by_one_profile_is_not_gone_on_with_by_another(house: House) -> None:
    which = house.draft(house.fill(1))
    seal(house, which, TT05.name)

    with pytest.raises(ProfileFixed):
        seal(house, which, CSIP.name)

    assert (seal(house, which, None).transfer.frame or {})["profile"] == "tt05-2025"


def test_a_profile_that_nobody_knows_leaves_the_draft_a_draft(house: House) -> None:
    which = house.draft(house.fill(1))

    with pytest.raises(ProfileUnknown):
        seal(house, which, "tt05-2026")

    with house.register.read() as conn:
        assert transfers.find(conn, house.giver, which).state.value == "draft"


def test_another_luu_tru_is_told_what_lacks_before_it_decides(house: House, tmp_path: Path) -> None:
    which = house.draft(house.fill(1))
    seal(house, which, TT05.name)
    place = house.export(which, tmp_path / "out")

    report = check_delivery(place, Expecting(virus=None, content=False))

    (dossier,) = (one for parcel in report.parcels for one in parcel.dossiers)
    assert dossier.proposal is Proposal.RETURN
    assert "package-without-record" in {found.check.code for found in dossier.findings}
    with pytest.raises(ProfileNotForLine):
        send(house.register, house.store, house.giver, which, Nowhere())


def test_inside_one_installation_all_of_it_stays(house: House) -> None:
    which = house.draft(house.fill(1), route="inside")

    with pytest.raises(ProfileNotForRoute):
        seal(house, which, TT05.name)

    with house.register.read() as conn:
        assert transfers.find(conn, house.giver, which).state.value == "draft"
