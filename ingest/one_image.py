"""Whether a PDF page is one scanned image and nothing else that can be seen, and where it lies."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import pikepdf

from ingest.plane import Matrix, Rectangle, apply, area, bounds, matrix, multiply, overlap

FULL_PAGE = 0.80
"""Share of the page the image must cover: scanners leave a white rim, letterheads cover less."""
OUTSIDE = 0.05
"""Share of the image that may lie outside the page; more is a crop that a reader would not see."""
COVERED = 0.98
"""Share of the page from which an opaque image hides all that was drawn before it."""
SMALL_SIGNATURE = 0.15
"""Share of the page that a visible signature may take on top of a scan (design: it stays one image)."""
CONTENT_BYTES = 1 << 20
"""Drawing instructions beyond this belong to no plain scan, even with a text layer under it."""
CROOKED = 0.01
"""Sine of the largest angle (0.6 degrees) at which an image still lies straight on its page."""
UNEVEN = 1.03
"""Ratio of horizontal to vertical dpi from which pixels are not square."""
DEPTH = 5
"""Forms within forms."""

_INVISIBLE = {3, 7}
_HIDDEN_ANNOTATION = 0b100010  #: flags Hidden and NoView (ISO 32000-1, 12.5.3)


@dataclass(frozen=True)
class OneImage:
    """The one image a page consists of."""

    stream: pikepdf.Stream
    rotation: int  #: degrees clockwise that turn the image upright as a viewer shows it
    dpi: int


class _Otherwise(Exception):  # no error: the page is of the other kind
    """The page is not one image."""


@dataclass(frozen=True)
class _State:
    ctm: Matrix
    clip: Rectangle
    text_mode: int = 0
    fill: float | None = 0.0  #: 0.0 black, 1.0 white, None any other colour
    known_space: bool = True  #: `fill` is set in a colour space whose numbers are understood here
    plain: bool = True  #: no transparency, no blending


@dataclass
class _Canvas:
    """What can be seen of the page so far."""

    page: Rectangle
    marks: bool = False
    image: pikepdf.Stream | None = None
    ctm: Matrix = (1, 0, 0, 1, 0, 0)
    path: list[tuple[float, float]] = field(default_factory=list)
    curved: bool = False
    clipping: bool = False


def find_one_image(page: pikepdf.Page) -> OneImage | None:
    """Return the image that `page` consists of, or None where it consists of anything else.

    A text layer that can't be seen, a small visible signature, and whatever an opaque image hides do
    not count. Masked images on top of each other, strips, cropped, mirrored or crooked images do.

    Raises:
        pikepdf.PdfError, ValueError, TypeError: the page is broken.
    """
    box = _page_box(page)
    canvas = _Canvas(page=box)
    state = _State(ctm=(1, 0, 0, 1, 0, 0), clip=box)
    try:
        _draw(page.obj, page.obj.get("/Resources", _inherited(page, "/Resources")), state, canvas, 0)
        _look_at_annotations(page, canvas)
        if canvas.image is None or canvas.marks:
            return None
        return _measured(page, canvas)
    except _Otherwise:
        return None


def user_unit(page: pikepdf.Page) -> float:
    """Return how many points a unit of the page's user space is (nearly always 1)."""
    unit = page.obj.get("/UserUnit")
    value = float(unit) if unit is not None else 1.0
    return value if 0 < value <= 1000 else 1.0


def _measured(page: pikepdf.Page, canvas: _Canvas) -> OneImage:
    a, b, c, d, _, _ = canvas.ctm
    wide, high = (a * a + b * b) ** 0.5, (c * c + d * d) ** 0.5
    if wide <= 0 or high <= 0:
        raise _Otherwise
    if abs(b) <= CROOKED * wide and abs(c) <= CROOKED * high and a * d > 0:
        turned = 0 if a > 0 else 180
    elif abs(a) <= CROOKED * wide and abs(d) <= CROOKED * high and b * c < 0:
        turned = 270 if b > 0 else 90
    else:
        raise _Otherwise
    assert canvas.image is not None
    width, height = int(canvas.image.get("/Width", 0)), int(canvas.image.get("/Height", 0))
    inch = 72 / user_unit(page)
    x_dpi, y_dpi = width * inch / wide, height * inch / high
    if min(x_dpi, y_dpi) <= 0 or max(x_dpi, y_dpi) / min(x_dpi, y_dpi) > UNEVEN:
        raise _Otherwise
    rotate = int(page.obj.get("/Rotate", _inherited(page, "/Rotate")) or 0)
    if rotate % 90:
        raise _Otherwise
    return OneImage(canvas.image, rotation=(turned + rotate) % 360, dpi=round((x_dpi + y_dpi) / 2))


