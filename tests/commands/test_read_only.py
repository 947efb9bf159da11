"""The verbs that only look: search, status, check, read. Their JSON is what others script against."""

import io
import unicodedata
import zipfile
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from catalog import schema
from tests.faults.installation import Installation
from tests.faults.stocked import Stocked

QUERY = "quyền sử dụng đất"


def pages_registered(stocked: Stocked) -> int:
    archive = stocked.installation.open()
    with archive.register.read() as conn:
        found: int = conn.execute(select(func.count()).select_from(schema.source_file)).scalar_one()
    archive.close()
    return found


@pytest.mark.parametrize(
    "query",
    [
        QUERY,
        f'"{QUERY}"',
        "quyen su dung dat",
        unicodedata.normalize("NFD", QUERY),
        "QUYỀN SỬ DỤNG",
        "quyết định -họp",
    ],
)
def test_search_finds_the_page_and_its_copy_however_it_is_typed(stocked: Stocked, query: str) -> None:
    answer = stocked.installation.ask("search", "--json", "--", query)

    assert answer.code == 0
    names = {hit["name"] for hit in answer.json["hits"] if hit["page"]}
    assert names == {"01 Quyết định.png", "01 Quyết định (bản sao).png"}


def test_search_json_has_the_promised_shape(stocked: Stocked) -> None:
    found = stocked.installation.do("search", QUERY, "--json").json

    assert found["total"] == len(found["hits"])
    hit = found["hits"][0]
    assert set(hit) >= {"document", "page", "name", "fonds", "snippet", "score"}
    assert (hit["page"], hit["fonds"]) == (1, "SYT")
    assert "quyền sử dụng đất" in hit["snippet"]
    assert hit["score"] >= found["hits"][-1]["score"] > 0
    assert found["coverage"] == {"pages": 5, "read": 5}


def test_search_before_anything_was_read_says_so(tmp_path: Path) -> None:
    new = Installation(tmp_path / "home")
    new.ask("init")

    told, asked = new.ask("search", "quyết định"), new.do("search", "quyết định", "--json")

    assert (told.code, asked.code, asked.json["total"]) == (0, 0, 0)
    assert "chưa đọc trang nào" in told.out
    assert "reindex" not in told.out + told.err


def test_search_for_nobodys_words_finds_nothing_and_is_no_error(stocked: Stocked) -> None:
    answer = stocked.installation.ask("search", "zzzyyy", "--json")

    assert (answer.code, answer.json["total"], answer.json["hits"]) == (0, 0, [])


def test_search_shows_as_many_hits_as_asked_for(stocked: Stocked) -> None:
    first = stocked.installation.ask("search", QUERY, "--limit", "1", "--json").json
    second = stocked.installation.ask("search", QUERY, "--limit", "1", "--offset", "1", "--json").json

    assert first["total"] == second["total"] == 2
    assert first["hits"] != second["hits"]


def test_search_in_words_names_fonds_page_and_share_read(stocked: Stocked) -> None:
    told = stocked.installation.ask("search", QUERY).out

    assert told.startswith("2 kết quả · đã đọc 5/5 trang")
    assert "SYT · 01 Quyết định.png, trang 1" in told


def test_an_unknown_fonds_is_not_found(stocked: Stocked) -> None:
    answer = stocked.installation.ask("search", QUERY, "--fonds", "KHONG", "--json")

    assert answer.code == 4
    assert answer.json["error"]["code"] == "fonds-not-found"


def test_status_counts_what_the_archive_holds(stocked: Stocked) -> None:
    found = stocked.installation.do("status", "--json").json

    assert found["worker"] is False
    assert found["waiting"] == {"open": 0, "look": 0, "admit": 0, "describe": 0, "bind": 0}
    assert (found["pages"], found["read"]) == (5, 5)
    batch = found["batches"][0]
    assert (batch["batch"], batch["fonds"], batch["finished"]) == (stocked.said["batch"], "SYT", True)
    assert (batch["received"], batch["read"], batch["indexed"], batch["blank"]) == (5, 4, 4, 1)
    assert (batch["held"], batch["refused"]) == (0, 2)


def test_a_batch_that_is_not_there_cannot_be_prioritised(stocked: Stocked) -> None:
    answer = stocked.installation.do("prioritise", "0" * 32, "5", "--json")

    assert answer.code == 4


def test_status_in_words_names_the_batch(stocked: Stocked) -> None:
    told = stocked.installation.ask("status").out

    assert "Máy đọc: đang nghỉ" in told
    assert "Đang chờ: mở tệp 0 · đọc trang 0 · nhập kho 0 · mô tả 0 · lập PDF/A 0" in told
    assert "quét: 5 trang, 4 đã mô tả, 4 tìm được, 0 giữ lại, 2 từ chối · xong" in told


def test_check_of_a_sound_archive_is_clean(stocked: Stocked) -> None:
    answer = stocked.installation.do("check", "--json")

    assert answer.code == 0
    assert answer.json == {"clean": True, "faults": [], "strays": 0, "unchecked": []}


def in_pixels(box: list[int], page: dict[str, Any]) -> bool:
    x0, y0, x1, y1 = box
    return bool(0 <= x0 < x1 <= page["width"] and 0 <= y0 < y1 <= page["height"])


def test_read_json_has_the_promised_shape_and_registers_nothing(stocked: Stocked) -> None:
    before = pages_registered(stocked)
    path = stocked.folder / "Hộp 01" / "Hồ sơ 02" / "02 Biên bản.tif"

    answer = stocked.installation.do("read", str(path), "--json")

    assert answer.code == 0
    assert set(answer.json) == {"pages"}
    printed, blank = answer.json["pages"]
    assert set(printed) >= {"number", "width", "height", "dpi", "rotation", "text", "lines"}
    assert [page["number"] for page in (printed, blank)] == [1, 2]
    assert (printed["width"], printed["height"], printed["dpi"], printed["rotation"]) == (1240, 500, 150, 0)
    assert "BIÊN BẢN" in printed["text"]
    line = printed["lines"][0]
    assert set(line) == {"text", "box", "words"}
    assert set(line["words"][0]) == {"text", "box", "confidence", "agreed"}
    words = [word for one in printed["lines"] for word in one["words"]]
    assert all(in_pixels(item["box"], printed) for item in (*printed["lines"], *words))
    assert all(0.0 <= word["confidence"] <= 1.0 for word in words)
    assert any(word["agreed"] for word in words)
    assert (blank["text"], blank["lines"]) == ("", [])
    assert pages_registered(stocked) == before


def test_read_refuses_what_is_no_scan(stocked: Stocked, tmp_path: Path) -> None:
    bundle = io.BytesIO()
    with zipfile.ZipFile(bundle, "w") as target:
        target.writestr("a.txt", "a")
    (tmp_path / "a.zip").write_bytes(bundle.getvalue())
    told = {}
    for name, path in (
        ("zip", tmp_path / "a.zip"),
        ("text", stocked.folder / "Hộp 01" / "Hồ sơ 02" / "ghi chú.txt"),
        ("broken", stocked.folder / "Hộp 01" / "Hồ sơ 02" / "03 Hỏng.pdf"),
        ("absent", tmp_path / "absent.png"),
    ):
        answer = stocked.installation.do("read", str(path), "--json")
        told[name] = (answer.code, answer.json["error"]["code"])

    assert told == {
        "zip": (3, "unsupported"),
        "text": (3, "unsupported"),
        "broken": (3, "damaged"),
        "absent": (3, "invalid-input"),
    }
