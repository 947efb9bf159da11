"""Whatever archivists do to documents and pages, in whatever order: no page is lost, none is doubled."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from sqlalchemy import Connection, select

from catalog import arrangement, batch, boundary, contradiction, dossier_parts, schema, undo
from catalog.arranging import ArrangementInvalid
from catalog.dossier import DossierMerged
from catalog.identifiers import DocumentId, DossierId, PageId
from catalog.register import Register
from catalog.undo import NothingToUndo, UndoTooLate
from tests.catalog.archive import SYSTEM, make_office
from tests.catalog.arranged import finish, laid, order, seen, stack
from tests.catalog.conftest import BACK_ENDS, empty

REFUSED = (ArrangementInvalid, DossierMerged, UndoTooLate, NothingToUndo, boundary.BoundaryDecided)
some = st.integers(0, 99)


class AnyArrangement(RuleBasedStateMachine):
    """Two dossiers of one fonds, and archivists who arrange them."""

    def __init__(self, register: Register) -> None:
        super().__init__()
        self.register = register
        office = make_office(register)
        self.scope = office.archivist
        first, second = stack(office, pages=(4, 2)), stack(office, pages=(3,), label="HS 2")
        self.places = [first.dossier, second.dossier]
        with register.read() as conn:
            self.pages = sorted(page for pages in laid(conn).values() for page in pages)
        self.pictures: dict[str, Any] = {}

    # --- archivists

    @rule(which=some, before=some)
    def split(self, which: int, before: int) -> None:
        def act(conn: Connection) -> None:
            document, pages = self.document(conn, which)
            number = before % (len(pages) + 1) + 1
            arrangement.split(conn, self.scope, document, number, seen=seen(conn, document))

        self.attempt(act)

    @rule(which=st.lists(some, min_size=2, max_size=3))
    def merge(self, which: list[int]) -> None:
        def act(conn: Connection) -> None:
            chosen = list(dict.fromkeys(self.document(conn, each)[0] for each in which))
            arrangement.merge(conn, self.scope, chosen, seen=seen(conn, *chosen))

        self.attempt(act)

    @rule(which=st.lists(some, min_size=1, max_size=4), into=some, before=some)
    def move_pages(self, which: list[int], into: int, before: int) -> None:
        def act(conn: Connection) -> None:
            target, there = self.document(conn, into)
            pages = list(dict.fromkeys(self.pages[each % len(self.pages)] for each in which))
            place = before % (len(there) + 1) + 1
            arrangement.move_pages(conn, self.scope, pages, target, seen={}, before=place)

        self.attempt(act)

    @rule(which=some, turn=some)
    def order_pages(self, which: int, turn: int) -> None:
        def act(conn: Connection) -> None:
            document, pages = self.document(conn, which)
            at = turn % len(pages)
            turned = (*pages[at:], *pages[:at])
            arrangement.put_pages_in_order(conn, self.scope, document, turned, seen={})

        self.attempt(act)

    @rule(place=some, turn=some)
    def order_documents(self, place: int, turn: int) -> None:
        def act(conn: Connection) -> None:
            dossier = self.dossier(place)
            documents = order(conn, dossier)
            at = turn % max(1, len(documents))
            turned = [*documents[at:], *documents[:at]]
            arrangement.put_in_order(conn, self.scope, dossier, turned)

        self.attempt(act)

    @rule(which=some, place=some)
    def move_document(self, which: int, place: int) -> None:
        def act(conn: Connection) -> None:
            document, _pages = self.document(conn, which)
            arrangement.move(conn, self.scope, [document], self.dossier(place), seen={})

        self.attempt(act)

    @rule(which=st.lists(some, min_size=1, max_size=3), back=st.booleans())
    def set_apart(self, which: list[int], back: bool) -> None:
        def act(conn: Connection) -> None:
            pages = list(dict.fromkeys(self.pages[each % len(self.pages)] for each in which))
            if back:
                arrangement.put_back(conn, self.scope, pages, seen={})
            else:
                arrangement.set_apart(conn, self.scope, pages, "blank", seen={})

        self.attempt(act)

    @rule(place=some, other=some)
    def merge_dossiers(self, place: int, other: int) -> None:
        def act(conn: Connection) -> None:
            dossier_parts.merge_dossiers(conn, self.scope, self.dossier(place), [self.dossier(other)])

        self.attempt(act)

    @rule(which=some, label=some)
    def split_dossier(self, which: int, label: int) -> None:
        def act(conn: Connection) -> None:
            document, _pages = self.document(conn, which)
            place = conn.execute(
                select(schema.document.c.dossier_id).where(schema.document.c.id == document)
            ).scalar_one()
            made = dossier_parts.split_dossier(
                conn, self.scope, DossierId(place), [document], f"HS {label}", seen={}
            )
            self.places.append(made)

        self.attempt(act)

    @rule(which=some, sheet=st.booleans())
    def confirm_boundary(self, which: int, sheet: bool) -> None:
        def act(conn: Connection) -> None:
            document, pages = self.document(conn, which)
            if len(pages) < 2:
                return
            found = boundary.Suggestion(pages[1], pages[0] if sheet else None, "separator", 0.9)
            boundary.suggest(conn, SYSTEM, [found])
            for each in boundary.boundaries(conn, self.scope, document=document):
                boundary.confirm(conn, self.scope, each.id, seen={})

        self.attempt(act)

    @rule(place=some)
    def take_back(self, place: int) -> None:
        taken: list[str] = []

        def act(conn: Connection) -> None:
            last = undo.last(conn, self.scope, dossier=self.dossier(place))
            undo.undo(conn, self.scope, last.id)
            taken.append(last.id)

        with self.register.read() as conn:
            newest = conn.execute(
                select(schema.arranging.c.id)
                .where(schema.arranging.c.undone_at.is_(None))
                .order_by(schema.arranging.c.id.desc())
                .limit(1)
            ).scalar()
        self.attempt(act, note=False)
        if taken and taken == [newest] and newest in self.pictures:
            assert self.picture() == self.pictures[newest], "not as it was before"

    @rule()
    def the_machines_catch_up(self) -> None:
        finish(self.register)

    # --- the law

    @invariant()
    def every_page_lies_in_one_document_and_there_are_as_many_as_ever(self) -> None:
        page, arranged, document = schema.page.c, schema.arrangement.c, schema.document.c
        with self.register.read() as conn:
            wrong = contradiction.contradictions(conn, SYSTEM)
            rows = conn.execute(
                select(arranged.page_id, document.id, page.document_id)
                .join_from(schema.arrangement, schema.document, document.id == arranged.document_id)
                .join(schema.page, page.id == arranged.page_id)
                .where(arranged.revision == document.arrangement)
            ).all()
            counted = conn.execute(select(document.pages)).scalars().all()
            ledgers = [batch.ledger(conn, SYSTEM, lot.id) for lot in batch.batches(conn, SYSTEM)]
        assert wrong == []
        assert sorted(row.page_id for row in rows) == self.pages
        assert all(row.id == row.document_id for row in rows)
        assert sum(counted) == len(self.pages)
        assert all(ledger.adds_up for ledger in ledgers)

    # --- how

    def document(self, conn: Connection, which: int) -> tuple[DocumentId, tuple[PageId, ...]]:
        there = sorted((name, pages) for name, pages in laid(conn).items() if pages)
        if not there:
            raise ArrangementInvalid("everything is set apart")
        return there[which % len(there)]

    def dossier(self, which: int) -> DossierId:
        return self.places[which % len(self.places)]

    def picture(self) -> Any:
        """Return how everything lies, that is there at all."""
        with self.register.read() as conn:
            return (
                {name: pages for name, pages in laid(conn).items() if pages},
                {place: order(conn, place) for place in self.places if order(conn, place)},
                dict(
                    conn.execute(
                        select(schema.page.c.id, schema.page.c.set_apart).where(
                            schema.page.c.set_apart.is_not(None)
                        )
                    ).all()
                ),
            )

    def attempt(self, act: Callable[[Connection], None], *, note: bool = True) -> None:
        was = self.picture()
        places = list(self.places)
        try:
            with self.register.write() as conn:
                act(conn)
        except REFUSED:
            self.places = places
            assert self.picture() == was, "refused, and something changed"
            return
        if note:
            with self.register.read() as conn:
                newest = conn.execute(
                    select(schema.arranging.c.id).order_by(schema.arranging.c.id.desc()).limit(1)
                ).scalar()
            if newest is not None:
                self.pictures.setdefault(newest, was)


@pytest.mark.parametrize("back_end", BACK_ENDS)
def test_no_page_is_ever_lost_or_doubled_and_undoing_restores(
    back_end: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    opened: list[Register] = []

    def machine() -> AnyArrangement:
        if back_end == "sqlite":
            file = tmp_path / f"{len(opened)}.db"
            shutil.copyfile(request.getfixturevalue("migrated_file"), file)
            opened.append(Register(f"sqlite:///{file}"))
        elif not opened:
            empty(request.getfixturevalue("migrated_url"))
            opened.append(Register(request.getfixturevalue("migrated_url")))
        else:
            empty(request.getfixturevalue("migrated_url"))
        return AnyArrangement(opened[-1])

    run_state_machine_as_test(
        machine,  # type: ignore[arg-type]  # any factory does
        settings=settings(
            max_examples=EXAMPLES[back_end],
            stateful_step_count=25,
            deadline=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        ),
    )

    for register in opened:
        register.close()


EXAMPLES = {"sqlite": 6, "postgresql": 3}
"""Enough to fall over what was ever wrong; see `docs/checking.md` for the long run."""
