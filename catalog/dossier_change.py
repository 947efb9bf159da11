"""Changing what is said of a dossier: by a person, field by field; by a machine, as a proposal."""

import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from sqlalchemy import Connection, or_, select

from catalog import dossier as dossiers
from catalog import event, index_feed, schema
from catalog.access import Role, Scope
from catalog.dossier import Dossier, Retention
from catalog.identifiers import DossierId
from catalog.in_transfer import is_frozen
from catalog.natural_order import sort_key
from luutru.errors import Conflict, InvalidInput

Changes = Mapping[str, str | date | None]
"""New values by name of field, one of `FIELDS`; None takes the value away where there may be none."""


class DossierChanged(Conflict):
    """Somebody changed the dossier meanwhile: look again."""

    slug = "dossier-changed"


class DossierFieldInvalid(InvalidInput):
    """A field that there is not, or a value that it cannot have."""

    slug = "dossier-field-invalid"


def edit(conn: Connection, scope: Scope, dossier: DossierId, changes: Changes, *, revision: int) -> Dossier:
    """Write down what a person says of a dossier, and return it; nothing changed is no act.

    A type and a retention given so are decided; `box` takes the label of a box, new or not. `revision`: the
    one that the person had before their eyes.

    Raises:
        DossierFieldInvalid: a field or value that cannot be; nothing was changed.
        DossierChanged: somebody was quicker.
        DossierNotFound, NotAllowed, DossierSignedOff, DossierMerged: as they say.
    """
    wanted = checked(changes)
    box = wanted.pop("box", "")
    seen = dossiers.find(conn, scope, dossier)
    place = dossiers.box(conn, scope, seen.fonds, str(box)) if box else None  # subjects before dossiers
    dossiers.hold_open(conn, scope, [dossier])
    was = dossiers.find(conn, scope, dossier)
    if was.revision != revision:
        raise DossierChanged(
            f"dossier {dossier} is at revision {was.revision}, you saw {revision}: look again"
        )
    values = columns_of_change(was.retention, wanted) | ({"box_id": place} if "box" in changes else {})
    row = conn.execute(select(schema.dossier).where(schema.dossier.c.id == dossier)).one()._mapping
    values = {name: value for name, value in values.items() if row[name] != value}
    if not values:
        return was
    require_in_order(values.get("date_from", was.date_from), values.get("date_to", was.date_to))
    conn.execute(schema.dossier.update().where(schema.dossier.c.id == dossier).values(**values))
    event.record(conn, scope, "dossier-edited", f"dossier:{dossier}", {"fields": sorted(changes)})
    _tell(conn, scope, dossier, pages="access_mode" in values)
    return dossiers.find(conn, scope, dossier)


def columns_of(conn: Connection, scope: Scope, dossier: DossierId) -> dict[str, Any]:
    """Return what `edit` may change of a dossier, column by column, as `put_back` takes it (plain values).

    Raises:
        DossierNotFound: there is none that the one who asks may see.
    """
    dossiers.find(conn, scope, dossier)
    row = conn.execute(select(schema.dossier).where(schema.dossier.c.id == dossier)).one()._mapping
    return {name: row[name].isoformat() if isinstance(row[name], date) else row[name] for name in _EDITED}


def put_back(
    conn: Connection, scope: Scope, dossier: DossierId, columns: Mapping[str, Any], *, revision: int
) -> Dossier:
    """Make columns of a dossier what `columns_of` gave before, and return it.

    Raises:
        DossierChanged, DossierNotFound, NotAllowed, DossierSignedOff, DossierMerged: as `edit` says.
    """
    dossiers.hold_open(conn, scope, [dossier])
    was = dossiers.find(conn, scope, dossier)
    if was.revision != revision:
        raise DossierChanged(
            f"dossier {dossier} is at revision {was.revision}, you saw {revision}: look again"
        )
    values = {
        name: _day(name, value) if name in ("date_from", "date_to") else value
        for name, value in columns.items()
        if name in _EDITED
    }
    conn.execute(schema.dossier.update().where(schema.dossier.c.id == dossier).values(**values))
    event.record(conn, scope, "dossier-put-back", f"dossier:{dossier}", {"fields": sorted(values)})
    _tell(conn, scope, dossier, pages="access_mode" in values)
    return dossiers.find(conn, scope, dossier)


_EDITED = (
    "label",
    "sort_key",
    "code",
    "title",
    "place",
    "date_from",
    "date_to",
    "box_id",
    "type",
    "type_source",
    "type_confidence",
    "retention",
    "retention_code",
    "retention_rule",
    "retention_source",
    "retention_state",
    "access_mode",
    "language",
    "keyword",
    "physical_state",
    "description",
)
"""Columns that an edit may change."""


def checked(changes: Changes) -> dict[str, str | date | None]:
    """Return `changes` as they would be written: NFC, no blanks around.

    Raises:
        DossierFieldInvalid: a field that there is not, or a value that it cannot have.
    """
    clean: dict[str, str | date | None] = {}
    for name, value in changes.items():
        if name not in FIELDS:
            raise DossierFieldInvalid(f"no field {name}; there are {', '.join(FIELDS)}")
        clean[name] = FIELDS[name](name, _tidy(value))
    return clean


def propose_type(conn: Connection, scope: Scope, dossier: DossierId, code: str, confidence: float) -> bool:
    """Write down what type a machine takes a dossier for; return False where a person has decided.

    Raises:
        DossierFieldInvalid: a confidence that is none.
    """
    scope.require(Role.ADMINISTRATOR)
    if not 0.0 <= confidence <= 1.0:
        raise DossierFieldInvalid(f"a confidence of {confidence}; 0.0 to 1.0 is one")
    return _propose(
        conn,
        scope,
        dossier,
        {"type": code, "type_confidence": confidence, "type_source": "machine"},
        unless=schema.dossier.c.type_source == "person",
    )


