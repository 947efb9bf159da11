"""`luutru describe`: the shape others script against, and what an archivist reads."""

import io
import json
from pathlib import Path

import pytest
from PIL import Image

from catalog.description import FIELDS
from luutru.__main__ import main
from luutru.commands.describe import WORDS
from samples.documents import make_documents


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A record of one page, found on disk."""
    document = next(
        one for one in make_documents(30, 12, ["bilevel200"]) if one.fields["code"] and len(one.pages) == 1
    )
    target = io.BytesIO()
    Image.fromarray(document.pages[0].image).save(target, "PNG", dpi=(200, 200))
    path = tmp_path_factory.mktemp("describe") / "to.png"
    path.write_bytes(target.getvalue())
    return path


def test_describe_json_has_the_promised_shape(
    file: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setenv("LUUTRU_HOME", str(tmp_path))

    code = main(["describe", str(file), "--json"])

    told = json.loads(capsys.readouterr().out)
    assert code == 0
    assert set(told) == {"documents"}
    (document,) = told["documents"]
    assert set(document) == {"pages", "fields", "dossier_type"}
    assert document["pages"] == [1]
    assert list(document["fields"]) == list(FIELDS)
    assert set(document["dossier_type"]) == {"code", "confidence", "asked"}
    for field in document["fields"].values():
        assert set(field) == {"value", "confidence", "evidence", "alternatives"}
        assert 0.0 <= field["confidence"] <= 1.0
        assert field["evidence"] is None or set(field["evidence"]) == {"page", "box"}
    assert not list(tmp_path.iterdir())


def test_describe_tells_an_archivist_each_value_in_words(
    file: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setenv("LUUTRU_HOME", str(tmp_path))

    code = main(["describe", str(file)])

    told = capsys.readouterr().out
    assert code == 0
    assert "trang 1" in told
    assert "Số, ký hiệu: " in told


def test_every_field_has_its_word() -> None:
    assert tuple(WORDS) == FIELDS
