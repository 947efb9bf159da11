"""Keys as search asks for them: people, parcels on their sheets, and what search never holds."""

from catalog.answer import Place, Source
from catalog.identifiers import PageId
from catalog.instants import now
from catalog.key_value import KeyValue
from luutru.searched_keys import searched

FIRST, SECOND = PageId("1" * 32), PageId("2" * 32)


def key(name: str, value: str, *, page: PageId = FIRST, line: int = 0, left: int = 0) -> KeyValue:
    box = (left, line * 40, left + 50, line * 40 + 30)
    return KeyValue(name, value, 0.9, (Place(page, box),), Source.MACHINE, "luutru", now())


def test_whoever_a_key_names_is_a_person_whatever_their_part() -> None:
    found = searched([key("land_user", "Lê An"), key("husband", "Lê An"), key("wife", "Đỗ Bình")])

    assert found.people == ("Lê An", "Đỗ Bình")


def test_who_accuses_is_never_searched_by() -> None:
    found = searched([key("accuser", "Lê An"), key("accused", "Đỗ Bình")])

    assert found.people == ("Đỗ Bình",)
    assert found.others == ()


def test_a_parcel_lies_on_the_sheet_that_is_named_beside_it() -> None:
    found = searched(
        [
            key("parcel", "12", line=3),
            key("map_sheet", "5", line=3, left=200),
            key("parcel", "9", line=8),
            key("map_sheet", "4", line=8, left=200),
        ]
    )

    assert set(found.parcels) == {("12", "5"), ("9", "4")}


def test_a_parcel_on_another_page_than_every_sheet_may_lie_on_any() -> None:
    found = searched([key("parcel", "12", page=SECOND), key("map_sheet", "5"), key("map_sheet", "4", line=2)])

    assert set(found.parcels) == {("12", "5"), ("12", "4")}


def test_a_parcel_without_a_sheet_and_a_sheet_without_a_parcel_are_kept() -> None:
    assert searched([key("parcel", "12")]).parcels == (("12", None),)
    assert searched([key("map_sheet", "5")]).parcels == ((None, "5"),)


def test_all_else_stands_as_words() -> None:
    assert searched([key("certificate", "BA 123456"), key("book", "02")]).others == ("BA 123456", "02")
