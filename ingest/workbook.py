"""XLSX as foreign bytes: every cell as it was saved, nothing ever worked out.

Only to be called in a child process (`ingest.sandbox`). Formulas are not evaluated: what the office's
program saved as their result is taken; a formula without one is told as such.
"""

import re
import zipfile
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path, PurePosixPath
from typing import IO, Any, Literal
from xml.parsers import expat

from openpyxl.styles.numbers import BUILTIN_FORMATS, is_datetime

from ingest.limits import RATIO_FLOOR, Limits
from ingest.refusal import Bomb, Damaged, Encrypted, TooLarge, Unsupported

MOST_ROWS = 100_000
"""Rows of all sheets together; a district's whole list has some 25,000 dossiers."""
MOST_COLUMNS = 256
MOST_CHARACTERS = 32_767
"""In one cell: Excel's own limit."""
MOST_BYTES = 64 << 20
MOST_UNPACKED = 1 << 30
MOST_SHEETS = 64

_OLE = b"\xd0\xcf\x11\xe0"
_ESCAPED = re.compile("_x([0-9A-Fa-f]{4})_")
_REFERENCE = re.compile(r"([A-Z]{1,3})(\d{1,7})")

Kind = Literal["text", "number", "date", "bool", "error", "formula"]


@dataclass(frozen=True)
class Cell:
    """One cell that holds something."""

    kind: Kind  #: "formula": one whose result was not saved; "error": #N/A and the like, or no such day
    text: str  #: a date as YYYY-MM-DD, a number as people write it


@dataclass
class Sheet:
    """One sheet: its filled cells by row and column, from 1."""

    name: str
    rows: dict[int, dict[int, Cell]] = field(default_factory=dict)
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)  #: row, column to row, column
    hidden: bool = False


def read_workbook(path: Path, *, limits: Limits) -> list[Sheet]:
    """Return the sheets of an XLSX file, in order.

    Raises:
        Unsupported: it is no XLSX; Encrypted, Damaged, Bomb, TooLarge: as they say.
    """
    if path.stat().st_size > min(MOST_BYTES, limits.bytes_per_file):
        raise TooLarge(f"a list may have {MOST_BYTES >> 20} MiB")
    with path.open("rb") as file:
        start = file.read(4)
    if start == _OLE:
        raise Unsupported("an old .xls file, or one with a password: save it as .xlsx without one")
    try:
        with zipfile.ZipFile(path) as archive:
            _measure(archive, path.stat().st_size, limits)
            return _Book(archive).sheets()
    except zipfile.BadZipFile as error:
        raise Unsupported("not an XLSX file") from error
    except (KeyError, IndexError, ValueError, expat.ExpatError, EOFError, zlib.error) as error:
        raise Damaged(f"the XLSX file cannot be read whole ({type(error).__name__})") from error
    except NotImplementedError as error:
        raise Unsupported("it is packed in a way that no spreadsheet program uses") from error
    except RuntimeError as error:  # zipfile's word for a member with a password
        raise Encrypted("it opens only with a password") from error


def _measure(archive: zipfile.ZipFile, packed: int, limits: Limits) -> None:
    unpacked = sum(member.file_size for member in archive.infolist())
    if len(archive.infolist()) > limits.zip_members:
        raise Bomb(f"more than {limits.zip_members} parts in one file")
    if unpacked > MOST_UNPACKED or (unpacked > RATIO_FLOOR and unpacked > packed * limits.zip_ratio):
        raise Bomb(f"it unpacks to {unpacked >> 20} MiB")
    if "xl/workbook.xml" not in archive.namelist() and "[Content_Types].xml" not in archive.namelist():
        raise Unsupported("not an XLSX file")


