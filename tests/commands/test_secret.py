"""`luutru secret`: for those who answer for secrets, and nobody else."""

from pathlib import Path

from tests.faults.installation import Installation


def test_the_list_is_for_custodians_and_is_empty_at_first(tmp_path: Path) -> None:
    installation = Installation(tmp_path / "home")
    installation.ask("init")
    installation.ask("user", "add", "mat", "--role", "custodian")

    own = installation.do("secret", "list", "--as", "mat", "--json")
    others = installation.ask("secret", "list", "--json")

    assert (own.code, own.json) == (0, {"held": []})
    assert (others.code, others.json["error"]["code"]) == (4, "not-allowed")


def test_what_is_not_held_can_be_neither_released_nor_wiped(tmp_path: Path) -> None:
    installation = Installation(tmp_path / "home")
    installation.ask("init")
    installation.ask("user", "add", "mat", "--role", "custodian")

    answers = [
        installation.ask("secret", "release", "0" * 32, "--reason", "x", "--as", "mat", "--json"),
        installation.ask(
            "secret", "wipe", "0" * 32, "--reason", "x", "--instrument", "y", "--as", "mat", "--json"
        ),
    ]

    assert [(answer.code, answer.json["error"]["code"]) for answer in answers] == [
        (4, "secret-mark-not-found")
    ] * 2
