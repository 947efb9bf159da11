"""The typeface that names are laid with, loaded once for the tests that need it."""

import functools

import pytest

from ocr.name_shapes import NameShapes


@functools.cache
def shapes() -> NameShapes:
    """Return its shapes; the test is passed over where Liberation Serif is not installed."""
    loaded = NameShapes.load()
    if loaded is None:
        pytest.skip("Liberation Serif is not installed")
    return loaded
