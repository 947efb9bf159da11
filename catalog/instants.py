"""Moments in the register: always UTC, never naive."""

from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

from sqlalchemy import DateTime, Dialect
from sqlalchemy.types import TypeDecorator


class Instant(TypeDecorator[datetime]):
    """A moment in UTC on every database (SQLite gives naive times back, PostgreSQL aware ones)."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse naive moments, store the rest as UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a moment without time zone: {value!r}")
        return value.astimezone(UTC)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        """Give UTC back."""
        if value is None:
            return None
        moment: datetime = value
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


VIETNAM = timezone(timedelta(hours=7))
"""The time of all offices whose records these are; it has no summer time."""


def today() -> date:
    """Return the day it is in Vietnam: instruments hold from and until a day there."""
    return now().astimezone(VIETNAM).date()


def now() -> datetime:
    """Return this moment in UTC."""
    return datetime.now(UTC)
