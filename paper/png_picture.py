"""PNG masters, and whatever must be decoded: their pixels go into the PDF without loss."""

import io
import struct
import warnings
import zlib

from pikepdf import Array, Dictionary, Name, Object, Pdf, String
from PIL import Image

from paper.picture import Picture, PictureRefused, ccitt, inks, picture

_MARK = b"\x89PNG\r\n\x1a\n"
_COMPONENTS = {0: 1, 2: 3, 3: 1}  # PNG colour type: grey, RGB, palette


def png_picture(pdf: Pdf, data: bytes) -> Picture:
    """Return the PNG `data` as a picture: its compressed bytes where a PDF can hold them, else its pixels.

    Raises:
        PictureRefused: not a PNG that can be decoded.
    """
    return _carried(pdf, data) or decoded_picture(pdf, opened(data))


def opened(data: bytes) -> Image.Image:
    """Return the image in `data`, decoded.

    Raises:
        PictureRefused: it cannot be decoded.
    """
    try:
        with warnings.catch_warnings(action="ignore", category=Image.DecompressionBombWarning):
            image = Image.open(io.BytesIO(data))
        image.load()
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise PictureRefused(f"a master cannot be decoded: {error}") from error
    return image


def decoded_picture(pdf: Pdf, image: Image.Image) -> Picture:
    """Return the pixels of `image` as a picture, without loss: two colours as CCITT G4, else as Flate.

    Transparent pixels come out as they look on white paper.
    """
    if image.mode == "1":
        return _bilevel(pdf, image)
    if image.mode == "CMYK":
        packed = zlib.compress(image.tobytes(), 6)
        size = {"width": image.width, "height": image.height}
        return picture(pdf, packed, **size, bits=8, colours=inks(pdf), Filter=Name.FlateDecode)
    if image.mode in ("LA", "PA", "RGBA") or "transparency" in image.info:
        seen = image.convert("RGBA")
        paper = Image.new("RGBA", seen.size, "white")
        image = Image.alpha_composite(paper, seen).convert("RGB")
    if image.mode not in ("L", "RGB", "P", "I;16"):
        image = image.convert("RGB")
    data = io.BytesIO()
    image.save(data, "PNG", compress_level=6)
    carried = _carried(pdf, data.getvalue())
    if carried is None:
        raise PictureRefused(f"an image of mode {image.mode} cannot be stored")
    return carried


def _bilevel(pdf: Pdf, image: Image.Image) -> Picture:
    """Return a two-colour image as CCITT Group 4, in one strip."""
    data = io.BytesIO()
    image.save(data, "TIFF", compression="group4", strip_size=2**31 - 1)
    with Image.open(data) as tiff:
        tags = tiff.tag_v2  # type: ignore[attr-defined]  # Image.open does not say that this is a TIFF
        (start,), (length,) = tags[273], tags[279]
        black_is_1 = tags[262] == 1
    return picture(
        pdf,
        data.getvalue()[start : start + length],
        width=image.width,
        height=image.height,
        bits=1,
        colours=Name.DeviceGray,
        Filter=Name.CCITTFaxDecode,
        DecodeParms=ccitt(image.width, image.height, black_is_1=black_is_1),
    )


def _carried(pdf: Pdf, data: bytes) -> Picture | None:
    """Return the compressed rows of `data` as a picture; None: interlaced, transparent or broken."""
    chunks = _chunks(data)
    if chunks is None or b"tRNS" in chunks or b"IHDR" not in chunks or b"IDAT" not in chunks:
        return None
    width, height, bits, kind, _, _, interlaced = struct.unpack(">IIBBBBB", chunks[b"IHDR"])
    if kind not in _COMPONENTS or interlaced:
        return None
    colours: Object = Name.DeviceRGB if kind == 2 else Name.DeviceGray
    if kind == 3:
        palette = chunks.get(b"PLTE", b"")
        if not palette:
            return None
        colours = Array([Name.Indexed, Name.DeviceRGB, len(palette) // 3 - 1, String(palette)])
    rows = Dictionary(Predictor=15, Colors=_COMPONENTS[kind], BitsPerComponent=bits, Columns=width)
    return picture(
        pdf,
        chunks[b"IDAT"],
        width=width,
        height=height,
        bits=bits,
        colours=colours,
        Filter=Name.FlateDecode,
        DecodeParms=rows,
    )


def _chunks(data: bytes) -> dict[bytes, bytes] | None:
    """Return the chunks of a PNG by name, those of one name joined; None where they are cut or damaged."""
    if not data.startswith(_MARK):
        return None
    found: dict[bytes, list[bytes]] = {}
    at = len(_MARK)
    while at + 12 <= len(data):
        (length,) = struct.unpack_from(">I", data, at)
        name, body = data[at + 4 : at + 8], data[at + 8 : at + 8 + length]
        check = data[at + 8 + length : at + 12 + length]
        if len(check) < 4 or zlib.crc32(name + body) != struct.unpack(">I", check)[0]:
            return None
        if name == b"IEND":
            return {name: b"".join(parts) for name, parts in found.items()}
        found.setdefault(name, []).append(body)
        at += 12 + length
    return None
