"""Files come in whole or in pieces, and nothing that was acknowledged is lost or doubled."""

import hashlib
import io
import re
import resource
import threading
import time
from collections.abc import Iterator

import httpx
import pytest

from catalog import source_file
from catalog.identifiers import BatchId
from storage.object_store import StorageUnavailable
from storage.quay import Quay
from tests.api.conftest import Enter
from tests.api.stock import Stock, as_jpeg, sheets, work_through

MIB = 1 << 20


@pytest.fixture
def lan(enter_empty: Enter) -> httpx.Client:
    """The archivist of An Lạc."""
    return enter_empty("lan")


@pytest.fixture
def batch(lan: httpx.Client) -> str:
    """An open batch."""
    return str(lan.post("/api/v1/batches", json={"fonds": "ANLAC", "name": "Hộp 7"}).json()["batch"])


def files_of(stock: Stock, batch: str) -> list[source_file.SourceFile]:
    with stock.archive.register.read() as conn:
        return source_file.files(conn, stock.archive.system, BatchId(batch))


class TestAWholeFile:
    def test_is_on_the_quay_and_registered_when_the_answer_comes(
        self, lan: httpx.Client, batch: str, empty: Stock
    ) -> None:
        answer = lan.put(f"/api/v1/batches/{batch}/files/Hồ sơ 1/trang 1.jpg", content=b"some bytes")

        [file] = files_of(empty, batch)
        assert answer.status_code == 201
        assert answer.json()["received"] is True
        assert (file.path, file.size) == ("Hồ sơ 1/trang 1.jpg", 10)
        assert file.sha256 == hashlib.sha256(b"some bytes").hexdigest()
        assert len(list(empty.archive.quay.names())) == 1

    def test_sent_again_is_the_same_file(self, lan: httpx.Client, batch: str, empty: Stock) -> None:
        first = lan.put(f"/api/v1/batches/{batch}/files/a.jpg", content=b"some bytes")
        again = lan.put(f"/api/v1/batches/{batch}/files/a.jpg", content=b"some bytes")
        other = lan.put(f"/api/v1/batches/{batch}/files/a.jpg", content=b"other bytes")

        assert [a.status_code for a in (first, again, other)] == [201, 200, 201]
        assert again.json()["again"] is True
        assert len(files_of(empty, batch)) == 2
        assert len(list(empty.archive.quay.names())) == 2

    @pytest.mark.parametrize(
        ("trouble", "status"), [(StorageUnavailable("the disk is away"), 503), (ValueError("a fault"), 500)]
    )
    def test_that_cannot_be_taken_is_logged_without_its_name(
        self,
        lan: httpx.Client,
        batch: str,
        monkeypatch: pytest.MonkeyPatch,
        caplog: pytest.LogCaptureFixture,
        trouble: Exception,
        status: int,
    ) -> None:
        def fails(*_given: object, **_named: object) -> None:
            raise trouble

        monkeypatch.setattr(Quay, "begin", fails)

        answer = lan.put(f"/api/v1/batches/{batch}/files/ong Ba.jpg", content=b"x")

        assert answer.status_code == status
        assert "/files/{path" in caplog.text
        assert "Ba.jpg" not in caplog.text

    @pytest.mark.parametrize(
        "path", ["../a.pdf", "a/../../b.pdf", "a//b.pdf", "a\\b.pdf", "a\x07.pdf", "x" * 1200]
    )
    def test_under_a_name_that_leads_out_of_the_batch_is_refused(
        self, lan: httpx.Client, batch: str, empty: Stock, path: str
    ) -> None:
        answer = lan.post(f"/api/v1/batches/{batch}/uploads", json={"path": path, "size": 3})

        assert answer.status_code == 400
        assert files_of(empty, batch) == []

    def test_into_somebody_elses_batch_is_refused(self, batch: str, enter_empty: Enter, empty: Stock) -> None:
        for name in ("minh", "tam"):
            answer = enter_empty(name).put(f"/api/v1/batches/{batch}/files/a.jpg", content=b"x")

            assert answer.status_code in (403, 404)
        assert list(empty.archive.quay.names()) == []

    def test_of_500_megabytes_takes_constant_memory(
        self, lan: httpx.Client, batch: str, empty: Stock
    ) -> None:
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        block = bytes(range(256)) * 4096

        def pieces() -> Iterator[bytes]:
            for _ in range(500):
                yield block

        answer = lan.put(f"/api/v1/batches/{batch}/files/to.tif", content=pieces(), timeout=120)

        grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
        assert answer.status_code == 201, answer.text
        assert files_of(empty, batch)[0].size == 500 * MIB
        assert grown < 64, f"{grown:.0f} MiB more"


