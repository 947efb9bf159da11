"""Descriptions that somebody sent (EAD, EAD_doc), read in a child: their fields by name."""

from collections.abc import Iterable, Sequence

from lxml import etree

from handover import ead
from handover.apart import Lost, read_apart
from ingest.limits import Limits

AT_ONCE = 50
"""Descriptions read in one child."""
LONGEST = 20_000
"""Characters of a field that are shown; the circular's longest has 4,000."""


def read_descriptions(sent: Sequence[bytes], *, limits: Limits) -> list[dict[str, str]]:
    """Return the fields of each description; none where it cannot be read, which the checks tell (R4)."""
    answers = read_apart(
        fields, sent, limits=limits, at_once=AT_ONCE, seconds=lambda _some: limits.seconds_per_file
    )
    return [{} if isinstance(answer, Lost) else answer for answer in answers]


def fields(sent: Iterable[bytes], *, limits: Limits) -> list[dict[str, str]]:
    """Return the fields of each description; runs in a child."""
    del limits
    return [_fields(data) for data in sent]


def _fields(data: bytes) -> dict[str, str]:
    try:
        return {name: value[:LONGEST] for name, value in ead.read(data).items()}
    except etree.XMLSyntaxError:
        return {}
