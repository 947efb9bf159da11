"""From the stored readings of a document to its description, its index entry and its PDF/A."""

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pikepdf
import pytest

from catalog import authority, described, describing, document, dossier, field_value, retrying, schema, work
from catalog.access import Scope
from catalog.description import Value
from catalog.field_value import Fields
from catalog.fonds import all_fonds
from catalog.identifiers import DocumentId, ObjectKey, PageId
from catalog.people import find as find_person
from index.query import parse
from luutru import audit, hands, index_holder
from luutru import describing as step
from luutru.describing import Described, DescribeOrder, describe_pages
from luutru.dossier_typing import type_dossier
from review.correcting import Correcting, LineEdit, NewLine
from review.filling import Filling
from tests.api.stock import Stock, copied, make, work_through


@pytest.fixture(scope="module")
def mould(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stock]:
    """An archive with a few records, to be copied."""
    made = make(tmp_path_factory.mktemp("mould") / "home")
    yield made
    made.archive.close()


@pytest.fixture
def stock(mould: Stock, tmp_path: Path) -> Iterator[Stock]:
    """The archive; may be changed."""
    made = copied(mould, tmp_path / "home")
    yield made
    made.archive.close()


def paper_of(stock: Stock, name: str = "quyet-dinh.pdf") -> DocumentId:
    with stock.archive.register.read() as conn:
        found = conn.execute(schema.document.select().where(schema.document.c.name == name)).one()
    return DocumentId(found.id)


def lan(stock: Stock) -> Scope:
    with stock.archive.register.read() as conn:
        return find_person(conn, stock.archive.system, "lan").scope


def known(stock: Stock, paper: DocumentId) -> Fields:
    with stock.archive.register.read() as conn:
        return field_value.current(conn, stock.archive.system, paper)


def wait_again(stock: Stock, paper: DocumentId) -> work.Claim:
    with stock.archive.register.write() as conn:
        described.want(conn, stock.archive.system, schema.document.c.id == paper)
    with stock.archive.register.write() as conn:
        claim = work.claim(conn, stock.archive.system, owner="w")
    assert claim is not None
    assert claim.stage is work.Stage.DESCRIBE
    return claim


def test_a_document_is_described_from_what_was_read(stock: Stock) -> None:
    told = known(stock, paper_of(stock))

    assert told.state == "described"
    assert told.text("type") == "Quyết định"
    assert told.values["code"].evidence
    with stock.archive.register.read() as conn:
        found = document.get(conn, stock.archive.system, paper_of(stock))
    assert found.type == "Quyết định"
    assert found.shown.startswith(f"Quyết định {told.text('code')}")


def test_search_finds_it_by_its_own_number_and_its_signer(stock: Stock) -> None:
    told = known(stock, paper_of(stock))
    _, index = stock.archive.generations.open_current()

    by_number = index.search(parse(f"so:{told.text('code')}"), scope=stock.archive.system)
    by_signer = index.search(parse(f'nguoi:"{told.text("signer")}"'), scope=stock.archive.system)

    index.close()
    assert paper_of(stock) in {hit.document for hit in by_number.hits}
    assert paper_of(stock) in {hit.document for hit in by_signer.hits}


def test_a_document_of_a_land_matter_is_found_by_parcel_and_holder(stock: Stock) -> None:
    paper, scope = paper_of(stock, "bao-cao.pdf"), lan(stock)
    correcting = Correcting(stock.archive.register, stock.archive.store, stock.archive.quay)
    with stock.archive.register.read() as conn:
        sheet, *others = (PageId(page.id) for page in document.get(conn, scope, paper).pages)
    for other in others:  # what it said before would make another matter of it
        old = correcting.open(scope, other)
        gone = [LineEdit(number, "") for number in range(len(old.reading.lines))]
        correcting.correct(scope, other, gone, base=old.version.id)
    shown = correcting.open(scope, sheet)
    said = (
        "ĐƠN ĐĂNG KÝ, CẤP GIẤY CHỨNG NHẬN QUYỀN SỬ DỤNG ĐẤT",
        "1. Người sử dụng đất: Bàng Văn Khuê",
        "2. Thửa đất số: 218; tờ bản đồ số: 15; diện tích: 300 m2",
    )
    edits = [LineEdit(number, "") for number in range(len(shown.reading.lines))]
    boxes = [(60, 200 + 40 * number, 800, 230 + 40 * number) for number in range(len(said))]
    lines = [NewLine(-1, text, box) for text, box in zip(said, boxes, strict=True)]

    correcting.correct(scope, sheet, edits, added=lines, base=shown.version.id)
    work_through(stock.archive, {})

    _, index = stock.archive.generations.open_current()
    asked = ("thua:218 to:15", "thua:218 to:14", 'nguoi:"bang van khue"', 'nguoi:"bang van an"')
    found = [index.search(parse(text), scope=scope) for text in asked]
    index.close()
    assert [paper in {hit.document for hit in each.hits} for each in found] == [True, False, True, False]


