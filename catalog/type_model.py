"""Models that tell a dossier's type: which there are, what each learnt from, which one is in use.

A model is bytes in the object store; here is its pedigree. One that was tried beside the one in use and is
worse cannot take its place; one that was in use before may come back at any time.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, select

from catalog import event, objects, schema
from catalog.access import NotAllowed, Role, Scope
from catalog.identifiers import ObjectKey, TypeModelId, new_id
from catalog.instants import now
from catalog.register import lock_subject
from luutru.errors import Conflict, NotFound

SHIPPED = "shipped"
"""How the model that comes with the service is called; it is in use while no other is."""

_SUBJECT = "type-models"


class ModelNotFound(NotFound):
    """No model has this id."""

    slug = "model-not-found"


class ModelWorse(Conflict):
    """It answered worse than the one in use when both were tried on the same dossiers."""

    slug = "model-worse"


class ModelUntried(Conflict):
    """It was tried beside another model than the one in use now."""

    slug = "model-untried"


@dataclass(frozen=True)
class TypeModel:
    """One model, and what it learnt from."""

    id: TypeModelId
    made_at: datetime
    actor: str
    trained_on: int  #: dossiers that people had confirmed
    training_sha256: str  #: of those dossiers and their types, whatever their order
    evaluation: Mapping[
        str, Any
    ]  #: `classify.dossier_trial`: figures by type, beside those of the model in use
    state: str  #: candidate, current, retired
    object_key: ObjectKey

    @classmethod
    def from_row(cls, row: Row[tuple[object, ...]]) -> "TypeModel":
        """Build from a row of `schema.type_model`."""
        r = row._mapping
        return cls(
            TypeModelId(r["id"]),
            r["made_at"],
            r["actor"],
            r["trained_on"],
            r["training_sha256"],
            r["evaluation"],
            r["state"],
            ObjectKey(r["object_key"]),
        )


def enter(
    conn: Connection,
    scope: Scope,
    *,
    key: ObjectKey,
    size: int,
    trained_on: int,
    training_sha256: str,
    evaluation: Mapping[str, Any],
) -> TypeModelId:
    """Enter a model that was just trained, as a candidate.

    Raises:
        NotAllowed: the one who asks is no administrator.
    """
    scope.require(Role.ADMINISTRATOR)
    identifier = TypeModelId(new_id())
    objects.note(conn, scope, key, size, "model")
    conn.execute(
        schema.type_model.insert().values(
            id=identifier,
            made_at=now(),
            actor=scope.actor,
            trained_on=trained_on,
            training_sha256=training_sha256,
            evaluation=dict(evaluation),
            state="candidate",
            object_key=key,
        )
    )
    event.record(
        conn, scope, "model-trained", f"type_model:{identifier}", {"key": key, "trained_on": trained_on}
    )
    return identifier


def models(conn: Connection, scope: Scope) -> list[TypeModel]:
    """Return every model, newest first.

    Raises:
        NotAllowed: the one who asks is no archivist of every unit: a model has learnt from all of them.
    """
    _require_all(scope)
    rows = conn.execute(select(schema.type_model).order_by(schema.type_model.c.id.desc()))
    return [TypeModel.from_row(row) for row in rows]


def find(conn: Connection, scope: Scope, identifier: str) -> TypeModel:
    """Return the model with this id.

    Raises:
        ModelNotFound: there is none.
        NotAllowed: as `models`.
    """
    _require_all(scope)
    row = conn.execute(select(schema.type_model).where(schema.type_model.c.id == identifier)).first()
    if row is None:
        raise ModelNotFound(f"no model {identifier!r}; 'luutru model list' names them")
    return TypeModel.from_row(row)


def current(conn: Connection, scope: Scope) -> TypeModel | None:
    """Return the model in use; None: the one that comes with the service.

    Raises:
        NotAllowed: as `models`.
    """
    _require_all(scope)
    row = conn.execute(select(schema.type_model).where(schema.type_model.c.state == "current")).first()
    return TypeModel.from_row(row) if row else None


def use(conn: Connection, scope: Scope, identifier: str) -> None:
    """Put a model in the place of the one in use; `SHIPPED` puts all away. Twice is harmless.

    Raises:
        ModelNotFound: there is none.
        ModelUntried: a candidate that was tried beside another model than the one in use.
        ModelWorse: a candidate that answered worse than the one in use.
        NotAllowed: the one who asks is no administrator.
    """
    scope.require(Role.ADMINISTRATOR)
    lock_subject(conn, _SUBJECT)
    before = current(conn, scope)
    if identifier != SHIPPED:
        _require_better(find(conn, scope, identifier), before)
    table = schema.type_model
    conn.execute(
        table.update().where(table.c.state == "current", table.c.id != identifier).values(state="retired")
    )
    conn.execute(table.update().where(table.c.id == identifier).values(state="current"))
    event.record(
        conn, scope, "model-used", f"type_model:{identifier}", {"before": before.id if before else SHIPPED}
    )


def _require_better(wanted: TypeModel, before: TypeModel | None) -> None:
    if wanted.state != "candidate":
        return  # it was in use before
    beside = wanted.evaluation.get("beside")
    in_use = before.id if before else SHIPPED
    if beside != in_use:
        raise ModelUntried(
            f"model {wanted.id} was tried beside {beside}, but {in_use} is in use: train again"
        )
    if wanted.evaluation.get("better") is not True:
        raise ModelWorse(
            f"model {wanted.id} is no better than {in_use}: worth {wanted.evaluation.get('worth')} "
            f"against {wanted.evaluation.get('worth_in_use')} on the same dossiers"
        )


def _require_all(scope: Scope) -> None:
    if not scope.may_everywhere(Role.ARCHIVIST):
        raise NotAllowed(f"{scope.actor} is not an archivist of every unit")
