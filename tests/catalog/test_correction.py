"""Readings that people correct: which is current, what follows, and that no machine overrules a person."""

from dataclasses import replace

import pytest

from catalog import correction, described, document, index_feed, looking, page, schema, work
from catalog.access import NOBODY, NotAllowed
from catalog.correction import NothingToCorrect, ReadingChanged, ReadingNotFound
from catalog.identifiers import DocumentId, PageId, ReadingId
from catalog.page import Finding, PageNotFound
from tests.catalog.archive import (
    SYSTEM,
    Office,
    arrive,
    bound,
    contradictions,
    reading,
    take,
    work_off,
)
from tests.catalog.archive import (
    described as describe,
)

BY_HAND = replace(reading("corrected"), source="person")


def a_page(office: Office, *, content: str = "", path: str = "a.pdf") -> tuple[DocumentId, PageId]:
    """Take a page in, all the way."""
    with office.register.write() as conn:
        arrive(conn, office.batch(conn), path, content=content)
    work_off(office.register)
    with office.register.read() as conn:
        row = conn.execute(schema.page.select().order_by(schema.page.c.id.desc())).first()
        assert row is not None
    return DocumentId(row.document_id), PageId(row.id)


def now_current(office: Office, of: PageId) -> ReadingId:
    with office.register.read() as conn:
        return correction.current(conn, office.reader, of).id


def correct(office: Office, of: PageId, *, base: ReadingId | None = None) -> ReadingId:
    seen = base or now_current(office, of)
    with office.register.write() as conn:
        return correction.corrected(conn, office.archivist, of, BY_HAND, base=seen)


def test_a_correction_becomes_current_and_what_was_read_is_kept(office: Office) -> None:
    _, sheet = a_page(office)
    read = now_current(office, sheet)

    made = correct(office, sheet)

    with office.register.read() as conn:
        told = correction.versions(conn, office.reader, sheet)
        shown = page.get(conn, office.reader, sheet)
    assert [(each.id, each.source, each.current) for each in told] == [
        (made, "person", True),
        (read, "machine", False),
    ]
    assert (told[0].actor, told[0].corrects) == ("lan", read)
    assert shown.reading_key == BY_HAND.key


def test_search_binding_and_description_follow(office: Office) -> None:
    papers, sheet = a_page(office)
    with office.register.read() as conn:
        before = index_feed.latest(conn, SYSTEM)

    correct(office, sheet)

    with office.register.read() as conn:
        told = [change.entry for change in index_feed.since(conn, SYSTEM, before)]
        waiting = work.waiting(conn, SYSTEM)
    assert told == [index_feed.page_entry(sheet)]
    assert (waiting[work.Stage.BIND], waiting[work.Stage.DESCRIBE]) == (1, 1)
    assert work_off(office.register) == 2
    assert contradictions(office.register) == []
    with office.register.read() as conn:
        assert document.get(conn, SYSTEM, papers).state == "bound"


def test_whoever_binds_or_describes_the_old_words_just_now_has_lost_the_claim(office: Office) -> None:
    papers, sheet = a_page(office)
    with office.register.write() as conn:
        described.want(conn, SYSTEM, schema.document.c.id == papers)
        begun = take(conn, work.Stage.DESCRIBE, papers)

    correct(office, sheet)

    with pytest.raises(work.ClaimLost), office.register.write() as conn:
        describe(conn, begun)
    with office.register.write() as conn:
        late = take(conn, work.Stage.BIND, papers)
    correct(office, sheet)
    with pytest.raises(work.ClaimLost), office.register.write() as conn:
        bound(conn, late)


def test_a_machine_that_reads_the_page_again_overrules_nobody(office: Office) -> None:
    _, sheet = a_page(office)
    made = correct(office, sheet)
    work_off(office.register)
    with office.register.write() as conn:
        conn.execute(schema.page.update().where(schema.page.c.id == sheet).values(state="waiting"))
        conn.execute(schema.source_file.update().values(waiting_pages=1))
        conn.execute(schema.document.update().values(pages_read=0))
        claim = take(conn, work.Stage.LOOK, sheet)
        looking.looked_at(conn, SYSTEM, claim, Finding("read", 100, 200, 300), reading=reading("again"))

    with office.register.read() as conn:
        told = correction.versions(conn, office.reader, sheet)

    assert now_current(office, sheet) == made
    assert [each.source for each in told] == ["machine", "person", "machine"]
    work_off(office.register)
    assert contradictions(office.register) == []


def test_of_two_who_correct_the_same_words_the_second_is_told(office: Office) -> None:
    _, sheet = a_page(office)
    seen = now_current(office, sheet)
    correct(office, sheet, base=seen)

    with pytest.raises(ReadingChanged):
        correct(office, sheet, base=seen)


def test_an_older_version_can_be_made_current_again(office: Office) -> None:
    _, sheet = a_page(office)
    read = now_current(office, sheet)
    made = correct(office, sheet)

    with office.register.write() as conn:
        correction.choose(conn, office.archivist, sheet, read, base=made)

    assert now_current(office, sheet) == read
    with office.register.read() as conn:
        events = conn.execute(schema.event.select().where(schema.event.c.subject == f"page:{sheet}")).all()
    assert [row.kind for row in events] == ["reading-corrected", "reading-chosen"]


def test_another_pages_reading_is_none_of_this_page(office: Office) -> None:
    _, other = a_page(office)
    foreign = now_current(office, other)
    _, sheet = a_page(office, path="b.pdf")

    with office.register.write() as conn, pytest.raises(ReadingNotFound):
        correction.choose(conn, office.archivist, sheet, foreign, base=now_current(office, sheet))


def test_a_copy_of_the_same_bytes_keeps_its_own_words(office: Office) -> None:
    _, first = a_page(office, content="same")
    _, copy = a_page(office, content="same", path="b.pdf")
    shared = now_current(office, copy)
    assert shared == now_current(office, first)

    correct(office, first)

    assert now_current(office, copy) == shared
    with office.register.read() as conn:
        assert [each.source for each in correction.versions(conn, office.reader, copy)] == ["machine"]


def test_a_page_without_words_has_nothing_to_correct(office: Office) -> None:
    with office.register.write() as conn:
        arrive(conn, office.batch(conn), "a.pdf")
    work_off(office.register, state="blank")
    with office.register.read() as conn:
        sheet = PageId(conn.execute(schema.page.select()).one().id)

    with office.register.write() as conn, pytest.raises(NothingToCorrect):
        correction.corrected(conn, office.archivist, sheet, BY_HAND, base=ReadingId("0" * 32))


def test_only_archivists_of_the_office_that_answers_correct(office: Office) -> None:
    _, sheet = a_page(office)
    seen = now_current(office, sheet)

    with office.register.write() as conn:
        with pytest.raises(NotAllowed):
            correction.corrected(conn, office.reader, sheet, BY_HAND, base=seen)
        for other in (office.stranger, NOBODY):
            with pytest.raises(PageNotFound):
                correction.corrected(conn, other, sheet, BY_HAND, base=seen)
            with pytest.raises(PageNotFound):
                correction.versions(conn, other, sheet)


def test_a_correction_that_is_cut_off_leaves_nothing(office: Office) -> None:
    _, sheet = a_page(office)
    seen = now_current(office, sheet)

    with pytest.raises(RuntimeError), office.register.write() as conn:
        correction.corrected(conn, office.archivist, sheet, BY_HAND, base=seen)
        raise RuntimeError("the power went")

    assert now_current(office, sheet) == seen
    assert contradictions(office.register) == []
