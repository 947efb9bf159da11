"""The checking room: what waits for a person, one document with its form, and what the person says of it."""

from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from api.checked_field import SHOWN, CheckedField, checked_fields, needs_reading, shown
from api.reading_room import ReadingRoom
from catalog import arranging, authority, boundary, colleague, key_value, typed_before
from catalog.access import NotAllowed, Role, Scope
from catalog.at_desk import AtDesk
from catalog.batch import find as find_batch
from catalog.document import Document
from catalog.document import get as get_document
from catalog.document import titles as titles_of
from catalog.dossier import Dossier
from catalog.dossier import find as find_dossier
from catalog.field_value import FieldsChanged, FieldValue
from catalog.fonds import all_fonds
from catalog.fonds import find as find_fonds
from catalog.identifiers import DocumentId, FondsId, PageId
from catalog.key_value import KeyValue
from catalog.reading import Reading
from catalog.register import Register
from classify import keys_list
from classify.dossier_taxonomy import taxonomy
from luutru.errors import NotFound
from review import checking, lease, queue
from review.filling import KEY, Filling, Form
from review.lease import AlreadyAtIt
from review.queue import Counts, Filter, Item


@dataclass(frozen=True)
class Waiting:
    """What the queue shows."""

    items: Sequence[Item]
    counts: Counts
    titles: Mapping[DocumentId, str]  #: what people call a document, where it is described
    names: Mapping[str, str]  #: full names of colleagues
    fonds_code: str  #: of the filter, "" = none
    batch_name: str
    dossier: Dossier | None


@dataclass(frozen=True)
class KeyRow:
    """One search key of a document, as the form shows it."""

    name: str
    label: str
    values: tuple[str, ...]
    required: bool = False
    kind: str = "text"  #: person, text, date, year, number, parcel
    choices: tuple[str, ...] = ()
    by: str = ""  #: who gave them; "" = nobody yet
    at: datetime | None = None


@dataclass(frozen=True)
class OnDesk:
    """One document on somebody's desk."""

    document: Document
    dossier: Dossier | None
    box: str
    state: str  #: waiting, returned, entered or controlled
    fields: Sequence[CheckedField]
    key_rows: Sequence[KeyRow]
    dossier_kind: str  #: name of the dossier's type, "" = unknown
    version: int
    described: str  #: waiting, described or held: how far the machine is
    cuts: int  #: places at which it is suggested to be cut
    others: Sequence[str]  #: names of those who have it open as well
    names: Mapping[str, str]
    may_change: bool

    @property
    def to_do(self) -> int:
        """Fields at which a person must look."""
        return sum(field.to_do for field in self.fields)


@dataclass(frozen=True)
class Overtaken:
    """A field that somebody else changed while it was open here."""

    name: str
    theirs: str  #: as people write it
    by: str
    at: datetime


class Overruled(FieldsChanged):
    """The same as `FieldsChanged`, with what the others said; nothing was changed."""

    def __init__(self, names: Collection[str], theirs: Sequence[Overtaken], version: int) -> None:
        super().__init__(names)
        self.theirs = tuple(theirs)
        self.version = version


