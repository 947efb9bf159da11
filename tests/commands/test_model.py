"""`model`: people's words become labels, labels a candidate, and only a better one is put in use."""

import json
from pathlib import Path

import pytest

from catalog import dossier, fonds
from classify.dossier_evidence import Evidence, Labelled, Paper, to_json
from luutru.bootstrap import SYSTEM
from luutru.learning import evidence_of, model_in_use
from tests.faults.installation import Installation
from tests.faults.stocked import Stocked


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Installation:
    installation = Installation(tmp_path_factory.mktemp("model") / "home")
    assert installation.ask("init").code == 0
    return installation


def labelled(number: int) -> dict[str, object]:
    paper = Paper("Phiếu", f"zêta {number} omega", "zêta omega kappa")
    return to_json(Labelled(Evidence(f"Tập xanh {number}", papers=(paper,)), "VPHC"))


@pytest.mark.timeout(240)
def test_a_model_is_trained_listed_put_in_use_shown_and_taken_back(
    archive: Installation, tmp_path: Path
) -> None:
    listed = tmp_path / "labelled.json"
    listed.write_text(json.dumps([labelled(number) for number in range(30)]), encoding="utf-8")

    made = archive.do("model", "train", "--labelled", str(listed), "--made-up", "3", "--json").json
    before = archive.ask("model", "list", "--json").json
    used = archive.ask("model", "use", made["id"], "--json")
    shown = archive.ask("model", "show", "--json").json
    opened = archive.open()
    _model, name = model_in_use(opened)
    opened.close()
    back = archive.ask("model", "use", "shipped", "--json")
    archive.do("reindex")

    assert (made["state"], made["trained_on"], made["evaluation"]["beside"]) == ("candidate", 30, "shipped")
    assert before["in_use"] == "shipped"
    assert used.code == 0, used.err
    assert (shown["id"], shown["state"]) == (made["id"], "current")
    assert name == made["id"]
    assert back.json == {"in_use": "shipped"}
    assert archive.ask("check", "--json").json["clean"] is True


def test_a_model_that_was_tried_on_too_little_is_not_put_in_use(
    archive: Installation, tmp_path: Path
) -> None:
    listed = tmp_path / "few.json"
    listed.write_text(json.dumps([labelled(1)]), encoding="utf-8")

    answer = archive.ask("model", "train", "--labelled", str(listed), "--made-up", "2", "--use", "--json")

    assert (answer.code, answer.json["error"]["code"]) == (5, "model-worse")


def test_the_kinds_are_listed_for_people(archive: Installation) -> None:
    told = archive.ask("model", "types").out

    assert "HT-KS        Hộ tịch – khai sinh" in told


def test_a_person_says_what_a_dossier_is(archive: Installation) -> None:
    opened = archive.open()
    with opened.register.write() as conn:
        made = dossier.add(conn, SYSTEM, fonds.add(conn, SYSTEM, "THU"), "HS 1", title="Hồ sơ ông A")
    opened.close()

    said = archive.ask("model", "label", made, "kn", "--json")
    unknown = archive.ask("model", "label", made, "ABC", "--json")

    assert said.json == {"dossier": made, "type": "KN"}
    assert (unknown.code, unknown.json["error"]["code"]) == (4, "dossier-type-unknown")


def test_a_list_that_is_none_is_refused(archive: Installation, tmp_path: Path) -> None:
    (tmp_path / "x.json").write_text("{", encoding="utf-8")

    for path in (tmp_path / "x.json", tmp_path / "absent.json"):
        assert archive.ask("model", "train", "--labelled", str(path), "--json").code == 3


def test_what_a_dossier_shows_is_gathered_from_its_pages(stocked: Stocked) -> None:
    opened = stocked.installation.open()
    with opened.register.read() as conn:
        filed = dossier.dossiers(conn, SYSTEM)
    shown = [evidence_of(opened, SYSTEM, one.id) for one in filed]
    opened.close()

    assert any("QUYỀN SỬ DỤNG ĐẤT" in paper.text.upper() for one in shown for paper in one.papers), shown