def _draw(
    owner: pikepdf.Object, resources: pikepdf.Object | None, state: _State, canvas: _Canvas, depth: int
) -> None:
    """Follow the drawing instructions of a page or a form."""
    if depth > DEPTH:
        raise _Otherwise
    _check_length(owner)
    stack: list[_State] = []
    for instruction in pikepdf.parse_content_stream(owner):
        operator = str(instruction.operator)
        operands: Any = instruction.operands
        if operator == "q":
            stack.append(state)
        elif operator == "Q":
            state = stack.pop() if stack else state
        elif operator == "Do":
            _do(_named(resources, "/XObject", operands[0]), resources, state, canvas, depth)
        elif operator == "gs":
            state = _with_graphics_state(state, _named(resources, "/ExtGState", operands[0]))
        elif operator in ("INLINE IMAGE", "BI", "sh"):
            canvas.marks = True
        elif operator == "BDC" and str(operands[0]) == "/OC":
            raise _Otherwise
        elif operator in _TEXT:
            canvas.marks |= state.text_mode not in _INVISIBLE and _has_glyphs(operands)
        elif operator in _PAINT:
            state = _painted(operator, state, canvas)
        elif operator in _PATH:
            _extend_path(operator, operands, state, canvas)
        else:
            state = _with(operator, operands, state)


_TEXT = {"Tj", "TJ", "'", '"'}
_PAINT = {"f", "F", "f*", "B", "B*", "b", "b*", "S", "s", "n", "W", "W*"}
_PATH = {"re", "m", "l", "c", "v", "y"}


def _with(operator: str, operands: Any, state: _State) -> _State:
    if operator == "cm":
        return replace(state, ctm=multiply(matrix(operands), state.ctm))
    if operator == "Tr":
        return replace(state, text_mode=int(operands[0]))
    if operator in ("g", "rg"):
        return replace(state, known_space=True, fill=_shade([float(value) for value in operands]))
    if operator == "k":
        values = [float(value) for value in operands]
        black = values == [0, 0, 0, 1]
        shade = 0.0 if black else 1.0 if not any(values) else None
        return replace(state, known_space=False, fill=shade)
    if operator == "cs":
        known = str(operands[0]) in ("/DeviceGray", "/DeviceRGB")
        return replace(state, known_space=known, fill=0.0 if known else None)
    if operator in ("sc", "scn"):
        shade = _shade([float(value) for value in operands]) if state.known_space else None
        return replace(state, fill=shade)
    return state


def _shade(values: list[float]) -> float | None:
    if not any(values):
        return 0.0
    return 1.0 if all(value == 1 for value in values) else None


def _painted(operator: str, state: _State, canvas: _Canvas) -> _State:
    """End a path: it leaves marks, narrows the clip, or nothing."""
    if operator in ("W", "W*"):
        canvas.clipping = True
        return state
    if canvas.clipping:
        state = replace(state, clip=_narrowed(state.clip, canvas))
    if operator != "n" and canvas.path:
        strokes = operator in ("S", "s", "B", "B*", "b", "b*")
        on_page = area(overlap(bounds(canvas.path), state.clip)) > 0 or strokes
        background = not strokes and state.fill == 1.0 and canvas.image is None
        canvas.marks |= on_page and not background
    canvas.path, canvas.curved, canvas.clipping = [], False, False
    return state


def _extend_path(operator: str, operands: Any, state: _State, canvas: _Canvas) -> None:
    values = [float(value) for value in operands]
    if operator == "re":
        x, y, wide, high = values
        corners = [(x, y), (x + wide, y), (x + wide, y + high), (x, y + high)]
    else:
        canvas.curved |= operator not in ("m", "l")
        corners = list(zip(values[::2], values[1::2], strict=True))
    canvas.path.extend(apply(state.ctm, x, y) for x, y in corners)


def _narrowed(clip: Rectangle, canvas: _Canvas) -> Rectangle:
    if not canvas.path:
        return clip
    box = bounds(canvas.path)
    x0, y0, x1, y1 = box
    near = max(x1 - x0, y1 - y0) * CROOKED
    boxy = all(
        min(abs(x - x0), abs(x - x1)) <= near and min(abs(y - y0), abs(y - y1)) <= near
        for x, y in canvas.path
    )
    if canvas.curved or not boxy:
        return (clip[0], clip[1], clip[0], clip[1])  # unknown shape: nothing behind it counts as whole
    return overlap(clip, box)


def _do(
    thing: pikepdf.Object, resources: pikepdf.Object | None, state: _State, canvas: _Canvas, depth: int
) -> None:
    if not isinstance(thing, pikepdf.Stream) or "/OC" in thing:
        raise _Otherwise
    kind = thing.get("/Subtype")
    if kind == "/Form":
        given = thing.get("/Matrix")
        inner = replace(state, ctm=multiply(matrix(given), state.ctm)) if given is not None else state
        box = thing.get("/BBox")
        if box is not None:
            corners = [apply(inner.ctm, float(box[i]), float(box[j])) for i, j in _CORNERS]
            inner = replace(inner, clip=overlap(inner.clip, bounds(corners)))
        if _within(thing, "/Group", "/S") == "/Transparency" and not state.plain:
            raise _Otherwise
        _draw(thing, thing.get("/Resources", resources), inner, canvas, depth + 1)
    elif kind == "/Image":
        _place(thing, state, canvas)


