"""Every verb explains itself, and what is misspelt is told as such."""

import os
import subprocess
import sys

import pytest

from luutru.__main__ import main, parser
from luutru.commands import NAMES, help_of

PUBLIC = [name for name in NAMES if help_of(name)]


@pytest.mark.parametrize("name", NAMES)
def test_every_verb_has_help_with_json_and_exit_codes(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main([name, "--help"])

    told = capsys.readouterr().out
    assert ended.value.code == 0
    assert "--json" in told
    assert "--as" in told
    assert not help_of(name) or "exit codes:" in told


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


HEAVY = {
    *("aiohttp", "asn1crypto", "cryptography", "pyhanko"),  # signatures
    *("cv2", "fontTools", "numpy", "openpyxl", "pikepdf", "PIL", "reportlab", "uharfbuzz"),  # pictures, paper
    *("fastapi", "httpx", "jinja2", "uvicorn"),  # the desk, other installations
    *("boto3", "lxml", "rich", "sklearn", "tantivy", "whoosh"),
}
"""What takes long to load, and is needed by those alone who sign, print, read, serve."""

LIGHT = {
    "--help": HEAVY,
    "status": HEAVY,
    "search an": HEAVY - {"tantivy"},
    "handover list": HEAVY,
    "handover cases": HEAVY,
    "handover --help": HEAVY,
    "user list": HEAVY,
    "unit list": HEAVY,
    "fonds list": HEAVY,
}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """An archive with nothing in it, as the surroundings of a program name it."""
    made = {**os.environ, "LUUTRU_HOME": str(tmp_path_factory.mktemp("light") / "home")}
    subprocess.run([sys.executable, "-m", "luutru", "init"], env=made, check=True, capture_output=True)
    return made


@pytest.mark.parametrize("words", LIGHT)
def test_who_asks_for_little_waits_for_no_engine(words: str, home: dict[str, str]) -> None:
    script = (
        "import sys\n"
        "from luutru.__main__ import main\n"
        "try:\n    code = main(sys.argv[1:])\n"
        "except SystemExit as ended:\n    code = ended.code\n"
        "sys.stderr.write(' '.join({name.partition('.')[0] for name in sys.modules}))\n"
        "sys.exit(code)"
    )

    ran = subprocess.run(
        [sys.executable, "-c", script, *words.split()], env=home, capture_output=True, text=True
    )

    assert ran.returncode == 0, ran.stderr
    assert LIGHT[words] & set(ran.stderr.split()) == set()