def test_a_hand_describes_as_this_process_does(stock: Stock) -> None:
    claim = wait_again(stock, paper_of(stock))
    order, _ = step.start_describing(stock.archive, claim)
    hand = hands.Hand(stock.archive.engines, stock.archive.limits, stock.archive.scratch)

    by_hand = hand.describe(order)

    hand.close()
    assert by_hand == describe_pages(order)


def test_what_crosses_to_the_child_and_back_is_the_same() -> None:
    order = DescribeOrder((b"one", b"\x00two"))
    answer = Described((), {"person": (Value("Lê An", 0.5),)})

    assert DescribeOrder.from_plain(order.to_plain()) == order
    assert Described.from_plain(answer.to_plain()) == answer


def test_a_claim_that_is_lost_in_the_middle_leaves_nothing(stock: Stock) -> None:
    paper = paper_of(stock)
    before = known(stock, paper)
    claim = wait_again(stock, paper)
    order, wanted = step.start_describing(stock.archive, claim)
    made = describe_pages(order)
    with stock.archive.register.write() as conn:
        work.release_all(conn, stock.archive.system, owner_prefix="w")
        other = work.claim(conn, stock.archive.system, owner="x")
        assert other is not None

    with pytest.raises(work.ClaimLost):
        step.record_description(stock.archive, claim, wanted, made)
    step.record_description(stock.archive, other, wanted, made)

    assert known(stock, paper).version == before.version
    assert list(audit.check_ledger(stock.archive)) == []


def test_a_held_description_holds_nothing_else_and_can_be_tried_again(stock: Stock) -> None:
    from catalog import batch
    from luutru import pipeline

    paper = paper_of(stock)
    claim = wait_again(stock, paper)

    pipeline.give_up(stock.archive, claim, code="hand-died", reason="it hung")

    with stock.archive.register.read() as conn:
        found = document.get(conn, stock.archive.system, paper)
        told = batch.ledger(conn, stock.archive.system, stock.batch)
    assert (found.state, known(stock, paper).state) == ("bound", "held")
    assert [item.code for item in told.held if item.source_file == found.source_file] == ["hand-died"]
    assert told.finished
    with stock.archive.register.write() as conn:
        retrying.retry(conn, lan(stock), found.source_file)
    work_through(stock.archive, {})
    assert known(stock, paper).state == "described"


def test_check_sees_a_description_of_other_words_than_the_page_has(stock: Stock) -> None:
    paper = paper_of(stock)
    with stock.archive.register.write() as conn:
        authority.lock_document(conn, stock.archive.system, paper)
        conn.execute(
            schema.description.update().where(schema.description.c.id == paper).values(basis="another")
        )

    faults = list(audit.check_ledger(stock.archive))

    assert [(fault.code, fault.subject) for fault in faults] == [("register", f"document:{paper}")]


def test_check_sees_a_document_that_nobody_is_to_describe(stock: Stock) -> None:
    paper = paper_of(stock)
    with stock.archive.register.write() as conn:
        conn.execute(schema.field_value.delete())
        conn.execute(schema.description.delete().where(schema.description.c.id == paper))

    with stock.archive.register.read() as conn:
        wrong = describing.contradictions(conn, stock.archive.system)

    assert [subject for subject, _ in wrong] == [f"document:{paper}"]


