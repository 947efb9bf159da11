"""`dossier` and `work`: from scans to a signature on the command line, and who did what."""

from pathlib import Path
from typing import Any

import pytest

from tests.faults.installation import Answer, Installation
from tests.faults.stocked import Stocked


@pytest.fixture(scope="module")
def archive(stocked: Stocked, tmp_path_factory: pytest.TempPathFactory) -> Installation:
    """An archive with two dossiers of scans, of one's own."""
    return stocked.copy(tmp_path_factory.mktemp("dossiers") / "home")


def do(archive: Installation, *words: str) -> dict[str, Any]:
    answer = archive.ask("dossier", *words, "--json")
    assert answer.code == 0, answer.err
    return answer.json


def refused(answer: Answer) -> tuple[int, str]:
    return answer.code, answer.json["error"]["code"]


def test_dossiers_are_listed_and_shown_with_what_they_lack(archive: Installation) -> None:
    listed = do(archive, "list", "--fonds", "SYT")["dossiers"]

    shown = do(archive, "show", "Hồ sơ 02")

    assert [each["label"] for each in listed] == ["Hồ sơ 01", "Hồ sơ 02"]
    assert shown["lacks"]["documents-unchecked"] == 2
    assert (shown["state"], len(shown["documents"]), shown["pages"]) == ("open", 2, 3)
    assert shown["a4_unverified"] is True


def test_a_dossier_is_edited_by_fields(archive: Installation) -> None:
    shown = do(archive, "edit", "Hồ sơ 02", "title=Họp giao ban", "retention=10 năm", "retention_code=06")

    assert (shown["title"], shown["retention_state"]) == ("Họp giao ban", "decided")


def test_what_cannot_be_is_refused_with_a_reason(archive: Installation) -> None:
    assert refused(archive.ask("dossier", "show", "không có", "--json")) == (4, "dossier-not-found")
    assert refused(archive.ask("dossier", "edit", "Hồ sơ 02", "x=y", "--json")) == (
        3,
        "dossier-field-invalid",
    )
    for word in ("access_mode=03", "type=Đất đai"):
        said = archive.ask("dossier", "edit", "Hồ sơ 02", word, "--json")
        assert refused(said) == (3, "dossier-field-invalid")
    assert refused(archive.ask("dossier", "edit", "Hồ sơ 02", "title", "--json")) == (3, "invalid-input")
    assert refused(archive.ask("dossier", "sign-off", "Hồ sơ 02", "--json")) == (5, "dossier-incomplete")
    assert refused(archive.ask("dossier", "reopen", "Hồ sơ 02", "--reason", "x", "--json")) == (
        5, "dossier-not-signed-off",
    )  # fmt: skip


def test_documents_are_moved_dossiers_split_and_merged_and_all_taken_back(archive: Installation) -> None:
    first = do(archive, "show", "Hồ sơ 01")
    names = [each["id"] for each in first["documents"]]

    moved = do(archive, "move", "Hồ sơ 02", names[0])
    assert names[0] in {each["id"] for each in moved["documents"]}
    back = do(archive, "undo", "Hồ sơ 02")
    assert len(back["documents"]) == 2
    made = do(archive, "split", "Hồ sơ 01", names[1], "--label", "Hồ sơ 01a")
    assert (made["label"], [each["id"] for each in made["documents"]]) == ("Hồ sơ 01a", [names[1]])
    merged = do(archive, "merge", "Hồ sơ 01", "Hồ sơ 01a")
    assert [each["id"] for each in merged["documents"]] == names
    assert [each["label"] for each in do(archive, "list")["dossiers"]] == ["Hồ sơ 01", "Hồ sơ 02"]


def test_an_archive_that_was_arranged_still_adds_up(archive: Installation) -> None:
    checked = archive.ask("check", "--json")

    assert checked.code == 0, checked.out


def test_the_work_of_a_week_is_told(archive: Installation) -> None:
    told = archive.do("work", "report", "--json").json

    assert {record["task"] for record in told["records"]} >= {"scan", "arrange"}
    assert told["norms_unverified"] is True
    assert archive.ask("work", "report").out


def test_a_contract_is_written_down_and_measured(archive: Installation) -> None:
    words = ("HĐ 12", "scan", "1000", "--from", "2026-01-01", "--until", "2026-12-31", "--fonds", "SYT")

    answer = archive.ask("work", "agree", *words, "--json")

    assert answer.code == 0, answer.err
    (contract,) = archive.ask("work", "progress", "--json").json["contracts"]
    assert (contract["volume"], contract["done"], contract["unit"]) == (1000, 5, "trang")


def test_people_are_told_in_their_language(archive: Installation, tmp_path: Path) -> None:
    assert "đang lập" in archive.do("dossier", "list").out
    assert "còn thiếu" in archive.ask("dossier", "show", "Hồ sơ 01").out
