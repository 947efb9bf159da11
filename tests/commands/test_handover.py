"""`handover`: from a draft to acceptance on the command line, killed at any moment or not."""

from pathlib import Path
from typing import Any

import pytest

from luutru.bootstrap import open_archive, set_up
from luutru.settings import Settings
from tests.faults.installation import Answer, Installation
from tests.handover.many import fill, into, sides

DRAFT = ("--case", "xa-merged", "--title", "Bàn giao sổ hộ tịch", "--receives-as", "successor")


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Installation:
    """An archive with three dossiers that are signed off."""
    home = tmp_path_factory.mktemp("handover") / "home"
    settings = Settings(
        home=home, database_url=f"sqlite:///{home / 'register.db'}", quay=home / "quay", index=home / "index"
    )
    set_up(settings)
    opened = open_archive(settings)
    given = sides(opened.register, opened.system)
    fill(opened.register, into(opened.store), opened.system, given, dossiers=3)
    opened.close()
    return Installation(home)


def do(archive: Installation, *words: str) -> dict[str, Any]:
    answer = archive.ask("handover", *words, "--json")
    assert answer.code == 0, answer.err + answer.out
    return answer.json


def refused(answer: Answer) -> tuple[int, str]:
    return answer.code, answer.json["error"]["code"]


def test_a_handover_goes_from_draft_to_acceptance(archive: Installation, tmp_path: Path) -> None:
    sides = ("--from", "UBND xã Tân Hòa", "--to", "H49.64.34")
    number = do(archive, "draft", *sides, *DRAFT, "--route", "inside")["number"]
    added = do(archive, "add", number, "--fonds", "TANHOA")
    assert (added["inventory"]["completed"]["dossiers"], added["state"]) == (3, "draft")
    assert added["rule"]["against"] == {"permanent": 3, "fixed_term": 0}

    said = archive.ask("handover", "seal", number, "--json")
    assert refused(said) == (5, "decision-needed")
    do(archive, "edit", number, "decision_number=12/QĐ-UBND", "decision_date=2026-07-01")
    sealed = do(archive, "seal", number)
    assert (sealed["state"], sealed["announced"]) == ("sealed", True)
    assert {each["code"] for each in sealed["warnings"]} == {"ead-field-lacks"}

    written = do(archive, "export", number, str(tmp_path))
    assert written["written"] == 1
    assert do(archive, "export", number, str(tmp_path))["written"] == 0
    assert (tmp_path / number / "verify.py").is_file()

    assert do(archive, "deliver", number)["state"] == "delivered"
    assert do(archive, "check", number)["faults"] == []
    said = archive.ask("handover", "accept", number, "--json")
    assert refused(said) == (5, "transfer-not-decided")
    said = archive.ask("handover", "decide", number, "return", "H49.64.33.2001.2", "--json")
    assert refused(said) == (3, "decision-invalid")
    do(archive, "decide", number, "return", "H49.64.33.2001.2", "--reason", "thiếu trang 3")
    decided = do(archive, "decide", number, "accept", "--rest")
    assert decided["adds_up"]
    done = do(archive, "accept", number, "--paper")
    assert (done["state"], done["passed"]) == ("accepted-in-part", 3)
    assert do(archive, "accept", number)["state"] == "accepted-in-part"
    assert do(archive, "close", number)["state"] == "closed"
    shown = archive.ask("handover", "show", number, "--items").out
    assert "trả lại: 1 hồ sơ, 2 văn bản" in shown
    assert "chưa đối chiếu văn bản gốc" in shown
    passed = archive.ask("dossier", "show", "H49.64.33.2001.1").out
    assert f"bàn giao {number}: UBND xã Tân Hòa → UBND xã Tân An Hội, đã nhận ngày" in passed


def test_drafts_are_listed_changed_and_dropped(archive: Installation) -> None:
    sides = ("--from", "H49.64.33", "--to", "H49.64.34")
    number = do(archive, "draft", *sides, *DRAFT, "--metres", "1,5")["number"]
    do(archive, "unarranged", number, "Bao tài liệu kế toán", "--amount", "3 bao", "--metres", "0.5")

    shown = do(archive, "show", number)

    assert shown["inventory"]["centimetres"] == 200
    assert number in {one["number"] for one in do(archive, "list", "--state", "draft")["transfers"]}
    assert "đang lập" in archive.do("handover", "list").out
    assert refused(archive.ask("handover", "add", number, "--json")) == (3, "invalid-input")
    assert do(archive, "drop", number)["state"] == "dropped"
    assert refused(archive.ask("handover", "show", "BG-2020-000001", "--json")) == (4, "transfer-not-found")


def test_the_rules_are_told_with_their_source(archive: Installation) -> None:
    told = do(archive, "cases")["cases"]

    assert {each["verified"] for each in told} == {False}
    assert "chưa đối chiếu văn bản gốc" in archive.ask("handover", "cases").out


def test_what_hinders_sealing_is_told_without_changing_anything(archive: Installation) -> None:
    sides = ("--from", "H49.64.33", "--to", "H49.64.34")
    number = do(archive, "draft", *sides, *DRAFT)["number"]
    do(archive, "add", number, "H49.64.33.2001.2")

    answer = archive.do("handover", "seal", number, "--dry-run", "--json")

    assert (answer.code, answer.json["hinders"]) == (0, [])
    assert do(archive, "show", number)["state"] == "draft"
