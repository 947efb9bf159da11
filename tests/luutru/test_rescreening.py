"""Looking through again: what nothing could look at has not passed and stops nobody; a rebuild is owed."""

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import select

from catalog import index_feed, schema, secret_screen
from catalog.identifiers import ObjectKey
from luutru import hands
from luutru.hands import HandDied, Refused
from luutru.index_holder import rebuild
from luutru.rescreening import screen_archive
from luutru.screening import SCREENED_BY, FoundMark, ScreenOrder
from tests.api.stock import Stock, make


@pytest.fixture(scope="module")
def stock(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stock]:
    """An archive with records that were never looked through."""
    made = make(tmp_path_factory.mktemp("screened") / "home")
    with made.archive.register.write() as conn:
        conn.execute(schema.page.update().values(screened=None))
    yield made
    made.archive.close()


def test_what_cannot_be_looked_at_stops_nothing_and_waits_for_the_next_run(
    stock: Stock, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers: list[Exception] = [Refused("broken", "it cannot be decoded"), HandDied("it died")]

    def screen(hand: hands.Hand, order: ScreenOrder) -> FoundMark | None:
        if answers:
            raise answers.pop()
        return None

    monkeypatch.setattr(hands.Hand, "screen", screen)
    with stock.archive.register.read() as conn:
        all_of_them = secret_screen.left(conn, stock.archive.system, SCREENED_BY)
        held = secret_screen.unseen(conn, stock.archive.system)

    first = screen_archive(stock.archive)
    second = screen_archive(stock.archive)

    assert (first.looked, first.held, first.unseen) == (all_of_them - 2, 0, held + 2)
    assert (second.looked, second.unseen) == (2, held)


def test_words_are_sought_in_the_first_reading_whatever_a_person_made_of_it(stock: Stock) -> None:
    with stock.archive.register.write() as conn:
        page, reading = schema.page, schema.reading
        chosen = select(page.c.id, page.c.reading_id).where(page.c.state == "read", page.c.twin_of.is_(None))
        one = conn.execute(chosen.order_by(page.c.id).limit(1)).one()
        old = conn.execute(select(reading).where(reading.c.id == one.reading_id)).one()._mapping
        newer: dict[str, Any] = {**old, "id": "f" * 32, "source": "person", "object_key": ObjectKey("e" * 64)}
        conn.execute(reading.insert().values(newer))
        conn.execute(page.update().where(page.c.id == one.id).values(reading_id="f" * 32, screened=None))
        found = secret_screen.to_screen(conn, stock.archive.system, SCREENED_BY, limit=100)
        keys = {each.page: each.reading_key for each in found}
        conn.rollback()

    assert keys[one.id] == old["object_key"]


def test_a_rebuild_is_owed_until_one_was_begun_after_that(stock: Stock) -> None:
    archive = stock.archive
    with archive.register.write() as conn:
        index_feed.owe_rebuild(conn, archive.system)

    rebuild(archive)

    with archive.register.write() as conn:
        assert not index_feed.rebuild_owed(conn, archive.system)
        name = index_feed.latest(conn, archive.system)
        index_feed.announce(conn, archive.system, ["page:x"])
        index_feed.owe_rebuild(conn, archive.system)
        index_feed.switched(conn, archive.system, "another", since=name)
        assert index_feed.rebuild_owed(conn, archive.system)