class _Book:
    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self._listed: list[tuple[str, str, bool]] = []  # name, relation, hidden
        self._since_1904 = False
        self._rows = 0
        main = self._main_part()
        self._folder = PurePosixPath(main).parent
        _parse(archive.open(main), start=self._workbook_tag)
        self._targets = self._relations(main)
        self._strings = self._shared_strings()
        self._dates = self._date_styles()

    def sheets(self) -> list[Sheet]:
        if len(self._listed) > MOST_SHEETS:
            raise Bomb(f"more than {MOST_SHEETS} sheets")
        found = []
        for name, relation, hidden in self._listed:
            target = self._targets.get(relation, ("", ""))
            if not target[1].endswith("/worksheet"):
                continue  # a chart
            sheet = Sheet(name, hidden=hidden)
            reader = _SheetReader(sheet, self._strings, self._dates, self._since_1904, MOST_ROWS - self._rows)
            with self._archive.open(target[0]) as part:
                _parse(part, start=reader.start, end=reader.end, text=reader.text)
            self._rows += len(sheet.rows)
            found.append(sheet)
        return found

    def _main_part(self) -> str:
        for target, kind in self._relations("").values():
            if kind.endswith("/officeDocument"):
                return target
        raise Unsupported("not an XLSX file")

    def _relations(self, part: str) -> dict[str, tuple[str, str]]:
        """Return the parts that `part` refers to, (path, type) by id."""
        place = PurePosixPath(part)
        found: dict[str, tuple[str, str]] = {}

        def tag(name: str, attributes: Mapping[str, str]) -> None:
            if name == "Relationship" and attributes.get("TargetMode") != "External":
                target = attributes["Target"]
                path = target[1:] if target.startswith("/") else str(place.parent / target)
                found[attributes["Id"]] = (_plain_path(path), attributes["Type"])

        name = str(place.parent / "_rels" / f"{place.name}.rels") if part else "_rels/.rels"
        with self._archive.open(_plain_path(name)) as rels:
            _parse(rels, start=tag)
        return found

    def _workbook_tag(self, name: str, attributes: Mapping[str, str]) -> None:
        if name == "sheet":
            relation = next((v for k, v in attributes.items() if k.endswith("id") and k != "sheetId"), "")
            hidden = attributes.get("state", "visible") != "visible"
            self._listed.append((attributes["name"], relation, hidden))
        elif name == "workbookPr":
            self._since_1904 = attributes.get("date1904", "0") in ("1", "true")

    def _part(self, kind: str) -> str | None:
        return next((path for path, of in self._targets.values() if of.endswith(f"/{kind}")), None)

    def _shared_strings(self) -> list[str]:
        part = self._part("sharedStrings")
        reader = _Strings()
        if part is not None:
            with self._archive.open(part) as file:
                _parse(file, start=reader.start, end=reader.end, text=reader.text)
        return reader.found

    def _date_styles(self) -> set[int]:
        """Return the numbers of the cell styles that show a number as a date."""
        part = self._part("styles")
        formats = dict(BUILTIN_FORMATS)
        cells: list[int] = []
        inside: list[str] = []

        def start(name: str, attributes: Mapping[str, str]) -> None:
            inside.append(name)
            if name == "numFmt":
                formats[int(attributes["numFmtId"])] = attributes["formatCode"]
            elif name == "xf" and "cellXfs" in inside:
                cells.append(int(attributes.get("numFmtId", "0")))

        if part is not None:
            with self._archive.open(part) as file:
                _parse(file, start=start, end=lambda _name: inside.pop())
        east = set(range(27, 37)) | set(range(50, 59))  # dates in the built-in formats of East Asia
        return {
            place
            for place, number in enumerate(cells)
            if number in east or is_datetime(formats.get(number, "General")) in ("date", "datetime")
        }


class _Strings:
    """The shared strings, without the reading aids that stand beside some."""

    def __init__(self) -> None:
        self.found: list[str] = []
        self._parts: list[str] = []
        self._in_text = self._in_aid = False

    def start(self, name: str, _attributes: Mapping[str, str]) -> None:
        if name == "si":
            self._parts = []
        self._in_aid = self._in_aid or name == "rPh"
        self._in_text = name == "t"

    def end(self, name: str) -> None:
        if name == "si":
            self.found.append(_unescaped("".join(self._parts)))
        elif name == "rPh":
            self._in_aid = False
        elif name == "t":
            self._in_text = False

    def text(self, data: str) -> None:
        if self._in_text and not self._in_aid:
            self._parts.append(data)


