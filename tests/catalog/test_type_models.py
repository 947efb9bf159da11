"""Types that people confirm, and the models that learn: nothing worse takes a place, all can come back."""

from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError as Refused

from catalog import dossier, event, index_feed, objects, schema, type_label, type_model
from catalog.access import NotAllowed, Role
from catalog.dossier import DossierNotFound, DossierSignedOff
from catalog.identifiers import DossierId, ObjectKey, TypeModelId
from catalog.type_model import SHIPPED, ModelNotFound, ModelUntried, ModelWorse
from tests.catalog.archive import SYSTEM, Office, scope_of, sha256

BETTER: dict[str, Any] = {"beside": SHIPPED, "better": True, "worth": 0.9, "worth_in_use": 0.8}


def entered(office: Office, name: str, evaluation: dict[str, Any]) -> TypeModelId:
    with office.register.write() as conn:
        return type_model.enter(
            conn,
            SYSTEM,
            key=ObjectKey(sha256(name)),
            size=10,
            trained_on=40,
            training_sha256=sha256("set"),
            evaluation=evaluation,
        )


def use(office: Office, identifier: str) -> None:
    with office.register.write() as conn:
        type_model.use(conn, SYSTEM, identifier)


def in_use(office: Office) -> str:
    with office.register.read() as conn:
        found = type_model.current(conn, SYSTEM)
    return found.id if found else SHIPPED


def a_dossier(office: Office) -> DossierId:
    with office.register.write() as conn:
        return dossier.add(conn, SYSTEM, office.fonds, "HS 1")


def test_a_new_model_is_only_a_candidate(office: Office) -> None:
    made = entered(office, "a", BETTER)

    with office.register.read() as conn:
        found = type_model.find(conn, SYSTEM, made)
    assert (found.state, found.trained_on, found.evaluation) == ("candidate", 40, BETTER)
    assert in_use(office) == SHIPPED


def test_a_better_one_is_put_in_use_and_the_one_before_retires(office: Office) -> None:
    first = entered(office, "a", BETTER)
    use(office, first)
    second = entered(office, "b", BETTER | {"beside": first})

    use(office, second)

    with office.register.read() as conn:
        states = {one.id: one.state for one in type_model.models(conn, SYSTEM)}
    assert states == {first: "retired", second: "current"}


def test_a_worse_one_is_refused(office: Office) -> None:
    made = entered(office, "a", BETTER | {"better": False})

    with pytest.raises(ModelWorse, match=r"worth 0\.9 against 0\.8"):
        use(office, made)

    assert in_use(office) == SHIPPED


def test_one_tried_beside_another_than_the_one_in_use_is_refused(office: Office) -> None:
    first, second = entered(office, "a", BETTER), entered(office, "b", BETTER)
    use(office, first)

    with pytest.raises(ModelUntried):
        use(office, second)

    assert in_use(office) == first


def test_one_that_was_in_use_comes_back_and_so_does_the_shipped_one(office: Office) -> None:
    first = entered(office, "a", BETTER)
    use(office, first)
    use(office, SHIPPED)
    back_to_shipped = in_use(office)

    use(office, first)

    assert (back_to_shipped, in_use(office)) == (SHIPPED, first)
    with office.register.read() as conn:
        kinds = [one.kind for one in event.events(conn, SYSTEM, f"type_model:{first}")]
    assert kinds == ["model-used", "model-used", "model-trained"]


def test_there_is_never_more_than_one_in_use(office: Office) -> None:
    first, second = entered(office, "a", BETTER), entered(office, "b", BETTER)

    with pytest.raises(Refused), office.register.write() as conn:
        for identifier in (first, second):
            conn.execute(
                schema.type_model.update().where(schema.type_model.c.id == identifier).values(state="current")
            )


def test_a_models_bytes_are_referenced_and_listed(office: Office) -> None:
    entered(office, "a", BETTER)
    key = ObjectKey(sha256("a"))

    with office.register.read() as conn:
        assert objects.is_referenced(conn, SYSTEM, key)
        assert key in objects.referenced(conn, SYSTEM)
        assert [one.kind for one in objects.kept(conn, SYSTEM)] == ["model"]


def test_an_unknown_model_is_not_found(office: Office) -> None:
    with pytest.raises(ModelNotFound):
        use(office, "0" * 32)


def test_models_are_the_concern_of_those_who_keep_everything(office: Office) -> None:
    entered(office, "a", BETTER)

    for scope in (office.archivist, office.reader, office.stranger):
        with office.register.read() as conn, pytest.raises(NotAllowed):
            type_model.models(conn, scope)
        with office.register.write() as conn, pytest.raises(NotAllowed):
            type_model.use(conn, scope, SHIPPED)


def test_the_last_word_of_a_person_is_the_dossiers_type(office: Office) -> None:
    filed = a_dossier(office)

    for code in ("KN", "TC"):
        with office.register.write() as conn:
            type_label.confirm(conn, office.archivist, filed, code)

    with office.register.read() as conn:
        found = dossier.find(conn, SYSTEM, filed)
        labels = type_label.labels(conn, SYSTEM)
        changes = index_feed.since(conn, SYSTEM, 0)
    assert (found.type, found.revision) == ("TC", 3)
    assert [(one.dossier, one.code, one.actor) for one in labels] == [(filed, "TC", "lan")]
    assert [one.entry for one in changes].count(f"dossier:{filed}") == 3


def test_only_an_archivist_who_answers_for_it_says_what_a_dossier_is(office: Office) -> None:
    filed = a_dossier(office)

    with office.register.write() as conn, pytest.raises(NotAllowed):
        type_label.confirm(conn, office.reader, filed, "KN")
    with office.register.write() as conn, pytest.raises(DossierNotFound):
        type_label.confirm(conn, office.stranger, filed, "KN")


def test_nobody_changes_the_type_of_a_dossier_that_was_signed_off(office: Office) -> None:
    filed = a_dossier(office)
    with office.register.write() as conn:
        mine = schema.dossier.c.id == filed
        conn.execute(schema.dossier.update().where(mine).values(state="signed-off"))

    with office.register.write() as conn, pytest.raises(DossierSignedOff):
        type_label.confirm(conn, office.archivist, filed, "KN")

    with office.register.read() as conn:
        assert type_label.labels(conn, SYSTEM) == []


def test_the_office_that_answers_today_says_it_and_the_dissolved_one_does_not(office: Office) -> None:
    filed = a_dossier(office)
    with office.register.write() as conn:
        stands = schema.dossier_standing
        conn.execute(
            stands.update()
            .where(stands.c.dossier_id == filed, stands.c.kind == "authority")
            .values(unit_id=office.ha_tu)
        )
        keeper = scope_of(Role.ARCHIVIST, office.ha_tu, name="hoa")

        type_label.confirm(conn, keeper, filed, "KN")

        assert [one.actor for one in type_label.labels(conn, keeper)] == ["hoa"]
    with office.register.write() as conn, pytest.raises(DossierNotFound):
        type_label.confirm(conn, office.archivist, filed, "TC")


def test_labels_are_seen_by_those_who_see_the_dossier(office: Office) -> None:
    filed = a_dossier(office)
    with office.register.write() as conn:
        type_label.confirm(conn, office.archivist, filed, "KN")

    with office.register.read() as conn:
        assert [one.code for one in type_label.labels(conn, office.reader)] == ["KN"]
        assert type_label.labels(conn, office.stranger) == []
