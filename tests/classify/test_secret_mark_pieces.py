"""Pieces and their boxes are those of OpenCV's own function."""

import cv2
import numpy as np
import pytest

from classify.secret_mark_pieces import boxes, pieces


@pytest.mark.parametrize("connectivity", [4, 8])
@pytest.mark.parametrize(("shape", "share"), [((40, 60), 0.3), ((200, 90), 0.55), ((50, 50), 0.0)])
def test_they_are_numbered_and_boxed_as_opencv_does(
    connectivity: int, shape: tuple[int, int], share: float
) -> None:
    mask = ((np.random.default_rng(1).random(shape) < share) * np.uint8(255)).astype(np.uint8)
    count, wanted, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=connectivity)

    labels, found = pieces(mask, connectivity=connectivity)

    assert len(found) == count
    assert np.array_equal(labels, wanted)
    assert np.array_equal(found[1:], stats[1:])


def test_what_touches_the_edges_is_boxed_to_the_edges() -> None:
    _, found = pieces(np.full((3, 5), 255, np.uint8))

    assert found[1].tolist() == [0, 0, 5, 3, 15]


def test_a_piece_is_boxed_round_what_it_has_of_a_smaller_mask() -> None:
    grown = np.zeros((9, 9), np.uint8)
    grown[1:8, 1:8] = 255
    ink = np.zeros_like(grown)
    ink[3:5, 2:4] = ink[3, 6] = 255
    labels, found = pieces(grown)

    assert boxes(ink, labels, len(found))[1].tolist() == [2, 3, 5, 2, 5]
