"""Correcting the read text: a person says what a line says, and the words keep their places on the image.

    correcting = Correcting(register, store, quay)
    shown = correcting.open(scope, page)                 # reading, its version, all versions
    shown = correcting.correct(scope, page, [LineEdit(4, "Số: 45/QĐ-UBND")], base=shown.version.id)
    shown = correcting.choose(scope, page, older, base=shown.version.id)   # undo, redo

`base` is the reading that the person saw: where another became current meanwhile nothing is changed and
`ReadingChanged` is raised. Search finds the correction within two seconds; PDF/A, ALTO and the description
are made anew by the worker. Nothing else has to be called.
"""

import io
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from math import floor

from catalog import correction, schema, secret_mark
from catalog.access import Scope
from catalog.correction import BY_PERSON, Version
from catalog.identifiers import ObjectKey, PageId, ReadingId
from catalog.page import Page, StoredReading
from catalog.page import get as get_page
from catalog.reading import Box, Line, Reading, Word, from_bytes, to_bytes
from catalog.register import Register
from luutru.errors import Conflict, InvalidInput, NotFound
from storage.hashing import digest
from storage.object_store import ObjectStore
from storage.putting import putting
from storage.quay import Quay

LONGEST_LINE = 2_000
"""Characters of one line; a line of print across A3 has some 300."""

MOST_EDITS = 2_000
"""Lines changed or added at once; a dense A3 page has about 200."""


class CorrectionInvalid(InvalidInput):
    """A correction names a line that is not there, or a line is too long or lies beside the page."""

    slug = "correction-invalid"


@dataclass(frozen=True)
class LineEdit:
    """What a line says; words that are as before keep box and confidence."""

    line: int  #: 0, 1, ... of the reading that was seen
    text: str  #: "" takes the line out


@dataclass(frozen=True)
class NewLine:
    """A line that no reader found."""

    after: int  #: the line before it; -1 = first of the page
    text: str
    box: Box  #: pixels of the master image


@dataclass(frozen=True)
class Shown:
    """A page's words as they count now."""

    page: Page
    reading: Reading
    version: Version
    versions: tuple[Version, ...]  #: newest first, the current one among them


class Correcting:
    """Corrections of readings, for archivists of the office that answers."""

    def __init__(self, register: Register, store: ObjectStore, quay: Quay) -> None:
        self._register = register
        self._store = store
        self._quay = quay

    def open(self, scope: Scope, page: PageId) -> Shown:
        """Return the current reading with its versions; whoever may see the page may ask.

        Raises:
            PageNotFound: there is none that the one who asks may see.
            NothingToCorrect: it has no reading.
        """
        with self._register.read() as conn:
            found = get_page(conn, scope, page)
            version = correction.current(conn, scope, page)
            every = correction.versions(conn, scope, page)
        return Shown(found, self._stored(version.key), version, tuple(every))

    def correct(
        self,
        scope: Scope,
        page: PageId,
        edits: Sequence[LineEdit] = (),
        *,
        added: Sequence[NewLine] = (),
        base: ReadingId,
    ) -> Shown:
        """Make the reading with these lines changed the current one; return it.

        Where nothing would change, nothing does.

        Raises:
            CorrectionInvalid: an edit fits nothing.
            ReadingChanged: another reading than `base` is current by now.
            PageNotFound, NotAllowed, NothingToCorrect: as `catalog.correction` says.
        """
        shown = self.open(scope, page)
        if shown.version.id != base:
            raise correction.ReadingChanged("somebody else corrected this page meanwhile")
        made = corrected(shown.reading, edits, added)
        if made == shown.reading:
            return shown
        data = to_bytes(made)
        with putting(self._quay.putting, {digest(io.BytesIO(data)).sha256: [page]}):
            self._put(scope, page, made, data, base)
        return self.open(scope, page)

    def _put(self, scope: Scope, page: PageId, made: Reading, data: bytes, base: ReadingId) -> None:
        kept = self._store.put(io.BytesIO(data))
        stored = StoredReading(
            key=kept.key,
            size=kept.size,
            source=BY_PERSON,
            engines=made.engines,
            settings_hash="",
            mean_confidence=made.mean_confidence,
            agreed_share=made.agreed_share,
            words=len(made.words),
            degraded=made.degraded,
        )
        try:
            with self._register.write() as conn:
                correction.corrected(conn, scope, page, stored, base=base)
        except (NotFound, Conflict):
            with self._register.write() as conn:  # it may have been held meanwhile for a secret mark
                secret_mark.let_go(conn, scope, [kept.key], of=schema.page.c.id == page)
            raise

    def choose(self, scope: Scope, page: PageId, reading: ReadingId, *, base: ReadingId) -> Shown:
        """Make an older version current again, as undo does; return it.

        Raises:
            ReadingChanged: another reading than `base` is current by now.
            ReadingNotFound: it is no reading of this page.
            PageNotFound, NotAllowed: as `catalog.correction` says.
        """
        with self._register.write() as conn:
            correction.choose(conn, scope, page, reading, base=base)
        return self.open(scope, page)

    def _stored(self, key: ObjectKey) -> Reading:
        with self._store.get(key) as stream:
            return from_bytes(stream.read())


