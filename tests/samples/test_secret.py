"""Marked pages are made again from their seed, and what is tuned on is not what is scored."""

import random
from itertools import combinations

import numpy as np

from samples import mark_ink
from samples.mark_ink import Stamp
from samples.secret import FRESH, JUDGED, LEVELS, PLACES, TUNING, UNSEEN, free_pages, marked_pages


def test_the_same_seed_makes_the_same_pages() -> None:
    first, second = (list(marked_pages(2, 5, UNSEEN)) for _ in range(2))

    assert all(np.array_equal(a.pixels, b.pixels) for a, b in zip(first, second, strict=True))
    assert [page.level for page in first] == list(LEVELS[:2])


def test_a_run_that_broke_off_goes_on_with_the_same_pages() -> None:
    whole, rest = list(marked_pages(3, 5, UNSEEN)), list(marked_pages(3, 5, UNSEEN, first=2))

    assert len(rest) == 1
    assert np.array_equal(rest[0].pixels, whole[2].pixels)


def test_no_two_sets_share_a_face_place_or_ink() -> None:
    for field in ("faces", "places", "inks"):
        for one, other in combinations((TUNING, UNSEEN, JUDGED, FRESH), 2):
            assert not set(getattr(one, field)) & set(getattr(other, field))


def test_whatever_is_judged_can_be_drawn() -> None:
    for drawn in (JUDGED, FRESH):
        assert set(drawn.faces) <= set(mark_ink.FACES)
        assert set(drawn.places) <= set(PLACES)
        assert set(drawn.inks) <= set(mark_ink.INKS)
    for shape in JUDGED.shapes:
        for frame in JUDGED.frames:
            cover = mark_ink.draw(Stamp("MẬT", shape=shape, frame=frame), dpi=100, rng=random.Random(1))
            assert cover.max() > 0.5


def test_pages_without_a_mark_have_none_and_some_are_stamped() -> None:
    pages = list(free_pages(3, 5, UNSEEN))

    assert {page.level for page in pages} == {None}
    assert [page.stamp is not None for page in pages][1]
