"""What every orienter promises."""

import numpy as np
import pytest

from ocr.orienter import Orientation, Orienter
from tests.ocr.pages import LETTER, printed


class OrienterContract:
    """Subclass, give it an `orienter` fixture, and it is tested."""

    def test_it_tells_its_name_and_build(self, orienter: Orienter) -> None:
        assert orienter.name
        assert orienter.build

    @pytest.mark.parametrize("rotation", [0, 90, 180, 270])
    def test_it_tells_the_clockwise_turn_that_makes_print_upright(
        self, orienter: Orienter, rotation: int
    ) -> None:
        upright = printed(LETTER * 2)[..., 0]
        page = np.ascontiguousarray(np.rot90(upright, rotation // 90))  # counter-clockwise

        seen = orienter.orientation(page, dpi=150)

        assert seen == Orientation(rotation=rotation, sure=True)

    def test_it_is_not_sure_of_a_blank_page(self, orienter: Orienter) -> None:
        seen = orienter.orientation(np.full((1754, 1240), 255, np.uint8), dpi=150)

        assert seen.rotation == 0
