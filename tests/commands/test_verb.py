"""What a verb tells a program is one JSON document, however long."""

import json
from typing import Any

import pytest

from luutru.commands.verb import say_json


@pytest.mark.parametrize(
    "document",
    [
        {},
        {"total": 0, "hits": []},
        {"tên": "Đất", "hits": [{"a": [1, {"b": None}]}, "x", 2], "inner": {"list": [1, 2]}, "last": True},
    ],
)
def test_told_piece_by_piece_it_is_what_it_would_be_at_once(
    document: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    say_json(document)

    assert capsys.readouterr().out == json.dumps(document, ensure_ascii=False) + "\n"


def test_a_name_that_is_no_text_breaks_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    say_json({"files": ["\udcff.pdf"]})

    assert json.loads(capsys.readouterr().out.replace("\\udcff", "?")) == {"files": ["?.pdf"]}
