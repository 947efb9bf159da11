"""Points, boxes and matrices of a PDF page."""

from typing import Any

Matrix = tuple[float, float, float, float, float, float]
"""a, b, c, d, e, f as in ISO 32000-1, 8.3.3."""
Rectangle = tuple[float, float, float, float]
"""x0, y0, x1, y1 in points, bottom-left origin."""


def matrix(values: Any) -> Matrix:
    """Return six numbers of a PDF as a matrix."""
    a, b, c, d, e, f = (float(value) for value in values)
    return a, b, c, d, e, f


def multiply(first: Matrix, then: Matrix) -> Matrix:
    """Return the matrix that does `first`, and then `then`."""
    a, b, c, d, e, f = first
    p, q, r, s, t, u = then
    return (a * p + b * r, a * q + b * s, c * p + d * r, c * q + d * s, e * p + f * r + t, e * q + f * s + u)


def apply(matrix: Matrix, x: float, y: float) -> tuple[float, float]:
    """Return where `matrix` puts the point."""
    a, b, c, d, e, f = matrix
    return a * x + c * y + e, b * x + d * y + f


def bounds(points: list[tuple[float, float]]) -> Rectangle:
    """Return the rectangle round `points` (at least one)."""
    xs, ys = [x for x, _ in points], [y for _, y in points]
    return min(xs), min(ys), max(xs), max(ys)


def overlap(one: Rectangle, other: Rectangle) -> Rectangle:
    """Return what two rectangles share; its area is 0 where they share nothing."""
    return max(one[0], other[0]), max(one[1], other[1]), min(one[2], other[2]), min(one[3], other[3])


def area(box: Rectangle) -> float:
    """Return the area; 0.0 for a rectangle turned inside out."""
    return max(0.0, box[2] - box[0]) * max(0.0, box[3] - box[1])
