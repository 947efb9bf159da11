import sys
from dataclasses import replace

import cv2
import pytest
from threadpoolctl import threadpool_info

from catalog.reading import LAID
from catalog.scan import PageImage
from ocr.engines import Engines, open_engines
from ocr.read import read_page
from tests.ocr.pages import printed


def test_the_full_set_has_two_readers_and_is_not_degraded(engines: Engines) -> None:
    assert [reader.name for reader in engines.readers] == ["trueocr", "tesseract"]
    assert not engines.degraded


def test_without_trueocr_the_second_back_ends_read_and_say_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "ocr.trueocr_engine", raising=False)
    monkeypatch.setitem(sys.modules, "trueocr", None)  # import fails, as where it is not installed

    engines = open_engines()
    reading = read_page(PageImage(printed(), 150), engines=engines)

    assert reading.degraded
    assert "CHÂU THÀNH" in reading.text
    assert reading.mean_confidence > 0.7


def test_an_engine_that_is_not_installed_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    from ocr.reader import EngineMissing

    monkeypatch.delitem(sys.modules, "ocr.tesserocr_reader", raising=False)
    monkeypatch.setitem(sys.modules, "tesserocr", None)

    with pytest.raises(EngineMissing, match="tesserocr is not installed"):
        open_engines(tesseract="tesserocr")


def test_one_process_uses_one_thread(engines: Engines) -> None:
    assert cv2.getNumThreads() == 1
    assert {pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "blas"} == {1}


def test_names_are_laid_over_black_seals_unless_somebody_says_no(engines: Engines) -> None:
    assert engines.sealed is not None
    assert open_engines(sealed_names=False).sealed is None


def test_the_settings_hash_tells_engines_apart(engines: Engines) -> None:
    alone = replace(engines, readers=engines.readers[1:])

    assert engines.settings_hash == replace(engines).settings_hash
    assert len(engines.settings_hash) == 64
    assert alone.settings_hash != engines.settings_hash


def test_every_build_is_told(engines: Engines) -> None:
    builds = engines.builds()

    assert {
        "trueocr",
        "tesseract",
        "lines:trueocr",
        "orientation:trueocr",
        "language",
        "opencv",
        LAID,
    } == set(builds)
    assert all(builds.values())


@pytest.mark.parametrize("count", [0, 3])
def test_engines_have_one_reader_or_two(engines: Engines, count: int) -> None:
    with pytest.raises(ValueError, match="expected one or two"):
        replace(engines, readers=engines.readers[:1] * count)
