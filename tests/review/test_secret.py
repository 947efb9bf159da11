"""What is held for a secret mark, at the desk: nobody is sent to it; its dossier waits for the custodian."""

from sqlalchemy import select

from catalog import schema, secret_mark
from catalog.access import Role
from catalog.identifiers import SourceFileId
from review import bulk_edit, queue, sign_off
from review.bulk_edit import DOCUMENTS, DOSSIERS
from tests.catalog.archive import SYSTEM, Office, scope_of, sha256
from tests.catalog.arranged import Stack, stack
from tests.review.team import archivist, enter
from tests.review.test_bulk_edit import begun, finish


def held(here: Stack) -> SourceFileId:
    """Hold the file of the first document."""
    document = schema.document.c
    with here.register.write() as conn:
        file = SourceFileId(
            conn.execute(select(document.source_file_id).where(document.id == here.documents[0])).scalar_one()
        )
        secret_mark.hold(
            conn,
            SYSTEM,
            file,
            secret_mark.Found(1, "MẬT", 0.9, "words"),
            seal=sha256,
            landed={file: f"q-{file}"},
            noted=frozenset({file}),
        )
    return file


def lacking(here: Stack) -> dict[str, int]:
    with here.register.read() as conn:
        return {gap.code: gap.count for gap in sign_off.gaps(conn, SYSTEM, here.dossier)}


def test_nobody_is_sent_to_what_is_held(office: Office) -> None:
    here = stack(office, pages=(1, 1))
    held(here)

    with here.register.write() as conn:
        lan = archivist(office, "lan")
        assert [item.document for item in queue.queue(conn, lan)] == [here.documents[1]]
        taken = queue.take_next(conn, lan)
        assert taken is not None
        assert taken.document == here.documents[1]
        assert queue.take_next(conn, lan, after=here.documents[1]) is None


def test_how_things_read_before_an_act_on_many_is_forgotten_of_what_is_held(office: Office) -> None:
    here = stack(office, pages=(1, 1))
    lan = archivist(office, "lan")
    with here.register.write() as conn:
        acts = [
            begun(conn, lan, DOSSIERS, [here.dossier], {"title": "Hồ sơ sau"}),
            begun(conn, lan, DOCUMENTS, here.documents[:1], {"subject": "phương án phòng thủ"}),
            begun(conn, lan, DOCUMENTS, here.documents, {"issuer": "ỦY BAN NHÂN DÂN XÃ AN LẠC"}),
        ]
        for act in acts:
            finish(conn, lan, act)

    held(here)

    with here.register.write() as conn:
        left = conn.execute(select(schema.bulk_item.c.before).order_by(schema.bulk_item.c.bulk_id)).scalars()
        assert [one for one in left if one] == [{"fields": ["issuer"]}]
        changes = [bulk_edit.find(conn, lan, act).change for act in acts]
        assert [list(change) for change in changes] == [["title"], [], ["issuer"]]
        bulk_edit.undo(conn, lan, acts[0])
        assert finish(conn, lan, acts[0]).kept == 1


def test_a_dossier_waits_for_what_is_held_and_no_longer_for_what_was_wiped(office: Office) -> None:
    here = stack(office, pages=(1, 1))
    file = held(here)
    with here.register.write() as conn:
        enter(conn, archivist(office, "lan"), here.documents[1])
    assert {"files-held": 1, "pages-held": 1}.items() <= lacking(here).items()
    assert "documents-unchecked" not in lacking(here)

    with here.register.write() as conn:
        secret_mark.wipe(conn, scope_of(Role.CUSTODIAN, office.an_lac), file, reason="mật", instrument="BB 1")

    assert not {"files-held", "pages-held", "documents-unchecked"} & lacking(here).keys()