def test_a_correction_is_in_the_pdf_the_alto_and_the_description(stock: Stock) -> None:
    paper, scope = paper_of(stock), lan(stock)
    correcting = Correcting(stock.archive.register, stock.archive.store, stock.archive.quay)
    with stock.archive.register.read() as conn:
        sheet = PageId(document.get(conn, scope, paper).pages[0].id)
    shown = correcting.open(scope, sheet)
    line = next(n for n, each in enumerate(shown.reading.lines) if each.text.startswith("Số:"))

    correcting.correct(scope, sheet, [LineEdit(line, "Số: 9999/QĐ-UBND")], base=shown.version.id)
    work_through(stock.archive, {})

    told = known(stock, paper)
    assert told.text("number") == "9999"
    with stock.archive.register.read() as conn:
        found = document.get(conn, scope, paper)
        alto = document.alto_key(conn, scope, found.pages[0])
    assert found.state == "bound"
    assert alto is not None
    assert b"9999/Q" in bytes_of(stock, alto)
    assert found.pdf_key is not None
    with stock.archive.store.get(found.pdf_key) as stream, pikepdf.open(stream) as pdf:
        assert len(pdf.pages) == len(found.pages)
    assert list(audit.check_ledger(stock.archive)) == []


def bytes_of(stock: Stock, key: ObjectKey) -> bytes:
    with stock.archive.store.get(key) as stream:
        return stream.read()


def test_a_correction_and_a_field_are_found_within_two_seconds(stock: Stock) -> None:
    paper, scope = paper_of(stock), lan(stock)
    correcting = Correcting(stock.archive.register, stock.archive.store, stock.archive.quay)
    filling = Filling(stock.archive.register)
    with stock.archive.register.read() as conn:
        sheet = PageId(document.get(conn, scope, paper).pages[0].id)
    name, index = index_holder.current(stock.archive)
    stop = threading.Event()
    holder = threading.Thread(target=index_holder.keep_up, args=(stock.archive, index, name, stop))
    holder.start()
    reader = stock.archive.generations.reader()

    shown = correcting.open(scope, sheet)
    correcting.correct(scope, sheet, [LineEdit(2, "Trườngsinhtửvi")], base=shown.version.id)
    filling.save(scope, paper, {"signer": "Bàng Thị Khuê"}, base=filling.open(scope, paper).fields.version)
    said = time.monotonic()
    while not (
        reader.search(parse("truongsinhtuvi"), scope=scope).total
        and reader.search(parse('nguoi:"bang thi khue"'), scope=scope).total
    ):
        assert time.monotonic() - said < 10
        time.sleep(0.05)
    took = time.monotonic() - said

    stop.set()
    holder.join(20)
    assert took < 2


def test_a_dossier_is_typed_by_the_machine_and_a_person_is_not_overruled(stock: Stock) -> None:
    archive = stock.archive
    with archive.register.write() as conn:
        fonds = all_fonds(conn, archive.system)[0]
        title = "Tờ khai đăng ký khai sinh, giấy chứng sinh, đăng ký lại khai sinh năm 2001"
        place = dossier.add(conn, archive.system, fonds, "HS 77", title=title)

    type_dossier(archive, place)
    with archive.register.read() as conn:
        by_machine = dossier.find(conn, archive.system, place)
    with archive.register.write() as conn:
        mine = schema.dossier.c.id == place
        conn.execute(schema.dossier.update().where(mine).values(type="KN", type_source="person"))
    type_dossier(archive, place)
    with archive.register.read() as conn:
        by_person = dossier.find(conn, archive.system, place)

    assert (by_machine.type, by_machine.type_source) == ("HT-KS", "machine")
    assert (by_person.type, by_person.type_source) == ("KN", "person")


def test_a_dossier_is_not_typed_while_one_of_its_documents_waits(stock: Stock) -> None:
    archive, paper = stock.archive, paper_of(stock)
    with archive.register.write() as conn:
        place = document.get(conn, archive.system, paper).dossier
        assert place is not None
        mine = schema.dossier.c.id == place
        conn.execute(schema.dossier.update().where(mine).values(title="Đăng ký khai sinh", type=None))
    wait_again(stock, paper)

    type_dossier(archive, place)

    with archive.register.read() as conn:
        assert dossier.find(conn, archive.system, place).type is None
