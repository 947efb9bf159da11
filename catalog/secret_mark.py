"""Secret marks that were found: what is held for them, who decided what, and what the register forgot.

Held are all files of the same bytes, each as a whole. From then on the register has of them neither name,
path nor hash, only seals (keyed digests; the key lies on the quay) by which the same bytes are known again.
What a person needs to go on with a released file lies on the quay, beside the file itself.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, and_, delete, func, or_, select

from catalog import event, index_feed, objects, schema, work
from catalog.access import Role, Scope
from catalog.forgetting import forget, hosts
from catalog.identifiers import ObjectKey, PageId, SourceFileId, new_id
from catalog.instants import now
from catalog.register import lock_rows, lock_subject, upsert
from catalog.secret_report import answers_for
from catalog.source_file import SourceFile
from catalog.withheld import SECRET, WIPED, not_secret
from luutru.errors import Conflict, InvalidInput, NotFound

Seal = Callable[[str], str]
"""Makes a keyed digest, 64 hex digits, of a hash or an origin."""


class MarkNotFound(NotFound):
    """Nothing is held under this name, or not for the one who asks."""

    slug = "secret-mark-not-found"


class CopiesChanged(Conflict):
    """A file of the same bytes came or went meanwhile; ask again."""

    slug = "copies-changed"


class ReasonNeeded(InvalidInput):
    """To release or to wipe is an act of a person: it needs its reason, to wipe the instrument too."""

    slug = "reason-needed"


@dataclass(frozen=True)
class Found:
    """A mark as it was found; `page_number` is None where bytes were known from before."""

    page_number: int | None  #: 1, 2, ... in the file
    level: str | None  #: MẬT, TỐI MẬT or TUYỆT MẬT
    confidence: float | None  #: 0.0 to 1.0
    found_by: str  #: words, picture or bytes; by older rules coloured, framed, unread


KNOWN_BYTES = Found(None, None, None, "bytes")


@dataclass(frozen=True)
class Held:
    """What must go after a hold was recorded."""

    quay_readings: frozenset[str]


def copies(conn: Connection, scope: Scope, file: SourceFileId) -> list[SourceFile]:
    """Return every file of the same bytes, this one included."""
    scope.require(Role.ADMINISTRATOR)
    own = select(schema.source_file.c.sha256).where(schema.source_file.c.id == file).scalar_subquery()
    rows = conn.execute(
        select(schema.source_file)
        .where(schema.source_file.c.sha256 == own, schema.source_file.c.sha256 != "")
        .order_by(schema.source_file.c.id)
    )
    return [SourceFile.from_row(row) for row in rows]


def known(conn: Connection, scope: Scope, sealed: str) -> bool:
    """Return whether bytes with this seal are held, or were wiped."""
    scope.require(Role.ARCHIVIST)
    file = schema.source_file.c
    found = select(file.id).where(file.sha256 == sealed, file.code.in_((SECRET, WIPED)))
    return conn.execute(found.limit(1)).first() is not None


def hold(
    conn: Connection,
    scope: Scope,
    file: SourceFileId,
    found: Found,
    *,
    seal: Seal,
    landed: Mapping[SourceFileId, str],
    noted: frozenset[SourceFileId],
    claim: work.Claim | None = None,
) -> Held:
    """Hold a file with a mark on one of its pages, and every file of the same bytes.

    `landed`: the name on the quay of those that a store kept until now; `noted`: those whose name and path
    lie on the quay. `claim`: of the page on which it was found, None where it was looked through again.

    Raises:
        ClaimLost: somebody else looks at the page.
        CopiesChanged: a copy is in neither `landed` nor `noted`; nothing was recorded.
    """
    scope.require(Role.ADMINISTRATOR)
    table = schema.source_file
    plain = conn.execute(select(table.c.sha256).where(table.c.id == file)).scalar_one()
    lock_subject(conn, f"bytes:{plain}")
    if claim is not None:
        work.hold(conn, scope, claim)
    mine = copies(conn, scope, file)
    if any(one.id not in noted or (one.object_key and one.id not in landed) for one in mine):
        raise CopiesChanged("a file of the same bytes came meanwhile")
    names = [one.id for one in mine]
    lock_rows(conn, table, table.c.id.in_(names))
    page, document = schema.page, schema.document
    own = page.c.source_file_id.in_(names)
    lock_rows(conn, page, or_(own, page.c.document_id.in_(hosts(conn, scope, names))))
    lock_rows(conn, document, document.c.id.in_(hosts(conn, scope, names)))  # now no page of theirs moves
    sealed = seal(plain)
    for one in mine:
        conn.execute(
            table.update()
            .where(table.c.id == one.id)
            .values(
                **{**work.anew(table), "code": SECRET},
                state="held",
                origin=f"secret:{seal(one.origin)}",
                path="",
                sha256=sealed,
                quay_name=landed.get(one.id, one.quay_name),
                object_key=None,
                waiting_pages=0,
                done_at=None,
            )
        )
        _hide_in_batch(conn, one, seal)
        note(conn, scope, one.id, found)
    forgotten = forget(conn, scope, names, keys={one.object_key for one in mine if one.object_key})
    index_feed.announce(conn, scope, [index_feed.page_entry(page) for page in forgotten.pages])
    if forgotten.pages:
        index_feed.owe_rebuild(conn, scope)
    return Held(forgotten.quay_readings)


def note(conn: Connection, scope: Scope, file: SourceFileId, found: Found) -> None:
    """Write down that a file is held for a mark, in the transaction that holds it."""
    conn.execute(
        schema.secret_mark.insert().values(
            id=new_id(),
            source_file_id=file,
            page_number=found.page_number,
            level=found.level,
            confidence=found.confidence,
            found_by=found.found_by,
            found_at=now(),
            state="held",
        )
    )
    event.record(conn, scope, "secret-held", f"source_file:{file}", {"page": found.page_number})


def _hide_in_batch(conn: Connection, file: SourceFile, seal: Seal) -> None:
    """Take the file's name from a batch that is called after it: one file was taken in by itself."""
    batch = schema.batch
    row = conn.execute(select(batch.c.name, batch.c.origin).where(batch.c.id == file.batch)).one()
    own = {file.origin, file.origin.removeprefix("watch:")}
    lines = [
        f"secret:{seal(line)}" if line.removeprefix("watch:") in own else line
        for line in row.origin.split("\n")
    ]
    last = file.path.rsplit("/", 1)[-1]
    named = bool(last) and (last in row.name or row.name in (last, last.rsplit(".", 1)[0]))
    if named or lines != row.origin.split("\n"):
        conn.execute(
            batch.update()
            .where(batch.c.id == file.batch)
            .values(name=f"({now():%d/%m/%Y})" if named else row.name, origin="\n".join(lines))
        )


