"""How rows say that they are held for a secret mark, so that everybody else leaves them alone."""

from typing import Any

from sqlalchemy import ColumnElement, FromClause, and_, case, func, null, select

from catalog import schema

SECRET, WIPED = "secret-mark", "secret-wiped"
"""Codes of what is held for a mark, and of what the custodian wiped (`catalog.secret_mark`)."""


def not_secret(table: FromClause) -> ColumnElement[bool]:
    """Return the condition that a row of `table` is not held for a mark: the custodian alone decides that."""
    return func.coalesce(table.c.code, "").not_in((SECRET, WIPED))


def standing() -> dict[str, ColumnElement[Any]]:
    """Return state and code of documents whose pages changed: one of held pages alone is held itself."""
    page = schema.page.alias("of_it")

    def has(*conditions: ColumnElement[bool]) -> ColumnElement[bool]:
        mine = select(page.c.id).where(page.c.document_id == schema.document.c.id, *conditions)
        return mine.correlate(schema.document).exists()

    counted = and_(page.c.set_apart.is_(None), not_secret(page))
    wiped = and_(has(page.c.code == WIPED), ~has(page.c.code == SECRET))
    return {
        "state": case(
            (has(counted, page.c.published.is_(True)), "waiting"), (has(counted), "looking"), else_="held"
        ),
        "code": case((has(counted), null()), (wiped, WIPED), else_=SECRET),
    }
