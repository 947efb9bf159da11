"""The same once more, at the same time, elsewhere, or changed: nothing is doubled and nothing is lost."""

from pathlib import Path

from sqlalchemy import func, select

from catalog import schema
from luutru.audit import check
from tests.faults.installation import Installation
from tests.faults.processes import all_gone
from tests.faults.stocked import DECISION, LETTER, MINUTES, Stocked, png


def count(installation: Installation, what: str) -> int:
    archive = installation.open()
    with archive.register.read() as conn:
        found: int = conn.execute(select(func.count()).select_from(schema.metadata.tables[what])).scalar_one()
    archive.close()
    return found


def test_digitised_again_a_folder_gives_the_same_batch_and_nothing_new(
    stocked: Stocked, tmp_path: Path
) -> None:
    installation = stocked.copy(tmp_path / "home")
    before = {what: count(installation, what) for what in ("batch", "source_file", "page", "reading")}

    answer = installation.do("digitise", str(stocked.folder), "--fonds", "SYT", "--json")

    assert answer.code == 0
    assert answer.json == {**stocked.said, "already": stocked.said["files"]}
    assert before == {what: count(installation, what) for what in before}


def test_a_copy_elsewhere_shares_the_reading_but_not_the_dossier(stocked: Stocked) -> None:
    archive = stocked.installation.open()
    with archive.register.read() as conn:
        rows = conn.execute(
            select(
                schema.source_file.c.path,
                schema.source_file.c.sha256,
                schema.page.c.reading_id,
                schema.document.c.dossier_id,
            )
            .join_from(schema.page, schema.source_file)
            .join(schema.document, schema.document.c.id == schema.page.c.document_id)
        ).all()
        readings = conn.execute(select(func.count()).select_from(schema.reading)).scalar_one()
    archive.close()

    copies = [row for row in rows if "Quyết định" in row.path]

    assert len(copies) == 2
    assert len({row.sha256 for row in copies}) == len({row.reading_id for row in copies}) == 1
    assert len({row.dossier_id for row in copies}) == 2
    assert readings == 3


def test_a_file_changed_between_two_runs_is_a_new_record_beside_the_old(tmp_path: Path) -> None:
    installation = Installation(tmp_path / "home", {"LUUTRU_TRUEOCR": "no"})
    folder = tmp_path / "quét"
    folder.mkdir()
    (folder / "1.png").write_bytes(png(*LETTER))

    first = installation.do("digitise", str(folder), "--fonds", "SYT", "--json").json
    (folder / "1.png").write_bytes(png(*DECISION))
    second = installation.do("digitise", str(folder), "--fonds", "SYT", "--json").json

    assert second["batch"] != first["batch"]
    assert (first["read"], second["read"], second["duplicate"]) == (1, 1, 0)
    assert count(installation, "source_file") == 2
    assert check(installation.open()).clean


def test_two_runs_at_once_on_one_folder_and_one_on_another_do_nothing_twice(tmp_path: Path) -> None:
    installation = Installation(tmp_path / "home", {"LUUTRU_TRUEOCR": "no"})
    one, other = tmp_path / "một", tmp_path / "hai"
    for folder in (one, other):
        folder.mkdir()
        (folder / "1.png").write_bytes(png(*LETTER))
    (one / "2.png").write_bytes(png(*DECISION))
    (other / "2.png").write_bytes(png(*MINUTES))

    runs = [
        installation.start("digitise", str(folder), "--fonds", "SYT", "--json")
        for folder in (one, one, other)
    ]
    codes = [run.wait(120) for run in runs]

    assert codes == [0, 0, 0]
    assert count(installation, "source_file") == 4
    assert count(installation, "page") == 4
    assert count(installation, "reading") == 3
    assert check(installation.open()).clean
    assert all_gone(installation.run, seconds=10) == []
