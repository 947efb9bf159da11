"""Every question names who asks: a walk over all that the register, people's work and the index offer."""

import importlib
import inspect
import pkgutil
from collections.abc import Callable, Iterator
from typing import Any

import pytest

import catalog
import index
import review
from catalog.access import NOBODY, NotAllowed, Role, Scope
from catalog.identifiers import UnitId

BEFORE_ANYBODY_IS_KNOWN = {
    "catalog.people.sign_in": "a name and a password are turned into a session",
    "catalog.people.kept_password": "what that password is compared with",
    "catalog.people.session": "a session's secret is turned into a person",
    "catalog.people.session_seen": "keeps that session from going idle",
    "catalog.people.sign_out": "ends it; whoever holds the secret may",
    "catalog.people.active_person": "whose the secret of a session or token was found to be",
    "catalog.tokens.scope_of": "a token's secret is turned into a scope",
}
TOOLS_OF_OTHER_QUERIES = {
    "catalog.migration.bring_forward": "makes the tables, before there is anybody in them",
    "catalog.migration.present": "tells the revision of the tables",
    "catalog.register.lock_subject": "locks, and tells nothing",
    "catalog.register.lock_rows": "locks, and tells nothing",
    "catalog.source_file.lock_bytes": "locks, and tells nothing",
}
ASKS_THE_INDEX = {"search", "suggest"}
"""Methods that answer with what stands in records; the others build, count or close."""


def modules(package: Any) -> Iterator[Any]:
    for info in pkgutil.iter_modules(package.__path__):
        if not info.ispkg:
            yield importlib.import_module(f"{package.__name__}.{info.name}")


def public_functions() -> dict[str, Callable[..., Any]]:
    return {
        f"{module.__name__}.{name}": function
        for package in (catalog, index, review)
        for module in modules(package)
        for name, function in inspect.getmembers(module, inspect.isfunction)
        if function.__module__ == module.__name__ and not name.startswith("_")
    }


def takes_scope(function: Callable[..., Any]) -> bool:
    scope = inspect.signature(function).parameters.get("scope")
    return scope is not None and scope.default is inspect.Parameter.empty and scope.annotation is Scope


def queries() -> dict[str, Callable[..., Any]]:
    return {
        name: function
        for name, function in public_functions().items()
        if {"conn", "connection"} & inspect.signature(function).parameters.keys()
    }


def test_every_public_query_of_the_register_says_on_whose_behalf_it_asks() -> None:
    without = {name for name, function in queries().items() if not takes_scope(function)}

    assert without == BEFORE_ANYBODY_IS_KNOWN.keys() | TOOLS_OF_OTHER_QUERIES.keys()


def test_the_walk_finds_the_queries() -> None:
    found = queries().keys()

    assert {"catalog.batch.ledger", "catalog.page.get", "catalog.coverage.coverage"} <= found
    assert len(found) > 80


def test_every_question_to_the_index_says_on_whose_behalf_it_asks() -> None:
    asking = {
        f"{owner.__module__}.{owner.__name__}.{name}": method
        for module in modules(index)
        for _, owner in inspect.getmembers(module, inspect.isclass)
        if owner.__module__ == module.__name__
        for name, method in inspect.getmembers(owner, inspect.isfunction)
        if name in ASKS_THE_INDEX
    }

    assert len(asking) >= 4
    assert [name for name, method in asking.items() if not takes_scope(method)] == []


# --- what a scope may -------------------------------------------------------------------------------

HERE, THERE = UnitId("a" * 32), UnitId("b" * 32)


def of(*grants: tuple[Role, UnitId | None]) -> Scope:
    units = frozenset(unit for _role, unit in grants if unit)
    return Scope("x", None, units, any(unit is None for _role, unit in grants), frozenset(grants))


@pytest.mark.parametrize("role", Role)
def test_nobody_may_nothing(role: Role) -> None:
    assert not NOBODY.may(role)
    assert not NOBODY.may_everywhere(role)
    with pytest.raises(NotAllowed):
        NOBODY.require(role)


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.CUSTODIAN])
def test_an_administrator_may_everything_everywhere(role: Role) -> None:
    scope = of((Role.ADMINISTRATOR, None))

    assert scope.may(role, HERE)
    assert scope.may_everywhere(role)


def test_an_administrator_is_no_custodian_of_secrets_and_a_custodian_is_nothing_else() -> None:
    assert not of((Role.ADMINISTRATOR, None)).may(Role.CUSTODIAN)
    assert {role for role in Role if of((Role.CUSTODIAN, None)).may(role)} == {Role.CUSTODIAN}


def test_an_archivist_reads_what_they_keep_and_nothing_else() -> None:
    scope = of((Role.ARCHIVIST, HERE))

    assert scope.may(Role.READER, HERE)
    assert not scope.may(Role.READER, THERE)
    assert not scope.may(Role.ADMINISTRATOR, HERE)


def test_a_reader_keeps_nothing() -> None:
    assert not of((Role.READER, HERE)).may(Role.ARCHIVIST, HERE)


def test_who_reads_everywhere_keeps_only_what_was_given_to_them() -> None:
    scope = of((Role.READER, None), (Role.ARCHIVIST, HERE))

    assert scope.everywhere
    assert scope.may_everywhere(Role.READER)
    assert not scope.may_everywhere(Role.ARCHIVIST)
    assert not scope.may(Role.ARCHIVIST, THERE)
