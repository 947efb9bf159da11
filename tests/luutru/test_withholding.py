"""What broke off when something was held is ended later, and one thing that fails keeps nothing else back."""

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from catalog import schema, secret_mark, work
from catalog.identifiers import ObjectKey, PageId, SourceFileId
from catalog.source_file import SourceFile
from luutru import binding, withholding
from luutru.bootstrap import Archive
from luutru.errors import BackendError
from luutru.pipeline import sweep_quay
from luutru.withholding import finish_withholding
from storage.object_store import ObjectNotFound, ObjectReferenced, StorageUnavailable
from storage.putting import putting
from storage.quay import QuayName
from tests.api.stock import make
from tests.faults.workplace import new_archive


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    """An archive without records."""
    made = new_archive(tmp_path / "home")
    yield made
    made.close()


def stocked(place: Path) -> tuple[Archive, PageId, SourceFileId]:
    """Return an archive with records, a page that can be seen, and its file."""
    archive = make(place / "home").archive
    with archive.register.read() as conn:
        page = schema.page.c
        one = conn.execute(select(page.id, page.source_file_id).where(page.published.is_(True))).first()
    assert one is not None
    return archive, PageId(one.id), SourceFileId(one.source_file_id)


def to_erase(archive: Archive) -> set[ObjectKey]:
    with archive.register.read() as conn:
        return set(secret_mark.to_erase(conn, archive.system))


def kept(archive: Archive, *pieces: bytes) -> list[ObjectKey]:
    """Keep pieces that are to be erased; return their keys."""
    keys = [archive.store.put(io.BytesIO(piece)).key for piece in pieces]
    with archive.register.write() as conn:
        conn.execute(schema.to_erase.insert(), [{"key": key} for key in keys])
    return keys