def of_custodian(conn: Connection, scope: Scope, file: SourceFileId) -> list[SourceFile]:
    """Return the held files of the same bytes as `file`, for the custodian of all of them.

    Raises:
        MarkNotFound: it is not held, or another unit's custodian answers for a copy of it.
    """
    table, batch = schema.source_file, schema.batch.c
    own = select(table.c.sha256).where(table.c.id == file, table.c.code == SECRET).scalar_subquery()
    rows = conn.execute(
        select(table, batch.unit_id)
        .join(schema.batch, batch.id == table.c.batch_id)
        .where(table.c.sha256 == own, table.c.code == SECRET)
        .order_by(table.c.id)
    ).all()
    if not rows or not all(answers_for(scope, row.unit_id) for row in rows):
        raise MarkNotFound("nothing is held under this name for you to decide on")
    return [SourceFile.from_row(row) for row in rows]


@dataclass(frozen=True)
class Hidden:
    """What the quay knows of a held file and the register does not."""

    path: str
    origin: str
    sha256: str


def release(
    conn: Connection,
    scope: Scope,
    file: SourceFileId,
    *,
    reason: str,
    instrument: str | None = None,
    hidden: Mapping[SourceFileId, Hidden],
) -> list[SourceFileId]:
    """Record that there is no mark: the files go on as ordinary work; return which.

    The pages on which it was seen are not looked through again; all others are.

    Raises:
        ReasonNeeded, MarkNotFound: as they say.
        CopiesChanged: `hidden` lacks a copy.
    """
    reason = _said(reason)
    mine = of_custodian(conn, scope, file)
    if any(one.id not in hidden for one in mine):
        raise CopiesChanged("a file of the same bytes came meanwhile")
    names = [one.id for one in mine]
    table, page, document, mark = schema.source_file, schema.page, schema.document, schema.secret_mark
    seen = select(mark.c.page_number - 1).where(mark.c.source_file_id.in_(names), mark.c.state == "held")
    lock_rows(conn, table, table.c.id.in_(names))
    own = page.c.source_file_id.in_(names)
    lock_rows(conn, page, own)
    papers = or_(
        document.c.id.in_(select(page.c.document_id).where(own)), document.c.source_file_id.in_(names)
    )
    lock_rows(conn, document, papers)
    conn.execute(page.update().where(own, page.c.image_index.in_(seen)).values(mark_released=True))
    waits = {**work.anew(page), "state": "waiting", "screened": None}
    conn.execute(page.update().where(own).values(**waits))
    held = and_(papers, document.c.state == "held", document.c.code == SECRET)
    conn.execute(document.update().where(held).values(**work.anew(document), state="looking"))
    for one in mine:
        told = hidden[one.id]
        there = select(func.count()).where(page.c.source_file_id == one.id).scalar_subquery()
        conn.execute(
            table.update()
            .where(table.c.id == one.id)
            .values(
                **work.anew(table),
                state="received" if one.pages is None else "opened",
                origin=told.origin,
                path=told.path,
                sha256=told.sha256,
                waiting_pages=there,
            )
        )
        conn.execute(
            document.update()
            .where(document.c.source_file_id == one.id)
            .values(name=told.path.rsplit("/", 1)[-1])
        )
        _decide(conn, scope, one.id, "released", reason, instrument)
    return names


