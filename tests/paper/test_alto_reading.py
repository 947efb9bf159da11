"""A page description that a stranger wrote is understood, or refused; it never breaks what reads it."""

import pytest

from paper.alto_reading import AltoInvalid, reading_of

PAGE = """<alto xmlns="http://www.loc.gov/standards/alto/ns-v4#"><Layout><Page WIDTH="100" HEIGHT="50">
<PrintSpace><TextBlock ROTATION="{rotation}"><TextLine HPOS="1" VPOS="1" WIDTH="9" HEIGHT="9">
<String CONTENT="Huyện" WC="{sure}" HPOS="1" VPOS="1" WIDTH="9" HEIGHT="9"/>
</TextLine></TextBlock></PrintSpace></Page></Layout></alto>"""


def described(rotation: str = "0", sure: str = "0.9") -> bytes:
    return PAGE.format(rotation=rotation, sure=sure).encode()


def test_a_page_description_is_understood() -> None:
    found = reading_of(described(), dpi=300)

    assert ([word.text for word in found.words], found.mean_confidence) == (["Huyện"], 0.9)


@pytest.mark.parametrize("number", ["nan", "inf", "-inf", "much"])
def test_what_is_no_number_is_refused(number: str) -> None:
    for wrong in (described(rotation=number), described(sure=number)):
        with pytest.raises(AltoInvalid):
            reading_of(wrong, dpi=300)