_CORNERS = ((0, 1), (2, 1), (2, 3), (0, 3))


def _place(image: pikepdf.Stream, state: _State, canvas: _Canvas) -> None:
    """Put an image on the page: the first full one counts, a second beside it makes the page another kind."""
    whole = bounds([apply(state.ctm, x, y) for x, y in ((0, 0), (1, 0), (1, 1), (0, 1))])
    on_page = overlap(whole, canvas.page)
    seen = overlap(on_page, state.clip)
    if area(on_page) <= 0:
        return
    if not state.plain or area(seen) < COVERED * area(on_page):
        raise _Otherwise
    if area(on_page) < FULL_PAGE * area(canvas.page) or area(on_page) < (1 - OUTSIDE) * area(whole):
        raise _Otherwise
    stencil = bool(image.get("/ImageMask", False))
    if stencil and state.fill != 0.0:
        raise _Otherwise
    opaque = not stencil and "/SMask" not in image and "/Mask" not in image
    if opaque and area(on_page) >= COVERED * area(canvas.page):
        canvas.marks = False
    elif canvas.image is not None:
        raise _Otherwise
    canvas.image, canvas.ctm = image, state.ctm


def _with_graphics_state(state: _State, given: pikepdf.Object) -> _State:
    plain = state.plain
    if "/SMask" in given:
        plain = given["/SMask"] == "/None"
    if "/ca" in given:
        plain = plain and float(given["/ca"]) == 1.0
    if "/BM" in given:
        plain = plain and given["/BM"] in ("/Normal", "/Compatible")
    return replace(state, plain=plain)


def _look_at_annotations(page: pikepdf.Page, canvas: _Canvas) -> None:
    for note in page.obj.get("/Annots") or []:
        kind = note.get("/Subtype")
        if int(note.get("/F", 0)) & _HIDDEN_ANNOTATION or kind in ("/Link", "/Popup"):
            continue
        if _within(note, "/AP", "/N") is None:
            continue
        corners = [float(value) for value in note.get("/Rect", [0, 0, 0, 0])]
        box = bounds([(corners[0], corners[1]), (corners[2], corners[3])])
        seen = area(overlap(box, canvas.page))
        field_type = note.get("/FT") or _within(note, "/Parent", "/FT")
        small_signature = field_type == "/Sig" and seen <= SMALL_SIGNATURE * area(canvas.page)
        if seen > 0 and not small_signature:
            raise _Otherwise


def _check_length(owner: pikepdf.Object) -> None:
    """Refuse to follow instructions too long for a scan (they would only cost time)."""
    contents = owner if isinstance(owner, pikepdf.Stream) else owner.get("/Contents")
    parts = list(contents) if isinstance(contents, pikepdf.Array) else [contents]
    length = 0
    for part in parts:
        if isinstance(part, pikepdf.Stream):
            length += len(part.read_bytes())
            if length > CONTENT_BYTES:
                raise _Otherwise


def _has_glyphs(operands: Any) -> bool:
    return any(bytes(text).strip(b" \x00") for text in _strings(operands))


def _strings(operands: Any) -> Iterator[Any]:
    for operand in operands:
        if isinstance(operand, pikepdf.String):
            yield operand
        elif isinstance(operand, pikepdf.Array):
            yield from (item for item in operand if isinstance(item, pikepdf.String))


def _named(resources: pikepdf.Object | None, kind: str, name: Any) -> pikepdf.Object:
    found = None if resources is None else _within(resources, kind, str(name))
    if found is None:
        raise _Otherwise
    return found


def _within(thing: pikepdf.Object, outer: str, inner: str) -> pikepdf.Object | None:
    found = thing.get(outer)
    return found.get(inner) if isinstance(found, pikepdf.Dictionary | pikepdf.Stream) else None


def _inherited(page: pikepdf.Page, key: str) -> pikepdf.Object | None:
    node = page.obj.get("/Parent")
    for _ in range(50):
        if node is None:
            return None
        if key in node:
            return node[key]
        node = node.get("/Parent")
    return None


def _page_box(page: pikepdf.Page) -> Rectangle:
    media = _bounds_of([float(value) for value in page.mediabox])
    crop = _bounds_of([float(value) for value in page.cropbox])
    both = overlap(media, crop)
    return both if area(both) > 0 else media


def _bounds_of(values: list[float]) -> Rectangle:
    return bounds([(values[0], values[1]), (values[2], values[3])])