def wipe(
    conn: Connection, scope: Scope, file: SourceFileId, *, reason: str, instrument: str
) -> list[SourceFileId]:
    """Record that the bytes go for good; they are wiped after this (`to_wipe`). Return which files.

    Raises:
        ReasonNeeded, MarkNotFound: as they say.
    """
    reason = _said(reason)
    if not instrument.strip():
        raise ReasonNeeded("to wipe needs the decision or article it stands on")
    mine = of_custodian(conn, scope, file)
    names = [one.id for one in mine]
    table, page, document = schema.source_file, schema.page, schema.document
    for each, own in ((table, table.c.id), (page, page.c.source_file_id)):
        lock_rows(conn, each, own.in_(names))
        conn.execute(each.update().where(own.in_(names)).values(code=WIPED))
    of_them = select(page.c.document_id).where(page.c.source_file_id.in_(names))
    papers = and_(
        or_(document.c.id.in_(of_them), document.c.source_file_id.in_(names)),
        document.c.state == "held",
        document.c.code == SECRET,
        document.c.id.not_in(select(page.c.document_id).where(page.c.code == SECRET)),
    )
    lock_rows(conn, document, papers)
    conn.execute(document.update().where(papers).values(code=WIPED))
    conn.execute(table.update().where(table.c.id.in_(names)).values(size=0, media_type=None))
    for name in names:
        _decide(conn, scope, name, "wiped", reason, instrument.strip())
    return names


def to_wipe(conn: Connection, scope: Scope) -> dict[SourceFileId, str]:
    """Return, of files that a custodian had wiped, what still lies on the quay: the name there."""
    scope.require(Role.ADMINISTRATOR)
    file = schema.source_file.c
    rows = conn.execute(
        select(file.id, file.quay_name).where(file.code == WIPED, file.quay_name.is_not(None))
    )
    return {SourceFileId(row.id): row.quay_name for row in rows}


