"""Every error of the house has an exit code and a slug that programs may test, and the help tells them."""

import importlib
import pkgutil
import re
from collections.abc import Iterator

import pytest

import api
import catalog
import index
import ingest
import luutru
import ocr
import paper
import storage
from luutru.__main__ import EXIT_CODES, main
from luutru.commands.exit_codes import BY_FAMILY, DONE, FAULTS, INTERRUPTED, USAGE, exit_code
from luutru.errors import BackendError, Conflict, IntegrityError, InvalidInput, LuuTruError, NotFound

FAMILIES = {InvalidInput, NotFound, Conflict, IntegrityError, BackendError}


def every_error() -> list[type[LuuTruError]]:
    """Load all modules of the service and return every error they define."""
    for package in (api, catalog, index, ingest, luutru, ocr, paper, storage):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if ".migrations." not in module.name and not module.name.endswith("__main__"):
                importlib.import_module(module.name)

    def below(kind: type[LuuTruError]) -> Iterator[type[LuuTruError]]:
        for one in kind.__subclasses__():
            yield one
            yield from below(one)

    return sorted(
        {one for one in below(LuuTruError) if not one.__module__.startswith("tests.")},
        key=lambda one: one.__name__,
    )


ERRORS = every_error()


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: error.__name__)
def test_every_error_ends_with_the_code_of_its_family(error: type[LuuTruError]) -> None:
    families = [family for family in FAMILIES if issubclass(error, family)]

    assert len(families) == 1
    assert exit_code(error.__new__(error)) == BY_FAMILY[families[0]]
    assert re.fullmatch(r"[a-z][a-z0-9]*(-[a-z0-9]+)*", error.slug)


def test_no_two_errors_that_differ_in_kind_share_a_slug() -> None:
    kinds: dict[str, set[type[LuuTruError]]] = {}
    for error in ERRORS:
        kinds.setdefault(error.slug, set()).add(next(f for f in FAMILIES if issubclass(error, f)))

    assert {slug for slug, families in kinds.items() if len(families) > 1} == set()


def test_the_table_is_complete_and_the_help_tells_all_of_it() -> None:
    codes = {DONE, FAULTS, USAGE, INTERRUPTED, *BY_FAMILY.values()}
    told = {int(number) for number in re.findall(r"(?:^|\s)(\d+) [a-z]", EXIT_CODES)}

    assert set(BY_FAMILY) == {*FAMILIES, LuuTruError}
    assert len(set(BY_FAMILY.values())) == len(BY_FAMILY)
    assert codes == told


def test_a_fault_in_the_program_does_not_pass_for_a_fault_found(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(_settings: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("luutru.commands.init.set_up", broken)

    assert main(["init"]) == 70
    assert capsys.readouterr().out == ""
