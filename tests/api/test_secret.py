"""What is held for a secret mark: the custodian decides on it, others learn that something is held."""

import io
import re

import pytest

from catalog import people, secret_mark
from catalog.access import Role
from catalog.batch import create, find
from catalog.fonds import add as add_fonds
from catalog.fonds import find as find_fonds
from catalog.identifiers import SourceFileId
from catalog.secret_mark import Found
from ingest.receive import enter
from luutru.withholding import hold_file
from tests.api.conftest import Enter
from tests.api.stock import Stock

NAME = "kehoach-quynhxuong.pdf"


@pytest.fixture
def held(empty: Stock) -> SourceFileId:
    """A file of a unit's fonds, held; a person who is custodian there."""
    archive = empty.archive
    with archive.register.write() as conn:
        add_fonds(conn, archive.system, "BCH", unit=empty.an_lac, to_confirm=False)
        fonds = find_fonds(conn, archive.system, "BCH")
        batch = create(conn, archive.system, "Lô 7", fonds, origin="upload:Lô 7")
        person = people.find(conn, archive.system, "tam")
        people.grant(conn, archive.system, person.id, Role.CUSTODIAN, empty.an_lac)
    with archive.register.read() as conn:
        found = find(conn, archive.system, batch)
    landed = archive.quay.land(io.BytesIO(b"%PDF-1.7 TOI MAT"), limit_bytes=100)
    entered = enter(
        landed, origin=f"upload:Lô 7/{NAME}", path=NAME, box="Hộp 3", dossier_label="Hồ sơ 9",
        register=archive.register, scope=archive.system, quay=archive.quay, batch=found, fonds=fonds,
    )  # fmt: skip
    assert entered.source_file is not None
    hold_file(archive, entered.source_file, Found(1, "TỐI MẬT", 0.9, "coloured"))
    return entered.source_file


def test_only_the_custodian_sees_it_and_sees_no_name(held: SourceFileId, enter_empty: Enter) -> None:
    seen = enter_empty("tam").get("/secret")
    others = [enter_empty(name).get("/secret") for name in ("quantri", "lan")]

    assert seen.status_code == 200
    assert "TỐI MẬT" in seen.text
    assert all(word in seen.text for word in ("BCH", "Hộp 3", "Hồ sơ 9"))
    assert NAME not in seen.text
    assert [answer.status_code for answer in others] == [403, 403]
    assert "Dấu mật" not in others[0].text


def test_the_batch_counts_it_and_names_nothing(held: SourceFileId, enter_empty: Enter) -> None:
    admin = enter_empty("quantri")
    batch = re.search(r"/batches/(\w{32})", admin.get("/batches").text)
    assert batch is not None

    page = admin.get(f"/batches/{batch[1]}").text
    state = admin.get(f"/api/v1/batches/{batch[1]}").json()

    assert "Giữ lại chờ xử lý (dấu mật)" in page
    assert NAME not in page
    assert (state["secret_files"], state["held"], state["refused"]) == (1, [], [])


def test_to_wipe_needs_reason_and_instrument_and_leaves_nothing_on_the_quay(
    held: SourceFileId, enter_empty: Enter, empty: Stock
) -> None:
    tam = enter_empty("tam")

    without = tam.post(f"/secret/{held}/wipe", data={"reason": "có dấu"})
    done = tam.post(f"/secret/{held}/wipe", data={"reason": "có dấu", "instrument": "BB 02/BB"})

    assert (without.status_code, done.status_code) == (400, 303)
    assert list(empty.archive.quay.names()) == []
    assert list(empty.archive.quay.held.names()) == []
    assert "BB 02/BB" in tam.get("/secret").text


def test_a_released_file_has_its_name_back(held: SourceFileId, enter_empty: Enter, empty: Stock) -> None:
    answer = enter_empty("tam").post(f"/secret/{held}/release", data={"reason": "không phải dấu"})

    with empty.archive.register.read() as conn:
        [file] = secret_mark.copies(conn, empty.archive.system, held)
    assert answer.status_code == 303
    assert (file.path, file.state, file.code) == (NAME, "received", None)


def test_others_can_neither_release_nor_wipe_nor_try_it_again(held: SourceFileId, enter_empty: Enter) -> None:
    admin = enter_empty("quantri")

    answers = [
        admin.post(f"/secret/{held}/release", data={"reason": "x"}),
        admin.post(f"/secret/{held}/wipe", data={"reason": "x", "instrument": "y"}),
        admin.post(f"/files/{held}/retry"),
    ]

    assert [answer.status_code for answer in answers] == [404, 404, 409]
