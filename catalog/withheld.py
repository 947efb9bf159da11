"""How rows say that they are held for a secret mark, so that everybody else leaves them alone."""

from sqlalchemy import ColumnElement, FromClause, func

SECRET, WIPED = "secret-mark", "secret-wiped"
"""Codes of what is held for a mark, and of what the custodian wiped (`catalog.secret_mark`)."""


def not_secret(table: FromClause) -> ColumnElement[bool]:
    """Return the condition that a row of `table` is not held for a mark: the custodian alone decides that."""
    return func.coalesce(table.c.code, "").not_in((SECRET, WIPED))
