"""Every refusal has a status, and a sentence for whoever must act."""

import importlib
import pkgutil
from collections.abc import Iterator

import pytest

from api import problems, wording
from ingest import refusal
from luutru import errors

PACKAGES = ("luutru", "api", "ingest", "ocr", "index", "paper", "catalog", "storage")


@pytest.fixture(scope="module")
def tree() -> set[type[errors.LuuTruError]]:
    """Every error the archive can raise, but for the families themselves."""
    for package in PACKAGES:
        root = importlib.import_module(package)
        for module in pkgutil.walk_packages(root.__path__, f"{package}."):
            if not module.name.endswith(("__main__", "migrations.env")) and ".versions." not in module.name:
                importlib.import_module(module.name)
    return set(below(errors.LuuTruError))


def below(kind: type[errors.LuuTruError]) -> Iterator[type[errors.LuuTruError]]:
    for child in kind.__subclasses__():
        yield child
        yield from below(child)


class TestTheTable:
    def test_gives_every_error_a_status(self, tree: set[type[errors.LuuTruError]]) -> None:
        statuses = {kind: problems.status(kind) for kind in tree}

        assert len(statuses) > 60
        assert all(400 <= status < 600 for status in statuses.values())

    def test_knows_every_family_and_no_other(self) -> None:
        families = set(errors.LuuTruError.__subclasses__())

        assert set(problems.FAMILIES) == families
        assert set(problems.SENTENCES) == families

    def test_names_only_slugs_that_exist(self, tree: set[type[errors.LuuTruError]]) -> None:
        slugs = {kind.slug for kind in tree}

        assert set(problems.SLUGS) <= slugs
        assert set(problems.SLUG_SENTENCES) <= slugs

    def test_has_a_sentence_for_each_entry(self) -> None:
        keys = {*problems.SENTENCES.values(), *problems.SLUG_SENTENCES.values()}

        for language in wording.LANGUAGES:
            sentences = wording.SENTENCES[language]
            assert {f"problem.{key}" for key in keys} <= set(sentences)
            assert {f"problem.{key}_title" for key in keys} <= set(sentences)

    def test_only_broken_back_ends_invite_another_try(self, tree: set[type[errors.LuuTruError]]) -> None:
        again = {kind for kind in tree if problems.status(kind) in (503, 507)}

        assert again == set(below(errors.BackendError)) | {errors.BackendError}


class TestAReason:
    @pytest.mark.parametrize("kind", sorted(below(refusal.Refused), key=str))
    def test_why_a_file_was_refused_is_said_in_both_languages(self, kind: type[errors.LuuTruError]) -> None:
        reasons = [wording.reason(language, kind.slug) for language in wording.LANGUAGES]

        assert None not in reasons, f"write reason.{kind.slug} in api/strings/*.toml"


class TestADocument:
    def test_says_what_is_wrong_but_never_what_broke_inside(self) -> None:
        told = problems.document(problems.TooLarge("5 bytes, allowed are 4"))
        hidden = problems.document(errors.BackendError("password=hunter2 host=db"))

        assert told["detail"] == "5 bytes, allowed are 4"
        assert told["type"] == "urn:luutru:problem:too-large"
        assert "hunter2" not in str(hidden)
