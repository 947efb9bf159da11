"""From pages to documents: every field a registrar fills, with its place and how sure it is."""

from collections.abc import Mapping, Sequence

from catalog.description import FIELDS, Description, Value
from catalog.reading import Reading
from classify.dates import read_date, read_place
from classify.first_page import documents
from classify.found import Found
from classify.letterhead import Head, find_head, is_date_line
from classify.margins import read_addressees, read_arrival, read_marks, read_recipients, stamp_pieces
from classify.notation import kind_of, read_number
from classify.office import read_office
from classify.page_words import PageWords
from classify.signature import read_signature
from classify.title import Title, read_title
from classify.upright import Sheet, cut, upright


def describe(pages: Sequence[Reading], *, told: Sequence[str] = ()) -> list[Description]:
    """Return the documents of a stack of pages, in order; every page belongs to exactly one.

    A page in the middle begins a document only where its head says so beyond doubt. Values are NFC; a field
    that cannot be read has none. `told` is what people wrote of the pages, the dossier's title: it vouches
    for names of places.
    """
    sheets = [upright(reading, number) for number, reading in enumerate(pages, start=1)]
    return [
        Description(tuple(sheet.number for sheet in stack), _fields(stack, told))
        for stack in documents(sheets)
    ]


def _fields(sheets: Sequence[Sheet], told: Sequence[str]) -> Mapping[str, Value]:
    first = sheets[0]
    words = PageWords(sheets, told)
    stamp = stamp_pieces(first)
    head = find_head(without(first, stamp))
    found: dict[str, Found] = {**read_arrival(stamp), **read_marks(first, head=head)}
    low = first.height * 0.2
    if head is not None:
        title = read_title(head, words, width=first.width)
        found |= _of_head(head, title, words)
        low = title.bottom
    found |= read_signature(sheets, after=low, words=words)
    if not found.get("date", Found(None)).pieces:
        found |= _of_foot(sheets, found, words)
    found["recipients"] = read_recipients(sheets, words)
    return {name: found.get(name, Found(None)).as_value() for name in FIELDS}


def without(sheet: Sheet, pieces: Sequence[object]) -> Sheet:
    """Return the sheet without the print of a stamp, whose number and date are not the document's."""
    gone = {word for piece in pieces for word in piece.words}  # type: ignore[attr-defined]
    if not gone:
        return sheet
    kept = []
    for piece in sheet.pieces:
        words = tuple(word for word in piece.words if word not in gone)
        if words:
            kept.append(type(piece)(words, piece.raw, piece.page))
    return Sheet(sheet.number, sheet.width, sheet.height, tuple(kept))


def _of_head(head: Head, title: Title, words: PageWords) -> dict[str, Found]:
    found = dict(read_office(head, words))
    found["type"], found["subject"] = title.type, title.subject
    if head.number is not None:
        found |= read_number(head.number, issuer=found["issuer"].value or "", kind=title.kind)
        if found["type"].value is None:
            kind = kind_of(found["notation"].value)
            if kind is not None:  # the notation says it though the type line cannot be read
                found["type"] = Found(kind.name, min(0.8, found["notation"].confidence), (head.number,))
    if head.date is not None:
        found["date"], found["place"] = read_date(head.date), read_place(head.date, words)
    found["addressees"] = read_addressees(head, words)
    return found


def _of_foot(sheets: Sequence[Sheet], found: Mapping[str, Found], words: PageWords) -> dict[str, Found]:
    """Return place and date from above the signature, where papers without an office have them."""
    signed = next((piece for name in ("authority", "signer_title") for piece in found[name].pieces), None)
    if signed is None:
        return {}
    sheet = next(sheet for sheet in sheets if sheet.number == signed.page)
    for piece in reversed(sheet.pieces):
        for part in cut(piece, 12.0):
            near = 0 < signed.y - part.y < 30 and abs(part.centre - signed.centre) < 40
            if near and is_date_line(part.text):
                return {"date": read_date(part), "place": read_place(part, words)}
    return {}