def wiped(conn: Connection, scope: Scope, file: SourceFileId) -> None:
    """Record that nothing of the file lies on the quay any more."""
    scope.require(Role.ADMINISTRATOR)
    conn.execute(schema.source_file.update().where(schema.source_file.c.id == file).values(quay_name=None))


def held(conn: Connection, scope: Scope) -> set[str]:
    """Return the names on the quay of what is held: each has its note there."""
    scope.require(Role.ADMINISTRATOR)
    file = schema.source_file.c
    return set(conn.execute(select(file.quay_name).where(file.code == SECRET)).scalars())


def pages(conn: Connection, scope: Scope) -> list[PageId]:
    """Return every page that is held, or was wiped: of none may a picture lie anywhere."""
    scope.require(Role.ADMINISTRATOR)
    page = schema.page
    return [PageId(name) for name in conn.execute(select(page.c.id).where(~not_secret(page))).scalars()]


def to_erase(conn: Connection, scope: Scope) -> list[ObjectKey]:
    """Return what the store must still let go of."""
    scope.require(Role.ADMINISTRATOR)
    return [ObjectKey(key) for key in conn.execute(select(schema.to_erase.c.key)).scalars()]


def let_go(conn: Connection, scope: Scope, keys: Collection[ObjectKey], *, of: ColumnElement[bool]) -> None:
    """Have `keys` erased, which were put while somebody was at pages `of` that are held by now.

    For results that could not be recorded. Where none of those pages is held, nothing is done: somebody else
    may just be recording the same bytes.
    """
    scope.require(Role.ARCHIVIST)
    held = select(schema.page.c.id).where(of, ~not_secret(schema.page)).limit(1)
    if conn.execute(held).first() is not None:
        for key in sorted(set(keys)):
            conn.execute(upsert(conn.dialect.name, schema.to_erase).values(key=key).on_conflict_do_nothing())


def settle(conn: Connection, scope: Scope, key: ObjectKey, made_of: Collection[str]) -> str:
    """Return what became of `key`, which somebody was putting: "kept", "held" or "unknown".

    `made_of`: ids of pages or of a file. Where one of them is held and no record stands on the key, it is to
    be erased from now on. Unknown: it may be there, with no record, and nothing is against it.
    """
    scope.require(Role.ADMINISTRATOR)
    page = schema.page.c
    of = or_(page.id.in_(made_of), page.source_file_id.in_(made_of))
    if objects.is_referenced(conn, scope, key):
        return "kept"
    if conn.execute(select(page.id).where(of, ~not_secret(schema.page)).limit(1)).first() is None:
        return "unknown"
    conn.execute(upsert(conn.dialect.name, schema.to_erase).values(key=key).on_conflict_do_nothing())
    return "held"


def is_to_erase(conn: Connection, scope: Scope, key: ObjectKey) -> bool:
    """Return whether the store must still let go of it: since then a record may have come to stand on it."""
    scope.require(Role.ADMINISTRATOR)
    column = schema.to_erase.c.key
    return conn.execute(select(column).where(column == key)).first() is not None


def erased(conn: Connection, scope: Scope, key: ObjectKey) -> None:
    """Record, by forgetting the key, that the store let go of it."""
    scope.require(Role.ADMINISTRATOR)
    conn.execute(delete(schema.to_erase).where(schema.to_erase.c.key == key))


def _decide(
    conn: Connection, scope: Scope, file: SourceFileId, state: str, reason: str, instrument: str | None
) -> None:
    mark = schema.secret_mark
    conn.execute(
        mark.update()
        .where(mark.c.source_file_id == file, mark.c.state == "held")
        .values(state=state, decided_by=scope.actor, decided_at=now(), reason=reason, instrument=instrument)
    )
    event.record(
        conn, scope, f"secret-{state}", f"source_file:{file}", {"reason": reason}, instrument=instrument
    )


def _said(reason: str) -> str:
    if not reason.strip():
        raise ReasonNeeded("say why: it stays in the record of events")
    return reason.strip()
