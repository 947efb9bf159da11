"""Engines opened once for all tests: loading them is most of what a test would take."""

import pytest

from ocr.engines import Engines, open_engines
from ocr.language import Language
from ocr.trueocr_engine import TrueocrModels


@pytest.fixture(scope="session")
def models() -> TrueocrModels:
    return TrueocrModels()


@pytest.fixture(scope="session")
def language() -> Language:
    return Language.load()


@pytest.fixture(scope="session")
def engines() -> Engines:
    return open_engines()
