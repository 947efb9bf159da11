"""Outlined letters are known as such and filled; print is left as it is."""

import random

import numpy as np
import pytest

from classify.secret_mark_hollow import MOST, Grey, filled, is_outlined
from samples.mark_ink import Stamp, draw

DPI = 200
LEVELS = ("MẬT", "TỐI MẬT", "TUYỆT MẬT")


def ink_of(text: str, shape: str, cap_mm: float = 6.0) -> Grey:
    """Return where a stamp without a frame has ink, with paper round it."""
    stamp = Stamp(text, shape=shape, frame="none", cap_mm=cap_mm, wear=0.0)
    cover = draw(stamp, dpi=DPI, rng=random.Random(2))
    return np.pad(np.where(cover > 0.3, 255, 0).astype(np.uint8), 6)


@pytest.mark.parametrize("text", LEVELS)
@pytest.mark.parametrize("cap_mm", [4.0, 7.0])
def test_outlined_letters_are_told_from_full_ones(text: str, cap_mm: float) -> None:
    assert is_outlined(ink_of(text, "outline", cap_mm))
    assert not is_outlined(ink_of(text, "plain", cap_mm))
    assert not is_outlined(ink_of(text, "heavy", cap_mm))


def test_an_outline_is_filled_but_not_the_eyes_of_its_letters() -> None:
    outlined, plain = ink_of("MAT", "outline", 7.5), ink_of("MAT", "plain", 7.5)

    full = filled(outlined)

    assert full is not None
    inked = np.count_nonzero(full > 127)
    assert inked > 1.3 * np.count_nonzero(outlined)
    assert 0.9 < inked / np.count_nonzero(plain) < 1.25


def test_an_outline_that_is_broken_is_closed_first() -> None:
    broken = ink_of("TUYỆT MẬT", "outline")
    broken[:, ::40] = 0

    open_, closed = filled(broken), filled(broken, 3)

    assert closed is not None
    assert open_ is None or np.count_nonzero(closed) > np.count_nonzero(open_)


def test_what_has_no_hole_is_not_filled() -> None:
    assert filled(ink_of("TIM", "heavy")) is None
    assert filled(np.zeros((40, 200), np.uint8)) is None


def test_of_a_screen_nothing_is_filled() -> None:
    screen = np.zeros((200, 200), np.uint8)
    screen[::4, ::4] = 255

    assert np.count_nonzero(screen) > MOST
    assert filled(screen) is None
    assert not is_outlined(screen)