def corrected(reading: Reading, edits: Sequence[LineEdit], added: Sequence[NewLine] = ()) -> Reading:
    """Return `reading` with lines changed, taken out (no text) and put in; what the readers gave is kept.

    Raises:
        CorrectionInvalid: a line that is not there or is named twice, a text too long, a box beside the page.
    """
    if len(edits) + len(added) > MOST_EDITS:
        raise CorrectionInvalid(f"{MOST_EDITS:,} lines at most are changed at once")
    texts: dict[int, list[str]] = {}
    for edit in edits:
        if not 0 <= edit.line < len(reading.lines):
            raise CorrectionInvalid(f"line {edit.line}: the page has {len(reading.lines)} lines")
        if edit.line in texts:
            raise CorrectionInvalid(f"line {edit.line} is changed twice")
        texts[edit.line] = _words_of(edit.text, f"line {edit.line}")
    put_in: dict[int, list[Line]] = {}
    for new in added:
        if not -1 <= new.after < len(reading.lines):
            raise CorrectionInvalid(f"after line {new.after}: the page has {len(reading.lines)} lines")
        put_in.setdefault(new.after, []).append(_new_line(new, reading))
    lines = list(put_in.get(-1, ()))
    for number, line in enumerate(reading.lines):
        changed = line if number not in texts else _changed(line, texts[number], reading.rotation)
        lines += [changed] if changed.words or number not in texts else []
        lines += put_in.get(number, ())
    return replace(reading, lines=tuple(lines))


def _words_of(text: str, where: str) -> list[str]:
    clean = unicodedata.normalize("NFC", text)
    if len(clean) > LONGEST_LINE:
        raise CorrectionInvalid(f"{where} has {len(clean):,} characters; {LONGEST_LINE:,} at most")
    printed = "".join(" " if unicodedata.category(letter)[0] == "C" else letter for letter in clean)
    return printed.split()


def _new_line(new: NewLine, reading: Reading) -> Line:
    x0, y0, x1, y1 = new.box
    if not (0 <= x0 < x1 <= reading.width and 0 <= y0 < y1 <= reading.height):
        raise CorrectionInvalid(f"the box {new.box} of a new line lies beside the page")
    words = _words_of(new.text, "a new line")
    if not words:
        raise CorrectionInvalid("a new line has no words")
    return Line(_spread(words, _along(new.box, reading.rotation), new.box, reading.rotation), new.box)


def _changed(line: Line, texts: Sequence[str], rotation: int) -> Line:
    """Return the line with these words: those as before keep their boxes, others share what is between."""
    old = list(line.words)
    words: list[Word] = []
    matcher = SequenceMatcher(a=[word.text for word in old], b=texts, autojunk=False)
    for kind, a0, a1, b0, b1 in matcher.get_opcodes():
        if kind == "equal":
            words += old[a0:a1]
        elif b0 < b1:
            words += _spread(texts[b0:b1], _room(line, a0, a1, rotation), line.box, rotation)
    return replace(line, words=tuple(words))


Span = tuple[int, int]
"""From and to along the direction of reading, counted from the edge of the master where reading begins."""


def _room(line: Line, first: int, last: int, rotation: int) -> Span:
    """Return the span of words `first` to `last`; of none, the gap before word `first`."""
    spans = [_along(word.box, rotation) for word in line.words]
    whole = _along(line.box, rotation)
    if first < last:
        return min(span[0] for span in spans[first:last]), max(span[1] for span in spans[first:last])
    begin = spans[first - 1][1] if first else whole[0]
    end = spans[first][0] if first < len(spans) else whole[1]
    return (begin, end) if begin < end else (begin, begin + 1)


def _spread(texts: Sequence[str], span: Span, line: Box, rotation: int) -> tuple[Word, ...]:
    """Give each word its share of the span by its letters; a person vouches for it."""
    begin, end = span
    letters = [len(text) + 1 for text in texts]
    step = max(end - begin, len(texts)) / sum(letters)
    words = []
    at = float(begin)
    for text, share in zip(texts, letters, strict=True):
        start = floor(at)
        stop = max(start + 1, floor(at + step * max(share - 1, 1)))
        words.append(Word(text, _across(line, start, stop, rotation), 1.0, True))
        at += step * share
    return tuple(words)


def _along(box: Box, rotation: int) -> Span:
    """Return where a box lies in the direction of reading; on a page scanned sideways that is up or down."""
    x0, y0, x1, y1 = box
    match rotation:
        case 90:
            return -y1, -y0
        case 180:
            return -x1, -x0
        case 270:
            return y0, y1
        case _:
            return x0, x1


def _across(line: Box, start: int, stop: int, rotation: int) -> Box:
    """Return the box of a span, as high as its line."""
    x0, y0, x1, y1 = line
    match rotation:
        case 90:
            return x0, -stop, x1, -start
        case 180:
            return -stop, y0, -start, y1
        case 270:
            return x0, start, x1, stop
        case _:
            return start, y0, stop, y1
