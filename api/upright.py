"""Turning a page upright: where a box of the master image lies once a person sees the page."""

from catalog.reading import Box


def size(width: int, height: int, rotation: int) -> tuple[int, int]:
    """Return width and height of the upright page; `rotation`: degrees clockwise, 0, 90, 180 or 270."""
    return (height, width) if rotation in (90, 270) else (width, height)


def box(place: Box, width: int, height: int, rotation: int) -> Box:
    """Return where `place`, in pixels of the master (`width` x `height`), lies on the upright page."""
    x0, y0, x1, y1 = place
    match rotation:
        case 90:
            return height - y1, x0, height - y0, x1
        case 180:
            return width - x1, height - y1, width - x0, height - y0
        case 270:
            return y0, width - x1, y1, width - x0
        case _:
            return place
