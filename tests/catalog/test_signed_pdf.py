"""Which documents wait for a signature follows from the register; what was signed stays as it was."""

import pytest
from sqlalchemy import select

from catalog import dossier, event, objects, schema, signed_pdf
from catalog.access import NotAllowed, Scope
from catalog.forgetting import forget
from catalog.identifiers import DocumentId, ObjectKey
from catalog.instants import now
from catalog.signed_pdf import ToSign
from tests.catalog.archive import SYSTEM, Office, sha256
from tests.catalog.arranged import Stack, finish, stack


@pytest.fixture
def signed_off(office: Office) -> Stack:
    """A dossier of two bound documents, signed off."""
    made = stack(office, pages=(2, 1))
    set_state(made, "signed-off")
    return made


def set_state(made: Stack, state: str) -> None:
    with made.register.write() as conn:
        conn.execute(schema.dossier.update().where(schema.dossier.c.id == made.dossier).values(state=state))


def waiting(made: Stack, scope: Scope = SYSTEM) -> list[ToSign]:
    with made.register.read() as conn:
        return signed_pdf.to_sign(conn, scope)


def sign(made: Stack, wanted: ToSign, stamp: str = "stamped", scope: Scope | None = None) -> bool:
    key = ObjectKey(sha256(f"signed {wanted.pdf} {stamp}"))
    with made.register.write() as conn:
        return signed_pdf.record(
            conn, scope or made.office.archivist, wanted,
            pdf=(key, 20), office="UBND xã An Lạc", certificate="c" * 64, signed_at=now(), stamp=stamp,
        )  # fmt: skip


def history(made: Stack, document: DocumentId) -> list[signed_pdf.SignedPdf]:
    with made.register.read() as conn:
        return signed_pdf.history(conn, SYSTEM, document)


def test_documents_wait_once_their_dossier_is_signed_off_and_bound(office: Office) -> None:
    made = stack(office, pages=(2, 1))
    assert waiting(made) == []

    set_state(made, "signed-off")

    assert [each.document for each in waiting(made)] == sorted(made.documents)
    assert waiting(made, office.stranger) == []
    with made.register.read() as conn:
        first = signed_pdf.to_sign(conn, SYSTEM, limit=1)
        assert signed_pdf.to_sign(conn, SYSTEM, after=first[0].document) == waiting(made)[1:]
        assert signed_pdf.to_sign(conn, SYSTEM, of=[]) == []


def test_a_signed_document_waits_no_longer_and_search_for_strays_knows_it(signed_off: Stack) -> None:
    first, second = waiting(signed_off)

    assert sign(signed_off, first)

    assert waiting(signed_off) == [second]
    kept = history(signed_off, first.document)[0]
    with signed_off.register.read() as conn:
        assert signed_pdf.in_force(conn, SYSTEM, signed_off.documents) == {first.document: kept}
        assert signed_pdf.in_force(conn, signed_off.office.stranger, signed_off.documents) == {}
        assert kept.pdf in objects.referenced(conn, SYSTEM)
        assert objects.is_referenced(conn, SYSTEM, kept.pdf)
        assert kept.pdf in {each.key for each in objects.kept(conn, SYSTEM)}
        told = event.events(conn, SYSTEM, f"document:{first.document}")
    assert "document-signed" in {each.kind for each in told}


def test_signing_twice_at_once_records_one(signed_off: Stack) -> None:
    first, _second = waiting(signed_off)

    assert [sign(signed_off, first), sign(signed_off, first, "pending")] == [True, False]

    assert len(history(signed_off, first.document)) == 1


def test_what_was_opened_again_meanwhile_is_not_recorded_and_only_its_keeper_signs(signed_off: Stack) -> None:
    first, _second = waiting(signed_off)
    with pytest.raises(NotAllowed):
        sign(signed_off, first, scope=signed_off.office.reader)

    set_state(signed_off, "open")

    assert sign(signed_off, first) is False
    assert history(signed_off, first.document) == []


def test_a_correction_makes_a_new_signed_form_and_the_old_one_stays(signed_off: Stack) -> None:
    first, second = waiting(signed_off)
    assert sign(signed_off, first)
    assert sign(signed_off, second)
    old = history(signed_off, first.document)[0]

    with signed_off.register.write() as conn:  # as the pipeline binds it anew
        conn.execute(
            schema.document.update()
            .where(schema.document.c.id == first.document)
            .values(state="waiting", pdf_key=None, attempt=7)
        )
    finish(signed_off.register)

    again = waiting(signed_off)
    assert [each.document for each in again] == [first.document]
    assert again[0].pdf != first.pdf
    with signed_off.register.read() as conn:
        assert first.document not in signed_pdf.in_force(conn, SYSTEM, signed_off.documents)
    assert sign(signed_off, again[0])
    new, kept = history(signed_off, first.document)
    assert (new.in_force, kept.in_force, kept.pdf) == (True, False, old.pdf)
    with signed_off.register.read() as conn:
        assert {old.pdf, new.pdf, old.source, new.source} <= objects.referenced(conn, SYSTEM)


def test_a_stamp_that_comes_later_takes_the_place_of_the_unstamped_form(signed_off: Stack) -> None:
    first, second = waiting(signed_off)
    assert sign(signed_off, first, "pending")
    assert sign(signed_off, second)
    with signed_off.register.read() as conn:
        (lacking,) = signed_pdf.pending(conn, SYSTEM)

    with signed_off.register.write() as conn:
        done = [
            signed_pdf.stamped(conn, SYSTEM, lacking, pdf=(ObjectKey(sha256(f"stamped {number}")), 30))
            for number in range(2)
        ]

    assert done == [True, False]
    new, old = history(signed_off, first.document)
    assert (new.stamp, new.in_force, old.stamp, old.in_force) == ("stamped", True, "pending", False)
    assert (new.signed_at, new.certificate, new.source) == (old.signed_at, old.certificate, old.source)
    assert waiting(signed_off) == []
    with signed_off.register.read() as conn:
        assert signed_pdf.pending(conn, SYSTEM) == []


def test_a_secret_mark_found_later_has_the_signed_forms_erased_too(signed_off: Stack) -> None:
    first, _second = waiting(signed_off)
    assert sign(signed_off, first)
    old = history(signed_off, first.document)[0]

    with signed_off.register.write() as conn:
        file = conn.execute(
            select(schema.document.c.source_file_id).where(schema.document.c.id == first.document)
        ).scalar_one()
        conn.execute(
            schema.source_file.update().where(schema.source_file.c.id == file).values(object_key=None)
        )
        forget(conn, SYSTEM, [file], keys=set())

    with signed_off.register.read() as conn:
        erased = set(conn.execute(select(schema.to_erase.c.key)).scalars())
        left = conn.execute(
            select(schema.signed_pdf.c.id).where(schema.signed_pdf.c.document_id == first.document)
        ).all()
        standing = dossier.find(conn, SYSTEM, signed_off.dossier)
    assert {old.pdf, old.source} <= erased
    assert left == []
    assert standing.id == signed_off.dossier