def propose_retention(
    conn: Connection, scope: Scope, dossier: DossierId, *, value: str, code: str, rule: str, source: str
) -> bool:
    """Write down what a rule says of how long to keep a dossier; return False where a person has decided."""
    scope.require(Role.ADMINISTRATOR)
    return _propose(
        conn,
        scope,
        dossier,
        {
            "retention": value,
            "retention_code": code,
            "retention_rule": rule,
            "retention_source": source,
            "retention_state": "proposed",
        },
        unless=schema.dossier.c.retention_state == "decided",
    )


def _propose(
    conn: Connection, scope: Scope, dossier: DossierId, values: dict[str, Any], *, unless: Any
) -> bool:
    mine = schema.dossier.c.id == dossier
    state = conn.execute(select(schema.dossier.c.state).where(mine).with_for_update(key_share=True)).scalar()
    if (
        state not in ("open", "checked")
        or conn.execute(select(or_(unless, is_frozen())).where(mine)).scalar()
    ):
        return False
    conn.execute(schema.dossier.update().where(mine).values(**values))
    _tell(conn, scope, dossier)
    return True


def _tell(conn: Connection, scope: Scope, dossier: DossierId, *, pages: bool = False) -> None:
    """Tell search; of all pages too where other people may see them now."""
    if pages:
        index_feed.announce_anew(
            conn,
            scope,
            dossiers=schema.dossier.c.id == dossier,
            documents=schema.document.c.dossier_id == dossier,
        )
        return
    mine = schema.dossier.c.id == dossier
    conn.execute(schema.dossier.update().where(mine).values(revision=schema.dossier.c.revision + 1))
    index_feed.announce(conn, scope, [index_feed.dossier_entry(dossier)])


def require_in_order(begins: date | None, ends: date | None) -> None:
    """Pass if a dossier may begin on one day and end on the other.

    Raises:
        DossierFieldInvalid: it would end before it begins.
    """
    if begins is not None and ends is not None and begins > ends:
        raise DossierFieldInvalid(f"it would begin on {begins} and end on {ends}")


def columns_of_change(was: Retention, wanted: Mapping[str, str | date | None]) -> dict[str, Any]:
    """Return the columns that come of what a person said (`checked`) of a dossier kept so long until now."""
    values: dict[str, Any] = dict(wanted)
    if "label" in values:
        values["sort_key"] = sort_key(str(values["label"]))
    if "type" in values:
        values |= {"type_source": "person" if values["type"] else None, "type_confidence": None}
    if values.keys() & {"retention", "retention_code", "retention_rule", "retention_source"}:
        known = values.get("retention", was.value), values.get("retention_code", was.code)
        values["retention_state"] = "decided" if all(known) else None
    return values


# --- what a field may hold -----------------------------------------------------------------------------

Value = str | date | None
Check = Callable[[str, Value], Value]


def _tidy(value: Value) -> Value:
    return unicodedata.normalize("NFC", value).strip() if isinstance(value, str) else value


def _text(longest: int, *, empty: bool = True) -> Check:
    def check(name: str, value: Value) -> Value:
        value = "" if value is None else value
        if not isinstance(value, str) or len(value) > longest or not (value or empty):
            raise DossierFieldInvalid(f"{name} is {'' if empty else '1 to '}{longest} characters at most")
        if any(unicodedata.category(sign) == "Cc" and sign not in "\n\t" for sign in value):
            raise DossierFieldInvalid(f"{name} holds a control character")
        return value

    return check


def _text_or_none(longest: int) -> Check:
    check = _text(longest)
    return lambda name, value: check(name, value) or None


def _day(name: str, value: Value) -> Value:
    if value is None or isinstance(value, date):
        return value
    try:
        return date.fromisoformat(value) if value else None
    except ValueError:
        raise DossierFieldInvalid(f"{name} is a day, as in 2001-12-31; found {value!r}") from None


def _one_of(*codes: str, none: bool = False) -> Check:
    def check(name: str, value: Value) -> Value:
        if none and not value:
            return None
        if value not in codes:
            raise DossierFieldInvalid(f"{name} is one of {', '.join(codes)}; found {value!r}")
        return value

    return check


def _open_or_conditional(name: str, value: Value) -> Value:
    if value == "03":  # nobody could see it again, or say who took it away: a custodian's act must come first
        raise DossierFieldInvalid("hồ sơ mật không được nhập vào hệ thống này: báo người phụ trách bảo mật")
    return _one_of("01", "02")(name, value)


def _languages(name: str, value: Value) -> Value:
    if not isinstance(value, str) or not re.fullmatch(r"(0[1-9]|1[01])(,(0[1-9]|1[01]))*", value):
        raise DossierFieldInvalid(f"{name} is codes 01 to 11 with commas between; found {value!r}")
    return value


FIELDS: Mapping[str, Check] = {
    "label": _text(200, empty=False),
    "code": _text_or_none(100),  # lengths: TT 05/2025/TT-BNV, SIP_hoso
    "title": _text(1000, empty=False),
    "place": _text(200),
    "date_from": _day,
    "date_to": _day,
    "box": _text_or_none(200),
    "type": _text_or_none(16),
    "retention": _text_or_none(200),
    "retention_code": _one_of("01", "02", "03", "04", "05", "06", "07", none=True),
    "retention_rule": _text_or_none(500),
    "retention_source": _text_or_none(500),
    "access_mode": _open_or_conditional,
    "language": _languages,
    "keyword": _text(100),
    "physical_state": _one_of("01", "02", "03", none=True),
    "description": _text(2000),
}
"""The fields that a person may change, and what each may hold."""
