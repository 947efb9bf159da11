"""Saying what a document is: fields seen, set, accepted, taken back; keys; who else is at it.

    filling = Filling(register)
    form = filling.open(scope, document)                  # values in force, keys, who else is at it
    form = filling.save(scope, document, {"signer": "Lê Văn An"}, base=form.fields.version)   # autosave
    form = filling.accept(scope, document, form.sure, base=form.fields.version)               # all sure ones
    form = filling.take_back(scope, document, ["signer"], base=form.fields.version)           # undo
    form = filling.change(scope, document, base=form.fields.version, keys={"person": ["Lê Thị Bình"]})
    filling.stay(scope, document)                         # every minute while the screen is open
    filling.leave(scope, document)

Every call is one short transaction. `base` is the version that the person saw. Refusals: `FieldsInvalid`
(`errors` by field), `FieldsChanged` (`names` that somebody else changed meanwhile), `DocumentNotFound`,
`NotAllowed`. Nobody locks anything: `others` only shows who has the document open.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from catalog import at_desk, authority, field_value, key_value
from catalog.access import NotAllowed, Scope
from catalog.answer import Place, Source
from catalog.at_desk import AtDesk
from catalog.field_rules import FieldsInvalid
from catalog.field_value import Fields, FieldsChanged, FieldValue
from catalog.identifiers import DocumentId
from catalog.key_value import KeyValue
from catalog.register import Register
from classify.keys_list import restricted

KEY = "k."
"""Begins the name of a key where fields are named as well: one of each may be called the same."""


@dataclass(frozen=True)
class Form:
    """What a person sees beside the page image."""

    fields: Fields
    keys: tuple[KeyValue, ...]  #: by name; to readers none that is restricted
    others: tuple[AtDesk, ...]  #: who else has it open now

    @property
    def sure(self) -> tuple[str, ...]:
        """Fields of which the machine is sure, and that no person has accepted yet."""
        return tuple(
            name
            for name, held in self.fields.values.items()
            if held.source is not Source.PERSON and held.confident
        )


class Filling:
    """Fields and keys of documents, for archivists of the office that answers."""

    def __init__(self, register: Register) -> None:
        self._register = register

    def open(self, scope: Scope, document: DocumentId) -> Form:
        """Return what is known now; whoever may see the document may ask."""
        with self._register.read() as conn:
            return _form(conn, scope, document)

    def save(
        self,
        scope: Scope,
        document: DocumentId,
        values: Mapping[str, str | None],
        *,
        base: int,
        places: Mapping[str, Sequence[Place]] | None = None,
    ) -> Form:
        """Set fields; None or "": there is nothing. See `field_value.set_by_person`."""
        with self._register.write() as conn:
            field_value.set_by_person(conn, scope, document, values, base=base, places=places)
            at_desk.take(conn, scope, document)
            return _form(conn, scope, document)

    def accept(self, scope: Scope, document: DocumentId, names: Collection[str], *, base: int) -> Form:
        """Take what is in force in those fields for right. See `field_value.confirm`."""
        with self._register.write() as conn:
            field_value.confirm(conn, scope, document, names, base=base)
            return _form(conn, scope, document)

    def take_back(self, scope: Scope, document: DocumentId, names: Collection[str], *, base: int) -> Form:
        """Take back what people said last in those fields. See `field_value.withdraw`."""
        with self._register.write() as conn:
            field_value.withdraw(conn, scope, document, names, base=base)
            return _form(conn, scope, document)

    def change(
        self,
        scope: Scope,
        document: DocumentId,
        *,
        base: int,
        values: Mapping[str, str | None] | None = None,
        accept: Collection[str] = (),
        take_back: Collection[str] = (),
        places: Mapping[str, Sequence[Place]] | None = None,
        keys: Mapping[str, Sequence[str]] | None = None,
    ) -> Form:
        """Take back, accept and set in one transaction, search keys too: all of it or nothing.

        What is wrong with a key, or changed meanwhile, is told as `KEY` and its name.
        """
        with self._register.write() as conn:
            if take_back:
                field_value.withdraw(conn, scope, document, take_back, base=base)
            if accept:
                field_value.confirm(conn, scope, document, accept, base=base)
            if values:
                field_value.set_by_person(conn, scope, document, values, base=base, places=places)
            for name, said in (keys or {}).items():
                try:
                    key_value.set_by_person(conn, scope, name, said, document=document, base=base)
                except FieldsInvalid as error:
                    wrong = {f"{KEY}{key}": why for key, why in error.errors.items()}
                    raise FieldsInvalid(wrong) from error
                except FieldsChanged as error:
                    raise FieldsChanged([f"{KEY}{key}" for key in error.names]) from error
            return _form(conn, scope, document)

    def history(self, scope: Scope, document: DocumentId, name: str | None = None) -> list[FieldValue]:
        """Return every answer ever given, newest first."""
        with self._register.read() as conn:
            return field_value.history(conn, scope, document, name)

    def stay(self, scope: Scope, document: DocumentId) -> tuple[AtDesk, ...]:
        """Say that the document is open on one's screen; return who else has it open."""
        with self._register.write() as conn:
            return tuple(at_desk.take(conn, scope, document))

    def leave(self, scope: Scope, document: DocumentId) -> None:
        """Say that one is done with it."""
        with self._register.write() as conn:
            at_desk.leave(conn, scope, document)


def _form(conn: Connection, scope: Scope, document: DocumentId) -> Form:
    return Form(
        field_value.current(conn, scope, document),
        _keys(conn, scope, document),
        tuple(at_desk.others(conn, scope, document)),
    )


def _keys(conn: Connection, scope: Scope, document: DocumentId) -> tuple[KeyValue, ...]:
    """Return the keys that the one who asks may see: who accuses is known to those who check alone."""
    found = key_value.of_document(conn, scope, document)
    try:
        authority.require_archivist(conn, scope, document)
    except NotAllowed:
        found = [key for key in found if not restricted(key.name)]
    return tuple(found)
