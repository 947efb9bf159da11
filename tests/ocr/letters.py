"""The typeface that names are laid with, loaded once for the tests that need it."""

import functools

from ocr.name_shapes import NameShapes


@functools.cache
def shapes() -> NameShapes:
    """Return its shapes; `script/test` installs the typeface, so its lack is a failure."""
    loaded = NameShapes.load()
    assert loaded is not None, "Liberation Serif is not installed"
    return loaded