class TestAFileInPieces:
    def test_goes_on_where_it_stopped(self, lan: httpx.Client, batch: str, empty: Stock) -> None:
        data = bytes(range(256)) * 1000
        wanted = {"path": "a.pdf", "size": len(data)}
        upload = lan.post(f"/api/v1/batches/{batch}/uploads", json=wanted).json()["upload"]

        patch(lan, upload, 0, data[:100_000])
        begun_again = lan.post(f"/api/v1/batches/{batch}/uploads", json=wanted).json()
        asked = lan.get(f"/api/v1/uploads/{upload}").json()
        last = patch(lan, upload, 100_000, data[100_000:]).json()

        assert (begun_again["upload"], begun_again["offset"]) == (upload, 100_000)
        assert asked["offset"] == 100_000
        assert last["received"] is True
        assert files_of(empty, batch)[0].sha256 == hashlib.sha256(data).hexdigest()

    def test_that_was_scanned_anew_meanwhile_begins_anew(
        self, lan: httpx.Client, batch: str, empty: Stock
    ) -> None:
        wanted = {"path": "a.tif", "size": 8}
        begin = f"/api/v1/batches/{batch}/uploads"
        first = lan.post(begin, json={**wanted, "changed": 1000}).json()["upload"]
        patch(lan, first, 0, b"old ")

        second = lan.post(begin, json={**wanted, "changed": 2000}).json()
        patch(lan, second["upload"], 0, b"new scan")

        assert second["offset"] == 0
        assert [file.sha256 for file in files_of(empty, batch)] == [hashlib.sha256(b"new scan").hexdigest()]

    def test_sent_from_a_wrong_place_is_told_so(self, lan: httpx.Client, batch: str) -> None:
        wanted = {"path": "a.pdf", "size": 10}
        upload = lan.post(f"/api/v1/batches/{batch}/uploads", json=wanted).json()["upload"]

        answer = patch(lan, upload, 5, b"12345")

        assert answer.status_code == 409
        assert answer.json()["slug"] == "wrong-offset"

    def test_longer_than_announced_is_refused(self, lan: httpx.Client, batch: str, empty: Stock) -> None:
        wanted = {"path": "a.pdf", "size": 3}
        upload = lan.post(f"/api/v1/batches/{batch}/uploads", json=wanted).json()["upload"]

        answer = patch(lan, upload, 0, b"12345")

        assert answer.status_code == 413
        assert files_of(empty, batch) == []

    def test_whose_line_breaks_keeps_what_came(self, lan: httpx.Client, batch: str) -> None:
        wanted = {"path": "a.pdf", "size": 10 * MIB}
        upload = lan.post(f"/api/v1/batches/{batch}/uploads", json=wanted).json()["upload"]

        def breaks() -> Iterator[bytes]:
            yield b"x" * MIB
            time.sleep(2)  # what has not been taken from the line when it breaks is lost with it
            raise ConnectionError("the cable was pulled")

        with pytest.raises(ConnectionError):
            patch(lan, upload, 0, breaks())

        deadline = time.monotonic() + 10
        while lan.get(f"/api/v1/uploads/{upload}").json()["offset"] < MIB and time.monotonic() < deadline:
            time.sleep(0.05)
        assert lan.get(f"/api/v1/uploads/{upload}").json()["offset"] == MIB

    def test_whose_last_answer_got_lost_can_be_finished_again(
        self, lan: httpx.Client, batch: str, empty: Stock
    ) -> None:
        wanted = {"path": "a.pdf", "size": 4}
        upload = lan.post(f"/api/v1/batches/{batch}/uploads", json=wanted).json()["upload"]
        empty.archive.quay.append(upload, 0, io.BytesIO(b"1234"), limit_bytes=4)
        empty.archive.quay.finish(upload)  # as if killed between the quay and the register

        stands = lan.get(f"/api/v1/uploads/{upload}").json()
        finished = patch(lan, upload, 4, b"")

        assert stands["offset"] == 4
        assert finished.json()["received"] is True
        assert len(files_of(empty, batch)) == 1

    def test_asked_for_again_after_it_was_registered_stays_on_the_quay(
        self, lan: httpx.Client, batch: str, empty: Stock
    ) -> None:
        wanted = {"path": "a.pdf", "size": 4}
        upload = lan.post(f"/api/v1/batches/{batch}/uploads", json=wanted).json()["upload"]
        notes = {note: note.read_bytes() for note in (empty.archive.home / "uploads").iterdir()}
        patch(lan, upload, 0, b"1234")
        for note, said in notes.items():  # as if killed after the register, before the notes went
            note.write_bytes(said)

        again = patch(lan, upload, 4, b"")

        [file] = files_of(empty, batch)
        assert again.json()["received"] is True
        assert list(empty.archive.quay.names()) == [file.quay_name]

    def test_belongs_to_who_began_it(self, lan: httpx.Client, batch: str, enter_empty: Enter) -> None:
        wanted = {"path": "a.pdf", "size": 4}
        upload = lan.post(f"/api/v1/batches/{batch}/uploads", json=wanted).json()["upload"]

        answer = patch(enter_empty("quantri"), upload, 0, b"1234")

        assert answer.status_code == 404

    def test_larger_than_allowed_is_refused_before_it_is_sent(self, lan: httpx.Client, batch: str) -> None:
        answer = lan.post(f"/api/v1/batches/{batch}/uploads", json={"path": "a.pdf", "size": 1 << 50})

        assert answer.status_code == 413


