"""How dark paper and ink of a picture are: percentiles of its grey levels, counted, not sorted."""

from collections.abc import Iterator

import cv2
import numpy as np
from numpy.typing import NDArray

from catalog.scan import Pixels


def percentiles(pixels: Pixels, *shares: float) -> tuple[float, ...]:
    """Return the grey levels under which `shares` (per cent) of grey `pixels` lie: `numpy.percentile`'s.

    A line of print is looked at several times; sorting it each time was a twentieth of reading a page.

    Raises:
        ValueError: the picture is empty.
    """
    if not pixels.size:
        raise ValueError("an empty picture has no levels")
    counts = cv2.calcHist([pixels], [0], None, [256], [0, 256]).ravel()
    return tuple(_levels(np.cumsum(counts, dtype=np.float64), shares))


def _levels(up_to: NDArray[np.float64], shares: tuple[float, ...]) -> Iterator[float]:
    for share in shares:
        place = share / 100 * (float(up_to[-1]) - 1)
        low, high = (int(np.searchsorted(up_to, rank, side="right")) for rank in (int(place), int(place) + 1))
        yield low + (min(high, 255) - low) * (place - int(place))