def test_a_key_that_cannot_be_erased_keeps_no_other_back_nor_the_quay_unswept(
    archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    stuck, needed, free = kept(archive, b"one", b"two", b"three")
    real = type(archive.store).erase

    def erase(store: Any, key: ObjectKey) -> None:
        if key == stuck:
            raise StorageUnavailable("the disk failed")
        if key == needed:
            raise ObjectReferenced("a record came to stand on it")
        real(store, key)

    monkeypatch.setattr(type(archive.store), "erase", erase)
    landed = archive.quay.land(io.BytesIO(b"nobody registered this"), limit_bytes=100)

    with pytest.raises(BackendError):
        finish_withholding(archive)
    swept = sweep_quay(archive, older_seconds=0.0)

    assert to_erase(archive) == {stuck}
    assert (swept, landed.name in set(archive.quay.names())) == (1, False)
    assert archive.store.size(needed) == 3
    with pytest.raises(ObjectNotFound):
        archive.store.size(free)


def test_pictures_of_what_is_held_go_again_whenever_the_quay_is_swept(tmp_path: Path) -> None:
    archive, page, file = stocked(tmp_path)
    withholding.hold_file(archive, file, secret_mark.KNOWN_BYTES)
    late = withholding.pictures(archive).get(page, "0-160", lambda: b"drawn while it was held")

    sweep_quay(archive)

    assert not late.exists()
    archive.close()


def test_what_was_put_in_vain_while_its_file_was_held_is_erased(tmp_path: Path) -> None:
    archive, page, file = stocked(tmp_path)
    with archive.register.write() as conn:
        paper = schema.document
        conn.execute(paper.update().where(paper.c.source_file_id == file).values(state="waiting"))
        claim = work.claim(conn, archive.system, owner="w")
    assert claim is not None
    assert claim.stage is work.Stage.BIND
    with binding.binding_order(archive, claim) as (order, found):
        (order.folder / "document.pdf").write_bytes(b"a PDF with the page")
        for item in found.pages:
            (order.folder / f"{item.number}.xml").write_bytes(f"words of {item.id}".encode())
        withholding.hold_file(archive, file, secret_mark.KNOWN_BYTES)
        before = set(archive.store.keys())

        with pytest.raises(work.ClaimLost):
            binding.record_binding(archive, claim, order, found)

    assert page in {item.id for item in found.pages}
    sweep_quay(archive)
    assert set(archive.store.keys()) == before
    archive.close()


def test_what_was_swept_from_the_quay_before_the_hold_is_put_there_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive, _page, file = stocked(tmp_path)
    real = withholding._land_again
    swept: list[QuayName] = []

    def land(archive: Archive, one: SourceFile) -> QuayName:
        name = real(archive, one)
        if not swept:
            swept.append(name)
            archive.quay.release(name)
        return name

    monkeypatch.setattr(withholding, "_land_again", land)

    withholding.hold_file(archive, file, secret_mark.KNOWN_BYTES)

    with archive.register.read() as conn:
        one = schema.source_file.c
        name = conn.execute(select(one.quay_name).where(one.id == file)).scalar_one()
    assert swept != [name]
    assert archive.quay.size(QuayName(name)) > 0
    archive.close()


class Killed(BaseException):
    """What the machine does to a worker; no `except Exception` sees it."""


def test_what_was_put_by_a_worker_that_was_killed_is_erased_where_its_page_is_held(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive, _page, file = stocked(tmp_path)
    with archive.register.write() as conn:
        paper = schema.document
        conn.execute(paper.update().where(paper.c.source_file_id == file).values(state="waiting"))
        claim = work.claim(conn, archive.system, owner="w")
    assert claim is not None
    before = set(archive.store.keys())
    real = type(archive.store).put_file

    def put_file(store: Any, path: Path) -> Any:
        real(store, path)
        raise Killed

    monkeypatch.setattr(type(archive.store), "put_file", put_file)
    with binding.binding_order(archive, claim) as (order, found):
        (order.folder / "document.pdf").write_bytes(b"a PDF with the page")
        for item in found.pages:
            (order.folder / f"{item.number}.xml").write_bytes(f"words of {item.id}".encode())
        with pytest.raises(Killed):
            binding.record_binding(archive, claim, order, found)
    assert len(set(archive.store.keys()) - before) == 1
    sweep_quay(archive, older_seconds=0.0)
    assert len(set(archive.store.keys()) - before) == 1  # nothing is against it yet

    withholding.hold_file(archive, file, secret_mark.KNOWN_BYTES)
    sweep_quay(archive, older_seconds=0.0)

    assert set(archive.store.keys()) < before
    monkeypatch.setattr(withholding, "PUT_SECONDS", 0.0)
    sweep_quay(archive, older_seconds=0.0)
    assert list(archive.quay.putting.names()) == []
    archive.close()


def test_a_note_goes_where_what_was_put_came_to_be_recorded(tmp_path: Path) -> None:
    archive, _page, file = stocked(tmp_path)
    with archive.register.read() as conn:
        key = conn.execute(
            select(schema.source_file.c.object_key).where(schema.source_file.c.id == file)
        ).scalar_one()
    with pytest.raises(Killed), putting(archive.quay.putting, {key: [file]}):
        raise Killed

    sweep_quay(archive, older_seconds=0.0)

    assert list(archive.quay.putting.names()) == []
    assert archive.store.size(ObjectKey(key)) > 0
    archive.close()


def test_a_note_goes_where_nothing_was_put_after_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    archive, _page, file = stocked(tmp_path)
    with pytest.raises(Killed), putting(archive.quay.putting, {"0" * 64: [file]}):
        raise Killed
    sweep_quay(archive, older_seconds=0.0)
    assert len(list(archive.quay.putting.names())) == 1  # its bytes may still be coming

    monkeypatch.setattr(withholding, "PUT_SECONDS", 0.0)
    sweep_quay(archive, older_seconds=0.0)

    assert list(archive.quay.putting.names()) == []
    archive.close()