class TestABatch:
    def test_of_an_unknown_fonds_enters_it_to_be_confirmed(self, lan: httpx.Client, empty: Stock) -> None:
        answer = lan.post("/api/v1/batches", json={"fonds": "MOI", "unit": empty.an_lac, "name": "Tủ 3"})

        assert answer.status_code == 201
        assert lan.get(f"/api/v1/batches/{answer.json()['batch']}").json()["fonds"] == "MOI"

    def test_into_which_nothing_new_came_is_taken_back(self, lan: httpx.Client, batch: str) -> None:
        lan.put(f"/api/v1/batches/{batch}/files/a.jpg", content=b"1")
        second = lan.post("/api/v1/batches", json={"fonds": "ANLAC", "name": "Hộp 7"}).json()["batch"]

        again = lan.put(f"/api/v1/batches/{second}/files/a.jpg", content=b"1")

        assert again.json()["again"] is True
        assert lan.post(f"/api/v1/batches/{second}/close").json()["batch"] is None
        assert lan.post(f"/api/v1/batches/{batch}/close").json()["batch"] == batch

    def test_shows_what_got_stuck_and_tries_it_again(
        self, lan: httpx.Client, batch: str, empty: Stock
    ) -> None:
        lan.put(f"/api/v1/batches/{batch}/files/hong.pdf", content=b"%PDF-1.4 nothing")
        lan.post(f"/api/v1/batches/{batch}/close")
        work_through(empty.archive, {})
        page = lan.get(f"/batches/{batch}")
        [file] = lan.get(f"/api/v1/batches/{batch}").json()["refused"]

        retried = lan.post(f"/files/{file['file']}/retry", headers={"HX-Request": "true"})

        assert "Tệp hỏng" in page.text
        assert file["code"] == "damaged"
        assert "Đã xếp lại" in retried.text
        assert files_of(empty, batch)[0].state == "received"

    def test_tells_how_it_goes_until_it_is_done(self, lan: httpx.Client, batch: str, empty: Stock) -> None:
        leaves = sheets(4, matter="nhan-su", abbreviation="CV", paragraphs=4)[:1]
        lan.put(f"/api/v1/batches/{batch}/files/a.jpg", content=as_jpeg(leaves[0]))
        lan.post(f"/api/v1/batches/{batch}/close")
        [file] = files_of(empty, batch)
        work = threading.Thread(target=work_through, args=(empty.archive, {file.id: leaves}))

        seen = []
        with lan.stream("GET", f"/batches/{batch}/progress") as stream:
            work.start()
            for line in stream.iter_lines():
                if line.startswith("event: "):
                    seen.append(line.removeprefix("event: "))
        work.join()

        assert seen[0] == "progress"
        assert seen[-1] == "finished"
        assert "Đã xong" in lan.get(f"/batches/{batch}").text

    def test_from_a_browser_without_scripts(self, lan: httpx.Client, empty: Stock) -> None:
        token = lan.headers.pop("X-CSRF")

        answer = lan.post(
            "/upload/files",
            data={"csrf": token, "fonds": "ANLAC", "name": "Tủ 4"},
            files=[("files", ("một.jpg", b"1")), ("files", ("hai.jpg", b"2"))],
        )

        found = re.fullmatch(r"/batches/(\w{32})", answer.headers["location"])
        assert found is not None
        assert [file.path for file in files_of(empty, found[1])] == ["một.jpg", "hai.jpg"]


def patch(client: httpx.Client, upload: str, offset: int, data: bytes | Iterator[bytes]) -> httpx.Response:
    """Send one piece."""
    return client.patch(f"/api/v1/uploads/{upload}", content=data, headers={"Upload-Offset": str(offset)})
