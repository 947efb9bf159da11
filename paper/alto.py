"""The page description (ALTO 4) that goes with a scan: each word, its place, and how sure it is."""

import unicodedata
from datetime import UTC, datetime
from functools import cache
from xml.etree.ElementTree import Element, SubElement, indent, register_namespace, tostring

from catalog.reading import Box, Reading

NAMESPACE = "http://www.loc.gov/standards/alto/ns-v4#"
SCHEMA = "http://www.loc.gov/standards/alto/v4/alto-4-4.xsd"
VERSION = "4.4"
LANGUAGE = "vi"
SOFTWARE = "Lưu Trữ"

_SCHEMA_INSTANCE = "http://www.w3.org/2001/XMLSchema-instance"


def alto(reading: Reading, *, page_number: int, image_name: str, made_at: datetime) -> bytes:
    """Return the ALTO 4.4 description of one page, UTF-8; the same input gives the same bytes.

    Places are pixels of the master image, unturned, top-left origin, as in the reading; ROTATION of the
    block says, in degrees counter-clockwise, how the print lies on it. `page_number` counts from 1;
    `image_name` is how the one who gets the file knows the image; `made_at` needs a time zone.
    """
    register_namespace("", NAMESPACE)
    register_namespace("xsi", _SCHEMA_INSTANCE)
    root = Element(_name("alto"), {f"{{{_SCHEMA_INSTANCE}}}schemaLocation": f"{NAMESPACE} {SCHEMA}"})
    root.set("SCHEMAVERSION", VERSION)
    _describe(root, reading, image_name=image_name, made_at=made_at)
    layout = SubElement(root, _name("Layout"))
    page = SubElement(
        layout,
        _name("Page"),
        ID=f"page{page_number}",
        PHYSICAL_IMG_NR=str(page_number),
        WIDTH=str(reading.width),
        HEIGHT=str(reading.height),
        LANG=LANGUAGE,
    )
    if reading.words:
        page.set("PC", f"{reading.mean_confidence:.4f}")
    space = SubElement(page, _name("PrintSpace"), _place((0, 0, reading.width, reading.height)))
    _lines(space, reading, page_number)
    indent(root, " ")
    written: str = tostring(root, encoding="unicode")  # encoded once, not word by word
    return f"<?xml version='1.0' encoding='UTF-8'?>\n{written}\n".encode()


def _describe(root: Element, reading: Reading, *, image_name: str, made_at: datetime) -> None:
    """Add the unit, the image and the engines that read it."""
    description = SubElement(root, _name("Description"))
    SubElement(description, _name("MeasurementUnit")).text = "pixel"
    source = SubElement(description, _name("sourceImageInformation"))
    SubElement(source, _name("fileName")).text = _clean(image_name)
    read_at = made_at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    for number, (name, build) in enumerate(sorted(reading.engines.items()), 1):
        step = SubElement(description, _name("Processing"), ID=f"engine{number}")
        SubElement(step, _name("processingDateTime")).text = read_at
        SubElement(step, _name("processingStepDescription")).text = "reading"
        if reading.degraded:
            SubElement(step, _name("processingStepSettings")).text = "degraded: not all engines took part"
        software = SubElement(step, _name("processingSoftware"))
        SubElement(software, _name("softwareName")).text = _clean(name)
        SubElement(software, _name("softwareVersion")).text = _clean(build)
        SubElement(software, _name("applicationDescription")).text = SOFTWARE


def _lines(space: Element, reading: Reading, page_number: int) -> None:
    """Add the lines of the page as one block, in reading order; nothing for a blank page."""
    lines = [line for line in reading.lines if line.words]
    if not lines:
        return
    name = f"p{page_number}"
    block = SubElement(space, _name("TextBlock"), {"ID": f"{name}_b1", **_place(_around(reading))})
    turned = (reading.rotation + reading.skew) % 360
    if turned:
        block.set("ROTATION", f"{turned:.3f}".rstrip("0").rstrip("."))
    for line_number, line in enumerate(lines, 1):
        line_id = f"{name}_l{line_number}"
        element = SubElement(block, _name("TextLine"), {"ID": line_id, **_place(line.box)})
        for word_number, word in enumerate(line.words, 1):
            if word_number > 1:
                SubElement(element, _name("SP"))
            attributes = {
                "ID": f"{line_id}_w{word_number}",
                "CONTENT": _clean(word.text),
                **_place(word.box),
                "WC": f"{min(max(word.confidence, 0.0), 1.0):.4f}",
            }
            SubElement(element, _name("String"), attributes)


def _around(reading: Reading) -> Box:
    boxes = [line.box for line in reading.lines if line.words]
    return (
        min(box[0] for box in boxes),
        min(box[1] for box in boxes),
        max(box[2] for box in boxes),
        max(box[3] for box in boxes),
    )


def _place(box: Box) -> dict[str, str]:
    x0, y0, x1, y1 = box
    return {"HPOS": str(x0), "VPOS": str(y0), "WIDTH": str(x1 - x0), "HEIGHT": str(y1 - y0)}


def _clean(text: str) -> str:
    """Return `text` without the characters that XML 1.0 forbids."""
    if text.isprintable():
        return text
    return "".join(
        letter
        for letter in text
        if letter in "\t\n"
        or (letter not in "\ufffe\uffff" and unicodedata.category(letter) not in ("Cc", "Cs"))
    )


@cache
def _name(tag: str) -> str:
    return f"{{{NAMESPACE}}}{tag}"
