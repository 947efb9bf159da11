"""What broke off when something was held is ended later, and one thing that fails keeps nothing else back."""

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from catalog import schema, secret_mark
from catalog.identifiers import ObjectKey, PageId, SourceFileId
from luutru import withholding
from luutru.bootstrap import Archive
from luutru.errors import BackendError
from luutru.pipeline import sweep_quay
from luutru.withholding import finish_withholding
from storage.object_store import ObjectNotFound, ObjectReferenced, StorageUnavailable
from tests.api.stock import make
from tests.faults.workplace import new_archive


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    """An archive without records."""
    made = new_archive(tmp_path / "home")
    yield made
    made.close()


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
    stock = make(tmp_path / "home")
    archive = stock.archive
    with archive.register.read() as conn:
        page = schema.page.c
        one = conn.execute(select(page.id, page.source_file_id).where(page.published.is_(True))).first()
    assert one is not None
    withholding.hold_file(archive, SourceFileId(one.source_file_id), secret_mark.KNOWN_BYTES)
    late = withholding.pictures(archive).get(PageId(one.id), "0-160", lambda: b"drawn while it was held")

    sweep_quay(archive)

    assert not late.exists()
    archive.close()
