"""The ALTO description says what the reading says, in the form the Library of Congress laid down."""

from datetime import UTC, datetime, timedelta, timezone
from xml.etree.ElementTree import Element, fromstring

import pytest

from catalog.reading import Line, Reading, Word
from paper.alto import NAMESPACE, alto
from tests.paper.pages import HEIGHT, MADE_AT, WIDTH, blank, reading

A = f"{{{NAMESPACE}}}"


def test_every_word_is_there_with_its_place_and_its_confidence() -> None:
    read = reading()

    root = _described(read)

    strings = list(root.iter(f"{A}String"))
    assert [_place(string) for string in strings] == [word.box for word in read.words]
    assert [string.get("CONTENT") for string in strings] == [word.text for word in read.words]
    assert {string.get("WC") for string in strings} == {"0.9700"}


def test_lines_come_in_reading_order() -> None:
    read = reading()

    root = _described(read)

    lines = list(root.iter(f"{A}TextLine"))
    assert [_place(line) for line in lines] == [line.box for line in read.lines]
    assert [" ".join(s.get("CONTENT", "") for s in line.iter(f"{A}String")) for line in lines] == [
        line.text for line in read.lines
    ]


def test_parts_come_in_the_order_of_the_schema() -> None:
    root = _described(reading())

    assert [child.tag for child in root] == [f"{A}Description", f"{A}Layout"]
    description = [child.tag.removeprefix(A) for child in root[0]]
    assert description == ["MeasurementUnit", "sourceImageInformation", "Processing"]
    step = [child.tag.removeprefix(A) for child in root[0][2]]
    assert step == ["processingDateTime", "processingStepDescription", "processingSoftware"]
    software = [child.tag.removeprefix(A) for child in root[0][2][-1]]
    assert software == ["softwareName", "softwareVersion", "applicationDescription"]


def test_ids_are_there_once() -> None:
    root = _described(reading())

    ids = [element.get("ID") for element in root.iter() if element.get("ID")]

    assert len(ids) == len(set(ids))


def test_engines_are_named_with_their_builds() -> None:
    read = Reading((), 10, 10, 300, 0, 0.0, {"trueocr": "0.1.1", "tesseract": "5.3.0"}, degraded=True)

    root = _described(read)

    assert [element.text for element in root.iter(f"{A}softwareName")] == ["tesseract", "trueocr"]
    assert [element.text for element in root.iter(f"{A}softwareVersion")] == ["5.3.0", "0.1.1"]
    assert next(root.iter(f"{A}processingStepSettings")).text == "degraded: not all engines took part"


def test_a_blank_page_has_a_print_space_and_no_block() -> None:
    root = _described(blank())

    assert _place(next(root.iter(f"{A}PrintSpace"))) == (0, 0, WIDTH, HEIGHT)
    assert list(root.iter(f"{A}TextBlock")) == []
    assert next(root.iter(f"{A}Page")).get("PC") is None


@pytest.mark.parametrize(
    ("rotation", "skew", "said"),
    [(0, 0.0, None), (90, -2.5, "87.5"), (270, 1.25, "271.25"), (0, -1.0, "359")],
)
def test_the_lie_of_the_print_is_said_counter_clockwise(rotation: int, skew: float, said: str | None) -> None:
    root = _described(reading(rotation=rotation, skew=skew))

    assert next(root.iter(f"{A}TextBlock")).get("ROTATION") == said


def test_what_xml_forbids_is_left_out() -> None:
    word = Word("Đ\x00iều<&>\ufffe", (1, 2, 3, 4), 0.5, False)
    read = Reading((Line((word,), word.box),), 10, 10, 300, 0, 0.0, {"tesseract": "5"})

    root = _described(read)

    assert next(root.iter(f"{A}String")).get("CONTENT") == "Điều<&>"


def test_the_time_is_said_in_utc() -> None:
    made_at = datetime(2026, 7, 1, 15, 30, tzinfo=timezone(timedelta(hours=7)))

    data = alto(blank(), page_number=1, image_name="a.tif", made_at=made_at)

    assert b"<processingDateTime>2026-07-01T08:30:00Z<" in data
    assert data == alto(blank(), page_number=1, image_name="a.tif", made_at=made_at.astimezone(UTC))


def _described(read: Reading) -> Element:
    return fromstring(alto(read, page_number=1, image_name="tờ 1.tif", made_at=MADE_AT))


def _place(element: Element) -> tuple[int, int, int, int]:
    x, y, width, height = (int(element.get(name, "")) for name in ("HPOS", "VPOS", "WIDTH", "HEIGHT"))
    return x, y, x + width, y + height
