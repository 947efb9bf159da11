"""Invented pages whose signer lies under a seal, scanned without colour."""

import numpy as np

from samples.sealed import CLASSES, sealed_pages


def test_the_same_seed_gives_the_same_pages() -> None:
    one, other = (next(sealed_pages(1, seed=5)) for _ in range(2))

    assert one.signer == other.signer
    assert np.array_equal(one.image, other.image)


def test_no_page_has_colour_and_every_class_has_its_turn() -> None:
    pages = list(sealed_pages(len(CLASSES), seed=6))

    assert [page.cls for page in pages] == list(CLASSES)
    assert all(page.image.ndim == 2 for page in pages)
    assert all(len(page.signer.split()) >= 2 for page in pages)


def test_a_one_bit_page_is_black_or_white() -> None:
    page = next(sealed_pages(1, seed=7))

    assert set(np.unique(page.image)) <= {0, 255}
