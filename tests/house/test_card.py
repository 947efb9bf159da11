"""Every package of the design card works on a path that real records take (the table in the README)."""

import io
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import httpx
import minio
import pdf2image
import pypdfium2
import pytesseract
import pytest
from fastapi import FastAPI
from reportlab.pdfgen import canvas
from whoosh.index import FileIndex

from catalog.scan import PageImage
from index.generations import Generations, IndexEngine
from index.whoosh_index import WhooshIndex
from ingest.limits import Limits
from ingest.media import MediaType
from ingest.page_image import page_image
from luutru.bootstrap import engine_choice, open_archive
from luutru.settings import from_environment
from ocr.engines import open_engines
from ocr.read import read_page
from samples.pages import SamplePage, make_pages
from storage.s3 import S3Store
from tests.api.conftest import address, app, stock
from tests.house.tree import ROOT
from tests.services.seaweedfs import S3Server
from tests.storage.conftest import s3_server

__all__ = ["address", "app", "s3_server", "stock"]


class Calls:
    """Counts how often a real function is called, and lets it do its work."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, owner: Any, name: str) -> None:
        self.count = 0
        real: Callable[..., Any] = getattr(owner, name)

        def counted(*args: Any, **kwargs: Any) -> Any:
            self.count += 1
            return real(*args, **kwargs)

        monkeypatch.setattr(owner, name, counted)


@pytest.fixture(scope="module")
def sample() -> SamplePage:
    return next(iter(make_pages(1, seed=5, classes=["clean300"])))


def test_pytesseract_reads_every_line_of_a_page_in_one_call(
    sample: SamplePage, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = Calls(monkeypatch, pytesseract, "image_to_data")
    engines = open_engines(tesseract="pytesseract")

    reading = read_page(PageImage(sample.image, 300), engines=engines)

    assert calls.count == 1
    assert "tesseract" in " ".join(reading.engines)
    assert len(reading.words) > 50


def test_pytesseract_is_what_an_installation_without_tesserocr_reads_with(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("luutru.bootstrap.find_spec", lambda _name: None)

    choice = engine_choice(from_environment({}))

    assert choice.tesseract == "pytesseract"


def test_opencv_cleans_every_page(sample: SamplePage, monkeypatch: pytest.MonkeyPatch) -> None:
    calls = Calls(monkeypatch, cv2, "resize")

    read_page(PageImage(sample.image, 300), engines=open_engines(tesseract="pytesseract"))

    assert calls.count > 0


def test_pdf2image_draws_what_pdfium_refuses(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "drawn.pdf"
    drawing = canvas.Canvas(str(file))
    drawing.drawString(72, 700, "a page of letters")
    drawing.save()
    calls = Calls(monkeypatch, pdf2image, "convert_from_path")

    def refuse(_path: object) -> pypdfium2.PdfDocument:
        raise pypdfium2.PdfiumError("refused")

    monkeypatch.setattr(pypdfium2, "PdfDocument", refuse)

    image = page_image(file, 0, media_type=MediaType.PDF, limits=Limits())

    assert calls.count == 1
    assert image.width > 100


def test_whoosh_answers_an_archive_that_chose_it(tmp_path: Path) -> None:
    settings = from_environment({"LUUTRU_HOME": str(tmp_path), "LUUTRU_INDEX_ENGINE": "whoosh"})

    archive = open_archive(settings)
    _name, index = archive.generations.begin()

    assert isinstance(index, WhooshIndex)
    assert any(isinstance(value, FileIndex) for value in vars(index).values())
    assert repr(archive.generations) == repr(Generations(settings.index, engine=IndexEngine.WHOOSH))


def test_fastapi_serves_the_desk_and_the_api(address: str, app: FastAPI) -> None:
    answer = httpx.get(f"{address}/sign-in")

    assert isinstance(app, FastAPI)
    assert answer.status_code == 200


def test_minio_keeps_objects_on_s3(
    s3_server: S3Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = Calls(monkeypatch, minio.Minio, "_put_object")
    store = S3Store(
        endpoint=s3_server.endpoint,
        bucket=s3_server.new_bucket(),
        access_key=s3_server.access_key,
        secret_key=s3_server.secret_key,
        scratch=tmp_path,
        is_referenced=lambda _key: False,
        secure=False,
    )

    kept = store.put(io.BytesIO(b"a page"))

    with store.get(kept.key) as stream:
        assert stream.read() == b"a page"
    assert calls.count > 0


def test_the_readme_names_them_all() -> None:
    readme = ROOT.joinpath("README.md").read_text("utf-8")

    named = set(re.findall(r"^\| (\w+) \| .* (?:`tests/house/test_card\.py`|the same)", readme, re.MULTILINE))

    assert named == {"pytesseract", "pdf2image", "opencv", "whoosh", "fastapi", "minio"}
