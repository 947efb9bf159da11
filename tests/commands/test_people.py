"""`init`, `user`, `unit`, `fonds`: who may do what, for whom, and what an empty folder answers."""

import stat
from pathlib import Path

import pytest

from luutru.bootstrap import FIRST_ADMINISTRATOR
from tests.faults.installation import Installation


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Installation:
    """An archive without records."""
    installation = Installation(tmp_path_factory.mktemp("people") / "home")
    assert installation.ask("init").code == 0
    return installation


def test_before_init_every_verb_but_those_that_make_an_archive_says_there_is_none(tmp_path: Path) -> None:
    installation = Installation(tmp_path / "home")

    answers = {verb: installation.do(verb, "--json") for verb in ("status", "check", "reindex", "worker")}

    assert {verb: answer.code for verb, answer in answers.items()} == dict.fromkeys(answers, 3)
    assert {answer.json["error"]["code"] for answer in answers.values()} == {"not-set-up"}
    assert all("luutru init" in answer.err for answer in answers.values())


def test_init_gives_a_one_time_password_once(tmp_path: Path) -> None:
    installation = Installation(tmp_path / "home")

    first, second = (installation.do("init", "--json").json for _ in range(2))

    assert (first["administrator"], second["administrator"]) == (FIRST_ADMINISTRATOR, FIRST_ADMINISTRATOR)
    assert len(first["password"]) >= 10
    assert second["password"] is None
    note = installation.home / "one-time-password"
    assert note.read_text().strip() == first["password"]
    assert stat.S_IMODE(note.stat().st_mode) == 0o600


def test_an_unknown_setting_is_told_before_anything_happens(tmp_path: Path) -> None:
    answer = Installation(tmp_path / "home", {"LUUTRU_HAND": "3"}).do("init", "--json")

    assert (answer.code, answer.json["error"]["code"]) == (3, "setting-invalid")
    assert not (tmp_path / "home").exists()


def test_people_units_and_fonds_are_entered_and_listed(archive: Installation) -> None:
    archive.do("unit", "add", "UBND xã An Lạc", "--code", "H49.64.33")
    archive.ask("unit", "add", "UBND phường Hà Tu", "--from", "2025-07-01")
    succeeded = archive.ask(
        "unit",
        "succeed",
        "UBND xã An Lạc",
        "UBND phường Hà Tu",
        "--instrument",
        "NQ 1679",
        "--on",
        "2025-07-01",
    )
    archive.do("fonds", "add", "UBND-AL", "--title", "UBND xã An Lạc", "--unit", "UBND xã An Lạc")
    added = archive.do("user", "add", "lan", "--role", "archivist", "--unit", "UBND xã An Lạc", "--json").json

    units = archive.ask("unit", "list", "--json").json["units"]
    fonds = archive.ask("fonds", "list", "--json").json["fonds"]
    users = {one["name"]: one for one in archive.ask("user", "list", "--json").json["users"]}

    assert succeeded.code == 0
    assert {one["name"] for one in units} >= {"UBND xã An Lạc", "UBND phường Hà Tu"}
    assert [(one["code"], one["to_confirm"]) for one in fonds if one["code"] == "UBND-AL"] == [
        ("UBND-AL", False)
    ]
    assert added["name"] == "lan"
    assert len(added["password"]) >= 10
    assert set(users) >= {FIRST_ADMINISTRATOR, "lan"}
    assert users["lan"]["active"] is True
    assert users["lan"]["roles"][0][0] == "archivist"


def test_a_person_may_be_closed_opened_and_given_a_new_password(archive: Installation) -> None:
    archive.ask("user", "add", "minh")

    def active() -> bool:
        listed = archive.ask("user", "list", "--json").json["users"]
        return next(bool(one["active"]) for one in listed if one["name"] == "minh")

    archive.ask("user", "close", "minh")
    closed = active()
    archive.ask("user", "open", "minh")
    once = archive.ask("user", "password", "minh", "--json").json["password"]

    assert (closed, active()) == (False, True)
    assert once


def test_the_command_line_acts_as_the_person_named_with_their_rights(archive: Installation) -> None:
    archive.ask("user", "add", "hoa", "--role", "reader")

    refused = archive.ask("fonds", "add", "CAM", "--as", "hoa", "--json")
    nobody = archive.ask("status", "--as", "khong-ai", "--json")

    assert refused.code not in (0, 70)
    assert refused.json["error"]["code"] == "not-allowed"
    assert "CAM" not in {one["code"] for one in archive.ask("fonds", "list", "--json").json["fonds"]}
    assert (nobody.code, nobody.json["error"]["code"]) == (4, "person-not-found")


def test_a_name_may_not_be_entered_twice(archive: Installation) -> None:
    archive.ask("user", "add", "tam")

    again = archive.ask("user", "add", "tam", "--json")

    assert again.code in (3, 5)
    assert again.json["error"]["code"]


def test_a_token_acts_for_whoever_made_it(archive: Installation) -> None:
    token = archive.ask("user", "token", "máy quét", "--days", "1", "--json").json["token"]

    assert len(token) >= 32


def test_a_right_is_never_given_or_taken_without_saying_which(archive: Installation) -> None:
    archive.ask("user", "add", "thu", "--unit", "UBND xã An Lạc")

    given, taken = archive.ask("user", "grant", "thu"), archive.ask("user", "revoke", "thu")

    assert (given.code, taken.code) == (2, 2)
    assert "--role" in given.err
    assert "reader in UBND xã An Lạc" in archive.ask("user", "list").out


def test_a_date_in_another_form_is_told_how_to_write_it(archive: Installation) -> None:
    answer = archive.ask("unit", "add", "UBND xã Mới", "--from", "01/07/2025")

    assert answer.code == 2
    assert "write 2025-07-01" in answer.err
