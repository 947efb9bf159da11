import pytest

from ocr.orienter import Orienter
from ocr.osd_orienter import OsdOrienter
from tests.contracts.orienter import OrienterContract


class TestOsdOrienter(OrienterContract):
    @pytest.fixture
    def orienter(self) -> Orienter:
        return OsdOrienter()