class CheckingRoom:
    """The queue and the documents in it, for archivists."""

    def __init__(self, register: Register, room: ReadingRoom, filling: Filling) -> None:
        self._register = register
        self._room = room
        self._filling = filling

    # --- the queue ------------------------------------------------------------------------------------

    def waiting(self, scope: Scope, wanted: Filter, limit: int) -> Waiting:
        """Return what waits, most urgent first, with how much of everything there is."""
        scope.require(Role.ARCHIVIST)
        with self._register.read() as conn:
            items = queue.queue(conn, scope, wanted, limit=limit)
            counts = queue.counts(conn, scope, wanted)
            code = ""
            if wanted.fonds is not None:
                code = next((one.code for one in all_fonds(conn, scope) if one.id == wanted.fonds), "")
            batch = find_batch(conn, scope, wanted.batch).name if wanted.batch is not None else ""
            dossier = find_dossier(conn, scope, wanted.dossier) if wanted.dossier is not None else None
            people = {name for item in items for name in (item.at_it, item.entered_by) if name}
            names = colleague.full_names(conn, scope, people)
            titles = titles_of(conn, scope, [item.document for item in items])
        return Waiting(items, counts, titles, names, code, batch, dossier)

    def fonds_named(self, scope: Scope, code: str) -> FondsId | None:
        """Return the fonds with this code; None: none that `scope` sees."""
        with self._register.read() as conn, suppress(NotFound):
            return find_fonds(conn, scope, code).id
        return None

    def take_next(self, scope: Scope, wanted: Filter, after: DocumentId | None = None) -> DocumentId | None:
        """Take the next document that nobody else has, behind `after`, then from the front; None: all done.

        Raises:
            NotAllowed: the one who asks checks nothing.
        """
        with self._register.write() as conn:
            found = queue.take_next(conn, scope, wanted, after=after)
            if found is None and after is not None:
                found = queue.take_next(conn, scope, wanted)
        return None if found is None or found.document == after else found.document

    def coming(self, scope: Scope, wanted: Filter, after: DocumentId) -> PageId | None:
        """Return the first page of the document that is likely next: its picture can be drawn ahead."""
        with self._register.read() as conn:
            for item in queue.queue(conn, scope, wanted, after=after, limit=3):
                if item.at_it in (None, scope.actor):
                    with suppress(NotFound):
                        return get_document(conn, scope, item.document).pages[0].id
        return None

    # --- one document ---------------------------------------------------------------------------------

    def open(self, scope: Scope, identifier: DocumentId) -> OnDesk:
        """Return a document with its form; a look at it.

        Raises:
            DocumentNotFound, NotAllowed: as they say.
        """
        scope.require(Role.ARCHIVIST)
        document = self._room.document(scope, identifier)
        form = self._filling.open(scope, identifier)
        with self._register.read() as conn:
            dossier = find_dossier(conn, scope, document.dossier) if document.dossier else None
            state = checking.state_of(conn, scope, identifier)
            names = colleague.full_names(conn, scope, _people(form))
            cuts = len({one.page for one in boundary.boundaries(conn, scope, document=identifier)})
            may_change = dossier is None or dossier.state in ("open", "checked")
            try:
                authority.require_archivist(conn, scope, identifier)
            except NotAllowed:  # they see it, and another office answers for it
                may_change = False
        return OnDesk(
            document,
            dossier,
            (dossier.box_label or "") if dossier else "",
            state,
            self._rows(document, form),
            _key_rows(dossier.type if dossier else None, form.keys),
            kind_name(dossier.type) if dossier and dossier.type else "",
            form.fields.version,
            form.fields.state,
            cuts,
            [names.get(other.actor, other.actor) for other in form.others],
            names,
            may_change,
        )

    def save(
        self,
        scope: Scope,
        identifier: DocumentId,
        values: Mapping[str, str | None],
        accepted: Collection[str],
        *,
        base: int,
        keys: Mapping[str, Sequence[str]] | None = None,
    ) -> None:
        """Set fields and search keys, and take other fields for right.

        Raises:
            Overruled: somebody else changed one of them meanwhile (keys are told as `k.` and their name);
                nothing was changed.
            FieldsInvalid: values that cannot stand there, each named; nothing was changed.
        """
        scope.require(Role.ARCHIVIST)
        names = [name for name in accepted if name not in values]
        if not values and not names and not keys:
            return
        try:
            self._filling.change(
                scope, identifier, base=base, values=values, accept=_with_parts(names), keys=keys
            )
        except FieldsChanged as error:
            raise self._overruled(scope, identifier, error) from error

    def left(self, scope: Scope, identifier: DocumentId) -> int:
        """Return at how many fields a person must still look."""
        values = self._filling.open(scope, identifier).fields.values
        return sum(field.to_do for field in checked_fields(values, (), {}))

    def done(self, scope: Scope, identifier: DocumentId, *, base: int, arrangement: int) -> None:
        """Take all that the machine is sure of for right, and say that one went through the document.

        `base`, `arrangement`: the version of the fields and how its pages lay when the person saw them.

        Raises:
            Overruled: what was to be taken for right is another value now; nothing of it was accepted.
            DossierSignedOff, ArrangementChanged, DocumentNotReady, NotAllowed: as they say.
        """
        form = self._filling.open(scope, identifier)
        if form.sure:
            try:
                self._filling.accept(scope, identifier, form.sure, base=base)
            except FieldsChanged as error:
                raise self._overruled(scope, identifier, error) from error
        with self._register.write() as conn:
            checking.done(conn, scope, identifier, seen={identifier: arrangement})
        self._filling.leave(scope, identifier)

    def take_back(self, scope: Scope, identifier: DocumentId, name: str, *, base: int) -> OnDesk:
        """Take back what people said last in a field; what was in force before is so again."""
        try:
            self._filling.take_back(scope, identifier, _with_parts([name]), base=base)
        except FieldsChanged as error:
            raise self._overruled(scope, identifier, error) from error
        return self.open(scope, identifier)

    def history(
        self, scope: Scope, identifier: DocumentId, name: str
    ) -> tuple[list[FieldValue], Mapping[str, str]]:
        """Return everything ever said of a field, newest first, and the full names of those who said it."""
        scope.require(Role.ARCHIVIST)
        said = self._filling.history(scope, identifier, name)
        with self._register.read() as conn:
            names = colleague.full_names(conn, scope, {each.actor for each in said})
        return said, names

    def stay(self, scope: Scope, identifier: DocumentId) -> list[str]:
        """Say that the document is open here; return the names of those who have it open as well."""
        others: Sequence[AtDesk] = self._filling.stay(scope, identifier)
        with self._register.write() as conn:
            with suppress(AlreadyAtIt):
                lease.take(conn, scope, identifier)
            names = colleague.full_names(conn, scope, {other.actor for other in others})
        return [names.get(other.actor, other.actor) for other in others]

    def leave(self, scope: Scope, identifier: DocumentId) -> None:
        """Say that one puts the document back, done or not."""
        self._filling.leave(scope, identifier)
        with self._register.write() as conn:
            lease.release(conn, scope, identifier)

    def before(self, scope: Scope, identifier: DocumentId) -> dict[str, str]:
        """Return the values of the document before this one in its dossier (else: the last one done), shown.

        Empty where there is none.
        """
        scope.require(Role.ARCHIVIST)
        with self._register.read() as conn:
            document = get_document(conn, scope, identifier)
            earlier: DocumentId | None = None
            if document.dossier is not None:
                order = arranging.in_order(conn, scope, document.dossier)
                place = order.index(identifier) if identifier in order else 0
                earlier = order[place - 1] if place else None
            if earlier is None:
                found = queue.before(conn, scope, identifier)
                earlier = found.document if found is not None else None
        if earlier is None:
            return {}
        values = self._filling.open(scope, earlier).fields.values
        return {
            name: shown(name, held.value) for name, held in values.items() if name in SHOWN and held.value
        }

    def names(self, scope: Scope, actors: Collection[str]) -> dict[str, str]:
        """Return the full names of colleagues."""
        with self._register.read() as conn:
            return colleague.full_names(conn, scope, actors)

    def typed_before(self, scope: Scope, identifier: DocumentId, name: str, begins: str) -> list[str]:
        """Return what stands in field `name` elsewhere in the same fonds, the most frequent first."""
        with self._register.read() as conn:
            fonds = get_document(conn, scope, identifier).fonds
            return typed_before.values(conn, scope, fonds, name, begins)

    def _rows(self, document: Document, form: Form) -> list[CheckedField]:
        values = form.fields.values
        wanted = {place.page for held in values.values() if needs_reading(held) for place in held.evidence}
        readings: dict[PageId, Reading] = {}
        for page in document.pages:
            reading = self._room.reading(page) if page.id in wanted else None
            if reading is not None:
                readings[page.id] = reading
        return checked_fields(values, document.pages, readings)

    def _overruled(self, scope: Scope, identifier: DocumentId, error: FieldsChanged) -> Overruled:
        form = self._filling.open(scope, identifier)
        with self._register.read() as conn:
            said = {
                name: key_value.last_said(conn, scope, identifier, name.removeprefix(KEY))
                for name in error.names
                if name.startswith(KEY)
            }
            people = _people(form) | {key.actor for keys in said.values() for key in keys}
            names = colleague.full_names(conn, scope, people)
        theirs = [
            Overtaken(name, shown(name, held.value), names.get(held.actor, held.actor), held.made_at)
            for name in error.names
            if name in SHOWN and (held := form.fields.values.get(name)) is not None
        ]
        theirs += [_overtaken_key(name, keys, names) for name, keys in said.items() if keys]
        return Overruled(error.names, theirs, form.fields.version)


