"""Every verb explains itself, and what is misspelt is told as such."""

import pytest

from luutru.__main__ import main, parser
from luutru.commands import NAMES, load

PUBLIC = [name for name in NAMES if not load(name).hidden]


@pytest.mark.parametrize("name", NAMES)
def test_every_verb_has_help_with_json_and_exit_codes(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main([name, "--help"])

    told = capsys.readouterr().out
    assert ended.value.code == 0
    assert "--json" in told
    assert "--as" in told
    assert load(name).hidden or "exit codes:" in told


def test_the_top_help_names_every_verb_but_those_that_only_others_start(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(SystemExit):
        main(["--help"])

    told = capsys.readouterr().out
    assert all(f"\n    {name}{end}" in told or f"\n    {name} " in told for name in PUBLIC for end in "\n")
    assert "hold-index" not in told.split("options:")[0].split("positional arguments:")[1].replace("VERB", "")


@pytest.mark.parametrize(
    "words", [[], ["digitize"], ["digitise"], ["search"], ["user", "ban"], ["check", "--fast"]]
)
def test_misspelt_words_end_with_two(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(words)

    assert ended.value.code == 2
    assert "usage:" in capsys.readouterr().err


def test_json_may_stand_before_or_after_an_act() -> None:
    both = [parser().parse_args(words) for words in (["user", "--json", "list"], ["user", "list", "--json"])]

    assert [args.json for args in both] == [True, True]
    assert parser().parse_args(["user", "list"]).json is False
    assert parser().parse_args(["user", "list", "--as", "lan"]).acting == "lan"
