"""A setting nobody can read about does not exist: settings, their page and compose hold together."""

import re

from tests.house.tree import ROOT

SETTINGS = ROOT / "luutru" / "settings.py"
MAIN = ROOT / "luutru" / "__main__.py"
VARIABLE = re.compile(r"\bLUUTRU_[A-Z0-9_]+\b")


def variables(name: str) -> set[str]:
    return set(VARIABLE.findall((ROOT / name).read_text("utf-8")))


def test_every_setting_is_documented_and_no_other() -> None:
    assert variables("docs/settings.md") == variables("luutru/settings.py")


def test_compose_sets_nothing_that_is_not_a_setting() -> None:
    assert (
        variables("docker-compose.yml") - variables("luutru/settings.py") - variables(".env.example") == set()
    )


def test_compose_needs_nothing_that_its_template_does_not_name() -> None:
    asked = set(re.findall(r"\$\{([A-Z0-9_]+)", (ROOT / "docker-compose.yml").read_text("utf-8")))
    named = set(re.findall(r"^#? ?([A-Z0-9_]+)=", (ROOT / ".env.example").read_text("utf-8"), re.MULTILINE))

    assert asked == named


def test_only_the_settings_read_the_environment() -> None:
    readers = re.compile(r"os\.environ|os\.getenv|\bgetenv\(")
    found = [
        str(path.relative_to(ROOT))
        for folder in ("api", "ingest", "ocr", "index", "paper", "catalog", "storage", "luutru")
        for path in (ROOT / folder).rglob("*.py")
        if path not in (SETTINGS, MAIN)
        and any(
            VARIABLE.search(line) and readers.search(line) for line in path.read_text("utf-8").splitlines()
        )
    ]

    assert found == []
