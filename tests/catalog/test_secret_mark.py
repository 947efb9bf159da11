"""What is held for a secret mark after its pages were moved: forgotten everywhere, whole when released."""

import pytest
from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, select

from catalog import arrangement, document, migration, rescan, schema, secret_mark, sheet, work
from catalog.access import Role
from catalog.description import Value
from catalog.document import DocumentNotFound
from catalog.identifiers import DocumentId, SourceFileId
from catalog.register import Register
from catalog.secret_mark import Found, Hidden
from tests.catalog.archive import (
    SYSTEM,
    Office,
    arrive,
    contradictions,
    described,
    ledger_of,
    looked,
    opened,
    scope_of,
    sha256,
    take,
)
from tests.catalog.arranged import Stack, finish, order, seen, stack

WORDS = Found(1, "MẬT", 0.9, "words")


def file_of(conn: Connection, of: DocumentId) -> SourceFileId:
    """Return the file that a document began with."""
    column = schema.document.c
    return SourceFileId(conn.execute(select(column.source_file_id).where(column.id == of)).scalar_one())


def row(register: Register, of: DocumentId) -> dict[str, object]:
    with register.read() as conn:
        return dict(conn.execute(select(schema.document).where(schema.document.c.id == of)).one()._mapping)


def hold(register: Register, file: SourceFileId) -> Hidden:
    """Hold a file that the store kept; return what the quay has of it."""
    with register.write() as conn:
        one = secret_mark.copies(conn, SYSTEM, file)[0]
        secret_mark.hold(
            conn, SYSTEM, file, WORDS, seal=sha256, landed={file: f"q-{file}"}, noted=frozenset({file})
        )
    return Hidden(one.path, one.origin, one.sha256)


def merged(office: Office, pages: tuple[int, ...] = (2, 1)) -> tuple[Stack, SourceFileId]:
    """Merge the second document into the first; return the file of what was merged."""
    two = stack(office, pages=pages)
    first, second = two.documents
    with two.register.write() as conn:
        file = file_of(conn, second)
        arrangement.merge(conn, office.archivist, [first, second], seen=two.seen())
    finish(two.register)
    return two, file


def made(register: Register, of: DocumentId) -> set[str]:
    """Return the keys of every PDF/A that was ever made of a document."""
    derivative = schema.derivative.c
    with register.read() as conn:
        return set(conn.execute(select(derivative.object_key).where(derivative.document_id == of)).scalars())


def erased(register: Register) -> set[str]:
    with register.read() as conn:
        return set(secret_mark.to_erase(conn, SYSTEM))


def test_a_page_that_lies_in_another_document_takes_along_what_was_made_of_that(office: Office) -> None:
    two, file = merged(office)
    first, second = two.documents
    with two.register.write() as conn:
        conn.execute(schema.description.update().values(state="waiting"))
        claim = take(conn, work.Stage.DESCRIBE, first)
        described(conn, claim, subject=Value("phương án sơ tán", 0.9))
    pdfs = made(two.register, first) | made(two.register, second)
    assert row(two.register, first)["title"] == "phương án sơ tán"

    hold(two.register, file)

    now = row(two.register, first)
    assert (now["state"], now["pdf_key"], now["title"], now["pages"], now["pages_read"]) == (
        "waiting", None, None, 3, 2,
    )  # fmt: skip
    assert pdfs <= erased(two.register)
    assert row(two.register, second)["state"] == "empty"
    assert row(two.register, second)["name"] == ""
    with two.register.read() as conn:
        assert conn.execute(select(schema.field_value.c.value)).scalars().all() == []
    finish(two.register)
    assert row(two.register, first)["state"] == "bound"
    assert contradictions(two.register) == []


def test_what_is_released_comes_back_into_the_document_in_which_it_lies(office: Office) -> None:
    two, file = merged(office)
    first, second = two.documents
    hidden = hold(two.register, file)
    finish(two.register)
    custodian = scope_of(Role.CUSTODIAN, office.an_lac)

    with two.register.write() as conn:
        secret_mark.release(conn, custodian, file, reason="không phải dấu", hidden={file: hidden})
    before = row(two.register, first)["pdf_key"]
    finish(two.register)

    now = row(two.register, first)
    assert (now["state"], now["pages"], now["pages_read"]) == ("bound", 3, 3)
    assert now["pdf_key"] != before
    assert row(two.register, second)["state"] == "empty"
    with two.register.read() as conn:
        assert len(document.get(conn, SYSTEM, first).pages) == 3
    assert contradictions(two.register) == []


def test_a_document_of_held_pages_alone_is_held_and_released_wherever_it_began(office: Office) -> None:
    two = stack(office, pages=(1, 1))
    first, second = two.documents
    with two.register.write() as conn:
        file = file_of(conn, first)
        arrangement.merge(conn, office.archivist, [first, second], seen=two.seen())
        rest = arrangement.split(conn, office.archivist, first, 2, seen=seen(conn, first))
    finish(two.register)
    hidden = hold(two.register, file)

    assert row(two.register, first)["code"] == "secret-mark"
    finish(two.register)
    assert row(two.register, rest)["state"] == "bound"
    with two.register.write() as conn, pytest.raises(DocumentNotFound):
        arrangement.merge(conn, office.archivist, [first, rest], seen=seen(conn, rest))
    assert contradictions(two.register) == []

    with two.register.write() as conn:
        custodian = scope_of(Role.CUSTODIAN, office.an_lac)
        secret_mark.release(conn, custodian, file, reason="không phải dấu", hidden={file: hidden})
    finish(two.register)
    assert row(two.register, first)["state"] == "bound"
    assert contradictions(two.register) == []


def test_what_is_held_shows_to_nobody_else_and_keeps_nobody_from_the_rest(office: Office) -> None:
    two = stack(office, pages=(1, 1))
    first, second = two.documents
    with two.register.read() as conn:
        file = file_of(conn, first)
        batch = document.get(conn, SYSTEM, first).batch
    hold(two.register, file)

    with two.register.write() as conn:
        lan = office.archivist
        assert rescan.doubtful(conn, lan, batch) == []
        assert [one.id for one in document.of_dossier(conn, lan, two.dossier)] == [second]
        assert order(conn, two.dossier) == [second]
        assert [side.document for side in sheet.sheets(conn, lan, two.dossier)] == [second]


def test_what_was_read_before_marks_were_looked_for_is_read_again_before_it_is_kept(office: Office) -> None:
    with office.register.write() as conn:
        lot = office.batch(conn)
        file = arrive(conn, lot, "1.pdf")
        opened(conn, take(conn, work.Stage.OPEN, file), pages=2)
        for _ in range(2):
            looked(conn, take(conn, work.Stage.LOOK))
        take(conn, work.Stage.ADMIT, file)
    step = ScriptDirectory.from_config(migration.alembic_config()).get_revision("0003")
    assert step is not None

    with office.register._engine.begin() as conn, Operations.context(MigrationContext.configure(conn)):
        step.module._look_again_at_what_was_not_kept_yet()

    assert contradictions(office.register) == []
    with office.register.write() as conn:
        take(conn, work.Stage.LOOK)
    assert ledger_of(office.register, lot.id).pages_to_read == 2