def _key_rows(kind: str | None, keys: Sequence[KeyValue]) -> list[KeyRow]:
    """Return the key-in form of a kind of dossier with what is known, then what else is known."""
    found: dict[str, list[KeyValue]] = {}
    for key in keys:
        found.setdefault(key.name, []).append(key)
    known = keys_list.keys()
    try:
        wanted = keys_list.key_in_form(kind) if kind else ()
    except NotFound:  # a code of another list
        wanted = ()
    rows = [
        KeyRow(
            field.key.name,
            field.key.label,
            required=field.required,
            kind=field.key.kind,
            choices=field.key.choices,
            **_said(found.pop(field.key.name, ())),
        )
        for field in wanted
    ]
    for name, values in found.items():
        rows.append(KeyRow(name, known[name].label if name in known else name, **_said(values)))
    return rows


def _said(keys: Sequence[KeyValue]) -> dict[str, Any]:
    one = next(iter(keys), None)
    by, at = (one.actor, one.made_at) if one is not None else ("", None)
    return {"values": tuple(key.value for key in keys), "by": by, "at": at}


def kind_name(code: str) -> str:
    """Return the Vietnamese name of a kind of dossier; of an unknown one, its code."""
    try:
        return taxonomy().name(code)
    except NotFound:
        return code


def _overtaken_key(name: str, keys: Sequence[KeyValue], names: Mapping[str, str]) -> Overtaken:
    one = keys[0]  # what stands in a key is said at once, by one person
    return Overtaken(name, "\n".join(k.value for k in keys), names.get(one.actor, one.actor), one.made_at)


def _people(form: Form) -> set[str]:
    said = {held.actor for held in form.fields.values.values()} | {key.actor for key in form.keys}
    return said | {other.actor for other in form.others}


def _with_parts(names: Collection[str]) -> list[str]:
    """Return `names`; whoever accepts a code accepts its parts."""
    return [*names, *(("number", "notation") if "code" in names else ())]
