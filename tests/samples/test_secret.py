"""Marked pages are made again from their seed, and what is tuned on is not what is scored."""

import numpy as np

from samples.secret import LEVELS, TUNING, UNSEEN, free_pages, marked_pages


def test_the_same_seed_makes_the_same_pages() -> None:
    first, second = (list(marked_pages(2, 5)) for _ in range(2))

    assert all(np.array_equal(a.pixels, b.pixels) for a, b in zip(first, second, strict=True))
    assert [page.level for page in first] == list(LEVELS[:2])


def test_the_two_sets_share_no_face_place_or_ink() -> None:
    for field in ("faces", "places", "inks"):
        assert not set(getattr(TUNING, field)) & set(getattr(UNSEEN, field))


def test_pages_without_a_mark_have_none_and_some_are_stamped() -> None:
    pages = list(free_pages(3, 5))

    assert {page.level for page in pages} == {None}
    assert [page.stamp is not None for page in pages][1]
