"""The people of a digitisation team, and short ways to do what they do."""

from sqlalchemy import Connection

from catalog.access import Role, Scope
from catalog.identifiers import DocumentId
from review import checking, quality
from review.mistake import Mistake
from tests.catalog.archive import Office, scope_of
from tests.catalog.arranged import Stack, seen


def archivist(office: Office, name: str) -> Scope:
    """Return somebody who checks the records of An Lạc."""
    return scope_of(Role.ARCHIVIST, office.an_lac, name=name)


def enter(conn: Connection, scope: Scope, *documents: DocumentId) -> None:
    """Go through documents."""
    for document in documents:
        checking.done(conn, scope, document, seen=seen(conn, document))


def control(conn: Connection, scope: Scope, lot: str, *wrong: DocumentId) -> quality.Lot:
    """Judge the whole sample of a lot; in `wrong` there is a wrong date."""
    for document, _state in quality.sample_of(conn, scope, lot):
        mistakes = [Mistake("wrong-date", field="date")] if document in wrong else []
        quality.judge(conn, scope, lot, document, mistakes)
    return quality.find(conn, scope, lot)


def pass_both_rounds(conn: Connection, here: Stack) -> None:
    """Let everything in a dossier be gone through by Lan and controlled by Hoa and Minh."""
    lan, hoa, minh = (archivist(here.office, name) for name in ("lan", "hoa", "minh"))
    enter(conn, lan, *here.documents)
    control(conn, hoa, quality.open_lot(conn, lan, 1, dossier=here.dossier))
    control(conn, minh, quality.open_lot(conn, lan, 2, dossier=here.dossier))