class _SheetReader:
    def __init__(
        self, sheet: Sheet, strings: list[str], dates: set[int], since_1904: bool, most_rows: int
    ) -> None:
        self._sheet, self._strings, self._dates, self._since_1904 = sheet, strings, dates, since_1904
        self._most_rows = most_rows
        self._row = self._column = 0
        self._type, self._style = "n", 0
        self._formula = self._in_aid = False
        self._value: list[str] | None = None
        self._open = ""

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        match name:
            case "row":
                self._row = int(attributes.get("r", self._row + 1))
                self._column = 0
            case "c":
                place = _REFERENCE.fullmatch(attributes.get("r", ""))
                self._column = _column(place.group(1)) if place else self._column + 1
                self._type = attributes.get("t", "n")
                self._style = int(attributes.get("s", "0"))
                self._formula, self._value = False, None
            case "f":
                self._formula = True
                self._open = ""
            case "v" | "t":
                self._open = name
                self._value = self._value or []
            case "rPh":
                self._in_aid = True
            case "mergeCell":
                ends = [_REFERENCE.fullmatch(end) for end in attributes["ref"].split(":")]
                if len(ends) == 2 and ends[0] and ends[1]:
                    (a, b), (c, d) = ends[0].groups(), ends[1].groups()
                    self._sheet.merged.append((int(b), _column(a), int(d), _column(c)))

    def text(self, data: str) -> None:
        if self._open and not self._in_aid and self._value is not None:
            self._value.append(data)

    def end(self, name: str) -> None:
        if name in ("v", "t"):
            self._open = ""
        elif name == "rPh":
            self._in_aid = False
        elif name == "c":
            cell = self._cell()
            if cell is not None:
                self._keep(cell)

    def _keep(self, cell: Cell) -> None:
        if self._column > MOST_COLUMNS:
            raise TooLarge(f"more than {MOST_COLUMNS} columns")
        row = self._sheet.rows.get(self._row)
        if row is None:
            if len(self._sheet.rows) >= self._most_rows:
                raise TooLarge(f"more than {MOST_ROWS} rows")
            row = self._sheet.rows[self._row] = {}
        row[self._column] = cell

    def _cell(self) -> Cell | None:
        raw = "".join(self._value) if self._value is not None else ""
        if self._formula and not raw.strip() and self._type != "str":
            return Cell("formula", "")
        match self._type:
            case "s":
                return _text(self._strings[int(raw)]) if raw else None
            case "inlineStr" | "str":
                return _text(_unescaped(raw))
            case "b":
                return Cell("bool", "1" if raw.strip() in ("1", "true") else "0")
            case "e":
                return Cell("error", raw)
            case "d":
                return Cell("date", raw[:10])
            case _:
                return self._number(raw.strip()) if raw.strip() else None

    def _number(self, raw: str) -> Cell:
        value = float(raw)
        if self._style in self._dates:
            day = day_of(value, since_1904=self._since_1904)
            return Cell("error", raw) if day is None else Cell("date", day.isoformat())
        return Cell("number", str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value))


def day_of(serial: float, *, since_1904: bool = False) -> date | None:
    """Return the day that Excel means by `serial`; None: no such day.

    Excel counts from 1900 and thinks that year had a 29th of February, its day 60 (a fault kept from
    Lotus 1-2-3); from day 61 on its count is one ahead.
    """
    whole = int(serial)
    if since_1904:
        return date(1904, 1, 1) + timedelta(whole) if 0 <= whole <= 2_957_003 else None
    if whole == 60 or not 1 <= whole <= 2_958_465:
        return None
    return date(1899, 12, 31 if whole < 60 else 30) + timedelta(whole)


def _text(text: str) -> Cell | None:
    if len(text) > MOST_CHARACTERS:
        raise TooLarge(f"more than {MOST_CHARACTERS} characters in one cell")
    return Cell("text", text) if text.strip() else None


def _column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number


def _unescaped(text: str) -> str:
    return _ESCAPED.sub(lambda found: chr(int(found.group(1), 16)), text) if "_x" in text else text


def _plain_path(path: str) -> str:
    kept: list[str] = []
    for part in path.split("/"):
        if part == "..":
            kept = kept[:-1]
        elif part not in ("", "."):
            kept.append(part)
    return "/".join(kept)


def _parse(
    part: IO[bytes],
    *,
    start: Callable[[str, Mapping[str, str]], None] | None = None,
    end: Callable[[str], object] | None = None,
    text: Callable[[str], None] | None = None,
) -> None:
    """Read one part. Its own definitions (DOCTYPE), which may swell or reach outside, are refused."""
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = lambda name, attributes: start and start(name.rpartition(":")[2], attributes)
    parser.EndElementHandler = lambda name: end and end(name.rpartition(":")[2])
    if text is not None:
        parser.CharacterDataHandler = text
    parser.StartDoctypeDeclHandler = _refuse_definitions
    parser.ParseFile(part)


def _refuse_definitions(*_told: Any) -> None:
    raise Damaged("a part of the file brings definitions of its own, which no spreadsheet program writes")
